//! When several components together are accurate enough: `error_norm` of the header.

use fubini::algorithms::Estimate;

/// How the errors of several components are measured, against their values measured likewise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Norm {
    /// Every component by itself.
    Individual,
    /// Components two by two, as real and imaginary parts.
    Paired,
    /// √Σ e².
    L2,
    /// Σ |e|.
    L1,
    /// max |e|.
    Max,
}

impl Norm {
    /// The norm of a code of the header.
    pub(crate) fn of_code(code: i32) -> Option<Self> {
        [Norm::Individual, Norm::Paired, Norm::L2, Norm::L1, Norm::Max].get(usize::try_from(code).ok()?).copied()
    }

    /// Whether components share one tolerance.
    pub(crate) fn is_common(self) -> bool {
        matches!(self, Norm::L2 | Norm::L1 | Norm::Max)
    }

    /// The first components of pairs among `components`; the last one of an odd number stands alone.
    pub(crate) fn pairs(self, components: usize) -> Vec<usize> {
        if self == Norm::Paired { (0..components / 2).map(|pair| 2 * pair).collect() } else { Vec::new() }
    }

    /// The norm of numbers.
    fn size(self, numbers: impl Iterator<Item = f64>) -> f64 {
        match self {
            Norm::L2 => numbers.fold(0.0, f64::hypot),
            Norm::L1 => numbers.map(f64::abs).sum(),
            _ => numbers.map(f64::abs).fold(0.0, f64::max),
        }
    }

    /// Norms of values and of errors.
    pub(crate) fn sizes(self, estimates: &[Estimate]) -> (f64, f64) {
        (self.size(estimates.iter().map(|e| e.value)), self.size(estimates.iter().map(|e| e.error)))
    }

    /// The error of each of `components` components with which their norm is `total`.
    pub(crate) fn share(self, total: f64, components: usize) -> f64 {
        match self {
            Norm::L2 => total / (components as f64).sqrt(),
            Norm::L1 => total / components as f64,
            _ => total,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_the_share_have_the_norm_that_was_asked() {
        for (code, size) in [(2, 5.0), (3, 7.0), (4, 4.0)] {
            let norm = Norm::of_code(code).unwrap();
            let two = [3.0, -4.0].map(|value| Estimate { value, error: norm.share(1.0, 2) });
            let (values, errors) = norm.sizes(&two);
            assert!(values == size && (errors - 1.0).abs() < 1e-15, "{norm:?}: {values} {errors}");
        }
        assert!(Norm::of_code(5).is_none() && Norm::of_code(-1).is_none());
        assert_eq!((Norm::Paired.pairs(5), Norm::Individual.pairs(5)), (vec![0, 2], vec![]));
    }
}
