"""What the package costs, each figure beside its peer, measured alternately in one run.

    python python/benches/compare.py [PATH OF THE PROGRAM fubini]

The program is only needed for the first figure; `cargo build --release` makes it.
"""

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import sympy as sp

import fubini

ROUNDS = 15
EXACT = -2.8781746696309368
PSI = "exp(-2*r1)*exp(-2*r2)*exp(r12/2/(1 + beta*r12))"


def helium(program):
    """The energy from SymPy's ψ beside the command line's: seconds of the run, and of the whole call or process."""
    r1, r2, r12, beta = sp.symbols("r1 r2 r12 beta")
    atom = fubini.atom(sp.exp(-2 * r1) * sp.exp(-2 * r2) * sp.exp(r12 / 2 / (1 + beta * r12)))
    command = [program, "atom", "--psi", PSI, "--set", "beta=0.15", "--rtol", "1e-9", "--json"]
    ours, whole, theirs, process = [], [], [], []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        result = atom.energy(beta=0.15, rtol=1e-9)
        whole.append(time.perf_counter() - start)
        ours.append(result.seconds)
        assert abs(result.ratio.value - EXACT) <= result.ratio.error
        start = time.perf_counter()
        document = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        process.append(time.perf_counter() - start)
        assert document["evaluations"] == result.evaluations
        theirs.append(document["seconds"])
    ratios = min(ours) / min(theirs), min(whole) / min(process)
    here = f"run {min(ours) * 1e3:.2f} ms, whole call {min(whole) * 1e3:.2f} ms"
    print(f"helium to 1e-9     {here}; command line {min(theirs) * 1e3:.2f} ms, whole process {min(process) * 1e3:.2f} ms")
    print(f"                   ratios {ratios[0]:.2f} and {ratios[1]:.2f}")


def callable_share():
    """CPU time in NumPy callables of six variables, as a share of the whole run's."""
    centre, width = np.linspace(0.3, 0.7, 6), np.linspace(1, 2, 6)
    integrands = {
        "gaussian": lambda x: np.exp(-np.sum(((x - centre) * width) ** 2, axis=1)),
        "oscillatory": lambda x: np.cos(np.pi + np.sum(x * width, axis=1)),
        "product peak": lambda x: np.prod(1 / (1 + ((x - centre) * width) ** 2), axis=1),
    }
    for name, f in integrands.items():
        shares, per_point = [], []
        for _ in range(ROUNDS):
            spent = 0.0

            def timed(x):
                nonlocal spent
                start = time.thread_time()
                y = f(x)
                spent += time.thread_time() - start
                return y

            start = time.thread_time()
            result = fubini.integrate(timed, [(0, 1)] * 6, rtol=1e-9)
            total = time.thread_time() - start
            assert result.converged
            shares.append(spent / total)
            per_point.append(spent / result.evaluations * 1e9)
        points = f"{min(per_point):.0f} ns a point, {result.evaluations} points"
        print(f"callable           {name}: {np.median(shares):.0%} of the time in it, {max(shares):.0%} at best ({points})")


def compiled():
    """ψHψ and ψ² of helium per point: compiled, and lambdified with NumPy, with and without common subexpressions."""
    x = sp.symbols("x1 y1 z1 x2 y2 z2", real=True)
    r1, r2 = sp.sqrt(sum(c**2 for c in x[:3])), sp.sqrt(sum(c**2 for c in x[3:]))
    r12 = sp.sqrt(sum((a - b) ** 2 for a, b in zip(x[:3], x[3:])))
    psi = sp.exp(-2 * r1) * sp.exp(-2 * r2) * sp.exp(r12 / 2 / (1 + sp.Rational(3, 20) * r12))
    h_psi = -sum(sp.diff(psi, c, 2) for c in x) / 2 + (-2 / r1 - 2 / r2 + 1 / r12) * psi
    expressions = [psi * h_psi, psi**2]
    ours = fubini.compile(expressions, x)
    peers = {"lambdify": sp.lambdify(x, expressions), "lambdify, cse": sp.lambdify(x, expressions, cse=True)}
    points = np.random.default_rng(0).normal(size=(6, 8192))
    np.testing.assert_allclose(ours(*points), peers["lambdify"](*points), rtol=1e-9, atol=1e-12)
    best = {"compile": np.inf, **dict.fromkeys(peers, np.inf)}
    for _ in range(ROUNDS):
        for name, f in {"compile": ours, **peers}.items():
            start = time.perf_counter()
            f(*points)
            best[name] = min(best[name], (time.perf_counter() - start) / points.shape[1] * 1e9)
    for name, nanoseconds in best.items():
        print(f"helium per point   {name}: {nanoseconds:.1f} ns, {nanoseconds / best['compile']:.1f} times ours")


if __name__ == "__main__":
    program = sys.argv[1] if len(sys.argv) > 1 else "target/release/fubini"
    if Path(program).exists():
        helium(program)
    else:
        print(f"helium             skipped: there is no program {program}")
    callable_share()
    compiled()
