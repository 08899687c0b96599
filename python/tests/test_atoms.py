"""Energies of atoms from trial functions."""

import pytest
import sympy

import fubini

r1, r2, r12, beta, alpha = sympy.symbols("r1 r2 r12 beta alpha")
PSI = sympy.exp(-2 * r1) * sympy.exp(-2 * r2) * sympy.exp(r12 / 2 / (1 + beta * r12))
TEXT = "exp(-2*r1)*exp(-2*r2)*exp(r12/2/(1 + beta*r12))"

@pytest.mark.parametrize(("value", "exact"), [(0.15, -2.8781746696309368), (0.05, -2.8713536223666912), (1, -2.8261159414326504)])
def test_helium_from_sympy_is_right_within_its_error(value, exact):
    result = fubini.atom(PSI).energy(beta=value, rtol=1e-8)
    assert result.converged and abs(result.ratio.value - exact) <= result.ratio.error <= 1e-8 * abs(exact)


def test_text_and_sympy_are_the_same():
    text, symbols = (fubini.atom(psi).energy(beta=0.15) for psi in (TEXT, PSI))
    assert abs(text.ratio.value - symbols.ratio.value) <= 1e-12
    assert text.evaluations == symbols.evaluations
    assert text.names == ("numerator", "denominator") and "energy" in repr(text)


def test_psi_may_be_cartesian_and_parameters_a_mapping():
    x1, y1, z1, x2, y2, z2, gamma = sympy.symbols("x1 y1 z1 x2 y2 z2 gamma")
    distances = {
        r1: sympy.sqrt(x1**2 + y1**2 + z1**2),
        r2: sympy.sqrt(x2**2 + y2**2 + z2**2),
        r12: sympy.sqrt((x1 - x2) ** 2 + (y1 - y2) ** 2 + (z1 - z2) ** 2),
        beta: gamma,
    }
    result = fubini.atom(PSI.subs(distances)).energy(parameters={gamma: 0.15})
    assert abs(result.ratio.value + 2.8781746696309368) <= result.ratio.error


def test_hydrogen_and_other_coordinates():
    hydrogen = fubini.atom("exp(-r - b*r^2)", charge=1, electrons=1)
    for words in ({}, {"coordinates": "cartesian"}, {"box": 12}):
        result = hydrogen.energy(b=0.1, rtol=1e-5, **words)
        assert abs(result.ratio.value + 0.4658034519285916) <= result.ratio.error
    assert "charge 1 with one electron" in repr(hydrogen)


def test_monte_carlo_agrees():
    result = fubini.atom(TEXT).energy(beta=0.15, method="vegas", coordinates="spherical", rtol=1e-3)
    assert abs(result.ratio.value + 2.8781746696309368) <= 4 * result.ratio.error and result.covariance is not None


@pytest.mark.parametrize(
    ("words", "error", "message"),
    [
        ({"psi": TEXT, "electrons": 3}, ValueError, "electrons is 3"),
        ({"psi": 3.0}, TypeError, "SymPy expression or a formula"),
        ({"psi": PSI}, ValueError, "the symbol beta is neither"),
        ({"psi": TEXT}, ValueError, "unknown name `beta`"),
        ({"psi": "exp(r1 + r2)"}, ValueError, "does not fall off"),
        ({"psi": "exp(-r1 - r2)", "charge": -1}, ValueError, "charge"),
    ],
)
def test_atoms_that_make_no_sense_say_why(words, error, message):
    with pytest.raises(error, match=message):
        fubini.atom(**words).energy()


def test_the_local_energy_is_shown():
    assert fubini.atom("exp(-a*r)", charge=3, electrons=1).local_energy(a=3) == "-4.5"
