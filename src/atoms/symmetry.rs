//! What becomes of ψ when two electrons are exchanged: a singlet's stays, a triplet's changes its sign.

use super::Trial;
use crate::RequestError;
use fubini_expressions::Compiled;

/// The spin of two electrons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Spin {
    /// ψ is symmetric in space.
    Singlet,
    /// ψ is antisymmetric in space.
    Triplet,
}

impl Spin {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Spin::Singlet => "singlet",
            Spin::Triplet => "triplet",
        }
    }

    /// What this ψ of two electrons is; `None` if neither.
    pub(super) fn of(psi: &Compiled, size: f64) -> Option<Self> {
        // Nothing special about these places, in units of the size of ψ.
        const PLACES: [[f64; 6]; 5] = [
            [0.31, 0.42, -0.57, -0.83, 0.24, 0.19],
            [-0.11, 0.53, 0.77, 0.38, 0.91, -0.46],
            [1.27, -0.34, 0.21, 0.16, -0.72, 0.64],
            [0.07, 0.13, -0.09, 0.94, 0.88, 1.03],
            [-1.42, 0.66, -0.93, -0.35, -0.29, 0.41],
        ];
        let pairs: Vec<[f64; 2]> = PLACES
            .iter()
            .map(|place| {
                let place = place.map(|x| x * size);
                let exchanged: Vec<f64> = (0..6).map(|axis| place[(axis + 3) % 6]).collect();
                [psi.evaluate(&place)[0], psi.evaluate(&exchanged)[0]]
            })
            .collect();
        let most = pairs.iter().flatten().fold(0.0, |most: f64, x| most.max(x.abs()));
        // A value that is not finite tells nothing.
        let differ = |a: f64, b: f64| (a - b).abs() > 1e-8 * a.abs() + 1e-13 * most;
        let all = |sign: f64| !pairs.iter().any(|[a, b]| differ(*a, sign * b));
        match (all(1.0), all(-1.0)) {
            (true, _) => Some(Spin::Singlet),
            (_, true) => Some(Spin::Triplet),
            _ => None,
        }
    }
}

/// Refuses a ψ whose symmetry is not that of the spin that was asked for.
pub(super) fn check(trial: &Trial, found: Option<Spin>) -> Result<(), RequestError> {
    let Some(asked) = trial.spin else { return Ok(()) };
    let refused = |reason: String| Err(RequestError::Conflict { name: "spin", reason });
    if trial.electrons != 2 {
        return refused(format!("{} is a state of two electrons", asked.word()));
    }
    let must = match asked {
        Spin::Singlet => "must not change when the electrons are exchanged",
        Spin::Triplet => "must change its sign when the electrons are exchanged",
    };
    match found {
        Some(found) if found == asked => Ok(()),
        Some(found) => refused(format!("ψ of a {} {must}, and this one is that of a {}", asked.word(), found.word())),
        None => refused(format!("ψ of a {} {must}, and this one becomes another function", asked.word())),
    }
}
