"""How many evaluations a relative error of 1e-6 takes in 4 to 20 variables, method by method: a picture, and the table behind it.

    python3 dimensions.py path/to/fubini benches/results/DATE-dimensions

writes DATE-dimensions.csv and .svg. Three of Genz's families, whose integrals have closed forms; every method is asked for 1e-6 and
stops at its own estimate of the error, or has failed at 3 million evaluations or 60 seconds. Peers that are not there are left
out: Cubature (libcubature.so), Cuba (R's package `cubature` holds it), Lepage's vegas.
"""

import csv
import ctypes
import glob
import json
import math
import multiprocessing
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

RTOL, BUDGET, SECONDS = 1e-6, 3_000_000, 60
DIMENSIONS = [4, 6, 8, 10, 12, 16, 20]
OWN = ["train", "qmc", "vegas", "cuhre", "genz-malik"]
CUBA = glob.glob("/usr/lib/*/libcuba.so") + glob.glob("/usr/lib/R/*library/cubature/libs/cubature.so")
STYLES = {"train": ("#0072b2", "o"), "qmc": ("#56b4e9", "D"), "vegas": ("#999999", "v"), "cuhre": ("#009e73", "^"),
          "genz-malik": ("#b8a800", "<"), "Cubature": ("#d55e00", "s"), "Cuba Cuhre": ("#e69f00", "P"), "Python vegas": ("#cc79a7", "X")}


def weights(dim, sum_):
    """Numbers that differ from axis to axis and add up."""
    raw = [1 + 0.5 * math.cos(2.4 * k) for k in range(dim)]
    return [sum_ * x / sum(raw) for x in raw]


class Case:
    """A member of a family: its formula, the same in numpy, and its integral over the unit cube."""

    def __init__(self, family, dim):
        self.family, self.dim = family, dim
        if family == "oscillation":
            a = weights(dim, 9.0)
            self.formula = f"cos({self.sum(a)})"
            self.numpy = lambda x: np.cos(x @ a)
            self.exact = math.prod(2 / c * math.sin(0.5 * c) for c in a) * math.cos(0.5 * sum(a))
        elif family == "corner peak":
            a = weights(dim, 2.0)
            self.formula = f"(1 + {self.sum(a)})^(-{dim + 1})"
            self.numpy = lambda x: (1 + x @ a) ** (-dim - 1.0)
            # 1/d! ∫ t^d exp(-t) Π (1 - exp(-c t))/(c t) dt in √t.
            step, terms = 1e-3, []
            for k in range(1, 20_000):
                v = k * step
                product = math.exp(-v * v)
                for c in a:
                    product *= -math.expm1(-c * v * v) / c
                terms.append(2 * v * step * product)
            self.exact = math.fsum(terms) / math.factorial(dim)
        else:
            a = weights(dim, 7.0)
            middles = [0.3 + 0.4 * ((0.618 * k) % 1) for k in range(dim)]
            self.formula = "exp(-(" + " + ".join(f"({c}*(x{k + 1} - {m}))^2" for k, (c, m) in enumerate(zip(a, middles))) + "))"
            self.numpy = lambda x: np.exp(-(((x - middles) * a) ** 2).sum(axis=1))
            one = lambda c, m: math.sqrt(math.pi) / (2 * c) * (math.erf(c * (1 - m)) + math.erf(c * m))
            self.exact = math.prod(one(c, m) for c, m in zip(a, middles))

    def sum(self, a):
        return " + ".join(f"{c}*x{k + 1}" for k, c in enumerate(a))


def fubini(program, method, case):
    sides = [word for d in range(case.dim) for word in ("--over", f"x{d + 1}=0:1")]
    # Formulas are taken as they are: as closures they would be no easier.
    command = [program, "integrate", case.formula, *sides, "--no-analysis", "--method", method, "--rtol", str(RTOL), "--json",
               "--max-evals", str(BUDGET)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
    if not done.stdout:
        # Refused: too many variables for a rule, or for its budget.
        return None
    report = json.loads(done.stdout)
    integral = report["integrals"][0]
    return integral["value"], integral["error"], report["evaluations"], report["stop"] == "converged"


def cubature(case):
    library = ctypes.CDLL("libcubature.so")
    double, size = ctypes.POINTER(ctypes.c_double), ctypes.c_size_t
    signature = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_uint, size, double, ctypes.c_void_p, ctypes.c_uint, double)
    count = [0]

    def evaluate(dim, n, x, _, components, values):
        count[0] += n
        points = np.ctypeslib.as_array(x, (n, dim))
        np.ctypeslib.as_array(values, (n,))[:] = case.numpy(points)
        return 0

    array = ctypes.c_double * case.dim
    value, error = ctypes.c_double(), ctypes.c_double()
    library.hcubature_v(1, signature(evaluate), None, case.dim, array(*[0.0] * case.dim), array(*[1.0] * case.dim), size(BUDGET),
                        ctypes.c_double(0), ctypes.c_double(RTOL), 0, ctypes.byref(value), ctypes.byref(error))
    return value.value, error.value, count[0], error.value <= RTOL * abs(value.value)


def cuhre(case):
    for name in glob.glob("/usr/lib/R/lib/libR.so") + glob.glob("/usr/lib/*/libR.so"):
        ctypes.CDLL(name, ctypes.RTLD_GLOBAL)
    library = ctypes.CDLL(CUBA[0])
    integer, double = ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_double)
    signature = ctypes.CFUNCTYPE(ctypes.c_int, integer, double, integer, double, ctypes.c_void_p, integer)
    count = [0]

    def evaluate(dim, x, components, values, _, n):
        count[0] += n[0]
        np.ctypeslib.as_array(values, (n[0],))[:] = case.numpy(np.ctypeslib.as_array(x, (n[0], dim[0])))
        return 0

    regions, evaluations, fail = ctypes.c_int(), ctypes.c_int(), ctypes.c_int()
    value, error, chance = ctypes.c_double(), ctypes.c_double(), ctypes.c_double()
    library.Cuhre(case.dim, 1, signature(evaluate), None, 1024, ctypes.c_double(RTOL), ctypes.c_double(0), 4, 0, BUDGET, 0, None, None,
                  ctypes.byref(regions), ctypes.byref(evaluations), ctypes.byref(fail), ctypes.byref(value), ctypes.byref(error),
                  ctypes.byref(chance))
    return value.value, error.value, count[0], fail.value == 0


def python_vegas(case):
    import vegas

    count = [0]

    @vegas.lbatchintegrand
    def evaluate(x):
        count[0] += len(x)
        return case.numpy(x)

    integrator = vegas.Integrator([[0, 1]] * case.dim)
    integrator(evaluate, nitn=5, neval=20_000)
    samples, result = 20_000, None
    while count[0] + 5 * samples <= BUDGET:
        result = integrator(evaluate, nitn=5, neval=samples, adapt=False)
        if result.sdev <= RTOL * abs(result.mean):
            return result.mean, result.sdev, count[0], True
        samples *= 2
    return result.mean, result.sdev, count[0], False


def alone(function, arguments, queue):
    queue.put(function(*arguments))


def bounded(function, *arguments):
    """The result of a call in a process of its own, or none after too long or if it fails."""
    queue = multiprocessing.Queue()
    process = multiprocessing.Process(target=alone, args=(function, arguments, queue))
    process.start()
    try:
        found = queue.get(timeout=SECONDS)
    except Exception:
        found = None
    process.kill()
    process.join()
    return found


def main():
    program, target = sys.argv[1], sys.argv[2]
    peers = {"Cubature": cubature, "Cuba Cuhre": cuhre, "Python vegas": python_vegas}
    rows = []
    for family in ["oscillation", "corner peak", "Gaussian"]:
        for dim in DIMENSIONS:
            case = Case(family, dim)
            for method in OWN + list(peers):
                start = time.time()
                arguments = (program, method, case) if method in OWN else (case,)
                found = bounded(fubini if method in OWN else peers[method], *arguments)
                row = [family, dim, method] + ([*found, abs(found[0] / case.exact - 1)] if found else ["", "", "", False, ""])
                rows.append(row)
                print(*row, f"{time.time() - start:.1f} s", flush=True)
    with Path(f"{target}.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["family", "dim", "method", "value", "error", "evaluations", "converged", "true"], *rows])
    draw(rows, f"{target}.svg")


def draw(rows, path):
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams.update({"svg.fonttype": "path", "svg.hashsalt": "fubini", "font.size": 10, "axes.grid": True})
    import matplotlib.pyplot as plt

    families = list(dict.fromkeys(row[0] for row in rows))
    figure, panels = plt.subplots(1, len(families), figsize=(12, 4), sharey=True)
    for panel, family in zip(panels, families):
        for method, (colour, mark) in STYLES.items():
            done = [(row[1], row[5], row[7]) for row in rows if row[0] == family and row[2] == method and row[6]]
            if not done:
                continue
            panel.plot([d for d, _, _ in done], [n for _, n, _ in done], color=colour, marker=mark, label=method)
            wrong = [(d, n) for d, n, true in done if true > 5 * RTOL]
            panel.plot([d for d, _ in wrong], [n for _, n in wrong], "x", color="red", markersize=12)
        panel.set(title=family, xlabel="variables", yscale="log", xticks=DIMENSIONS)
    panels[0].set_ylabel("evaluations to a stated 1e-6")
    handles = [plt.Line2D([], [], color=c, marker=m, label=name) for name, (c, m) in STYLES.items() if any(r[2] == name for r in rows)]
    figure.legend(handles=handles, loc="lower center", ncols=8, bbox_to_anchor=(0.5, -0.1))
    figure.savefig(path, bbox_inches="tight", metadata={"Date": None})


if __name__ == "__main__":
    main()
