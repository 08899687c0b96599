//! Local energies with other potentials, a nucleus that moves and three electrons, against differences of ψ in Cartesian coordinates
//! and against what is known in closed form.

use fubini_expressions::{Atom, Expressions, Form, Names};

/// ψ as a function of Cartesian coordinates, by its own program.
fn psi(text: &str, names: &[&str], electrons: usize) -> impl Fn(&[f64]) -> f64 {
    let mut coordinates = Names::new(names);
    for a in 1..=electrons {
        let of = |axis: &str| format!("{axis}{a}^2");
        coordinates = coordinates.definition(&format!("r{a}"), &format!("sqrt({}+{}+{})", of("x"), of("y"), of("z")));
        for b in a + 1..=electrons {
            let apart = |axis: &str| format!("({axis}{a}-{axis}{b})^2");
            let text = format!("sqrt({}+{}+{})", apart("x"), apart("y"), apart("z"));
            coordinates = coordinates.definition(&format!("r{a}{b}"), &text);
        }
    }
    let program = Expressions::parse(&[text], &coordinates).expect("a valid ψ").compile();
    move |x: &[f64]| program.evaluate(x)[0]
}

/// −½ Σ (1 + k) ∂²ψ − k Σ ∇i·∇j ψ by differences of the fourth order.
fn kinetic(psi: &dyn Fn(&[f64]) -> f64, x: &[f64], k: f64) -> f64 {
    let h = 4e-3;
    let moved = |shifts: &[(usize, f64)]| {
        let mut x = x.to_vec();
        shifts.iter().for_each(|(axis, by)| x[*axis] += by * h);
        psi(&x)
    };
    let second = |along: &dyn Fn(f64) -> Vec<(usize, f64)>| {
        let [one, two] = [1.0, 2.0].map(|s| moved(&along(s)) + moved(&along(-s)));
        (16.0 * one - two - 30.0 * moved(&[])) / (12.0 * h * h)
    };
    let mut sum = 0.0;
    for axis in 0..x.len() {
        sum += (1.0 + k) * second(&|s| vec![(axis, s)]);
    }
    for a in 0..x.len() / 3 {
        for b in a + 1..x.len() / 3 {
            for axis in 0..3 {
                // ∂a∂b from the second derivatives along both diagonals.
                let [plus, minus] = [1.0, -1.0].map(|sign| second(&|s| vec![(3 * a + axis, s), (3 * b + axis, sign * s)]));
                sum += 2.0 * k * 0.25 * (plus - minus);
            }
        }
    }
    -0.5 * sum
}

const TWO: [&str; 6] = ["x1", "y1", "z1", "x2", "y2", "z2"];
const THREE: [&str; 9] = ["x1", "y1", "z1", "x2", "y2", "z2", "x3", "y3", "z3"];
const PLACE: [f64; 9] = [0.31, -0.42, 0.53, -0.61, 0.25, 0.17, 0.44, 0.72, -0.38];

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-7 * b.abs().max(1.0)
}

#[test]
fn a_nucleus_that_moves_polarises_the_electrons() {
    let texts = ["exp(-1.3*r1-0.7*r2)*(1+0.4*r12)*(1+0.2*r1*r2)", "exp(-r1-r2)*(x1-0.3*z2+x1*x2)", "exp(-r1^2-0.4*r12*r2)"];
    let x = &PLACE[..6];
    for text in texts {
        for mass in [1.0, 7.3, f64::INFINITY] {
            let f = psi(text, &TWO, 2);
            let [r1, r2, r12] = distances(x);
            let exact = kinetic(&f, x, 1.0 / mass) / f(x) - 2.0 / r1 - 2.0 / r2 + 1.0 / r12;
            let atom = Atom::two_electrons(2.0).mass(mass);
            let local = atom.energy(text, &Names::default()).expect("valid").local.compile().evaluate(x)[1];
            assert!(close(local, exact), "{text}, mass {mass}: {local} instead of {exact}");
            if !text.contains('x') {
                let reduced = atom.form(Form::Distances).energy(text, &Names::default()).expect("valid");
                let local = reduced.local.compile().evaluate(&[r1, r2, r12])[1];
                assert!(close(local, exact), "{text}, mass {mass}, distances: {local} instead of {exact}");
            }
        }
    }
}

fn distances(x: &[f64]) -> [f64; 3] {
    let norm = |v: [f64; 3]| v.iter().map(|x| x * x).sum::<f64>().sqrt();
    [norm([x[0], x[1], x[2]]), norm([x[3], x[4], x[5]]), norm([x[0] - x[3], x[1] - x[4], x[2] - x[5]])]
}

#[test]
fn potentials_of_ones_own_act_on_every_electron_and_every_pair() {
    let names = Names::default().parameter("mu", 0.3).definition("s", "r1+r2").definition("well", "mu*r^2");
    let atom = Atom::two_electrons(2.0).potential("well+0.1*z-2*exp(-mu*r)/r+x*y").repulsion("exp(-mu*r12)/r12+mu");
    let x = &PLACE[..6];
    let f = psi("exp(-1.2*(r1+r2))*(1+0.4*r12)", &TWO, 2);
    let one = |p: &[f64]| {
        let r = p.iter().map(|x| x * x).sum::<f64>().sqrt();
        0.3 * r * r + 0.1 * p[2] - 2.0 * (-0.3 * r).exp() / r + p[0] * p[1]
    };
    let r12 = distances(x)[2];
    let exact = kinetic(&f, x, 0.0) / f(x) + one(&x[..3]) + one(&x[3..]) + (-0.3 * r12).exp() / r12 + 0.3;
    let local = atom.energy("exp(-1.2*s)*(1+0.4*r12)", &names).expect("valid").local.compile().evaluate(x)[1];
    assert!(close(local, exact), "{local} instead of {exact}");
    assert_eq!(atom.oriented("exp(-s)", &[], &names), Ok(Some((1, "x1"))));
    let names = Names::default().definition("s", "r1+r2");
    let round = Atom::two_electrons(2.0).potential("x^2+y^2+z^2");
    assert_eq!(round.oriented("exp(-s)", &[], &names), Ok(None));
    assert_eq!(round.oriented("exp(-s)*x1", &[], &names), Ok(Some((0, "x1"))));
}

#[test]
fn a_potential_knows_one_electron_alone() {
    let names = Names::default().definition("s", "r1+r2");
    for (potential, repulsion) in [("r1", "1/r12"), ("s", "1/r12"), ("r", "r1*r12"), ("r", "x")] {
        let atom = Atom::two_electrons(2.0).potential(potential).repulsion(repulsion);
        assert!(atom.potentials(&names).iter().any(Result::is_err), "{potential}, {repulsion}");
        assert!(atom.energy("exp(-s)", &names).is_err(), "{potential}, {repulsion}");
    }
    assert!(Atom::one_electron(0.0).potentials(&Names::default()).iter().all(Result::is_ok));
}

#[test]
fn attraction_cancels_against_the_cusp_as_a_formula_too() {
    let names = Names::default();
    for atom in [Atom::two_electrons(2.0), Atom::two_electrons(0.0).potential("-2/r").repulsion("1/r12")] {
        let energy = atom.energy("exp(-2*(r1+r2))*exp(r12/2)", &names).expect("valid");
        // What is left of the local energy near the nucleus depends on the direction, and is finite all the same.
        let value = energy.local.compile().evaluate(&[1e-9, 0.0, 0.0, 0.3, 0.4, 0.0])[1];
        assert!(value.abs() < 10.0, "{value}");
    }
}

#[test]
fn two_nuclei_hold_one_electron_or_two() {
    let (bond, charges) = (1.7, [2.0, 1.0]);
    let names = Names::default().parameter("bond", bond);
    let norm = |p: &[f64], shift: f64| (p[0] * p[0] + p[1] * p[1] + (p[2] + shift).powi(2)).sqrt();
    for (electrons, text) in [
        (1, "exp(-1.2*ra-0.7*rb)*(1+0.3*(ra-rb)/bond)"),
        (1, "exp(-1.2*ra)*(x+0.2*z*rb)"),
        (2, "exp(-1.2*(r1a+r2b))*(1+0.4*r12+0.1*r12*r1b*r2a)+exp(-1.1*(r1b+r2a)-0.1*r12^2)"),
        (2, "exp(-1.2*(r1a+r2b)-0.5*r2a)*(x1*x2+0.3*z1*r12)"),
    ] {
        let variables: Vec<&str> = if electrons == 1 { vec!["x", "y", "z"] } else { TWO.to_vec() };
        let mut coordinates = Names::new(&variables).parameter("bond", bond);
        for (own, suffix) in if electrons == 1 { vec![("", "")] } else { vec![("1", "1"), ("2", "2")] } {
            for (nucleus, sign) in [("a", "+"), ("b", "-")] {
                let text = format!("sqrt(x{own}^2+y{own}^2+(z{own}{sign}bond/2)^2)");
                coordinates = coordinates.definition(&format!("r{suffix}{nucleus}"), &text);
            }
        }
        if electrons == 2 {
            coordinates = coordinates.definition("r12", "sqrt((x1-x2)^2+(y1-y2)^2+(z1-z2)^2)");
        }
        let program = Expressions::parse(&[text], &coordinates).expect("valid").compile();
        let f = move |x: &[f64]| program.evaluate(x)[0];
        let x = &PLACE[..3 * electrons];
        let mut exact = kinetic(&f, x, 0.0) / f(x) + charges[0] * charges[1] / bond;
        for p in x.chunks(3) {
            exact -= charges[0] / norm(p, 0.5 * bond) + charges[1] / norm(p, -0.5 * bond);
        }
        if electrons == 2 {
            exact += 1.0 / distances(x)[2];
        }
        let local = Atom::molecule(electrons, charges).energy(text, &names).expect("valid").local.compile().evaluate(x)[1];
        assert!(close(local, exact), "{text}: {local} instead of {exact}");
    }
}

#[test]
fn three_electrons_have_three_distances_between_them() {
    let text = "exp(-2.7*r1-2.6*r2-0.8*r3)*(1+0.3*r12+0.2*r13+0.1*r23+0.05*r12*r13*r23)*(1+r3*r1)";
    let f = psi(text, &THREE, 3);
    for mass in [f64::INFINITY, 5.0] {
        let d = |a: usize, b: usize| (0..3).map(|k| (PLACE[3 * a + k] - PLACE[3 * b + k]).powi(2)).sum::<f64>().sqrt();
        let r: Vec<f64> = PLACE.chunks(3).map(|p| p.iter().map(|x| x * x).sum::<f64>().sqrt()).collect();
        let repulsion = 1.0 / d(0, 1) + 1.0 / d(0, 2) + 1.0 / d(1, 2);
        let attraction: f64 = r.iter().map(|r| 3.0 / r).sum();
        let exact = kinetic(&f, &PLACE, 1.0 / mass) / f(&PLACE) - attraction + repulsion;
        let atom = Atom::three_electrons(3.0).mass(mass);
        let local = atom.energy(text, &Names::default()).expect("valid").local.compile().evaluate(&PLACE)[1];
        assert!(close(local, exact), "mass {mass}: {local} instead of {exact}");
        let reduced = atom.form(Form::Distances).energy(text, &Names::default()).expect("valid");
        let local = reduced.local.compile().evaluate(&[r[0], r[1], r[2], d(0, 1), d(0, 2), d(1, 2)])[1];
        assert!(close(local, exact), "mass {mass}, distances: {local} instead of {exact}");
    }
}
