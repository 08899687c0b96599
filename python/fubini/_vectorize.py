"""Functions of one point, and what is said to those who give one where many are needed."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Batched = Callable[[NDArray[np.float64]], NDArray[Any]]

_REMEDY = (
    "the integrand is called with many points at once, an array x of shape (n, {dim}) of which x[:, i] is variable i, and returns n values:\n"
    "    f = lambda x: np.exp(-x[:, 0])                  # for example\n"
    "    {call:<45} # or leave f as it is, a function of one point"
)
_INTEGRATE = "fubini.integrate(fubini.vectorize(f), limits)"
CUBATURE = "fubini.cubature(fubini.vectorize(f), a, b)"


def remedy(dim: int, call: str = _INTEGRATE) -> str:
    """What a batch is, and how a function of one point becomes one of batches."""
    return _REMEDY.format(dim=dim, call=call)


def vectorize(f: Callable[..., Any]) -> Batched:
    """Make a function of one point one of many, for `integrate` and `cubature`.

    A loop in Python costs some 100 times what an expression of arrays does; where the time matters, write that, a formula, or a
    compiled function.

    Parameters
    ----------
    f : callable
        Takes the variables as numbers, ``f(x, y)``, or, with several variables and one parameter, a point as an array of shape (d,).
        Returns a number, or k of them.

    Returns
    -------
    callable
        Takes an array of shape (n, d), returns one of shape (n,) or (n, k).

    Examples
    --------
    >>> import math, fubini
    >>> result = fubini.integrate(fubini.vectorize(lambda x, y: math.exp(-x * y)), [(0, 1), (0, 1)])
    >>> round(result.value, 6)
    0.7966
    >>> result = fubini.integrate(fubini.vectorize(lambda x: math.exp(-x[0] * x[1])), [(0, 1), (0, 1)])
    >>> round(result.value, 6)
    0.7966
    """
    takes_point = _parameters(f) == 1

    @functools.wraps(f)
    def many(x: NDArray[np.float64]) -> NDArray[Any]:
        return np.array([f(point) for point in x] if takes_point and x.shape[1] > 1 else [f(*point) for point in x.tolist()])

    return many


def _parameters(f: Callable[..., Any]) -> int | None:
    """How many arguments it needs; None where that can't be told, or where it takes any number."""
    try:
        parameters = inspect.signature(f).parameters.values()
    except (TypeError, ValueError):
        return None
    if any(p.kind is p.VAR_POSITIONAL for p in parameters):
        return None
    return sum(p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) and p.default is p.empty for p in parameters)


def tried(f: Callable[..., Any], sample: NDArray[np.float64], own: Callable[..., Any] | None = None, call: str = _INTEGRATE) -> Any:
    """What `f` returns for a few points; to an exception that a function of one point raises there, the remedy is added.

    Where `f` calls a function of the user's, `own` is that.
    """
    try:
        return f(sample)
    except (TypeError, ValueError) as error:
        count, text = _parameters(own or f), str(error)
        is_scalar = any(sign in text for sign in ("converted to Python scalars", "ambiguous", "must be real number", "only length-1"))
        if count not in (None, 1) or is_scalar:
            # Its type is what a caller may expect; only its words grow.
            error.args = (f"{text}; {remedy(sample.shape[1], call)}", *error.args[1:])
        raise
