//! Formulas that jump where the domain is not cut: no rule is believed there, random points are, and none of them is wrong.

use fubini::algorithms::Suspect;
use fubini::{Auto, Cuhre, Formulas, GenzMalik, Integrator, Options, ProductRule, Report, Variable};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};
use std::ops::ControlFlow;

/// A formula over a box, and its integral.
struct Case {
    text: String,
    over: Vec<Variable>,
    exact: f64,
}

const NAMES: [&str; 3] = ["x", "y", "z"];

fn integrate(case: &Case, analyse: bool, method: &dyn Integrator, options: &Options) -> Report {
    let formulas = Formulas { texts: vec![case.text.clone()], analyse, ..Formulas::default() };
    let problem = formulas.problem(&case.over).unwrap();
    method.integrate(&*problem.integrand, &*problem.coordinates, options).unwrap()
}

fn uniform(rng: &mut Xoshiro256PlusPlus, lo: f64, hi: f64) -> f64 {
    lo + (hi - lo) * (rng.next_u64() >> 11) as f64 / (1u64 << 53) as f64
}

fn side(rng: &mut Xoshiro256PlusPlus) -> (f64, f64) {
    let lo = uniform(rng, -2.0, 1.0);
    (lo, lo + uniform(rng, 0.4, 3.0))
}

fn variable(at: usize, (lo, hi): (f64, f64)) -> Variable {
    Variable::new(NAMES[at], &format!("{lo:?}"), &format!("{hi:?}"))
}

/// The antiderivative of order `n` of ⌊u⌋.
fn stairs(n: i32, u: f64) -> f64 {
    let power = |v: f64| v.powi(n) / (1..=n).map(f64::from).product::<f64>();
    let steps = u.floor() as i64;
    match steps >= 0 {
        true => (1..=steps).map(|m| power(u - m as f64)).sum(),
        false => (0..-steps).map(|m| -power(u + m as f64)).sum(),
    }
}

/// ⌊a·x + c⌋.
fn oblique(rng: &mut Xoshiro256PlusPlus, dim: usize) -> Case {
    let sides: Vec<(f64, f64)> = (0..dim).map(|_| side(rng)).collect();
    let a: Vec<f64> = (0..dim).map(|_| uniform(rng, 0.5, 6.0).copysign(uniform(rng, -1.0, 1.0))).collect();
    let c = uniform(rng, 0.0, 1.0);
    let mut exact = 0.0;
    for corner in 0..1 << dim {
        let is_low = |d: usize| corner >> d & 1 == 0;
        let at = |d: usize| if is_low(d) { sides[d].0 } else { sides[d].1 };
        let sign = if (0..dim).filter(|d| is_low(*d)).count() % 2 == 0 { 1.0 } else { -1.0 };
        exact += sign * stairs(dim as i32, c + (0..dim).map(|d| a[d] * at(d)).sum::<f64>());
    }
    let terms: Vec<String> = a.iter().zip(NAMES).map(|(a, name)| format!("({a:?})*{name}")).collect();
    Case {
        text: format!("floor({} + {c:?})", terms.join(" + ")),
        over: sides.into_iter().enumerate().map(|(d, side)| variable(d, side)).collect(),
        exact: exact / a.iter().product::<f64>(),
    }
}

/// A product of ⌊a x + c⌋.
fn product(rng: &mut Xoshiro256PlusPlus, dim: usize) -> Case {
    let (mut factors, mut over, mut exact) = (Vec::new(), Vec::new(), 1.0);
    for (d, name) in NAMES.iter().enumerate().take(dim) {
        let (side, a, c) = (side(rng), uniform(rng, 0.5, 12.0), uniform(rng, 0.0, 1.0));
        factors.push(format!("floor({a:?}*{name} + {c:?})"));
        over.push(variable(d, side));
        exact *= (stairs(1, a * side.1 + c) - stairs(1, a * side.0 + c)) / a;
    }
    Case { text: factors.join("*"), over, exact }
}

/// Small steps: ⌊k √x⌋/k times smooth functions of the others.
fn curved(rng: &mut Xoshiro256PlusPlus, dim: usize) -> Case {
    let k = uniform(rng, 1.0, 6.0).exp();
    let (lo, hi) = (uniform(rng, 0.1, 1.0), uniform(rng, 1.4, 3.0));
    let (mut text, mut over) = (format!("floor({k:?}*sqrt(x))/{k:?}"), vec![variable(0, (lo, hi))]);
    let (first, last) = ((k * lo.sqrt()).floor() as i64, (k * hi.sqrt()).floor() as i64);
    let mut exact = first as f64 * (hi - lo) + (first + 1..=last).map(|n| hi - (n as f64 / k).powi(2)).sum::<f64>();
    exact /= k;
    for (d, name) in NAMES.iter().enumerate().take(dim).skip(1) {
        let a = uniform(rng, 0.2, 2.0);
        text.push_str(&format!("*exp({a:?}*{name})"));
        over.push(variable(d, (0.0, 1.0)));
        exact *= a.exp_m1() / a;
    }
    Case { text, over, exact }
}

#[test]
fn what_jumps_where_it_was_not_cut_is_never_silently_wrong() {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(1_711);
    let rules: [&dyn Integrator; 3] = [&Cuhre::default(), &GenzMalik::default(), &ProductRule::default()];
    let mut met = 0;
    for i in 0..72 {
        let dim = 2 + i % 2;
        let case = [oblique, product, curved][i / 2 % 3](&mut rng, dim);
        let options = Options::default().rtol([1e-2, 1e-3, 1e-4][i / 6 % 3]).max_evals(1_000_000);
        let report = integrate(&case, false, &Auto::default(), &options);
        let (value, error) = (report.integrals[0].value, report.integrals[0].error);
        let off = (value - case.exact).abs();
        let bound = if report.error_kind() == fubini::ErrorKind::Bound { error } else { 4.0 * error };
        let wrong = format!(
            "{}: {value} ± {error}, exact {}, by {}",
            case.text,
            case.exact,
            report.choice.as_ref().map_or("?", |choice| choice.method)
        );
        assert!(!report.converged() || off <= bound + 1e-14 * case.exact.abs(), "{wrong}");
        met += usize::from(report.converged());
        let rule = rules[i % 3];
        let report = integrate(&case, false, rule, &options.max_evals(20_000));
        assert!(report.suspect.is_some(), "{} by {}", case.text, rule.name());
    }
    assert!(met >= 60, "{met} of 72 converged");
}

#[test]
fn rules_are_believed_where_all_jumps_are_cut_or_none_is_in_the_domain() {
    let unit = || ["x", "y"].map(|name| Variable::new(name, "0", "1")).to_vec();
    let case = |text: &str, exact| Case { text: text.to_string(), over: unit(), exact };
    let options = Options::default().rtol(1e-6);
    for (case, analyse) in [
        (case("floor(3*x + 1.7*y)", 1.85 + 0.0), true),
        (case("floor(0.3*x + 0.4*y)*exp(x*y) + x", 0.5), true),
        (case("abs(x - y) + max(x, y^2)", 1.0), false),
    ] {
        let report = integrate(&case, analyse, &GenzMalik::default(), &options);
        assert_ne!(report.suspect, Some(Suspect::Jumps), "{}", case.text);
    }
    // The steps are more than parts can be had.
    let many = case("floor(300*(x + y))", 299.5);
    assert_eq!(integrate(&many, true, &Cuhre::default(), &options.clone().max_evals(20_000)).suspect, Some(Suspect::Jumps));
    // Side by side with factors of its own the steps lie in two variables for a rule that has none for one.
    let many = case("floor(143.57*log(1+x))*exp(1.24*y)", f64::NAN);
    let formulas = Formulas { texts: vec![many.text.clone()], analyse: true, ..Formulas::default() };
    let separated = formulas.problem(&many.over).unwrap().separated.unwrap();
    let few = options.clone().max_evals(20_000);
    let report = separated.integrate(&GenzMalik::default(), &few, &mut |_| ControlFlow::Continue(())).unwrap();
    assert_eq!(report.suspect, Some(Suspect::Jumps));
    // In one variable there are nodes enough.
    let one = Case { text: "floor(7*x)".into(), over: vec![Variable::new("x", "0", "1")], exact: 3.0 };
    let report = integrate(&one, false, &Cuhre::default(), &options);
    assert!(report.converged() && (report.integrals[0].value - one.exact).abs() <= report.integrals[0].error);
}
