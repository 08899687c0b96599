//! What the engine itself costs: nanoseconds per point of a whole run, less those of the bare integrand on batches of the same
//! size, on one core, in CPU time.
//!
//! `cargo bench --bench engine`. Every method runs in 3, 6 and 10 dimensions with an integrand that costs next to nothing
//! (a kink across the cube, so that refinement never ends), and in six with helium: over a box, and in perimetric coordinates,
//! where the figure includes the change of variables. Runs are given a tolerance that they cannot meet, so that they spend
//! their budget; each result is held against the exact value. Whole runs and bare evaluations alternate, and the median of
//! their ratios is what counts: a shared machine slows down both. `engine` is that ratio less one, in units of the quickest
//! bare evaluation.
//!
//! Then: the same runs on one and on two threads, bits compared, and beside them two runs at once that have nothing to do
//! with each other, which is all that the second core is worth; a faster integrand (how much of what SIMD saves the
//! integrand arrives in the whole run); and regions by the million, whose cost must grow like N log N.

use fubini::algorithms::coordinates::Coordinates;
use fubini::algorithms::{
    Columns, Cuhre, Detail, Domain, GenzMalik, Integrand, Integrator, LaneIntegrand, Options, Qmc, QmcMap, Report, Simd, Target,
    Vegas, scalar, vector,
};
use fubini::atoms::{self, Frame, Helium};
use rustix::time::{ClockId, clock_gettime};
use std::hint::black_box;
use std::time::Instant;

const POINTS: u64 = 3_000_000;
const LONG: u64 = 5_000_000;
const ROUNDS: usize = 9;
const HELIUM: Helium = Helium { alpha: 2.0, beta: 0.15, charge: 2.0 };

/// |Σ x_d − dim/2|.
struct Cheap(usize);

impl Cheap {
    /// The mean deviation of a sum of uniform variables (J. O. Irwin, Biometrika 19 (1927) 225).
    fn exact(&self) -> f64 {
        let n = self.0 as i32;
        let (mut binomial, mut sum) = (1.0, 0.0);
        for k in 0..=n / 2 {
            sum += f64::from(1 - 2 * (k % 2)) * binomial * (0.5 * f64::from(n) - f64::from(k)).powi(n + 1);
            binomial *= f64::from(n - k) / f64::from(k + 1);
        }
        2.0 * sum / (1..=n + 1).map(f64::from).product::<f64>()
    }
}

impl LaneIntegrand for Cheap {
    fn dim(&self) -> usize {
        self.0
    }

    fn components(&self) -> usize {
        1
    }

    #[inline(always)]
    fn eval<V: fubini::algorithms::simd::Lanes>(&self, x: &[V], y: &mut [V]) {
        y[0] = x.iter().fold(V::splat(-0.5 * self.0 as f64), |sum, x| sum + *x).abs();
    }
}

fn methods() -> [(&'static str, Box<dyn Integrator>); 6] {
    [
        ("genz-malik", Box::new(GenzMalik::default())),
        ("cuhre", Box::new(Cuhre::default())),
        ("vegas", Box::new(Vegas::default())),
        ("vegas, no strata", Box::new(Vegas::default().beta(0.0))),
        ("qmc, no map", Box::new(Qmc::default().map(QmcMap::Off))),
        ("qmc, map", Box::new(Qmc::default().map(QmcMap::On))),
    ]
}

fn main() {
    let only: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    let wanted = |part: &str| only.is_empty() || only.iter().any(|o| o == part);
    if wanted("cost") {
        cost();
    }
    if wanted("threads") {
        threads();
    }
    if wanted("simd") {
        faster_integrand();
    }
    if wanted("regions") {
        regions();
    }
}

/// Engine cost per point.
fn cost() {
    println!("{:18} {:34} {:>9} {:>9} {:>9}  ns/point {:>11}", "method", "integrand", "whole", "bare", "engine", "engine/bare");
    for (name, method) in methods() {
        for dim in [3, 6, 10] {
            let (f, domain) = (Simd(Cheap(dim)), Domain::unit(dim));
            row(name, &format!("kink in {dim} variables"), method.as_ref(), &f, &domain, Some(Cheap(dim).exact()));
        }
        for frame in [Frame::Box(10.0), Frame::Perimetric] {
            let problem = atoms::helium(HELIUM, frame).unwrap();
            let label = format!("helium, {}", problem.coordinates.name());
            row(name, &label, method.as_ref(), problem.integrand.as_ref(), problem.coordinates.as_ref(), None);
        }
    }
}

fn row(name: &str, label: &str, method: &dyn Integrator, f: &dyn Integrand, domain: &dyn Coordinates, exact: Option<f64>) {
    let (mut whole, mut bare, mut ratios) = (f64::INFINITY, f64::INFINITY, Vec::new());
    for _ in 0..ROUNDS {
        let start = cpu_seconds();
        let report = run(method, f, domain, &options(1));
        let here = (cpu_seconds() - start) * 1e9 / report.evaluations as f64;
        let alone = bare_ns(f);
        (whole, bare) = (whole.min(here), bare.min(alone));
        ratios.push(here / alone);
        let Some(exact) = exact else { continue };
        let found = report.integrals[0];
        assert!((found.value - exact).abs() <= 4.0 * found.error + 1e-9 * exact, "{name} {label}: {found:?}, exact {exact}");
    }
    let share = median(ratios) - 1.0;
    println!("{name:18} {label:34} {whole:9.2} {bare:9.2} {:9.2} {share:20.2}", share * bare);
}

/// A budget that is used up: the tolerance is met by nothing.
fn options(threads: usize) -> Options {
    Options::default().rtol(0.0).max_evals(POINTS).threads(threads)
}

fn run(method: &dyn Integrator, f: &dyn Integrand, domain: &dyn Coordinates, options: &Options) -> Report {
    method.integrate(f, domain, options).unwrap()
}

/// The integrand alone, on batches as the engine makes them.
fn bare_ns(f: &dyn Integrand) -> f64 {
    const BATCH: usize = 1024;
    const REPEATS: usize = 200;
    let (mut points, mut values) = (Columns::default(), Columns::default());
    points.reset(f.dim(), BATCH);
    values.reset(f.components(), BATCH);
    for d in 0..f.dim() {
        let step = (2.0 + d as f64).sqrt();
        points.column_mut(d).iter_mut().enumerate().for_each(|(i, x)| *x = ((i + 1) as f64 * step).fract());
    }
    points.pad();
    let start = cpu_seconds();
    for _ in 0..REPEATS {
        f.eval(black_box(points.points(f.dim())), &mut values.values());
        black_box(&values);
    }
    (cpu_seconds() - start) * 1e9 / (REPEATS * BATCH) as f64
}

/// Seconds that this thread has computed: what a busy machine disturbs least.
fn cpu_seconds() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 + 1e-9 * time.tv_nsec as f64
}

/// The same bits on two threads, sooner; beside two runs of half the size at once.
fn threads() {
    println!("\n{:18} {:>12} {:>18}  helium in a box", "method", "two threads", "two runs at once");
    let problem = atoms::helium(HELIUM, Frame::Box(30.0)).unwrap();
    for (name, method) in methods() {
        let (mut shared, mut apart) = (Vec::new(), Vec::new());
        let spend = |threads: usize, points: u64| {
            let options = options(threads).max_evals(points).target(Target::Each);
            run(method.as_ref(), problem.integrand.as_ref(), problem.coordinates.as_ref(), &options)
        };
        for _ in 0..ROUNDS {
            let [one, two] = [1, 2].map(|threads| spend(threads, 2 * LONG));
            let bits = |r: &Report| r.integrals.iter().flat_map(|e| [e.value.to_bits(), e.error.to_bits()]).collect::<Vec<_>>();
            assert_eq!(bits(&one), bits(&two), "{name}");
            let start = Instant::now();
            std::thread::scope(|scope| {
                scope.spawn(|| spend(1, LONG));
                spend(1, LONG);
            });
            shared.push(one.seconds / two.seconds);
            apart.push(one.seconds / start.elapsed().as_secs_f64());
        }
        println!("{name:18} {:12.2} {:18.2}", median(shared), median(apart));
    }
}

/// Whole runs with a slow and with a fast form of the same integrand.
fn faster_integrand() {
    println!("\n{:18} {:>8} {:>8} {:>8}  helium, closure point by point over SIMD lanes", "method", "bare", "whole", "arrives");
    let fast = Simd(HELIUM);
    let slow = vector(6, 2, |x, y| {
        let length = |x: f64, y: f64, z: f64| (x * x + y * y + z * z).sqrt();
        let apart = [x[0] - x[3], x[1] - x[4], x[2] - x[5]];
        let (r1, r2, r12) = (length(x[0], x[1], x[2]), length(x[3], x[4], x[5]), length(apart[0], apart[1], apart[2]));
        let d = 1.0 / (1.0 + 0.15 * r12);
        let along = (0..3).fold(0.0, |sum, k| sum + (x[k] / r1 - x[k + 3] / r2) * apart[k]);
        let bracket = 0.15 * d - 0.25 * d * d + 0.3 + 0.0225 * r12 + along / r12;
        y[1] = (r12 * d - 4.0 * (r1 + r2)).exp();
        y[0] = (bracket * d * d - 4.0) * y[1];
    });
    let domain = Domain::centred(6, 10.0).unwrap();
    for (name, method) in methods() {
        let (mut bare, mut whole) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            bare.push(bare_ns(&slow) / bare_ns(&fast));
            let [s, f] = [&slow as &dyn Integrand, &fast].map(|f| run(method.as_ref(), f, &domain, &options(1)).seconds);
            whole.push(s / f);
        }
        let (bare, whole) = (median(bare), median(whole));
        println!("{name:18} {bare:8.2} {whole:8.2} {:8.2}", whole / bare);
    }
}

/// Regions by the million: their store and their queue.
fn regions() {
    println!("\n{:>10} {:>10} {:>14} {:>12}  genz-malik, kinks in 2-D", "regions", "seconds", "ns per region", "bytes/region");
    // Kinks along many lines: refinement never ends, and the work per point is nothing.
    let f = scalar(2, |x| ((37.0 * x[0] + 11.0 * x[1]).fract() - 0.5).abs());
    let mut last: Option<f64> = None;
    for doubling in 0..4 {
        let budget = 17 * 2 * (125_000 << doubling);
        let (mut seconds, mut count, mut bytes) = (f64::INFINITY, 0, 0);
        for _ in 0..3 {
            let report = run(&GenzMalik::default(), &f, &Domain::unit(2), &options(1).max_evals(budget));
            let Detail::Regions { regions, bytes_per_region, .. } = report.detail else { unreachable!() };
            (seconds, count, bytes) = (seconds.min(report.seconds), regions, bytes_per_region);
            assert!((report.integrals[0].value - 0.25).abs() < 1e-3);
        }
        let each = seconds * 1e9 / count as f64;
        println!("{count:10} {seconds:10.3} {each:14.0} {bytes:12}");
        // N log N would be 1.05 times as much per region; caches that overflow cost more.
        assert!(last.is_none_or(|last| each < 1.6 * last), "more than N log N");
        last = Some(each);
    }
}

fn median(mut list: Vec<f64>) -> f64 {
    list.sort_by(f64::total_cmp);
    list[list.len() / 2]
}
