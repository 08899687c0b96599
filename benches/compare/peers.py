"""Python's integrators: vegas, and scipy's cubature and nquad. One case as key=value arguments, answered by lines of JSON.

The integrand is the compiled one of integrands.h, called with whole batches through ctypes, so that no time is lost in
Python: `batch` releases the interpreter lock and reads numpy's memory in place.
"""

import ctypes
import json
import resource
import sys
import time
import warnings
from multiprocessing.pool import ThreadPool

import numpy as np

POINTS = 1024


class Problem:
    """The integrand that `choose` of integrands.c selects, over its box."""

    def __init__(self, library, name, c, w):
        self.library = ctypes.CDLL(library)
        array = ctypes.c_double * 8
        lo, hi = array(), array()
        self.components = self.library.choose(name.encode(), array(*c), array(*w), lo, hi)
        assert self.components, f"{name}: no such problem"
        self.dim = self.library.dimension()
        self.lo, self.hi = np.array(lo[: self.dim]), np.array(hi[: self.dim])
        self.evaluations = 0
        self.library.batch.argtypes = [ctypes.c_size_t, ctypes.c_void_p, ctypes.c_void_p]

    def __call__(self, x):
        """Values (n, components), or (n,) where there is one, at the points x (n, dim)."""
        x = np.ascontiguousarray(x, dtype=float)
        y = np.empty((len(x), self.components) if self.components > 1 else len(x))
        self.library.batch(len(x), x.ctypes.data, y.ctypes.data)
        self.evaluations += len(x)
        return y

    def bare(self):
        """Nanoseconds per point of a batch of 1024 points."""
        random = np.random.default_rng(1)
        x = self.lo + (self.hi - self.lo) * (0.4 + 0.2 * random.random((POINTS, self.dim)))
        rounds = []
        for _ in range(30):
            start = time.process_time()
            for _ in range(20):
                self(x)
            rounds.append((time.process_time() - start) * 1e9 / (20 * POINTS))
        return min(rounds)


PROBLEM = None


def evaluate(x):
    """The integrand as a function of the module, which other processes can find by name."""
    return PROBLEM(x)


def vegas(given, rtol, seed):
    """vegas: five iterations train the map and are thrown away; five count, or as many as the tolerance takes."""
    import gvar
    import vegas

    gvar.ranseed(seed + 1)
    budget, threads = int(float(given["max_evals"])), int(given["threads"])
    samples = budget // 10 if rtol == 0.0 else 100_000 if rtol >= 1e-3 else 1_000_000
    integrand = vegas.lbatchintegrand(evaluate)
    integrator = vegas.Integrator(list(zip(PROBLEM.lo, PROBLEM.hi)), nproc=threads)
    integrator(integrand, nitn=5, neval=samples)
    if rtol == 0.0:
        result = integrator(integrand, nitn=5, neval=samples)
        evaluations = 2 * result.sum_neval
    else:
        result = integrator(integrand, nitn=max(5, budget // samples - 5), neval=samples, rtol=rtol)
        evaluations = result.sum_neval + 5 * samples
    estimates = list(result) if PROBLEM.components > 1 else [result]
    values, errors = [float(e.mean) for e in estimates], [float(e.sdev) for e in estimates]
    return values, errors, evaluations


def cubature(given, rtol, seed):
    """scipy.integrate.cubature with the Genz-Malik rule; its limit is one on subdivisions."""
    from scipy.integrate import cubature

    points = 2 * (1 + 4 * PROBLEM.dim + 2 * PROBLEM.dim * (PROBLEM.dim - 1) + 2**PROBLEM.dim) * 2**PROBLEM.dim
    limit = max(1, int(float(given["max_evals"])) // points)
    rule = "genz-malik" if PROBLEM.dim > 1 else "gk21"
    # Processes (workers as a number) fail in scipy 1.17: its rules cannot be pickled. The integrand needs no lock.
    with ThreadPool(int(given["threads"])) as pool:
        workers = pool.map if int(given["threads"]) > 1 else 1
        result = cubature(evaluate, PROBLEM.lo, PROBLEM.hi, rule=rule, rtol=rtol, atol=0.0, max_subdivisions=limit,
                          workers=workers)
    values, errors = np.atleast_1d(result.estimate), np.atleast_1d(result.error)
    return list(map(float, values)), list(map(float, errors)), PROBLEM.evaluations


def nquad(given, rtol, seed):
    """scipy.integrate.nquad: nested adaptive quadrature, with the compiled function of one point."""
    from scipy import LowLevelCallable
    from scipy.integrate import nquad

    function = PROBLEM.library.point
    function.restype, function.argtypes = ctypes.c_double, (ctypes.c_int, ctypes.POINTER(ctypes.c_double), ctypes.c_void_p)
    ranges = list(zip(PROBLEM.lo, PROBLEM.hi))
    value, error, detail = nquad(LowLevelCallable(function), ranges, opts={"epsrel": rtol, "epsabs": 0.0}, full_output=True)
    return [value], [error], detail["neval"]


def main():
    global PROBLEM
    given = dict(argument.split("=", 1) for argument in sys.argv[1:])
    numbers = lambda key: [float(x) for x in given.get(key, "0").split(",")]
    PROBLEM = Problem(given["library"], given["problem"], numbers("c"), numbers("w"))
    method, scalar = given["method"], given["method"] == "nquad"
    integrate = {"vegas": vegas, "cubature": cubature, "nquad": nquad}[method]
    module = __import__("vegas" if method == "vegas" else "scipy")
    warnings.simplefilter("ignore")
    bare = PROBLEM.bare()
    for seed in numbers("seeds"):
        for rtol in numbers("rtol"):
            PROBLEM.evaluations = 0
            start, cpu = time.perf_counter(), cpu_seconds()
            values, errors, evaluations = integrate(given, rtol, int(seed))
            seconds, cpu = time.perf_counter() - start, cpu_seconds() - cpu
            met = all(error <= rtol * abs(value) for value, error in zip(values, errors))
            row = {"version": module.__version__, "interface": "scalar" if scalar else "batch", "rtol": rtol}
            row |= {"seed": int(seed), "evaluations": int(evaluations), "values": values, "errors": errors}
            row |= {"seconds": seconds, "cpu_seconds": cpu, "bare_ns": bare, "peak_memory": peak_memory()}
            print(json.dumps(row | {"status": "converged" if met else "budget"}), flush=True)
            if not met:
                break


def cpu_seconds():
    """Seconds of CPU of this process and of those that it has waited for."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def peak_memory():
    """Peak resident memory in MB (VmHWM)."""
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) * 1.024e-3


if __name__ == "__main__":
    main()
