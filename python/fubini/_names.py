"""Names that the grammar can read, for symbols that are called otherwise."""

from __future__ import annotations

import re
from typing import Any

from . import _fubini

_RESERVED = frozenset(_fubini.words())


def grammar_name(symbol: Any) -> str:
    """The symbol's own name, or one spelt out where it is a word of the grammar or holds other signs."""
    name = str(symbol)
    if name not in _RESERVED and re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        return name
    return "name_" + "".join(c if c.isascii() and c.isalnum() else f"_{ord(c):x}" for c in name)
