"""Weighted samples and importance maps."""

import numpy as np
import pytest

import fubini


def density(x):
    return np.exp(-3 * x[:, 0] - x[:, 1] ** 2)


LIMITS = [(0, np.inf), (-5, 5)]


def run(**more):
    return fubini.integrate(density, LIMITS, rtol=2e-3, seed=3, **more)


def test_samples_are_those_of_the_result():
    result = run(samples=True)
    plain = run(method="vegas")
    samples = result.samples
    assert result.method == "vegas" and result.value == plain.value and plain.samples is None
    assert samples.points.shape == (len(samples), 2) and samples.values.shape == (len(samples), 1)
    np.testing.assert_allclose(samples.weights.sum(), result.value, rtol=1e-12)
    np.testing.assert_array_equal(samples.values[:, 0], density(samples.points))
    assert sum(len(weights) for _, _, weights in samples) == len(samples)


def test_expectations_quantiles_and_equal_weights():
    samples = run(samples=True).samples
    mean = samples.mean(lambda p: p[:, 0])
    assert abs(mean.value - 1 / 3) < 5 * mean.error < 0.01
    variance = samples.variance(lambda p: p[:, 0])
    assert abs(variance.value - 1 / 9) < 5 * variance.error
    np.testing.assert_allclose(samples.quantile(lambda p: p[:, 0], [0.1, 0.5]), -np.log([0.9, 0.5]) / 3, rtol=0.03)
    points = samples.unweighted(seed=1)
    assert 100 < len(points) < len(samples)
    assert abs(points[:, 0].mean() - 1 / 3) < 5 / 3 / np.sqrt(len(points))


def test_a_map_serves_a_neighbour():
    def peak(a):
        return lambda x: np.exp(-a * ((x - 0.7) ** 2).sum(axis=1))

    limits = [(0, 1)] * 4
    first = fubini.integrate(peak(200), limits, method="vegas", rtol=1e-3)
    assert isinstance(first.map, bytes) and fubini.integrate(peak(200), limits, rtol=1e-3, method="cuhre").map is None
    again = fubini.integrate(peak(210), limits, rtol=1e-3, map=first.map)
    alone = fubini.integrate(peak(210), limits, rtol=1e-3, method="vegas")
    assert again.method == "vegas" and again.converged and again.evaluations < alone.evaluations
    assert abs(again.value - alone.value) < 5 * (again.error + alone.error)


def test_what_makes_no_sense_is_refused():
    with pytest.raises(ValueError, match="cuhre draws no weighted samples"):
        run(samples=True, method="cuhre")
    with pytest.raises(ValueError, match="no importance map"):
        run(map=b"nothing")
    samples = fubini.integrate("x", {"x": (-1, 1)}, atol=1e-2, samples=True).samples
    with pytest.raises(ValueError, match="no density"):
        samples.unweighted()
    with pytest.raises(ValueError, match="probabilities"):
        run(samples=True).samples.quantile(lambda p: p[:, 0], 2)


def test_formulas_and_complex_values():
    samples = fubini.integrate("exp(i*x)", {"x": (0, 1)}, rtol=1e-3, samples=True).samples
    assert samples.values.shape[1] == 2
    np.testing.assert_allclose(samples.values, np.column_stack([np.cos(samples.points[:, 0]), np.sin(samples.points[:, 0])]), rtol=1e-12)
