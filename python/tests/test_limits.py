"""Limits that depend on the variables before, and breaks, through `fubini.integrate`."""

import math

import numpy as np
import pytest
import sympy as sp

import fubini

x, y, z = sp.symbols("x y z")
WEDGE = 0.6589510757272  # the integral of exp(x*y) over 0 < y < x < 1


@pytest.mark.parametrize("method, rtol", [("cuhre", 1e-9), ("genz-malik", 1e-6), ("qmc", 1e-4), ("vegas", 1e-3)])
def test_callables_formulas_and_sympy_say_the_same(method, rtol):
    forms = [
        (lambda p: np.exp(p[:, 0] * p[:, 1]), [(0, 1), (0, lambda x: x)]),
        (lambda p: np.exp(p[:, 0] * p[:, 1]), [(0, 1), lambda x: (0, x)]),
        ("exp(x*y)", {"x": (0, 1), "y": (0, "x")}),
        ("exp(x*y)", {"x": (0, 1), "y": (0, lambda x: x)}),
        (sp.exp(x * y), {x: (0, 1), y: (0, x)}),
        (sp.exp(x * y), [(x, 0, 1), (y, 0, x)]),
        (fubini.compile("exp(x*y)", "x y"), {"x": (0, 1), "y": (0, "x")}),
    ]
    values = {fubini.integrate(f, limits, method=method, rtol=rtol).value for f, limits in forms}
    assert max(values) - min(values) <= 1e-14
    result = fubini.integrate(*forms[0], method=method, rtol=rtol)
    assert result.converged and abs(result.value - WEDGE) <= 4 * result.error <= 4 * rtol


def test_infinite_reversed_and_parametrised_ends():
    result = fubini.integrate(sp.exp(-y), {x: (0, sp.oo), y: (2 * x, sp.oo)}, rtol=1e-8)
    assert abs(result.value - 0.5) <= result.error
    result = fubini.integrate("exp(-y)", {"x": (0, "inf"), "y": ("inf", "a*x")}, parameters={"a": 2}, rtol=1e-8)
    assert abs(result.value + 0.5) <= result.error
    result = fubini.integrate("1", {"x": (0, "pi/a"), "y": (0, sp.pi / 2)}, parameters={"a": 2})
    assert abs(result.value - math.pi**2 / 4) <= 1e-14
    # Infinite at some points only.
    ends = lambda x: (0.0 * x, np.where(x > 0, np.inf, 1.0))  # noqa: E731
    result = fubini.integrate(lambda p: np.exp(-p[:, 1]), [(-1, 1), ends], points={0: 0.0}, rtol=1e-8)
    assert abs(result.value - (2 - math.exp(-1))) <= result.error


def test_the_ball_is_smooth():
    side = sp.sqrt(1 - x**2 - y**2)
    result = fubini.integrate(z**2, [(x, -1, 1), (y, -sp.sqrt(1 - x**2), sp.sqrt(1 - x**2)), (z, -side, side)], rtol=1e-8)
    assert abs(result.value - 4 * math.pi / 15) <= result.error and result.evaluations < 100_000


@pytest.mark.parametrize(
    "f, limits, points",
    [
        ("where(y > x^2, 1, exp(x))", {"x": (0, 1), "y": (0, 1)}, {"y": "x^2"}),
        (sp.Piecewise((1, y > x**2), (sp.exp(x), True)), {x: (0, 1), y: (0, 1)}, {y: [x**2]}),
        (lambda p: np.where(p[:, 1] > p[:, 0] ** 2, 1, np.exp(p[:, 0])), [(0, 1), (0, 1)], {1: lambda x: x**2}),
    ],
)
def test_points_make_jumps_smooth(f, limits, points):
    result = fubini.integrate(f, limits, points=points, rtol=1e-10)
    assert abs(result.value - (2 / 3 + math.e - 2)) <= max(result.error, 1e-14) and result.evaluations < 5_000


def test_exceptions_in_limits_come_through():
    def bad(x):
        raise KeyError("mine")

    for f in (lambda p: p[:, 0], "x"):
        limits = [(0, 1), (0, bad)] if callable(f) else {"x": (0, 1), "y": (0, bad)}
        with pytest.raises(KeyError, match="mine"):
            fubini.integrate(f, limits)
    calls = []

    def later(x):
        calls.append(len(x))
        if len(calls) > 4:
            raise KeyError("later")
        return x

    with pytest.raises(KeyError, match="later"):
        fubini.integrate("exp(x*y)/sqrt(x+y)", {"x": (0, 1), "y": (0, later)}, rtol=1e-10)


@pytest.mark.parametrize(
    "error, message, f, limits",
    [
        (ValueError, "uses y, but limits may only", "x", {"x": (0, "y"), "y": (0, 1)}),
        (ValueError, "uses y, but limits may only", x, {x: (0, 1), y: (0, y)}),
        (ValueError, "unknown name `q`", "x", {"x": (0, 1), "y": (0, "q")}),
        (ValueError, "(?s)unknown name `q`.*give it limits.*parameters=", "x*q", {"x": (0, 1)}),
        (ValueError, "(?s)unknown name `infinity`.*infinity is written inf", "x", {"x": (0, "infinity")}),
        (ValueError, "shape", lambda p: p[:, 0], [(0, 1), (0, lambda x: np.ones((len(x), 2)))]),
        (ValueError, "must return a pair", lambda p: p[:, 0], [(0, 1), lambda x: x[:1]]),
        (fubini.IntegrationError, "limits of variable 1 are not numbers", "x", {"x": (0, 1), "y": (0, "sqrt(0.9-x)")}),
    ],
)
def test_what_makes_no_limit_is_refused(error, message, f, limits):
    with pytest.raises(error, match=message):
        fubini.integrate(f, limits)


def test_points_outside_and_of_no_variable_are_refused():
    with pytest.raises(ValueError, match="lies outside"):
        fubini.integrate("x", {"x": (0, 1)}, points={"x": 2})
    with pytest.raises(ValueError, match="no variable q"):
        fubini.integrate("x", {"x": (0, 1)}, points={"q": 0.5})
