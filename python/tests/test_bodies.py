"""Bodies and coordinates of their own, through `fubini.integrate`."""

import math

import numpy as np
import pytest

import fubini


def within(result, exact):
    sigmas = 1 if result.error_kind == "bound" else 4
    assert result.converged and abs(result.value - exact) <= sigmas * result.error, (result, exact)


@pytest.mark.parametrize("n", range(2, 7))
def test_balls_and_simplices_have_their_moments(n):
    rtol = 1e-9 if n < 4 else 1e-6 if n == 4 else 1e-4
    volume = math.pi ** (n / 2) / math.gamma(n / 2 + 1)
    center = np.arange(n) - 1.0
    square = volume * 2.0 ** (n + 2) / (n + 2)
    for k in range(n):
        within(fubini.integrate(lambda x: (x[:, k] - center[k]) ** 2, fubini.Ball(center, 2), rtol=rtol), square)
    vertices = np.vstack([np.zeros(n), 2 * np.eye(n)]) + 1.0
    volume = 2.0**n / math.factorial(n)
    result = fubini.integrate(lambda x: x[:, [0, n - 1]], fubini.Simplex(vertices), rtol=rtol)
    sigmas = 1 if result.error_kind == "bound" else 4
    assert result.converged and (np.abs(result.value - volume * (1 + 2 / (n + 1))) <= sigmas * result.error).all()


def test_polar_cylindrical_and_spherical_coordinates():
    within(fubini.integrate(lambda p: p[:, 0] * p[:, 1], fubini.Polar((0, 2), (0, math.pi / 2)), rtol=1e-9), 2.0)
    within(fubini.integrate(lambda p: np.exp(-(p**2).sum(axis=1)), fubini.Polar(), rtol=1e-9), math.pi)
    pipe = fubini.Cylindrical((1, 2), (0, 3))
    within(fubini.integrate(lambda p: p[:, 2], pipe, rtol=1e-9), 3 * math.pi * 4.5)
    shell = fubini.Spherical((1, 2))
    within(fubini.integrate(lambda p: np.ones(len(p)), shell, rtol=1e-9), 28 * math.pi / 3)
    hydrogen = fubini.integrate(lambda p: np.exp(-2 * np.sqrt((p**2).sum(axis=1))), fubini.Spherical(), rtol=1e-8)
    within(hydrogen, math.pi)


def test_what_makes_no_body_is_refused():
    def f(x):
        return x[:, 0]

    with pytest.raises(ValueError, match="two to six"):
        fubini.integrate(f, fubini.Ball([0.0]))
    with pytest.raises(ValueError, match="radius of a ball|upper limit"):
        fubini.integrate(f, fubini.Ball([0.0, 0.0], -1))
    with pytest.raises(ValueError, match=r"\(n \+ 1, n\)"):
        fubini.integrate(f, fubini.Simplex([(0, 0), (1, 0)]))
    with pytest.raises(ValueError, match="lo < hi"):
        fubini.integrate(f, fubini.Polar((2, 1)))
    with pytest.raises(ValueError, match="least radius"):
        fubini.integrate(f, fubini.Polar((-1, 1)))
    with pytest.raises(TypeError, match="center"):
        fubini.integrate(f, fubini.Ball("xy"))
    with pytest.raises(TypeError, match="callables"):
        fubini.integrate("x", fubini.Ball([0, 0]))
    with pytest.raises(TypeError, match="points"):
        fubini.integrate(f, fubini.Ball([0, 0]), points={0: 0.5})


def test_factors_of_formulas_are_integrated_by_themselves():
    result = fubini.integrate("exp(-10*(abs(x-0.4)+abs(y-0.4)+abs(z-0.4)))", dict.fromkeys("xyz", (0, 1)), rtol=1e-9)
    exact = ((2 - math.exp(-4) - math.exp(-6)) / 10) ** 3
    within(result, exact)
    assert any("a product of integrals over x | y | z" in note for note in result.analysis)
    zero = fubini.integrate("sin(x)*y", {"x": (-1, 1), "y": (0, 1)})
    assert zero.converged and (zero.value, zero.error, zero.evaluations) == (0.0, 0.0, 0)
    with pytest.raises(fubini.IntegrationError, match="not finite"):
        fubini.integrate("log(x)*y", {"x": (-1, 1), "y": (0, 1)})
    phase = fubini.integrate("exp(i*(x+y))", {"x": (0, 1), "y": (0, 1)}, rtol=1e-9)
    assert abs(phase.value - ((np.exp(1j) - 1) / 1j) ** 2) <= abs(phase.error)
