//! Transitions between two states: the moment between them and the strength of the line, from the points of both energies.
//!
//! With N_k = ∫ψ_k Hψ_k, D_k = ∫ψ_k² and T = ∫ψ2 O ψ1 the moment is |T|/√(D1 D2), and for O = Σ z the strength of the line from
//! an S state is f = 2 (E2 − E1) T²/(D1 D2) (H. A. Bethe, E. E. Salpeter, Quantum Mechanics of One- and Two-Electron Atoms (1957),
//! §61). All integrals are taken over D1: with e near E2 and ψ2 of nearly the norm of ψ1, N2 − e (D2 − D1) over D1 is an energy as well.
//! Errors are added as if they were of one sign: that of T with those of the norms is not known.

use super::frame::Oriented;
use super::linear::linear as refused_as_linear;
use super::symmetry::Spin;
use super::{Frame, Trial, energy};
use crate::problem::{Observable, Reading};
use crate::{Problem, RequestError};
use fubini_algorithms::{Columns, Cuhre, Integrand, Integrator, Options, Points, Qmc, Values};
use fubini_expressions::{Compiled, Expressions};

/// The names of both states.
const NAMES: [&str; 2] = ["from", "to"];
/// Endings of the names of the first state and of the second, which no one else uses.
const OF: [&str; 2] = ["_from", "_to"];

/// Both states and a moment of coordinates between them.
///
/// ```
/// use fubini::atoms::{Frame, Trial, transition};
/// use fubini::{Cuhre, Integrator, Options};
///
/// // 1s → 2p of hydrogen: f = 2¹³/3⁹.
/// let state = |psi: &str| Trial { psi: psi.into(), electrons: 1, charge: 1.0, ..Trial::default() };
/// let problem = transition([&state("exp(-r)"), &state("z*exp(-r/2)")], None, Frame::Auto)?;
/// let report = Cuhre::default().integrate(&*problem.integrand, &*problem.coordinates, &problem.options(&Options::default()))?;
/// let strength = problem.observed(&report)[1];
/// assert_eq!(problem.observables[1].name, "oscillator strength");
/// assert!((strength.value - 8192.0 / 19683.0).abs() <= strength.error);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// What is wrong with a state or with the formula of the moment, by default the sum of the electrons' z; states that are not of the same
/// atom; states of different spins, between which there is no moment.
pub fn transition(states: [&Trial; 2], moment: Option<&str>, frame: Frame) -> Result<Problem, RequestError> {
    let conflict = |name, reason: &str| Err(RequestError::Conflict { name, reason: reason.to_string() });
    let [from, to] = states;
    for (name, state) in NAMES.into_iter().zip(states) {
        state.atom().and(state.psi()).map_err(|error| of_state(name, error))?;
    }
    if from.electrons != to.electrons || from.charge != to.charge || from.hamiltonian != to.hamiltonian {
        return conflict("to", "both states must be of one atom: the same electrons, charge, potentials and mass");
    }
    if Spin::coupling(from.spin) != Spin::coupling(to.spin) {
        return conflict("to", "states of different spins have no moment between them");
    }
    let spins = [from.of_two()?, to.of_two()?];
    if let Some(k) = (0..2).find(|k| spins[*k].is_none() && from.electrons == 2) {
        let reason = "ψ becomes another function when the electrons are exchanged, as that of no state of two electrons does: let it stay as \
                      it is, or change its sign";
        return conflict(NAMES[k], reason);
    }
    if let [Some(a), Some(b)] = spins
        && a != b
    {
        let reason = format!(
            "{} and {} have no moment between them: one stays and one changes its sign with the electrons",
            a.word(),
            b.word()
        );
        return conflict("to", &reason);
    }
    if moment.is_none() && from.psi == to.psi && from.parameters == to.parameters && from.definitions == to.definitions {
        return conflict("to", "both states are the same one: there is no line between them");
    }
    let norms = [pilot(from).map_err(|error| of_state(NAMES[0], error))?, pilot(to).map_err(|error| of_state(NAMES[1], error))?];
    let own = if from.electrons == 1 { "z" } else { ["z1+z2", "z1+z2+z3"][from.electrons.min(3) - 2] };
    // The strength is that of the moment of all charges, which is another one where the nucleus moves; of a state that is not round it
    // has a part for each direction.
    let is_strength = moment.is_none_or(|moment| moment == own) && from.hamiltonian.mass.is_none() && from.is_round()?;
    if let Some(moment) = moment {
        // Of coordinates alone: the names of both states are their own.
        let bare = Trial { parameters: Vec::new(), definitions: Vec::new(), ..from.clone() };
        let read = Expressions::parse(&[moment], &bare.formulas()?);
        let read = read.map_err(|error| RequestError::Expression { what: "moment".to_string(), error })?;
        if read.graph().value(read.roots()[0]) == Some(0.0) {
            return conflict("moment", "it is zero: leave it out for the sum of the electrons' z");
        }
    }
    let moment = moment.unwrap_or(own);
    let shared = from.hamiltonian.names(&from.definitions);
    let value = |state: &Trial, name: &String| state.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| *value);
    if let Some(name) = shared.iter().find(|name| value(from, name) != value(to, name)) {
        return conflict("to", &format!("both states must be of one atom: {name} of its potentials has two values"));
    }
    let psi = [renamed(from, OF[0], &shared), renamed(to, OF[1], &shared)];
    let text = format!("first_part*({}) + second_part*({}) + moment_part*({moment})*({})", psi[0].psi, psi[1].psi, psi[0].psi);
    let linear = ["first_part", "second_part", "moment_part"].map(str::to_string);
    let parameters = linear.iter().map(|name| (name.clone(), 1.0));
    let once = |k: usize, name: &String| k == 0 || !shared.contains(name);
    let of_both =
        psi.iter().enumerate().flat_map(|(k, state)| state.parameters.iter().filter(move |(name, _)| once(k, name)).cloned());
    let parameters = of_both.chain(parameters).collect();
    let definitions = psi
        .iter()
        .enumerate()
        .flat_map(|(k, state)| state.definitions.iter().filter(move |(name, _)| once(k, name)).cloned())
        .collect();
    let trial = Trial { psi: text, parameters, definitions, ..from.clone() };
    let program = trial.terms(&linear, &linear)?;
    if program.constant {
        return Err(refused_as_linear("ψ of a transition holds something beside its states"));
    }
    // No formula of coordinates is the same in all orientations where ψ1 and ψ2 are not.
    let oriented = trial.oriented(&linear, &[])?;
    let [(_, first), (second, norm)] = norms;
    let integrand = Pair { terms: program.terms, energy: second, scale: (first / norm).sqrt() };
    let summary = integrand.terms.summary().to_string();
    let problem = coordinates(from, to, integrand, frame, oriented)?;
    let named = |name: &str, reading| Observable { name: name.to_string(), reading };
    let observables = vec![
        named("energy of the other", Reading::Upper { origin: second }),
        named(if is_strength { "oscillator strength" } else { "2 (E2 - E1) moment^2" }, Reading::Strength { origin: second }),
        named("moment", Reading::Moment),
    ];
    let describe = |state: &Trial| {
        let values: Vec<String> = state.parameters.iter().map(|(name, value)| format!(", {name} = {value}")).collect();
        format!("{}{}", state.psi, values.concat())
    };
    let formula =
        format!("from ψ = {}; to ψ = {}; {moment}, {}", describe(from), describe(to), from.hamiltonian.describe(from.charge));
    let label = format!(
        "transition: {formula}, {:?}, {:?}, electrons = {}, {second}, {first}, {norm}",
        from.definitions, to.definitions, from.electrons
    );
    Ok(Problem {
        name: "transition".to_string(),
        label,
        formula,
        compilation: Some(summary),
        observables,
        references: Vec::new(),
        ..problem
    })
}

/// What is wrong with a state, by its name.
fn of_state(name: &'static str, error: RequestError) -> RequestError {
    match error {
        RequestError::Conflict { name: "psi", reason } => RequestError::Conflict { name, reason },
        RequestError::Expression { what, error } if what == "psi" => RequestError::Expression { what: name.to_string(), error },
        error => error,
    }
}

/// Where the integrals are taken: with a length between those of both states.
fn coordinates(
    from: &Trial,
    to: &Trial,
    integrand: Pair,
    frame: Frame,
    oriented: Option<Oriented>,
) -> Result<Problem, RequestError> {
    let sizes = [from, to].map(|state| state.derive().and_then(|energy| state.extent(&energy.integrands.compile())));
    let [first, second] = sizes;
    let coordinates = from.coordinates(first?.between(second?), frame, oriented)?;
    let problem = energy("transition", String::new(), Box::new(integrand), coordinates, Vec::new());
    Ok(Problem { method: if from.electrons == 3 || from.hamiltonian.nuclei.is_some() { "qmc" } else { "cuhre" }, ..problem })
}

/// An energy near that of the state, and the order of ∫ψ².
fn pilot(trial: &Trial) -> Result<(f64, f64), RequestError> {
    let problem = trial.problem(Frame::Auto)?;
    let options = problem.options(&Options::default().rtol(1e-3).max_evals(200_000));
    let method: &dyn Integrator = if problem.method == "qmc" { &Qmc::default() } else { &Cuhre::default() };
    let report = method.integrate(&*problem.integrand, &*problem.coordinates, &options);
    // What fails here will fail in earnest, where it can be told.
    let found = report.ok().and_then(|report| Some((report.ratio()?.value, report.integrals.get(1)?.value)));
    Ok(found.filter(|(energy, norm)| energy.is_finite() && *norm > 0.0).unwrap_or((0.0, 1.0)))
}

/// The state with another ending for all its own names but those that it shares with its potentials.
fn renamed(trial: &Trial, ending: &str, shared: &[String]) -> Trial {
    let names = trial.parameters.iter().map(|(name, _)| name).chain(trial.definitions.iter().map(|(name, _)| name));
    let names: Vec<String> = names.filter(|name| !shared.contains(name)).cloned().collect();
    let other = |name: &String| if names.contains(name) { format!("{name}{ending}") } else { name.clone() };
    let text = |text: &str| {
        words(text, |word| if names.iter().any(|name| name == word) { format!("{word}{ending}") } else { word.to_string() })
    };
    Trial {
        psi: text(&trial.psi),
        parameters: trial.parameters.iter().map(|(name, value)| (other(name), *value)).collect(),
        definitions: trial.definitions.iter().map(|(name, formula)| (other(name), text(formula))).collect(),
        ..trial.clone()
    }
}

/// A text with its words replaced; numbers such as 1e5 are no words.
fn words(text: &str, replaced: impl Fn(&str) -> String) -> String {
    let (mut all, mut word) = (String::new(), String::new());
    for c in text.chars().chain([' ']) {
        if c.is_alphanumeric() || c == '_' || (c == '.' && word.starts_with(|c: char| c.is_ascii_digit())) {
            word.push(c);
            continue;
        }
        all += &if word.starts_with(|c: char| c.is_ascii_digit()) {
            std::mem::take(&mut word)
        } else {
            replaced(&std::mem::take(&mut word))
        };
        all.push(c);
    }
    all.pop();
    all
}

/// N1, D1, N2 − e (D2 − D1), D2 and T, with ψ2 of nearly the norm of ψ1.
struct Pair {
    /// ψ1, ψ2, O ψ1, and what H makes of them.
    terms: Compiled,
    energy: f64,
    scale: f64,
}

impl Integrand for Pair {
    fn dim(&self) -> usize {
        self.terms.dim()
    }

    fn components(&self) -> usize {
        5
    }

    fn eval(&self, points: Points<'_>, values: &mut Values<'_>) {
        let len = points.len();
        let mut all = Columns::default();
        all.reset(self.terms.components(), len);
        self.terms.eval(points, &mut all.values());
        let mut set = |component: usize, of: &dyn Fn(usize) -> f64| {
            values.component(component).iter_mut().enumerate().for_each(|(i, to)| *to = of(i));
        };
        let (first, moved, first_acted) = (all.column(0), all.column(2), all.column(3));
        let (second, second_acted) = (|i: usize| self.scale * all.column(1)[i], |i: usize| self.scale * all.column(4)[i]);
        set(0, &|i| first[i] * first_acted[i]);
        set(1, &|i| first[i] * first[i]);
        set(2, &|i| second(i) * second_acted(i) - self.energy * (second(i) * second(i) - first[i] * first[i]));
        set(3, &|i| second(i) * second(i));
        set(4, &|i| second(i) * moved[i]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_get_another_ending_and_numbers_none() {
        let replaced = words("exp(-a*r1)+1e5*a1-2.5e3*a", |word| if word == "a" { "a_to".to_string() } else { word.to_string() });
        assert_eq!(replaced, "exp(-a_to*r1)+1e5*a1-2.5e3*a_to");
    }
}
