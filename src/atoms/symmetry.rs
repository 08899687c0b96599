//! What becomes of ψ when two electrons are exchanged: a singlet's stays, a triplet's changes its sign. Of three electrons ψ is the
//! component ψ(1↑ 2↑ 3↓), which changes its sign with the first two.

use super::Trial;
use crate::RequestError;
use fubini_algorithms::Integrand;
use fubini_expressions::{Compiled, Coupling};

/// Nothing is special about these places of three electrons, in units of the size of ψ.
const PLACES: [[f64; 9]; 5] = [
    [0.31, 0.42, -0.57, -0.83, 0.24, 0.19, 0.62, -0.17, 0.44],
    [-0.11, 0.53, 0.77, 0.38, 0.91, -0.46, -0.29, 0.08, 0.36],
    [1.27, -0.34, 0.21, 0.16, -0.72, 0.64, 0.41, 0.55, -0.13],
    [0.07, 0.13, -0.09, 0.94, 0.88, 1.03, -0.66, 0.23, 0.71],
    [-1.42, 0.66, -0.93, -0.35, -0.29, 0.41, 0.18, -0.97, 0.05],
];

/// The spin of two or three electrons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Spin {
    /// ψ is symmetric in space.
    Singlet,
    /// ψ is antisymmetric in space.
    Triplet,
    /// Three electrons, spin 1/2: ψ is made of a function whose first two electrons are a pair of opposite spins,
    /// ψ = φ(2, 3; 1) + φ(3, 2; 1) − φ(1, 3; 2) − φ(3, 1; 2).
    Doublet,
    /// Three electrons, spin 3/2: ψ is a function antisymmetrised in all of them.
    Quartet,
}

impl Spin {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Spin::Singlet => "singlet",
            Spin::Triplet => "triplet",
            Spin::Doublet => "doublet",
            Spin::Quartet => "quartet",
        }
    }

    /// The spin of this name.
    ///
    /// # Errors
    /// A name that there is not.
    pub fn named(word: &str) -> Result<Self, RequestError> {
        let all = [Spin::Singlet, Spin::Triplet, Spin::Doublet, Spin::Quartet];
        all.into_iter().find(|spin| spin.word() == word).ok_or_else(|| RequestError::Unknown {
            name: "spin",
            word: word.to_string(),
            known: all.map(Spin::word).to_vec(),
        })
    }

    /// How many electrons it is of.
    pub(super) fn electrons(self) -> usize {
        if matches!(self, Spin::Singlet | Spin::Triplet) { 2 } else { 3 }
    }

    /// How ψ follows from the function that is given.
    pub(super) fn coupling(spin: Option<Self>) -> Coupling {
        match spin {
            Some(Spin::Doublet) => Coupling::Doublet,
            Some(Spin::Quartet) => Coupling::Quartet,
            _ => Coupling::Given,
        }
    }

    /// What this ψ of two electrons is; `None` if neither.
    pub(super) fn of(psi: &Compiled, size: f64) -> Option<Self> {
        match exchange(psi, size, [0, 1]) {
            Some(true) => Some(Spin::Singlet),
            Some(false) => Some(Spin::Triplet),
            None => None,
        }
    }
}

/// Whether ψ of three electrons changes its sign with two of them, as it must with those whose spins are alike.
pub(super) fn is_of_three(psi: &Compiled, size: f64) -> bool {
    [[0, 1], [0, 2], [1, 2]].iter().any(|pair| exchange(psi, size, *pair) == Some(false))
}

/// Whether ψ is the same in all orientations, as that of an S state is.
pub(super) fn is_round(psi: &Compiled, size: f64) -> bool {
    // By 53° about z and 67° about x.
    let turned = |at: &[f64]| {
        let (x, y) = (0.6 * at[0] - 0.8 * at[1], 0.8 * at[0] + 0.6 * at[1]);
        [x, (5.0 * y - 12.0 * at[2]) / 13.0, (12.0 * y + 5.0 * at[2]) / 13.0]
    };
    PLACES.iter().all(|place| {
        let place = place.map(|x| x * size);
        let other: Vec<f64> = place.chunks(3).flat_map(turned).collect();
        let [a, b] = [&place[..], &other].map(|at| psi.evaluate(&at[..psi.dim()])[0]);
        (a - b).abs() <= 1e-8 * a.abs().max(b.abs())
    })
}

/// Whether ψ stays as it is when these electrons are exchanged, or changes its sign; `None` if neither.
fn exchange(psi: &Compiled, size: f64, [a, b]: [usize; 2]) -> Option<bool> {
    let pairs: Vec<[f64; 2]> = PLACES
        .iter()
        .map(|place| {
            let place = place.map(|x| x * size);
            let mut exchanged = place;
            (0..3).for_each(|axis| exchanged.swap(3 * a + axis, 3 * b + axis));
            [psi.evaluate(&place[..psi.dim()])[0], psi.evaluate(&exchanged[..psi.dim()])[0]]
        })
        .collect();
    let most = pairs.iter().flatten().fold(0.0, |most: f64, x| most.max(x.abs()));
    // A value that is not finite tells nothing.
    let differ = |a: f64, b: f64| (a - b).abs() > 1e-8 * a.abs() + 1e-13 * most;
    let all = |sign: f64| !pairs.iter().any(|[a, b]| differ(*a, sign * b));
    match (all(1.0), all(-1.0)) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => None,
    }
}

/// Refuses a ψ whose symmetry is not that of the spin that was asked for.
pub(super) fn check(trial: &Trial, found: Option<Spin>) -> Result<(), RequestError> {
    let Some(asked) = trial.spin else { return Ok(()) };
    let refused = |reason: String| Err(RequestError::Conflict { name: "spin", reason });
    if trial.electrons != asked.electrons() {
        let number = if asked.electrons() == 2 { "two" } else { "three" };
        return refused(format!("{} is a state of {number} electrons", asked.word()));
    }
    let must = match asked {
        Spin::Singlet => "must not change when the electrons are exchanged",
        Spin::Triplet => "must change its sign when the electrons are exchanged",
        // ψ is made so.
        Spin::Doublet | Spin::Quartet => return Ok(()),
    };
    match found {
        Some(found) if found == asked => Ok(()),
        Some(found) => refused(format!("ψ of a {} {must}, and this one is that of a {}", asked.word(), found.word())),
        None => refused(format!("ψ of a {} {must}, and this one becomes another function", asked.word())),
    }
}
