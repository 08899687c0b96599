//! The integrators by name, for those who choose them by a word.

use crate::RequestError;
use fubini_algorithms::{
    Auto, Cuhre, ErrorKind, GenzMalik, Integrator, Miser, Mixture, ProductRule, Qmc, QmcMap, QmcSequence, Train, Vegas, Vmc,
};

/// What there is to know about a method before choosing it.
#[derive(Debug)]
pub struct Method {
    /// The word.
    pub name: &'static str,
    /// Dimensions in which it works.
    pub dimensions: &'static str,
    /// What it is and when to take it.
    pub summary: &'static str,
    /// What its stated error means.
    pub error: ErrorKind,
    /// Its own settings.
    pub knobs: &'static [Knob],
    build: Build,
}

/// Makes the integrator from its settings by name.
type Build = fn(&[(String, f64)]) -> Result<Box<dyn Integrator>, RequestError>;

/// A setting of one method.
#[derive(Debug)]
pub struct Knob {
    /// The word.
    pub name: &'static str,
    /// What it does, its range and its default.
    pub meaning: &'static str,
}

/// All methods.
pub static METHODS: &[Method] = &[
    Method {
        name: "auto",
        dimensions: "any",
        summary: "several begin, the one predicted to be done first goes on, and another one must agree",
        error: ErrorKind::StandardDeviation,
        knobs: &[],
        build: |_| Ok(Box::new(Auto::default())),
    },
    Method {
        name: "cuhre",
        dimensions: "1-15",
        summary: "adaptive rules of degree 13 (2-D), 11 (3-D), 9: smooth integrands, tight tolerances",
        error: ErrorKind::Bound,
        knobs: &[Knob { name: "degree", meaning: Cuhre::DEGREES }],
        build: |knobs| {
            let mut cuhre = Cuhre::default();
            for (_, value) in knobs {
                cuhre = cuhre.degree(whole("degree", *value)?);
            }
            Ok(Box::new(cuhre))
        },
    },
    Method {
        name: "genz-malik",
        dimensions: "1-15",
        summary: "adaptive rule of degree 7: fewest points per region, for kinks and modest tolerances",
        error: ErrorKind::Bound,
        knobs: &[],
        build: |_| Ok(Box::new(GenzMalik::default())),
    },
    Method {
        name: "product",
        dimensions: "1-4",
        summary: "products of one-dimensional rules: smooth integrands to many digits, and ends that are singular",
        error: ErrorKind::Bound,
        knobs: &[],
        build: |_| Ok(Box::new(ProductRule::default())),
    },
    Method {
        name: "qmc",
        dimensions: "1-1000",
        summary: "scrambled Sobol' points or lattices, whichever is better: smooth integrands in more dimensions than rules can take",
        error: ErrorKind::StandardDeviation,
        knobs: &[
            Knob {
                name: "replicates",
                meaning: "independent randomisations behind a claim to have converged, 2 or more; default 16",
            },
            Knob { name: "map", meaning: "importance map: 0 off, 1 on; by default a pilot run decides" },
            Knob {
                name: "points",
                meaning: "auto (default: they compete), sobol, or a lattice up to 64-D: tent, korobov1, korobov2, korobov3; 0 to 5",
            },
        ],
        build: |knobs| {
            let mut qmc = Qmc::default();
            for (name, value) in knobs {
                qmc = match name.as_str() {
                    "map" => qmc.map(if whole("map", *value)? == 0 { QmcMap::Off } else { QmcMap::On }),
                    "points" => qmc.sequence(*chosen("points", &SEQUENCES, *value)?),
                    _ => qmc.replicates(whole("replicates", *value)?),
                };
            }
            Ok(Box::new(qmc))
        },
    },
    Method {
        name: "miser",
        dimensions: "any",
        summary: "recursive stratified sampling, as in GSL: the simplest sampler, for comparison",
        error: ErrorKind::StandardDeviation,
        knobs: &[],
        build: |_| Ok(Box::new(Miser::default())),
    },
    Method {
        name: "mixture",
        dimensions: "1-24",
        summary: "quasi-random points of a mixture fitted to the integrand: peaks across the axes, or several of them",
        error: ErrorKind::StandardDeviation,
        knobs: &[],
        build: |_| Ok(Box::new(Mixture::default())),
    },
    Method {
        name: "train",
        dimensions: "1-100",
        summary: "a tensor train, and qmc of the rest: sums and products of few terms in many variables, to many digits",
        error: ErrorKind::StandardDeviation,
        knobs: &[],
        build: |_| Ok(Box::new(Train::default())),
    },
    Method {
        name: "vegas",
        dimensions: "any",
        summary: "Monte Carlo with an importance map and adaptive strata: many dimensions, rough integrands",
        error: ErrorKind::StandardDeviation,
        knobs: &[],
        build: |_| Ok(Box::new(Vegas::default())),
    },
    Method {
        name: "vmc",
        dimensions: "any",
        summary: "variational Monte Carlo: Metropolis walkers in the density below the line of a ratio; energies only",
        error: ErrorKind::StandardDeviation,
        knobs: &[
            Knob { name: "walkers", meaning: "walkers that step at once, 128 to 1048576; default 2048" },
            Knob { name: "acceptance", meaning: "share of proposals to be accepted, 0.05 to 0.95; default 0.4" },
        ],
        build: |knobs| {
            let mut vmc = Vmc::default();
            for (name, value) in knobs {
                vmc = match name.as_str() {
                    "acceptance" => vmc.acceptance(*value),
                    _ => vmc.walkers(whole("walkers", *value)?),
                };
            }
            Ok(Box::new(vmc))
        },
    },
];

/// Values of knobs that have words for them, in the order of their numbers.
const WORDS: [(&str, &[&str]); 2] =
    [("points", &["auto", "sobol", "tent", "korobov1", "korobov2", "korobov3"]), ("map", &["off", "on"])];
/// The points of qmc in this order.
const SEQUENCES: [QmcSequence; 6] = [
    QmcSequence::Auto,
    QmcSequence::Sobol,
    QmcSequence::Tent,
    QmcSequence::Korobov1,
    QmcSequence::Korobov2,
    QmcSequence::Korobov3,
];

/// The number that a word stands for as the value of a knob, such as 4 for `korobov2` of `points`.
///
/// ```
/// assert_eq!(fubini::methods::value_of("points", "korobov2"), Some(4.0));
/// assert_eq!(fubini::methods::value_of("degree", "7"), None);
/// ```
pub fn value_of(knob: &str, word: &str) -> Option<f64> {
    let (_, words) = WORDS.iter().find(|(name, _)| *name == knob)?;
    words.iter().position(|known| *known == word).map(|k| k as f64)
}

/// The integrator of this name with its own settings.
///
/// ```
/// use fubini::methods::{METHODS, integrator};
///
/// let cuhre = integrator("cuhre", &[("degree".to_string(), 9.0)])?;
/// assert_eq!(cuhre.name(), "cuhre");
/// let reason = integrator("cuhr", &[]).err().unwrap().to_string();
/// assert!(reason.contains("did you mean cuhre?"));
/// assert!(METHODS.iter().all(|method| !method.summary.is_empty()));
/// # Ok::<(), fubini::RequestError>(())
/// ```
///
/// # Errors
/// A name or a knob that does not exist, or a value out of its range.
pub fn integrator(name: &str, knobs: &[(String, f64)]) -> Result<Box<dyn Integrator>, RequestError> {
    let Some(method) = METHODS.iter().find(|m| m.name == name) else {
        let known = METHODS.iter().map(|m| m.name).collect();
        return Err(RequestError::Unknown { name: "method", word: name.to_string(), known });
    };
    if let Some((knob, _)) = knobs.iter().find(|(k, _)| method.knobs.iter().all(|known| known.name != k)) {
        let known: Vec<_> = method.knobs.iter().map(|k| k.name).collect();
        if known.is_empty() {
            return Err(RequestError::Conflict { name: "knob", reason: format!("{name} has no knobs, so not {knob} either") });
        }
        return Err(RequestError::Unknown { name: "knob", word: knob.clone(), known });
    }
    (method.build)(knobs)
}

fn whole(name: &'static str, value: f64) -> Result<usize, RequestError> {
    crate::request::require(name, value, "must be a whole number", value >= 0.0 && value.fract() == 0.0)?;
    Ok(value as usize)
}

/// The entry of this number.
fn chosen<'a, T>(name: &'static str, list: &'a [T], value: f64) -> Result<&'a T, RequestError> {
    let k = whole(name, value)?;
    list.get(k).ok_or_else(|| {
        let known = WORDS.iter().filter(|(knob, _)| *knob == name).flat_map(|(_, words)| words.iter().copied()).collect();
        RequestError::Unknown { name, word: value.to_string(), known }
    })
}
