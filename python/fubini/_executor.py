"""Callables on the workers of an executor: other processes, MPI ranks, the machines of a cluster.

A worker is sent the callable once and points after that. What is answered is put where it belongs by number, so that neither the order in
which answers arrive nor a lost or slow worker changes a bit of the result.
"""

from __future__ import annotations

import itertools
import os
import pickle
import socket
import threading
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from . import _fubini

Array = NDArray[Any]

# Seconds that a batch of points should take on a worker, and those below which a batch is not divided.
_TASK = 0.1
_WHOLE = 0.002
# Callables that a worker keeps.
_KEPT = 8
# Times that a batch is sent again because a worker was lost.
_LOSSES = 5
# A batch that has taken so many times as long as the slowest one before, and so many seconds, is sent to another worker as well.
_SLOW = 10.0
_LEAST_SLOW = 60.0
# Calls of the integrand that may be under way at a time: the engine's threads.
_MOST_THREADS = 64

_known: dict[str, Callable[[Array], Any]] = {}
_numbers = itertools.count()


class Answer(NamedTuple):
    """What a worker says of a batch: its name, whether it knows the callable, the time it took, and the values."""

    worker: str
    known: bool
    seconds: float
    values: Any


def evaluate(token: str, pickled: bytes | None, columns: Array) -> Answer:
    """On a worker: the values of the callable with this token at points, one per column."""
    name = f"{socket.gethostname()}:{os.getpid()}"
    f = _known.get(token)
    if f is None:
        if pickled is None:
            return Answer(name, False, 0.0, None)
        f = pickle.loads(pickled)
        while len(_known) >= _KEPT:
            _known.pop(next(iter(_known)), None)
        _known[token] = f
    start = time.perf_counter()
    values = f(columns.T)
    return Answer(name, True, time.perf_counter() - start, values)


def _mapped(f: Callable[[Array], Any], columns: Array) -> Any:
    return f(columns.T)


class Remote:
    """A callable of points of shape (n, d) that has them evaluated elsewhere, in batches of `batch` points or of a tenth of a second."""

    def __init__(self, f: Callable[[Array], Any], batch: int | None, count: int):
        if batch is not None and batch < 1:
            raise ValueError(f"batch is {batch}: it must be 1 or more")
        self._f, self._batch, self._count = f, batch, max(1, count)
        self._rate: float | None = None
        self.threads = 1

    def _chunks(self, x: Array) -> list[Array]:
        """The points, a column each, as batches: as they lie in memory here, so that sums over variables have the same order."""
        n = len(x)
        size = self._batch
        if size is None:
            size = -(-n // self._count)
            if self._rate is not None:
                size = n if self._rate * n < _WHOLE else min(size, max(1, int(_TASK / self._rate)))
        return [np.ascontiguousarray(x[start : start + size].T) for start in range(0, n, max(1, size))]

    def _note(self, seconds: float, points: int) -> None:
        # Without a lock: it decides about sizes alone.
        rate = seconds / max(1, points)
        self._rate = rate if self._rate is None else 0.5 * (self._rate + rate)

    def cancel(self) -> None:
        """Ends all that is under way."""

    def close(self) -> None:
        """The run has ended."""


class Mapped(Remote):
    """By a map-like callable, as SciPy takes it for `workers`."""

    def __init__(self, f: Callable[[Array], Any], workers: Callable[..., Iterable[Any]], batch: int | None):
        super().__init__(f, batch, os.cpu_count() or 1)
        self._workers = workers

    def __call__(self, x: Array) -> Any:
        chunks = self._chunks(x)
        start = time.perf_counter()
        answers = list(self._workers(partial(_mapped, self._f), chunks))
        self._note((time.perf_counter() - start) * min(len(chunks), self._count), len(x))
        return _joined(answers)


class Submitted(Remote):
    """By anything with the face of `concurrent.futures.Executor`."""

    def __init__(self, f: Callable[[Array], Any], executor: Any, batch: int | None, own: bool = False, patience: float = _LEAST_SLOW):
        if hasattr(executor, "get_executor"):
            executor = executor.get_executor()
        if not callable(getattr(executor, "submit", None)):
            raise TypeError(f"executor: it must have a method submit, as concurrent.futures.Executor has, and {type(executor).__name__} has none")
        count = _count(executor)
        super().__init__(f, batch, count)
        self._executor, self._own, self._patience = executor, own, patience
        # Enough calls at a time that no worker waits for the next one.
        self.threads = min(2 * count, _MOST_THREADS)
        self._token = f"{socket.gethostname()}:{os.getpid()}:{next(_numbers)}"
        # Threads of this process, and processes that are forked from now on, know it already.
        _known[self._token] = f
        self._pickled: bytes | None = None
        self._lock = threading.Lock()
        self._slowest = 0.0
        self._stopped: BaseException | None = None
        self._differ: RuntimeError | None = None
        self._waiting: set[_Batch] = set()

    def __call__(self, x: Array) -> Any:
        batches = [_Batch(columns) for columns in self._chunks(x)]
        try:
            for batch in batches:
                self._submit(batch)
            answers = [self._answer(batch) for batch in batches]
        except BaseException as error:
            # Whoever waits for other batches of this run is told the same.
            self._stop(error)
            raise
        finally:
            with self._lock:
                self._waiting.difference_update(batches)
        return _joined([answer.values for answer in answers])

    def _submit(self, batch: _Batch, pickled: bytes | None = None) -> None:
        """Sends a batch; a pool that has lost a worker is begun anew."""
        for losses in itertools.count():
            executor = self._executor
            with self._lock:
                if self._stopped is not None:
                    raise self._stopped
                self._waiting.add(batch)
            try:
                batch.add(executor.submit(evaluate, self._token, pickled, batch.columns), executor)
                return
            except BrokenExecutor:
                if losses >= _LOSSES:
                    raise
                self._renew(executor)

    def _answer(self, batch: _Batch) -> Answer:
        """Waits for a batch, and sends it again where its worker was lost, does not know the callable or is slow."""
        losses = 0
        while True:
            patience = max(self._patience, _SLOW * self._slowest)
            if not batch.done.wait(patience if len(batch.sent) == 1 else None):
                self._submit(batch, self._pickle() if self._pickled else None)
                continue
            with self._lock:
                if self._stopped is not None:
                    raise self._stopped
            ended = batch.finished()
            if ended is None:
                continue
            future, executor = ended
            try:
                answer: Answer = future.result()
            except BrokenExecutor:
                losses += 1
                if losses > _LOSSES:
                    raise
                batch.forget()
                self._renew(executor)
                self._submit(batch, self._pickled)
                continue
            if not answer.known:
                batch.forget()
                self._submit(batch, self._pickle())
                continue
            self._slowest = max(self._slowest, answer.seconds)
            self._note(answer.seconds, batch.columns.shape[1])
            for other in batch.others(future):
                other.add_done_callback(partial(self._compare, answer))
            return answer

    def _pickle(self) -> bytes:
        if self._pickled is None:
            self._pickled = _pickled(self._f)
        return self._pickled

    def _compare(self, first: Answer, other: Any) -> None:
        """Two answers to the same batch must be the same."""
        if other.cancelled() or other.exception() is not None:
            return
        second: Answer = other.result()
        if second.known and not _same(first.values, second.values):
            self._differ = RuntimeError(
                f"worker {first.worker} and worker {second.worker} have returned different values for the same points: "
                "the callable must depend on its points alone, and the workers must have the same libraries"
            )
            self._stop(self._differ)

    def _renew(self, broken: Any) -> None:
        """A new pool in the place of one that has lost a worker, unless another thread has made it."""
        with self._lock:
            if self._executor is not broken:
                return
            fresh = _again(broken)
            if fresh is None:
                return
            warnings.warn("a worker was lost: its points are sent again, to a new pool of workers", RuntimeWarning, stacklevel=2)
            if self._own:
                broken.shutdown(wait=False)
            self._executor, self._own = fresh, True

    def _stop(self, why: BaseException) -> None:
        with self._lock:
            self._stopped = self._stopped or why
            waiting = list(self._waiting)
        for batch in waiting:
            batch.cancel()

    def cancel(self) -> None:
        self._stop(CancelledError())

    def close(self) -> None:
        _known.pop(self._token, None)
        if self._own:
            self._executor.shutdown(wait=False, cancel_futures=True)
        if self._differ is not None:
            raise self._differ


class _Batch:
    """Points that are evaluated together, and where they were sent."""

    def __init__(self, columns: Array):
        self.columns = columns
        self.done = threading.Event()
        self.sent: list[tuple[Any, Any]] = []

    def add(self, future: Any, executor: Any) -> None:
        self.sent.append((future, executor))
        future.add_done_callback(lambda _: self.done.set())

    def finished(self) -> tuple[Any, Any] | None:
        """The first of the answers, or of the failures where there are no others; None if what has ended was sent before."""
        self.done.clear()
        ended = [(future, executor) for future, executor in self.sent if future.done()]
        good = [pair for pair in ended if not pair[0].cancelled() and pair[0].exception() is None]
        return (good or ended or [None])[0]

    def others(self, one: Any) -> list[Any]:
        return [future for future, _ in self.sent if future is not one]

    def forget(self) -> None:
        self.sent.clear()
        self.done.clear()

    def cancel(self) -> None:
        for future, _ in list(self.sent):
            future.cancel()
        self.done.set()


def _joined(answers: list[Any]) -> Any:
    """What was returned for parts of the points, as if for all of them."""
    return answers[0] if len(answers) == 1 else np.concatenate([np.asanyarray(y) for y in answers])


def _same(a: Any, b: Any) -> bool:
    a, b = np.asarray(a), np.asarray(b)
    return bool(a.shape == b.shape and a.dtype == b.dtype and a.tobytes() == b.tobytes())


def _pickled(f: Callable[[Array], Any]) -> bytes:
    """A callable as bytes: by its name, or by value where it has none that a worker could know."""
    try:
        import cloudpickle  # type: ignore[import-not-found, import-untyped, unused-ignore]
    except ImportError:
        cloudpickle = None
    failure: Exception | None = None
    if cloudpickle is None or getattr(f, "__module__", None) != "__main__":
        try:
            return pickle.dumps(f)
        except Exception as error:  # Whatever its parts raise.
            failure = error
    if cloudpickle is None:
        raise TypeError(f"the integrand can't be sent to a worker: {failure}; define it in a module, or install cloudpickle") from failure
    data: bytes = cloudpickle.dumps(f)
    return data


def _count(executor: Any) -> int:
    """Number of workers, as far as the executor tells."""
    client = getattr(executor, "_client", None)
    if hasattr(client, "nthreads"):
        return max(1, sum(client.nthreads().values()))
    for name in ("_max_workers", "num_workers"):
        found = getattr(executor, name, None)
        if isinstance(found, int) and found > 0:
            return found
    return os.cpu_count() or 1


def _again(broken: Any) -> Any:
    """A pool like one that is broken; None where nobody knows how."""
    if type(broken) is ProcessPoolExecutor:
        pool: Any = broken
        return ProcessPoolExecutor(pool._max_workers, pool._mp_context, pool._initializer, pool._initargs)
    if "loky" in type(broken).__module__:
        import sys

        loky = sys.modules[type(broken).__module__.rsplit(".", 1)[0]]
        return loky.get_reusable_executor(max_workers=broken._max_workers)
    return None


class FormulaPiece:
    """Formulas over limits as a callable that travels as text, and is compiled where it arrives."""

    def __init__(self, program: Any, limits: Any, analyse: bool):
        self._made_of = program, limits, analyse
        self._piece: Any = None

    def __reduce__(self) -> tuple[Any, ...]:
        return FormulaPiece, self._made_of

    def __call__(self, x: Array) -> Any:
        if self._piece is None:
            self._piece = _fubini.Piece.of_program(*self._made_of)
        return self._piece.evaluate(x)


class AtomPiece:
    """An atom as a callable that travels as text, and is derived and compiled where it arrives."""

    def __init__(self, words: dict[str, Any], coordinates: str | None, half_side: float | None):
        self._made_of = words, coordinates, half_side
        self._piece: Any = None

    def __reduce__(self) -> tuple[Any, ...]:
        return AtomPiece, self._made_of

    def __call__(self, x: Array) -> Any:
        if self._piece is None:
            self._piece = _fubini.Piece.of_atom(*self._made_of)
        return self._piece.evaluate(x)


@contextmanager
def remote(f: Any, executor: Any, workers: Any, batch: int | None) -> Iterator[Remote | None]:
    """The callable on the workers that were asked for, for the time of a run; None where there are none."""
    there = _remote(f, executor, workers, batch)
    try:
        yield there
    except BaseException:
        if there is not None:
            there.cancel()
        raise
    finally:
        if there is not None:
            there.close()


def _remote(f: Any, executor: Any, workers: Any, batch: int | None) -> Remote | None:
    if executor is not None and workers is not None:
        raise TypeError("executor and workers both say who evaluates the integrand: give one")
    if executor is not None:
        return Submitted(f, executor, batch)
    if callable(workers):
        return Mapped(f, workers, batch)
    if workers is None or workers == 1:
        return None
    if workers != -1 and workers < 1:
        raise ValueError(f"workers is {workers}: it must be -1, 1 or more, or a map-like callable")
    return Submitted(f, ProcessPoolExecutor(None if workers == -1 else int(workers)), batch, own=True)
