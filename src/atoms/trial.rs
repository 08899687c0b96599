//! Atoms of one or two electrons with any trial function, given as text.

use super::{Frame, energy, known};
use crate::request::require;
use crate::{Problem, RequestError};
use fubini_expressions::{Atom, Compiled, Energy, Names};

/// A trial function ψ of x, y, z and r (one electron), or x1 … z2, r1, r2 and r12 (two).
#[derive(Clone, Debug)]
pub struct Trial {
    /// The formula of ψ.
    pub psi: String,
    /// Number of electrons, one or two.
    pub electrons: usize,
    /// Nuclear charge.
    pub charge: f64,
    /// Names with values.
    pub parameters: Vec<(String, f64)>,
    /// Names with formulas.
    pub definitions: Vec<(String, String)>,
}

impl Trial {
    /// Derives Hψ and compiles ψHψ and ψ² together.
    ///
    /// # Errors
    /// What is wrong with ψ or a parameter, or a ψ that does not fall off with the distance.
    pub fn problem(&self, frame: Frame) -> Result<Problem, RequestError> {
        let derived = self.derive()?;
        let a = self.exponent(&derived.local.compile())?;
        let coordinates = if self.electrons == 2 { frame.two_electrons(a)? } else { frame.one_electron(a)? };
        let parameters: Vec<String> = self.parameters.iter().map(|(name, value)| format!(", {name} = {value}")).collect();
        let formula = format!("ψ = {}{}, Z = {}", self.psi, parameters.concat(), self.charge);
        let compiled = derived.integrands.compile();
        let summary = compiled.summary().to_string();
        let references = known::any(self.electrons, self.charge);
        Ok(Problem { compilation: Some(summary), ..energy("atom", formula, Box::new(compiled), coordinates, references) })
    }

    /// ψHψ and ψ², ψ and the local energy, as expressions.
    ///
    /// # Errors
    /// What is wrong with ψ or the charge.
    pub fn derive(&self) -> Result<Energy, RequestError> {
        require("charge", self.charge, "the nuclear charge must be a number above 0", self.charge > 0.0)?;
        let atom = match self.electrons {
            1 => Atom::one_electron(self.charge),
            2 => Atom::two_electrons(self.charge),
            n => return Err(RequestError::Parameter { name: "electrons", value: n as f64, allowed: "must be 1 or 2" }),
        };
        let names = self.parameters.iter().fold(Names::default(), |names, (name, value)| names.parameter(name, *value));
        let names = self.definitions.iter().fold(names, |names, (name, text)| names.definition(name, text));
        atom.energy(&self.psi, &names).map_err(|error| RequestError::Expression { what: "psi".to_string(), error })
    }

    /// The exponent of the exp(−a r) whose mean radius is that of ψ, from which the coordinates take their scale.
    ///
    /// All electrons are at the distance r, in directions at right angles; ∫ψ² r^(3n−1) r dr over ∫ψ² r^(3n−1) dr is
    /// 3/(2a) for one exponential per electron. A few hundred values on a logarithmic grid are enough: a factor of two
    /// in the scale costs at most a factor of two in evaluations.
    fn exponent(&self, local: &Compiled) -> Result<f64, RequestError> {
        // Nothing special about these directions: no coordinate is zero.
        const DIRECTIONS: [[f64; 3]; 2] = [[0.48, 0.6, 0.64], [-0.8, 0.6, 0.037_5]];
        const STEPS: i32 = 400;
        let power = 3 * self.electrons as i32;
        let (mut weight, mut mean, mut last) = (0.0, 0.0, 0.0);
        for k in 0..=STEPS {
            // From 1e-5 to 1e5 bohr.
            let r = 10f64.powf(10.0 * f64::from(k) / f64::from(STEPS) - 5.0);
            let point: Vec<f64> = DIRECTIONS[..self.electrons].iter().flatten().map(|x| x * r).collect();
            let psi = local.evaluate(&point)[0];
            // dr = r dln r
            last = psi * psi * r.powi(power);
            if last.is_finite() {
                weight += last;
                mean += last * r;
            }
        }
        let a = 1.5 * weight / mean;
        if !(last.is_finite() && last <= 1e-3 * weight && a.is_finite() && a > 0.0) {
            return Err(RequestError::Conflict {
                name: "psi",
                reason: "ψ does not fall off with the distance, so that ∫ψ² is infinite: check the signs and parameters"
                    .to_string(),
            });
        }
        Ok(a)
    }
}
