"""What came out of a run."""

from __future__ import annotations

import html
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from ._samples import Samples

# Components shown one by one.
_SHOWN = 8


class ConvergenceWarning(UserWarning):
    """A result that should not be used unseen: the tolerance was not met, or something was missed."""


class Estimate(NamedTuple):
    """A number and its stated error.

    From a rule the error is a heuristic bound; from Monte Carlo methods it is one standard deviation.

    Examples
    --------
    >>> from fubini import Estimate
    >>> print(Estimate(-2.87817466, 1.53e-6))
    -2.8781747(16)
    """

    value: float
    error: float

    def __str__(self) -> str:
        return digits(self.value, self.error)


class Trial(NamedTuple):
    """How far one of the methods came among which ``"auto"`` chose.

    `value` and `error` are those of the first quantity of the target.
    """

    method: str
    value: float
    error: float
    evaluations: int


@dataclass(frozen=True, repr=False)
class Result:
    """Integrals with their errors, what they cost, and why the run ended.

    Attributes
    ----------
    value, error : float, complex, or ndarray of shape (k,)
        The integrals and their stated errors: heuristic bounds from rules, one standard deviation from `vegas` and
        `qmc`. Of a complex integral the error is complex too: its real part belongs to that of the value, its imaginary part to
        the other. Numbers where the integrand is a single function, arrays where it has components.
    ratio : Estimate or None
        The quotient of two components with the error of the quotient itself, where it was asked for.
    covariance : ndarray of shape (k, k) or None
        Of the integrals; from Monte Carlo methods only. Where integrals are complex, of their real and imaginary parts in turn.
    error_kind : str
        What `error` is: ``"bound"`` or ``"standard_deviation"``.
    converged : bool
        Whether the tolerance was met and nothing speaks against the result.
    stop : str
        Why the run ended: ``"converged"``, ``"budget"``, ``"roundoff"`` or ``"cancelled"``.
    evaluations : int
        Points at which the integrand was evaluated.
    non_finite : int
        Those at which it was not finite; they count as zero.
    suspect : str or None
        Why the result should not be believed although its stated error may be small; `converged` is then false.
    detail : dict
        What the method knows beyond that: ``regions``, or ``iterations`` and ``chi2_per_dof``, and more.
    auto : list of Trial
        What was tried where the method was chosen.
    analysis : list of str
        What was found in a formula and done with it, a sentence each.
    seconds, integrand_seconds : float
        Time of the run, and the part of it spent in the integrand.
    threads, seed
        As used.
    method
        As used, or as chosen.
    samples : Samples or None
        The weighted samples, where they were asked for.
    map : bytes or None
        The importance map of `vegas`, for other runs.
    """

    value: Any
    error: Any
    ratio: Estimate | None
    covariance: NDArray[np.float64] | None
    evaluations: int
    stop: str
    error_kind: str
    non_finite: int
    suspect: str | None
    detail: Mapping[str, Any]
    auto: list[Trial]
    analysis: list[str]
    seconds: float
    integrand_seconds: float
    threads: int
    seed: int
    method: str
    names: tuple[str, ...] = field(default=())
    ratio_name: str = "ratio"
    samples: Samples | None = field(default=None, repr=False)
    map: bytes | None = field(default=None, repr=False)

    @property
    def converged(self) -> bool:
        """Whether the tolerance was met and nothing speaks against the result."""
        return self.stop == "converged" and self.suspect is None

    def __repr__(self) -> str:
        rows = list(self._rows())
        width = max(len(name) for name, _ in rows)
        lines = [f"  {name:<{width}}  {text}" for name, text in rows]
        return "\n".join([f"Result by {self.method}", *lines])

    def _repr_html_(self) -> str:
        row = '<tr><th style="text-align:left">{}</th><td style="text-align:left">{}</td></tr>'
        rows = "".join(row.format(html.escape(name), html.escape(text)) for name, text in self._rows())
        return f"<table>{rows}</table>"

    def _rows(self) -> Iterator[tuple[str, str]]:
        values, errors = np.atleast_1d(self.value), np.atleast_1d(self.error)
        single = np.ndim(self.value) == 0
        for i, (value, error) in enumerate(zip(values[:_SHOWN], errors)):
            plain = "value" if single else f"value[{i}]"
            yield self.names[i] if self.names else plain, number(value, error)
        if len(values) > _SHOWN:
            yield "…", f"and {len(values) - _SHOWN} more"
        if self.ratio is not None:
            yield self.ratio_name, str(self.ratio)
        cost = f"{self.evaluations:,}".replace(",", "\u202f") + f" in {duration(self.seconds)}"
        yield "evaluations", f"{cost}, {self.threads} thread{'s' if self.threads != 1 else ''}"
        stopped = "the tolerance was met" if self.stop == "converged" else self.stop
        yield "converged", "yes" if self.converged else f"NO, SUSPECT ({stopped})" if self.suspect else f"NO ({stopped})"
        if self.suspect:
            yield "suspect", self.suspect
        if self.non_finite:
            yield "not finite", f"at {self.non_finite} points, which count as zero"


def number(value: Any, error: Any) -> str:
    """A value that may be complex: 0.84147(12) - 0.45970(11) i."""
    if not np.iscomplexobj(value):
        return digits(float(value), float(error))
    real, imaginary = digits(float(value.real), float(error.real)), digits(float(value.imag), float(error.imag))
    real, imaginary = (f"({text})" if "±" in text else text for text in (real, imaginary))
    return f"{real} - {imaginary[1:]} i" if imaginary.startswith("-") else f"{real} + {imaginary} i"


def digits(value: float, error: float) -> str:
    """A value with the digits of its error in parentheses, rounded up: -2.8781747(16) is -2.8781747 ± 0.0000016.

    A value below its error stands beside it, both to the first digit of the error: 0 ± 30000.
    """
    if not math.isfinite(value) or not math.isfinite(error):
        return f"{value} ± {error}"
    if error == 0:
        return repr(value)
    if error > abs(value):
        return _apart(value, error)
    leading = math.floor(math.log10(error))
    last, rounded = _last_digits(error, leading)
    magnitude = math.floor(math.log10(abs(value)))
    if last < 0 and -4 <= magnitude <= 6:
        return f"{value:.{-last}f}({rounded})"
    exponent = max(magnitude, leading)
    value, error = value / 10.0**exponent, error / 10.0**exponent
    last, rounded = _last_digits(error, math.floor(math.log10(error)))
    last = min(last, -1)
    return f"{value:.{-last}f}({math.ceil(error / 10.0**last)})e{exponent}"


def _apart(value: float, error: float) -> str:
    mantissa, exponent = f"{error:.16e}".split("e")
    first, place = float(mantissa), int(exponent)
    if first > 9:
        first, place = first / 10, place + 1
    counts = round(value / error * first), math.ceil(first)
    plain = -4 <= place <= 3
    written = (f"{float(f'{count}e{place}'):g}" if plain or not count else f"{count}e{place}" for count in counts)
    return " ± ".join(written)


def _last_digits(error: float, leading: int) -> tuple[int, int]:
    last = leading - 1
    rounded = math.ceil(error / 10.0**last)
    return (last + 1, math.ceil(error / 10.0 ** (last + 1))) if rounded >= 100 else (last, rounded)


def duration(seconds: float) -> str:
    """Seconds with a fitting unit."""
    if seconds < 1e-3:
        return f"{seconds * 1e6:.0f} µs"
    if seconds < 1:
        return f"{seconds * 1e3:.1f} ms"
    return f"{seconds:.2f} s" if seconds < 120 else f"{seconds / 60:.1f} min"
