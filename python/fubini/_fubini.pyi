"""The native half of fubini; see python/src."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

class IntegrationError(ArithmeticError): ...

_End = float | Program | Callable[[NDArray[np.float64]], Any]
_Limits = Sequence[tuple[_End, _End, Sequence[_End]]]

class Program:
    def __new__(
        cls,
        texts: Sequence[str],
        variables: Sequence[str],
        parameters: Sequence[tuple[str, float]],
        definitions: Sequence[tuple[str, str]],
    ) -> Program: ...
    def __reduce__(self) -> tuple[Any, ...]: ...
    @property
    def dim(self) -> int: ...
    @property
    def components(self) -> int: ...
    @property
    def complex(self) -> list[bool]: ...
    @property
    def summary(self) -> str: ...
    def evaluate(self, columns: Sequence[NDArray[np.float64]], n: int, threads: int | None) -> NDArray[np.float64]: ...

def words() -> list[str]: ...
class Piece:
    @staticmethod
    def of_program(program: Program, limits: _Limits, analyse: bool) -> Piece: ...
    @staticmethod
    def of_atom(atom: Mapping[str, Any], coordinates: str | None, half_side: float | None) -> Piece: ...
    def evaluate(self, points: NDArray[np.float64]) -> NDArray[np.float64]: ...

def integrate_callable(
    f: Callable[[NDArray[np.float64]], Any],
    check: Callable[[Any, int], NDArray[np.float64]],
    components: int,
    limits: _Limits | tuple[str, Sequence[float]],
    limit_check: Callable[[Any, int], NDArray[np.float64]],
    request: Mapping[str, Any],
) -> dict[str, Any]: ...
def integrate_native(
    signature: str,
    address: int,
    data: int,
    components: int,
    limits: _Limits,
    limit_check: Callable[[Any, int], NDArray[np.float64]],
    request: Mapping[str, Any],
) -> dict[str, Any]: ...
def integrate_program(
    program: Program,
    limits: _Limits,
    limit_check: Callable[[Any, int], NDArray[np.float64]],
    request: Mapping[str, Any],
    analyse: bool,
) -> dict[str, Any]: ...
def atom_energy(
    atom: Mapping[str, Any], coordinates: str | None, half_side: float | None, request: Mapping[str, Any]
) -> tuple[dict[str, Any], list[tuple[str, float]], list[tuple[float, float]]]: ...
def atom_scan(
    atom: Mapping[str, Any],
    coordinates: str | None,
    half_side: float | None,
    axes: Sequence[tuple[str, Sequence[float]]],
    request: Mapping[str, Any],
) -> list[tuple[list[tuple[str, float]], dict[str, Any]]]: ...
def atom_optimize(
    atom: Mapping[str, Any],
    coordinates: str | None,
    half_side: float | None,
    start: Sequence[tuple[str, float]],
    request: Mapping[str, Any],
) -> dict[str, Any]: ...
def atom_transition(
    first: Mapping[str, Any],
    second: Mapping[str, Any],
    moment: str | None,
    coordinates: str | None,
    half_side: float | None,
    request: Mapping[str, Any],
) -> tuple[dict[str, Any], list[tuple[str, float, float]]]: ...
def atom_local(atom: Mapping[str, Any]) -> tuple[str, str]: ...
def methods() -> list[tuple[str, str, str, str, list[str]]]: ...
