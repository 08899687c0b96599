//! Vector arithmetic and elementary functions against scalar and double-double references, at every level of this CPU.

#[path = "simd/accuracy.rs"]
mod accuracy;
#[path = "simd/reference.rs"]
mod reference;

use fubini_algorithms::simd::{F64x8, Kernel, LANES, Lanes, Level, Mask, dispatch, dispatch_at, level, levels};

/// A stream of numbers that needs no crate: SplitMix64 (Steele, Lea & Flood 2014).
struct Stream(u64);

impl Stream {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }
    fn between(&mut self, a: f64, b: f64) -> f64 {
        a + (b - a) * ((self.bits() >> 11) as f64 / 2f64.powi(53))
    }
    /// Either sign, all magnitudes from `2^a` to `2^b` alike.
    fn magnitude(&mut self, a: f64, b: f64) -> f64 {
        let x = self.between(a, b).clamp(-1022.0, 1023.9);
        let y = 2f64.powi(x.floor() as i32) * self.between(1.0, 2.0);
        if self.bits() & 1 == 0 { y } else { -y }
    }
}

/// One kernel for every function, so that each test can name what it applies.
macro_rules! functions {
    ($($fun:ident $x:ident $y:ident => $body:expr;)+) => {
        #[derive(Copy, Clone, Debug, PartialEq)]
        enum Fun { $($fun),+ }

        struct Apply<'a>(Fun, &'a [f64], &'a [f64], &'a mut [f64]);

        impl Kernel for Apply<'_> {
            type Output = ();
            #[inline(always)]
            fn run<V: Lanes>(self) {
                let Apply(fun, a, b, out) = self;
                let rows = a.chunks(LANES).zip(b.chunks(LANES)).zip(out.chunks_mut(LANES));
                match fun {
                    $(Fun::$fun => for ((a, b), out) in rows {
                        let ($x, $y) = (V::load_partial(a), V::load_partial(b));
                        $body.store_partial(out);
                    })+
                }
            }
        }
    };
}

functions! {
    Add x y => x + y;
    Sub x y => x - y;
    Mul x y => x * y;
    Div x y => x / y;
    Neg x _y => -x;
    Abs x _y => x.abs();
    Min x y => x.min(y);
    Max x y => x.max(y);
    Floor x _y => x.floor();
    Ceil x _y => x.ceil();
    Round x _y => x.round_ties_even();
    Trunc x _y => x.trunc();
    Copysign x y => x.copysign(y);
    MulAdd x y => x.mul_add(y, x);
    Select x y => V::select(x.lt(y), x, y + y);
    Sqrt x _y => x.sqrt();
    Recip x _y => x.recip();
    Rsqrt x _y => x.rsqrt();
    BothSqrt x _y => x.sqrt_rsqrt().0;
    BothRsqrt x _y => x.sqrt_rsqrt().1;
    Exp x _y => x.exp();
    ExpM1 x _y => x.exp_m1();
    Ln x _y => x.ln();
    Ln1p x _y => x.ln_1p();
    Log10 x _y => x.log10();
    Sin x _y => x.sin();
    Cos x _y => x.cos();
    BothSin x _y => x.sin_cos().0;
    BothCos x _y => x.sin_cos().1;
    Tan x _y => x.tan();
    Sinh x _y => x.sinh();
    Cosh x _y => x.cosh();
    Tanh x _y => x.tanh();
    Asin x _y => x.asin();
    Acos x _y => x.acos();
    Atan x _y => x.atan();
    Atan2 y x => y.atan2(x);
    Powf x y => x.powf(y);
    Powi x _y => x.powi(-5);
    Cbrt x _y => x.cbrt();
    Hypot x y => x.hypot(y);
}

fn apply(level: Level, fun: Fun, x: &[f64], y: &[f64]) -> Vec<f64> {
    let mut out = vec![0.0; x.len()];
    dispatch_at(level, Apply(fun, x, y, &mut out)).expect("a level of this CPU");
    out
}

type Scalar = fn(f64, f64) -> f64;

/// The same value: bits, or both NaN.
fn same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()
}

const SPECIAL: [f64; 30] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    -0.5,
    1.5,
    2.5,
    -2.5,
    2.0,
    3.0,
    1e-320,
    -1e-320,
    5e-324,
    f64::MIN_POSITIVE,
    -f64::MIN_POSITIVE,
    f64::MAX,
    f64::MIN,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
    1e300,
    1e-300,
    710.5,
    -710.5,
    746.5,
    -746.5,
    4503599627370497.5,
    -1e22,
    1e9,
];

/// All pairs of special values.
fn pairs() -> (Vec<f64>, Vec<f64>) {
    SPECIAL.iter().flat_map(|&x| SPECIAL.iter().map(move |&y| (x, y))).unzip()
}

#[test]
fn arithmetic_is_that_of_scalars() {
    let scalar: [(Fun, Scalar); 15] = [
        (Fun::Add, |x, y| x + y),
        (Fun::Sub, |x, y| x - y),
        (Fun::Mul, |x, y| x * y),
        (Fun::Div, |x, y| x / y),
        (Fun::Neg, |x, _| -x),
        (Fun::Abs, |x, _| x.abs()),
        (Fun::Min, |x, y| if x < y { x } else { y }),
        (Fun::Max, |x, y| if x > y { x } else { y }),
        (Fun::Floor, |x, _| x.floor()),
        (Fun::Ceil, |x, _| x.ceil()),
        (Fun::Round, |x, _| x.round_ties_even()),
        (Fun::Trunc, |x, _| x.trunc()),
        (Fun::Copysign, |x, y| x.copysign(y)),
        (Fun::Select, |x, y| if x < y { x } else { y + y }),
        (Fun::Sqrt, |x, _| x.sqrt()),
    ];
    let (x, y) = pairs();
    for &level in levels() {
        for (fun, f) in scalar {
            for ((got, &x), &y) in apply(level, fun, &x, &y).into_iter().zip(&x).zip(&y) {
                assert!(same(got, f(x, y)), "{level:?} {fun:?} {x:e} {y:e}: {got:e}");
            }
        }
    }
}

#[test]
fn special_values_are_those_of_std() {
    let scalar: [(Fun, Scalar); 26] = [
        (Fun::Recip, |x, _| 1.0 / x),
        (Fun::Rsqrt, |x, _| 1.0 / x.sqrt()),
        (Fun::BothSqrt, |x, _| x.sqrt()),
        (Fun::BothRsqrt, |x, _| 1.0 / x.sqrt()),
        (Fun::Exp, |x, _| x.exp()),
        (Fun::ExpM1, |x, _| x.exp_m1()),
        (Fun::Ln, |x, _| x.ln()),
        (Fun::Ln1p, |x, _| x.ln_1p()),
        (Fun::Log10, |x, _| x.log10()),
        (Fun::Sin, |x, _| x.sin()),
        (Fun::Cos, |x, _| x.cos()),
        (Fun::BothSin, |x, _| x.sin()),
        (Fun::BothCos, |x, _| x.cos()),
        (Fun::Tan, |x, _| x.tan()),
        (Fun::Sinh, |x, _| x.sinh()),
        (Fun::Cosh, |x, _| x.cosh()),
        (Fun::Tanh, |x, _| x.tanh()),
        (Fun::Asin, |x, _| x.asin()),
        (Fun::Acos, |x, _| x.acos()),
        (Fun::Atan, |x, _| x.atan()),
        (Fun::Atan2, |y, x| y.atan2(x)),
        (Fun::Powf, |x, y| x.powf(y)),
        (Fun::Powi, |x, _| 1.0 / (x * (x * x * (x * x)))),
        (Fun::Cbrt, |x, _| x.cbrt()),
        (Fun::Hypot, |x, y| x.hypot(y)),
        (Fun::MulAdd, |x, y| x.mul_add(y, x)),
    ];
    let (x, y) = pairs();
    for &level in levels() {
        for (fun, f) in scalar {
            for ((got, &x), &y) in apply(level, fun, &x, &y).into_iter().zip(&x).zip(&y) {
                let want = f(x, y);
                let regular = want.is_finite() && want != 0.0;
                // Two units of either side; without fusing, a cancelled sum may differ more and is left out.
                let near = regular && (got - want).abs() <= want.abs() * 4.5e-16 + 5e-324;
                let unfused = fun == Fun::MulAdd && level == Level::Portable;
                assert!(same(got, want) || near || unfused, "{level:?} {fun:?} {x:e} {y:e}: {got:e}, not {want:e}");
            }
        }
    }
}

#[test]
fn lanes_do_not_influence_each_other() {
    let mut stream = Stream(7);
    let all = [
        Fun::Recip,
        Fun::Rsqrt,
        Fun::BothSqrt,
        Fun::Exp,
        Fun::ExpM1,
        Fun::Ln,
        Fun::Ln1p,
        Fun::Log10,
        Fun::Sin,
        Fun::Cos,
        Fun::BothSin,
        Fun::BothCos,
        Fun::Tan,
        Fun::Sinh,
        Fun::Cosh,
        Fun::Tanh,
        Fun::Asin,
        Fun::Acos,
        Fun::Atan,
        Fun::Atan2,
        Fun::Powf,
        Fun::Cbrt,
        Fun::Hypot,
    ];
    for &level in levels() {
        for fun in all {
            for _ in 0..40 {
                let mut draw =
                    || if stream.bits() & 3 == 0 { SPECIAL[stream.bits() as usize % 30] } else { stream.magnitude(-8.0, 8.0) };
                let (x, y): (Vec<f64>, Vec<f64>) = (0..8).map(|_| (draw(), draw())).unzip();
                let together = apply(level, fun, &x, &y);
                for i in 0..8 {
                    let alone = apply(level, fun, &x[i..=i], &y[i..=i]);
                    assert!(same(alone[0], together[i]), "{level:?} {fun:?} {:e} {:e}", x[i], y[i]);
                }
            }
        }
    }
}

struct Masks;

impl Kernel for Masks {
    type Output = ();
    #[inline(always)]
    fn run<V: Lanes>(self) {
        let (a, b) = ([1.0, 2.0, 3.0, f64::NAN, 5.0, -0.0, 7.0, f64::INFINITY], [2.0, 2.0, 2.0, 2.0, f64::NAN, 0.0, 8.0, 8.0]);
        let (x, y) = (V::load(&a), V::from_array(b));
        assert_eq!(x.lt(y).bits(), 0b0100_0001);
        assert_eq!(x.le(y).bits(), 0b0110_0011);
        assert_eq!(x.gt(y).bits(), 0b1000_0100);
        assert_eq!(x.ge(y).bits(), 0b1010_0110);
        assert_eq!(x.eq(y).bits(), 0b0010_0010);
        assert_eq!(x.ne(y).bits(), 0b1101_1101);
        assert_eq!(x.is_nan().bits(), 0b0000_1000);
        assert_eq!(x.is_finite().bits(), 0b0111_0111);
        for bits in 0..=255 {
            let m = V::Mask::from_bits(bits);
            assert_eq!((m.bits(), (!m).bits(), m.count()), (bits, !bits, bits.count_ones()));
            assert_eq!((m.any(), m.all()), (bits != 0, bits == 255));
            let n = V::Mask::from_bits(0b1010_1100);
            assert_eq!(((m & n).bits(), (m | n).bits()), (bits & 0b1010_1100, bits | 0b1010_1100));
            let kept = V::splat(3.0).zero_unless(m).to_array();
            assert!((0..8).all(|i| kept[i] == if bits >> i & 1 == 1 { 3.0 } else { 0.0 }));
        }
        let z = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8];
        assert_eq!(V::load(&z).sum(), ((0.1 + 0.5) + (0.3 + 0.7)) + ((0.2 + 0.6) + (0.4 + 0.8)));
        assert_eq!(V::gather(&z[..3], &[0, 1, 2, 3, 9, u32::MAX, 0, 1]).to_array(), [0.1, 0.2, 0.3, 0.3, 0.3, 0.3, 0.1, 0.2]);
        let pattern = |i: u64| f64::from_bits(i);
        let index = V::load(&[0, 1, 2, 3, 7, 1 << 32, u64::MAX, 5 << 40].map(pattern));
        assert_eq!(index.lookup(&z[..4]).to_array(), [0.1, 0.2, 0.3, 0.4, 0.4, 0.1, 0.4, 0.1]);
        for n in [0, 1, 31, 40, 63] {
            assert_eq!(index.shr_by(n).to_array().map(f64::to_bits), index.to_array().map(|x| x.to_bits() >> n));
        }
        for n in 0..=10 {
            let long: Vec<f64> = (0..n).map(f64::from).collect();
            let last = f64::from((n - 1).clamp(0, 7));
            let got = V::load_partial(&long).to_array();
            assert!((0..8).all(|i| got[i] == last.min(i as f64)));
            let mut out = vec![-1.0; long.len()];
            V::load(&z).store_partial(&mut out);
            assert!(out.iter().enumerate().all(|(i, &o)| o == if i < 8 { z[i] } else { -1.0 }));
        }
        assert_eq!(V::splat(-2.0).map(|x| x * 3.0).to_array(), [-6.0; 8]);
        let mut w = V::splat(2.0);
        w += V::splat(3.0);
        w *= V::splat(4.0);
        w -= V::splat(1.0);
        assert_eq!(w.to_array(), [19.0; 8]);
    }
}

#[test]
fn masks_loads_and_sums_agree_at_every_level() {
    for &level in levels() {
        dispatch_at(level, Masks).expect("a level of this CPU");
    }
    dispatch(Masks);
    assert_eq!(levels().last(), Some(&level()));
    let x = 2.0 * F64x8::splat(3.0) - 1.0;
    assert_eq!(x.to_array(), [5.0; 8]);
}
