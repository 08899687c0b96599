"""Energies of atoms from trial functions."""

import dataclasses
import os
import signal
import sys
import threading

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


def test_the_orientation_is_integrated_analytically_where_nothing_depends_on_it():
    helium = fubini.atom(TEXT)
    whole = helium.energy(beta=0.15, coordinates="perimetric")
    for words in ({}, {"coordinates": "triangle"}):
        result = helium.energy(beta=0.15, **words)
        assert abs(result.ratio.value + 2.8781746696309368) <= result.ratio.error
        assert result.converged and 2 * result.evaluations < whole.evaluations
    p_state = fubini.atom("exp(-2*r1 - r2)*z2 - exp(-r1 - 2*r2)*z1")
    assert p_state.energy(rtol=1e-3).converged
    with pytest.raises(ValueError, match="depends on z1: use perimetric"):
        p_state.energy(coordinates="triangle")


@pytest.mark.parametrize("method", ["vegas", "qmc", "vmc"])
def test_monte_carlo_agrees(method):
    result = fubini.atom(TEXT).energy(beta=0.15, method=method, coordinates="spherical", rtol=1e-3)
    assert abs(result.ratio.value + 2.8781746696309368) <= 4 * result.ratio.error and result.converged
    assert {"vegas": "iterations", "qmc": "replicates", "vmc": "walkers"}[method] in result.detail


@pytest.mark.parametrize(
    ("words", "error", "message"),
    [
        ({"psi": TEXT, "electrons": 4}, ValueError, "electrons is 4"),
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


def test_a_scan_is_the_energies_one_by_one():
    helium = fubini.atom(TEXT)
    points = helium.scan({"beta": [0.05, 0.15, 1]}, rtol=1e-8)
    assert [point.parameters for point in points] == [{"beta": 0.05}, {"beta": 0.15}, {"beta": 1.0}]
    for point, exact in zip(points, (-2.8713536223666912, -2.8781746696309368, -2.8261159414326504)):
        assert abs(point.result.ratio.value - exact) <= point.result.ratio.error <= 1e-8 * abs(exact)


def test_a_scan_of_two_symbols_is_a_grid():
    gamma = sympy.Symbol("gamma")
    helium = fubini.atom(sympy.exp(-alpha * (r1 + r2)) * sympy.exp(r12 / 2 / (1 + gamma * r12)))
    points = helium.scan({alpha: [1.8, 2], gamma: [0.15, 0.2, 0.3]}, rtol=1e-5)
    assert [tuple(point.parameters.values()) for point in points] == [(a, b) for a in (1.8, 2) for b in (0.15, 0.2, 0.3)]
    assert set(points[0].parameters) == {"alpha", "gamma"}
    assert abs(points[3].result.ratio.value + 2.8781746696309368) <= points[3].result.ratio.error


def test_the_minimum_is_found_within_its_uncertainty():
    best = fubini.atom(PSI).optimize({beta: 0.3}, rtol=1e-9)
    assert best.converged and abs(best.parameters["beta"] - 0.143345926973453686) <= best.uncertainties["beta"] < 1e-3
    assert best.result.ratio.value <= -2.87819594 and len(best.path) > 3
    assert 0.1 < best.variance.value < 0.3 and best.result.value.shape == (2,)
    assert repr(best).startswith("Optimum at beta = 0.1433") and best.suspect is None
    doubted = dataclasses.replace(best, suspect="nearly all values were negligible")
    assert not doubted.converged and "SUSPECT: nearly all" in repr(doubted).splitlines()[0]


def test_suspect_points_of_a_scan_have_not_converged():
    hydrogen = fubini.atom("exp(-r - b*r^2)", charge=1, electrons=1)
    with pytest.warns(fubini.ConvergenceWarning, match="suspect: the tolerance was met, but nearly all values"):
        points = hydrogen.scan({"b": [0.1]}, method="qmc", box=100, rtol=0.1, max_evals=1e5)
    assert points[0].result.stop == "converged" and not points[0].result.converged


def test_what_varies_has_no_value_and_is_there():
    helium = fubini.atom(TEXT)
    with pytest.raises(ValueError, match="beta can't both vary and have a value"):
        helium.scan({"beta": [0.1]}, beta=0.2)
    with pytest.raises(ValueError, match="there is no parameter delta"):
        helium.optimize({"delta": 1.0}, beta=0.15)
    with pytest.raises(ValueError, match="did you mean cuhre"):
        helium.scan({"beta": [0.1]}, method="cuhr")
    with pytest.raises(KeyboardInterrupt):
        helium.scan({"beta": [0.1, 0.2]}, progress=interrupt)


def interrupt(step):
    raise KeyboardInterrupt


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="counts threads in /proc")
def test_ctrl_c_is_answered_while_formulas_are_derived(hears_ctrl_c):
    # Issue 14: it was heard when the derivation, which takes seconds, had ended.
    factors = "*".join(f"(1+0.{i}*r1^{i % 3 + 1}+{i}*r12)" for i in range(1, 49))
    atom = fubini.atom(f"{factors}*exp(-1.8*(r1+r2))")
    threads = len(os.listdir("/proc/self/task"))
    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    with pytest.raises(KeyboardInterrupt):
        timer.start()
        atom.energy()
    timer.join()
    # It goes on in a thread that nobody listens to any more.
    assert len(os.listdir("/proc/self/task")) > threads


def test_lines_and_three_electrons():
    def state(psi):
        return fubini.atom(psi, charge=1, electrons=1)

    line = fubini.transition(state("exp(-r)"), state("z*exp(-r/2)"))
    assert abs(line.strength.value - 2**13 / 3**9) <= line.strength.error
    psi = "exp(-3*(r1+r2))*(1-1.5*r3)*exp(-1.5*r3)"
    lithium = fubini.atom(psi, charge=3, electrons=3, spin="doublet").energy(rtol=1e-4).ratio
    assert abs(lithium.value + 10.125 - 3 * 5965 / 5832) <= 4 * lithium.error


def test_the_charge_is_that_of_a_neutral_atom():
    assert [fubini.atom(psi, electrons=n).charge for n, psi in [(1, "exp(-r)"), (2, "exp(-r1-r2)"), (3, "exp(-r1-r2-r3)")]] == [1, 2, 3]
    assert fubini.atom("exp(-r1-r2)", charge=0).charge == 0


def test_numbers_of_the_hamiltonian_vary_as_parameters_do():
    # ψ = exp(-r): (1 + 1/M)/2 - Z.
    heavy = fubini.atom("exp(-r)", electrons=1, mass=1)
    assert heavy.energy(charge=3, mass=2).ratio.value == pytest.approx(0.75 - 3, abs=1e-8)
    assert [p.result.ratio.value for p in heavy.scan({"mass": [2, 4]})] == pytest.approx([-0.25, -0.375], abs=1e-6)
    confined = fubini.atom("exp(-r/2)*(1-r/radius)", electrons=1, radius=2)
    values = [p.result.ratio.value for p in confined.scan({"radius": [1, 2, 3]})]
    assert values[1] == pytest.approx(-0.125, abs=1e-8) and values == sorted(values, reverse=True)
    ion = fubini.molecule("exp(-a*xi)*cosh(b*eta)", bond=2, electrons=1)
    found = ion.optimize({"a": 1.3, "b": 0.9, "bond": 1.9})
    assert found.parameters["bond"] == pytest.approx(1.997952899, abs=1e-5)
    assert ion.energy(bond=found.parameters["bond"], a=1.35297, b=0.91825).ratio.value == pytest.approx(-0.602443058, abs=1e-8)
    assert "charges 1 and 1" in repr(ion)
