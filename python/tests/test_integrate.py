"""Callables and formulas through `fubini.integrate`: values, shapes, exceptions, interruption."""

import math
import os
import signal
import threading

import numpy as np
import pytest

import fubini

GAUSS_6D = math.pi**3 * math.erf(1) ** 6


def gauss(x):
    return np.exp(-np.sum(x * x, axis=1))


@pytest.mark.parametrize("method", ["cuhre", "genz-malik", "qmc", "vegas"])
def test_all_methods_are_right_within_several_errors(method):
    rtol = 1e-6 if method in ("cuhre", "genz-malik") else 1e-3
    result = fubini.integrate(gauss, [(-1, 1)] * 6, method=method, rtol=rtol)
    assert result.converged and result.method == method and result.stop == "converged"
    assert abs(result.value - GAUSS_6D) <= 4 * result.error <= 4 * rtol * GAUSS_6D
    assert (result.covariance is not None) == (method in ("vegas", "qmc"))


def test_a_single_function_gives_numbers_and_components_give_arrays():
    single = fubini.integrate(lambda x: x[:, 0], [(0, 1)])
    column = fubini.integrate(lambda x: x, [(0, 1)])
    both = fubini.integrate(lambda x: np.stack([x[:, 0], x[:, 0] ** 2], axis=1), [(0, 1)])
    assert isinstance(single.value, float) and isinstance(single.error, float)
    assert column.value.shape == column.error.shape == (1,)
    np.testing.assert_allclose(both.value, [1 / 2, 1 / 3], rtol=1e-12)


def test_callables_get_columns_in_large_batches():
    sizes, contiguous = [], set()

    def f(x):
        sizes.append(len(x))
        contiguous.add(x[:, 0].flags.c_contiguous)
        return gauss(x)

    result = fubini.integrate(f, [(-1, 1)] * 6, rtol=1e-7, method="cuhre")
    assert sizes[0] == 3 and sum(sizes[1:]) == result.evaluations
    assert contiguous == {True}
    assert 2048 <= max(sizes) <= 8192
    assert sum(size for size in sizes if size >= 2048) > 0.8 * result.evaluations


# The infinite side gives batches a Jacobian, which shares their memory.
SIDES = [(-1, 1), (0, math.inf), (-1, 1)]
METHODS = {"cuhre": 1e-9, "genz-malik": 1e-7, "qmc": 1e-4, "vegas": 1e-3}


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("method", METHODS)
def test_arrays_that_are_kept_stay_as_they_were(method, threads):
    kept = []

    def f(x):
        # Some as a whole and some as a part, so that memory comes back to us in between.
        if len(kept) < 40 and np.any(x[:, 0] > 0):
            kept.append((x, x.copy()) if len(kept) % 2 else (x[:, 1], x[:, 1].copy()))
        return gauss(x)

    result = fubini.integrate(f, SIDES, method=method, rtol=METHODS[method], threads=threads)
    assert len(kept) > 5 and all(np.array_equal(a, b) for a, b in kept)
    plain = fubini.integrate(gauss, SIDES, method=method, rtol=METHODS[method])
    assert (result.value, result.error, result.evaluations) == (plain.value, plain.error, plain.evaluations)


@pytest.mark.parametrize("method", METHODS)
def test_what_is_written_to_the_points_changes_nothing(method):
    kept = []

    def f(x):
        y = gauss(x)
        x[:] = np.nan
        kept.extend([x] if len(kept) < 3 else [])
        return y

    result = fubini.integrate(f, SIDES, method=method, rtol=METHODS[method])
    plain = fubini.integrate(gauss, SIDES, method=method, rtol=METHODS[method])
    assert (result.value, result.error, result.evaluations) == (plain.value, plain.error, plain.evaluations)


def test_values_may_be_part_of_the_points():
    for f in (lambda x: x[:, 1], lambda x: x[:, 1:2]):
        assert float(np.squeeze(fubini.integrate(f, [(0, 1), (0, 2)]).value)) == pytest.approx(2, rel=1e-12)
    np.testing.assert_allclose(fubini.integrate(lambda x: x[:, ::-1], [(0, 1), (0, 2)]).value, [2, 1], rtol=1e-12)


def _misaligned(y):
    packed = np.zeros(len(y), dtype=[("flag", "u1"), ("value", "f8")])
    packed["value"] = y
    return packed["value"]


@pytest.mark.parametrize(
    "kind",
    [
        lambda y: y[:, np.newaxis],
        lambda y: np.repeat(y, 2)[::2],
        lambda y: y[::-1].copy()[::-1],
        lambda y: y.astype(">f8"),
        lambda y: y.astype(np.longdouble),
        lambda y: y.tolist(),
        _misaligned,
        lambda y: _misaligned(y)[:, np.newaxis],
    ],
)
def test_all_kinds_of_arrays_of_the_same_numbers_give_the_same_value(kind):
    result = fubini.integrate(lambda x: kind(gauss(x)), [(-1, 1)] * 3)
    assert result.value == fubini.integrate(gauss, [(-1, 1)] * 3).value


@pytest.mark.parametrize("order", ["C", "F"])
def test_components_may_be_rows_or_columns_of_memory(order):
    columns = [gauss, lambda x: x[:, 0] ** 2, lambda x: np.ones(len(x))]
    f = lambda x: np.array(np.stack([column(x) for column in columns], axis=1), order=order)  # noqa: E731
    result = fubini.integrate(f, [(-1, 1)] * 3)
    np.testing.assert_allclose(result.value, [math.pi**1.5 * math.erf(1) ** 3, 8 / 3, 8], rtol=1e-9)


@pytest.mark.parametrize("method", ["cuhre", "vegas"])
def test_threads_do_not_change_a_bit(method):
    runs = [fubini.integrate(gauss, [(-1, 1)] * 4, method=method, rtol=1e-3, threads=threads) for threads in (1, 2, 3)]
    formula = "exp(-x^2 - y^2)"
    limits = {"x": (0, 1), "y": (0, "inf")}
    runs_of_formula = [fubini.integrate(formula, limits, method=method, rtol=1e-3, threads=threads) for threads in (1, 3)]
    for results in (runs, runs_of_formula):
        assert len({(r.value, r.error, r.evaluations) for r in results}) == 1


def test_what_threads_mean_by_default():
    assert fubini.integrate(gauss, [(-1, 1)] * 2).threads == 1
    assert fubini.integrate("x", {"x": (0, 1)}).threads == len(os.sched_getaffinity(0))


def test_seeds_matter_to_monte_carlo():
    values = [fubini.integrate(gauss, [(-1, 1)] * 2, method="vegas", rtol=1e-2, seed=seed).value for seed in (0, 0, 1)]
    assert values[0] == values[1] != values[2]


def test_limits_in_all_their_forms():
    half = math.sqrt(math.pi) / 2
    assert fubini.integrate(lambda x: np.exp(-(x[:, 0] ** 2)), (0, math.inf)).value == pytest.approx(half, rel=1e-6)
    assert fubini.integrate(lambda x: x[:, 0], [(1, 0)]).value == pytest.approx(-0.5)
    assert fubini.integrate(lambda x: x[:, 0], np.array([[0, 2]])).value == pytest.approx(2)
    assert fubini.integrate("x*y^2", {"y": (0, 1), "x": (0, 2)}).value == pytest.approx(2 / 3)
    assert fubini.integrate("x*y^2", [("y", 0, 1), ("x", 0, 2)]).value == pytest.approx(2 / 3)
    assert fubini.integrate("x", {"x": (1, 1)}).value == 0


@pytest.mark.parametrize(
    ("limits", "error", "message"),
    [
        ({"x": (0, 1)}, TypeError, "in order"),
        ([(0, 1, 2)], ValueError, "a pair"),
        ([(0, "one")], TypeError, "'one' must be a number"),
        ([(0, math.nan)], ValueError, "limit of variable 0 is 0:NaN"),
        ([0, 1, 2], TypeError, "not a pair"),
    ],
)
def test_bad_limits_are_refused(limits, error, message):
    with pytest.raises(error, match=message):
        fubini.integrate(gauss, limits)


@pytest.mark.parametrize(
    ("returned", "error", "message"),
    [
        (lambda x: 1.0, ValueError, r"shape \(\) for 3 points"),
        (lambda x: x[0], ValueError, r"shape \(2,\) for 3 points"),
        (lambda x: x[:, :, None] * np.ones((2, 2)), ValueError, r"must be \(n,\) or \(n, k\)"),
        (lambda x: ["a"] * len(x), TypeError, "numbers are needed"),
        (lambda x: x[:, :1] if len(x) == 3 else x, ValueError, r"where it was \(n, 1\) before"),
    ],
)
def test_callables_that_return_something_else_are_refused(returned, error, message):
    with pytest.raises(error, match=message):
        fubini.integrate(returned, [(0, 1), (0, 1)])


@pytest.mark.parametrize(
    ("f", "error"),
    [
        (lambda x: math.exp(-x[0]), TypeError),
        (lambda x: 1.0 if x[0] < x[1] else 0.0, ValueError),
        (lambda x, y: x * y, TypeError),
        (lambda x: 1.0, ValueError),
    ],
)
def test_a_function_of_one_point_is_told_of_batches_and_how_to_go_on(f, error):
    with pytest.raises(error, match=r"shape \(n, 2\)[^$]*\n[^$]*x\[:, 0\][^$]*\n[^$]*fubini.vectorize\(f\)"):
        fubini.integrate(f, [(0, 1), (0, 1)])


@pytest.mark.parametrize(
    ("f", "limits", "exact"),
    [
        (lambda x, y: math.exp(-x) * y, [(0, 1), (0, 2)], 2 * (1 - math.exp(-1))),
        (lambda x: math.exp(-x[0]) * x[1], [(0, 1), (0, 2)], 2 * (1 - math.exp(-1))),
        (lambda *x: math.exp(-x[0]) * x[1], [(0, 1), (0, 2)], 2 * (1 - math.exp(-1))),
        (math.exp, [(0, 1)], math.e - 1),
        (lambda x, power=2: x**power, [(0, 1)], 1 / 3),
    ],
)
def test_a_function_of_one_point_is_integrated(f, limits, exact):
    result = fubini.integrate(fubini.vectorize(f), limits)
    assert abs(result.value - exact) <= result.error
    found = fubini.integrate(fubini.vectorize(lambda *x: (f(*x), 1.0) if len(x) == len(limits) == 1 else (x[0], 1.0)), limits)
    assert found.value.shape == (2,)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("threads", [1, 2])
def test_an_exception_comes_back_as_it_is(method, threads):
    raised = LookupError("table ends here")
    calls = []

    def f(x):
        calls.append(len(x))
        if len(calls) > 2:
            raise raised
        return gauss(x)

    with pytest.raises(LookupError) as info:
        fubini.integrate(f, [(-1, 1)] * 4, method=method, rtol=1e-12, threads=threads)
    assert info.value is raised
    assert len(calls) <= 2 + threads


@pytest.mark.parametrize("f", [gauss, "exp(-x^2 - y^2)"])
@pytest.mark.parametrize("threads", [1, 2])
def test_ctrl_c_ends_a_long_run(f, threads, hears_ctrl_c):
    limits = {"x": (0, 1), "y": (0, 1)} if isinstance(f, str) else [(0, 1)] * 2
    threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        fubini.integrate(f, limits, method="vegas", rtol=0, max_evals=10**9, threads=threads)


@pytest.mark.parametrize("f", [gauss, "exp(-x^2 - x*y - y^2)"])
def test_progress_is_seen_on_the_calling_thread_and_can_end_a_run(f):
    limits = {"x": (0, 1), "y": (0, 1)} if isinstance(f, str) else [(0, 1)] * 2
    steps, threads = [], set()

    def progress(step):
        steps.append(step)
        threads.add(threading.get_ident())
        if len(steps) == 3:
            raise StopIteration

    result = fubini.integrate(f, limits, rtol=1e-14, progress=progress)
    assert result.stop == "cancelled" and not result.converged
    assert threads == {threading.get_ident()} and len(steps) == 3
    assert [s.evaluations for s in steps] == sorted({s.evaluations for s in steps})
    assert steps[-1].excess > 1 and len(steps[0].values) == len(steps[0].errors) == 1

    def fails(step):
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError, match="no more"):
        fubini.integrate(f, limits, progress=fails)


def test_a_tolerance_that_was_not_met_is_a_warning():
    with pytest.warns(fubini.ConvergenceWarning, match="was not met after") as record:
        result = fubini.integrate(lambda x: np.abs(x[:, 0] - x[:, 1]), [(0, 1)] * 2, rtol=1e-12, max_evals=10_000)
    assert record[0].filename == __file__
    assert result.stop == "budget" and result.evaluations <= 10_000 and "NO (budget)" in repr(result)


def test_an_integrand_that_is_zero_everywhere_is_suspect():
    with pytest.warns(fubini.ConvergenceWarning, match="suspect: the tolerance was met, but every value was zero.*; .*hints"):
        result = fubini.integrate(lambda x: 0 * x[:, 0], [(0, 1)])
    assert result.stop == "converged" and result.suspect and not result.converged
    line = next(line for line in repr(result).splitlines() if line.startswith("  converged"))
    assert "NO, SUSPECT (the tolerance was met)" in line


def test_what_an_error_means_is_said():
    for method, word in {"cuhre": "bound", "qmc": "standard_deviation", "vegas": "standard_deviation"}.items():
        assert fubini.integrate("exp(-x)", {"x": (0, 1)}, rtol=1e-3, method=method).error_kind == word


def test_an_integral_that_is_zero_is_told_to_ask_for_an_absolute_tolerance():
    with pytest.warns(fubini.ConvergenceWarning, match=r"ask for atol=\d") as record:
        fubini.integrate("sin(x)*exp(y)", {"x": (-1, 1), "y": (-1, 1)}, max_evals=100_000, analysis=False)
    atol = float(str(record[0].message).split("atol=")[1].split(";")[0])
    assert fubini.integrate("sin(x)*exp(y)", {"x": (-1, 1), "y": (-1, 1)}, max_evals=100_000, atol=atol, analysis=False).converged


def test_what_may_diverge_is_told_so():
    with pytest.warns(fubini.ConvergenceWarning, match="may diverge"):
        result = fubini.integrate("1/x", {"x": (0, 1)}, max_evals=1e6)
    assert result.stop == "roundoff"
    with pytest.warns(fubini.ConvergenceWarning, match="rounding error is the limit; ask for less"):
        fubini.integrate("x^2", {"x": (0, 1)}, rtol=1e-18)


def test_a_domain_without_dimensions_is_refused():
    with pytest.raises(ValueError, match="variable"):
        fubini.integrate(lambda x: np.ones(len(x)), [])


def test_values_that_are_not_finite():
    with pytest.raises(fubini.IntegrationError, match="not finite at"), np.errstate(invalid="ignore"):
        fubini.integrate(lambda x: np.sqrt(x[:, 0] - 0.5), [(0, 1)])
    assert issubclass(fubini.IntegrationError, ArithmeticError)


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"rtol": -1}, ValueError, "rtol is -1"),
        ({"method": "cuhr"}, ValueError, "did you mean cuhre"),
        ({"threads": 0}, ValueError, "at least one thread"),
        ({"threads": -1}, ValueError, "threads is -1"),
        ({"max_evals": 1.5}, TypeError, "whole number"),
        ({"max_evals": 3}, ValueError, "at least"),
        ({"seed": "x"}, TypeError, "whole number"),
        ({"target": "both"}, ValueError, "each, ratio"),
        ({"target": "ratio"}, ValueError, "component 1"),
        ({"error_level": "brave"}, ValueError, "guarded"),
        ({"parameters": {"a": 1}}, TypeError, "functools.partial"),
        ({"knobs": {"degree": 5}}, ValueError, "degree"),
        ({"hints": [(5, 5)]}, ValueError, "hint"),
    ],
)
def test_requests_that_make_no_sense_say_why(settings, error, message):
    with pytest.raises(error, match=message):
        fubini.integrate(gauss, [(0, 1)] * 2, **settings)
    with pytest.raises(TypeError, match="not int"):
        fubini.integrate(5, [(0, 1)])


def test_ratios():
    f = ["x*exp(-x*y)", "exp(-x*y)"]
    limits = {"x": (0, 1), "y": (1, 2)}
    plain, ratio = fubini.integrate(f, limits), fubini.integrate(f, limits, ratio=True)
    turned = fubini.integrate(f, limits, ratio=(1, 0), target="each")
    assert plain.ratio is None
    numerator = (1 - math.exp(-1)) - (1 - math.exp(-2)) / 2
    assert ratio.ratio.value * turned.ratio.value == pytest.approx(1)
    assert plain.value[0] == pytest.approx(numerator, rel=1e-9)
    assert "ratio" in repr(ratio) and "value[1]" in repr(ratio)


def test_results_are_shown():
    result = fubini.integrate("x", {"x": (0, 1)}, rtol=1e-3)
    assert repr(result).startswith("Result by cuhre\n  value ")
    assert result._repr_html_().startswith("<table><tr><th") and "converged" in result._repr_html_()
    many = fubini.integrate(lambda x: x * np.ones(30), [(0, 1)])
    assert "and 22 more" in repr(many)


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (-2.87817466, 1.53e-6, "-2.8781747(16)"),
        (1.0, 0.0999, "1.00(10)"),
        (123.456, 0.5, "123.46(50)"),
        (1.234e-9, 2e-12, "1.2340(20)e-9"),
        (1.0, 30.0, "0 ± 30"),
        (2_000.0, 28_000.0, "0 ± 3e4"),
        (-16_000.0, 28_000.0, "-2e4 ± 3e4"),
        (0.0, 0.001, "0 ± 0.001"),
        (-1e-17, 1e-15, "0 ± 1e-15"),
        (9.0, 9.5, "10 ± 10"),
        (-0.7, 0.9, "-0.7 ± 0.9"),
        (math.nan, 1.0, "nan ± 1.0"),
        (2.0, 0.0, "2.0"),
    ],
)
def test_errors_stand_in_the_last_digits(value, error, text):
    assert str(fubini.Estimate(value, error)) == text


@pytest.mark.parametrize("limits", [[], (), np.empty((0, 2))])
def test_limits_that_are_none_are_refused(limits):
    with pytest.raises(ValueError, match="limits: there are none"):
        fubini.integrate(lambda x: np.ones(len(x)), limits)
    with pytest.raises(ValueError, match="limits: there are none"):
        fubini.integrate("1", {})


@pytest.mark.parametrize("limits", ["01", ("0", "1"), ["0", "1"], [("0", "1")], [(0, "1")], [(0, b"1")], [(0, "nan")]])
def test_limits_that_are_text_are_refused(limits):
    with pytest.raises(TypeError, match="limits.*(and is text|not a pair)"):
        fubini.integrate(lambda x: x[:, 0], limits)


def test_limits_of_formulas_that_are_text_are_formulas():
    assert fubini.integrate("exp(-x^2)", {"x": ("-inf", "inf")}).value == pytest.approx(np.sqrt(np.pi))
    assert fubini.integrate("x", {"x": (0, "2/2")}).value == pytest.approx(0.5)
    with pytest.raises(TypeError, match="masked"):
        fubini.integrate("x", {"x": (0, np.ma.masked)})


@pytest.mark.parametrize("columns", [1, 2])
def test_masks_are_not_dropped(columns):
    def masked(x):
        values = x[:, :columns] if columns > 1 else x[:, 0]
        return np.ma.masked_greater(values, 0.9)

    def whole(x):
        return np.ma.masked_greater(x[:, 0], 2.0)

    with pytest.raises(TypeError, match="masked.*filled"):
        fubini.integrate(masked, [(0, 1), (0, 1)])
    assert fubini.integrate(whole, [(0, 1), (0, 1)]).value == pytest.approx(0.5)
    with pytest.raises(TypeError, match="x is a masked array"):
        fubini.compile("x", "x")(np.ma.masked_greater([0.1, 0.95], 0.9))


def test_auto_says_which_method_it_chose_and_what_it_tried():
    found = fubini.integrate("exp(x*y)", {"x": (0, 1), "y": (0, 1)}, method="auto")
    assert found.converged and abs(found.value - 1.3179021514544038) <= found.error
    assert found.method == "product" and [trial.method for trial in found.auto] == ["product", "qmc"]
    assert sum(trial.evaluations for trial in found.auto) == found.evaluations
    assert fubini.integrate("x", {"x": (0, 1)}, method="cuhre").auto == []
    # A vector callable and its ratio by random points, in more variables than rules can take.
    found = fubini.integrate(
        lambda x: np.stack([x[:, 0] * np.prod(1 + 0.1 * x, axis=1), np.prod(1 + 0.1 * x, axis=1)], axis=1),
        [(0, 1)] * 18,
        method="auto",
        ratio=True,
        rtol=1e-3,
    )
    assert found.method == "qmc" and abs(found.ratio.value - (1 / 2 + 0.1 / 3) / 1.05) <= 5 * found.ratio.error
