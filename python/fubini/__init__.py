"""Multidimensional integration with stated errors that you can check.

========================  ==========================================================================
`integrate`               integrals of a NumPy callable, a SymPy expression, or a formula as text
`compile`                 SymPy expressions and formulas as a fast function on NumPy arrays
`cubature`                `scipy.integrate.cubature`, with the same signature and results
`atom`                    energies of atoms with one to three electrons, from a trial function
`molecule`                energies of one or two electrons about two nuclei
`transition`              the moment between two states of an atom, and the strength of the line
`Ball`, `Simplex`, …      bodies and coordinates to integrate callables over
`vectorize`               a function of one point as one of many, for `integrate` and `cubature`
`methods`                 the integrators, their dimensions and settings
========================  ==========================================================================

Examples
--------
>>> import fubini
>>> result = fubini.integrate("exp(-x^2 - y^2)", {"x": ("-inf", "inf"), "y": (0, "inf")})
>>> abs(result.value - 3.141592653589793 / 2) <= result.error
True
"""

from ._atoms import Atom, Levels, Optimum, Point, Transition, atom, molecule, transition
from ._bodies import Ball, Cylindrical, Polar, Simplex, Spherical
from ._cubature import CubatureRegion, CubatureResult, cubature
from ._formulas import Compiled, compile
from ._fubini import IntegrationError
from ._integrate import Method, Progress, integrate, methods
from ._result import ConvergenceWarning, Estimate, Result, Trial
from ._samples import Samples
from ._sweep import Sweep
from ._vectorize import vectorize

__all__ = [
    "Atom",
    "Ball",
    "Compiled",
    "ConvergenceWarning",
    "CubatureRegion",
    "CubatureResult",
    "Cylindrical",
    "Estimate",
    "IntegrationError",
    "Levels",
    "Method",
    "Optimum",
    "Point",
    "Polar",
    "Progress",
    "Result",
    "Samples",
    "Simplex",
    "Spherical",
    "Sweep",
    "Transition",
    "Trial",
    "atom",
    "compile",
    "cubature",
    "integrate",
    "methods",
    "molecule",
    "transition",
    "vectorize",
]
