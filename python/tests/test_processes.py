"""Runs in other processes, which must neither hang nor differ. Each test runs a script in an interpreter of its own."""

import os
import pickle
import subprocess
import sys

import numpy as np
import pytest

import fubini

# A process that takes longer than this hangs.
PATIENCE = 120

PREAMBLE = """
import multiprocessing, os, sys
import numpy as np, fubini

FORMULA = fubini.compile("exp(-a*x*y)*cos(5*z)", "x y z", parameters={"a": 2})
SIDES = [(0, 1), (0, 1), (0, 1)]

def callable_(x):
    return np.exp(-2 * x[:, 0] * x[:, 1]) * np.cos(5 * x[:, 2])

def work(method):
    # Every way to threads: compiled integrands, callables, atoms, arrays.
    grid = np.linspace(0, 1, 20_000)
    return (
        fubini.integrate(FORMULA, SIDES, method=method, rtol=1e-4).value,
        fubini.integrate(FORMULA, SIDES, method=method, rtol=1e-4, threads=3).value,
        fubini.integrate(callable_, SIDES, method=method, rtol=1e-3, threads=2).value,
        fubini.atom("exp(-1.7*(r1+r2))").energy(rtol=1e-3).ratio.value,
        float(FORMULA(grid, grid, grid, threads=None).sum()),
    )

def main():
    methods = ["auto", "cuhre", "genz-malik", "product", "vegas", "qmc", "miser", "mixture", "train"]
    expected = [work(method) for method in methods]
"""

POOL = """
    with multiprocessing.get_context({method!r}).Pool(2) as pool:
        assert pool.map(work, methods) == expected
    # The parent goes on as before.
    assert [work(method) for method in methods] == expected

if __name__ == "__main__":
    main()
"""

FORK = """
    for generation in range(3):
        child = os.fork()
        if child == 0:
            ok = [work(method) for method in methods] == expected
            if generation == 2 or not ok:
                os._exit(0 if ok else 1)
        else:
            status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            (os._exit if generation else sys.exit)(status)

if __name__ == "__main__":
    main()
"""


def run(tmp_path, script):
    path = tmp_path / "script.py"
    path.write_text(script)
    command = [sys.executable, "-W", "ignore::DeprecationWarning", str(path)]
    # A session of its own, so that no child of a script that hangs is left behind.
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)
    try:
        _, errors = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, 9)
        process.kill()
        process.communicate()
        pytest.fail("the processes hang")
    assert process.returncode == 0, errors


@pytest.mark.parametrize("method", ["fork", "forkserver", "spawn"])
def test_a_pool_of_processes_finds_the_same_to_the_bit(tmp_path, method):
    import multiprocessing

    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"{method} is not known here")
    run(tmp_path, PREAMBLE + POOL.format(method=method))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_child_of_a_child_has_threads_of_its_own(tmp_path):
    run(tmp_path, PREAMBLE + FORK)


def test_compiled_integrands_can_be_pickled():
    x = np.linspace(0.1, 1, 7)
    for compiled in (
        fubini.compile("exp(-a*x) + y", "x y", parameters={"a": 0.1}),
        fubini.compile(["x", "x*y", "sin(x)"], ["x", "y"]),
    ):
        again = pickle.loads(pickle.dumps(compiled))
        np.testing.assert_array_equal(again(x, 2.0), compiled(x, 2.0))
        assert (again.variables, again.components, repr(again)) == (compiled.variables, compiled.components, repr(compiled))
        results = [fubini.integrate(f, {"x": (0, 1), "y": (0, 1)}).value for f in (compiled, again)]
        np.testing.assert_array_equal(*results)


def test_compiled_sympy_expressions_can_be_pickled():
    import sympy

    x, a = sympy.symbols("x a")
    compiled = fubini.compile(sympy.exp(-a * x**2) / (1 + sympy.exp(-a * x**2)), [x], parameters={a: sympy.Rational(1, 3)})
    assert pickle.loads(pickle.dumps(compiled))(0.7) == compiled(0.7)


def test_more_threads_than_a_machine_can_bear_are_refused():
    for work in (
        lambda: fubini.integrate("x", {"x": (0, 1)}, threads=10**6),
        lambda: fubini.integrate(lambda x: x[:, 0], [(0, 1)], threads=10**6),
        lambda: fubini.compile("x", "x")(np.zeros(10), threads=10**6),
    ):
        with pytest.raises(ValueError, match="threads is 1000000: at most"):
            work()
