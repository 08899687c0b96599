"""Compiled expressions as functions on NumPy arrays."""

import numpy as np
import pytest
import sympy

import fubini

x, y = sympy.symbols("x y")


def test_arrays_broadcast():
    f = fubini.compile(x - 2 * y, [x, y])
    a, b = np.arange(3.0)[:, None], np.arange(4)[None, :]
    np.testing.assert_array_equal(f(a, b), a - 2 * b)
    assert f(1, 2) == -3 and f(a, b).shape == (3, 4)
    assert f(np.empty((0, 2)), 1.0).shape == (0, 2)


def test_a_list_has_an_axis_of_its_own():
    f = fubini.compile([x + y, x * y], "x y")
    assert f.components == 2 and f.variables == ("x", "y")
    assert f(np.ones((5, 3)), 2.0).shape == (2, 5, 3)
    assert fubini.compile([x], [x])(np.zeros(4)).shape == (1, 4)


def test_strides_do_not_matter():
    a = np.random.default_rng(0).random((50, 40))
    f = fubini.compile("x^2 + y", ["x", "y"])
    np.testing.assert_array_equal(f(a.T[::3], 1.0), f(a, 1.0).T[::3])


@pytest.mark.parametrize("n", [1, 7, 4096, 50_001])
def test_threads_and_pieces_do_not_change_a_bit(n):
    a, b = np.random.default_rng(1).random((2, n))
    f = fubini.compile([sympy.exp(-x * y), sympy.sqrt(x + y)], [x, y])
    one = f(a, b)
    np.testing.assert_allclose(one, [np.exp(-a * b), np.sqrt(a + b)], rtol=1e-15)
    for threads in (2, 3, None):
        np.testing.assert_array_equal(f(a, b, threads=threads), one)


def test_common_parts_are_evaluated_once():
    shared = sympy.exp(-sympy.sqrt(x**2 + y**2))
    one, two = fubini.compile(shared, [x, y]), fubini.compile([shared, shared * x], [x, y])
    operations = [int(f.summary.split(", ")[1].split()[0]) for f in (one, two)]
    assert operations[1] == operations[0] + 1


def test_compiled_integrands_are_integrated_by_name_or_order():
    f = fubini.compile("x*y^2", "x y")
    assert fubini.integrate(f, [(0, 2), (0, 1)]).value == pytest.approx(2 / 3)
    assert fubini.integrate(f, {"y": (0, 1), "x": (0, 2)}).value == pytest.approx(2 / 3)
    with pytest.raises(ValueError, match="limits of x, y are needed"):
        fubini.integrate(f, {"x": (0, 1)})
    with pytest.raises(ValueError, match="the integrand has 2 variables"):
        fubini.integrate(f, [(0, 1)])
    with pytest.raises(TypeError, match="folded in"):
        fubini.integrate(f, [(0, 1)] * 2, parameters={"a": 1})


def test_mistakes_are_shown():
    with pytest.raises(ValueError, match="did you mean `exp`"):
        fubini.compile("exq(x)", "x")
    with pytest.raises(TypeError, match="2 arrays are needed, for x, y; 1 were given"):
        fubini.compile(x + y, [x, y])(1.0)
    with pytest.raises(ValueError, match="threads is 0"):
        fubini.compile(x, [x])(1.0, threads=0)
    with pytest.raises(TypeError, match="not float"):
        fubini.compile([x, 1.0], [x])
    with pytest.raises(TypeError, match="parameter a: 'b' is not a number"):
        fubini.compile("a*x", "x", parameters={"a": "b"})
    with pytest.raises(ValueError, match="x"):
        fubini.compile(x, [x, x])


def test_parameters_are_folded_in():
    f = fubini.compile(["a*x", sympy.Symbol("a") * y], [x, y], parameters={"a": 3})
    np.testing.assert_array_equal(f(1.0, 2.0), [3, 6])
    assert "function of x, y" in repr(f)
