//! Plain Monte Carlo with antithetic pairs: a point u and its mirror image 1 − u make one value.
//!
//! Values of a pair that move in opposite directions cancel what they have too much and too little (J. M. Hammersley, K. W.
//! Morton, Math. Proc. Camb. Phil. Soc. 52 (1956) 449). Pairs are independent, so that their covariance over N is that of the
//! means, and that of a ratio follows by the delta method.

use fubini_algorithms::streams::{stream, uniform};
use fubini_algorithms::{
    Error, ErrorKind, Estimate, Integrator, Observer, Options, Progress, Pullback, Ratio, Report, Snapshot, Stop, Suspect, Tally,
    Target, Workspace,
};

/// Pairs of a batch.
const PAIRS: u64 = 512;
/// Pairs below which no error is believed.
const LEAST_PAIRS: u64 = 128;
/// Pairs that must have been zero before a zero integral is believed.
const ZERO_PAIRS: u64 = 100_000;

/// Plain Monte Carlo with antithetic pairs, on one thread and without a state to go on from.
pub struct Antithetic;

/// Sums over pairs, about the first one: a constant has no variance.
struct Sums {
    pairs: u64,
    first: Vec<f64>,
    means: Vec<f64>,
    /// Σ of products of deviations from the means, row by row (B. P. Welford, Technometrics 4 (1962) 419).
    products: Vec<f64>,
    seen: bool,
}

impl Sums {
    fn new(components: usize) -> Self {
        let zero = vec![0.0; components];
        Sums { pairs: 0, first: zero.clone(), means: zero, products: vec![0.0; components * components], seen: false }
    }

    fn add(&mut self, pair: &[f64]) {
        if self.pairs == 0 {
            self.first.copy_from_slice(pair);
        }
        self.pairs += 1;
        self.seen |= pair.iter().any(|x| *x != 0.0);
        let k = pair.len();
        let before: Vec<f64> = (0..k).map(|c| pair[c] - self.first[c] - self.means[c]).collect();
        for (mean, deviation) in self.means.iter_mut().zip(&before) {
            *mean += deviation / self.pairs as f64;
        }
        for a in 0..k {
            let after = pair[a] - self.first[a] - self.means[a];
            before.iter().enumerate().for_each(|(b, deviation)| self.products[a * k + b] += after * deviation);
        }
    }

    fn value(&self, c: usize) -> f64 {
        self.first[c] + self.means[c]
    }

    /// One standard deviation of Σ g_c I_c.
    fn error(&self, g: &[f64]) -> f64 {
        if self.pairs < 2 {
            return f64::INFINITY;
        }
        let k = g.len();
        let sum: f64 = (0..k * k).map(|i| g[i / k] * g[i % k] * self.products[i]).sum();
        (sum.max(0.0) / (self.pairs * (self.pairs - 1)) as f64).sqrt()
    }

    fn integrals(&self) -> Vec<Estimate> {
        let unit = |c: usize| -> Vec<f64> { (0..self.means.len()).map(|k| if k == c { 1.0 } else { 0.0 }).collect() };
        (0..self.means.len()).map(|c| Estimate { value: self.value(c), error: self.error(&unit(c)) }).collect()
    }

    /// Integrals and ratios.
    fn estimates(&self, options: &Options) -> (Vec<Estimate>, Vec<Estimate>) {
        (self.integrals(), options.ratios.iter().map(|r| self.ratio(r)).collect())
    }

    fn ratio(&self, r: &Ratio) -> Estimate {
        let (value, d) = (self.value(r.numerator) / self.value(r.denominator), self.value(r.denominator));
        let mut g = vec![0.0; self.means.len()];
        g[r.numerator] += 1.0 / d;
        g[r.denominator] -= value / d;
        Estimate { value, error: self.error(&g) }
    }
}

impl Integrator for Antithetic {
    fn name(&self) -> &'static str {
        "antithetic"
    }

    fn error_kind(&self) -> ErrorKind {
        ErrorKind::StandardDeviation
    }

    fn refine(&self, f: &Pullback<'_>, options: &Options, observer: &mut Observer<'_>) -> Result<Report, Error> {
        let (method, max_evals, needed) = (self.name(), options.max_evals, 2 * LEAST_PAIRS);
        if max_evals < needed {
            return Err(Error::Budget { method, max_evals, needed, dim: f.dim() });
        }
        if options.resume.is_some() {
            return Err(Error::State { reason: format!("{method} saves none") });
        }
        let (mut workspace, mut tally, mut sums) = (Workspace::default(), Tally::default(), Sums::new(f.components()));
        let mut random = stream(options.seed, 0, 0);
        let mut pair = vec![0.0; f.components()];
        let (mut integrals, mut ratios) = sums.estimates(options);
        let stop = loop {
            let pairs = PAIRS.min((max_evals - tally.evaluations) / 2) as usize;
            if pairs == 0 {
                break Stop::Budget;
            }
            f.prepare(&mut workspace, 2 * pairs);
            for d in 0..f.dim() {
                let (points, mirrored) = workspace.points.column_mut(d).split_at_mut(pairs);
                for (u, mirror) in points.iter_mut().zip(mirrored) {
                    *u = uniform(&mut random);
                    *mirror = 1.0 - *u;
                }
            }
            let found = f.eval(&mut workspace);
            if f.is_interrupted() {
                break Stop::Cancelled;
            }
            tally.merge(found);
            tally.check(false)?;
            for i in 0..pairs {
                for (c, value) in pair.iter_mut().enumerate() {
                    let column = workspace.values.column(c);
                    *value = 0.5 * column[i] + 0.5 * column[pairs + i];
                }
                sums.add(&pair);
            }
            (integrals, ratios) = sums.estimates(options);
            if let Some(component) = integrals.iter().position(|integral| !integral.value.is_finite()) {
                return Err(Error::Overflow { component });
            }
            let targets = if options.target == Target::Ratio { &ratios } else { &integrals };
            let met = targets.iter().all(|e| e.error <= options.tolerance(e.value));
            if met && sums.pairs >= if sums.seen { LEAST_PAIRS } else { ZERO_PAIRS } {
                break Stop::Converged;
            }
            let excess = targets.iter().map(|e| e.error / options.tolerance(e.value)).fold(0.0, f64::max);
            if observer(Progress::new(tally.evaluations, options, targets, excess, Snapshot::new(&Vec::new))).is_break() {
                break Stop::Cancelled;
            }
        };
        tally.check(stop != Stop::Cancelled)?;
        let mut report = Report::new(integrals, tally.evaluations, stop);
        (report.ratios, report.non_finite) = (ratios, tally.non_finite);
        report.suspect = (!sums.seen).then_some(Suspect::AllZero);
        Ok(report)
    }
}
