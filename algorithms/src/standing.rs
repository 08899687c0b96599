//! Where the quantities of the target stand, and how far from their tolerances.

use crate::Estimate;

/// The quantities of the target.
#[derive(Debug)]
pub(crate) struct Standing {
    pub(crate) estimates: Vec<Estimate>,
    /// Largest error as a multiple of its tolerance.
    pub(crate) excess: f64,
}

impl Standing {
    /// Whether all tolerances are met.
    pub(crate) fn is_met(&self) -> bool {
        self.excess <= 1.0
    }
}

/// `error` as a multiple of `tolerance`, above 1 only if it is, or if nothing is known: of what has no value, the tolerance is infinite.
pub(crate) fn multiple(error: f64, tolerance: f64) -> f64 {
    if error <= tolerance && error < f64::INFINITY {
        error / tolerance.max(f64::MIN_POSITIVE)
    } else {
        (error / tolerance).max(1.0 + f64::EPSILON)
    }
}
