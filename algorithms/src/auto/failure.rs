//! Why a contender cannot go on, as it is saved: a run that goes on from its state must pass the same methods over, and end with the
//! same error where none of them has a result.

use crate::Error;
use serde::{Deserialize, Serialize};

/// An error of a run, but for the name of its method.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Failure {
    Budget {
        max_evals: u64,
        needed: u64,
        dim: usize,
    },
    Memory {
        needed: u64,
        max_memory: u64,
    },
    Unsupported {
        dim: usize,
        min: usize,
        max: usize,
    },
    Hint {
        hint: Vec<f64>,
        dim: usize,
    },
    Overflow {
        component: usize,
    },
    Nowhere {
        axis: usize,
        count: u64,
        evaluations: u64,
        before: Vec<f64>,
    },
    /// Whether the product with the Jacobian is what is not finite; then as in the error.
    NotFinite {
        jacobian: bool,
        count: u64,
        evaluations: u64,
        point: Vec<f64>,
        values: Vec<f64>,
    },
    /// Any other: a contender begins with settings that are allowed, so that nothing but a forged state leads here.
    State {
        reason: String,
    },
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Budget { max_evals, needed, dim, .. } => Failure::Budget { max_evals, needed, dim },
            Error::Memory { needed, max_memory, .. } => Failure::Memory { needed, max_memory },
            Error::Unsupported { dim, min, max, .. } => Failure::Unsupported { dim, min, max },
            Error::Hint { hint, dim } => Failure::Hint { hint, dim },
            Error::Overflow { component } => Failure::Overflow { component },
            Error::Nowhere { axis, count, evaluations, before } => Failure::Nowhere { axis, count, evaluations, before },
            Error::Jacobian { count, evaluations, point, values } => {
                Failure::NotFinite { jacobian: true, count, evaluations, point, values }
            }
            Error::NotFinite { count, evaluations, point, values } => {
                Failure::NotFinite { jacobian: false, count, evaluations, point, values }
            }
            Error::State { reason } => Failure::State { reason },
            other => Failure::State { reason: other.to_string() },
        }
    }
}

impl Failure {
    /// The error that it was, of this method.
    pub(super) fn error(&self, method: &'static str) -> Error {
        match self.clone() {
            Failure::Budget { max_evals, needed, dim } => Error::Budget { method, max_evals, needed, dim },
            Failure::Memory { needed, max_memory } => Error::Memory { method, needed, max_memory },
            Failure::Unsupported { dim, min, max } => Error::Unsupported { method, dim, min, max },
            Failure::Hint { hint, dim } => Error::Hint { hint, dim },
            Failure::Overflow { component } => Error::Overflow { component },
            Failure::Nowhere { axis, count, evaluations, before } => Error::Nowhere { axis, count, evaluations, before },
            Failure::NotFinite { jacobian: true, count, evaluations, point, values } => {
                Error::Jacobian { count, evaluations, point, values }
            }
            Failure::NotFinite { jacobian: false, count, evaluations, point, values } => {
                Error::NotFinite { count, evaluations, point, values }
            }
            Failure::State { reason } => Error::State { reason },
        }
    }

    /// Whether it may speak against the results of others; what was left of a budget does not.
    pub(super) fn speaks(&self) -> bool {
        !matches!(self, Failure::Budget { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_the_same_after_they_were_saved() {
        let (method, point, values) = ("qmc", vec![0.5, 1.0], vec![f64::INFINITY]);
        let errors = [
            Error::Budget { method, max_evals: 1, needed: 2, dim: 3 },
            Error::Memory { method, needed: 9, max_memory: 8 },
            Error::Unsupported { method, dim: 20, min: 1, max: 15 },
            Error::Hint { hint: point.clone(), dim: 3 },
            Error::Overflow { component: 4 },
            Error::Nowhere { axis: 1, count: 7, evaluations: 8, before: vec![0.5] },
            Error::Jacobian { count: 7, evaluations: 8, point: point.clone(), values: values.clone() },
            Error::NotFinite { count: 7, evaluations: 8, point, values },
            Error::State { reason: "torn".to_string() },
        ];
        for error in errors {
            let bytes = postcard::to_allocvec(&Failure::from(error.clone())).unwrap();
            let failure: Failure = postcard::from_bytes(&bytes).unwrap();
            assert_eq!(failure.error(method), error);
            assert_eq!(failure.speaks(), !matches!(error, Error::Budget { .. }));
        }
    }
}
