"""Weighted samples of a run, and what can be had from them without another evaluation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._result import Estimate

_BATCH = 65_536


@dataclass(frozen=True, repr=False)
class Samples:
    """The samples of `vegas` that count, as weighted points of the density that the first component is.

    Attributes
    ----------
    points : ndarray of shape (n, d)
        In the variables of the integrand.
    values : ndarray of shape (n, k)
        All components there, of complex ones the real and the imaginary part.
    weights : ndarray of shape (n,)
        What each sample adds to the first integral: they sum up to it.

    Examples
    --------
    The mean of x under an unnormalised density, and its median:

    >>> import fubini
    >>> result = fubini.integrate("exp(-3*x - y^2)", {"x": (0, "inf"), "y": (-5, 5)}, rtol=1e-3, samples=True)
    >>> mean = result.samples.mean(lambda p: p[:, 0])
    >>> abs(mean.value - 1 / 3) < 5 * mean.error
    True
    >>> round(float(result.samples.quantile(lambda p: p[:, 0], 0.5)), 2)
    0.23
    """

    points: NDArray[np.float64]
    values: NDArray[np.float64]
    weights: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.weights)

    def __repr__(self) -> str:
        return f"Samples: {len(self)} points in {self.points.shape[1]} variables"

    def __iter__(self) -> Iterator[tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]]:
        """Batches of points, values and weights."""
        for start in range(0, len(self), _BATCH):
            part = slice(start, start + _BATCH)
            yield self.points[part], self.values[part], self.weights[part]

    def mean(self, quantity: Callable[[NDArray[np.float64]], ArrayLike]) -> Estimate:
        """The mean of a function of the points under the density, with one standard deviation.

        The error is that of independent samples. That samples come from strata makes the true one smaller, which is not counted.
        """
        values, total = self._of(quantity), self.weights.sum()
        mean = float(values @ self.weights / total)
        return Estimate(mean, float(np.sqrt(np.sum((self.weights * (values - mean)) ** 2)) / abs(total)))

    def variance(self, quantity: Callable[[NDArray[np.float64]], ArrayLike]) -> Estimate:
        """The variance of a function of the points under the density, with one standard deviation."""
        values = self._of(quantity)
        centre = self.mean(quantity).value
        return self.mean(lambda _: (values - centre) ** 2)

    def quantile(self, quantity: Callable[[NDArray[np.float64]], ArrayLike], q: ArrayLike) -> Any:
        """Values that a function of the points stays below with probability `q` under the density.

        Raises
        ------
        ValueError
            If weights are negative, so that there is no density, or `q` is not between 0 and 1.
        """
        wanted = np.asarray(q, dtype=float)
        if not np.all((wanted >= 0) & (wanted <= 1)):
            raise ValueError(f"q: probabilities from 0 to 1 are needed, not {q}")
        self._density()
        values = self._of(quantity)
        order = np.argsort(values)
        below = np.cumsum(self.weights[order])
        places = np.searchsorted(below, wanted * below[-1]).clip(0, len(values) - 1)
        return values[order][places]

    def unweighted(self, seed: int = 0, largest: float | None = None) -> NDArray[np.float64]:
        """Points of equal weight: each is kept with its weight over the largest as the probability.

        Parameters
        ----------
        seed : int
            Of the random numbers that decide.
        largest : float, optional
            The weight that is always kept, by default the largest of all. With a smaller one more points are kept, and those above it
            count less than they should.

        Raises
        ------
        ValueError
            If weights are negative, so that there is no density, or `largest` is not above zero.
        """
        self._density()
        most = float(self.weights.max()) if largest is None else float(largest)
        if not most > 0:
            raise ValueError(f"largest: a weight above zero is needed, not {most}")
        return self.points[np.random.default_rng(seed).random(len(self)) * most < self.weights]

    def _of(self, quantity: Callable[[NDArray[np.float64]], ArrayLike]) -> NDArray[np.float64]:
        values = np.asarray(quantity(self.points), dtype=float)
        if values.shape != self.weights.shape:
            raise ValueError(f"quantity: it gets points of shape {self.points.shape} and must return {self.weights.shape}, not {values.shape}")
        return values

    def _density(self) -> None:
        if (self.weights < 0).any():
            raise ValueError("the first component is negative at some points: it is no density")
