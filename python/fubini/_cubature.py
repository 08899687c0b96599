"""`scipy.integrate.cubature` by the engines of this package."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _fubini, _limits
from ._executor import Remote, remote
from ._integrate import request, values
from ._native import native
from ._vectorize import CUBATURE, remedy, tried

# SciPy's names of rules. Its Gauss-Kronrod rules become products in several dimensions, 21^d points; ours do not.
_RULES = {"gauss-kronrod": "cuhre", "gk21": "cuhre", "gk15": "cuhre", "genz-malik": "genz-malik"}
_UNLIMITED = 2**63
# Points that a map-like `workers` gets at a time.
_CHUNK = 1024

Array = NDArray[Any]


@dataclass
class CubatureRegion:
    """A part of the domain: its corners, and what it contributes."""

    estimate: Array
    error: Array
    a: Array
    b: Array


@dataclass
class CubatureResult:
    """The result of `cubature`, with the fields of SciPy's and a few more.

    Attributes
    ----------
    estimate, error : ndarray
        The integral and its stated error, of the shape of the integrand's output.
    status : str
        ``"converged"``, or ``"not_converged"`` if the tolerance was not met or the result is suspect.
    regions : list of CubatureRegion
        The parts into which the domain was cut.
    subdivisions : int
        Number of subdivisions, counted as SciPy does: each makes 2^d regions of one.
    atol, rtol : float
        As asked for.
    evaluations : int
        Points at which the integrand was evaluated.
    suspect : str or None
        Why the result should not be believed although its error may be small; `status` is then ``"not_converged"``.
    """

    estimate: Array
    error: Array
    status: str
    subdivisions: int
    atol: float
    rtol: float
    evaluations: int
    suspect: str | None
    _parts: Callable[[], list[CubatureRegion]] = field(repr=False)

    @cached_property
    def regions(self) -> list[CubatureRegion]:
        """The parts into which the domain was cut."""
        return self._parts()


def cubature(
    f: Callable[..., Any],
    a: ArrayLike,
    b: ArrayLike,
    *,
    rule: str = "gk21",
    rtol: float = 1e-8,
    atol: float = 0,
    max_subdivisions: int | None = 10000,
    args: tuple[Any, ...] = (),
    workers: int | Callable[[Callable[..., Any], Iterable[Any]], Iterable[Any]] = 1,
    points: Sequence[ArrayLike] | None = None,
    executor: Any = None,
    batch: int | None = None,
) -> CubatureResult:
    """Adaptive cubature of an array-valued function, as `scipy.integrate.cubature`.

    Existing code runs with the import changed. Values agree within the tolerance; the rules, and with them the numbers of
    points and the stated errors, are this package's own.

    Parameters
    ----------
    f : callable
        ``f(x, *args)`` takes points of shape (npoints, ndim) and returns an array of shape (npoints, ...), real or complex. A
        compiled function, as `integrate` takes it, has one component and runs without the interpreter.
    a, b : array_like
        Lower and upper limits, one-dimensional; infinities are welcome.
    rule : str, optional
        ``"gk21"``, ``"gk15"`` and ``"gauss-kronrod"`` are method ``"cuhre"`` of `integrate`: Kronrod's 15 points in one
        dimension, and rules of degree 13, 11 and 9 in two, three and more, of far fewer points than SciPy's products.
        ``"genz-malik"`` is Genz and Malik's rule of degree 7.
    rtol, atol : float, optional
        Every element of the error is to be at most ``atol + rtol*abs(estimate)``.
    max_subdivisions : int or None, optional
        Upper bound on subdivisions of a region into 2^d; the engine halves one side at a time, which counts accordingly.
    args : tuple, optional
        Further arguments of `f`.
    workers : int or map-like callable, optional
        Threads that call `f` at once, -1 for all cores; or a callable ``workers(func, iterable)`` that evaluates parts of a
        batch in parallel.
    points : list of array_like, optional
        Points at which `f` is not evaluated: the domain is divided so that they become corners. All parts are then refined
        alike, as one integral over the unit cube.
    executor : concurrent.futures.Executor, optional
        Who evaluates `f`, in place of `workers`: see `integrate`.
    batch : int, optional
        Points that a worker of `executor` is sent at a time; by default what takes a tenth of a second.

    Returns
    -------
    CubatureResult
        With the fields ``estimate``, ``error``, ``status``, ``regions``, ``subdivisions``, ``atol`` and ``rtol``. Corners of
        regions are in the variables of `f`, or in those of the unit cube if `points` are given.

    Examples
    --------
    >>> import numpy as np
    >>> from fubini import cubature
    >>> def f(x, n):
    ...     return x[:, np.newaxis] ** n[np.newaxis, :]
    >>> cubature(f, a=[0], b=[1], args=(np.arange(5),)).estimate
    array([[1.        , 0.5       , 0.33333333, 0.25      , 0.2       ]])

    >>> def gaussian(x):
    ...     return np.exp(-np.sum(x**2, axis=-1))
    >>> cubature(gaussian, [-np.inf, -np.inf], [np.inf, np.inf]).estimate
    array(3.14159265)

    >>> def sinc(x):
    ...     return np.sin(x) / x
    >>> cubature(sinc, [-1], [1], points=[[0]]).estimate
    array([1.89216614])
    """
    limits = _corners(a, b)
    if not isinstance(rule, str) or rule not in _RULES:
        raise ValueError(f"unknown rule {rule!r}; there are {', '.join(_RULES)}")
    compiled = native(f)
    if compiled is not None and (args or points or callable(workers) or executor is not None):
        raise TypeError("compiled functions take no args (use user_data of scipy.LowLevelCallable), points, map-like workers or executor")
    if executor is not None:
        if workers != 1:
            raise TypeError("executor and workers both say who evaluates f: give one")
        with remote(_Applied(f, args), executor, None, batch) as there:
            return _cubature(f, limits, rule, rtol, atol, max_subdivisions, args, 1, points, there)
    return _cubature(f, limits, rule, rtol, atol, max_subdivisions, args, workers, points, None)


def _cubature(
    f: Callable[..., Any],
    limits: list[tuple[float, float]],
    rule: str,
    rtol: float,
    atol: float,
    max_subdivisions: int | None,
    args: tuple[Any, ...],
    workers: Any,
    points: Sequence[ArrayLike] | None,
    there: Remote | None,
) -> CubatureResult:
    compiled = native(f)
    threads, evaluate = _mapped(f, args, workers) if there is None else (there.threads, there)
    shape: tuple[int, ...] = ()
    is_complex = False
    if compiled is None:
        sample = _limits.sample(_limits.plain(limits))
        first = _limits.unmasked(tried(evaluate, sample, evaluate if args else f, CUBATURE), "f returned")
        if first.ndim == 0 or len(first) != 3:
            said = f"f returned an array of shape {first.shape} for 3 points: its first axis must be that of the points"
            raise ValueError(f"{said}; {remedy(len(limits), CUBATURE)}")
        shape, is_complex = first.shape[1:], first.dtype.kind == "c"
    dtype = np.complex128 if is_complex else np.float64

    def flat(x: Array) -> Array:
        y = _limits.unmasked(evaluate(x), "f returned")
        if y.shape != (len(x), *shape):
            raise ValueError(f"f returned an array of shape {y.shape} for {len(x)} points, where (n, *{shape}) was expected")
        return y.astype(dtype, copy=False).reshape(len(x), -1)

    components = int(np.prod(shape)) * (2 if is_complex else 1)
    inside = [point for point in _points(points, len(limits))]
    if inside:
        boxes, sign = _split([(min(pair), max(pair)) for pair in limits], inside), _sign(limits)
        engine, engine_limits = _folded(flat, boxes, sign), [(0.0, 1.0)] * len(limits)
    else:
        engine, engine_limits = flat, limits

    def real(x: Array) -> Array:
        return np.ascontiguousarray(engine(x)).view(np.float64)

    method, dim = _RULES[rule], len(limits)
    settings = request(
        method=method,
        rtol=rtol,
        atol=atol,
        max_evals=_budget(method, dim, max_subdivisions),
        seed=0,
        threads=threads,
        target=None,
        ratio=False,
        error_level="standard",
        hints=(),
        knobs=None,
        progress=None,
        regions=True,
    )
    if there is not None:
        settings["remote"] = real, there.cancel
    domain = _limits.native(_limits.plain(engine_limits))
    if compiled is not None:
        outcome = _fubini.integrate_native(*compiled[:3], components, domain, _limits.checked, settings)
    else:
        outcome = _fubini.integrate_callable(real, lambda y, n: values(y, n, dim), components, domain, _limits.checked, settings)

    def assemble(values: ArrayLike, errors: ArrayLike) -> tuple[Array, Array]:
        value, error = np.asarray(values, dtype=np.float64), np.asarray(errors, dtype=np.float64)
        if is_complex:
            value, error = value.view(np.complex128), np.hypot(error[..., ::2], error[..., 1::2])
        lead = value.shape[:-1]
        return value.reshape((*lead, *shape)), error.reshape((*lead, *shape))

    def parts() -> list[CubatureRegion]:
        lo, hi, *integrals = outcome["regions"]
        sides = [(0.0, 1.0)] * dim if inside else [(min(pair), max(pair)) for pair in limits]
        low, high = (
            np.stack([_limits.from_unit(*side, corner[:, d])[0] for d, side in enumerate(sides)], axis=1)
            for corner in (lo, hi)
        )
        return [CubatureRegion(*region) for region in zip(*assemble(*integrals), low, high)] if len(lo) else []

    estimate, error = assemble(outcome["values"], outcome["errors"])
    met = bool(np.all(error <= atol + rtol * np.abs(estimate)))
    # A run that its budget ended was not looked over for what it might have missed, small as its errors may be.
    sound = outcome["stop"] in ("converged", "roundoff") and outcome["suspect"] is None
    halvings = outcome["detail"].get("regions", 1) - 1
    return CubatureResult(
        estimate=estimate,
        error=error,
        status="converged" if met and sound else "not_converged",
        subdivisions=-(-halvings // (2**dim - 1)),
        atol=atol,
        rtol=rtol,
        evaluations=outcome["evaluations"],
        suspect=outcome["suspect"],
        _parts=parts,
    )


def _corners(a: ArrayLike, b: ArrayLike) -> list[tuple[float, float]]:
    low, high = np.broadcast_arrays(_numbers("a", a), _numbers("b", b))
    if low.size == 0:
        raise ValueError("`a` and `b` must be nonempty")
    if low.ndim != 1:
        raise ValueError("`a` and `b` must be 1D arrays")
    return [(float(lo), float(hi)) for lo, hi in zip(low, high)]


def _numbers(name: str, limits: ArrayLike) -> NDArray[np.float64]:
    array = _limits.unmasked(limits, f"`{name}` is")
    if array.dtype.kind in "SUO":
        text = next((x for x in np.ravel(array) if isinstance(x, (str, bytes))), None)
        if text is not None:
            raise TypeError(f"`{name}` holds {text!r}, which is text: numbers are needed")
    return array.astype(np.float64)


def _mapped(f: Callable[..., Any], args: tuple[Any, ...], workers: Any) -> tuple[int | None, Callable[[Array], Any]]:
    """Number of threads, and the integrand without further arguments."""
    if not callable(workers):
        if workers < 1 and workers != -1:
            raise ValueError(f"workers is {workers}: it must be -1, 1 or more, or a map-like callable")
        return None if workers == -1 else int(workers), lambda x: f(x, *args)

    def shared(x: Array) -> Array:
        chunks = np.array_split(x, max(1, len(x) // _CHUNK))
        return np.concatenate([_limits.unmasked(y, "f returned") for y in workers(_Applied(f, args), chunks)])

    return 1, shared


@dataclass(frozen=True)
class _Applied:
    """An integrand with its further arguments, which can be sent to another process."""

    f: Callable[..., Any]
    args: tuple[Any, ...]

    def __call__(self, x: Array) -> Any:
        return self.f(x, *self.args)


def _points(points: Sequence[ArrayLike] | None, dim: int) -> list[Array]:
    found = [np.asarray(point, dtype=np.float64) for point in (points if points is not None else [])]
    for point in found:
        if point.shape != (dim,):
            raise ValueError(f"points: each must have {dim} coordinates, and one has the shape {point.shape}")
    return found


def _sign(limits: Sequence[tuple[float, float]]) -> float:
    return float(np.prod([-1.0 if lo > hi else 1.0 for lo, hi in limits]))


def _split(box: list[tuple[float, float]], points: Sequence[Array]) -> list[list[tuple[float, float]]]:
    """The box cut at each point into the boxes of which it is a corner."""
    boxes = [box]
    for point in points:
        cut = []
        for sides in boxes:
            if not all(lo <= x <= hi for (lo, hi), x in zip(sides, point)):
                cut.append(sides)
                continue
            parts: list[list[tuple[float, float]]] = [[]]
            for (lo, hi), x in zip(sides, map(float, point)):
                halves = [(lo, x), (x, hi)] if lo < x < hi else [(lo, hi)]
                parts = [[*part, half] for part in parts for half in halves]
            cut.extend(parts)
        boxes = cut
    return boxes


def _folded(
    f: Callable[[Array], Array], boxes: Sequence[Sequence[tuple[float, float]]], sign: float
) -> Callable[[Array], Array]:
    """The integrals over all boxes as one over the unit cube."""

    def folded(u: Array) -> Array:
        total: Any = 0.0
        for box in boxes:
            x, jacobian = np.empty_like(u), np.full(len(u), sign)
            for d, (lo, hi) in enumerate(box):
                x[:, d], slope = _limits.from_unit(lo, hi, u[:, d])
                jacobian *= slope
            total = total + f(x) * jacobian[:, np.newaxis]
        return np.asarray(total)

    return folded


def _budget(method: str, dim: int, max_subdivisions: int | None) -> int:
    """Evaluations of the whole domain once, and of 2^d regions per subdivision."""
    if max_subdivisions is None or max_subdivisions == np.inf:
        return _UNLIMITED
    return min(_UNLIMITED, int(_rule_points(method, dim) * (1 + int(max_subdivisions) * 2**dim)))


@lru_cache
def _rule_points(method: str, dim: int) -> int:
    # Known to the engine alone; a constant is integrated at once.
    constant = _fubini.Program(["1"], [f"x{d}" for d in range(dim)], [], [])
    settings = request(
        method=method,
        rtol=1e-6,
        atol=0.0,
        max_evals=_UNLIMITED,
        seed=0,
        threads=1,
        target=None,
        ratio=False,
        error_level="standard",
        hints=(),
        knobs=None,
        progress=None,
    )
    outcome = _fubini.integrate_program(constant, [(0.0, 1.0, [])] * dim, _limits.checked, settings, False)
    points: int = outcome["detail"]["rule_points"]
    return points
