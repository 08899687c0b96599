//! Trial functions by name, with parameters that make their energy least: from the literature, or as accurately as that.
//!
//! Each is a formula of ψ with parameters, so that whatever can be done with a formula can be done with it. Most are for two
//! electrons about a nucleus of charge Z: 1 is H⁻, 2 helium, 3 Li⁺. Behind them stand systems of their own, each with its Hamiltonian.

use super::hylleraas::{self, Term};
use super::systems::{self, SYSTEMS};
use super::{Trial, known};
use crate::RequestError;
use crate::request::require;

/// A trial function with the best parameters for a nucleus.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The word by which it is chosen.
    pub name: &'static str,
    /// ψ, its parameters and the charge.
    pub trial: Trial,
    /// The energy ∫ψHψ/∫ψ² with these parameters.
    pub energy: f64,
    /// How far this may be off: one standard deviation, or 0 where all its digits hold.
    pub uncertainty: f64,
    /// The energy of the state itself, where it is known: no ψ of its symmetry has a lower one.
    pub exact: Option<f64>,
    /// Who used it first, or best, or found the energy of the state.
    pub source: &'static str,
}

/// A form of ψ.
struct Function {
    name: &'static str,
    psi: &'static str,
    source: &'static str,
    best: Parameters,
}

/// Where the best parameters come from.
enum Parameters {
    /// a = Z − 5/16.
    Screened,
    /// Coefficients of these terms behind exp(−a s), from integrals in closed form.
    Hylleraas(&'static [Term]),
    /// Z, the parameters by name, and the energy to fifteen digits, for some charges.
    Table(&'static [Row]),
}

/// Z, parameters and energy.
type Row = (f64, &'static [(&'static str, f64)], f64);

/// The terms of Hylleraas' functions, the first n of them.
const TERMS: [Term; 10] =
    [(0, 0, 0), (0, 0, 1), (0, 2, 0), (1, 0, 0), (2, 0, 0), (0, 0, 2), (1, 0, 1), (0, 2, 1), (0, 0, 3), (0, 2, 2)];

const FUNCTIONS: [Function; 8] = [
    Function { name: "product", psi: "exp(-a*s)", source: "G. W. Kellner, Z. Phys. 44 (1927) 91", best: Parameters::Screened },
    Function {
        name: "eckart",
        psi: "exp(-a*r1-b*r2) + exp(-b*r1-a*r2)",
        source: "C. Eckart, Phys. Rev. 36 (1930) 878",
        best: Parameters::Table(&ECKART),
    },
    Function {
        name: "chandrasekhar",
        psi: "(exp(-a*r1-b*r2) + exp(-b*r1-a*r2))*(1 + c*u)",
        source: "S. Chandrasekhar, Astrophys. J. 100 (1944) 176",
        best: Parameters::Table(&CHANDRASEKHAR),
    },
    Function {
        name: "pade-jastrow",
        psi: "exp(-a*s + u/2/(1 + b*u))",
        source: "B. L. Hammond, W. A. Lester, P. J. Reynolds, Monte Carlo Methods in Ab Initio Quantum Chemistry (1994)",
        best: Parameters::Table(&PADE_JASTROW),
    },
    Function {
        name: "hylleraas-2",
        psi: "exp(-a*s)*(1 + c1*u)",
        source: "E. A. Hylleraas, Z. Phys. 54 (1929) 347",
        best: Parameters::Hylleraas(TERMS.split_at(2).0),
    },
    Function {
        name: "hylleraas-3",
        psi: "exp(-a*s)*(1 + c1*u + c2*t^2)",
        source: "E. A. Hylleraas, Z. Phys. 54 (1929) 347",
        best: Parameters::Hylleraas(TERMS.split_at(3).0),
    },
    Function {
        name: "hylleraas-6",
        psi: "exp(-a*s)*(1 + c1*u + c2*t^2 + c3*s + c4*s^2 + c5*u^2)",
        source: "E. A. Hylleraas, Z. Phys. 54 (1929) 347",
        best: Parameters::Hylleraas(TERMS.split_at(6).0),
    },
    Function {
        name: "hylleraas-10",
        psi: "exp(-a*s)*(1 + c1*u + c2*t^2 + c3*s + c4*s^2 + c5*u^2 + c6*s*u + c7*t^2*u + c8*u^3 + c9*t^2*u^2)",
        source: "S. Chandrasekhar, D. Elbert, G. Herzberg, Phys. Rev. 91 (1953) 1172",
        best: Parameters::Hylleraas(&TERMS),
    },
];

/// Least energies by a simplex search with our own integrals to 1e-9; of H⁻ and of Padé-Jastrow, by extended precision.
const ECKART: [Row; 3] = [
    (1.0, &[("a", 1.03923), ("b", 0.283_221)], -0.513_302_885_463_432),
    (2.0, &[("a", 2.18317), ("b", 1.18853)], -2.875_661_331_234_050),
    (3.0, &[("a", 3.29491), ("b", 2.07898)], -7.248_747_864_642_374),
];
const CHANDRASEKHAR: [Row; 3] = [
    (1.0, &[("a", 1.07487), ("b", 0.477_447), ("c", 0.312_549)], -0.525_918_736_047_599),
    (2.0, &[("a", 2.20842), ("b", 1.43624), ("c", 0.29271)], -2.901_419_730_284_189),
    (3.0, &[("a", 3.29943), ("b", 2.36182), ("c", 0.27697)], -7.277_173_735_215_158),
];
const PADE_JASTROW: [Row; 3] = [
    (1.0, &[("a", 0.835_111_993_571), ("b", 0.171_603_535_063)], -0.508_370_114_050_139),
    (2.0, &[("a", 1.843_286_720_923), ("b", 0.346_486_674_283)], -2.890_267_138_142_603),
    (3.0, &[("a", 2.846_096_003_476), ("b", 0.519_835_734_552)], -7.267_520_263_126_550),
];

/// Names of coefficients behind the first.
const COEFFICIENTS: [&str; 9] = ["c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8", "c9"];

/// The words of all functions.
pub fn names() -> Vec<&'static str> {
    FUNCTIONS.iter().map(|f| f.name).chain(SYSTEMS.iter().map(|s| s.name)).collect()
}

/// The charge of a system that is no two electrons about any nucleus; `None` for functions of these.
pub fn charge_of(name: &str) -> Option<f64> {
    SYSTEMS.iter().find(|system| system.name == name).map(|system| system.charge)
}

/// Systems with Hamiltonians of their own.
pub fn systems() -> Vec<Entry> {
    SYSTEMS.iter().map(systems::System::entry).collect()
}

/// The function of this name with its best parameters for a nucleus of charge `charge`.
///
/// ```
/// use fubini::atoms::{Frame, catalogue};
/// use fubini::{Cuhre, Integrator, Options};
///
/// let entry = catalogue::entry("hylleraas-3", 2.0)?;
/// let problem = entry.trial.problem(Frame::Auto)?;
/// let report = Cuhre::default().integrate(&*problem.integrand, &*problem.coordinates, &Options::default().ratio(0, 1))?;
/// assert!((report.ratio().unwrap().value - entry.energy).abs() <= report.ratio().unwrap().error);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// A name that there is not, or a charge for which no parameters are known.
pub fn entry(name: &str, charge: f64) -> Result<Entry, RequestError> {
    if let Some(system) = SYSTEMS.iter().find(|system| system.name == name) {
        let allowed = "this system has a charge of its own: leave --charge out";
        require("charge", charge, allowed, charge == system.charge)?;
        return Ok(system.entry());
    }
    let Some(function) = FUNCTIONS.iter().find(|f| f.name == name) else {
        return Err(RequestError::Unknown { name: "function", word: name.to_string(), known: names() });
    };
    require("charge", charge, "the charge must be at least 1, with less a nucleus does not hold two electrons", charge >= 1.0)?;
    let named = |parameters: &[(&str, f64)]| parameters.iter().map(|(name, value)| (name.to_string(), *value)).collect();
    let (parameters, energy) = match function.best {
        Parameters::Screened => {
            let a = charge - 5.0 / 16.0;
            (vec![("a".to_string(), a)], -a * a)
        }
        Parameters::Hylleraas(terms) => {
            let best = hylleraas::best(terms, charge);
            let coefficients = COEFFICIENTS.iter().zip(&best.coefficients).map(|(name, c)| (name.to_string(), *c));
            (std::iter::once(("a".to_string(), best.alpha)).chain(coefficients).collect(), best.energy)
        }
        Parameters::Table(rows) => {
            let allowed = "parameters of this function are known for charges 1, 2 and 3; others can be given by --psi";
            let row = rows.iter().find(|row| row.0 == charge);
            let (_, parameters, energy) = row.ok_or(RequestError::Parameter { name: "charge", value: charge, allowed })?;
            (named(parameters), *energy)
        }
    };
    let psi = function.psi.to_string();
    let trial = Trial { psi, charge, parameters, definitions: definitions(), ..Trial::default() };
    Ok(Entry {
        name: function.name,
        trial,
        energy,
        uncertainty: 0.0,
        exact: known::ground_state(2, charge),
        source: function.source,
    })
}

/// What s, t and u stand for.
pub(super) fn definitions() -> Vec<(String, String)> {
    [("s", "r1+r2"), ("t", "r2-r1"), ("u", "r12")].map(|(name, text)| (name.to_string(), text.to_string())).to_vec()
}

/// All functions of two electrons about a nucleus with their parameters for these charges, where known.
pub fn entries(charges: &[f64]) -> Vec<Entry> {
    charges.iter().flat_map(|charge| FUNCTIONS.iter().filter_map(|f| entry(f.name, *charge).ok())).collect()
}

/// The entry of a trial function that is one of the catalogue's, parameters included. Several have one ψ in different systems.
pub(super) fn of(trial: &Trial) -> Option<Entry> {
    let functions = FUNCTIONS.iter().filter(|f| f.psi == trial.psi).filter_map(|f| entry(f.name, trial.charge).ok());
    let systems = SYSTEMS.iter().map(systems::System::entry);
    functions.chain(systems).find(|Entry { trial: own, .. }| {
        own.psi == trial.psi
            && own.electrons == trial.electrons
            && own.charge == trial.charge
            && own.parameters == trial.parameters
            && own.definitions == trial.definitions
            && own.hamiltonian == trial.hamiltonian
            && (own.electrons != 3 || own.spin == trial.spin)
    })
}
