//! What must not change a bit of a result, and what must.

use super::{all, bits, integrators, is_monte_carlo, peak, tolerance};
use fubini_algorithms::{Domain, Integrand, LaneIntegrand, Options, Points, Simd, Target, Values, scalar, simd, vector};
use std::sync::atomic::{AtomicU64, Ordering};

#[test]
fn threads_do_not_change_a_bit() {
    for integrator in all() {
        let f = vector(3, 2, |x, y| (y[0], y[1]) = (peak(x), peak(x) * x[0]));
        let plain = Options::default().max_evals(300_000);
        // The last one spends all: many regions, or samples, at a time.
        for options in [plain.clone().rtol(1e-4), plain.clone().rtol(1e-5).ratio(1, 0), plain.rtol(0.0)] {
            if integrator.name() == "vmc" && options.target == Target::Each {
                continue;
            }
            let run = |threads| bits(&integrator.integrate(&f, &Domain::unit(3), &options.clone().threads(threads)).unwrap());
            let one = run(1);
            for threads in [2, 3, 8] {
                assert_eq!(one, run(threads), "{} with {threads} threads", integrator.name());
            }
        }
    }
}

#[test]
fn the_batches_that_an_integrand_prefers_do_not_change_a_bit() {
    /// The peak, in batches of its own choice.
    struct Batched {
        preferred: usize,
        largest: AtomicU64,
    }
    impl Integrand for Batched {
        fn dim(&self) -> usize {
            3
        }
        fn preferred_batch(&self) -> usize {
            self.preferred
        }
        fn eval(&self, points: Points<'_>, values: &mut Values<'_>) {
            self.largest.fetch_max(points.len() as u64, Ordering::Relaxed);
            let mut x = [0.0; 3];
            for i in 0..points.len() {
                points.copy_point(i, &mut x);
                values.component(0)[i] = peak(&x);
            }
        }
    }
    for integrator in integrators() {
        let options = Options::default().rtol(tolerance(&*integrator).0 * 1e-1);
        let [plain, small, large] = [1024, 1, 20_000].map(|preferred| {
            let f = Batched { preferred, largest: AtomicU64::new(0) };
            let report = integrator.integrate(&f, &Domain::unit(3), &options).unwrap();
            (bits(&report), f.largest.into_inner())
        });
        assert!(plain.0 == small.0 && plain.0 == large.0, "{}", integrator.name());
        assert!(is_monte_carlo(&*integrator) || (small.1 < plain.1 && plain.1 < large.1), "{}: {large:?}", integrator.name());
    }
}

#[test]
fn reading_coordinates_from_tables_does_not_change_a_bit() {
    /// Two components of three variables.
    struct Lanes;
    impl LaneIntegrand for Lanes {
        fn dim(&self) -> usize {
            3
        }
        fn components(&self) -> usize {
            2
        }
        #[inline(always)]
        fn eval<V: simd::Lanes>(&self, x: &[V], y: &mut [V]) {
            y[0] = (x[0] * x[1] - x[2]).abs();
            y[1] = (x[1] + x[2] * V::splat(3.0) - x[0]).exp();
        }
    }
    /// The same, known by its points alone, and how often it was called.
    struct Plain(Simd<Lanes>, AtomicU64);
    impl Integrand for Plain {
        fn dim(&self) -> usize {
            self.0.dim()
        }
        fn components(&self) -> usize {
            self.0.components()
        }
        fn eval(&self, points: Points<'_>, values: &mut Values<'_>) {
            self.1.fetch_add(1, Ordering::Relaxed);
            self.0.eval(points, values);
        }
    }
    let half_line = Domain::new(&[(0.0, 1.0), (-1.0, 2.0), (f64::NEG_INFINITY, 0.0)]).unwrap();
    let options = Options::default().rtol(0.0).max_evals(100_000);
    for integrator in integrators() {
        for domain in [&Domain::unit(3), &half_line] {
            let plain = Plain(Simd(Lanes), AtomicU64::new(0));
            let read = integrator.integrate(&Simd(Lanes), domain, &options).unwrap();
            let written = integrator.integrate(&plain, domain, &options).unwrap();
            assert_eq!(bits(&read), bits(&written), "{}", integrator.name());
            assert!(plain.1.into_inner() > 0);
        }
    }
}

#[test]
fn seeds_matter_to_monte_carlo_alone() {
    // What is chosen by itself may be a rule.
    for integrator in integrators().into_iter().filter(|integrator| integrator.name() != "auto") {
        let run = |seed| {
            bits(&integrator.integrate(&scalar(2, peak), &Domain::unit(2), &Options::default().rtol(1e-3).seed(seed)).unwrap())
        };
        assert_eq!(run(1) == run(2), !is_monte_carlo(&*integrator), "{}", integrator.name());
    }
}
