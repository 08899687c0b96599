//! The words of transitions between two states.

use super::Failure;
use super::arguments::{Common, HamiltonianWords, NameWords, SpinWord};
use super::catalogue::{hamiltonian, spin_of};
use clap::Args;
use fubini::atoms::{self, Frame, Trial, catalogue};
use fubini::{Problem, RequestError};

#[derive(Args)]
pub(super) struct TransitionWords {
    /// ψ of the first state
    #[arg(long, value_name = "EXPR", allow_hyphen_values = true)]
    from: Option<String>,
    /// ψ of the second state
    #[arg(long, value_name = "EXPR", allow_hyphen_values = true)]
    to: Option<String>,
    /// A function of the catalogue as the first state, see `fubini atom --list`
    #[arg(long, value_name = "NAME", conflicts_with = "from")]
    from_function: Option<String>,
    /// A function of the catalogue as the second state
    #[arg(long, value_name = "NAME", conflicts_with = "to")]
    to_function: Option<String>,
    /// The moment between them, a formula of coordinates and distances [default: the sum of all z]
    #[arg(long, value_name = "EXPR", allow_hyphen_values = true)]
    moment: Option<String>,
    /// Nuclear charge [default: that of the function, or the number of electrons]
    #[arg(long, value_name = "Z", allow_hyphen_values = true)]
    charge: Option<f64>,
    /// Number of electrons, 1 to 3 [default: that of the function, or 2]
    #[arg(long, value_name = "N")]
    electrons: Option<usize>,
    /// The spin that both states must have
    #[arg(long, value_name = "SPIN")]
    spin: Option<SpinWord>,
    #[command(flatten)]
    hamiltonian: HamiltonianWords,
    #[command(flatten)]
    names: NameWords,
    #[command(flatten)]
    pub(super) common: Common,
}

impl TransitionWords {
    pub(super) fn problem(&self) -> Result<Problem, Failure> {
        self.names.check()?;
        self.check_functions()?;
        let electrons = match self.from_function.as_ref().or(self.to_function.as_ref()) {
            Some(name) => self.entry(name)?.electrons,
            None => self.electrons.unwrap_or(2),
        };
        let states = [("from", &self.from, &self.from_function), ("to", &self.to, &self.to_function)]
            .map(|(name, psi, function)| self.state(name, psi.as_deref(), function.as_deref(), electrons));
        let [from, to] = states;
        let frame = Frame::named(self.common.coordinates.as_deref(), self.common.half_side, electrons)?;
        Ok(atoms::transition([&from?, &to?], self.moment.as_deref(), frame)?)
    }

    /// Refuses what a function of the catalogue would not heed.
    fn check_functions(&self) -> Result<(), RequestError> {
        let functions = [&self.from_function, &self.to_function].into_iter().flatten().count();
        let refused = |name, what: &str| {
            let reason = format!("{what} go with --from and --to: a function of the catalogue has its own");
            Err(RequestError::Conflict { name, reason })
        };
        let HamiltonianWords { potential, repulsion, mass, radius } = &self.hamiltonian;
        let (formulas, numbers) = (potential.is_some() || repulsion.is_some(), mass.is_some() || radius.is_some());
        if functions > 0 && (formulas || numbers) {
            return refused(if formulas { "potential" } else { "mass" }, "potentials, mass and radius");
        }
        if functions > 0 && self.electrons.is_some() {
            return refused("electrons", "numbers of electrons");
        }
        if functions > 0 && self.spin.is_some() {
            return refused("spin", "spins");
        }
        if functions > 1 && !(self.names.parameters.is_empty() && self.names.definitions.is_empty()) {
            return refused("set", "names");
        }
        Ok(())
    }

    fn entry(&self, name: &str) -> Result<Trial, RequestError> {
        let charge = self.charge.or(catalogue::charge_of(name)).unwrap_or(2.0);
        Ok(catalogue::entry(name, charge)?.trial)
    }

    fn state(
        &self,
        name: &'static str,
        psi: Option<&str>,
        function: Option<&str>,
        electrons: usize,
    ) -> Result<Trial, RequestError> {
        if let Some(name) = function {
            return self.entry(name);
        }
        let Some(psi) = psi else {
            let reason = format!("give the ψ of both states: --{name} EXPR, or --{name}-function NAME of `fubini atom --list`");
            return Err(RequestError::Conflict { name, reason });
        };
        Ok(Trial {
            psi: psi.to_string(),
            electrons,
            charge: self.charge.unwrap_or(electrons as f64),
            parameters: self.names.parameters.clone(),
            definitions: self.names.definitions.clone(),
            hamiltonian: hamiltonian(&self.hamiltonian),
            spin: self.spin.map(spin_of),
        })
    }
}

pub(super) const TRANSITION_EXAMPLES: &str = "\
Examples:
  fubini transition --electrons 1 --from 'exp(-r)' --to 'z*exp(-r/2)'     f = 2^13/3^9
  fubini transition --from-function hylleraas-10 --to-function helium-2-1p --rtol 1e-5
  fubini transition --electrons 1 --from 'exp(-r)' --to '(1-r/2)*exp(-r/2)' --moment r^2";
