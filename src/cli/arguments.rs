//! The words of the command line and their help.

use super::Failure;
use super::catalogue::{REPULSION_EXAMPLES, RepulsionWords};
use super::domain::{Broken, broken, region, variable};
use super::molecule::{MOLECULE_EXAMPLES, MoleculeWords};
use super::record::RecordWords;
use super::transition::{TRANSITION_EXAMPLES, TransitionWords};
use super::vary::{COMPARE_EXAMPLES, Chosen, Compared, OPTIMIZE_EXAMPLES, Observe, OptimizeMore, SCAN_EXAMPLES, Scanned};
use clap::{Args, Parser, Subcommand, ValueEnum};
use fubini::{Region, Variable};
use std::path::PathBuf;

/// Multidimensional integration with stated errors that you can check.
///
/// Every result comes with a stated error: a heuristic bound from rules (cuhre, genz-malik, product), one standard deviation
/// from the other methods. Either can be exceeded; a result that shows signs of it is called suspect. The same
/// request gives the same bits on any number of threads.
#[derive(Parser)]
#[command(name = "fubini", version, max_term_width = 100, after_help = EXIT_STATUS)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,
}

const EXIT_STATUS: &str = "\
Exit status:
  0  the tolerance was met and nothing speaks against the result
  1  a result was printed, but the tolerance was not met (budget, roundoff, Ctrl-C), or the result is suspect
  2  the request could not be carried out; standard error says why

Examples:
  fubini helium
  fubini helium --beta 0.05 --rtol 1e-9 --json
  fubini helium --coordinates cartesian --box 30 --method genz-malik --rtol 1e-4 --target each
  fubini helium --variance --expect r12=r12
  fubini scan helium --vary beta=0.01:0.19:10
  fubini optimize helium --vary alpha --vary beta
  fubini atom --psi 'exp(-1.8*(r1+r2))*(1+0.3*r12)'
  fubini integrate 'exp(-x^2-y^2)' --over x=-inf:inf --over y=0:inf";

#[derive(Subcommand)]
pub(super) enum Command {
    /// Variational energy of helium: E = ∫ψHψ / ∫ψ² over all six coordinates
    ///
    /// ψ = exp(−A (r1 + r2)) · exp(r12/2 / (1 + B r12)), in atomic units, with a nucleus of charge Z: 1 is H⁻, 2 helium, 3 Li⁺.
    ///
    /// Coordinates: triangle (the default where ψ and all that is asked for are functions of r1, r2 and r12: perimetric
    /// coordinates with the three angles of the orientation integrated analytically, 6 thousand evaluations to 1e-6),
    /// perimetric (the default where not: r1 = 0, r2 = 0 and r12 = 0 lie on the boundary, 22 thousand), body (the second
    /// electron about the direction of the first), spherical (laboratory frame), cartesian (all of space, or a box with
    /// --box). The method is cuhre unless --method says otherwise.
    #[command(verbatim_doc_comment)]
    Helium(HeliumWords),
    /// Variational energy of hydrogen: E = ∫ψHψ / ∫ψ² over three coordinates
    ///
    /// ψ = exp(−r − B r²), in atomic units. Coordinates: spherical (the default), cartesian.
    Hydrogen(HydrogenWords),
    /// Variational energy of an atom of one to three electrons with any ψ: E = ∫ψHψ / ∫ψ²
    ///
    /// ψ is a formula of x1 y1 z1 x2 y2 z2 r1 r2 r12 (x y z r with one electron, … z3 r3 r13 r23 with three) and the names of --set and --let. Hψ is
    /// derived symbolically, H = −∇²/2 − Z/r1 − Z/r2 + 1/r12 in atomic units, or with --potential, --repulsion, --mass and
    /// --radius. Coordinates as for `fubini helium`, in a sphere body or spherical; their length scale follows from ψ. --list shows trial
    /// functions that have a name, from a plain product to sixty terms for lithium.
    #[command(after_help = ATOM_EXAMPLES)]
    Atom(AtomWords),
    /// Variational energy of H2⁺, H2 or any two nuclei with one or two electrons: E = ∫ψHψ / ∫ψ², and E + 1/R
    ///
    /// Nuclei of charge 1 at z = ∓R/2, in atomic units. H2⁺: ψ = exp(−ζ ra) + exp(−ζ rb). H2 (Heitler and London):
    /// ψ = exp(−ζ (r1a + r2b)) + exp(−ζ (r1b + r2a)). The energy is electronic; the total energy adds 1/R. Prolate spheroidal
    /// coordinates put both nuclei on the boundary. For H2 the electrons meet inside: qmc takes a second to 1e-5, and
    /// about a minute to 1e-6. With --psi any ψ of distances, spheroidal coordinates and Cartesian ones, which must be symmetric or
    /// antisymmetric in two electrons; the energy then is the total one.
    #[command(after_help = MOLECULE_EXAMPLES)]
    Molecule(MoleculeWords),
    /// Two-electron repulsion integrals (pq|rs) = ∫∫ p(1) q(1) r(2) s(2) / r12
    ///
    /// Real normalised hydrogenic orbitals 1s 2s 2px 2py 2pz (or 2p0) 3s about a nucleus of charge Z, or Gaussians s px py pz
    /// with one exponent. Coordinates as for `fubini helium`.
    #[command(after_help = REPULSION_EXAMPLES)]
    Repulsion(RepulsionWords),
    /// The moment between two states of an atom and the strength of the line, from the points of both energies
    ///
    /// T = ∫ψ2 O ψ1 with O the sum of all z, or another formula. The moment is |T| over the norms, and the strength of the line from
    /// an S state f = 2 (E2 − E1) T²/(∫ψ1² ∫ψ2²). All integrals are taken from the same points; where the moment may be zero, give --atol.
    #[command(after_help = TRANSITION_EXAMPLES)]
    Transition(Box<TransitionWords>),
    /// Integrals of formulas
    ///
    /// Several formulas are the components of one integrand, evaluated together at the same points. `fubini methods`
    /// lists the methods; auto, the default, tries several and says which it has chosen.
    #[command(after_help = integrate_help(), arg_required_else_help = true)]
    Integrate(IntegrateWords),
    /// Energies or integrals over a parameter: a table, and curves with error bars
    ///
    /// Every value is a run of its own, with its own stated error; formulas are compiled once. The problems and their
    /// options are those of `fubini helium`, `hydrogen`, `atom` and `integrate`.
    #[command(after_help = SCAN_EXAMPLES)]
    Scan(Scanned),
    /// The minimum of the energy over parameters of ψ
    ///
    /// A quasi-Newton search with exact derivatives ∂E/∂p, found from the same points as the energy. It starts with few
    /// digits and ends with those of --rtol (default here: 1e-9, with Monte Carlo 1e-4), which also decides how well the
    /// parameters are known. --max-evals holds for each of its runs.
    #[command(after_help = OPTIMIZE_EXAMPLES)]
    Optimize(Chosen<OptimizeMore>),
    /// Several methods and budgets on one problem: a table, and a work-precision picture
    #[command(after_help = COMPARE_EXAMPLES)]
    Compare(Compared),
    /// The integrators: their dimensions, what their errors mean, their knobs
    Methods {
        /// Print one JSON document
        #[arg(long)]
        json: bool,
    },
    /// Print completions for a shell, for its configuration: `source <(fubini completions bash)`
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page, or that of a command: `fubini man integrate | man -l -`
    Man {
        /// The command
        command: Option<String>,
    },
}

const ATOM_EXAMPLES: &str = "\
Examples:
  fubini atom --psi 'exp(-a*(r1+r2))*(1+c*r12)' --set a=1.85 --set c=0.365
  fubini atom --charge 1 --electrons 1 --psi 'exp(-0.28*r^2)' --show
  fubini atom --potential r^2/8 --psi '(1+r12/2)*exp(-(r1^2+r2^2)/4)'
  fubini atom --potential '-2*exp(-m*r)/r' --repulsion 'exp(-m*r12)/r12' --set m=0.1 --psi 'exp(-1.6*(r1+r2))'
  fubini atom --charge 1 --mass 1 --psi 'exp(-0.5*r1-0.2*r2)+exp(-0.2*r1-0.5*r2)'
  fubini atom --electrons 1 --charge 1 --radius 2 --psi 'exp(-r/2)*(1-r/radius)'
  fubini atom --psi 'exp(-a*s)' --set a=2.1 --terms hylleraas:20 --rtol 1e-9
  fubini atom --psi 'exp(-s)' --terms 'exp(-s); exp(-s)*u; t*sinh(0.7*t); 1; u; s; s^2' --levels 2
  fubini atom --list
  fubini atom --function hylleraas-6 --rtol 1e-9
  fubini atom --psi 1 --terms exponential:50 --rtol 3e-10
  fubini atom --electrons 3 --spin doublet --psi 'exp(-3*(r1+r2))*(1-1.5*r3)*exp(-1.5*r3)'
  fubini atom --function lithium --rtol 1e-5
  fubini atom --function chandrasekhar --charge 1 --set c=0.3";

/// What formulas may hold, with all functions that there are, and examples.
fn integrate_help() -> String {
    let plain = |usage: &str| usage.ends_with("(a)");
    let (simple, others): (Vec<_>, Vec<_>) = fubini::expressions::functions().partition(|(_, usage)| plain(usage));
    let names = simple.into_iter().map(|(name, _)| name).chain(others.into_iter().map(|(_, usage)| usage)).collect::<Vec<_>>();
    format!("{INTEGRATE_FORMULAS}  functions: {}\n\n{INTEGRATE_EXAMPLES}", names.join(" "))
}

const INTEGRATE_FORMULAS: &str = "\
Formulas:
  + - * / ^ (or **), parentheses, 1e-3, pi, e, comparisons and && || ! (0 or 1). Formulas with i are complex, with powers and \
elementary functions by the principal branch. The order n of a Bessel function is a whole number. Limits are formulas of constants, \
--set names and variables given before, -inf or inf.
";

const INTEGRATE_EXAMPLES: &str = "\
Examples:
  fubini integrate 'exp(-x^2-y^2)' --over x=-inf:inf --over y=-inf:inf --rtol 1e-9
  fubini integrate 'x*w' 'w' --let 'w=exp(-a*x*y)' --set a=2 --over x=0:1 --over y=0:pi/2 --ratio
  fubini integrate 'exp(x*y)' --over x=0:1 --over y=0:x
  fubini integrate 'x^2' --over x=-1:1 --over 'y=-sqrt(1-x^2):sqrt(1-x^2)'
  fubini integrate 'where(y > x^2, 1, exp(x))' --over x=0:1 --over y=0:1 --break y=x^2
  fubini integrate 'sum(k, 1, 5, besselj(k, x)^2/k)' --over x=0:10
  fubini integrate 'exp(i*x^2 - x)' --over x=0:inf
  fubini integrate 'x*y*z*w' --region simplex:x,y,z --over w=0:x+y+z
  fubini integrate 'exp(-x^2-y^2-z^2)' --region ball:x,y,z=2
  fubini integrate 'mass=exp(-x)' 'mean=x*exp(-x)' --over x=0:inf
  fubini integrate 'where(x^2+y^2 < 1, 1, 0)' --over x=0:1 --over y=0:1 --rtol 1e-4 --no-analysis --plot quarter.svg
  fubini integrate 'exp(-x^2-y^2)' --over x=0:3 --over y=0:3 --rtol 1e-3 --histogram 'r=hypot(x,y):0:3:12' --samples cloud.npy
  fubini integrate --file problem.txt";

#[derive(Args)]
pub(super) struct AtomWords {
    /// The trial function
    // That there must be one, or a name, is told with the remedy where it is read.
    #[arg(long, value_name = "EXPR", allow_hyphen_values = true)]
    pub(super) psi: Option<String>,
    /// A trial function of the catalogue with its best parameters, which --set can change
    #[arg(long, value_name = "NAME", conflicts_with_all = ["psi", "electrons"])]
    pub(super) function: Option<String>,
    /// List the catalogue: names, energies, literature; for one charge with --charge, with parameters with --verbose
    #[arg(long, conflicts_with_all = ["psi", "function"])]
    pub(super) list: bool,
    /// Nuclear charge, 0 where nothing holds the electrons but ψ [default: the number of electrons]
    #[arg(long, value_name = "Z", allow_hyphen_values = true)]
    pub(super) charge: Option<f64>,
    /// Number of electrons, 1 to 3
    #[arg(long, value_name = "N", default_value_t = 2)]
    pub(super) electrons: usize,
    /// The spin that ψ must have: of a singlet it is symmetric in space, of a triplet antisymmetric [default: what it has]. Of three
    /// electrons what ψ is made of --psi by permutations: for a doublet the first two electrons of --psi are a pair, for a quartet all
    /// are alike
    #[arg(long, value_name = "SPIN")]
    pub(super) spin: Option<SpinWord>,
    #[command(flatten)]
    pub(super) hamiltonian: HamiltonianWords,
    #[command(flatten)]
    pub(super) linear: LinearWords,
    /// Print ψ, the local energy and the operation counts, and integrate nothing
    #[arg(long)]
    pub(super) show: bool,
    #[command(flatten)]
    pub(super) names: NameWords,
    #[command(flatten)]
    pub(super) observe: Observe,
    #[command(flatten)]
    pub(super) common: Common,
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum SpinWord {
    Singlet,
    Triplet,
    Doublet,
    Quartet,
}

/// Parameters in which ψ is linear.
#[derive(Args)]
pub(super) struct LinearWords {
    /// Terms φ of ψ = PSI · Σ c φ, separated by semicolons: their coefficients c1, c2, … get their best values from the
    /// eigenvalue problem H c = E S c. hylleraas:N stands for N terms s^i t^j u^k, with s = r1 + r2, t = r2 − r1, u = r12; exponential:N for N terms exp(−a r1 − b r2 − c r12) that suit helium
    #[arg(
        long,
        value_name = "EXPR;EXPR;...",
        value_delimiter = ';',
        allow_hyphen_values = true,
        help_heading = "Linear parameters"
    )]
    pub(super) terms: Vec<String>,
    /// Names in which ψ is linear: their best values are found in the same way
    #[arg(long, value_name = "NAME,...", value_delimiter = ',', conflicts_with = "terms", help_heading = "Linear parameters")]
    pub(super) linear: Vec<String>,
    /// How many levels to report, the lowest being the energy: each is an upper bound
    #[arg(long, value_name = "N", default_value_t = 1, help_heading = "Linear parameters")]
    pub(super) levels: usize,
}

/// What else than a nucleus at rest acts on the electrons.
#[derive(Args)]
pub(super) struct HamiltonianWords {
    /// The potential of one electron, a formula of its x y z r and of names, instead of −Z/r
    #[arg(long, value_name = "EXPR", allow_hyphen_values = true, conflicts_with = "charge", help_heading = "Hamiltonian")]
    pub(super) potential: Option<String>,
    /// The potential between two electrons, a formula of r12 and of names, instead of 1/r12
    #[arg(long, value_name = "EXPR", allow_hyphen_values = true, help_heading = "Hamiltonian")]
    pub(super) repulsion: Option<String>,
    /// Mass of the nucleus in units of the electron's, instead of infinity: with the reduced mass and the polarisation of the
    /// nucleus, −½ (1 + 1/M) Σ ∇i² − (1/M) ∇1·∇2
    #[arg(long, value_name = "M", allow_hyphen_values = true, help_heading = "Hamiltonian")]
    pub(super) mass: Option<f64>,
    /// Radius of a sphere that no electron leaves. ψ must vanish there; formulas may use the name radius
    #[arg(long, value_name = "R", allow_hyphen_values = true, help_heading = "Hamiltonian")]
    pub(super) radius: Option<f64>,
}

#[derive(Args)]
pub(super) struct IntegrateWords {
    /// The formulas, one per component; NAME=EXPR gives its result a name
    #[arg(value_name = "EXPR", required = true, value_parser = formula)]
    pub(super) formulas: Vec<String>,
    /// Formulas, and lines `over x=0:1`, `region …`, `break …`, `set a=2`, `let r=hypot(x,y)`, from a file with comments after #; `-` is
    /// the standard input
    // Its lines have taken its place before words are read.
    #[arg(long, value_name = "FILE")]
    pub(super) file: Option<String>,
    /// A variable with its limits, which may be formulas of the variables given before: y=0:x; repeatable
    #[arg(long, value_name = "VAR=LO:HI", required_unless_present = "regions", value_parser = variable, allow_hyphen_values = true)]
    pub(super) over: Vec<Variable>,
    /// Variables over a region, before those of --over: simplex:x,y,z=S (all at least 0, sum at most S), ball:x,y,z=R (sum of squares
    /// at most R²); S and R default to 1; repeatable
    #[arg(long = "region", value_name = "KIND:VAR,VAR...[=SIZE]", value_parser = region)]
    pub(super) regions: Vec<Region>,
    /// Where the integrand or a derivative jumps: x=0.3,0.7, or on a graph over the variables before, y=x^2; repeatable
    #[arg(long = "break", value_name = "VAR=V[,V...]", value_parser = broken, allow_hyphen_values = true)]
    pub(super) breaks: Vec<Broken>,
    /// Take the formulas as they are. Otherwise the domain is cut where branches change and powers or logarithms are singular, as far
    /// as that can be read from the formulas, and each part gets a map that makes it smooth; --verbose says what was found
    #[arg(long)]
    pub(super) no_analysis: bool,
    /// Report the first formula's integral over the second's
    #[arg(long)]
    pub(super) ratio: bool,
    #[command(flatten)]
    pub(super) names: NameWords,
    #[command(flatten)]
    pub(super) record: RecordWords,
    #[command(flatten)]
    pub(super) common: Common,
}

/// Names for use in formulas.
#[derive(Args)]
pub(super) struct NameWords {
    /// A name with a value; repeatable
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = setting)]
    pub(super) parameters: Vec<(String, f64)>,
    /// A name with a formula; repeatable
    #[arg(long = "let", value_name = "NAME=EXPR", value_parser = definition)]
    pub(super) definitions: Vec<(String, String)>,
}

impl NameWords {
    /// Refuses what is said twice.
    pub(super) fn check(&self) -> Result<(), Failure> {
        Failure::unless_once("--set", self.parameters.iter().map(|(name, _)| name))?;
        Failure::unless_once("--let", self.definitions.iter().map(|(name, _)| name))
    }
}

#[derive(Args)]
pub(super) struct HeliumWords {
    /// Range parameter of the electron-electron factor, 0 or greater
    #[arg(long, value_name = "B", default_value_t = 0.15, allow_hyphen_values = true)]
    pub(super) beta: f64,
    /// Exponent of the one-electron factors [default: the charge]
    #[arg(long, value_name = "A", allow_hyphen_values = true)]
    pub(super) alpha: Option<f64>,
    /// Nuclear charge
    #[arg(long, value_name = "Z", default_value_t = 2.0, allow_hyphen_values = true)]
    pub(super) charge: f64,
    #[command(flatten)]
    pub(super) observe: Observe,
    #[command(flatten)]
    pub(super) common: Common,
}

#[derive(Args)]
pub(super) struct HydrogenWords {
    /// Coefficient of r² in the exponent, 0 or greater
    #[arg(long, value_name = "B", default_value_t = 0.1, allow_hyphen_values = true)]
    pub(super) beta: f64,
    #[command(flatten)]
    pub(super) observe: Observe,
    #[command(flatten)]
    pub(super) common: Common,
}

/// Options of every command that integrates.
#[derive(Args)]
pub(super) struct Common {
    /// Integrator, see `fubini methods` [default: chosen by the problem]
    #[arg(long, value_name = "NAME", help_heading = "Method")]
    pub(super) method: Option<String>,
    /// A setting of the method, see `fubini methods`; repeatable
    #[arg(long = "knob", value_name = "NAME=VALUE", value_parser = knob, help_heading = "Method")]
    pub(super) knobs: Vec<(String, f64)>,
    /// Importance map of qmc; auto lets a pilot run decide [default: auto]
    #[arg(long, value_name = "WHICH", help_heading = "Method")]
    pub(super) map: Option<Map>,
    /// Coordinates in which the integral is taken [default: chosen by the problem]
    #[arg(long, value_name = "NAME", help_heading = "Method")]
    pub(super) coordinates: Option<String>,
    /// Cartesian coordinates, every variable in [−L, L]
    #[arg(long = "box", value_name = "L", allow_hyphen_values = true, help_heading = "Method")]
    pub(super) half_side: Option<f64>,

    /// Relative tolerance: error ≤ max(atol, rtol · |value|) [default: 1e-6]
    #[arg(long, value_name = "X", allow_hyphen_values = true, help_heading = "Accuracy")]
    pub(super) rtol: Option<f64>,
    /// Absolute tolerance
    #[arg(long, value_name = "X", default_value_t = 0.0, allow_hyphen_values = true, help_heading = "Accuracy")]
    pub(super) atol: f64,
    /// What must meet the tolerance: the ratio, or each integral [default: the ratio where there is one]
    #[arg(long, value_name = "WHAT", help_heading = "Accuracy")]
    pub(super) target: Option<Target>,
    /// Ceiling on the points at which the integrand is evaluated (1e6 is a number too)
    #[arg(long, value_name = "N", default_value = "3e8", value_parser = count, allow_hyphen_values = true, help_heading = "Accuracy")]
    pub(super) max_evals: u64,
    /// Ceiling on the memory that regions, or covariances of components, may take, in bytes: 2e9, 500M, 4G [default: half of
    /// what is free]
    #[arg(long, value_name = "SIZE", value_parser = size, allow_hyphen_values = true, help_heading = "Run")]
    pub(super) max_memory: Option<u64>,
    /// How cautious a rule's error estimate is
    #[arg(long, value_name = "LEVEL", default_value = "standard", help_heading = "Accuracy")]
    pub(super) error_level: Level,

    /// Key of the random streams
    #[arg(long, value_name = "N", default_value_t = 0, help_heading = "Run")]
    pub(super) seed: u64,
    /// A point near which there is a peak that could be missed, in the variables of the coordinates; repeatable
    #[arg(long = "hint", value_name = "X,Y,...", value_parser = point, allow_hyphen_values = true, help_heading = "Run")]
    pub(super) hints: Vec<Point>,
    /// Threads, at most 16 for every core and at least 64; never changes a bit of the result [default: all cores]
    #[arg(long, value_name = "N", help_heading = "Run")]
    pub(super) threads: Option<usize>,

    /// Save the state of the run to this file, every so often and at the end; only an earlier state is replaced
    #[arg(long, value_name = "FILE", help_heading = "Run")]
    pub(super) checkpoint: Option<PathBuf>,
    /// Seconds between two savings
    #[arg(long, value_name = "SECONDS", default_value_t = 60.0, allow_hyphen_values = true, help_heading = "Run")]
    pub(super) every: f64,
    /// Go on from a saved state; the tolerance and the budget may be others
    #[arg(long, value_name = "FILE", help_heading = "Run")]
    pub(super) resume: Option<PathBuf>,

    /// Print one JSON document
    #[arg(long, conflicts_with = "csv", help_heading = "Output")]
    pub(super) json: bool,
    /// Print one CSV table
    #[arg(long, help_heading = "Output")]
    pub(super) csv: bool,
    /// Draw a picture into this file, .svg or .png: of one run how values and errors converged, and of two variables the integrand with
    /// the regions or points over it; of many runs their curves. An earlier picture is replaced
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(super) plot: Option<PathBuf>,
    /// Say on standard error where the time went, by thread and rank, and write it into this file as folded stacks, of which flame graphs
    /// are made. An earlier one is replaced
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(super) profile: Option<PathBuf>,
    /// Let --plot replace a file that is no picture
    #[arg(long, requires = "plot", help_heading = "Output")]
    pub(super) force: bool,
    /// Say what was compiled, what was found in formulas and how a run converged, on standard error
    #[arg(long, short, help_heading = "Output")]
    pub(super) verbose: bool,
    /// Show nothing but the result
    #[arg(long, help_heading = "Output")]
    pub(super) quiet: bool,
    /// Show no progress
    #[arg(long, help_heading = "Output")]
    pub(super) no_progress: bool,
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum Target {
    /// The ratio, which is often known far better than either integral
    Ratio,
    /// Each integral by itself
    Each,
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum Map {
    /// Trained before the first point that counts
    On,
    /// The plain cube
    Off,
    /// The better of both
    Auto,
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum Level {
    /// For smooth integrands: no face sentinels
    Fast,
    /// Sees kinks and jumps near the faces of a region
    Standard,
    /// Twice the estimate, heavier sentinels
    Guarded,
}

/// A whole number, also as 1e6.
pub(super) fn count(word: &str) -> Result<u64, String> {
    let refused = || format!("`{word}` is not a whole number above 0, such as 1000000 or 1e6");
    let number = match word.parse::<u64>() {
        Ok(n) => n,
        Err(_) => match word.parse::<f64>() {
            Ok(x) if x >= 0.0 && x.fract() == 0.0 && x < 1.8e19 => x as u64,
            _ => return Err(refused()),
        },
    };
    if number == 0 { Err(refused()) } else { Ok(number) }
}

/// A number of bytes, also as 500M or 4G.
fn size(word: &str) -> Result<u64, String> {
    let units = [("k", 1e3), ("M", 1e6), ("G", 1e9), ("T", 1e12)];
    let unit = units.iter().find_map(|(letter, unit)| Some((word.strip_suffix(letter)?, *unit)));
    let (digits, unit) = unit.unwrap_or((word, 1.0));
    let bytes = digits.parse::<f64>().ok().map(|number| number * unit).filter(|bytes| *bytes >= 1.0);
    bytes.map(|bytes| bytes as u64).ok_or_else(|| format!("`{word}` is not a number of bytes, such as 2e9, 500M or 4G"))
}

/// Coordinates of a point.
#[derive(Clone, Debug)]
pub(super) struct Point(pub(super) Vec<f64>);

/// X,Y,….
fn point(word: &str) -> Result<Point, String> {
    let numbers: Result<Vec<f64>, _> = word.split(',').map(|x| x.trim().parse()).collect();
    numbers.map(Point).map_err(|_| format!("`{word}` is not a list of numbers, such as 0.5,0.25"))
}

/// NAME=VALUE of a method.
fn knob(word: &str) -> Result<(String, f64), String> {
    let named_word = || {
        let (name, value) = word.split_once('=')?;
        Some((name.trim().to_string(), fubini::methods::value_of(name.trim(), value.trim())?))
    };
    let refused = || format!("`{word}` is not of the form NAME=VALUE, such as degree=7 or points=tent");
    named_number(word).or_else(named_word).ok_or_else(refused)
}

/// NAME=VALUE of a formula.
fn setting(word: &str) -> Result<(String, f64), String> {
    let refused = || format!("`{word}` is not of the form NAME=VALUE with a number, such as a=0.5");
    named_number(word).filter(|(_, value)| value.is_finite()).ok_or_else(refused)
}

fn named_number(word: &str) -> Option<(String, f64)> {
    let (name, value) = word.split_once('=')?;
    Some((name.trim().to_string(), value.trim().parse().ok()?))
}

/// A formula, without the spaces around it.
fn formula(word: &str) -> Result<String, String> {
    match variable(word) {
        Ok(Variable { name, .. }) if !name.contains(['(', ' ']) && !word.contains('?') => {
            Err(format!("limits are given by --over: write --over '{}'", word.trim()))
        }
        _ => Ok(word.trim().to_string()),
    }
}

/// NAME=EXPR.
fn definition(word: &str) -> Result<(String, String), String> {
    let pair = word.split_once('=').map(|(name, text)| (name.trim().to_string(), text.trim().to_string()));
    pair.ok_or_else(|| format!("`{word}` is not of the form NAME=EXPR, such as 's=x+y'"))
}
