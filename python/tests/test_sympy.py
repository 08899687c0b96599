"""SymPy expressions: nothing is lost on the way into the grammar."""

import math
from fractions import Fraction

import numpy as np
import pytest
import sympy
from sympy.codegen.cfunctions import Cbrt, expm1, hypot, log1p, log10

import fubini
from fubini._sympy import lower, number

x, y = sympy.symbols("x y", real=True)
P = sympy.Piecewise

EXPRESSIONS = [
    sympy.exp(x) + sympy.log(y) + sympy.sin(x) * sympy.cos(y) + sympy.tan(x),
    sympy.asin(x / 9) + sympy.acos(y / 9) + sympy.atan(x) + sympy.atan2(y, x),
    sympy.sinh(x) + sympy.cosh(y) + sympy.tanh(x * y),
    sympy.sec(x) + sympy.csc(y) + sympy.cot(x) + sympy.sech(y) + sympy.csch(x) + sympy.coth(y),
    sympy.Abs(x - y) + sympy.sign(x - y) + sympy.floor(3 * x) + sympy.ceiling(y),
    sympy.Min(x, y, 1) + sympy.Max(x, y, sympy.Rational(1, 3)),
    sympy.erf(x) + sympy.erfc(y) + sympy.gamma(x) + sympy.loggamma(y) + sympy.digamma(x),
    expm1(x) + log1p(y) + log10(x) + Cbrt(y) + hypot(x, y),
    sympy.sqrt(x) + x ** sympy.Rational(1, 3) + x**-2 + y ** sympy.Rational(-3, 2) + x**y + 2**x + 1 / y,
    sympy.pi * x + sympy.E**y + sympy.GoldenRatio + sympy.EulerGamma + sympy.Rational(22, 7) - sympy.Float(0.1),
    P((x, x < y), (y**2, x > 1), (sympy.sqrt(x), True)),
    P((1, sympy.And(x > 0, sympy.Or(y > 1, sympy.Not(sympy.Eq(x, y))))), (2, True)),
    sympy.Heaviside(x - y) + sympy.Heaviside(y - x, 0) + sympy.Mod(7 * x, y),
    P((x, sympy.ITE(x < y, x > 1, y > 1)), (y, sympy.Xor(x > 2, y > 2)), (-1, True)),
    sympy.besselj(0, x) + sympy.besselj(3, y) + sympy.bessely(1, x) + sympy.besseli(2, x) + sympy.besselk(0, y) + sympy.besselj(-2, x),
    sympy.elliptic_k(x / 9) + sympy.elliptic_e(-y) + sympy.zeta(x + 2) + sympy.sinc(x) + sympy.erfinv(y / 4),
    sympy.besselj(1, x).diff(x) + sympy.elliptic_k(y / 7).diff(y),
    sympy.log(x, 2) + sympy.Add(x, x, evaluate=False) * sympy.UnevaluatedExpr(y + 1),
    -x - (x - 3) * -y + (-2) ** sympy.Integer(3) - x * -3 / -y,
]


@pytest.mark.parametrize("expr", EXPRESSIONS, ids=[str(i) for i in range(len(EXPRESSIONS))])
def test_compiled_expressions_agree_with_sympy_in_thirty_digits(expr):
    f = fubini.compile(expr, [x, y])
    for point in [(0.3, 0.7), (1.9, 0.6), (2.5, 3.25)]:
        exact = sympy.N(expr.replace(Cbrt, sympy.cbrt).subs(dict(zip((x, y), map(sympy.Rational, point)))).doit(), 30)
        assert float(f(*point)) == pytest.approx(float(exact), rel=4e-15, abs=4e-15)


@pytest.mark.parametrize(
    "value",
    [
        sympy.Integer(7),
        sympy.Integer(-(2**80) - 1),
        sympy.Rational(1, 3),
        sympy.Rational(10**40 + 1, 3**60),
        sympy.Float(0.1),
        sympy.Float("0.1", 50),
        -sympy.Float("1e-320", 30),
        sympy.Float("1.7976931348623157e308", 30),
    ],
)
def test_numbers_become_the_nearest_doubles(value):
    exact = sympy.Rational(value) if value.is_Float else value
    nearest = float(Fraction(int(exact.p), int(exact.q)))
    assert float(fubini.compile(value + 0 * x, [x])(0.0)) == nearest
    assert float(eval(number(value), {})) == nearest


def test_constants_are_the_nearest_doubles():
    assert float(fubini.compile(sympy.Catalan, [x])(0.0)) == 0.915965594177219
    assert float(fubini.compile(sympy.pi, [x])(0.0)) == math.pi


@pytest.mark.parametrize(
    ("expr", "message"),
    [
        (sympy.elliptic_e(x, y), "elliptic_e has no counterpart"),
        (sympy.zeta(x, y), "zeta has no counterpart"),
        (sympy.asinh(x), "asinh has no counterpart.*in terms of abs, acos"),
        (sympy.Function("f")(x), "f has no counterpart"),
        (sympy.Integral(sympy.exp(-(x**2)), (x, 0, y)), "Integral stands unevaluated.*doit"),
        (x + sympy.oo * y, "infinities stand in limits only"),
    ],
)
def test_what_has_no_counterpart_is_refused_by_name(expr, message):
    with pytest.raises(TypeError, match=message):
        fubini.compile(expr, [x, y])


def test_orders_of_bessel_functions_are_whole_numbers():
    with pytest.raises(ValueError, match="must be a whole number, and this is 0.5"):
        fubini.compile(sympy.besselj(sympy.Rational(1, 2), x), [x])
    with pytest.raises(ValueError, match="this is no constant"):
        fubini.compile(sympy.besselj(y, x), [x, y])
    assert float(fubini.compile(sympy.besselj(y, x), [x], parameters={y: 2})(0.7)) == pytest.approx(0.058786944428)


def test_symbols_without_a_meaning_are_refused_by_name():
    with pytest.raises(ValueError, match="the symbol y is neither a variable nor a parameter"):
        fubini.integrate(x * y, {x: (0, 1)})


def test_symbols_may_be_called_anything():
    names = sympy.symbols("gamma e x_{1} λ lambda _0 where zeta sum")
    f = fubini.compile(sum(k * name for k, name in enumerate(names, 1)), names)
    assert float(f(*[10.0**k for k in range(9)])) == 987654321
    gamma = names[0]
    result = fubini.integrate(sympy.exp(-gamma * x), {gamma: (0, 1)}, parameters={x: 2})
    assert result.value == pytest.approx((1 - math.exp(-2)) / 2, rel=1e-6)


def test_shared_parts_are_written_once():
    # As a tree this has two to the power of twelve leaves.
    expr = x
    for _ in range(12):
        expr = sympy.sin(expr) * sympy.cos(expr, evaluate=False) + sympy.Rational(1, 7)
    (text,), definitions = lower([expr], {"x"})
    assert len(text) + sum(len(definition) for _, definition in definitions) < 2000
    f, value = fubini.compile(expr, [x]), 0.4
    for _ in range(12):
        value = math.sin(value) * math.cos(value) + 1 / 7
    assert float(f(0.4)) == pytest.approx(value, rel=1e-12)


def test_deep_nesting_and_long_piecewise_are_read():
    deep = x
    for k in range(90):
        deep = sympy.sqrt(deep + k)
    assert np.isfinite(fubini.compile(deep, [x])(0.5))
    stairs = P(*[(k, x < k) for k in range(1, 400)], (0, True))
    np.testing.assert_array_equal(fubini.compile(stairs, [x])([0.5, 17.5, 398.5, 399.5]), [1, 18, 399, 0])


def test_a_piecewise_without_an_end_is_not_a_number_there():
    f = fubini.compile(P((x, x > 0)), [x])
    np.testing.assert_array_equal(f([1.0, -1.0]), [1.0, np.nan])


def test_limits_may_be_sympys():
    result = fubini.integrate([sympy.exp(-(x**2) - y), y * sympy.exp(-(x**2) - y)], [(x, -sympy.oo, sympy.oo), (y, 0, sympy.oo)])
    np.testing.assert_allclose(result.value, math.sqrt(math.pi) * np.ones(2), rtol=1e-6)
    assert fubini.integrate(sympy.sin(x), {x: (0, sympy.pi / 2)}).value == pytest.approx(1)
    assert fubini.integrate(x * y, {x: (0, 1), y: (0, x)}).value == pytest.approx(1 / 8)
    with pytest.raises(ValueError, match="variables given before"):
        fubini.integrate(x * y, {x: (0, y), y: (0, 1)})


def test_singular_and_kinked_expressions_are_cut_and_mapped():
    x, y, a = sympy.symbols("x y a")
    result = fubini.integrate(sympy.Abs(x - a * y) ** sympy.Rational(-1, 2), {x: (0, 1), y: (0, 1)}, parameters={a: 1}, rtol=1e-9)
    assert result.converged and abs(result.value - 8 / 3) <= result.error and result.evaluations < 5_000
    assert any("power -0.5" in note for note in result.analysis)
    kink = "abs(y - x^2)"
    cut = fubini.integrate(kink, {"x": (0, 1), "y": (0, "x")}, rtol=1e-9)
    plain = fubini.integrate(kink, {"x": (0, 1), "y": (0, "x")}, rtol=1e-6, analysis=False)
    assert cut.evaluations < plain.evaluations / 2 and plain.analysis == []
    assert abs(cut.value - 7 / 60) <= cut.error and abs(plain.value - 7 / 60) <= plain.error
    # A callable among the limits leaves everything as it is; a hint does not.
    some = fubini.integrate(kink, {"x": (0, 1), "y": (0, lambda x: x)}, rtol=1e-4)
    hinted = fubini.integrate(kink, {"x": (0, 1), "y": (0, "x")}, rtol=1e-4, hints=[(0.5, 0.25)])
    assert "no formulas" in some.analysis[0] and hinted.analysis == cut.analysis
    with pytest.warns(UserWarning, match="128 smooth parts"):
        fubini.integrate(
            "exp(a*b*c*d*f*g*h)*" + "*".join(f"abs({v}-0.4)" for v in "abcdfgh"), {v: (0, 1) for v in "abcdfgh"}, rtol=0.1, max_evals=1e6
        )
