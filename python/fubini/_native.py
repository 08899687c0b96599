"""Compiled functions: their pointers, and whether their types are such that they can be called."""

from __future__ import annotations

import ctypes
from typing import Any, NamedTuple

_DOUBLE_P = ctypes.POINTER(ctypes.c_double)
_COLUMNS = ctypes.POINTER(_DOUBLE_P)

# Name of each type for the native half, as it is written in C.
_SIGNATURES = {
    "plain": "double f(int n, double *x)",
    "data": "double f(int n, double *x, void *user_data)",
    "batch": "int f(size_t n, double **x, double **y, void *user_data)",
}
_CTYPES = {
    "plain": (ctypes.c_double, (ctypes.c_int, _DOUBLE_P)),
    "data": (ctypes.c_double, (ctypes.c_int, _DOUBLE_P, ctypes.c_void_p)),
    "batch": (ctypes.c_int, (ctypes.c_size_t, _COLUMNS, _COLUMNS, ctypes.c_void_p)),
}
# C without blanks, names and what does not change how a function is called.
_WRITTEN = {
    "double(int,double*)": "plain",
    "double(int,double*,void*)": "data",
    "int(size_t,double**,double**,void*)": "batch",
    "int(unsignedlong,double**,double**,void*)": "batch",
    "int(uintptr_t,double**,double**,void*)": "batch",
}


class Native(NamedTuple):
    """A function that can be called without the interpreter."""

    signature: str
    address: int
    user_data: int
    # What must live as long as the function is called.
    owner: Any


def native(f: Any) -> Native | None:
    """The compiled function that `f` is: a numba ``@cfunc``, a ``scipy.LowLevelCallable``, or a ``ctypes`` or ``cffi`` pointer.

    None if it is something else; a TypeError if its type is not one of those that can be called.
    """
    kind = type(f)
    if kind.__name__ == "CFunc" and hasattr(f, "address") and hasattr(f, "ctypes"):
        return _of_ctypes(f.ctypes, f)
    if isinstance(f, ctypes._CFuncPtr):
        return _of_ctypes(f, f)
    if kind.__name__ == "LowLevelCallable" and isinstance(f, tuple):
        return _of_scipy(f)
    if kind.__module__ == "_cffi_backend":
        return _of_cffi(f)
    return None


def _of_ctypes(f: Any, owner: Any) -> Native:
    if f.argtypes is None:
        raise TypeError(_refusal("has no argtypes", "set its argtypes and restype to those of the C function"))
    given = f.restype, tuple(f.argtypes)
    for name, known in _CTYPES.items():
        if given == known:
            return Native(name, ctypes.cast(f, ctypes.c_void_p).value or 0, 0, owner)
    result = getattr(f.restype, "__name__", "None")
    written = f"{result}({', '.join(getattr(t, '__name__', str(t)) for t in f.argtypes)})"
    raise TypeError(_refusal(f"has the type {written}"))


def _of_scipy(f: Any) -> Native:
    # SciPy keeps the capsule of the function from being taken as if from a plain tuple.
    capsule = tuple.__getitem__(f, 0)
    api = ctypes.pythonapi
    read: dict[str, Any] = {}
    for name, result, arguments in [
        ("GetName", ctypes.c_char_p, [ctypes.py_object]),
        ("GetPointer", ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]),
        ("GetContext", ctypes.c_void_p, [ctypes.py_object]),
    ]:
        # A prototype of our own: that of the shared `pythonapi` belongs to all.
        read[name] = ctypes.PYFUNCTYPE(result, *arguments)((f"PyCapsule_{name}", api))
    written = read["GetName"](capsule)
    signature = _named(written.decode())
    return Native(signature, read["GetPointer"](capsule, written), read["GetContext"](capsule) or 0, f)


def _of_cffi(f: Any) -> Native:
    import _cffi_backend as cffi  # type: ignore[import-not-found, unused-ignore]

    kind = cffi.typeof(f)
    signature = _named(kind.cname.replace("(*)", "", 1))
    return Native(signature, int(cffi.cast(cffi.new_primitive_type("uintptr_t"), f)), 0, f)


def _named(written: str) -> str:
    short = written.replace("const", "").replace(" ", "")
    if short not in _WRITTEN:
        raise TypeError(_refusal(f"has the type {written}"))
    return _WRITTEN[short]


def _refusal(found: str, remedy: str = "") -> str:
    known = "; ".join(_SIGNATURES.values())
    text = f"the compiled function {found}, and can't be called: it must be one of {known}"
    return f"{text}; {remedy}" if remedy else text
