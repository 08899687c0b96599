//! The words of molecules: two functions by name, or any ψ about any two nuclei.

use super::Failure;
use super::arguments::{Common, LinearWords, NameWords};
use super::vary::Observe;
use clap::{Args, ValueEnum};
use fubini::atoms::{self, Family, Frame, Hamiltonian, MolecularIon, Molecule, Nuclei, Trial, catalogue};
use fubini::{Problem, RequestError};

#[derive(Args)]
pub(super) struct MoleculeWords {
    /// The molecule
    // That there must be one, or what takes its place, is told with the remedy where it is read.
    #[arg(value_enum, ignore_case = true)]
    molecule: Option<Which>,
    /// Distance of the nuclei in bohr, which formulas may use by the name bond [default: 2 for H2+, 1.4 for H2, 1.46 for HeH+]
    #[arg(long, value_name = "R", allow_hyphen_values = true)]
    bond: Option<f64>,
    /// Exponent of the orbitals, where ψ is that of the molecule
    #[arg(long, value_name = "ζ", default_value_t = 1.0, allow_hyphen_values = true, conflicts_with = "psi")]
    zeta: f64,
    /// The trial function instead, a formula of r1a r1b r2a r2b r12 and xi1 eta1 xi2 eta2 (ra rb xi eta with one electron), of coordinates and
    /// names: ξ = (ra + rb)/R, η = (ra − rb)/R
    #[arg(long, value_name = "EXPR", allow_hyphen_values = true)]
    psi: Option<String>,
    /// A trial function of the catalogue, see `fubini atom --list`
    #[arg(long, value_name = "NAME", conflicts_with_all = ["psi", "charges", "zeta"])]
    function: Option<String>,
    /// Charges of other nuclei, the first at z = −R/2; with --electrons
    #[arg(long, value_name = "ZA,ZB", value_parser = charges, allow_hyphen_values = true, requires = "psi", conflicts_with = "molecule")]
    charges: Option<[f64; 2]>,
    /// Number of electrons, 1 or 2 [default: that of the molecule, or 2]
    #[arg(long, value_name = "N")]
    electrons: Option<usize>,
    #[command(flatten)]
    names: NameWords,
    #[command(flatten)]
    linear: LinearWords,
    #[command(flatten)]
    observe: Observe,
    #[command(flatten)]
    pub(super) common: Common,
}

#[derive(Clone, Copy, ValueEnum)]
enum Which {
    /// The molecular ion, one electron
    #[value(name = "h2+")]
    Ion,
    /// The molecule, two electrons
    #[value(name = "h2")]
    Molecule,
    /// Helium hydride, two electrons: with --psi
    #[value(name = "heh+")]
    Hydride,
}

impl Which {
    /// Charges and electrons.
    fn nuclei(self) -> ([f64; 2], usize) {
        match self {
            Which::Ion => ([1.0, 1.0], 1),
            Which::Molecule => ([1.0, 1.0], 2),
            Which::Hydride => ([2.0, 1.0], 2),
        }
    }
}

/// ZA,ZB.
fn charges(word: &str) -> Result<[f64; 2], String> {
    let refused = || format!("`{word}` is not of the form ZA,ZB, such as 2,1");
    let (a, b) = word.split_once(',').ok_or_else(refused)?;
    let number = |text: &str| text.trim().parse().map_err(|_| refused());
    Ok([number(a)?, number(b)?])
}

impl MoleculeWords {
    /// One run: with the integrands by hand where ψ is that of the molecule and nothing else is asked for.
    pub(super) fn problem(&self) -> Result<Problem, Failure> {
        let LinearWords { terms, linear, levels } = &self.linear;
        let Observe { expectations, variance } = &self.observe;
        let plain = self.psi.is_none() && self.function.is_none() && self.names.parameters.is_empty() && self.electrons.is_none();
        if !(plain && terms.is_empty() && linear.is_empty() && *levels == 1 && expectations.is_empty() && !variance) {
            return Ok(self.family()?.problem(&[])?);
        }
        self.frame()?;
        let zeta = self.zeta;
        Ok(match self.molecule {
            Some(Which::Ion) => atoms::molecular_ion(MolecularIon { bond: self.bond.unwrap_or(2.0), zeta })?,
            Some(Which::Molecule) => atoms::molecule(Molecule { bond: self.bond.unwrap_or(1.4), zeta })?,
            _ => return Ok(self.family()?.problem(&[])?),
        })
    }

    /// The method that it does best with.
    pub(super) fn method(&self) -> &'static str {
        if matches!((self.molecule, self.electrons), (_, Some(1)) | (Some(Which::Ion), None)) { "cuhre" } else { "qmc" }
    }

    /// The molecule with all that may vary.
    pub(super) fn family(&self) -> Result<Family, Failure> {
        self.names.check()?;
        let mut trial = self.trial()?;
        let mut linear = self.linear.linear.clone();
        if !self.linear.terms.is_empty() {
            let terms: Vec<&str> = self.linear.terms.iter().map(String::as_str).collect();
            (trial, linear) = trial.expand(&terms)?;
        }
        let linear: Vec<&str> = linear.iter().map(String::as_str).collect();
        let family = Family::trial(trial, self.frame()?);
        let family =
            if linear.is_empty() && self.linear.levels == 1 { family } else { family.linear(&linear, self.linear.levels)? };
        super::observed(family, &self.observe)
    }

    fn trial(&self) -> Result<Trial, RequestError> {
        let refused = |name, reason: &str| RequestError::Conflict { name, reason: reason.to_string() };
        if let Some(name) = &self.function {
            let mut trial = catalogue::entry(name, catalogue::charge_of(name).unwrap_or(2.0))?.trial;
            let Some(nuclei) = &mut trial.hamiltonian.nuclei else {
                return Err(refused("function", "this one is of an atom: give it to `fubini atom`"));
            };
            let own = self.molecule.map(Which::nuclei);
            if own.is_some_and(|(charges, electrons)| charges != nuclei.charges || electrons != trial.electrons)
                || self.electrons.is_some_and(|electrons| electrons != trial.electrons)
            {
                return Err(refused("function", "this one is of another molecule: name the molecule that it is of, or none"));
            }
            nuclei.bond = self.bond.unwrap_or(nuclei.bond);
            for (name, value) in &self.names.parameters {
                let all: Vec<String> = trial.parameters.iter().map(|(name, _)| name.clone()).collect();
                let known = trial.parameters.iter_mut().find(|(known, _)| known == name);
                let reason = || format!("{name} is no parameter of this function; there are {}", all.join(", "));
                known.ok_or_else(|| refused("set", &reason()))?.1 = *value;
            }
            return Ok(trial);
        }
        if self.molecule.is_none() && self.charges.is_none() {
            let reason =
                "name a molecule, h2+, h2 or heh+, or give --charges ZA,ZB and --psi, or a --function of `fubini atom --list`";
            return Err(refused("charges", reason));
        }
        let definitions = self.names.definitions.iter().map(|(name, _)| name);
        if self.names.parameters.iter().map(|(name, _)| name).chain(definitions).any(|name| name == "bond") {
            return Err(refused("set", "bond is the distance of the nuclei: give it by --bond"));
        }
        let (own, electrons, bond) = match self.molecule {
            Some(Which::Ion) => (Some("exp(-zeta*ra)+exp(-zeta*rb)"), 1, 2.0),
            Some(Which::Molecule) => (Some("exp(-zeta*(r1a+r2b))+exp(-zeta*(r1b+r2a))"), 2, 1.4),
            Some(Which::Hydride) => (None, 2, 1.46),
            None => (None, 2, 1.4),
        };
        let of_molecule = self.molecule.map_or([1.0; 2], |which| which.nuclei().0);
        let own = own.filter(|_| self.electrons.is_none_or(|n| n == electrons));
        let mut parameters = self.names.parameters.clone();
        let psi = match (&self.psi, own) {
            (Some(psi), _) => psi.clone(),
            (None, Some(own)) => {
                parameters.retain(|(name, _)| name != "zeta");
                parameters.push(("zeta".to_string(), self.zeta));
                own.to_string()
            }
            (None, None) => {
                let own = if matches!(self.molecule, Some(Which::Hydride)) && self.electrons.is_none_or(|n| n == 2) {
                    "take that of the catalogue by --function helium-hydride, or "
                } else {
                    ""
                };
                let reason = format!("these nuclei with so many electrons have no function of their own: {own}give one by --psi");
                return Err(refused("psi", &reason));
            }
        };
        let nuclei = Nuclei { charges: self.charges.unwrap_or(of_molecule), bond: self.bond.unwrap_or(bond) };
        let hamiltonian = Hamiltonian { nuclei: Some(nuclei), ..Hamiltonian::default() };
        let (electrons, definitions) = (self.electrons.unwrap_or(electrons), self.names.definitions.clone());
        Ok(Trial { psi, electrons, charge: 0.0, parameters, definitions, hamiltonian, spin: None })
    }

    fn frame(&self) -> Result<Frame, RequestError> {
        if self.common.half_side.is_some() || !matches!(self.common.coordinates.as_deref(), None | Some("prolate")) {
            let reason = "molecules are integrated in prolate spheroidal coordinates about their nuclei only".to_string();
            return Err(RequestError::Conflict { name: "coordinates", reason });
        }
        Ok(Frame::Auto)
    }
}

pub(super) const MOLECULE_EXAMPLES: &str = "\
Examples:
  fubini molecule h2+ --rtol 1e-9
  fubini molecule h2+ --bond 2.0033 --zeta 1.238
  fubini molecule h2 --rtol 1e-4
  fubini molecule h2 --bond 1.41 --zeta 1.166 --rtol 1e-4
  fubini molecule h2+ --psi 'exp(-1.35*xi)*cosh(0.9*eta)' --rtol 1e-9
  fubini molecule h2 --psi 'exp(-0.75*(xi1+xi2))' --terms '1; eta1^2+eta2^2; eta1*eta2; xi1+xi2; r12' --rtol 1e-5
  fubini molecule h2 --function james-coolidge-13 --rtol 1e-5
  fubini molecule heh+ --psi 'exp(-1.7*(r1a+r2a)-0.2*(r1b+r2b))' --terms '1; r1b+r2b; r12; r1b*r2b' --rtol 1e-4
  fubini scan molecule h2+ --psi 'exp(-a*xi)*cosh(b*eta)' --set a=1.35 --set b=0.9 --vary bond=1.6:2.4:9
  fubini optimize molecule h2+ --psi 'exp(-a*xi)*cosh(b*eta)' --vary a=1.3 --vary b=0.9";
