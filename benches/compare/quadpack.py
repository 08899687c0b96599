"""QUADPACK's test integrals by `product` and by scipy.integrate.quad, which is QUADPACK: evaluations side by side.

    python3 benches/compare/quadpack.py > benches/results/DATE-quadpack.md

The integrands stand once more in algorithms/examples/quadpack.rs. Both are asked for a relative tolerance alone; a value that is off by
more than its tolerance is marked with a star, one whose method says that it did not get there with a question mark.
"""

import math
import subprocess
import sys
import warnings
from pathlib import Path

import numpy
import scipy
from scipy.integrate import quad
from scipy.special import gamma, j0

ROOT = Path(__file__).resolve().parent.parent.parent
PI, INFINITY = math.pi, math.inf


def interior(c):
    """|x − c|^a over the unit interval."""
    return lambda a: (c ** (a + 1) + (1 - c) ** (a + 1)) / (a + 1)


def lorentzian(a):
    return math.atan((4 - PI) * 4 ** (a - 1)) + math.atan(PI * 4 ** (a - 1))


# Number: integrand of a parameter and a point, limits, integral of the parameter, formula.
CASES = {
    1: (lambda a, x: x**a * -math.log(x), (0, 1), lambda a: (1 + a) ** -2, "x^a ln(1/x)"),
    2: (lambda a, x: 4**-a / ((x - PI / 4) ** 2 + 16**-a), (0, 1), lorentzian, "4^-a / ((x-π/4)² + 16^-a)"),
    3: (lambda a, x: math.cos(2**a * math.sin(x)), (0, PI), lambda a: PI * j0(2**a), "cos(2^a sin x), 0 to π"),
    4: (lambda a, x: abs(x - 1 / 3) ** a, (0, 1), interior(1 / 3), "abs(x-1/3)^a"),
    5: (lambda a, x: abs(x - PI / 4) ** a, (0, 1), interior(PI / 4), "abs(x-π/4)^a"),
    6: (lambda a, x: 1 / (math.sqrt(1 - x * x) * (1 + x + 2**-a)), (-1, 1), lambda a: PI / math.sqrt((1 + 2**-a) ** 2 - 1),
        "1/√(1-x²) / (1+x+2^-a), -1 to 1"),
    7: (lambda a, x: math.sin(x) ** (a - 1), (0, PI / 2), lambda a: 2 ** (a - 2) * gamma(a / 2) ** 2 / gamma(a), "sin(x)^(a-1), 0 to π/2"),
    8: (lambda a, x: (-math.log(x)) ** (a - 1), (0, 1), gamma, "ln(1/x)^(a-1)"),
    9: (lambda a, x: math.cos(2**a * x) / math.sqrt(x * (1 - x)), (0, 1), lambda a: PI * math.cos(2 ** (a - 1)) * j0(2 ** (a - 1)),
        "cos(2^a x) / √(x(1-x))"),
    11: (lambda a, x: x * x * math.exp(-(2**-a) * x), (0, INFINITY), lambda a: 2 ** (3 * a + 1), "x² exp(-x/2^a), 0 to ∞"),
    12: (lambda a, x: x ** (a - 1) / (1 + 10 * x) ** 2, (0, INFINITY),
         lambda a: 10**-a * (1 - a) * PI / math.sin(PI * a), "x^(a-1) / (1+10x)², 0 to ∞"),
}


def theirs(number, a, rtol):
    """Value, evaluations and whether quad says that it got there."""
    f, limits, _, _ = CASES[number]
    value, _, detail, *trouble = quad(lambda x: f(a, x), *limits, epsabs=0, epsrel=rtol, limit=2000, full_output=1)
    return value, detail["neval"], not trouble


def cell(value, evaluations, claimed, exact, rtol):
    missed = not abs(value - exact) <= rtol * abs(exact)
    return f"{evaluations:,}" + ("*" if missed and claimed else "") + ("" if claimed else "?")


def main():
    warnings.simplefilter("ignore")
    command = ["cargo", "run", "--quiet", "--release", "-p", "fubini-algorithms", "--example", "quadpack"]
    lines = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    rows, more = {}, 0
    for line in lines:
        name, rtol, value, _, evaluations, stop = line.split()
        number, a = int(name.split(":")[0]), float(name.split(":")[1])
        exact = CASES[number][2](a)
        ours = cell(float(value), int(evaluations), stop == "converged", exact, float(rtol))
        value, count, claimed = theirs(number, a, float(rtol))
        rows.setdefault((number, a), []).append((ours, cell(value, count, claimed, exact, float(rtol))))
        more += int(evaluations) > count
    print(f"# QUADPACK's test integrals: evaluations of `product` and of `scipy.integrate.quad`\n")
    print(f"Made by `benches/compare/quadpack.py` with scipy {scipy.__version__}, numpy {numpy.__version__}, Python {sys.version.split()[0]}.")
    print("`*`: off by more than the tolerance. `?`: the method says that it did not get there.\n")
    print("| integrand, 0 to 1 unless said | a | 1e-6: product | quad | 1e-8: product | quad | 1e-10: product | quad |")
    print("|---|---|---|---|---|---|---|---|")
    for (number, a), cells in rows.items():
        print(f"| {CASES[number][3]} | {a:g} | " + " | ".join(f"{ours} | {quad}" for ours, quad in cells) + " |")
    print(f"\nMore evaluations than quad: {more} of {len(lines)}.")


if __name__ == "__main__":
    main()
