"""What compiled functions of one point cost when Python hands over their pointers, beside the same functions in Rust, in one run.

    cargo build --release -p fubini-algorithms --example by_point
    python python/benches/native.py target/release/examples/by_point

Needs numba, scipy and a C compiler. Figures are nanoseconds for a point of a run of genz-malik on one thread, the least of several.
"""

import ctypes
import math
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import numba
import scipy
from numba import types

import fubini

ROUNDS = 15
POINTS = 1_000_000
C = """
#include <math.h>
double kink(int n, double *x) {
    double sum = 0;
    for (int d = 0; d < n; d++) sum += x[d];
    return fabs(sum - 1.3);
}
double bell(int n, double *x) {
    double square = 0;
    for (int d = 0; d < n; d++) square += (x[d] - 0.4) * (x[d] - 0.4);
    return exp(-20.0 * square) * sqrt(1.0 + x[0] * x[1]);
}
static double norm(double a, double b, double c) { return sqrt(a * a + b * b + c * c); }
double atom(int n, double *x) {
    double r1 = norm(x[0], x[1], x[2]), r2 = norm(x[3], x[4], x[5]), r12 = norm(x[0] - x[3], x[1] - x[4], x[2] - x[5]);
    return exp(-4.0 * r1) * exp(-4.0 * r2) * exp(r12 / (1.0 + 0.15 * r12));
}
"""
# Variables of each.
FUNCTIONS = {"kink": 4, "bell": 4, "atom": 6}
SIGNATURE = types.double(types.intc, types.CPointer(types.double))


@numba.cfunc(SIGNATURE)
def kink(n, x):
    total = 0.0
    for d in range(n):
        total += x[d]
    return abs(total - 1.3)


@numba.cfunc(SIGNATURE)
def bell(n, x):
    square = 0.0
    for d in range(n):
        square += (x[d] - 0.4) * (x[d] - 0.4)
    return math.exp(-20.0 * square) * math.sqrt(1.0 + x[0] * x[1])


@numba.njit
def norm(a, b, c):
    return math.sqrt(a * a + b * b + c * c)


@numba.cfunc(SIGNATURE)
def atom(n, x):
    r1, r2, r12 = norm(x[0], x[1], x[2]), norm(x[3], x[4], x[5]), norm(x[0] - x[3], x[1] - x[4], x[2] - x[5])
    return math.exp(-4.0 * r1) * math.exp(-4.0 * r2) * math.exp(r12 / (1.0 + 0.15 * r12))


def from_c(folder):
    """The same in C, as scipy wraps it."""
    (folder / "f.c").write_text(C)
    subprocess.run(["cc", "-O2", "-fno-math-errno", "-shared", "-fPIC", "f.c", "-o", "f.so", "-lm"], cwd=folder, check=True)
    library = ctypes.CDLL(folder / "f.so")
    wrapped = {}
    for name in FUNCTIONS:
        f = getattr(library, name)
        f.restype, f.argtypes = ctypes.c_double, (ctypes.c_int, ctypes.POINTER(ctypes.c_double))
        wrapped[name] = scipy.LowLevelCallable(f)
    return wrapped


def main(rust):
    warnings.simplefilter("ignore", fubini.ConvergenceWarning)
    best = {}

    def note(key, cost):
        best[key] = min(best.get(key, math.inf), cost)

    with tempfile.TemporaryDirectory() as folder:
        kinds = {"cfunc": {"kink": kink, "bell": bell, "atom": atom}, "LowLevelCallable": from_c(Path(folder))}
        for _ in range(ROUNDS):
            for kind, functions in kinds.items():
                for name, f in functions.items():
                    result = fubini.integrate(f, [(0, 1)] * FUNCTIONS[name], method="genz-malik", rtol=1e-14, max_evals=POINTS, threads=1)
                    note((name, kind), 1e9 * result.seconds / result.evaluations)
            for line in subprocess.run([rust], capture_output=True, text=True, check=True).stdout.splitlines():
                name, cost = line.split()
                note((name, "Rust"), float(cost))
    for name in FUNCTIONS:
        own = best[name, "Rust"]
        beside = (f"{kind} {best[name, kind]:.1f} ns, {own / best[name, kind]:.0%}" for kind in kinds)
        print(f"{name}: Rust {own:.1f} ns;", "; ".join(beside))


if __name__ == "__main__":
    main(sys.argv[1])
