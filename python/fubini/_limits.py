"""Limits of integration, in all the forms in which they are given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


# The only limits that may be given as text: the grammar of formulas has these names.
_INFINITIES = ("inf", "+inf", "-inf")


def of_callable(limits: Any) -> list[tuple[float, float]]:
    """One pair per variable, in order."""
    if isinstance(limits, Mapping):
        raise TypeError("limits: a callable takes its variables in order; give a list of pairs (lo, hi), not names")
    limits = unmasked(limits, "limits are") if isinstance(limits, np.ndarray) else limits
    pairs = [limits] if _is_pair_of_numbers(limits) else list(_sequence(limits))
    return _some([_pair(f"variable {i}", pair) for i, pair in enumerate(pairs)])


def of_names(limits: Any) -> tuple[list[Any], list[tuple[float, float]]]:
    """Variables and their pairs, from ``{x: (lo, hi)}`` or ``[(x, lo, hi)]``."""
    if isinstance(limits, Mapping):
        items = list(limits.items())
    else:
        items = []
        for entry in _sequence(limits):
            entry = _sequence(entry)
            if len(entry) != 3:
                raise ValueError(
                    "limits: which variable is meant? Give {'x': (lo, hi), ...} or [(x, lo, hi), ...] for an expression"
                )
            items.append((entry[0], entry[1:]))
    return [name for name, _ in items], _some([_pair(str(name), pair) for name, pair in items])


def unmasked(array: Any, what: str) -> NDArray[Any]:
    """The array of these values, none of which may be masked: NumPy drops masks without a word, and uses what is under them."""
    masked = int(np.ma.getmaskarray(array).sum()) if isinstance(array, np.ma.MaskedArray) else 0
    if masked:
        raise TypeError(
            f"{what} a masked array, of which {masked} values are masked: say what stands there, for instance by "
            "`.filled(0.0)`, or by limits that leave those points out"
        )
    return np.asarray(array)


def sample(limits: Sequence[tuple[float, float]]) -> NDArray[np.float64]:
    """A few points well inside of the domain, to find out what an integrand returns."""
    u = np.array([0.37, 0.53, 0.71])
    columns = [from_unit(min(pair), max(pair), u)[0] for pair in limits]
    return np.stack(columns).T if columns else np.empty((3, 0))


def from_unit(lo: float, hi: float, u: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points of one side of the domain for points of [0, 1], and dx/du: the maps of the native half."""
    with np.errstate(divide="ignore", invalid="ignore"):
        if np.isfinite(lo) and np.isfinite(hi):
            return lo + u * (hi - lo), np.full_like(u, hi - lo)
        if np.isfinite(lo):
            return lo + u / (1 - u), 1 / (1 - u) ** 2
        if np.isfinite(hi):
            return hi - (1 - u) / u, 1 / u**2
        t = 2 * u - 1
        return t / (1 - t * t), 2 * (1 + t * t) / (1 - t * t) ** 2


def _pair(name: str, pair: Any) -> tuple[float, float]:
    pair = _sequence(pair)
    if len(pair) != 2:
        raise ValueError(f"limits of {name}: a pair (lo, hi) is needed, not {len(pair)} numbers")
    return _number(name, pair[0]), _number(name, pair[1])


def _some(pairs: list[tuple[float, float]]) -> list[tuple[float, float]]:
    if not pairs:
        raise ValueError("limits: there are none; give a pair (lo, hi) for every variable, at least one")
    return pairs


def _number(name: str, limit: Any) -> float:
    if isinstance(limit, (str, bytes)) and limit not in _INFINITIES:
        raise TypeError(f"limits of {name}: {limit!r} must be a number, and is text; 'inf' is the only word")
    if limit is np.ma.masked:
        raise TypeError(f"limits of {name}: one of them is masked; a number is needed")
    try:
        return float(limit)
    except (TypeError, ValueError):
        reason = "must be a number or an infinity, and may not depend on other variables"
        raise TypeError(f"limits of {name}: {limit!r} {reason}") from None


def _is_pair_of_numbers(limits: Any) -> bool:
    return isinstance(limits, (tuple, list)) and len(limits) == 2 and all(np.isscalar(x) for x in limits)


def _sequence(entry: Any) -> Sequence[Any]:
    if isinstance(entry, (str, bytes)) or not hasattr(entry, "__len__"):
        raise TypeError(f"limits: {entry!r} is not a pair (lo, hi)")
    return list(entry)
