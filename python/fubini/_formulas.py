"""SymPy expressions and formulas as text, compiled together."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _fubini
from ._limits import unmasked
from ._names import grammar_name


class Compiled:
    """Expressions compiled to one program over SIMD lanes: a function on NumPy arrays, and an integrand.

    Made by `compile`. Called with one array per variable, which broadcast against each other; returns an array of
    their common shape, or of shape (k, ...) for a list of k expressions.

    Attributes
    ----------
    variables : tuple of str
        Names of the variables, in the order of the arguments.
    components : int
        Number of expressions.
    summary : str
        What the compilation did.
    """

    def __init__(self, program: _fubini.Program, variables: Sequence[str], single: bool):
        self._program = program
        self._single = single
        self.variables = tuple(variables)

    @property
    def components(self) -> int:
        """Number of expressions."""
        return len(self._program.complex)

    @property
    def summary(self) -> str:
        """What the compilation did."""
        return self._program.summary

    def __call__(self, *arrays: ArrayLike, threads: int | None = 1) -> NDArray[Any]:
        """Evaluate all expressions.

        Parameters
        ----------
        *arrays : array_like
            One per variable, broadcast against each other.
        threads : int or None
            Threads to share the points among; None is all cores. It pays from about a million points.

        Returns
        -------
        ndarray
            Of the common shape, with an axis of the expressions before it if they were given as a list; complex where one of
            them is.
        """
        if len(arrays) != len(self.variables):
            names = ", ".join(self.variables)
            raise TypeError(f"{len(self.variables)} arrays are needed, for {names}; {len(arrays)} were given")
        if threads is not None and threads < 1:
            raise ValueError(f"threads is {threads}: at least one thread is needed (None is all cores)")
        columns = np.broadcast_arrays(*(unmasked(x, f"{name} is").astype(np.float64, copy=False) for name, x in zip(self.variables, arrays))) if arrays else []
        shape = columns[0].shape if len(columns) else ()
        flat = [x.reshape(-1) for x in columns]
        parts = self._program.evaluate(flat, int(np.prod(shape)), threads)
        values = joined(parts, self._program.complex).reshape((self.components, *shape))
        return values[0] if self._single else values

    def __repr__(self) -> str:
        return f"<fubini.Compiled function of {', '.join(self.variables) or 'nothing'}: {self.summary}>"


def joined(parts: NDArray[np.float64], is_complex: Sequence[bool]) -> NDArray[Any]:
    """Real and imaginary parts, one after the other along the first axis, as numbers: one for each of `is_complex`."""
    if not any(is_complex):
        return parts
    rows = iter(parts)
    numbers = np.zeros((len(is_complex), *parts.shape[1:]), np.complex128)
    for k, two in enumerate(is_complex):
        numbers.real[k] = next(rows)
        if two:
            numbers.imag[k] = next(rows)
    return numbers


def compile(exprs: Any, variables: Any, *, parameters: Mapping[Any, float] | None = None) -> Compiled:
    """Compile expressions to a function on NumPy arrays.

    Equal parts of all expressions are evaluated once, powers and roots are taken apart, and everything runs over eight
    points at a time with the widest instructions of the CPU.

    Parameters
    ----------
    exprs : SymPy expression, str, or sequence of these
        What to compile. SymPy's numbers are kept to the last bit of double precision.
    variables : sequence of SymPy symbols or str
        The arguments of the function, in order; a string of names will do.
    parameters : mapping, optional
        Values of all other symbols.

    Returns
    -------
    Compiled
        The function.

    Raises
    ------
    TypeError
        If SymPy's expression holds a function that the grammar lacks.
    ValueError
        If a formula cannot be read, or a symbol has no value.

    Examples
    --------
    >>> import numpy as np, sympy, fubini
    >>> x, y, a = sympy.symbols("x y a")
    >>> f = fubini.compile([sympy.exp(-a * x**2), sympy.sqrt(x * y)], [x, y], parameters={a: 2})
    >>> bell, mean = f(np.linspace(0, 1, 5), 4.0)
    >>> mean
    array([0.        , 1.        , 1.41421356, 1.73205081, 2.        ])
    >>> float(fubini.compile("x^2 + 1", "x")(3.0))
    10.0
    """
    single = isinstance(exprs, str) or not isinstance(exprs, (list, tuple))
    names = variables.replace(",", " ").split() if isinstance(variables, str) else _sequence(variables)
    program = _fubini.Program(*formulas([exprs] if single else list(exprs), names, parameters or {}))
    return Compiled(program, [str(name) for name in names], single)


def formulas(
    exprs: Sequence[Any], variables: Sequence[Any], parameters: Mapping[Any, float]
) -> tuple[list[str], list[str], list[tuple[str, float]], list[tuple[str, str]]]:
    """Texts, variables, parameters and definitions in the grammar."""
    symbolic = [is_sympy(expr) for expr in exprs]
    for expr, is_symbolic in zip(exprs, symbolic):
        if not is_symbolic and not isinstance(expr, str):
            raise TypeError(f"a SymPy expression or a formula as text is needed, not {type(expr).__name__}")
    # Names that the grammar lacks can only come from SymPy: in a text they could not have been read.
    name = grammar_name if any(symbolic) else str
    values = [(name(key), _value(key, value)) for key, value in parameters.items()]
    texts = [str(expr) for expr in exprs]
    definitions: list[tuple[str, str]] = []
    if any(symbolic):
        from ._sympy import lower

        known = {str(key) for key in [*variables, *parameters]}
        lowered, definitions = lower([expr for expr, yes in zip(exprs, symbolic) if yes], known)
        replacements = iter(lowered)
        texts = [next(replacements) if yes else text for text, yes in zip(texts, symbolic)]
    return texts, [name(variable) for variable in variables], values, definitions


def formula(limit: Any, variables: Sequence[Any], k: int, parameters: Mapping[Any, float]) -> Any:
    """A limit as a number, or as a program of the first k variables."""
    before, later = list(variables[:k]), {str(name) for name in variables[k:]}
    words = {str(s) for s in limit.free_symbols} if is_sympy(limit) else set(re.findall(r"[A-Za-z_]\w*", str(limit)))
    if words & later:
        name = min(words & later)
        raise ValueError(f"limits of {variables[k]}: {limit} uses {name}, but limits may only use the variables given before")
    used = [name for name in before if str(name) in words]
    program = _fubini.Program(*formulas([limit], before if used else [], parameters))
    if any(program.complex):
        raise ValueError(f"limits of {variables[k]}: {limit} is complex, and a limit must be real: take re(...), im(...) or abs(...)")
    return program if used else float(program.evaluate([], 1, 1)[0, 0])


def is_sympy(expr: Any) -> bool:
    """Whether this is an expression of SymPy, without importing it."""
    sympy = sys.modules.get("sympy")
    return sympy is not None and isinstance(expr, sympy.Basic)


def _value(name: Any, value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise TypeError(f"parameter {name}: {value!r} is not a number") from None


def _sequence(variables: Any) -> list[Any]:
    return [variables] if is_sympy(variables) and not hasattr(variables, "__iter__") else list(variables)
