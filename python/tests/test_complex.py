"""Complex callables, formulas and SymPy expressions."""

import numpy as np
import pytest
import sympy

import fubini

x, y = sympy.symbols("x y", real=True)
# ∫∫ exp(ixy) over x in 0..1 and y in 0..2: a cosine integral and its complement.
WAVE = 1.605412976802695 + 0.847382016686613j


@pytest.mark.parametrize(
    ("f", "limits"),
    [
        (lambda x: np.exp(1j * x[:, 0] * x[:, 1]), [(0, 1), (0, 2)]),
        ("exp(i*x*y)", {"x": (0, 1), "y": (0, 2)}),
        (sympy.exp(sympy.I * x * y), {x: (0, 1), y: (0, 2)}),
        (sympy.cos(x * y) + sympy.I * sympy.sin(x * y), {x: (0, 1), y: (0, 2)}),
        (fubini.compile("e^(i*x*y)", "x y"), [(0, 1), (0, 2)]),
    ],
)
def test_a_single_complex_integral_is_a_complex_number(f, limits):
    result = fubini.integrate(f, limits, rtol=1e-9)
    assert isinstance(result.value, complex) and isinstance(result.error, complex) and result.converged
    assert abs(result.value.real - WAVE.real) <= result.error.real and abs(result.value.imag - WAVE.imag) <= result.error.imag
    assert abs(result.error) <= 1e-9 * abs(result.value)
    assert "1.6054129" in repr(result) and " + 0.8473820" in repr(result) and " i" in repr(result)


def test_components_may_be_real_and_complex():
    result = fubini.integrate(["x", "i*x", "re(i*x) + 2"], {"x": (0, 1)})
    assert result.value.dtype == complex and result.value.shape == result.error.shape == (3,)
    np.testing.assert_allclose(result.value, [0.5, 0.5j, 2])
    both = fubini.integrate(lambda x: np.exp(1j * np.outer(x[:, 0], [1, 3])), [(0, np.pi)], rtol=1e-8)
    assert both.value.shape == (2,) and both.converged
    np.testing.assert_allclose(both.value, [2j, 2j / 3], atol=1e-7)
    # Several threads, other layouts, single precision.
    for f in [lambda x: np.asfortranarray(np.exp(1j * x)), lambda x: np.exp(1j * x).astype(np.complex64)]:
        wave = fubini.integrate(f, [(0, 1)], rtol=1e-5, threads=2)
        np.testing.assert_allclose(wave.value, [np.sin(1) + 1j * (1 - np.cos(1))], rtol=1e-5)


def test_the_tolerance_is_that_of_the_modulus():
    real = fubini.integrate(lambda x: np.exp(-(x[:, 0] ** 2)) * np.cos(3 * x[:, 0]), [(-np.inf, np.inf)], rtol=1e-9)
    wave = fubini.integrate(lambda x: np.exp(-(x[:, 0] ** 2) + 3j * x[:, 0]), [(-np.inf, np.inf)], rtol=1e-9)
    assert wave.converged and wave.evaluations <= 2 * real.evaluations
    assert abs(wave.value - np.sqrt(np.pi) * np.exp(-9 / 4)) <= abs(wave.error)
    for method in ["vegas", "qmc"]:
        rough = fubini.integrate("exp(i*x*y)", {"x": (0, 1), "y": (0, 2)}, method=method, rtol=1e-3)
        assert rough.converged and abs(rough.error) <= 1e-3 * abs(rough.value)
        assert abs(rough.value - WAVE) <= 5 * abs(rough.error)
    assert rough.covariance.shape == (2, 2)


def test_compiled_functions_return_complex_arrays():
    f = fubini.compile([x + sympy.I * y, sympy.Abs(x + sympy.I * y), sympy.conjugate(sympy.I * x), sympy.arg(sympy.I * x)], [x, y])
    values = f(np.array([3.0, 1.0]), 4.0)
    assert f.components == 4 and values.dtype == complex
    np.testing.assert_allclose(values, [[3 + 4j, 1 + 4j], [5, np.sqrt(17)], [-3j, -1j], [np.pi / 2, np.pi / 2]])
    assert complex(fubini.compile("sqrt(-1 + 0*i)", "x")(0.0)) == 1j
    assert fubini.compile("x^2", "x")(np.ones(3)).dtype == float


def test_what_cannot_be_complex_is_refused_with_a_remedy():
    with pytest.raises(ValueError, match="limits of x: i is complex, and a limit must be real"):
        fubini.integrate("x", {"x": (0, "i")})
    with pytest.raises(ValueError, match="y is complex, and a limit must be real|x is complex"):
        fubini.integrate(x * y, {x: (0, 1), y: (0, sympy.I * x)})
    with pytest.raises(ValueError, match="ratio takes real components"):
        fubini.integrate(["x", "i*x"], {"x": (0, 1)}, ratio=True)
    with pytest.raises(ValueError, match="`max` takes real numbers only"):
        fubini.integrate("max(x, i)", {"x": (0, 1)})

    calls = iter(range(10**6))
    with pytest.raises(TypeError, match="complex numbers, where they were real before"):
        fubini.integrate(lambda x: x[:, 0] + (1j if next(calls) else 0), [(0, 1)])
