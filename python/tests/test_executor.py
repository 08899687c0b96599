"""Callables on the workers of executors: the same bits, whatever becomes of workers, and exceptions as they are."""

import concurrent.futures
import functools
import importlib.util
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor

import numpy as np
import pytest

import fubini
from fubini._executor import Submitted, evaluate

SIDES = [(0, 1), (0, 1), (0, 2)]


def smooth(x):
    return np.exp(-np.sum(x**2, axis=1)) * np.cos(3 * x[:, 0])


def several(x):
    return np.stack([smooth(x), x[:, 0] + 1j * x[:, 2]], axis=1)


def fails(x):
    if len(x) > 3:
        raise ZeroDivisionError("as it is")
    return x[:, 0]


def dies(flag, x):
    """The process that is first to be asked for many points is killed."""
    if len(x) > 3:
        try:
            os.close(os.open(flag, os.O_CREAT | os.O_EXCL))
            os.kill(os.getpid(), signal.SIGKILL)
        except FileExistsError:
            pass
    return smooth(x)


def slow(x):
    time.sleep(1e-3 * len(x))
    return smooth(x)


@pytest.fixture(scope="module")
def pool():
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool


def same(a, b):
    return np.array_equal(a.value, b.value) and np.array_equal(a.error, b.error) and a.evaluations == b.evaluations


@pytest.mark.filterwarnings("ignore::fubini.ConvergenceWarning")
@pytest.mark.parametrize("method", ["auto", "cuhre", "vegas", "qmc", "miser", "train"])
def test_processes_change_no_bit(pool, method):
    settings = {"method": method, "rtol": 1e-3, "max_evals": 60_000}
    for f in (smooth, several):
        alone = fubini.integrate(f, SIDES, **settings)
        assert same(fubini.integrate(f, SIDES, executor=pool, **settings), alone)
        assert same(fubini.integrate(f, SIDES, executor=pool, batch=100, **settings), alone)


def test_workers_are_a_number_or_a_map():
    alone = fubini.integrate(smooth, SIDES, rtol=1e-6)
    with ThreadPoolExecutor(3) as threads:
        assert same(fubini.integrate(smooth, SIDES, rtol=1e-6, executor=threads), alone)
        # What has no name that another process would know needs none here.
        assert same(fubini.integrate(lambda x: smooth(x), SIDES, rtol=1e-6, executor=threads), alone)
    assert same(fubini.integrate(smooth, SIDES, rtol=1e-6, workers=map), alone)
    with multiprocessing.get_context("spawn").Pool(2) as processes:
        assert same(fubini.integrate(smooth, SIDES, rtol=1e-6, workers=processes.map), alone)


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_number_of_workers_is_a_pool_of_their_own():
    assert same(fubini.integrate(smooth, SIDES, rtol=1e-6, workers=2), fubini.integrate(smooth, SIDES, rtol=1e-6))


def test_formulas_and_atoms_travel_as_text(pool):
    for formula, sides in [
        ("sqrt(abs(x - y))*exp(z)", {"x": (0, 1), "y": (0, 1), "z": (0, 1)}),
        (["x*exp(i*x*y)", "1"], {"x": (0, 1), "y": (0, "x")}),
    ]:
        alone = fubini.integrate(formula, sides, rtol=1e-7)
        assert same(fubini.integrate(formula, sides, rtol=1e-7, executor=pool), alone)
    helium = fubini.atom("exp(-1.7*(r1 + r2))*(1 + 0.3*r12)")
    assert same(helium.energy(rtol=1e-5, executor=pool), helium.energy(rtol=1e-5))


def test_cubature_takes_them_too(pool):
    there, here = (fubini.cubature(smooth, [0, 0, 0], [1, 1, 2], executor=executor) for executor in (pool, None))
    assert np.array_equal(there.estimate, here.estimate) and np.array_equal(there.error, here.error)
    with pytest.raises(TypeError, match="give one"):
        fubini.cubature(smooth, [0], [1], executor=pool, workers=2)


def test_exceptions_come_back_as_they_are(pool):
    with pytest.raises(ZeroDivisionError, match="as it is"):
        fubini.integrate(fails, SIDES, executor=pool)
    with pytest.raises(TypeError, match="give one"):
        fubini.integrate(smooth, SIDES, executor=pool, workers=2)
    with pytest.raises(TypeError, match="method submit"):
        fubini.integrate(smooth, SIDES, executor=7)
    with pytest.raises(ValueError, match="batch is 0"):
        fubini.integrate(smooth, SIDES, executor=pool, batch=0)
    with pytest.raises(ValueError, match="workers is 0"):
        fubini.integrate(smooth, SIDES, workers=0)


def test_a_worker_that_is_killed_is_replaced_and_changes_no_bit(tmp_path):
    alone = fubini.integrate(smooth, SIDES, rtol=1e-6)
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        with pytest.warns(RuntimeWarning, match="a worker was lost"):
            killed = fubini.integrate(functools.partial(dies, str(tmp_path / "flag")), SIDES, rtol=1e-6, executor=pool)
    assert (tmp_path / "flag").exists() and same(killed, alone)


class Recorded:
    """An executor that hands over to another one, and keeps what was sent."""

    _max_workers = 1

    def __init__(self, submit):
        self.sent, self._submit, self._lock = [], submit, threading.Lock()

    def submit(self, act, token, pickled, columns):
        with self._lock:
            self.sent.append(pickled is not None)
            number = len(self.sent)
        return self._submit(number, act, token, pickled, columns)


def test_a_callable_travels_once_to_a_worker(pool):
    recorded = Recorded(lambda _, *call: pool.submit(*call))
    result = fubini.integrate(smooth, SIDES, rtol=1e-9, method="cuhre", executor=recorded, batch=50)
    # Until a worker has it, what is under way asks for it as well.
    assert result.evaluations > 10_000 and len(recorded.sent) > 200 and 1 <= sum(recorded.sent) <= 16


def test_a_batch_that_takes_too_long_is_sent_again_and_the_first_answer_counts():
    never = []

    def submit(number, act, *call):
        future = Future()
        if number == 5:
            never.append(future)
        else:
            future.set_result(act(*call))
        return future

    remote = Submitted(smooth, Recorded(submit), batch=100, patience=0.05)
    x = np.random.default_rng(0).random((3, 1000)).T
    assert np.array_equal(remote(x), smooth(x)) and len(never) == 1
    # The late answer is the same, and nothing happens.
    never[0].set_result(evaluate(remote._token, None, np.ascontiguousarray(x[400:500].T)))
    remote.close()


def test_two_answers_that_differ_end_the_run_with_the_names_of_the_workers():
    late = []

    def submit(number, act, *call):
        future = Future()
        if number == 5:
            late.append((future, act(*call)))
        else:
            future.set_result(act(*call))
        return future

    remote = Submitted(smooth, Recorded(submit), batch=100, patience=0.05)
    x = np.random.default_rng(0).random((3, 1000)).T
    remote(x)
    future, answer = late[0]
    future.set_result(answer._replace(worker="node7:1", values=answer.values + 1e-16))
    with pytest.raises(RuntimeError, match="and worker node7:1 have returned different values"):
        remote(x)
    with pytest.raises(RuntimeError, match="node7:1"):
        remote.close()


def test_ctrl_c_cancels_what_is_pending(pool, hears_ctrl_c):
    recorded = Recorded(lambda _, *call: pool.submit(*call))
    futures = []
    submit = recorded._submit
    recorded._submit = lambda *call: futures.append(submit(*call)) or futures[-1]
    timer = threading.Timer(1.5, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        fubini.integrate(slow, SIDES, rtol=1e-9, executor=recorded, batch=500, threads=4)
    assert time.monotonic() - start < 10
    # Nothing more is sent.
    sent = len(futures)
    concurrent.futures.wait(futures, timeout=20)
    assert len(futures) == sent > 0


SCRIPT = """
import functools, os, signal, sys
import numpy as np, fubini

def f(x):
    return np.exp(-np.sum(x**2, axis=1)) * np.cos(3 * x[:, 0])

def fails(x):
    if len(x) > 3:
        raise ZeroDivisionError("as it is")
    return x[:, 0]

SIDES = [(0, 1), (0, 1), (0, 2)]

def check(executor):
    for method in ("cuhre", "vegas", "qmc"):
        here, there = (fubini.integrate(f, SIDES, method=method, rtol=1e-4, executor=who) for who in (None, executor))
        assert (here.value, here.error, here.evaluations) == (there.value, there.error, there.evaluations), method
    try:
        fubini.integrate(fails, SIDES, executor=executor)
    except ZeroDivisionError as error:
        assert "as it is" in str(error)
    else:
        raise AssertionError("an exception was lost")
    print("as without")
"""

DASK = """
from dask.distributed import Client, LocalCluster

if __name__ == "__main__":
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster) as client:
        check(client)
"""

JOBLIB = """
from joblib.externals.loky import get_reusable_executor

if __name__ == "__main__":
    check(get_reusable_executor(max_workers=2))
"""

MPI = """
from mpi4py.futures import MPIPoolExecutor

if __name__ == "__main__":
    with MPIPoolExecutor(2) as executor:
        check(executor)
"""


@pytest.mark.parametrize(
    "module, script, launcher",
    [
        ("distributed", DASK, []),
        ("joblib", JOBLIB, []),
        ("mpi4py", MPI, ["mpirun", "-n", "3"]),
    ],
)
def test_executors_of_others(module, script, launcher, tmp_path):
    if importlib.util.find_spec(module) is None:
        pytest.skip(f"{module} is not installed")
    path = tmp_path / "script.py"
    path.write_text(SCRIPT + script)
    names = ["ALLOW_RUN_AS_ROOT", "ALLOW_RUN_AS_ROOT_CONFIRM", "MCA_rmaps_base_oversubscribe"]
    environment = {**os.environ, **{f"OMPI_{name}": "1" for name in names}}
    python = [sys.executable, "-m", "mpi4py.futures"] if module == "mpi4py" else [sys.executable]
    try:
        told = subprocess.run([*launcher, *python, str(path)], capture_output=True, text=True, timeout=180, env=environment)
    except FileNotFoundError:
        pytest.skip(f"{launcher[0]} is not installed")
    assert told.returncode == 0 and "as without" in told.stdout, told.stdout + told.stderr
