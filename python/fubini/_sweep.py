"""Integrals at many values of their parameters."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._result import ConvergenceWarning, Result, number

# Points shown one by one.
_SHOWN = 8


@dataclass(frozen=True, repr=False)
class Sweep:
    """The results of `integrate` for arrays of parameters.

    Attributes
    ----------
    parameters : dict of ndarray of shape (points,)
        The values of the parameters that were given as arrays.
    value, error : ndarray of shape (points,) or (points, k)
        Integrals and errors as in `Result`; with an axis of components where the integrand has them.
    results : list of Result
        Everything that is known of each point.
    """

    parameters: Mapping[Any, NDArray[np.float64]]
    value: NDArray[Any]
    error: NDArray[Any]
    results: list[Result]

    @property
    def converged(self) -> bool:
        """Whether all points have converged."""
        return all(result.converged for result in self.results)

    @property
    def evaluations(self) -> int:
        """Points at which the integrand was evaluated, of all results."""
        return sum(result.evaluations for result in self.results)

    def __len__(self) -> int:
        return len(self.results)

    def __getitem__(self, point: int) -> Result:
        return self.results[point]

    def __iter__(self) -> Iterator[Result]:
        return iter(self.results)

    def __repr__(self) -> str:
        lines = []
        for k, (value, error) in list(enumerate(zip(self.value, self.error)))[:_SHOWN]:
            values = ", ".join(f"{name} = {array[k]:g}" for name, array in self.parameters.items())
            shown = [number(v, e) for v, e in zip(np.atleast_1d(value), np.atleast_1d(error))]
            more = ", …" if len(shown) > _SHOWN else ""
            lines.append(f"  {values}:  {', '.join(shown[:_SHOWN])}{more}")
        if len(self) > _SHOWN:
            lines.append(f"  … and {len(self) - _SHOWN} more")
        missed = sum(not result.converged for result in self.results)
        lines.append(f"  converged  {'all' if not missed else f'NOT {missed} of {len(self)}'}")
        return "\n".join([f"Sweep of {len(self)} points by {self.results[0].method}", *lines])


def grid(parameters: Mapping[Any, Any]) -> dict[Any, NDArray[np.float64]]:
    """The parameters that are arrays, all of one length; empty where all are numbers."""
    arrays = {name: np.asarray(value, np.float64) for name, value in parameters.items() if np.ndim(value) > 0}
    shapes = {str(name): array.shape for name, array in arrays.items()}
    if any(len(shape) != 1 or shape[0] == 0 for shape in shapes.values()):
        raise ValueError(f"parameters: arrays must have one axis and at least one value, and their shapes are {shapes}; flatten them")
    if len(set(shapes.values())) > 1:
        raise ValueError(
            f"parameters: arrays must be equally long, and their shapes are {shapes}; for all combinations flatten the arrays of "
            "numpy.meshgrid"
        )
    return arrays


def sweep(run: Callable[[Mapping[Any, float]], Result], parameters: Mapping[Any, Any], arrays: Mapping[Any, NDArray[np.float64]]) -> Sweep:
    """Runs all points, and warns once for all of them."""
    results = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for k in range(len(next(iter(arrays.values())))):
            results.append(run({**parameters, **{name: float(array[k]) for name, array in arrays.items()}}))
    missed = [w for w in caught if issubclass(w.category, ConvergenceWarning)]
    for other in {str(w.message): w for w in caught if w not in missed}.values():
        warnings.warn(other.message, other.category, stacklevel=3)
    if missed:
        points = sum(not result.converged for result in results)
        warnings.warn(f"{points} of {len(results)} points have not converged; the first: {missed[0].message}", ConvergenceWarning, stacklevel=3)
    value, error = (np.array([getattr(result, part) for result in results]) for part in ("value", "error"))
    return Sweep(dict(arrays), value, error, results)
