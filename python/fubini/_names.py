"""Names that the grammar can read, for symbols that are called otherwise."""

from __future__ import annotations

import re
from typing import Any

_RESERVED = frozenset(
    "sqrt cbrt exp expm1 log log1p log10 sin cos tan asin acos atan sinh cosh tanh abs sign floor ceil erf erfc gamma "
    "lgamma digamma ln normpdf normcdf norminv erfinv besselj bessely besseli besselk ellipk ellipe zeta sinc heaviside mod sum prod re im conj arg "
    "atan2 hypot pow min max where pi e i inf nan".split()
)


def grammar_name(symbol: Any) -> str:
    """The symbol's own name, or one spelt out where it is a word of the grammar or holds other signs."""
    name = str(symbol)
    if name not in _RESERVED and re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        return name
    return "name_" + "".join(c if c.isascii() and c.isalnum() else f"_{ord(c):x}" for c in name)
