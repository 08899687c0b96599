"""Compiled functions as integrands: every kind of pointer, every signature, and what is refused."""

import ctypes
import math
import threading

import pytest

import fubini

P = ctypes.POINTER(ctypes.c_double)
PP = ctypes.POINTER(P)
PLAIN = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_int, P)
DATA = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_int, P, ctypes.c_void_p)
BATCH = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_size_t, PP, PP, ctypes.c_void_p)
EXACT = (1 - math.cos(1)) * math.sin(1)


@PLAIN
def plain(n, x):
    assert n == 2
    return math.sin(x[0]) * math.cos(x[1])


@DATA
def scaled(n, x, data):
    factor = ctypes.cast(data, P)[0] if data else 1.0
    return factor * math.sin(x[0]) * math.cos(x[1])


@BATCH
def batch(n, x, y, data):
    for i in range(n):
        y[0][i] = math.sin(x[0][i]) * math.cos(x[1][i])
        y[1][i] = x[0][i] + 1
    return 0


def holds(result, exact=EXACT):
    assert result.converged and abs(result.value - exact) <= result.error


def test_ctypes_pointers_of_every_signature():
    holds(fubini.integrate(plain, [(0, 1)] * 2, rtol=1e-8))
    holds(fubini.integrate(scaled, [(0, 1)] * 2, rtol=1e-8, threads=1))
    result = fubini.integrate(batch, [(0, 1)] * 2, components=2)
    assert result.converged and result.value.shape == (2,)
    assert abs(result.value[0] - EXACT) <= result.error[0] and abs(result.value[1] - 1.5) <= result.error[1] + 1e-15
    ratio = fubini.integrate(batch, [(0, 1)] * 2, components=2, ratio=True)
    assert abs(ratio.ratio.value - EXACT / 1.5) <= ratio.ratio.error


def test_threads_do_not_change_a_bit_and_one_is_the_callers_choice():
    one, all_of_them = (fubini.integrate(plain, [(0, 1)] * 2, threads=threads) for threads in (1, None))
    assert (one.value, one.error) == (all_of_them.value, all_of_them.error)


def test_limits_may_be_infinite_or_depend_on_others():
    @PLAIN
    def gauss(n, x):
        return math.exp(-x[0] ** 2 - x[1] ** 2)

    holds(fubini.integrate(gauss, [(-math.inf, math.inf), (0, math.inf)], rtol=1e-7), math.pi / 2)
    triangle = fubini.integrate(plain, [(0, 1), (0, lambda x: x)], rtol=1e-7)
    holds(triangle, 0.5 * (1 - math.sin(1) * math.cos(1)))


def test_cubature_takes_them():
    result = fubini.cubature(plain, [0, 0], [1, 1])
    assert result.status == "converged" and abs(result.estimate - EXACT) <= result.error and result.estimate.shape == ()
    assert result.regions[0].a.shape == (2,)
    with pytest.raises(TypeError, match="user_data"):
        fubini.cubature(plain, [0, 0], [1, 1], args=(1,))


def test_a_function_that_fails_ends_the_run():
    @BATCH
    def fails(n, x, y, data):
        return 3

    with pytest.raises(fubini.IntegrationError, match="not 0"):
        fubini.integrate(fails, [(0, 1)])


@pytest.mark.parametrize(
    "wrong",
    [
        ctypes.CFUNCTYPE(ctypes.c_float, ctypes.c_int, P)(lambda n, x: 1.0),
        ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_double)(lambda x: x),
        ctypes.CFUNCTYPE(ctypes.c_double, P, ctypes.c_int)(lambda x, n: 1.0),
        ctypes.CFUNCTYPE(None)(lambda: None),
    ],
)
def test_a_wrong_type_is_refused_and_the_right_one_shown(wrong):
    with pytest.raises(TypeError, match=r"double f\(int n, double \*x\)"):
        fubini.integrate(wrong, [(0, 1)])


def test_a_library_without_prototypes_is_refused():
    with pytest.raises(TypeError, match="argtypes"):
        fubini.integrate(ctypes.CDLL(None).abs, [(0, 1)])


def test_components_are_for_batches_alone():
    with pytest.raises(TypeError, match="components"):
        fubini.integrate(plain, [(0, 1)] * 2, components=2)
    with pytest.raises(TypeError, match="components"):
        fubini.integrate(lambda x: x[:, 0], [(0, 1)], components=2)
    with pytest.raises(TypeError, match="parameters"):
        fubini.integrate(plain, [(0, 1)] * 2, parameters={"a": 1})


def test_scipy_low_level_callables():
    scipy = pytest.importorskip("scipy")
    holds(fubini.integrate(scipy.LowLevelCallable(plain), [(0, 1)] * 2))
    factor = ctypes.c_double(3.0)
    data = ctypes.cast(ctypes.pointer(factor), ctypes.c_void_p)
    holds(fubini.integrate(scipy.LowLevelCallable(scaled, data), [(0, 1)] * 2), 3 * EXACT)
    wrong = scipy.LowLevelCallable(ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_double)(lambda x: x))
    with pytest.raises(TypeError, match="double \\(double\\)"):
        fubini.integrate(wrong, [(0, 1)])


def test_cffi_pointers():
    cffi = pytest.importorskip("cffi")
    ffi = cffi.FFI()
    address = ctypes.cast(plain, ctypes.c_void_p).value
    holds(fubini.integrate(ffi.cast("double(*)(int, double *)", address), [(0, 1)] * 2))
    address = ctypes.cast(batch, ctypes.c_void_p).value
    result = fubini.integrate(ffi.cast("int(*)(size_t, double **, double **, void *)", address), [(0, 1)] * 2, components=2)
    assert abs(result.value[1] - 1.5) <= result.error[1] + 1e-15
    with pytest.raises(TypeError, match="void \\*user_data"):
        fubini.integrate(ffi.cast("double(*)(double)", address), [(0, 1)])
    with pytest.raises(TypeError, match="the right|must be one of"):
        fubini.integrate(ffi.new("double[3]"), [(0, 1)])


def test_numba_callbacks():
    numba = pytest.importorskip("numba")
    types = numba.types
    columns = types.CPointer(types.CPointer(types.double))

    @numba.cfunc(types.double(types.intc, types.CPointer(types.double)))
    def point(n, x):
        return math.sin(x[0]) * math.cos(x[1])

    @numba.cfunc(types.intc(types.uintp, columns, columns, types.voidptr))
    def whole(n, x, y, data):
        for i in range(n):
            y[0][i] = math.sin(x[0][i]) * math.cos(x[1][i])
        return 0

    @numba.cfunc(types.double(types.double))
    def wrong(x):
        return x

    holds(fubini.integrate(point, [(0, 1)] * 2, rtol=1e-9))
    holds(fubini.integrate(whole, [(0, 1)] * 2, rtol=1e-9))
    with pytest.raises(TypeError, match="double f"):
        fubini.integrate(wrong, [(0, 1)])


def test_runs_at_once_share_nothing():
    results = []
    threads = [threading.Thread(target=lambda: results.append(fubini.integrate(plain, [(0, 1)] * 2).value)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 4 and len(set(results)) == 1
