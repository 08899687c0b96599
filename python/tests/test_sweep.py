"""Arrays of parameters."""

import numpy as np
import pytest
import sympy

import fubini

A = np.array([0.5, 1.0, 2.0, 4.0])


def test_arrays_of_parameters_give_a_result_per_point():
    one = fubini.integrate("exp(-a*x)", {"x": (0, np.inf)}, parameters={"a": A}, rtol=1e-9)
    assert isinstance(one, fubini.Sweep) and one.converged and one.value.shape == one.error.shape == (4,) and len(one) == 4
    assert (np.abs(one.value - 1 / A) <= one.error).all()
    assert one.evaluations == sum(result.evaluations for result in one) and one[1].value == one.value[1]
    x, a, b = sympy.symbols("x a b")
    both = fubini.integrate([x * a, sympy.exp(sympy.I * b * x)], {x: (0, a)}, parameters={a: A, b: 2}, rtol=1e-9)
    assert both.value.shape == (4, 2) and list(both.parameters) == [a]
    np.testing.assert_allclose(both.value, np.stack([A**3 / 2, (np.exp(2j * A) - 1) / 2j], axis=1), rtol=1e-8)
    assert "a = 0.5:  0.0625" in repr(both) and "converged  all" in repr(both)


def test_each_point_is_what_a_single_run_gives():
    sweep = fubini.integrate("abs(x - a)^-0.5", {"x": (0, 1)}, parameters={"a": [0.25, 0.5], "b": [1, 2]}, rtol=1e-8)
    for k, a in enumerate([0.25, 0.5]):
        single = fubini.integrate("abs(x - a)^-0.5", {"x": (0, 1)}, parameters={"a": a, "b": 1}, rtol=1e-8)
        assert (sweep.value[k], sweep.error[k]) == (single.value, single.error)


def test_points_that_miss_their_tolerance_warn_once():
    with pytest.warns(fubini.ConvergenceWarning, match="2 of 3 points have not converged; the first: the tolerance was not met") as caught:
        sweep = fubini.integrate("cos(a*x*y)", {"x": (0, 1), "y": (0, 1)}, parameters={"a": [0, 300, 400]}, rtol=1e-9, max_evals=2000)
    assert len(caught) == 1 and not sweep.converged and "NOT 2 of 3" in repr(sweep)


def test_what_is_no_sweep_is_refused_with_a_remedy():
    with pytest.raises(ValueError, match="equally long.*numpy.meshgrid"):
        fubini.integrate("a*b*x", {"x": (0, 1)}, parameters={"a": [1, 2], "b": [1, 2, 3]})
    with pytest.raises(ValueError, match="one axis and at least one value"):
        fubini.integrate("a*x", {"x": (0, 1)}, parameters={"a": np.ones((2, 2))})
    with pytest.raises(TypeError, match="parameters are for expressions"):
        fubini.integrate(lambda x: x[:, 0], [(0, 1)], parameters={"a": [1.0]})
