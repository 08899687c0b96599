"""Limits of integration, in all the forms in which they are given."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# The only limits of callables that may be given as text: the grammar of formulas has these names.
_INFINITIES = ("inf", "+inf", "-inf")


@dataclass
class Side:
    """The interval of one variable: a number, a callable over points (n, variables before) or a program for each end."""

    lo: Any
    hi: Any
    cuts: list[Any] = field(default_factory=list)


def of_callable(limits: Any) -> list[Side]:
    """One interval per variable, in order."""
    if isinstance(limits, Mapping):
        raise TypeError("limits: a callable takes its variables in order; give a list of pairs (lo, hi), not names")
    limits = unmasked(limits, "limits are") if isinstance(limits, np.ndarray) else limits
    pairs = [limits] if _is_pair_of_numbers(limits) else list(_sequence(limits))
    return _some([_side(f"variable {k}", pair, lambda name, end, k=k: _end(name, end, k)) for k, pair in enumerate(pairs)])


def pairs(limits: Any) -> list[tuple[Any, Any]]:
    """Variables and what is said of each, from ``{x: (lo, hi)}`` or ``[(x, lo, hi)]``."""
    if isinstance(limits, Mapping):
        items = list(limits.items())
    else:
        items = []
        for entry in _sequence(limits):
            entry = _sequence(entry)
            if len(entry) == 2 and callable(entry[1]):
                items.append((entry[0], entry[1]))
            elif len(entry) != 3:
                raise ValueError(
                    "limits: which variable is meant? Give {'x': (lo, hi), ...} or [(x, lo, hi), ...] for an expression"
                )
            else:
                items.append((entry[0], entry[1:]))
    return _some(items)


def of_names(items: Sequence[tuple[Any, Any]], read: Callable[[Any, int], Any]) -> list[Side]:
    """One interval per variable; `read` makes a number or a program of a formula that may use the first k variables."""

    def end(name: str, limit: Any, k: int) -> Any:
        return read(limit, k) if _is_formula(limit) else _end(name, limit, k)

    return [_side(str(name), pair, lambda what, limit, k=k: end(what, limit, k)) for k, (name, pair) in enumerate(items)]


def cut(sides: Sequence[Side], names: Sequence[str] | None, points: Mapping[Any, Any] | None, read: Callable[[Any, int], Any] | None) -> None:
    """Cuts the intervals where `points` say, by name or by number."""
    for key, places in (points or {}).items():
        known = list(map(str, range(len(sides)))) if names is None else list(names)
        if str(key) not in known:
            raise ValueError(f"points: there is no variable {key}; there are {', '.join(known)}")
        k = known.index(str(key))
        for place in places if isinstance(places, (list, tuple, np.ndarray)) else [places]:
            found = read(place, k) if read and _is_formula(place) else _end(f"points of variable {key}", place, k)
            if isinstance(found, float):
                ends = [end for end in (sides[k].lo, sides[k].hi) if isinstance(end, float)]
                if len(ends) == 2 and not min(ends) < found < max(ends):
                    raise ValueError(f"points: {place} lies outside of the limits of {key}: leave it out")
            sides[k].cuts.append(found)


def native(sides: Sequence[Side]) -> list[tuple[Any, Any, list[Any]]]:
    """Intervals as the native half takes them."""
    return [(side.lo, side.hi, side.cuts) for side in sides]


def plain(limits: Sequence[tuple[float, float]]) -> list[Side]:
    """Intervals between numbers."""
    return [Side(lo, hi) for lo, hi in limits]


def checked(returned: Any, n: int) -> Array:
    """What a limit returned for n points, as a column of floats; one number stands for all."""
    y = unmasked(returned, "a limit is")
    if y.dtype.kind not in "fiub":
        raise TypeError(f"a limit returned {y.dtype} where numbers are needed")
    if y.shape not in ((), (1,), (n,)):
        raise ValueError(
            f"a limit returned an array of shape {y.shape} for {n} points: it is called with one array per variable before, and "
            "must return one value per point"
        )
    return np.array(np.broadcast_to(y, (n,)), np.float64).reshape(n, 1)


def unmasked(array: Any, what: str) -> NDArray[Any]:
    """The array of these values, none of which may be masked: NumPy drops masks without a word, and uses what is under them."""
    masked = int(np.ma.getmaskarray(array).sum()) if isinstance(array, np.ma.MaskedArray) else 0
    if masked:
        raise TypeError(
            f"{what} a masked array, of which {masked} values are masked: say what stands there, for instance by "
            "`.filled(0.0)`, or by limits that leave those points out"
        )
    return np.asarray(array)


def sample(sides: Sequence[Side]) -> Array:
    """A few points well inside of the domain, to find out what an integrand returns."""
    u = np.array([0.37, 0.53, 0.71])
    points = np.empty((len(u), len(sides)), order="F")
    for k, side in enumerate(sides):
        lo, hi = (
            checked(end(points[:, :k]), len(u))[:, 0] if callable(end) else np.full(len(u), end) for end in (side.lo, side.hi)
        )
        for i, (a, b) in enumerate(zip(lo, hi)):
            points[i, k] = from_unit(min(a, b), max(a, b), u[i : i + 1])[0][0]
    return points


def from_unit(lo: float, hi: float, u: Array) -> tuple[Array, Array]:
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


def _side(name: str, pair: Any, end: Callable[[str, Any], Any]) -> Side:
    if callable(pair):
        return Side(end(name, _Part(pair, 0)), end(name, _Part(pair, 1)))
    pair = _sequence(pair)
    if len(pair) != 2:
        raise ValueError(f"limits of {name}: a pair (lo, hi) is needed, not {len(pair)} numbers")
    return Side(end(name, pair[0]), end(name, pair[1]))


@dataclass(frozen=True)
class _Part:
    """One end of the pairs that a callable returns."""

    f: Callable[..., Any]
    which: int

    def __call__(self, *before: Array) -> Any:
        pair = self.f(*before)
        if not hasattr(pair, "__len__") or len(pair) != 2:
            raise ValueError(f"limits: {self.f!r} must return a pair (lo, hi)")
        return pair[self.which]


def _end(name: str, limit: Any, k: int) -> Any:
    """A number, or a callable over points of the k variables before."""
    if not callable(limit):
        return _number(name, limit)
    if k == 0:
        return _number(name, limit())
    return lambda points: limit(*points.T)


def _some(pairs: list[Any]) -> list[Any]:
    if not pairs:
        raise ValueError("limits: there are none; give a pair (lo, hi) for every variable, at least one")
    return pairs


def _is_formula(limit: Any) -> bool:
    if isinstance(limit, str):
        return limit not in _INFINITIES
    # Symbols, and numbers that SymPy keeps exact, such as pi/2; its infinities are floats.
    return hasattr(limit, "free_symbols") and not (limit.is_number and limit.is_infinite)


def _number(name: str, limit: Any) -> float:
    if isinstance(limit, (str, bytes)) and limit not in _INFINITIES:
        raise TypeError(f"limits of {name}: {limit!r} must be a number, and is text; 'inf' is the only word")
    if limit is np.ma.masked:
        raise TypeError(f"limits of {name}: one of them is masked; a number is needed")
    try:
        return float(limit)
    except (TypeError, ValueError):
        reason = "must be a number, an infinity, or a callable of the variables before"
        raise TypeError(f"limits of {name}: {limit!r} {reason}") from None


def _is_pair_of_numbers(limits: Any) -> bool:
    return isinstance(limits, (tuple, list)) and len(limits) == 2 and all(np.isscalar(x) for x in limits)


def _sequence(entry: Any) -> Sequence[Any]:
    if isinstance(entry, (str, bytes)) or not hasattr(entry, "__len__"):
        raise TypeError(f"limits: {entry!r} is not a pair (lo, hi)")
    return list(entry)
