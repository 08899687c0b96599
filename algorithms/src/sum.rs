//! Compensated sums (A. Neumaier, ZAMM 54 (1974) 39).

/// A running sum whose rounding error does not grow with the number of terms.
#[derive(Clone, Copy, Debug, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct Sum {
    high: f64,
    low: f64,
}

impl Sum {
    #[inline]
    pub(crate) fn add(&mut self, x: f64) {
        // The rounding error of an addition (D. E. Knuth, The Art of Computer Programming 2, 4.2.2), without a branch.
        let sum = self.high + x;
        let added = sum - self.high;
        self.low += (self.high - (sum - added)) + (x - added);
        self.high = sum;
    }

    /// Adds another sum.
    #[inline]
    pub(crate) fn merge(&mut self, other: Sum) {
        self.add(other.high);
        self.low += other.low;
    }

    #[inline]
    pub(crate) fn value(&self) -> f64 {
        // Beyond the largest float the correction is NaN and the sum itself tells more.
        if self.low.is_finite() { self.high + self.low } else { self.high }
    }
}
