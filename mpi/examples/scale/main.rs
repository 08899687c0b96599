//! How far more ranks help: measured on one rank, simulated for up to 10,000.
//!
//! ```sh
//! cargo run --release -p fubini-mpi --example scale               # the table
//! mpirun -n 2 target/release/examples/scale                       # the same runs on two ranks, to hold against it
//! ```
//!
//! A run is a list of rounds: pieces of work, and bytes that all ranks are told. Both are taken down here from a run on two ranks that are
//! threads, and the time of pieces and books from one on a single rank. The simulation follows every rank through every round, as
//! `parallel/flow.rs` orders them: the shares of round k are evaluated while those of round k − 1 are on their way. Pieces take their
//! measured time, give or take a tenth; a round takes its latency times log2 of the ranks, and its bytes through one link.

mod table;

use fubini::algorithms::{Cuhre, Qmc, Vegas};
use fubini::algorithms::{Domain, Integrator, LaneIntegrand, Options, Part, Profile, Simd, simd, vector};
use fubini::atoms::{Family, Frame, Helium};
use fubini::{Problem, Report};
use std::ops::ControlFlow;
use std::time::{Duration, Instant};
use table::{Round, record};

/// Of a network for clusters: seconds for a message to the next rank, and bytes a second through a link.
const LATENCY: f64 = 2e-6;
const LINK: f64 = 1e10;
/// Between two processes of one machine.
const NEAR: (f64, f64) = (1e-6, 5e9);
/// Part by which the time of a piece varies.
const JITTER: f64 = 0.1;
const RANKS: [usize; 8] = [1, 2, 8, 32, 128, 512, 2048, 10_000];

/// A run that is measured.
struct Case {
    name: &'static str,
    /// Seconds a point, where it is not as measured.
    slow: Option<f64>,
    run: fn(&Options) -> Report,
}

/// A normal distribution in ten variables, narrower from one to the next.
struct Peak;

impl LaneIntegrand for Peak {
    fn dim(&self) -> usize {
        10
    }

    fn components(&self) -> usize {
        1
    }

    #[inline(always)]
    fn eval<V: simd::Lanes>(&self, x: &[V], y: &mut [V]) {
        let square = |(x, d): (&V, u8)| {
            let z = (*x - V::splat(0.5)) * V::splat(1.0 + 0.5 * f64::from(d));
            z * z
        };
        let sum = x.iter().zip(0..).map(square).fold(V::splat(0.0), |sum, square| sum + square);
        y[0] = (V::splat(0.0) - sum).exp();
    }
}

fn helium(options: &Options) -> Report {
    let frame = Frame::named(Some("cartesian"), Some(8.0), 2).expect("a box");
    let problem: Problem = Family::helium(Helium { alpha: 2.0, beta: 0.15, charge: 2.0 }, frame).problem(&[]).expect("helium");
    let options = problem.options(&options.clone().rtol(1e-6).max_evals(20_000_000));
    problem.integrate(&Cuhre::default(), &options, &mut |_| ControlFlow::Continue(())).expect("a run")
}

fn vegas(options: &Options) -> Report {
    let options = options.clone().rtol(0.0).max_evals(20_000_000);
    Vegas::default().integrate(&Simd(Peak), &Domain::unit(10), &options).expect("a run")
}

fn qmc(options: &Options) -> Report {
    let options = options.clone().rtol(0.0).max_evals(20_000_000);
    Qmc::default().integrate(&Simd(Peak), &Domain::unit(10), &options).expect("a run")
}

/// Cuhre on a kink, on which it spends all.
fn kink(options: &Options, pause: Duration) -> Report {
    let f = vector(4, 1, move |x, y| {
        let start = Instant::now();
        y[0] = (x[0] + x[1] * x[2] - x[3]).abs();
        while start.elapsed() < pause {}
    });
    Cuhre::default().integrate(&f, &Domain::unit(4), &options.clone().rtol(0.0).max_evals(2_000_000)).expect("a run")
}

const CASES: [Case; 4] = [
    Case { name: "helium in a box, cuhre", slow: None, run: helium },
    Case { name: "10-D, vegas", slow: None, run: vegas },
    Case { name: "10-D, qmc", slow: None, run: qmc },
    Case { name: "1 ms a point, cuhre", slow: Some(1e-3), run: |options| kink(options, Duration::ZERO) },
];

/// What can be run on real ranks: the last one with a microsecond a point in place of a millisecond.
const REAL: [Case; 4] = [
    CASES[0].copy(),
    CASES[1].copy(),
    CASES[2].copy(),
    Case { name: "1 µs a point, cuhre", slow: None, run: |options| kink(options, Duration::from_micros(1)) },
];

impl Case {
    const fn copy(&self) -> Case {
        Case { name: self.name, slow: self.slow, run: self.run }
    }
}

/// Seconds on a single rank: at pieces, and at all else.
fn measured(case: &Case) -> (f64, f64, u64) {
    let best = |_| {
        let profile = Profile::start();
        let report = (case.run)(&Options::default().threads(1).profile(profile.clone()));
        let part = |part: Part| profile.times()[0][part as usize].as_secs_f64();
        (part(Part::Integrand) + part(Part::Points), part(Part::Books), report.evaluations)
    };
    // The least of three: others may have been at work on the machine.
    let runs = [0, 1, 2].map(best);
    runs.into_iter().min_by(|a, b| (a.0 + a.1).total_cmp(&(b.0 + b.1))).expect("three runs")
}

/// Seconds of a run on so many ranks.
fn simulated(rounds: &[Round], work: f64, books: f64, carry: f64, ranks: usize, (latency, link): (f64, f64)) -> f64 {
    let pieces = rounds.iter().map(|round| round.pieces).sum::<usize>() as f64;
    let (piece, book) = (work / pieces, books / rounds.len() as f64);
    let hops = (ranks as f64).log2();
    let mut free = vec![0.0_f64; ranks];
    let (mut noise, mut arrived, mut unread) = (0x9e37_79b9_7f4a_7c15_u64, 0.0_f64, 0.0);
    for round in rounds {
        let mut sent = 0.0_f64;
        for (rank, free) in free.iter_mut().enumerate() {
            let share = (round.pieces + ranks - 1 - (rank + ranks - round.start % ranks) % ranks) / ranks;
            if share > 0 {
                noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let uniform = (noise >> 11) as f64 / (1_u64 << 53) as f64;
                *free += piece * share as f64 * (1.0 + JITTER * (2.0 * uniform - 1.0) / (share as f64).sqrt());
            }
            sent = sent.max(*free);
            // Then the round before is entered, once it is there.
            *free = free.max(arrived) + book + unread;
        }
        let bytes = if ranks == 1 { 0.0 } else { round.bytes as f64 };
        arrived = sent + hops * latency + bytes / link;
        unread = bytes * carry;
    }
    free.into_iter().fold(arrived, f64::max)
}

fn main() {
    let told = fubini_mpi::run(|team| {
        if team.ranks() > 1 {
            for case in &REAL {
                let seconds = |_| {
                    // Together.
                    team.gather(Vec::new());
                    let start = Instant::now();
                    (case.run)(&Options::default().threads(1).team(team.clone()));
                    start.elapsed().as_secs_f64()
                };
                let least = [0, 1, 2].map(seconds).into_iter().fold(f64::INFINITY, f64::min);
                if team.rank() == 0 {
                    println!("{:<24} {} ranks: {least:.3} s", case.name, team.ranks());
                }
            }
            return;
        }
        print_table();
    });
    told.unwrap_or_else(|error| eprintln!("error: {error}"));
}

/// Prints what is simulated.
fn print_table() {
    println!("{:<24} {:>10} {:>8} {:>8} {:>9} {:>9}", "", "points", "rounds", "B/point", "1 rank/s", "2 near/s");
    let mut tables = Vec::new();
    for case in REAL.iter().chain(&CASES[3..]) {
        let (mut work, mut books, points) = measured(case);
        if let Some(slow) = case.slow {
            work = slow * points as f64;
        }
        let (rounds, carry) = record(case.run);
        let bytes = rounds.iter().map(|round| round.bytes).sum::<usize>();
        books = books.max(0.0);
        let near = simulated(&rounds, work, books, carry, 2, NEAR);
        let (name, per) = (case.name, bytes as f64 / points as f64);
        println!("{name:<24} {points:>10} {:>8} {per:>8.2} {:>9.3} {near:>9.3}", rounds.len(), work + books);
        let alone = simulated(&rounds, work, books, carry, 1, (LATENCY, LINK));
        let speed = |ranks| alone / simulated(&rounds, work, books, carry, ranks, (LATENCY, LINK));
        tables.push((name, RANKS.map(speed)));
    }
    print!("\n{:<24}", "times as fast on ranks");
    RANKS.iter().for_each(|ranks| print!(" {ranks:>7}"));
    println!();
    for (name, speeds) in tables {
        print!("{name:<24}");
        speeds.iter().for_each(|speed| print!(" {speed:>7.1}"));
        println!();
    }
}
