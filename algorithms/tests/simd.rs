//! Vector arithmetic and elementary functions against scalar and double-double references, at every level of this CPU.

#[path = "simd/reference.rs"]
mod reference;

use fubini_algorithms::simd::{F64x8, Kernel, LANES, Lanes, Level, Mask, dispatch, dispatch_at, level, levels};
use reference::Dd;

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
        let x = self.between(a, b);
        let y = 2f64.powf(x.fract()) * 2f64.powi((x.trunc() / 2.0) as i32) * 2f64.powi((x.trunc() - (x.trunc() / 2.0).trunc()) as i32);
        if self.bits() & 1 == 0 { y } else { -y }
    }
}

/// Units in the last place between `got` and the reference `m 2^k`.
fn ulps(got: f64, (m, k): (Dd, i32)) -> f64 {
    if got == m.0 && m.1 == 0.0 && k == 0 {
        return 0.0;
    }
    let power = |k: i32| 2f64.powi(k / 2) * 2f64.powi(k - k / 2);
    let size = if m.0 == 0.0 { -1074 } else { ((m.0.abs().to_bits() >> 52) as i32 - 1023 + k - 52).max(-1074) };
    let nearest = if k == 0 { m.0 } else { m.0 * power(k) };
    if nearest.is_infinite() {
        return if got == nearest || got.abs() == f64::MAX { 0.0 } else { f64::INFINITY };
    }
    // Both sides in units of the last place of the reference, each scaled in two steps that cannot overflow.
    let unit = -size;
    let scaled = got * power(unit.min(1000)) * power(unit - unit.min(1000));
    let reference = Dd(m.0 * power(k + unit), m.1 * power(k + unit));
    (reference - scaled).0.abs()
}

macro_rules! functions {
    ($($name:ident($($x:ident),+) => $body:expr;)+) => {
        #[derive(Copy, Clone, Debug, PartialEq)]
        #[allow(non_camel_case_types)]
        enum Fun { $($name),+ }

        struct Apply<'a> { fun: Fun, x: &'a [f64], y: &'a [f64], out: &'a mut [f64] }

        impl Kernel for Apply<'_> {
            type Output = ();
            #[inline(always)]
            fn run<V: Lanes>(self) {
                match self.fun {
                    $(Fun::$name => for ((x, y), out) in
                        self.x.chunks(LANES).zip(self.y.chunks(LANES)).zip(self.out.chunks_mut(LANES)) {
                        functions!(@call ($($x),+) ($body) (V::load_partial(x)) (V::load_partial(y))).store_partial(out);
                    })+
                }
            }
        }
    };
    (@call ($x:ident) ($body:expr) ($a:expr) ($b:expr)) => {{ let $x = $a; $body }};
    (@call ($x:ident, $y:ident) ($body:expr) ($a:expr) ($b:expr)) => {{ let ($x, $y) = ($a, $b); $body }};
}
