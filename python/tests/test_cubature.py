"""`fubini.cubature` beside `scipy.integrate.cubature`: the same calls, the same values."""

import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from scipy.integrate import cubature as scipys

import fubini
from fubini._limits import from_unit


def powers(x, n):
    return x[:, np.newaxis] ** n[np.newaxis, :]


def waves(x, r, alphas):
    npoints, ndim = x.shape[0], x.shape[-1]
    alphas = alphas[np.newaxis, ...]
    x = x.reshape(npoints, *([1] * (len(alphas.shape) - 1)), ndim)
    return np.cos(2 * np.pi * r + np.sum(alphas * x, axis=-1))


def gaussian(x):
    return np.exp(-np.sum(x**2, axis=-1))


def sinc(x):
    return np.sin(x) / x


def check(ours, theirs, rtol):
    """Equal within what both allow."""
    assert ours.status == theirs.status == "converged"
    assert ours.estimate.shape == theirs.estimate.shape and ours.error.shape == theirs.error.shape
    assert (ours.atol, ours.rtol) == (theirs.atol, theirs.rtol)
    allowed = ours.error + theirs.error
    assert np.all(np.abs(ours.estimate - theirs.estimate) <= allowed + 1e-14)
    assert np.all(allowed <= 2 * rtol * np.abs(theirs.estimate) + 1e-14)


def test_documented_vector_output():
    request = {"a": [0], "b": [1], "args": (np.arange(10),)}
    ours = fubini.cubature(powers, **request)
    check(ours, scipys(powers, **request), 1e-8)
    np.testing.assert_allclose(ours.estimate.ravel(), 1 / np.arange(1, 11), rtol=1e-12)


@pytest.mark.parametrize("workers", [1, 2, -1, "map"])
def test_documented_array_output_in_seven_dimensions(workers):
    rng = np.random.default_rng(7)
    r, alphas = rng.random((2, 3)), rng.random((2, 3, 7))
    request = {"a": np.zeros(7, dtype=int), "b": np.ones(7), "rtol": 1e-5, "rule": "genz-malik", "args": (r, alphas)}
    with ThreadPoolExecutor(2) as executor:
        ours = fubini.cubature(waves, workers=executor.map if workers == "map" else workers, **request)
    # The exact value is the real part of a product.
    phases = np.exp(2j * np.pi * r) * np.prod((np.exp(1j * alphas) - 1) / (1j * alphas), axis=-1)
    assert ours.status == "converged" and ours.estimate.shape == (1, 2, 3)
    assert np.all(np.abs(ours.estimate - phases.real) <= ours.error)
    if workers == 1:
        check(ours, scipys(waves, **request), 1e-5)


def test_documented_infinite_limits():
    infinite = [-np.inf, -np.inf], [np.inf, np.inf]
    ours = fubini.cubature(gaussian, *infinite)
    check(ours, scipys(gaussian, *infinite), 1e-8)
    assert ours.estimate.shape == () and abs(ours.estimate - np.pi) <= ours.error
    half = fubini.cubature(gaussian, [0, -np.inf], [np.inf, 0])
    assert half.estimate == pytest.approx(np.pi / 4, rel=1e-8)


def test_documented_singularity_avoided():
    ours = fubini.cubature(sinc, [-1], [1], points=[[0]])
    check(ours, scipys(sinc, [-1], [1], points=[[0]]), 1e-8)
    assert ours.estimate == pytest.approx(1.892166140734366, rel=1e-12)


@pytest.mark.parametrize("points", [[[0.3, 0.2]], [[0.3, 0.2], [0.5, 0.1], [0.3, 2.0]]])
@pytest.mark.parametrize("infinite", [False, True])
def test_points_are_never_met_and_change_no_value(points, infinite):
    def f(x):
        distance = np.min([np.hypot(*(x - point).T) for point in np.asarray(points)], axis=0)
        assert np.all(distance > 0)
        return np.log(distance) ** 2 * gaussian(x)

    b = [np.inf if infinite else 1, 1]
    ours = fubini.cubature(f, [0, 0], b, points=points, rtol=1e-3, rule="genz-malik")
    # SciPy fails where one side only is infinite and points are given; by chance it meets none of them.
    theirs = scipys(f, [0, 0], b, points=None if infinite else points, rtol=1e-3, rule="genz-malik")
    assert abs(ours.estimate - theirs.estimate) <= 2e-3 * abs(theirs.estimate) and ours.status == "converged"
    reversed_ = fubini.cubature(f, [b[0], 0], [0, 1], points=points, rtol=1e-3, rule="genz-malik")
    assert reversed_.estimate == -ours.estimate


def test_points_divide_infinite_sides_of_all_kinds():
    most = np.pi * (1 + math.erf(1)) / 2
    for a, b, exact in [(-np.inf, np.inf, np.pi), (-np.inf, 1, most), (-1, np.inf, most)]:
        ours = fubini.cubature(gaussian, [a, -np.inf], [b, np.inf], points=[[0.5, 0.25], [2.0, -1.0]], rtol=1e-7)
        assert ours.status == "converged" and abs(ours.estimate - exact) <= ours.error


@pytest.mark.parametrize("side", [(-1, 3), (2, np.inf), (-np.inf, 2), (-np.inf, np.inf)])
def test_maps_of_sides_have_the_slopes_they_say(side):
    u, h = np.linspace(0.1, 0.9, 9), 1e-6
    (left, _), (right, _), (_, slope) = (from_unit(*side, u + shift) for shift in (-h, h, 0))
    np.testing.assert_allclose((right - left) / (2 * h), slope, rtol=1e-7)


def test_limits_reversed_and_broadcast():
    assert fubini.cubature(gaussian, [1, 0], [0, 1]).estimate < 0
    np.testing.assert_array_equal(fubini.cubature(gaussian, 0, [1, 1]).estimate, fubini.cubature(gaussian, [0, 0], 1).estimate)


def test_complex_integrands():
    def f(x):
        return np.exp(1j * np.pi * x[:, :1]) * x[:, 1:]

    # SciPy drops the imaginary part.
    ours = fubini.cubature(f, [0, 0], [1, 2], rtol=1e-10, atol=1e-12)
    assert ours.status == "converged" and ours.error.dtype == float
    assert np.abs(ours.estimate - [4j / np.pi]) <= ours.error
    parts = [fubini.cubature(lambda x: part(f(x)), [0, 0], [1, 2], rtol=1e-10, atol=1e-12) for part in (np.real, np.imag)]
    assert ours.error >= max(part.error for part in parts) > 0


def test_regions_tile_the_domain_and_add_up():
    ours = fubini.cubature(lambda x: np.abs(x - 0.3) * [1, 2], [0, 1], [1, 3], rtol=1e-3)
    volume = sum(np.prod(region.b - region.a) for region in ours.regions)
    assert volume == pytest.approx(2) and all(np.all(region.a < region.b) for region in ours.regions)
    np.testing.assert_allclose(sum(region.estimate for region in ours.regions), ours.estimate, rtol=1e-12)
    # The error of the whole is never stated below a thousandth of the tolerance.
    parts = sum(region.error for region in ours.regions)
    assert np.all(parts <= ours.error * (1 + 1e-12))
    assert np.all(ours.error <= np.maximum(parts * (1 + 1e-12), 1e-3 * ours.estimate))
    assert ours.subdivisions == -(-(len(ours.regions) - 1) // 3)
    line = fubini.cubature(lambda x: np.exp(-x[:, 0]), [0], [np.inf])
    assert min(region.a[0] for region in line.regions) == 0 and max(region.b[0] for region in line.regions) == np.inf


def test_a_bound_on_subdivisions_is_kept_and_said():
    def kink(x):
        return np.abs(x[:, 0] - x[:, 1])

    ours = fubini.cubature(kink, [0, 0], [1, 1], max_subdivisions=10, rule="genz-malik")
    assert ours.status == "not_converged" and ours.subdivisions == -(-(len(ours.regions) - 1) // 3) <= 14
    assert 3 * ours.subdivisions > len(ours.regions) - 4
    assert abs(ours.estimate - 1 / 3) <= ours.error
    assert fubini.cubature(kink, [0, 0], [1, 1], rtol=1e-4, max_subdivisions=None).status == "converged"


def test_a_suspect_result_has_not_converged():
    ours = fubini.cubature(lambda x: 0 * x[:, 0], [0, 0], [1, 1])
    assert ours.status == "not_converged" and "every value was zero" in ours.suspect
    assert np.all(ours.error <= 0) and fubini.cubature(gaussian, [0], [1]).suspect is None


@pytest.mark.parametrize("rule", ["gk21", "gk15", "gauss-kronrod", "genz-malik"])
@pytest.mark.parametrize("dim", [1, 2, 3])
def test_all_rules_work_in_few_dimensions(rule, dim):
    ours = fubini.cubature(gaussian, [0] * dim, [1] * dim, rule=rule)
    assert ours.estimate == pytest.approx(0.7468241328124271**dim, rel=1e-8)


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"a": [], "b": []}, "must be nonempty"),
        ({"a": 0, "b": 1}, "1D arrays"),
        ({"a": [0], "b": [1], "rule": "simpson"}, "unknown rule 'simpson'"),
        ({"a": [0], "b": [1], "workers": 0}, "workers is 0"),
        ({"a": [0], "b": [1], "points": [[0, 0]]}, "points: each must have 1 coordinates"),
        ({"a": [0], "b": [1], "rtol": -1}, "rtol is -1"),
        ({"a": [0] * 16, "b": [1] * 16}, "1 to 15 dimensions"),
    ],
)
def test_requests_that_make_no_sense_say_why(request_, message):
    with pytest.raises(ValueError, match=message):
        fubini.cubature(gaussian, **request_)


def test_shapes_are_checked_and_exceptions_pass():
    with pytest.raises(ValueError, match="its first axis must be that of the points"):
        fubini.cubature(lambda x: 1.0, [0], [1])
    with pytest.raises(ZeroDivisionError):
        fubini.cubature(lambda x: 1 / 0, [0], [1])


@pytest.mark.parametrize(
    ("f", "error"),
    [(lambda x: math.exp(-x[0]), TypeError), (lambda x, y: x * y, TypeError), (lambda x: float(x.sum()), ValueError)],
)
def test_a_function_of_one_point_is_told_of_batches_and_how_to_go_on(f, error):
    with pytest.raises(error, match=r"shape \(n, 2\)[^$]*\n[^$]*fubini.cubature\(fubini.vectorize\(f\), a, b\)"):
        fubini.cubature(f, [0, 0], [1, 1])


def test_masks_and_text_are_refused():
    def masked(x):
        return np.ma.masked_greater(x[:, 0], 0.9)

    with pytest.raises(TypeError, match="masked"):
        fubini.cubature(masked, [0], [1])
    with pytest.raises(TypeError, match="which is text"):
        fubini.cubature(lambda x: x[:, 0], ["0"], [1])
