//! A method of one's own: plain Monte Carlo on one thread, without ratios and without a state to go on from.
//!
//! Domains, infinite limits, bad requests and times are taken care of before [`Integrator::refine`] is called; the method sees
//! the unit cube.
//!
//! `cargo run --release --example own_integrator`

use fubini::streams::{stream, uniform};
use fubini::{Domain, Error, ErrorKind, Estimate, Integrator, Observer, Options, Progress, Pullback, Report, Snapshot, Stop};
use fubini::{Tally, Workspace, scalar};
use std::sync::atomic::{AtomicU32, Ordering};

/// Points of a piece.
const PIECE: u64 = 4096;

struct PlainMonteCarlo;

impl Integrator for PlainMonteCarlo {
    fn name(&self) -> &'static str {
        "plain"
    }

    fn error_kind(&self) -> ErrorKind {
        ErrorKind::StandardDeviation
    }

    fn refine(&self, f: &Pullback<'_>, options: &Options, observer: &mut Observer<'_>) -> Result<Report, Error> {
        if options.max_evals < PIECE {
            let (method, max_evals, dim) = (self.name(), options.max_evals, f.dim());
            return Err(Error::Budget { method, max_evals, needed: PIECE, dim });
        }
        if options.resume.is_some() {
            return Err(Error::State { reason: format!("{} saves none", self.name()) });
        }
        let (mut workspace, mut tally) = (Workspace::default(), Tally::default());
        let (mut sums, mut estimates) = (vec![[0.0; 2]; f.components()], vec![Estimate::default(); f.components()]);
        let mut stop = Stop::Budget;
        for piece in 0..options.max_evals / PIECE {
            f.prepare(&mut workspace, PIECE as usize);
            let mut random = stream(options.seed, 0, piece);
            for d in 0..f.dim() {
                workspace.points.column_mut(d).fill_with(|| uniform(&mut random));
            }
            let found = f.eval(&mut workspace);
            if f.is_interrupted() {
                // The piece may hold zeros that nobody has computed.
                stop = Stop::Cancelled;
                break;
            }
            tally.merge(found);
            tally.check(false)?;
            let n = ((piece + 1) * PIECE) as f64;
            for (c, ([sum, square], estimate)) in sums.iter_mut().zip(&mut estimates).enumerate() {
                for value in workspace.values.column(c) {
                    (*sum, *square) = (*sum + value, *square + value * value);
                }
                let mean = *sum / n;
                *estimate = Estimate { value: mean, error: ((*square / n - mean * mean).max(0.0) / (n - 1.0)).sqrt() };
            }
            let excess = estimates.iter().map(|e| e.error / options.tolerance(e.value)).fold(0.0, f64::max);
            if excess <= 1.0 {
                stop = Stop::Converged;
                break;
            }
            // Without a state of its own it cannot be resumed.
            let snapshot = Snapshot::new(&Vec::new);
            if observer(Progress::new(tally.evaluations, options, &estimates, excess, snapshot)).is_break() {
                stop = Stop::Cancelled;
                break;
            }
        }
        tally.check(stop != Stop::Cancelled)?;
        Ok(Report::new(estimates, tally.evaluations, stop))
    }
}

fn main() -> Result<(), Error> {
    let f = scalar(8, |x| x.iter().product());
    let report = PlainMonteCarlo.integrate(&f, &Domain::over(vec![0.0..2.0; 8])?, &Options::default().rtol(1e-2))?;
    println!("{report}; exact 256");
    assert!(report.converged() && (report.integrals[0].value - 256.0).abs() < 4.0 * report.integrals[0].error);

    // An interrupt in the middle of a run leaves what was found before.
    let asked = AtomicU32::new(0);
    let options = Options::default().rtol(1e-3).interrupt(move || asked.fetch_add(1, Ordering::Relaxed) > 20);
    let report = PlainMonteCarlo.integrate(&f, &Domain::over(vec![0.0..2.0; 8])?, &options)?;
    println!("{report}");
    assert!(report.stop == Stop::Cancelled && (report.integrals[0].value - 256.0).abs() < 4.0 * report.integrals[0].error);
    Ok(())
}
