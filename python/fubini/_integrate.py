"""Integrals of callables, expressions and formulas."""

from __future__ import annotations

import operator
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _fubini, _limits
from ._bodies import Body
from ._executor import FormulaPiece, Remote, remote
from ._formulas import Compiled, compile, formula, is_sympy, joined
from ._native import native
from ._result import ConvergenceWarning, Estimate, Result, Trial
from ._samples import Samples
from ._sweep import Sweep, grid, sweep
from ._vectorize import remedy, tried

# Standard deviations within which a value cannot be told from zero.
_SIGMAS = 3
# An error beyond this share of the value is none that rounding leaves: what cannot be cut further is singular.
_ROUGH = 1e-3
# Faces towards which the integrand grows that are named.
_FACES = 3
# Exponents from here on down are certainly too steep for an integral: next to -1 a logarithm looks like a power.
_DIVERGES = -1.15


class Progress(NamedTuple):
    """A run after one of its steps.

    ``values`` and ``errors`` belong to the quantities that must meet the tolerance, of which ``excess`` is the largest
    error as a multiple of the tolerance: the run converges when it reaches 1.
    """

    evaluations: int
    max_evals: int
    values: list[float]
    errors: list[float]
    excess: float


class Method(NamedTuple):
    """What there is to know about an integrator before choosing it."""

    name: str
    dimensions: str
    summary: str
    error: str
    knobs: list[str]


def methods() -> list[Method]:
    """List the integrators.

    Examples
    --------
    >>> import fubini
    >>> [method.name for method in fubini.methods()]
    ['auto', 'cuhre', 'genz-malik', 'product', 'qmc', 'miser', 'mixture', 'train', 'vegas', 'vmc']
    """
    return [Method(*fields) for fields in _fubini.methods()]


def integrate(
    f: Any,
    limits: Any,
    *,
    method: str | None = None,
    rtol: float = 1e-6,
    atol: float = 0.0,
    max_evals: float = 300_000_000,
    seed: int = 0,
    threads: int | None = None,
    target: str | None = None,
    ratio: bool | tuple[int, int] = False,
    parameters: Mapping[Any, ArrayLike] | None = None,
    error_level: str = "standard",
    hints: Sequence[Sequence[float]] = (),
    points: Mapping[Any, Any] | None = None,
    analysis: bool = True,
    knobs: Mapping[str, float] | None = None,
    components: int = 1,
    progress: Callable[[Progress], Any] | None = None,
    samples: bool = False,
    map: bytes | None = None,
    executor: Any = None,
    workers: int | Callable[..., Any] | None = None,
    batch: int | None = None,
) -> Result | Sweep:
    """Integrate a function, or several from the same points.

    Parameters
    ----------
    f : callable, SymPy expression, str, sequence of these two, `Compiled`, or compiled function
        A callable takes an array of points of shape (n, d) and returns the values as (n,), or as (n, k) for k
        components, real or complex; it is called with thousands of points at a time, and once with three to see what it returns.
        `vectorize` makes one of a function of one point.
        Expressions and formulas are compiled together and run without the interpreter on all threads. So do compiled functions:
        a numba ``@cfunc``, a ``scipy.LowLevelCallable``, a ``ctypes`` or ``cffi`` pointer, of the type
        ``double f(int n, double *x)``, the same with ``void *user_data`` behind, or for whole batches
        ``int f(size_t n, double **x, double **y, void *user_data)``, which reads ``x[d][i]``, writes ``y[c][i]`` and returns 0.
        They are called from several threads at once unless `threads` is 1.
    limits : sequence of pairs, mapping, or body
        ``[(lo, hi), ...]`` in the order of the variables of a callable; ``{name: (lo, hi)}`` or ``[(name, lo, hi)]``
        for expressions. Limits may be infinite, and may depend on the variables before: a callable of one array (n,) for each of
        these, which returns a limit for every point, or in place of the pair a callable that returns both; for expressions also
        SymPy expressions and formulas as text. Reversed limits change the sign. A callable may also be integrated over a `Ball`, a
        `Simplex`, or in `Polar`, `Cylindrical` or `Spherical` coordinates; it gets points of Cartesian ones.
    method : str, optional
        One of `methods`; by default ``"auto"``, which tries several, goes on with the one predicted to be done first, and has
        another one agree: `Result.method` is the one whose result it is, and `Result.auto` says how the others did.
    rtol, atol : float
        The run ends when error <= max(atol, rtol*abs(value)) for every quantity of the target. The tolerance of a complex integral
        is that of its modulus.
    max_evals : int
        A ceiling on points.
    seed : int
        Key of the random streams of Monte Carlo methods.
    threads : int, optional
        By default all cores for compiled integrands and one for callables; with more, a callable is called from several
        threads at once. It never changes a bit of the result.
    target : {"each", "ratio"}, optional
        Which quantities must meet the tolerance; by default the ratio where there is one.
    ratio : bool or pair of int
        Also report a quotient of two components, by default the first over the second.
    parameters : mapping, optional
        Values of further symbols of expressions. Arrays of equal length ask for one result per point; limits may use them too.
    error_level : {"fast", "standard", "guarded"}
        How cautious a rule's error estimate is.
    hints : sequence of points
        Where peaks are that a method could miss.
    points : mapping, optional
        Where the integrand or a derivative jumps, for a variable, by name or, with a callable, by number: a number, or a limit
        that depends on the variables before, or a list of these.
    analysis : bool
        Whether expressions and formulas are searched for factors that have no variable in common, for symmetries, and for where they
        are not smooth: branches, kinks, powers, logarithms. Factors are then integrated by themselves, odd integrands are zero, and the
        domain is cut, with a map for each part that makes it smooth. `Result.analysis` says what was found.
    knobs : mapping, optional
        Settings of the method's own.
    components : int
        Number of values per point of a compiled function of whole batches.
    progress : callable, optional
        Called with a `Progress` after every step. Raise ``StopIteration`` there to end the run with what it has found.
    samples : bool
        Whether to keep the weighted samples, as `Result.samples`: of `vegas`, which is the method then. Formulas are integrated as they
        are, without `analysis`.
    map : bytes, optional
        The `Result.map` of an earlier run of `vegas`, to begin with: of this integrand with other parameters, or of one that is large in
        the same places.
    executor : concurrent.futures.Executor, optional
        Who evaluates the integrand: a process pool, an ``mpi4py.futures.MPIPoolExecutor``, a ``dask.distributed.Client``, or anything
        else with a method ``submit`` that returns futures. A callable is sent to a worker once, points after that; formulas are sent as
        text and run there without the interpreter. Worth its while from some microseconds a point on. It never changes a bit of the
        result of a callable whose values depend on its points alone.
    workers : int or map-like callable, optional
        In place of `executor`, as SciPy takes it: a number of processes, -1 for one for every core, or ``workers(func, iterable)``.
    batch : int, optional
        Points that a worker is sent at a time; by default what takes a tenth of a second.

    Returns
    -------
    Result
        Values, errors, what they cost and why the run ended.
    Sweep
        The same for every point, where parameters are arrays: values of shape (points,) or (points, k).

    Raises
    ------
    ValueError, TypeError
        A request that no work could satisfy.
    IntegrationError
        The integrand is not finite at more than a tenth of the points.

    Warns
    -----
    ConvergenceWarning
        If the tolerance was not met, or there are signs that something was missed: the result is then ``suspect``, and not
        ``converged`` even if its stated error meets the tolerance.

    Notes
    -----
    An exception in `f` or `progress` ends the run and is raised as it is; so does Ctrl-C.

    Examples
    --------
    A NumPy callable in three variables:

    >>> import numpy as np, fubini
    >>> def f(x):
    ...     return np.cos(x[:, 0] * x[:, 1]) * np.exp(-x[:, 2])
    >>> result = fubini.integrate(f, [(0, 1), (0, 2), (0, np.inf)], rtol=1e-8)
    >>> abs(result.value - 1.605412976802695) <= result.error
    True

    A SymPy expression, whose symbols are matched to the limits by name:

    >>> import sympy
    >>> x, a = sympy.symbols("x a", positive=True)
    >>> result = fubini.integrate(x * sympy.exp(-a * x), {x: (0, sympy.oo)}, parameters={a: 2}, rtol=1e-10)
    >>> round(result.value, 9)
    0.25

    A parameter with many values:

    >>> sweep = fubini.integrate("besselj(0, a*x)", {"x": (0, 1)}, parameters={"a": np.linspace(0, 2, 3)})
    >>> sweep.value.round(6)
    array([1.      , 0.91973 , 0.712885])

    Limits that depend on the variables before, here the volume of a ball:

    >>> disc = {"x": (-1, 1), "y": ("-sqrt(1-x^2)", "sqrt(1-x^2)")}
    >>> result = fubini.integrate("1", {**disc, "z": ("-sqrt(1-x^2-y^2)", "sqrt(1-x^2-y^2)")})
    >>> abs(result.value - 4 / 3 * np.pi) <= result.error
    True

    A complex integral, whose error has a part for each of its parts:

    >>> result = fubini.integrate("exp(i*x*y)", {"x": (0, 1), "y": (0, 2)}, rtol=1e-9)
    >>> round(result.value.real, 9), round(result.value.imag, 9)
    (1.605412977, 0.847382017)
    >>> abs(result.value) * 1e-9 >= abs(result.error)
    True

    Two formulas from the same points, and their ratio:

    >>> result = fubini.integrate(["x*exp(-x*y)", "exp(-x*y)"], {"x": (0, 1), "y": (1, 2)}, ratio=True)
    >>> print(result.ratio)
    0.38224996...
    """
    settings: dict[str, Any] = {
        "method": method,
        "rtol": rtol,
        "atol": atol,
        "max_evals": max_evals,
        "seed": seed,
        "threads": threads,
        "target": target,
        "ratio": ratio,
        "error_level": error_level,
        "hints": hints,
        "knobs": knobs,
        "progress": progress,
        "samples": samples,
        "map": map,
    }
    elsewhere: dict[str, Any] = {"executor": executor, "workers": workers, "batch": batch}
    components = _whole("components", components)
    if arrays := grid(parameters or {}):
        return sweep(
            lambda values: integrate(f, limits, parameters=values, points=points, analysis=analysis, **elsewhere, **settings), parameters or {}, arrays
        )
    if samples or map is not None:
        # They are in the variables of the formula.
        method, analysis = method or "vegas", False
    compiled_function, compiled = native(f), None
    if components != 1 and (compiled_function is None or compiled_function.signature != "batch"):
        raise TypeError("components is for compiled functions of whole batches; any other integrand shows how many it has")
    is_formula = isinstance(f, Compiled) or isinstance(f, (str, list, tuple)) or is_sympy(f)
    if isinstance(limits, Body) and (is_formula or compiled_function is not None):
        raise TypeError("limits: a body is for callables; the limits of expressions and formulas may depend on other variables")
    evaluated: Any = None
    if compiled_function is not None:
        if executor is not None or workers is not None:
            raise TypeError("executor and workers: the address of a compiled function means nothing to another process; use threads")
        _no_parameters(parameters, "user_data of scipy.LowLevelCallable")
        sides = _limits.of_callable(limits)
        _limits.cut(sides, None, points, None)
        domain = _limits.native(sides)
        is_complex, single = [False] * components, components == 1
    elif is_formula:
        compiled, sides = _compiled(f, limits, parameters or {}, points)
        domain = _limits.native(sides)
        single, is_complex = compiled._single, compiled._program.complex
        evaluated = FormulaPiece(compiled._program, domain, analysis)
    elif callable(f):
        _no_parameters(parameters, "functools.partial or a lambda")
        if isinstance(limits, Body):
            if points:
                raise TypeError("points: breaks are places on limits, and a body has none")
            sample, domain = limits.sample(), limits.native()
        else:
            sides = _limits.of_callable(limits)
            _limits.cut(sides, None, points, None)
            sample, domain = _limits.sample(sides), _limits.native(sides)
        is_complex, single, check = batched(f, sample)
        evaluated = f
    else:
        raise TypeError(f"a callable, a SymPy expression or a formula as text is needed, not {type(f).__name__}")
    if ratio and any(is_complex):
        raise ValueError("ratio: a ratio takes real components, and there are complex ones: integrate their parts, or divide the integrals")
    with remote(evaluated, executor, workers, batch) as there:
        if threads is None:
            threads = there.threads if there else 1 if evaluated is f else None
        asked = request(**{**settings, "method": method or "auto", "threads": threads}, is_complex=is_complex, remote=there)
        if compiled_function is not None:
            outcome = _fubini.integrate_native(*compiled_function[:3], components, domain, _limits.checked, asked)
        elif compiled is not None:
            outcome = _fubini.integrate_program(compiled._program, domain, _limits.checked, asked, analysis)
        else:
            outcome = _fubini.integrate_callable(f, check, sum(parts(two) for two in is_complex), domain, _limits.checked, asked)
    return result(outcome, asked, single, is_complex=is_complex)


def _no_parameters(parameters: Any, remedy: str) -> None:
    if parameters is not None:
        raise TypeError(f"parameters are for expressions; let a callable know of them by {remedy}")


def parts(is_complex: bool) -> int:
    """Real numbers in a number."""
    return 2 if is_complex else 1


def request(
    *,
    method: str,
    rtol: float,
    atol: float,
    max_evals: float,
    seed: int,
    threads: int | None,
    target: str | None,
    ratio: bool | tuple[int, int],
    error_level: str,
    hints: Sequence[Sequence[float]],
    knobs: Mapping[str, float] | None,
    progress: Callable[[Progress], Any] | None,
    regions: bool = False,
    is_complex: Sequence[bool] = (),
    samples: bool = False,
    map: bytes | None = None,
    remote: Remote | None = None,
) -> dict[str, Any]:
    """The settings of a run as the native half takes them."""
    first = np.cumsum([0, *(parts(two) for two in is_complex)])
    quotient = (0, 1) if ratio is True or (target == "ratio" and not ratio) else (tuple(ratio) if ratio else None)
    return {
        "method": method,
        "knobs": [(str(name), float(value)) for name, value in (knobs or {}).items()],
        "rtol": float(rtol),
        "atol": float(atol),
        "max_evals": _whole("max_evals", max_evals),
        "seed": _whole("seed", seed),
        "threads": None if threads is None else _whole("threads", threads),
        "ratio": quotient,
        "complex": [int(c) for c, two in zip(first, is_complex) if two],
        "target": target or ("ratio" if quotient else "each"),
        "error_level": error_level,
        "hints": [[float(x) for x in np.atleast_1d(point)] for point in hints],
        "regions": regions,
        "samples": bool(samples),
        "map": None if map is None else bytes(map),
        "remote": None if remote is None else (remote, remote.cancel),
        "progress": None if progress is None else lambda *step: progress(Progress(*step)),
    }


def result(outcome: dict[str, Any], settings: Mapping[str, Any], single: bool, depth: int = 3, is_complex: Sequence[bool] = (), **names: Any) -> Result:
    """The outcome of a run for people, with a warning, `depth` calls up, where it should not be used unseen."""
    values, errors = outcome.pop("values"), outcome.pop("errors")
    ratio, remedy, _ = outcome.pop("ratio"), outcome.pop("remedy"), outcome.pop("regions")
    warning, growth = outcome.pop("warning"), outcome.pop("growth")
    if warning:
        warnings.warn(warning, UserWarning, stacklevel=depth)
    value, error = (joined(np.array(parts), is_complex) for parts in (values, errors))
    chosen = outcome.pop("method") or settings["method"]
    outcome["auto"] = [Trial(*fields) for fields in outcome["auto"]]
    if outcome["samples"] is not None:
        outcome["samples"] = Samples(*outcome["samples"])
    found = Result(
        value=value[0].item() if single else value,
        error=error[0].item() if single else error,
        ratio=None if ratio is None else Estimate(*ratio),
        method=chosen,
        seed=settings["seed"],
        **outcome,
        **names,
    )
    if found.stop not in ("converged", "cancelled"):
        sizes = zip(np.abs(value).tolist(), np.abs(error).tolist())
        targets = [found.ratio] if settings["target"] == "ratio" and found.ratio else [Estimate(*size) for size in sizes]
        message = f"the tolerance was not met after {found.evaluations} evaluations: "
        message += _advice(found.stop, found.error_kind, list(targets))
        message += "".join(_grows(*face) for face in growth[:_FACES])
        warnings.warn(message, ConvergenceWarning, stacklevel=depth)
    if found.suspect:
        met = "the tolerance was met, but " if found.stop == "converged" else ""
        remedy = f"; {remedy}" if remedy else ""
        warnings.warn(f"suspect: {met}{found.suspect}{remedy}", ConvergenceWarning, stacklevel=depth)
    return found


def _advice(stop: str, error_kind: str, targets: Sequence[Estimate]) -> str:
    """What to do where the tolerance was not met."""
    sigmas = 1 if error_kind == "bound" else _SIGMAS
    lost = [estimate.error for estimate in targets if abs(estimate.value) <= sigmas * estimate.error < np.inf]
    zero = f"where an integral is zero, ask for atol={2 * max(lost):.0e}; where it is not, " if lost else ""
    if stop != "roundoff":
        return zero + ("raise max_evals" if lost else "raise max_evals, or ask for less")
    if lost or any(estimate.error > _ROUGH * abs(estimate.value) for estimate in targets):
        return f"what is left cannot be cut further in double precision; {zero}it may diverge"
    return "rounding error is the limit; ask for less"


def _grows(axis: int, end: int, exponent: float, order: int | None) -> str:
    """How the integrand grows towards a face, and what to do about it."""
    where = f"towards the {('lower', 'upper')[end]} limit of variable {axis} it grows like t**{exponent:.2f} with the distance t"
    if order is None:
        return f"; {where}: the integral {'does' if exponent < _DIVERGES else 'may'} not exist"
    return f"; {where}: put t = v**{order}, with dt = {order} * v**{order - 1} dv"


def batched(
    f: Callable[[NDArray[np.float64]], Any], sample: NDArray[np.float64]
) -> tuple[list[bool], bool, Callable[[Any, int], NDArray[np.float64]]]:
    """Which components of a callable are complex, whether it is a single function, and the check of what it returns."""
    first = values(tried(f, sample), len(sample), sample.shape[1], complex_too=True)
    shape, is_complex = first.shape[1:], first.dtype.kind == "c"
    if len(shape) > 1:
        raise ValueError(f"the integrand returned an array of shape {first.shape}: it must be (n,) or (n, k)")
    components = int(np.prod(shape))

    def check(returned: Any, n: int) -> NDArray[np.float64]:
        y = values(returned, n, sample.shape[1], complex_too=True)
        if y.shape[1:] != shape:
            raise ValueError(f"the integrand returned an array of shape {y.shape}, where it was (n, {components}) before")
        if y.dtype.kind == "c" and not is_complex:
            raise TypeError("the integrand returned complex numbers, where they were real before: let it return complex ones always")
        if is_complex:
            # Real and imaginary part stand side by side.
            return np.require(y.reshape(n, components), np.complex128, "AC").view(np.float64)
        return y.reshape(n, components)

    return [is_complex] * components, not shape, check


def values(returned: Any, n: int, dim: int, complex_too: bool = False) -> NDArray[Any]:
    """What a callable returned for n points, as floats, one row per point."""
    y = _limits.unmasked(returned, "the integrand returned")
    if y.dtype.kind == "c" and not complex_too:
        raise TypeError("the integrand is complex: return its real and imaginary parts as two components")
    if y.dtype.kind not in "fiubc":
        raise TypeError(f"the integrand returned {y.dtype} where numbers are needed")
    if y.ndim == 0 or len(y) != n:
        raise ValueError(f"the integrand returned an array of shape {y.shape} for {n} points; {remedy(dim)}")
    return np.require(y, np.complex128 if y.dtype.kind == "c" else np.float64, "A")


def _compiled(
    f: Any, limits: Any, parameters: Mapping[Any, float], points: Mapping[Any, Any] | None
) -> tuple[Compiled, list[_limits.Side]]:
    if isinstance(f, Compiled):
        if parameters:
            raise TypeError("parameters were folded in when the integrand was compiled; give them to fubini.compile")
        if not isinstance(limits, Mapping):
            sides = _limits.of_callable(limits)
            _limits.cut(sides, f.variables, points, None)
            return f, sides
    items = _limits.pairs(limits)
    variables = [name for name, _ in items]
    if isinstance(f, Compiled):
        by_name = {str(name): (name, pair) for name, pair in items}
        if set(by_name) != set(f.variables):
            raise ValueError(f"limits of {', '.join(f.variables)} are needed; they were given for {', '.join(by_name)}")
        items = [by_name[name] for name in f.variables]
        variables = [name for name, _ in items]
        compiled = f
    else:
        compiled = compile(f, variables, parameters=parameters)

    def read(limit: Any, k: int) -> Any:
        return formula(limit, variables, k, parameters)

    sides = _limits.of_names(items, read)
    _limits.cut(sides, [str(name) for name in variables], points, read)
    return compiled, sides


def _whole(name: str, value: Any) -> int:
    try:
        number = int(value) if isinstance(value, (float, np.floating)) and value == int(value) else operator.index(value)
    except (TypeError, ValueError, OverflowError):
        raise TypeError(f"{name} is {value!r}: it must be a whole number") from None
    if not 0 <= number < 2**64:
        raise ValueError(f"{name} is {number}: it must lie between 0 and 2^64 - 1")
    return number
