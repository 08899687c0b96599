//! The words of `scan`, `optimize` and `compare`, and of what is found beside an energy.

use super::arguments::{AtomWords, HeliumWords, HydrogenWords, IntegrateWords, count};
use super::molecule::MoleculeWords;
use clap::{Args, Subcommand};
use fubini::variation::Axis;
use fubini_expressions::{Expressions, Names};

/// What is found beside the energy, from the same points.
#[derive(Args)]
pub(super) struct Observe {
    /// Also report ⟨EXPR⟩ = ∫ψ² EXPR / ∫ψ², a formula of the coordinates and distances; repeatable. It must meet the
    /// tolerance like the energy: where it may be zero, give --atol
    #[arg(long = "expect", value_name = "NAME=EXPR", value_parser = expectation, allow_hyphen_values = true, help_heading = "Beside the energy")]
    pub(super) expectations: Vec<(String, String)>,
    /// Also report the variance of the local energy, ∫(Hψ)²/∫ψ² − E², which is zero for an exact ψ. A pilot run of some
    /// twenty thousand points, which are not counted, finds an energy near E first
    #[arg(long, help_heading = "Beside the energy")]
    pub(super) variance: bool,
}

/// An atom, chosen by a word.
#[derive(Args)]
pub(super) struct Chosen<M: Args> {
    #[command(subcommand)]
    pub(super) atom: Atoms<M>,
}

/// The words of one problem with further words.
#[derive(Args)]
pub(super) struct With<P: Args, M: Args> {
    #[command(flatten)]
    pub(super) problem: P,
    #[command(flatten)]
    pub(super) more: M,
}

/// The atoms, each with further words.
#[derive(Subcommand)]
pub(super) enum Atoms<M: Args> {
    /// Helium; parameters alpha, beta, charge
    Helium(With<HeliumWords, M>),
    /// Hydrogen; parameter beta
    Hydrogen(With<HydrogenWords, M>),
    /// Any ψ; parameters are the names of --set and charge. A varied name needs no --set
    Atom(Box<With<AtomWords, M>>),
    /// A molecule; parameters are zeta, or the names of --set, and bond
    Molecule(Box<With<MoleculeWords, M>>),
}

/// What a scan runs over, chosen by a word.
#[derive(Args)]
pub(super) struct Scanned {
    #[command(subcommand)]
    pub(super) members: ScannedProblems,
}

/// What can be scanned.
#[derive(Subcommand)]
pub(super) enum ScannedProblems {
    /// Helium; parameters alpha, beta, charge
    Helium(With<HeliumWords, ScanMore>),
    /// Hydrogen; parameter beta
    Hydrogen(With<HydrogenWords, ScanMore>),
    /// Any ψ; parameters are the names of --set and charge. A varied name needs no --set
    Atom(With<AtomWords, ScanMore>),
    /// A molecule; parameters are zeta, or the names of --set, and bond
    Molecule(Box<With<MoleculeWords, ScanMore>>),
    /// Formulas; parameters are the names of --set. A varied name needs no --set, and may stand in limits
    Integrate(With<IntegrateWords, ScanMore>),
}

#[derive(Args)]
pub(super) struct ScanMore {
    /// A parameter with its first and last value, which may be formulas of constants as pi/2, and the number of values; repeated, all
    /// combinations
    #[arg(long, value_name = "NAME=FROM:TO:STEPS", value_parser = axis, required = true, allow_hyphen_values = true, help_heading = "Scan")]
    pub(super) vary: Vec<Axis>,
}

#[derive(Args)]
pub(super) struct OptimizeMore {
    /// A parameter of ψ, with the value to start from if it is not the one of its own option; repeatable. Linear parameters vary
    /// without it
    #[arg(long, value_name = "NAME[=START]", value_parser = start, allow_hyphen_values = true, help_heading = "Search")]
    pub(super) vary: Vec<(String, Option<f64>)>,
    /// Most runs before the search gives up with the best so far
    #[arg(long, value_name = "N", default_value = "100", value_parser = count, help_heading = "Search")]
    pub(super) max_runs: u64,
}

#[derive(Args)]
pub(super) struct Compared {
    #[command(subcommand)]
    pub(super) problem: Problems,
}

/// All problems, each with the words of a comparison.
#[derive(Subcommand)]
pub(super) enum Problems {
    /// Helium
    Helium(With<HeliumWords, CompareMore>),
    /// Hydrogen
    Hydrogen(With<HydrogenWords, CompareMore>),
    /// Any ψ
    Atom(With<AtomWords, CompareMore>),
    /// Formulas
    Integrate(With<IntegrateWords, CompareMore>),
}

#[derive(Args)]
pub(super) struct CompareMore {
    /// The methods [default: all that can do it]
    #[arg(long, value_name = "NAME,...", value_delimiter = ',', help_heading = "Comparison")]
    pub(super) methods: Vec<String>,
    /// Evaluations that each method may use, one run for each number
    #[arg(long, value_name = "N,...", value_delimiter = ',', default_value = "1e4,3e4,1e5,3e5,1e6", value_parser = count, help_heading = "Comparison")]
    pub(super) budgets: Vec<u64>,
    /// The true value, where the problem does not know it
    #[arg(long, value_name = "X", allow_hyphen_values = true, help_heading = "Comparison")]
    pub(super) exact: Option<f64>,
}

pub(super) const SCAN_EXAMPLES: &str = "\
Examples:
  fubini scan helium --vary beta=0.01:0.19:10
  fubini scan helium --vary beta=0.01:0.19:19 --variance --plot energy.svg
  fubini scan helium --vary charge=1:3:3 --vary beta=0.1:0.3:5 --csv
  fubini scan atom --psi 'exp(-a*(r1+r2))*(1+c*r12)' --set c=0.36 --vary a=1.6:2.2:7 --expect rr=r1*r2
  fubini scan integrate 'besselj(0, a*x)' 'exp(i*a*x)' --over x=0:1 --vary a=0:20:41 --plot transform.svg";

pub(super) const OPTIMIZE_EXAMPLES: &str = "\
Exit status:
  0  the minimum is known as well as was asked for, and nothing speaks against it
  1  a result was printed, but the search was ended by --max-runs, --max-evals, rounding or Ctrl-C, or the minimum is suspect
  2  there is no minimum to be found; standard error says why

Examples:
  fubini optimize helium --vary beta
  fubini optimize helium --vary alpha --vary beta=0.3 --plot path.svg
  fubini optimize atom --psi 'exp(-a*(r1+r2))*(1+c*r12)' --vary a=1.8 --vary c=0.3 --json
  fubini optimize atom --psi 'exp(-a*s)' --terms hylleraas:20 --vary a=1.9";

pub(super) const COMPARE_EXAMPLES: &str = "\
Every method runs once for every budget, up to --rtol (default 0: the whole budget). What a method refuses, such as a
budget below one of its steps, is listed apart. Exit status 0 means that all runs were made, and that none is suspect.

Examples:
  fubini compare helium --methods cuhre,vegas,qmc --budgets 1e4,1e5,1e6 --plot helium.svg
  fubini compare integrate 'exp(-x*y*z)' --over x=0:1 --over y=0:1 --over z=0:1 --exact 0.8912127981113023";

/// NAME=FROM:TO:STEPS.
fn axis(word: &str) -> Result<Axis, String> {
    let refused = || format!("`{word}` is not of the form NAME=FROM:TO:STEPS, such as beta=0.01:0.19:10");
    let (name, range) = word.split_once('=').ok_or_else(refused)?;
    let [from, to, steps] = range.split(':').collect::<Vec<_>>()[..] else { return Err(refused()) };
    let number = |text: &str| number(text).map_err(|reason| format!("{}: {reason}", refused()));
    let steps = steps.trim().parse().map_err(|_| refused())?;
    Axis::new(name.trim(), number(from)?, number(to)?, steps).map_err(|error| error.to_string())
}

/// A number, or a formula of constants such as pi/2.
fn number(text: &str) -> Result<f64, String> {
    match text.trim().parse() {
        Ok(value) => Ok(value),
        Err(_) => Expressions::constant(text.trim(), &Names::default()).map_err(|error| error.to_string()),
    }
}

/// NAME or NAME=START.
fn start(word: &str) -> Result<(String, Option<f64>), String> {
    let Some((name, value)) = word.split_once('=') else { return Ok((word.trim().to_string(), None)) };
    match number(value) {
        Ok(value) if value.is_finite() => Ok((name.trim().to_string(), Some(value))),
        _ => Err(format!("`{word}` is not of the form NAME or NAME=START with a number, such as beta=0.2")),
    }
}

/// NAME=EXPR.
fn expectation(word: &str) -> Result<(String, String), String> {
    // The name may be left out: the formula is its own.
    let is_name = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.');
    match word.split_once('=') {
        Some((name, formula)) if is_name(name.trim()) && !formula.starts_with('=') => {
            Ok((name.trim().to_string(), formula.trim().to_string()))
        }
        _ => Ok((word.trim().to_string(), word.trim().to_string())),
    }
}
