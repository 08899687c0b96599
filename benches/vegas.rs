//! What VEGAS costs beyond the integrand, in nanoseconds per point, and what a second thread saves.
//!
//! `cargo bench --bench vegas`. Each figure is that of a whole run of twenty million points, training included, less the
//! time inside the integrand, which the report states. By part: a run without strata and training has only random
//! numbers, the lookup in the map and the sums; what strata add, and what training adds, are the differences to runs
//! that have them. Rows of 3, 6 and 10 variables have a sum of the variables as integrand, so that little but the engine
//! is left; `helium` is that of the flagship in spherical coordinates, with two components and their ratio, and there the
//! change of coordinates counts as engine. The last column is the time of one thread over that of two, integrand
//! included, from runs that must agree to the bit.
//!
//! Runs of all kinds take turns and the least time of each counts: what disturbs a machine only ever adds. A harness
//! that times one closure at a time, such as criterion's, can neither subtract the integrand nor alternate, hence a
//! plain `main`. Every run asserts its answer.

use fubini::algorithms::simd::Lanes;
use fubini::algorithms::{Domain, Integrator, LaneIntegrand, Options, Report, Simd, Vegas};
use fubini::atoms::{self, Frame, Helium};

const POINTS: u64 = 20_000_000;
const ROUNDS: usize = 7;
/// Of the engine: name, α, β.
const KINDS: [(&str, f64, f64); 4] = [
    ("numbers, map, sums", 0.0, 0.0),
    ("and training", 0.75, 0.0),
    ("strata, no training", 0.0, 0.75),
    ("everything", 0.75, 0.75),
];

/// The sum of `dim` variables.
struct Total(usize);

impl LaneIntegrand for Total {
    fn dim(&self) -> usize {
        self.0
    }

    fn components(&self) -> usize {
        1
    }

    #[inline(always)]
    fn eval<V: Lanes>(&self, x: &[V], y: &mut [V]) {
        y[0] = x.iter().fold(V::splat(0.0), |sum, x| sum + *x);
    }
}

/// Least nanoseconds per point so far.
#[derive(Clone, Copy)]
struct Least {
    engine: f64,
    one: f64,
    two: f64,
}

fn main() {
    println!("{:10} {:20} {:>12} {:>12}", "variables", "engine", "ns/point", "1 / 2 threads");
    let helium = atoms::helium(Helium { alpha: 2.0, beta: 0.15, charge: 2.0 }, Frame::Spherical).unwrap();
    let exact = helium.exact().unwrap();
    for dim in [3, 6, 10] {
        measure(&dim.to_string(), |vegas, options| {
            let report = vegas.integrate(&Simd(Total(dim)), &Domain::unit(dim), options).unwrap();
            let found = report.integrals[0];
            assert!((found.value - dim as f64 / 2.0).abs() <= 5.0 * found.error, "{found:?}");
            report
        });
    }
    measure("helium", |vegas, options| {
        let options = options.clone().ratio(0, 1);
        let report = vegas.integrate(helium.integrand.as_ref(), helium.coordinates.as_ref(), &options).unwrap();
        let found = report.ratio().unwrap();
        assert!((found.value - exact).abs() <= 5.0 * found.error, "{found:?}");
        report
    });
}

/// Prints a row for every kind of engine.
fn measure(name: &str, run: impl Fn(&Vegas, &Options) -> Report) {
    let mut least = [Least { engine: f64::INFINITY, one: f64::INFINITY, two: f64::INFINITY }; KINDS.len()];
    for _ in 0..ROUNDS {
        for (least, (_, alpha, beta)) in least.iter_mut().zip(KINDS) {
            let vegas = Vegas::default().alpha(alpha).beta(beta);
            let with = |threads| run(&vegas, &Options::default().rtol(0.0).max_evals(POINTS).threads(threads));
            let [one, two] = [with(1), with(2)];
            assert_eq!(one.integrals, two.integrals, "threads have changed a bit");
            let per_point = |seconds: f64| seconds * 1e9 / POINTS as f64;
            least.engine = least.engine.min(per_point(one.seconds - one.integrand_seconds));
            least.one = least.one.min(per_point(one.seconds));
            least.two = least.two.min(per_point(two.seconds));
        }
    }
    for (least, (kind, ..)) in least.iter().zip(KINDS) {
        println!("{name:10} {kind:20} {:12.2} {:12.2}", least.engine, least.one / least.two);
    }
}
