//! The atoms of a family with the numbers they have: what differs between helium, hydrogen and a formula.

use super::extent::Extent;
use super::frame::Oriented;
use super::{Frame, Helium, Hydrogen, Trial, energy, known};
use crate::{Problem, RequestError};
use fubini_algorithms::Integrand;

/// An atom with its trial function.
#[derive(Clone, Debug)]
pub(super) enum Member {
    /// The Padé-Jastrow function; `follows` where alpha is the charge, whatever that is.
    Helium {
        helium: Helium,
        follows: bool,
    },
    Hydrogen(Hydrogen),
    Trial(Trial),
}

impl Member {
    /// All parameters with their values.
    pub(super) fn parameters(&self) -> Vec<(String, f64)> {
        let named = |all: &[(&str, f64)]| all.iter().map(|(name, value)| ((*name).to_string(), *value)).collect();
        match self {
            Member::Helium { helium, .. } => named(&[("alpha", helium.alpha), ("beta", helium.beta), ("charge", helium.charge)]),
            Member::Hydrogen(hydrogen) => named(&[("beta", hydrogen.beta)]),
            Member::Trial(trial) => {
                let charge = trial.hamiltonian.has_charge().then_some(("charge", trial.charge));
                let numbers: Vec<(&str, f64)> = charge.into_iter().chain(trial.hamiltonian.parameters()).collect();
                [&trial.parameters[..], &named(&numbers)].concat()
            }
        }
    }

    /// Gives a parameter another value. A formula gets a new parameter of that name where it had none.
    pub(super) fn set(&mut self, name: &str, value: f64) {
        match (self, name) {
            (Member::Helium { helium, follows }, "alpha") => (helium.alpha, *follows) = (value, false),
            (Member::Helium { helium, .. }, "beta") => helium.beta = value,
            (Member::Helium { helium, follows }, _) => {
                helium.charge = value;
                if *follows {
                    helium.alpha = value;
                }
            }
            (Member::Hydrogen(hydrogen), _) => hydrogen.beta = value,
            (Member::Trial(trial), "charge") if trial.hamiltonian.has_charge() => trial.charge = value,
            (Member::Trial(trial), name) => {
                let known = trial.parameters.iter_mut().find(|(known, _)| known == name).map(|(_, known)| known);
                match trial.hamiltonian.number(name).or(known) {
                    Some(known) => *known = value,
                    None => trial.parameters.push((name.to_string(), value)),
                }
            }
        }
    }

    /// Refuses numbers for which ψ cannot be normalised, as far as they alone tell.
    pub(super) fn check(&self) -> Result<(), RequestError> {
        match self {
            Member::Helium { helium, .. } => helium.check(),
            Member::Hydrogen(hydrogen) => hydrogen.check(),
            Member::Trial(trial) => trial.atom().map(|_| ()),
        }
    }

    /// The energy alone, by the integrands written by hand where there are.
    pub(super) fn problem(&self, frame: Frame) -> Result<Problem, RequestError> {
        match self {
            Member::Helium { helium, .. } => super::helium(*helium, frame),
            Member::Hydrogen(hydrogen) => super::hydrogen(*hydrogen, frame),
            Member::Trial(trial) => trial.problem(frame),
        }
    }

    /// The trial function as a formula.
    pub(super) fn formula(&self) -> Trial {
        let trial = |psi: &str, electrons, charge| Trial {
            psi: psi.to_string(),
            electrons,
            charge,
            parameters: self.parameters().into_iter().filter(|(name, _)| name != "charge").collect(),
            ..Trial::default()
        };
        match self {
            Member::Helium { helium, .. } => trial("exp(-alpha*(r1+r2))*exp(r12/2/(1+beta*r12))", 2, helium.charge),
            Member::Hydrogen(_) => trial("exp(-r-beta*r^2)", 1, 1.0),
            Member::Trial(trial) => trial.clone(),
        }
    }

    /// A problem with an integrand whose first two components are ψHψ and ψ².
    pub(super) fn with(
        &self,
        integrand: impl Integrand + 'static,
        summary: String,
        frame: Frame,
        oriented: Option<Oriented>,
    ) -> Result<Problem, RequestError> {
        let integrand: Box<dyn Integrand> = Box::new(integrand);
        let compilation = Some(summary);
        let problem = match self {
            Member::Helium { helium, .. } => {
                helium.check()?;
                let coordinates = frame.two_electrons(Extent::of(helium.alpha), oriented)?;
                energy("helium", helium.describe(), integrand, coordinates, known::pade_jastrow(*helium))
            }
            Member::Hydrogen(hydrogen) => {
                hydrogen.check()?;
                energy(
                    "hydrogen",
                    hydrogen.describe(),
                    integrand,
                    frame.one_electron(Extent::of(1.0))?,
                    known::hydrogen(*hydrogen),
                )
            }
            Member::Trial(trial) => trial.with(integrand, frame, oriented)?,
        };
        Ok(Problem { compilation, ..problem })
    }
}
