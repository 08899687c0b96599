"""Bodies and coordinates over which a callable is integrated, in place of limits."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

# Where a callable is asked what it returns: own coordinates within (0, 1).
_INSIDE = np.array([0.37, 0.53, 0.71])


class Body:
    """A domain with coordinates of its own; the native half knows it by a name and numbers."""

    def native(self) -> tuple[str, list[float]]:
        """Name and numbers."""
        raise NotImplementedError

    def sample(self) -> Array:
        """Three points inside, of shape (3, variables)."""
        raise NotImplementedError


@dataclass(frozen=True)
class Ball(Body):
    """All points at most `radius` from `center`, a sequence of two to six numbers; spherical coordinates about it.

    >>> import fubini
    >>> result = fubini.integrate(lambda x: x[:, 0] ** 2, fubini.Ball([0, 0, 0], 2), rtol=1e-9)
    >>> abs(result.value - 4 / 15 * 3.141592653589793 * 2**5) <= result.error
    True
    """

    center: Sequence[float]
    radius: float = 1.0

    def native(self) -> tuple[str, list[float]]:
        center = _numbers("center", self.center)
        if not 2 <= len(center) <= 6:
            raise ValueError(f"Ball: a center has two to six coordinates, not {len(center)}")
        return "ball", [float(self.radius), *center]

    def sample(self) -> Array:
        center = np.array(_numbers("center", self.center))
        return center + np.outer(_INSIDE - 0.5, np.full(len(center), float(self.radius) / len(center)))


@dataclass(frozen=True)
class Simplex(Body):
    """The convex hull of `vertices`, an array of shape (n + 1, n) with n from one to six.

    >>> import fubini
    >>> triangle = fubini.Simplex([(1, 0), (3, 1), (2, 4)])
    >>> round(fubini.integrate(lambda x: x[:, 0], triangle).value, 9)
    7.0
    """

    vertices: ArrayLike

    def native(self) -> tuple[str, list[float]]:
        return "simplex", self._array().ravel().tolist()

    def sample(self) -> Array:
        vertices = self._array()
        weights = np.add.outer(_INSIDE, np.arange(1, len(vertices) + 1))
        return weights / weights.sum(axis=1, keepdims=True) @ vertices

    def _array(self) -> Array:
        vertices = np.asarray(self.vertices, np.float64)
        if vertices.ndim != 2 or vertices.shape[0] != vertices.shape[1] + 1 or not 1 <= vertices.shape[1] <= 6:
            raise ValueError(
                f"Simplex: vertices have shape {vertices.shape}, and must have (n + 1, n): one vertex more than coordinates, of "
                "which there are one to six"
            )
        return vertices


@dataclass(frozen=True)
class Polar(Body):
    """The plane, or what lies between two radii and two angles; the callable gets x and y.

    >>> import fubini, numpy as np
    >>> result = fubini.integrate(lambda p: np.exp(-np.hypot(p[:, 0], p[:, 1])), fubini.Polar())
    >>> abs(result.value - 2 * np.pi) <= result.error
    True
    """

    radius: tuple[float, float] = (0.0, math.inf)
    angle: tuple[float, float] = (0.0, math.tau)

    def native(self) -> tuple[str, list[float]]:
        return "polar", [*_pair("radius", self.radius), *_pair("angle", self.angle)]

    def sample(self) -> Array:
        r, phi = _between(self.radius), _between(self.angle)
        return np.column_stack([r * np.cos(phi), r * np.sin(phi)])


@dataclass(frozen=True)
class Cylindrical(Body):
    """Space, or what lies between two radii, two heights and two angles; the callable gets x, y and z."""

    radius: tuple[float, float] = (0.0, math.inf)
    height: tuple[float, float] = (-math.inf, math.inf)
    angle: tuple[float, float] = (0.0, math.tau)

    def native(self) -> tuple[str, list[float]]:
        return "cylindrical", [*_pair("radius", self.radius), *_pair("angle", self.angle), *_pair("height", self.height)]

    def sample(self) -> Array:
        r, phi = _between(self.radius), _between(self.angle)
        return np.column_stack([r * np.cos(phi), r * np.sin(phi), _between(self.height)])


@dataclass(frozen=True)
class Spherical(Body):
    """Space, or what lies between two distances from the origin; the callable gets x, y and z."""

    radius: tuple[float, float] = (0.0, math.inf)

    def native(self) -> tuple[str, list[float]]:
        return "spherical", _pair("radius", self.radius)

    def sample(self) -> Array:
        return np.outer(_between(self.radius), np.array([2.0, 3.0, 6.0]) / 7.0)


def _numbers(name: str, values: Sequence[float]) -> list[float]:
    try:
        return [float(x) for x in values]
    except (TypeError, ValueError):
        raise TypeError(f"{name} is {values!r}: a sequence of numbers is needed") from None


def _pair(name: str, ends: Sequence[float]) -> list[float]:
    pair = _numbers(name, ends)
    if len(pair) != 2 or not pair[0] < pair[1]:
        raise ValueError(f"{name} is {ends!r}: a pair (lo, hi) with lo < hi is needed")
    return pair


def _between(ends: Sequence[float]) -> Array:
    lo, hi = ends
    if math.isinf(lo) and math.isinf(hi):
        return _INSIDE - 0.5
    if math.isinf(hi):
        return lo + _INSIDE
    return lo + (hi - lo) * _INSIDE
