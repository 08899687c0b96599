//! How far every elementary function may stray from its double-double reference, range by range.

use fubini_algorithms::simd::{Level, levels};

use super::reference::{self, Dd};
use super::{Fun, Stream, apply};

/// Units in the last place between `got` and the reference `m 2^k`.
fn ulps(got: f64, (m, k): (Dd, i32)) -> f64 {
    if got == m.0 && m.1 == 0.0 && k == 0 {
        return 0.0;
    }
    let power = |k: i32| 2f64.powi(k / 2) * 2f64.powi(k - k / 2);
    let size = if m.0 == 0.0 { -1074 } else { ((m.0.abs().to_bits() >> 52) as i32 - 1023 + k - 52).max(-1074) };
    let nearest = if k == 0 { m.0 } else { m.0 * 2f64.powi(k / 2) * 2f64.powi(k - k / 2) };
    if nearest.is_infinite() {
        return if got == nearest || got.abs() == f64::MAX { 0.0 } else { f64::INFINITY };
    }
    // Both sides in units of the last place of the reference, each scaled in two steps that cannot overflow.
    let unit = -size;
    let scaled = got * power(unit.min(1000)) * power(unit - unit.min(1000));
    let reference = Dd(m.0 * power(k + unit), m.1 * power(k + unit));
    let distance = (reference - scaled).0.abs();
    if distance.is_nan() { f64::INFINITY } else { distance }
}

type Points = fn(&mut Stream) -> (f64, f64);
type Exact = fn(f64, f64) -> (Dd, i32);

/// Function, bound in units of the last place, reference, and where points lie.
fn accuracy() -> Vec<(Fun, f64, Exact, Vec<Points>)> {
    let exp: Exact = |x, _| reference::exp(x.into());
    let sin: Exact = |x, _| (reference::sin_cos(x).0, 0);
    let cos: Exact = |x, _| (reference::sin_cos(x).1, 0);
    let rsqrt: Exact = |x, _| (Dd(1.0, 0.0) / reference::sqrt(x.into()), 0);
    let sqrt: Exact = |x, _| (reference::sqrt(x.into()), 0);
    let angles: Vec<Points> = vec![
        |s| (s.between(-1.0, 1.0), 0.0),
        |s| (s.between(-10.0, 10.0), 0.0),
        |s| (s.magnitude(-900.0, 30.0), 0.0),
        |s| (s.between(-1e5, 1e5), 0.0),
        |s| (s.between(-1e9, 1e9), 0.0),
        // The numbers closest to multiples of a quarter turn.
        |s| ((s.between(-1e6, 1e6).trunc() * std::f64::consts::FRAC_PI_2), 0.0),
        |s| ((s.between(-100.0, 100.0).trunc() * std::f64::consts::FRAC_PI_2), 0.0),
    ];
    let positive: Vec<Points> = vec![
        |s| (s.between(0.5, 2.0), 0.0),
        |s| (1.0 + s.magnitude(-52.0, -3.0), 0.0),
        |s| (s.magnitude(-20.0, 20.0).abs(), 0.0),
        |s| (s.magnitude(-1022.0, 1023.9).abs(), 0.0),
        |s| (f64::from_bits(s.bits() >> 12 >> (s.bits() & 31)).max(5e-324), 0.0),
    ];
    let normal: Vec<Points> = vec![|s| (s.between(0.5, 4.0), 0.0), |s| (s.magnitude(-900.0, 1000.0).abs(), 0.0)];
    let signed: Vec<Points> = vec![|s| (s.between(0.5, 4.0), 0.0), |s| (s.magnitude(-960.0, 960.0), 0.0)];
    let unit: Vec<Points> = vec![
        |s| (s.between(-1.0, 1.0), 0.0),
        |s| (s.between(-0.51, -0.49), 0.0),
        |s| (1.0 - s.magnitude(-50.0, -2.0).abs(), 0.0),
        |s| (s.magnitude(-900.0, 0.0), 0.0),
    ];
    let growth: Vec<Points> =
        vec![|s| (s.between(-1.0, 1.0), 0.0), |s| (s.between(-30.0, 30.0), 0.0), |s| (s.magnitude(-900.0, 9.0), 0.0)];
    vec![
        (Fun::Recip, 0.51, |x, _| (Dd(1.0, 0.0) / x, 0), signed),
        (Fun::Rsqrt, 1.5, rsqrt, normal.clone()),
        (Fun::BothRsqrt, 1.5, rsqrt, normal.clone()),
        (Fun::BothSqrt, 0.51, sqrt, normal),
        (
            Fun::Exp,
            0.9,
            exp,
            vec![
                |s| (s.between(-1.0, 1.0), 0.0),
                |s| (s.between(-30.0, 5.0), 0.0),
                |s| (s.between(-745.0, 709.7), 0.0),
                |s| (s.between(-746.0, -708.0), 0.0),
                |s| (s.magnitude(-900.0, 0.0), 0.0),
            ],
        ),
        (Fun::ExpM1, 1.1, |x, _| (reference::exp_m1(x.into()), 0), growth.clone()),
        (Fun::Ln, 0.9, |x, _| (reference::ln(x), 0), positive.clone()),
        (Fun::Log10, 0.9, |x, _| (reference::ln(x) / LN_10, 0), positive),
        (
            Fun::Ln1p,
            1.0,
            |x, _| (reference::ln_1p(x.into()), 0),
            vec![
                |s| (s.between(-0.5, 1.0), 0.0),
                |s| (s.magnitude(-900.0, -1.0), 0.0),
                |s| (s.magnitude(0.0, 60.0).abs(), 0.0),
                |s| (s.magnitude(-50.0, 0.0).abs() - 1.0, 0.0),
            ],
        ),
        (Fun::Sin, 0.9, sin, angles.clone()),
        (Fun::Cos, 0.9, cos, angles.clone()),
        (Fun::BothSin, 0.9, sin, angles.clone()),
        (Fun::BothCos, 0.9, cos, angles.clone()),
        (
            Fun::Tan,
            1.0,
            |x, _| {
                let (s, c) = reference::sin_cos(x);
                (s / c, 0)
            },
            angles,
        ),
        (
            Fun::Sinh,
            1.0,
            |x, _| {
                let t = reference::exp_m1(x.abs().into());
                ((t + t / (t + 1.0)) * 0.5f64.copysign(x), 0)
            },
            growth.clone(),
        ),
        (
            Fun::Cosh,
            1.0,
            |x, _| {
                let t = reference::exp_m1(x.abs().into()) + 1.0;
                ((t + Dd(1.0, 0.0) / t) * 0.5, 0)
            },
            growth.clone(),
        ),
        (
            Fun::Tanh,
            1.0,
            |x, _| {
                let t = reference::exp_m1(Dd(2.0 * x.min(300.0), 0.0));
                (t / (t + 2.0), 0)
            },
            growth,
        ),
        (Fun::Asin, 1.0, |x, _| (reference::asin(x), 0), unit.clone()),
        (Fun::Acos, 1.0, |x, _| (reference::acos(x), 0), unit),
        (
            Fun::Atan,
            1.0,
            |x, _| (reference::atan2(x, 1.0), 0),
            vec![|s| (s.between(-1.0, 1.0), 0.0), |s| (s.between(0.4, 0.6), 0.0), |s| (s.between(0.9, 3.0), 0.0), |s| {
                (s.magnitude(-400.0, 400.0), 0.0)
            }],
        ),
        (
            Fun::Atan2,
            1.0,
            |y, x| (reference::atan2(y, x), 0),
            vec![|s| (s.between(-1.0, 1.0), s.between(-1.0, 1.0)), |s| (s.between(-1.0, 1.0), s.between(-1.0, 0.0)), |s| {
                (s.magnitude(-200.0, 200.0), s.magnitude(-200.0, 200.0))
            }],
        ),
        (
            Fun::Powf,
            1.0,
            |x, p| reference::exp(reference::ln(x) * p),
            vec![
                |s| (s.between(0.01, 20.0), s.between(-20.0, 20.0)),
                |s| (s.between(0.9, 1.1), s.between(-4000.0, 4000.0)),
                |s| (s.magnitude(-1000.0, 1000.0).abs(), s.between(-1.0, 1.0)),
                |s| (1.0 + s.magnitude(-30.0, -2.0), s.magnitude(-30.0, 11.0)),
            ],
        ),
        (
            Fun::Cbrt,
            1.0,
            |x, _| (reference::cbrt(x), 0),
            vec![|s| (s.between(-8.0, 8.0), 0.0), |s| (s.magnitude(-900.0, 900.0), 0.0)],
        ),
        (
            Fun::Hypot,
            1.0,
            |x, y| (reference::sqrt(Dd(x, 0.0) * x + Dd(y, 0.0) * y), 0),
            vec![|s| (s.between(-8.0, 8.0), s.between(-8.0, 8.0)), |s| (s.magnitude(-300.0, 300.0), s.magnitude(-300.0, 300.0))],
        ),
    ]
}

const LN_10: Dd = Dd(std::f64::consts::LN_10, -2.1707562233822494e-16);

#[test]
fn elementary_functions_keep_their_bounds() {
    let count: usize = std::env::var("SIMD_POINTS").ok().and_then(|n| n.parse().ok()).unwrap_or(6000);
    let mut bad = Vec::new();
    for (fun, bound, exact, ranges) in accuracy() {
        for (i, points) in ranges.iter().enumerate() {
            let mut stream = Stream(fun as u64 * 100 + i as u64);
            let (x, y): (Vec<f64>, Vec<f64>) = (0..count).map(|_| points(&mut stream)).unzip();
            let want: Vec<_> = x.iter().zip(&y).map(|(&x, &y)| exact(x, y)).collect();
            for &level in levels() {
                let got = apply(level, fun, &x, &y);
                let (worst, at) = got
                    .iter()
                    .zip(&want)
                    .map(|(&got, &want)| ulps(got, want))
                    .zip(0..)
                    .fold((0.0, 0), |a, b| if b.0 <= a.0 { a } else { b });
                println!("{fun:?} range {i} {level:?}: {worst:.3} ulp at {:e} {:e}", x[at], y[at]);
                // Without fused multiply-add most functions are those of the system.
                if worst > if level == Level::Portable { 2.5 } else { bound } {
                    bad.push(format!(
                        "{fun:?} range {i} {level:?}: {worst:.3} ulp at {:e} {:e}: {:e}, not {:?}",
                        x[at], y[at], got[at], want[at]
                    ));
                }
            }
        }
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}
