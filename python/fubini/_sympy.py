"""SymPy expressions written in the grammar, with nothing lost.

Every part that occurs more than once becomes a definition, and so does what is nested too deep: the text is then as
long as the expression has different parts, and the reader's limit on nesting is never met. Numbers are the doubles
nearest to SymPy's exact ones.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from functools import reduce
from typing import Any

import sympy
from sympy.codegen import cfunctions

from . import _fubini
from ._names import grammar_name

# Functions that have another name in the grammar, with the same arguments.
_RENAMED: dict[Any, str] = {
    sympy.Abs: "abs",
    sympy.ceiling: "ceil",
    sympy.Min: "min",
    sympy.Max: "max",
    sympy.loggamma: "lgamma",
    sympy.conjugate: "conj",
    sympy.elliptic_k: "ellipk",
    sympy.elliptic_e: "ellipe",
    cfunctions.Cbrt: "cbrt",
    cfunctions.Sqrt: "sqrt",
}


def _namesakes() -> dict[Any, str]:
    """Functions that SymPy and the grammar call by the same name."""
    heads = ((name, getattr(module, name, None)) for module in (cfunctions, sympy) for name in reversed(_fubini.words()))
    return {head: name for name, head in heads if isinstance(head, type) and issubclass(head, sympy.Function)}


_FUNCTIONS: dict[Any, str] = {**_namesakes(), **_RENAMED}
_RECIPROCALS: dict[Any, str] = {
    sympy.sec: "cos",
    sympy.csc: "sin",
    sympy.cot: "tan",
    sympy.sech: "cosh",
    sympy.csch: "sinh",
    sympy.coth: "tanh",
}
_OPERATORS: dict[Any, str] = {
    sympy.Lt: "<",
    sympy.Le: "<=",
    sympy.Gt: ">",
    sympy.Ge: ">=",
    sympy.Eq: "==",
    sympy.Ne: "!=",
    sympy.And: "&&",
    sympy.Or: "||",
    # Conditions are 0 or 1.
    sympy.Xor: "!=",
}
_FOLDS = (sympy.Min, sympy.Max)
# Which SymPy knows with two arguments too, and the grammar does not.
_COMPLETE = (sympy.elliptic_e, sympy.zeta)
_UNEVALUATED = (sympy.Integral, sympy.Derivative, sympy.Sum, sympy.Product, sympy.Limit)
# Parts nested deeper than this become definitions; the grammar reads 200 levels, of which each may take three.
_DEEPEST = 40
# Pieces of one `Piecewise` in a text; the rest becomes a definition.
_PIECES = 16
# Whole numbers up to here are doubles.
_EXACT = 2**53


def lower(exprs: Sequence[Any], known: set[str]) -> tuple[list[str], list[tuple[str, str]]]:
    """Texts of the expressions, and the definitions they use.

    `known` are the names that have a meaning; any other symbol is refused.
    """
    lowering = _Lowering(known)
    exprs = [sympy.sympify(expr) for expr in exprs]
    lowering.count(exprs)
    return [lowering.text(expr)[0] for expr in exprs], lowering.definitions


class _Lowering:
    def __init__(self, known: set[str]):
        self.known = known
        self.uses: Counter[Any] = Counter()
        self.done: dict[Any, tuple[str, int]] = {}
        self.definitions: list[tuple[str, str]] = []
        self.prefix = "_"
        while any(name.startswith(self.prefix) for name in known):
            self.prefix += "_"

    def count(self, exprs: Sequence[Any]) -> None:
        """How often each part is used."""
        stack = list(exprs)
        while stack:
            expr = stack.pop()
            self.uses[expr] += 1
            if self.uses[expr] == 1:
                stack.extend(expr.args)

    def text(self, expr: Any) -> tuple[str, int]:
        """The text, safe as an operand, and how deep it is nested."""
        if expr not in self.done:
            text, depth = self.write(expr)
            if depth > _DEEPEST or (self.uses[expr] > 1 and depth > 0):
                text, depth = self.define(text), 0
            self.done[expr] = text, depth
        return self.done[expr]

    def define(self, text: str) -> str:
        name = f"{self.prefix}{len(self.definitions)}"
        self.definitions.append((name, text))
        return name

    def write(self, expr: Any) -> tuple[str, int]:
        if expr.is_Symbol:
            return self.symbol(expr), 0
        if isinstance(expr, (sympy.Number, sympy.NumberSymbol)):
            return number(expr), 0
        if expr is sympy.I:
            return "i", 0
        if expr in (sympy.true, sympy.false):
            return ("1" if expr else "0"), 0
        if isinstance(expr, sympy.Piecewise):
            return self.pieces([(self.text(value), self.text(condition)) for value, condition in expr.args])
        if isinstance(expr, _UNEVALUATED):
            raise TypeError(f"SymPy's {type(expr).__name__} stands unevaluated in {expr}: call .doit() first, or take it out")
        # exp(x) is Pow(E, x) in some versions of SymPy.
        if expr.is_Pow and expr.base is sympy.E:
            expr = sympy.exp(expr.exp, evaluate=False)
        parts = [self.text(part) for part in expr.args]
        texts, depth = [text for text, _ in parts], 1 + max((depth for _, depth in parts), default=0)
        return self.combine(expr, texts), depth

    def combine(self, expr: Any, texts: list[str]) -> str:
        head = type(expr)
        if expr.is_Add:
            return "(" + " + ".join(texts) + ")"
        if expr.is_Mul:
            return "(" + "*".join(texts) + ")"
        if expr.is_Pow:
            if expr.exp == sympy.S.Half:
                return f"sqrt({texts[0]})"
            return f"(1/{texts[0]})" if expr.exp == -1 else f"({texts[0]}^{texts[1]})"
        if head is sympy.log and len(texts) == 2:
            return f"(log({texts[0]})/log({texts[1]}))"
        if head in _FUNCTIONS and not (head in _COMPLETE and len(texts) > 1):
            return f"{_FUNCTIONS[head]}({', '.join(texts)})" if len(texts) > 1 or head not in _FOLDS else texts[0]
        if head in _RECIPROCALS:
            return f"(1/{_RECIPROCALS[head]}({texts[0]}))"
        if head in _OPERATORS:
            # One by one: comparisons do not chain in the grammar.
            return reduce(lambda left, right: f"({left} {_OPERATORS[head]} {right})", texts)
        if head is sympy.Not:
            return f"(!{texts[0]})"
        if head is sympy.ITE:
            return f"where({', '.join(texts)})"
        if head is sympy.Heaviside:
            return f"where({texts[0]} == 0, {texts[1]}, {texts[0]} > 0)"
        if head is sympy.Mod:
            return f"({texts[0]} - {texts[1]}*floor({texts[0]}/{texts[1]}))"
        if head is sympy.polygamma and expr.args[0] == 0:
            return f"digamma({texts[1]})"
        if head is sympy.UnevaluatedExpr:
            return texts[0]
        raise refusal(expr)

    def pieces(self, pieces: list[tuple[tuple[str, int], tuple[str, int]]]) -> tuple[str, int]:
        # SymPy leaves the value open where no condition holds.
        text, depth = "(0/0)", 1
        for i, ((value, inner), (condition, outer)) in enumerate(reversed(pieces)):
            if i % _PIECES == _PIECES - 1:
                text, depth = self.define(text), 0
            text = value if condition == "1" else f"where({condition}, {value}, {text})"
            depth = 1 + max(inner, outer, depth)
        return text, depth

    def symbol(self, symbol: Any) -> str:
        if str(symbol) not in self.known:
            raise ValueError(
                f"the symbol {symbol} is neither a variable nor a parameter: give it limits or a value, for instance "
                f"parameters={{{str(symbol)!r}: 1.0}}"
            )
        return grammar_name(symbol)


def number(value: Any) -> str:
    """A number as the text that reads back to the nearest double."""
    if value.is_Integer and abs(value.p) <= _EXACT:
        return f"({value.p})" if value.p < 0 else str(value.p)
    if value.is_Rational and max(abs(value.p), value.q) <= _EXACT:
        return f"({value.p}/{value.q})"
    if value is sympy.pi:
        return "pi"
    if value is sympy.E:
        return "e"
    if not value.is_finite:
        raise TypeError(f"SymPy's {value} is no number to calculate with; infinities stand in limits only")
    if value.is_Rational:
        nearest = float(Fraction(int(value.p), int(value.q)))
    elif value.is_Float:
        sign, mantissa, exponent, _ = value._mpf_
        nearest = float(Fraction(int(mantissa)) * Fraction(2) ** exponent) * (-1 if sign else 1)
    else:
        nearest = float(value.evalf(30))
    return f"({nearest!r})" if nearest < 0 else repr(nearest)


def refusal(expr: Any) -> TypeError:
    """Why an expression cannot be compiled."""
    name = getattr(expr.func, "__name__", type(expr).__name__)
    known = ", ".join(sorted(set(_FUNCTIONS.values())))
    return TypeError(f"SymPy's {name} has no counterpart here, in {expr}: rewrite it in terms of {known}")
