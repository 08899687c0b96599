"""PyCuba, which comes with pymultinest and loads libcuba.so, on the libcuba that the loader finds: its own demo, and every function of
it with an integrand of ours.

    LD_LIBRARY_PATH=PREFIX/lib python3 capi/tests/of_pycuba.py

The demo is called as it is installed. Under Python 3 it would end at two slips of its own before any library is to blame: it asks a
dictionary for `has_key`, and hands Suave a float where a count belongs. Both are met from outside.
"""

import inspect
import math

import pycuba

EXACT = (1 - math.cos(1)) * math.sin(1) * (math.e - 1)
NAMES = ("Vegas", "Suave", "Divonne", "Cuhre")


class Dictionary(dict):
    """A dictionary of Python 2."""

    def has_key(self, key):
        return key in self


def holds(name, result, exact, rtol):
    (found,) = result["results"]
    off, error = abs(found["integral"] - exact), found["error"]
    assert result["fail"] == 0, f"{name}: fail is {result['fail']}"
    assert 0 < result["neval"] <= 50_000, f"{name}: {result['neval']} evaluations"
    assert off <= 4 * error and error <= rtol * abs(exact) * 1.001, f"{name}: off by {off:.1e}, error {error:.1e}"
    assert 0 <= found["prob"] <= 1, f"{name}: {found['prob']}"


def the_demo_runs():
    results = {}

    def noted(name, function):
        def call(integrand, ndim, *counts, **rest):
            counts = [int(n) for n in counts] if name == "Suave" else counts
            results[name] = function(integrand, ndim, *counts, **rest)
            return results[name]

        return call

    # Where the module looks for them: its own names come before those of Python.
    pycuba.dict = Dictionary
    functions = {name: getattr(pycuba, name) for name in NAMES}
    for name, function in functions.items():
        setattr(pycuba, name, noted(name, function))
    try:
        pycuba.demo()
    finally:
        for name, function in functions.items():
            setattr(pycuba, name, function)
    assert tuple(results) == NAMES, results
    for name, result in results.items():
        holds(name, result, EXACT, pycuba.EPSREL)


def every_function_takes_its_arguments():
    calls = 0

    def gauss(ndim, x, ncomp, f, userdata):
        nonlocal calls
        calls += 1
        f[0] = math.exp(-sum((x[d] - 0.4) ** 2 for d in range(ndim[0])) / 0.02)
        return 0

    one = 0.5 * math.sqrt(0.02 * math.pi) * (math.erf(0.6 / math.sqrt(0.02)) + math.erf(0.4 / math.sqrt(0.02)))
    partition = {"key1": 47, "key2": 1, "key3": 1, "maxpass": 5, "border": 0.0, "maxchisq": 10.0, "mindeviation": 0.25}
    for name, rest in [("Vegas", {"seed": 3}), ("Suave", {"seed": 3}), ("Divonne", partition), ("Cuhre", {"key": 9})]:
        calls = 0
        result = getattr(pycuba, name)(gauss, 2, epsrel=1e-2, **rest)
        holds(name, result, one**2, 1e-2)
        assert calls == result["neval"], f"{name}: {calls} calls, neval {result['neval']}"

    def fails(ndim, x, ncomp, f, userdata):
        return -999

    assert pycuba.Cuhre(fails, 2)["fail"] == -99


if __name__ == "__main__":
    the_demo_runs()
    every_function_takes_its_arguments()
    print(f"pycuba ({inspect.getfile(pycuba)}): all as it should be")
