"""Energies of atoms with one or two electrons."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from . import _fubini
from ._formulas import is_sympy
from ._integrate import Progress, request, result
from ._names import grammar_name
from ._result import Result

_COORDINATES = {1: ("x", "y", "z", "r"), 2: ("x1", "y1", "z1", "x2", "y2", "z2", "r1", "r2", "r12")}


def atom(psi: Any, charge: float = 2, electrons: int = 2) -> Atom:
    """An atom with a trial function.

    Parameters
    ----------
    psi : SymPy expression or str
        The trial function ψ, of ``r1``, ``r2``, ``r12`` and ``x1`` ... ``z2`` (with one electron ``r``, ``x``, ``y``,
        ``z``). All other symbols are parameters. It need not be normalised.
    charge : float
        The charge of the nucleus, which is infinitely heavy.
    electrons : {1, 2}
        Number of electrons.

    Returns
    -------
    Atom
        Atomic units throughout.

    Examples
    --------
    Helium with the trial function of the 2017 study:

    >>> import fubini, sympy
    >>> r1, r2, r12, beta = sympy.symbols("r1 r2 r12 beta")
    >>> helium = fubini.atom(sympy.exp(-2 * r1) * sympy.exp(-2 * r2) * sympy.exp(r12 / 2 / (1 + beta * r12)))
    >>> energy = helium.energy(beta=0.15, rtol=1e-8).ratio
    >>> abs(energy.value + 2.8781746696309) <= energy.error
    True
    """
    return Atom(psi, charge, electrons)


class Atom:
    """An atom with a trial function, made by `atom`."""

    def __init__(self, psi: Any, charge: float = 2, electrons: int = 2):
        if electrons not in _COORDINATES:
            raise ValueError(f"electrons is {electrons!r}: it must be 1 or 2")
        if not isinstance(psi, str) and not is_sympy(psi):
            raise TypeError(f"psi must be a SymPy expression or a formula as text, not {type(psi).__name__}")
        self.psi, self.charge, self.electrons = psi, float(charge), int(electrons)

    def __repr__(self) -> str:
        electrons = "one electron" if self.electrons == 1 else "two electrons"
        return f"<fubini.Atom of charge {self.charge:g} with {electrons}, ψ = {self.psi}>"

    def energy(
        self,
        *,
        method: str = "cuhre",
        coordinates: str | None = None,
        box: float | None = None,
        rtol: float = 1e-6,
        atol: float = 0.0,
        max_evals: float = 300_000_000,
        seed: int = 0,
        threads: int | None = None,
        target: str = "ratio",
        error_level: str = "standard",
        hints: Sequence[Sequence[float]] = (),
        knobs: Mapping[str, float] | None = None,
        progress: Callable[[Progress], Any] | None = None,
        parameters: Mapping[Any, float] | None = None,
        **values: float,
    ) -> Result:
        """The energy of the trial function, ∫ψHψ / ∫ψ².

        Hψ is derived symbolically, and what cancels between the potential and the cusps of ψ is cancelled before anything
        is evaluated. Both integrals are taken from the same points.

        Parameters
        ----------
        coordinates : str, optional
            ``"perimetric"`` (the default), ``"body"``, ``"spherical"`` or ``"cartesian"``; with one electron
            ``"spherical"`` (the default) or ``"cartesian"``.
        box : float, optional
            Cartesian coordinates in [-box, box] instead of all of space.
        parameters : mapping, optional
            Values of the parameters of ψ; they may be given as further keywords too.
        method, rtol, atol, max_evals, seed, threads, target, error_level, hints, knobs, progress
            As in `integrate`. The tolerance is that of the energy, with ``target="each"`` that of both integrals.

        Returns
        -------
        Result
            ``ratio`` is the energy, ``value`` the numerator and the denominator.

        Examples
        --------
        >>> import fubini
        >>> hydrogen = fubini.atom("exp(-r - b*r^2)", charge=1, electrons=1)
        >>> print(hydrogen.energy(b=0.1, rtol=1e-9).ratio)
        -0.465803451...
        """
        settings = request(
            method=method,
            rtol=rtol,
            atol=atol,
            max_evals=max_evals,
            seed=seed,
            threads=threads,
            target=target,
            ratio=True,
            error_level=error_level,
            hints=hints,
            knobs=knobs,
            progress=progress,
        )
        words = self._words({**(parameters or {}), **values})
        outcome = _fubini.atom_energy(words, coordinates, None if box is None else float(box), settings)
        return result(outcome, settings, False, names=("numerator", "denominator"), ratio_name="energy")

    def local_energy(self, *, parameters: Mapping[Any, float] | None = None, **values: float) -> str:
        """The local energy Hψ/ψ as derived and simplified, as text.

        Examples
        --------
        >>> import fubini
        >>> fubini.atom("exp(-r)", charge=1, electrons=1).local_energy()
        '-0.5'
        """
        return _fubini.atom_local(self._words({**(parameters or {}), **values}))[1]

    def _words(self, values: Mapping[Any, float]) -> dict[str, Any]:
        name, psi, definitions = str, self.psi, []
        if is_sympy(self.psi):
            from ._sympy import lower

            name = grammar_name
            known = {*_COORDINATES[self.electrons], *map(str, values)}
            (psi,), definitions = lower([self.psi], known)
        return {
            "psi": psi,
            "electrons": self.electrons,
            "charge": self.charge,
            "parameters": [(name(key), float(value)) for key, value in values.items()],
            "definitions": definitions,
        }
