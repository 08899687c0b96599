//! Coordinates and a method from outside, together and with those of the project.

use fubini_algorithms::simd::Lanes;
use fubini_algorithms::{Cuhre, ErrorKind, Integrator, LaneIntegrand, Options, Qmc, Simd, Vegas};
use fubini_outside::{Antithetic, Elliptic};

/// 1 and x².
struct Moments;

impl LaneIntegrand for Moments {
    fn dim(&self) -> usize {
        2
    }

    fn components(&self) -> usize {
        2
    }

    #[inline(always)]
    fn eval<V: Lanes>(&self, x: &[V], y: &mut [V]) {
        (y[0], y[1]) = (V::splat(1.0), x[0] * x[0]);
    }
}

#[test]
fn the_area_of_an_ellipse_and_its_moment_are_right_by_every_method() {
    let (focus, most) = (1.5, 0.8f64);
    let (long, short) = (focus * most.cosh(), focus * most.sinh());
    let area = std::f64::consts::PI * long * short;
    let methods: [&dyn Integrator; 4] = [&Cuhre::default(), &Qmc::default(), &Vegas::default(), &Antithetic];
    for method in methods {
        let (rtol, sigmas) = if method.error_kind() == ErrorKind::Bound { (1e-9, 1.0) } else { (1e-3, 4.0) };
        let report = method.integrate(&Simd(Moments), &Elliptic::new(focus, most), &Options::default().rtol(rtol)).unwrap();
        assert!(report.converged(), "{}: {report:?}", method.name());
        for (found, exact) in report.integrals.iter().zip([area, 0.25 * area * long * long]) {
            assert!((found.value - exact).abs() <= sigmas * found.error, "{}: {found:?}, exact {exact}", method.name());
        }
    }
}
