//! An integrand over eight points at a time, written once and compiled for every instruction set.
//!
//! `cargo run --release --example simd`

use fubini::simd::Lanes;
use fubini::{Cuhre, Domain, Integrator, LaneIntegrand, Options, Simd, scalar};

/// cos(x + 2y + 3z) exp(−x y z).
struct Wave;

impl LaneIntegrand for Wave {
    fn dim(&self) -> usize {
        3
    }

    fn components(&self) -> usize {
        1
    }

    // Without the attribute this is a call compiled for any processor: many times slower, with the same result.
    #[inline(always)]
    fn eval<V: Lanes>(&self, x: &[V], y: &mut [V]) {
        let phase = x[0] + x[1] * V::splat(2.0) + x[2] * V::splat(3.0);
        let (_, cos) = phase.sin_cos();
        y[0] = cos * (-(x[0] * x[1] * x[2])).exp();
    }
}

fn main() -> Result<(), fubini::Error> {
    let by_point = scalar(3, |x| (x[0] + 2.0 * x[1] + 3.0 * x[2]).cos() * (-x[0] * x[1] * x[2]).exp());
    let domain = Domain::new(&[(0.0, 10.0); 3])?;
    let options = Options::default().rtol(1e-5).threads(1);
    let slow = Cuhre::default().integrate(&by_point, &domain, &options)?;
    let fast = Cuhre::default().integrate(&Simd(Wave), &domain, &options)?;
    println!("by point {} in {:.3} s", slow.integrals[0], slow.seconds);
    println!("by eight {} in {:.3} s", fast.integrals[0], fast.seconds);
    let apart = (slow.integrals[0].value - fast.integrals[0].value).abs();
    assert!(apart <= slow.integrals[0].error + fast.integrals[0].error);
    Ok(())
}
