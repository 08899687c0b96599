//! This project's part of the comparison: one case, given as key=value arguments, answered by lines of JSON.
//!
//! `compare instances` prints the random members of the Genz families with their exact values, which the driver
//! (run.py) hands to every library. Otherwise the arguments are those of the programs in C beside this file: method,
//! problem, rtol (one or more, tried while they are met), seeds, threads, max_evals, c, w; and `target`, each or ratio.

#[allow(dead_code, reason = "the calibration uses the rest")]
#[path = "../../algorithms/examples/calibrate/exact.rs"]
mod exact;
#[allow(dead_code, reason = "the calibration uses the rest")]
#[path = "../../algorithms/examples/calibrate/families.rs"]
mod families;

use families::{Family, Problem as Genz};
use fubini::algorithms::coordinates::{AxisMap, Coordinates, Spherical};
use fubini::algorithms::simd::Lanes;
use fubini::algorithms::{Columns, Domain, Integrand, LaneIntegrand, Options, Report, Simd, Stop};
use fubini::atoms::{self, Frame, Helium, Hydrogen};
use fubini::methods;
use rustix::time::{ClockId, clock_gettime};
use serde_json::json;
use std::collections::HashMap;
use std::error::Error;
use std::hint::black_box;
use std::time::Instant;

const HELIUM: Helium = Helium { alpha: 2.0, beta: 0.15, charge: 2.0 };
const HYDROGEN: Hydrogen = Hydrogen { beta: 0.1 };
/// Seed of the Genz parameters; the calibration of the error estimates used others.
const SEED: u64 = 20_171_121;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let given: HashMap<&str, &str> = arguments.iter().filter_map(|a| a.split_once('=')).collect();
    match arguments.first().map(String::as_str) {
        Some("instances") => instances(&given),
        _ => run(&given),
    }
}

/// Prints `count` members of every family in each of `dims` dimensions.
fn instances(given: &HashMap<&str, &str>) -> Result<(), Box<dyn Error>> {
    let count: u64 = given["count"].parse()?;
    for dim in numbers(given, "dims")? {
        for family in &Family::ALL[..6] {
            for index in 0..count {
                let problem = Genz::random(*family, dim as usize, 1.0, SEED, index);
                let name = format!("genz_{}_{dim}", family.number());
                println!("{}", json!({"problem": name, "c": problem.c, "w": problem.w, "exact": problem.exact()}));
            }
        }
    }
    Ok(())
}

/// Runs one case: every seed, and for each the tolerances in turn until one is not met.
fn run(given: &HashMap<&str, &str>) -> Result<(), Box<dyn Error>> {
    let problem = Problem::named(given)?;
    let integrator = methods::integrator(given["method"], &[])?;
    let integrand = problem.integrand();
    let bare = bare(integrand.as_ref());
    let seeds = if given.contains_key("seeds") { numbers(given, "seeds")? } else { vec![0.0] };
    for seed in seeds {
        for rtol in numbers(given, "rtol")? {
            let options = Options::default().rtol(rtol).seed(seed as u64).threads(given["threads"].parse()?);
            let options = options.max_evals(given["max_evals"].parse::<f64>()? as u64);
            let options = if given.get("target") == Some(&"ratio") { options.ratio(0, 1) } else { options };
            let (start, cpu) = (Instant::now(), cpu_seconds());
            let report = integrator.integrate(integrand.as_ref(), problem.coordinates.as_ref(), &options)?;
            let (seconds, cpu_seconds) = (start.elapsed().as_secs_f64(), cpu_seconds() - cpu);
            println!(
                "{}",
                json!({
                    "version": env!("CARGO_PKG_VERSION"), "interface": "batch", "rtol": rtol, "seed": seed as u64,
                    "evaluations": report.evaluations,
                    "values": report.integrals.iter().map(|e| e.value).collect::<Vec<_>>(),
                    "errors": report.integrals.iter().map(|e| e.error).collect::<Vec<_>>(),
                    "ratio": report.ratio().map(|e| [e.value, e.error]),
                    "seconds": seconds, "cpu_seconds": cpu_seconds, "bare_ns": bare,
                    "peak_memory": peak_memory()?, "status": status(&report),
                })
            );
            if report.stop != Stop::Converged {
                break;
            }
        }
    }
    Ok(())
}

/// Where a problem lives, and what is integrated there.
struct Problem {
    kind: Kind,
    /// Which component, where there are two and one is asked for.
    only: Option<usize>,
    coordinates: Box<dyn Coordinates>,
}

enum Kind {
    Helium,
    Hydrogen,
    Trivial,
    Genz(Genz),
}

impl Problem {
    /// `helium_box_both`, `hydrogen_spherical_numerator`, `trivial`, `genz_4_5`, ….
    fn named(given: &HashMap<&str, &str>) -> Result<Problem, Box<dyn Error>> {
        let words: Vec<&str> = given["problem"].split('_').collect();
        let sphere = |particles, radius| Box::new(Spherical::new(particles, AxisMap::Interval { lo: 0.0, hi: radius }));
        let (kind, coordinates): (Kind, Box<dyn Coordinates>) = match words[..] {
            ["helium", "box", _] => (Kind::Helium, atoms::helium(HELIUM, Frame::Box(30.0))?.coordinates),
            ["helium", "spherical", _] => (Kind::Helium, sphere(2, 8.0)),
            ["helium", "mapped", _] => (Kind::Helium, atoms::helium(HELIUM, Frame::Spherical)?.coordinates),
            ["helium", "perimetric", _] => (Kind::Helium, atoms::helium(HELIUM, Frame::Perimetric)?.coordinates),
            ["helium", "triangle", _] => (Kind::Helium, atoms::helium(HELIUM, Frame::Triangle)?.coordinates),
            ["hydrogen", "box", _] => (Kind::Hydrogen, atoms::hydrogen(HYDROGEN, Frame::Box(30.0))?.coordinates),
            ["hydrogen", "spherical", _] => (Kind::Hydrogen, sphere(1, 10.0)),
            ["hydrogen", "mapped", _] => (Kind::Hydrogen, atoms::hydrogen(HYDROGEN, Frame::Spherical)?.coordinates),
            ["trivial"] => (Kind::Trivial, Box::new(Domain::unit(6))),
            ["genz", family, dim] => {
                let (family, dim) = (Family::ALL[family.parse::<usize>()? - 1], dim.parse()?);
                (Kind::Genz(Genz::new(family, numbers(given, "c")?, numbers(given, "w")?)), Box::new(Domain::unit(dim)))
            }
            _ => return Err(format!("{}: no such problem", given["problem"]).into()),
        };
        let only = match words.last() {
            Some(&"numerator") => Some(0),
            Some(&"denominator") => Some(1),
            _ => None,
        };
        Ok(Problem { kind, only, coordinates })
    }

    fn integrand(&self) -> Box<dyn Integrand + '_> {
        match (&self.kind, self.only) {
            (Kind::Helium, None) => Box::new(Simd(HELIUM)),
            (Kind::Helium, Some(0)) => Box::new(Simd(Only::<0, _>(HELIUM))),
            (Kind::Helium, _) => Box::new(Simd(Only::<1, _>(HELIUM))),
            (Kind::Hydrogen, None) => Box::new(Simd(HYDROGEN)),
            (Kind::Hydrogen, Some(0)) => Box::new(Simd(Only::<0, _>(HYDROGEN))),
            (Kind::Hydrogen, _) => Box::new(Simd(Only::<1, _>(HYDROGEN))),
            (Kind::Trivial, _) => Box::new(Simd(Trivial)),
            (Kind::Genz(genz), _) => Box::new(genz.integrand()),
        }
    }
}

/// One of two components.
struct Only<const COMPONENT: usize, F>(F);

impl<const COMPONENT: usize, F: LaneIntegrand> LaneIntegrand for Only<COMPONENT, F> {
    fn dim(&self) -> usize {
        self.0.dim()
    }

    fn components(&self) -> usize {
        1
    }

    #[inline(always)]
    fn eval<V: Lanes>(&self, x: &[V], y: &mut [V]) {
        let mut both = [V::splat(0.0); 2];
        self.0.eval(x, &mut both);
        y[0] = both[COMPONENT];
    }
}

/// max(Σ x − 2.2, 0) in six variables: next to no work, and a kink that keeps every rule busy.
struct Trivial;

impl LaneIntegrand for Trivial {
    fn dim(&self) -> usize {
        6
    }

    fn components(&self) -> usize {
        1
    }

    #[inline(always)]
    fn eval<V: Lanes>(&self, x: &[V], y: &mut [V]) {
        let sum = x[1..6].iter().fold(x[0], |sum, x| sum + *x);
        y[0] = (sum - V::splat(2.2)).max(V::splat(0.0));
    }
}

/// How the run ended. A result that fubini itself warns of makes no claim.
fn status(report: &Report) -> &'static str {
    match report.stop {
        Stop::Converged if report.suspect.is_some() => "suspect",
        Stop::Converged => "converged",
        Stop::Budget => "budget",
        _ => "failed",
    }
}

/// Numbers separated by commas.
fn numbers(given: &HashMap<&str, &str>, key: &str) -> Result<Vec<f64>, Box<dyn Error>> {
    let list = given.get(key).ok_or(format!("{key} is missing"))?;
    Ok(list.split(',').map(str::parse).collect::<Result<_, _>>()?)
}

/// Seconds of CPU that this process has used.
fn cpu_seconds() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + 1e-9 * time.tv_nsec as f64
}

/// Peak resident memory in MB (VmHWM).
fn peak_memory() -> Result<f64, Box<dyn Error>> {
    let text = std::fs::read_to_string("/proc/self/status")?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM in /proc/self/status")?;
    let kilobytes: f64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kilobytes * 1.024e-3)
}

/// Nanoseconds of CPU per point of the bare integrand, without coordinates; best of several batches.
fn bare(integrand: &dyn Integrand) -> f64 {
    const POINTS: usize = 1024;
    let (mut points, mut values) = (Columns::default(), Columns::default());
    points.reset(integrand.dim(), POINTS);
    values.reset(integrand.components(), POINTS);
    for d in 0..integrand.dim() {
        let step = (2.0 + d as f64).sqrt();
        points.column_mut(d).iter_mut().enumerate().for_each(|(i, x)| *x = 0.4 + 0.2 * ((i + 1) as f64 * step).fract());
    }
    points.pad();
    let round = |_| {
        let start = cpu_seconds();
        for _ in 0..20 {
            integrand.eval(black_box(points.points(integrand.dim())), &mut values.values());
            black_box(&values);
        }
        (cpu_seconds() - start) * 1e9 / (20 * POINTS) as f64
    };
    (0..30).map(round).fold(f64::INFINITY, f64::min)
}
