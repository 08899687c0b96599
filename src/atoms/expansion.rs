//! ψ as a factor times a sum of terms with linear parameters, written out; sets of terms that have a name.

use super::exponential::{self, EXPONENTS};
use super::{Trial, catalogue};
use crate::RequestError;

/// Terms s^i t^j u^l of Hylleraas' expansion in the order in which they are best added: each set is what is left of the next when the
/// term is taken away that the ground state of helium misses least, from all 95 with i + j + l up to 8.
const HYLLERAAS: [[u8; 3]; 50] = [
    [0, 0, 0],
    [0, 0, 1],
    [0, 2, 0],
    [1, 0, 1],
    [0, 0, 2],
    [0, 0, 3],
    [2, 0, 0],
    [1, 2, 0],
    [0, 2, 1],
    [0, 2, 2],
    [1, 0, 0],
    [3, 0, 1],
    [3, 2, 0],
    [1, 0, 3],
    [5, 0, 1],
    [4, 0, 0],
    [0, 2, 3],
    [0, 2, 4],
    [0, 4, 1],
    [6, 2, 0],
    [1, 0, 4],
    [1, 4, 0],
    [2, 4, 0],
    [0, 0, 4],
    [2, 0, 4],
    [4, 0, 1],
    [1, 2, 2],
    [1, 0, 5],
    [2, 0, 5],
    [0, 2, 5],
    [1, 2, 5],
    [1, 2, 3],
    [1, 2, 4],
    [0, 0, 5],
    [3, 0, 5],
    [6, 0, 0],
    [7, 0, 1],
    [4, 4, 0],
    [3, 4, 0],
    [6, 0, 1],
    [2, 0, 1],
    [0, 4, 2],
    [1, 6, 0],
    [3, 2, 1],
    [5, 0, 0],
    [3, 0, 2],
    [5, 2, 0],
    [4, 2, 0],
    [0, 0, 7],
    [0, 4, 3],
];

/// The most terms of a named set.
const MOST_NAMED: usize = HYLLERAAS.len();

impl Trial {
    /// This ψ times Σ c_k of these terms; a term `hylleraas:N` stands for the first N of Hylleraas' expansion in s = r1 + r2,
    /// t = r2 − r1 and u = r12, which are defined where nothing else has these names, `exponential:N` for N terms exp(−a r1 − b r2 − c r12)
    /// with exponents that suit helium, in proportion to the charge. Returns the trial function and the names c1, c2, … of
    /// its linear parameters, for [`Family::linear`](super::Family::linear).
    ///
    /// ```
    /// use fubini::atoms::{Family, Frame, Trial};
    /// use fubini::{Cuhre, Integrator, Options};
    ///
    /// let factor = Trial { psi: "exp(-2.176*s)".into(), ..Trial::default() };
    /// let (trial, linear) = factor.expand(&["hylleraas:20"])?;
    /// let linear: Vec<&str> = linear.iter().map(String::as_str).collect();
    /// let problem = Family::trial(trial, Frame::Auto).linear(&linear, 1)?.problem(&[])?;
    /// let options = problem.options(&Options::default().rtol(1e-9));
    /// let energy = Cuhre::default().integrate(&*problem.integrand, &*problem.coordinates, &options)?.ratio().unwrap();
    /// assert!(energy.value + energy.error < -2.9037179); // J. F. Hart, G. Herzberg, Phys. Rev. 106 (1957) 79, with as many
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// No terms, an empty one, a set that there is not, names that are taken.
    pub fn expand(&self, terms: &[&str]) -> Result<(Trial, Vec<String>), RequestError> {
        let refused = |reason: String| RequestError::Conflict { name: "terms", reason };
        let mut texts = Vec::new();
        for term in terms.iter().map(|term| term.trim()) {
            match term.split_once(':') {
                _ if term.is_empty() => return Err(refused("a term is empty: write 1 for a constant".to_string())),
                Some((set, count)) if matches!(set.trim(), "hylleraas" | "exponential") => {
                    let count = count.trim().parse().ok().filter(|n| (1..=MOST_NAMED).contains(n));
                    let count = count.ok_or_else(|| refused(format!("{term}: there are 1 to {MOST_NAMED} terms of this set")))?;
                    if self.electrons != 2 || self.hamiltonian.nuclei.is_some() {
                        return Err(refused(format!("{term}: these are terms of two electrons about one nucleus")));
                    }
                    if set.trim() == "hylleraas" {
                        texts.extend(HYLLERAAS[..count].iter().map(|[i, j, l]| monomial(&[("s", *i), ("t", *j), ("u", *l)])));
                    } else {
                        // Lengths go with one over the charge.
                        let factor = if self.hamiltonian.has_charge() && self.charge > 0.0 { 0.5 * self.charge } else { 1.0 };
                        texts.extend(EXPONENTS[..count].iter().map(|exponents| exponential::term(*exponents, factor)));
                    }
                }
                Some((set, _)) => {
                    return Err(refused(format!("{set}: there is no set of this name; there are hylleraas and exponential")));
                }
                None => texts.push(term.to_string()),
            }
        }
        if texts.is_empty() {
            return Err(refused("give at least one, as in '1; u; t^2'".to_string()));
        }
        let names: Vec<String> = (1..=texts.len()).map(|k| format!("c{k}")).collect();
        let taken = self.parameters.iter().map(|(name, _)| name).chain(self.definitions.iter().map(|(name, _)| name));
        if let Some(name) = taken.into_iter().find(|name| names.contains(name)) {
            return Err(refused(format!("{name} is the name of a coefficient: give your own another name")));
        }
        let sum: Vec<String> = names.iter().zip(&texts).map(|(c, text)| format!("{c}*({text})")).collect();
        let mut trial = self.clone();
        trial.psi = format!("({})*({})", self.psi, sum.join("+"));
        trial.parameters.extend(names.iter().map(|name| (name.clone(), 1.0)));
        if self.electrons == 2 && self.hamiltonian.nuclei.is_none() {
            let own = |name: &str| {
                self.definitions.iter().any(|(known, _)| known == name) || self.parameters.iter().any(|(known, _)| known == name)
            };
            trial.definitions.extend(catalogue::definitions().into_iter().filter(|(name, _)| !own(name)));
        }
        Ok((trial, names))
    }
}

/// s^i·t^j·… as text.
fn monomial(factors: &[(&str, u8)]) -> String {
    let powers = factors.iter().filter(|(_, power)| *power > 0).map(|(name, power)| match power {
        1 => (*name).to_string(),
        power => format!("{name}^{power}"),
    });
    let text = powers.collect::<Vec<_>>().join("*");
    if text.is_empty() { "1".to_string() } else { text }
}
