//! Two-electron repulsion integrals (pq|rs) = ∫∫ p(1) q(1) r(2) s(2) / r12 over orbitals on one centre.
//!
//! Real normalised orbitals, all of the form A(x, y, z) (c0 + c1 r + c2 r²) exp(−k r) or A(x, y, z) exp(−a r²) with A one of
//! 1, x, y, z: hydrogenic ones scale so that the integral is Z times that of hydrogen. In perimetric coordinates 1/r12
//! meets a Jacobian that vanishes where the electrons do. Turning both electrons together changes nothing else, so that the
//! product of the A is replaced by its mean over all rotations, with a = r1, b = r2 (vectors):
//!
//! ⟨a_i a_j⟩ = δ_ij a²/3, ⟨a_i b_k⟩ = δ_ik a·b/3, and ⟨a_i a_j b_k b_l⟩ = δ_ij δ_kl (2 a²b² − (a·b)²)/15
//! + (δ_ik δ_jl + δ_il δ_jk) (3 (a·b)² − a²b²)/30.
//!
//! What is left is a function of r1, r2 and r12.

use super::helium::norm;
use crate::request::require;
use crate::{Problem, Reference, RequestError};
use fubini_algorithms::simd::Lanes;
use fubini_algorithms::{LaneIntegrand, Simd};
use std::f64::consts::PI;

/// A normalised orbital.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Orbital {
    /// Which of x, y, z multiplies it, if any.
    axis: Option<usize>,
    /// Coefficients of 1, r and r².
    radial: [f64; 3],
    /// k of exp(−k r).
    exponential: f64,
    /// a of exp(−a r²).
    gaussian: f64,
}

/// The hydrogenic orbitals by name.
const HYDROGENIC: [&str; 7] = ["1s", "2s", "2px", "2py", "2pz", "2p0", "3s"];
/// The Gaussian orbitals by name.
const GAUSSIAN: [&str; 4] = ["s", "px", "py", "pz"];

impl Orbital {
    /// An orbital of the hydrogenic atom of charge Z: 1s, 2s, 2px, 2py, 2pz (or 2p0), 3s.
    ///
    /// # Errors
    /// A name that there is not.
    pub fn hydrogenic(name: &str, charge: f64) -> Result<Self, RequestError> {
        let z = charge;
        // With N = √(k³/π) times a number and the polynomial in Z r.
        let s = |n: f64, factor: f64, [c0, c1, c2]: [f64; 3]| {
            let norm = factor * (z.powi(3) / PI).sqrt();
            Orbital { axis: None, radial: [norm * c0, norm * c1 * z, norm * c2 * z * z], exponential: z / n, gaussian: 0.0 }
        };
        let p = |axis| {
            let norm = (z.powi(5) / (32.0 * PI)).sqrt();
            Orbital { axis: Some(axis), radial: [norm, 0.0, 0.0], exponential: 0.5 * z, gaussian: 0.0 }
        };
        Ok(match name {
            "1s" => s(1.0, 1.0, [1.0, 0.0, 0.0]),
            "2s" => s(2.0, 1.0 / 32f64.sqrt(), [2.0, -1.0, 0.0]),
            "3s" => s(3.0, 1.0 / (81.0 * 3f64.sqrt()), [27.0, -18.0, 2.0]),
            "2px" => p(0),
            "2py" => p(1),
            "2pz" | "2p0" => p(2),
            word => return Err(unknown(word, &HYDROGENIC)),
        })
    }

    /// A Gaussian with exponent a: s, px, py or pz.
    ///
    /// # Errors
    /// A name that there is not.
    pub fn gaussian(name: &str, a: f64) -> Result<Self, RequestError> {
        let s = (2.0 * a / PI).powf(0.75);
        let (axis, norm) = match name {
            "s" => (None, s),
            "px" => (Some(0), 2.0 * a.sqrt() * s),
            "py" => (Some(1), 2.0 * a.sqrt() * s),
            "pz" => (Some(2), 2.0 * a.sqrt() * s),
            word => return Err(unknown(word, &GAUSSIAN)),
        };
        Ok(Orbital { axis, radial: [norm, 0.0, 0.0], exponential: 0.0, gaussian: a })
    }

    /// The polynomial of r.
    #[inline(always)]
    fn polynomial<V: Lanes>(&self, r: V) -> V {
        let [c0, c1, c2] = self.radial.map(V::splat);
        if self.radial[1..] == [0.0; 2] { c0 } else { r.mul_add(c2, c1).mul_add(r, c0) }
    }
}

fn unknown(word: &str, known: &[&'static str]) -> RequestError {
    RequestError::Unknown { name: "orbital", word: word.to_string(), known: known.to_vec() }
}

/// The integrand of (pq|rs) at (x1, y1, z1, x2, y2, z2).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Repulsion {
    /// p, q, r and s.
    pub orbitals: [Orbital; 4],
}

impl LaneIntegrand for Repulsion {
    fn dim(&self) -> usize {
        6
    }

    fn components(&self) -> usize {
        1
    }

    #[inline(always)]
    fn eval<V: Lanes>(&self, x: &[V], y: &mut [V]) {
        let &[x1, y1, z1, x2, y2, z2] = x else { unreachable!("six variables") };
        let (r1, _) = norm(x1, y1, z1);
        let (r2, _) = norm(x2, y2, z2);
        let (_, inverse12) = norm(x1 - x2, y1 - y2, z1 - z2);
        let dot = x1.mul_add(x2, y1.mul_add(y2, z1 * z2));
        let [p, q, r, s] = &self.orbitals;
        let exponent = |a: &Orbital, b: &Orbital, r: V| {
            let (k, g) = (V::splat(-a.exponential - b.exponential), V::splat(-a.gaussian - b.gaussian));
            g.mul_add(r, k) * r
        };
        let first = p.polynomial(r1) * q.polynomial(r1);
        let second = r.polynomial(r2) * s.polynomial(r2);
        let radial = first * second * inverse12 * (exponent(p, q, r1) + exponent(r, s, r2)).exp();
        y[0] = radial * self.angular(r1 * r1, r2 * r2, dot);
    }
}

impl Repulsion {
    /// The mean over all rotations of the product of the angular factors, for a², b² and a·b.
    #[inline(always)]
    fn angular<V: Lanes>(&self, a2: V, b2: V, dot: V) -> V {
        let third = V::splat(1.0 / 3.0);
        let same = |i: usize, j: usize| if i == j { 1.0 } else { 0.0 };
        match self.orbitals.map(|orbital| orbital.axis) {
            [None, None, None, None] => V::splat(1.0),
            [Some(i), Some(j), None, None] => a2 * third * V::splat(same(i, j)),
            [None, None, Some(i), Some(j)] => b2 * third * V::splat(same(i, j)),
            [Some(i), Some(j), Some(k), Some(l)] => {
                let (squares, dot2) = (a2 * b2, dot * dot);
                let apart = V::splat(same(i, j) * same(k, l) / 15.0) * (squares + squares - dot2);
                let across = V::splat((same(i, k) * same(j, l) + same(i, l) * same(j, k)) / 30.0);
                across.mul_add(V::splat(3.0) * dot2 - squares, apart)
            }
            // One on each electron; any other number vanishes and was refused.
            axes => {
                let mut axes = axes.into_iter().flatten();
                let (i, j) = (axes.next().unwrap_or(0), axes.next().unwrap_or(0));
                dot * third * V::splat(same(i, j))
            }
        }
    }
}

/// Textbook values for Z = 1, of orbitals in this order or one that the symmetries of the integral allow.
const KNOWN: [([&str; 4], f64); 6] = [
    (["1s", "1s", "1s", "1s"], 5.0 / 8.0),
    (["1s", "1s", "2s", "2s"], 17.0 / 81.0),
    (["1s", "2s", "1s", "2s"], 16.0 / 729.0),
    (["2s", "2s", "2s", "2s"], 77.0 / 512.0),
    (["1s", "1s", "2pz", "2pz"], 59.0 / 243.0),
    (["1s", "2pz", "1s", "2pz"], 112.0 / 6561.0),
];

/// The repulsion integral of two pairs of orbitals, written one name after the other as in `1s2s`: hydrogenic ones with
/// charge Z, or Gaussian ones if an exponent is given.
///
/// ```
/// use fubini::atoms::{Frame, repulsion};
/// use fubini::{Cuhre, Integrator, Options};
///
/// let problem = repulsion(["1s1s", "1s1s"], 2.0, None, Frame::Auto)?;
/// let options = problem.options(&Options::default());
/// let report = Cuhre::default().integrate(&*problem.integrand, &*problem.coordinates, &options)?;
/// // 5/8 Z
/// assert!((report.integrals[0].value - 1.25).abs() <= report.integrals[0].error);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Names that there are not, numbers out of range, and integrals that vanish by symmetry.
pub fn repulsion(pairs: [&str; 2], charge: f64, gaussian: Option<f64>, frame: super::Frame) -> Result<Problem, RequestError> {
    require("charge", charge, "the nuclear charge must be a number above 0", charge > 0.0)?;
    if let Some(a) = gaussian {
        require("gaussian", a, "the exponent must be a number above 0", a > 0.0)?;
    }
    let known: &[&'static str] = if gaussian.is_some() { &GAUSSIAN } else { &HYDROGENIC };
    let mut names = Vec::with_capacity(4);
    for pair in pairs {
        names.extend(split(pair, known)?);
    }
    let [p, q, r, s] = names[..] else { unreachable!("two pairs of two") };
    let orbital = |name| match gaussian {
        Some(a) => Orbital::gaussian(name, a),
        None => Orbital::hydrogenic(name, charge),
    };
    let orbitals = [orbital(p)?, orbital(q)?, orbital(r)?, orbital(s)?];
    let name = format!("({p}{q}|{r}{s})");
    if (0..3).any(|axis| orbitals.iter().filter(|o| o.axis == Some(axis)).count() % 2 == 1) {
        let reason = format!("{name} is 0 by symmetry: it changes its sign when an axis is reversed");
        return Err(RequestError::Conflict { name: "repulsion", reason });
    }
    let (formula, exact) = match gaussian {
        Some(a) => (format!("{name}, Gaussians of exponent {a}"), (names == ["s"; 4]).then(|| 2.0 * (a / PI).sqrt())),
        None => (format!("{name}, Z = {charge}"), textbook([p, q, r, s]).map(|value| value * charge)),
    };
    // The exponent of the average orbital; a Gaussian has the mean radius of an exponential with 0.94 √a.
    let scale = orbitals.iter().map(|o| o.exponential + o.gaussian.sqrt()).sum::<f64>() / 4.0;
    let exact = exact.map(|value| Reference { name: "exact".to_string(), value, exact: true });
    Ok(Problem {
        name: "repulsion".to_string(),
        label: format!("repulsion: {formula}"),
        formula,
        compilation: None,
        analysis: Vec::new(),
        warning: None,
        further: 0,
        separated: None,
        integrand: Box::new(Simd(Repulsion { orbitals })),
        coordinates: frame.two_electrons(super::extent::Extent::of(scale), None)?,
        complex: Vec::new(),
        integrals: vec![name],
        ratio: None,
        constant: None,
        coefficients: Vec::new(),
        observables: Vec::new(),
        references: exact.into_iter().collect(),
        method: "cuhre",
    })
}

/// The two names of a pair.
fn split(pair: &str, known: &[&'static str]) -> Result<[&'static str; 2], RequestError> {
    let find = |word: &str| known.iter().find(|k| **k == word).copied();
    let halves = (1..pair.len()).filter_map(|at| pair.split_at_checked(at));
    halves.filter_map(|(a, b)| Some([find(a)?, find(b)?])).next().ok_or_else(|| RequestError::Unknown {
        name: "pair",
        word: pair.to_string(),
        known: known.to_vec(),
    })
}

/// The known value of an integral over real orbitals, in which each pair and the two pairs may be exchanged.
fn textbook(names: [&str; 4]) -> Option<f64> {
    let [p, q, r, s] = names.map(|name| if name.starts_with("2p") { "2pz" } else { name });
    // Two different p orbitals are another integral.
    let axes: Vec<&str> =
        names.into_iter().filter(|name| name.starts_with("2p")).map(|n| if n == "2p0" { "2pz" } else { n }).collect();
    if axes.windows(2).any(|pair| pair[0] != pair[1]) {
        return None;
    }
    let pairs = |a: &'static str, b: &'static str| [[a, b], [b, a]];
    let same = |(known, _): &&([&'static str; 4], f64)| {
        let [a, b, c, d] = *known;
        let is = |x: [&str; 2], y: [[&str; 2]; 2]| y[0] == x || y[1] == x;
        (is([p, q], pairs(a, b)) && is([r, s], pairs(c, d))) || (is([p, q], pairs(c, d)) && is([r, s], pairs(a, b)))
    };
    KNOWN.iter().find(same).map(|entry| entry.1)
}
