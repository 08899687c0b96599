"""Energies of atoms with one to three electrons, and of molecules with one or two."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from . import _fubini
from ._executor import AtomPiece, remote
from ._formulas import is_sympy
from ._integrate import Progress, request, result
from ._names import grammar_name
from ._result import Estimate, Result, digits

_MOLECULAR = {
    1: ("x", "y", "z", "ra", "rb", "xi", "eta", "bond"),
    2: ("x1", "y1", "z1", "x2", "y2", "z2", "r1a", "r1b", "r2a", "r2b", "r12", "xi1", "eta1", "xi2", "eta2", "bond"),
}
_COORDINATES = {
    1: ("x", "y", "z", "r"),
    2: ("x1", "y1", "z1", "x2", "y2", "z2", "r1", "r2", "r12"),
    3: ("x1", "y1", "z1", "x2", "y2", "z2", "x3", "y3", "z3", "r1", "r2", "r3", "r12", "r13", "r23"),
}
# The settings of a run, apart from coordinates and parameters, with their defaults in `Atom.energy`.
_SETTINGS: dict[str, Any] = {
    "method": None,
    "rtol": 1e-6,
    "atol": 0.0,
    "max_evals": 300_000_000,
    "seed": 0,
    "threads": None,
    "target": "ratio",
    "error_level": "standard",
    "hints": (),
    "knobs": None,
    "progress": None,
}
_OTHERS = {*_SETTINGS, "coordinates", "box", "parameters"}


def atom(
    psi: Any,
    charge: float | None = None,
    electrons: int = 2,
    *,
    potential: Any = None,
    repulsion: Any = None,
    mass: float | None = None,
    radius: float | None = None,
    terms: str | Sequence[Any] = (),
    linear: Sequence[Any] = (),
    spin: str | None = None,
) -> Atom:
    """An atom with a trial function.

    Parameters
    ----------
    psi : SymPy expression or str
        The trial function ψ, of ``r1``, ``r2``, ``r12`` and ``x1`` ... ``z2`` (with one electron ``r``, ``x``, ``y``,
        ``z``; with three ``r1`` ... ``r3``, ``r12``, ``r13``, ``r23``, ``x1`` ... ``z3``). All other symbols are parameters. It need not be normalised.
    charge : float, optional
        The charge of the nucleus, which is infinitely heavy [default: the number of electrons].
    electrons : {1, 2, 3}
        Number of electrons.
    potential : SymPy expression or str, optional
        The potential of one electron, of its ``x``, ``y``, ``z``, ``r`` and parameters, instead of -Z/r.
    repulsion : SymPy expression or str, optional
        The potential between two electrons, of ``r12`` and parameters, instead of 1/r12.
    mass : float, optional
        Mass of the nucleus in units of the electron's: reduced mass and polarisation of the nucleus are part of H then.
    radius : float, optional
        Radius of a sphere that no electron leaves; formulas may use it by the name ``radius``. ψ must vanish there.
    terms : str or sequence, optional
        Terms φ of ψ = psi · Σ c φ, as a list or as text with semicolons between them; ``"hylleraas:N"`` stands for N terms in
        s = r1 + r2, t = r2 - r1 and u = r12, ``"exponential:N"`` for N terms exp(-a r1 - b r2 - c r12) that suit helium. Their coefficients c1, c2, ... always have their best values, from the eigenvalue
        problem H c = E S c.
    linear : sequence, optional
        Names of parameters in which ψ is linear, which have their best values in the same way.
    spin : {"singlet", "triplet", "doublet", "quartet"}, optional
        The spin that ψ of two electrons must have. Of three electrons ψ is made of ``psi`` by permutations: for a doublet the first two
        electrons of ``psi`` are a pair, for a quartet all are alike.

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
    return Atom(
        psi,
        charge,
        electrons,
        potential=potential,
        repulsion=repulsion,
        mass=mass,
        radius=radius,
        terms=terms,
        linear=linear,
        spin=spin,
    )


@dataclass(frozen=True)
class Transition:
    """What lies between two states of an atom.

    Attributes
    ----------
    energies : pair of Estimate
        Of the first state and the second.
    strength : Estimate
        2 (E2 - E1) moment²: of the sum of all z the oscillator strength from the first state, an S state, to the second.
    moment : Estimate
        The absolute value of the moment between both.
    result : Result
        The run that found them.
    """

    energies: tuple[Estimate, Estimate]
    strength: Estimate
    moment: Estimate
    result: Result


def transition(
    first: Atom,
    second: Atom,
    moment: Any = None,
    *,
    parameters: Mapping[Any, float] | None = None,
    **settings: Any,
) -> Transition:
    """The moment between two states and the strength of the line, from the points of both energies.

    Parameters
    ----------
    first, second : Atom
        Both states; they must be of one atom.
    moment : str, optional
        A formula of coordinates and distances [default: the sum of all z].
    parameters : mapping, optional
        Values of the parameters of both states.
    **settings
        As in `Atom.energy`. Where the moment may be zero, give ``atol``.

    Examples
    --------
    From 1s to 2p of hydrogen the strength is 2¹³/3⁹:

    >>> import fubini
    >>> state = lambda psi: fubini.atom(psi, charge=1, electrons=1)
    >>> line = fubini.transition(state("exp(-r)"), state("z*exp(-r/2)"))
    >>> abs(line.strength.value - 2**13 / 3**9) <= line.strength.error
    True
    """
    values = dict(parameters or {})
    frame, request_, words = first._varied({}, {}, {**settings, "parameters": values})
    outcome, found = _fubini.atom_transition(words, second._words(values), moment, *frame, request_)
    named = {name: Estimate(value, error) for name, value, error in found}
    upper, between = named.pop("energy of the other"), named.pop("moment")
    # Its name says whether it is that of a line.
    (strength,) = named.values()
    outcome["values"], outcome["errors"], outcome["covariance"] = outcome["values"][:2], outcome["errors"][:2], None
    run = first._result(outcome, request_)
    return Transition((run.ratio, upper), strength, between, run)


def molecule(
    psi: Any,
    bond: float,
    charges: Sequence[float] = (1, 1),
    electrons: int = 2,
    *,
    terms: str | Sequence[Any] = (),
    linear: Sequence[Any] = (),
) -> Atom:
    """One or two electrons about two nuclei on the z axis, with a trial function.

    Parameters
    ----------
    psi : SymPy expression or str
        The trial function ψ, of ``r1a``, ``r1b``, ``r2a``, ``r2b``, ``r12`` and ``xi1``, ``eta1``, ``xi2``, ``eta2`` (with one electron
        ``ra``, ``rb``, ``xi``, ``eta``), and of Cartesian coordinates. It may use the distance of the nuclei by the name ``bond``.
    bond : float
        The distance of the nuclei.
    charges : pair of floats
        Their charges; the first is at ``z = -bond/2``.
    electrons : {1, 2}
        Number of electrons. With two ψ must be symmetric or antisymmetric.
    terms, linear
        As in `atom`.

    Returns
    -------
    Atom
        Its energies are total ones, with the repulsion of the nuclei.

    Examples
    --------
    >>> import fubini
    >>> ion = fubini.molecule("exp(-a*xi)*cosh(b*eta)", bond=2, electrons=1)
    >>> print(round(ion.optimize({"a": 1.3, "b": 0.9}).result.ratio.value, 7))
    -0.6024428
    """
    made = Atom(psi, 0, electrons, terms=terms, linear=linear)
    made.nuclei = [float(charge) for charge in charges], float(bond)
    return made


@dataclass(frozen=True)
class Levels:
    """The lowest levels of an atom whose ψ has linear parameters.

    Attributes
    ----------
    energies : list
        Upper bounds to the levels of the symmetry of ψ, from the lowest on, with their errors.
    coefficients : dict
        The linear parameters of the lowest.
    result : Result
        The run that found them.
    """

    energies: list[Estimate]
    coefficients: dict[str, float]
    result: Result


class Point(NamedTuple):
    """One energy of a scan."""

    parameters: dict[str, float]
    result: Result


@dataclass(frozen=True)
class Optimum:
    """The least energy that a search has found.

    Attributes
    ----------
    parameters, uncertainties : dict
        Where it is, and how far each parameter may be off.
    coefficients : dict
        Values of the linear parameters.
    result : Result
        The energy there.
    variance : Estimate
        That of the local energy, which is zero for an exact wave function.
    path : list
        Parameters and energy of every run on the way.
    stop : str
        ``"converged"``, ``"runs"``, ``"budget"``, ``"roundoff"`` or ``"cancelled"``.
    suspect : str or None
        What speaks against the minimum although the search may have converged.
    evaluations, seconds
        Of all runs together.
    """

    parameters: dict[str, float]
    uncertainties: dict[str, float]
    result: Result
    variance: Estimate
    path: list[tuple[dict[str, float], Estimate]]
    stop: str
    suspect: str | None
    evaluations: int
    seconds: float
    coefficients: dict[str, float]

    @property
    def converged(self) -> bool:
        """Whether the minimum is known as well as was asked for and nothing speaks against it."""
        return self.stop == "converged" and self.suspect is None

    def __repr__(self) -> str:
        at = ", ".join(f"{name} = {digits(value, self.uncertainties[name])}" for name, value in self.parameters.items())
        doubt = f", SUSPECT: {self.suspect}" if self.suspect else ""
        return f"Optimum at {at} after {len(self.path)} runs{doubt}\n{self.result!r}"


class Atom:
    """An atom with a trial function, made by `atom`."""

    def __init__(
        self,
        psi: Any,
        charge: float | None = None,
        electrons: int = 2,
        *,
        potential: Any = None,
        repulsion: Any = None,
        mass: float | None = None,
        radius: float | None = None,
        terms: str | Sequence[Any] = (),
        linear: Sequence[Any] = (),
        spin: str | None = None,
    ):
        if electrons not in _COORDINATES:
            raise ValueError(f"electrons is {electrons!r}: it must be 1, 2 or 3")
        if not isinstance(psi, str) and not is_sympy(psi):
            raise TypeError(f"psi must be a SymPy expression or a formula as text, not {type(psi).__name__}")
        self.psi, self.electrons = psi, int(electrons)
        self.charge = float(self.electrons if charge is None else charge)
        self.potential, self.repulsion = potential, repulsion
        self.mass, self.radius = (None if number is None else float(number) for number in (mass, radius))
        self.terms = terms.split(";") if isinstance(terms, str) else list(terms)
        self.linear = list(linear)
        self.spin = spin
        self.nuclei: tuple[list[float], float] | None = None

    def __repr__(self) -> str:
        electrons = {1: "one electron", 2: "two electrons", 3: "three electrons"}[self.electrons]
        if self.nuclei is not None:
            (first, second), bond = self.nuclei
            return f"<fubini.Atom of charges {first:g} and {second:g} at a distance of {bond:g} with {electrons}, ψ = {self.psi}>"
        return f"<fubini.Atom of charge {self.charge:g} with {electrons}, ψ = {self.psi}>"

    def energy(
        self,
        *,
        method: str | None = None,
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
        executor: Any = None,
        workers: int | Callable[..., Any] | None = None,
        batch: int | None = None,
        **values: float,
    ) -> Result:
        """The energy of the trial function, ∫ψHψ / ∫ψ².

        Hψ is derived symbolically, and what cancels between the potential and the cusps of ψ is cancelled before anything
        is evaluated. Both integrals are taken from the same points.

        Parameters
        ----------
        coordinates : str, optional
            ``"triangle"`` (the default where ψ is a function of r1, r2 and r12 alone: the three angles of the orientation
            are integrated analytically), ``"perimetric"`` (the default where it is not), ``"body"``, ``"spherical"`` or
            ``"cartesian"``; with one electron ``"spherical"`` (the default) or ``"cartesian"``, with three ``"tetrahedron"``,
            ``"spheroidal"``, ``"spherical"`` or ``"cartesian"``.
        box : float, optional
            Cartesian coordinates in [-box, box] instead of all of space.
        parameters : mapping, optional
            Values of the parameters of ψ; they may be given as further keywords too. ``charge``, ``mass``, ``radius`` and ``bond`` are
            those of the Hamiltonian.
        method, rtol, atol, max_evals, seed, threads, target, error_level, hints, knobs, progress, executor, workers, batch
            As in `integrate`, but ``"cuhre"`` by default, with three electrons ``"qmc"``. The tolerance is that of the energy, with ``target="each"`` that of both integrals.

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
            method=self._method(method),
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
        half_side = None if box is None else float(box)
        words = self._words({**(parameters or {}), **values})
        with remote(AtomPiece(words, coordinates, half_side), executor, workers, batch) as there:
            if there is not None:
                settings["remote"] = there, there.cancel
                settings["threads"] = there.threads if threads is None else settings["threads"]
            outcome = _fubini.atom_energy(words, coordinates, half_side, settings)[0]
        return self._result(outcome, settings)

    def levels(self, count: int = 1, **settings: Any) -> Levels:
        """The lowest levels that the linear parameters of ψ can make, each an upper bound.

        Parameters
        ----------
        count : int
            How many.
        **settings
            As in `energy`, values of parameters included.

        Returns
        -------
        Levels
            The energies, and the linear parameters of the lowest.

        Examples
        --------
        >>> import fubini
        >>> hydrogen = fubini.atom("1", charge=1, electrons=1, terms="exp(-r); exp(-r/2); r*exp(-r/2)")
        >>> [round(energy.value, 9) for energy in hydrogen.levels(2, rtol=1e-10).energies]
        [-0.5, -0.125]
        """
        frame, request_, words = self._varied({}, {}, settings)
        outcome, coefficients, above = _fubini.atom_energy({**words, "levels": int(count)}, *frame, request_)
        outcome["values"], outcome["errors"], outcome["covariance"] = outcome["values"][:2], outcome["errors"][:2], None
        found = self._result(outcome, request_)
        energies = [found.ratio, *(Estimate(*level) for level in above)]
        return Levels(energies, dict(coefficients), found)

    def scan(self, vary: Mapping[Any, ArrayLike], **settings: Any) -> list[Point]:
        """Energies at many values of parameters.

        Parameters
        ----------
        vary : mapping
            Values for each name; with several names all combinations are taken, the last name's running fastest.
        **settings
            As in `energy`, values of other parameters included.

        Returns
        -------
        list of Point
            Each with its ``parameters`` and its ``result``.

        Examples
        --------
        >>> import fubini
        >>> hydrogen = fubini.atom("exp(-r - b*r^2)", charge=1, electrons=1)
        >>> for parameters, result in hydrogen.scan({"b": [0, 0.05, 0.1]}, rtol=1e-8):
        ...     print(parameters["b"], round(result.ratio.value, 6))
        0.0 -0.5
        0.05 -0.489303
        0.1 -0.465803
        """
        axes = {key: np.atleast_1d(np.asarray(values, dtype=np.float64)).tolist() for key, values in vary.items()}
        frame, request_, words = self._varied(axes, {key: values[0] for key, values in axes.items() if values}, settings)
        points = _fubini.atom_scan(words, *frame, list(zip(self._names(axes), axes.values())), request_)
        return [Point(_named(axes, found), self._result(outcome, request_)) for found, outcome in points]

    def optimize(self, start: Mapping[Any, float], **settings: Any) -> Optimum:
        """The least energy over parameters, by a search with exact gradients.

        Parameters
        ----------
        start : mapping
            The parameters that vary, with values to start from.
        **settings
            As in `energy`, values of other parameters included. ``rtol`` also decides how well the parameters are known.

        Returns
        -------
        Optimum
            The parameters with their uncertainties, and the energy there.

        Examples
        --------
        >>> import fubini
        >>> helium = fubini.atom("exp(-2*r1)*exp(-2*r2)*exp(r12/2/(1 + beta*r12))")
        >>> best = helium.optimize({"beta": 0.3}, rtol=1e-9)
        >>> abs(best.parameters["beta"] - 0.143345926973) <= best.uncertainties["beta"]
        True
        >>> print(best.result.ratio)
        -2.87819594...
        """
        values = {key: float(value) for key, value in start.items()}
        frame, request_, words = self._varied(values, values, settings)
        found = _fubini.atom_optimize(words, *frame, list(zip(self._names(values), values.values())), request_)
        outcome = found["outcome"]
        # What follows the two integrals served the variance.
        outcome["values"], outcome["errors"], outcome["covariance"] = outcome["values"][:2], outcome["errors"][:2], None
        return Optimum(
            parameters=_named(values, found["parameters"]),
            uncertainties=dict(zip(map(str, values), found["uncertainties"])),
            result=self._result(outcome, request_),
            variance=Estimate(*found["variance"]),
            path=[(_named(values, at), Estimate(energy, error)) for at, energy, error in found["path"]],
            stop=found["stop"],
            suspect=found["suspect"],
            evaluations=found["evaluations"],
            seconds=found["seconds"],
            coefficients=dict(found["coefficients"]),
        )

    def local_energy(self, *, parameters: Mapping[Any, float] | None = None, **values: float) -> str:
        """The local energy Hψ/ψ as derived and simplified, as text.

        Examples
        --------
        >>> import fubini
        >>> fubini.atom("exp(-r)", charge=1, electrons=1).local_energy()
        '-0.5'
        """
        return _fubini.atom_local(self._words({**(parameters or {}), **values}))[1]

    def _varied(
        self, varied: Mapping[Any, Any], start: Mapping[Any, float], settings: Mapping[str, Any]
    ) -> tuple[tuple[str | None, float | None], dict[str, Any], dict[str, Any]]:
        """Coordinates, settings of the runs, and ψ with the values to start from."""
        known = {name: value for name, value in settings.items() if name in _SETTINGS}
        fixed = {**(settings.get("parameters") or {}), **{k: v for k, v in settings.items() if k not in _OTHERS}}
        twice = {str(key) for key in varied} & {str(key) for key in fixed}
        if twice:
            raise ValueError(f"{', '.join(sorted(twice))} can't both vary and have a value")
        known["method"] = self._method(known.get("method"))
        request_ = request(ratio=True, **{**_SETTINGS, **known})
        box = settings.get("box")
        frame = settings.get("coordinates"), None if box is None else float(box)
        return frame, request_, self._words({**fixed, **start})

    def _numbers(self) -> set[str]:
        """Names of the numbers of the Hamiltonian, which have values of their own without being parameters."""
        own = {"mass": self.mass, "radius": self.radius, "bond": self.nuclei}
        has_charge = self.potential is None and self.nuclei is None
        return {name for name, value in own.items() if value is not None} | ({"charge"} if has_charge else set())

    def _method(self, method: str | None) -> str:
        return method or ("qmc" if self.electrons == 3 else "cuhre")

    def _names(self, keys: Iterable[Any]) -> list[str]:
        return [grammar_name(key) if is_sympy(self.psi) else str(key) for key in keys]

    def _result(self, outcome: dict[str, Any], settings: Mapping[str, Any]) -> Result:
        return result(outcome, settings, False, 4, names=("numerator", "denominator"), ratio_name="energy")

    def _words(self, values: Mapping[Any, float]) -> dict[str, Any]:
        definitions: list[tuple[str, str]] = []

        def text(formulas: Sequence[Any], coordinates: Iterable[str]) -> list[str]:
            symbolic = [formula for formula in formulas if is_sympy(formula)]
            if not symbolic:
                return list(formulas)
            from ._sympy import lower

            texts, more = lower(symbolic, {*coordinates, "radius", *map(str, values), *map(str, self.linear)})
            definitions.extend(more)
            lowered = iter(texts)
            return [next(lowered) if is_sympy(formula) else formula for formula in formulas]

        def one(formula: Any, *coordinates: str) -> str | None:
            return None if formula is None else text([formula], coordinates)[0]

        numbers = {str(key): float(value) for key, value in values.items() if str(key) in self._numbers()}
        values = {key: value for key, value in values.items() if str(key) not in numbers}
        nuclei = self.nuclei and (self.nuclei[0], numbers.get("bond", self.nuclei[1]))
        known = _COORDINATES if self.nuclei is None else _MOLECULAR
        psi, *terms = text([self.psi, *self.terms], known[self.electrons])
        return {
            "psi": psi,
            "electrons": self.electrons,
            "charge": numbers.get("charge", self.charge),
            "parameters": [(name, float(value)) for name, value in zip(self._names(values), values.values())],
            "potential": one(self.potential, "x", "y", "z", "r"),
            "repulsion": one(self.repulsion, "r12"),
            "mass": numbers.get("mass", self.mass),
            "radius": numbers.get("radius", self.radius),
            "nuclei": nuclei,
            "terms": terms,
            "linear": self._names(self.linear),
            "levels": 1,
            "spin": self.spin,
            "definitions": definitions,
        }


def _named(keys: Iterable[Any], found: Sequence[tuple[str, float]]) -> dict[str, float]:
    """Values by the names that the caller knows."""
    return {str(key): value for key, (_, value) in zip(keys, found)}
