//! A method of one's own: plain Monte Carlo, as the smallest integrator that keeps the promises of the others.
//!
//! Domains, infinite limits, bad requests and times are taken care of before [`Integrator::refine`] is called; the method sees
//! the unit cube. The same request gives the same bits on any number of threads, for points come in pieces with streams of
//! their own.
//!
//! `cargo run --release --example own_integrator`

use fubini::streams::{stream, uniform};
use fubini::{Domain, Error, ErrorKind, Estimate, Integrator, Observer, Options, Progress, Pullback, Report, Snapshot, Stop};
use fubini::{Tally, Workspace, scalar};

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
        let (mut workspace, mut tally) = (Workspace::default(), Tally::default());
        let (mut sums, mut estimates) = (vec![[0.0; 2]; f.components()], vec![Estimate::default(); f.components()]);
        let mut stop = Stop::Budget;
        for piece in 0..options.max_evals / PIECE {
            f.prepare(&mut workspace, PIECE as usize);
            let mut random = stream(options.seed, 0, piece);
            for d in 0..f.dim() {
                workspace.points.column_mut(d).fill_with(|| uniform(&mut random));
            }
            tally.merge(f.eval(&mut workspace));
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
        tally.check(true)?;
        Ok(Report::new(estimates, tally.evaluations, stop))
    }
}

fn main() -> Result<(), Error> {
    let f = scalar(8, |x| x.iter().product());
    let report = PlainMonteCarlo.integrate(&f, &Domain::over(vec![0.0..2.0; 8])?, &Options::default().rtol(1e-2))?;
    println!("{report}; exact 256");
    assert!(report.converged() && (report.integrals[0].value - 256.0).abs() < 4.0 * report.integrals[0].error);
    Ok(())
}
