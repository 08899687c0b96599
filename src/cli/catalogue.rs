//! The words of repulsion integrals and the catalogue of trial functions.

use super::arguments::{AtomWords, Common, HamiltonianWords, SpinWord};
use super::{Action, Format, Request};
use clap::Args;
use fubini::atoms::{self, Frame, Hamiltonian, Spin, Trial, catalogue};
use fubini::{Problem, RequestError};

/// Charges of the listing: H⁻, helium and Li⁺.
const CHARGES: [f64; 3] = [1.0, 2.0, 3.0];

/// The trial function with the terms that were asked for, and the names of its linear parameters.
pub(super) fn expanded(words: &AtomWords) -> Result<(Trial, Vec<String>), RequestError> {
    let (mut trial, linear) = (trial(words)?, words.linear.linear.clone());
    if !words.linear.terms.is_empty() {
        let terms: Vec<&str> = words.linear.terms.iter().map(String::as_str).collect();
        return trial.expand(&terms);
    }
    for name in &linear {
        if trial.parameters.iter().all(|(known, _)| known != name) {
            trial.parameters.push((name.clone(), 1.0));
        }
    }
    Ok((trial, linear))
}

/// The trial function that was asked for: a formula, or one of the catalogue with parameters that may be replaced.
pub(super) fn trial(words: &AtomWords) -> Result<Trial, RequestError> {
    if words.list {
        let reason = "the catalogue is listed by `fubini atom --list`; choose one of its functions by --function".to_string();
        return Err(RequestError::Conflict { name: "list", reason });
    }
    let own = words.function.as_ref().and_then(|name| catalogue::charge_of(name));
    let charge = words.charge.or(own).unwrap_or(words.electrons as f64);
    let Some(name) = &words.function else {
        let Some(psi) = &words.psi else {
            let reason = "give a trial function, as in --psi 'exp(-1.7*(r1+r2))', or a name of the catalogue by --function: `fubini atom \
                          --list` shows them";
            return Err(RequestError::Conflict { name: "psi", reason: reason.to_string() });
        };
        return Ok(Trial {
            psi: psi.clone(),
            electrons: words.electrons,
            charge,
            parameters: words.names.parameters.clone(),
            definitions: words.names.definitions.clone(),
            hamiltonian: hamiltonian(&words.hamiltonian),
            spin: spin(words),
        });
    };
    let mut trial = catalogue::entry(name, charge)?.trial;
    for (name, value) in &words.names.parameters {
        match trial.parameters.iter_mut().find(|(known, _)| known == name) {
            Some(parameter) => parameter.1 = *value,
            None => {
                let known: Vec<&str> = trial.parameters.iter().map(|(name, _)| name.as_str()).collect();
                let reason = format!("{name} is no parameter of this function; there are {}", known.join(", "));
                return Err(RequestError::Conflict { name: "set", reason });
            }
        }
    }
    trial.spin = spin(words).or(trial.spin);
    trial.definitions.extend(words.names.definitions.iter().cloned());
    let Hamiltonian { potential, repulsion, mass, radius, .. } = hamiltonian(&words.hamiltonian);
    let known = trial.hamiltonian;
    trial.hamiltonian = Hamiltonian {
        potential: potential.or(known.potential),
        repulsion: repulsion.or(known.repulsion),
        mass: mass.or(known.mass),
        radius: radius.or(known.radius),
        nuclei: known.nuclei,
    };
    Ok(trial)
}

/// The spin that was asked for.
fn spin(words: &AtomWords) -> Option<Spin> {
    words.spin.map(spin_of)
}

pub(super) fn spin_of(word: SpinWord) -> Spin {
    match word {
        SpinWord::Singlet => Spin::Singlet,
        SpinWord::Triplet => Spin::Triplet,
        SpinWord::Doublet => Spin::Doublet,
        SpinWord::Quartet => Spin::Quartet,
    }
}

/// What else than a nucleus at rest was asked for.
pub(super) fn hamiltonian(words: &HamiltonianWords) -> Hamiltonian {
    let HamiltonianWords { potential, repulsion, mass, radius } = words;
    Hamiltonian { potential: potential.clone(), repulsion: repulsion.clone(), mass: *mass, radius: *radius, nuclei: None }
}

/// The request for a listing.
pub(super) fn list(words: &AtomWords) -> Result<Request, RequestError> {
    if let Some(charge) = words.charge {
        // A charge that no function is made for deserves its reason, not an empty list.
        catalogue::entry("product", charge)?;
    }
    let charges = words.charge.map_or(CHARGES.to_vec(), |charge| vec![charge]);
    let format = match (words.common.json, words.common.csv) {
        (true, _) => Format::Json,
        (_, true) => Format::Csv,
        _ => Format::Text,
    };
    let mut entries = catalogue::entries(&charges);
    if words.charge.is_none() {
        entries.extend(catalogue::systems());
    }
    Ok(Request { action: Action::Catalogue(entries, words.common.verbose), format, watch: false, profile: None })
}

#[derive(Args)]
pub(super) struct RepulsionWords {
    /// The orbitals of the first electron, such as 1s1s or 1s2pz
    #[arg(value_name = "PQ")]
    first: String,
    /// The orbitals of the second electron
    #[arg(value_name = "RS")]
    second: String,
    /// Nuclear charge of the hydrogenic orbitals
    #[arg(long, value_name = "Z", default_value_t = 1.0, allow_hyphen_values = true)]
    charge: f64,
    /// Gaussian orbitals s, px, py, pz with this exponent instead
    #[arg(long, value_name = "A", conflicts_with = "charge", allow_hyphen_values = true)]
    gaussian: Option<f64>,
    #[command(flatten)]
    pub(super) common: Common,
}

impl RepulsionWords {
    pub(super) fn problem(&self) -> Result<Problem, RequestError> {
        let frame = Frame::named(self.common.coordinates.as_deref(), self.common.half_side, 2)?;
        atoms::repulsion([&self.first, &self.second], self.charge, self.gaussian, frame)
    }
}

pub(super) const REPULSION_EXAMPLES: &str = "\
Examples:
  fubini repulsion 1s1s 1s1s                    5/8
  fubini repulsion 1s1s 2s2s --charge 2         Coulomb integral J(1s,2s), 2 · 17/81
  fubini repulsion 1s2s 1s2s --charge 2         exchange integral K(1s,2s), 2 · 16/729
  fubini repulsion 1s2pz 1s2pz
  fubini repulsion ss ss --gaussian 0.5         2 √(a/π)";
