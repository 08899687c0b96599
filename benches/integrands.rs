//! Nanoseconds per point of the helium integrand in every form in which a user may write it, as ratios in one run.
//!
//! `cargo bench --bench integrands`. The forms: by hand over SIMD lanes (`Helium`), compiled from the text of ψ, compiled
//! from the text of the local energy, a closure over eight points, a plain closure. Each evaluates the same batch of
//! points; rounds of all forms are interleaved, so that a busy machine slows all of them alike, and the median of the
//! rounds' ratios is printed. All forms must agree to 1e-11 before anything is timed.

use fubini::Problem;
use fubini::algorithms::simd::{F64x8, Lanes};
use fubini::algorithms::{Columns, Integrand, Simd, vector, wide};
use fubini::atoms::{Family, Frame, Helium, Trial};
use fubini::expressions::{Expressions, Names};
use std::hint::black_box;
use std::time::Instant;

const POINTS: usize = 4096;
const ROUNDS: usize = 41;
/// Batches per measurement.
const REPEATS: usize = 20;

fn main() {
    let by_hand = Simd(Helium { alpha: 2.0, beta: 0.15, charge: 2.0 });
    let from_psi = trial().problem(Frame::Perimetric).unwrap();
    println!("compiled from ψ: {}", from_psi.compilation.as_deref().unwrap_or_default());
    let from_energy = local_energy();
    let eight = wide(6, 2, |x, y| {
        let length = |x: F64x8, y: F64x8, z: F64x8| (x * x + y * y + z * z).sqrt();
        let apart = [x[0] - x[3], x[1] - x[4], x[2] - x[5]];
        let (r1, r2, r12) = (length(x[0], x[1], x[2]), length(x[3], x[4], x[5]), length(apart[0], apart[1], apart[2]));
        let d = 1.0 / (1.0 + 0.15 * r12);
        let along = (0..3).fold(F64x8::from(0.0), |sum, k| sum + (x[k] / r1 - x[k + 3] / r2) * apart[k]);
        let bracket = 0.15 * d - 0.25 * d * d + 0.3 + 0.0225 * r12 + along / r12;
        y[1] = (r12 * d - 4.0 * (r1 + r2)).exp();
        y[0] = (bracket * d * d - 4.0) * y[1];
    });
    let plain = vector(6, 2, |x, y| {
        let length = |x: f64, y: f64, z: f64| (x * x + y * y + z * z).sqrt();
        let apart = [x[0] - x[3], x[1] - x[4], x[2] - x[5]];
        let (r1, r2, r12) = (length(x[0], x[1], x[2]), length(x[3], x[4], x[5]), length(apart[0], apart[1], apart[2]));
        let d = 1.0 / (1.0 + 0.15 * r12);
        let along = (0..3).fold(0.0, |sum, k| sum + (x[k] / r1 - x[k + 3] / r2) * apart[k]);
        let bracket = 0.15 * d - 0.25 * d * d + 0.3 + 0.0225 * r12 + along / r12;
        y[1] = (r12 * d - 4.0 * (r1 + r2)).exp();
        y[0] = (bracket * d * d - 4.0) * y[1];
    });
    let forms: [(&str, &dyn Integrand); 5] = [
        ("by hand, SIMD lanes", &by_hand),
        ("compiled from ψ", from_psi.integrand.as_ref()),
        ("compiled from the local energy", &from_energy),
        ("closure over eight points", &eight),
        ("plain closure", &plain),
    ];
    let (points, mut values) = batch();
    let expected = evaluate(&by_hand, &points, &mut values);
    for (name, form) in forms {
        let found = evaluate(form, &points, &mut values);
        let agree = found.iter().zip(&expected).all(|(a, b)| (a - b).abs() <= 1e-11 * (1.0 + b.abs()));
        assert!(agree, "{name} is another function");
    }
    let mut times = vec![Vec::new(); forms.len()];
    for _ in 0..ROUNDS {
        for (times, (_, form)) in times.iter_mut().zip(forms) {
            let start = Instant::now();
            for _ in 0..REPEATS {
                form.eval(black_box(points.points(6)), &mut values.values());
                black_box(&values);
            }
            times.push(start.elapsed().as_secs_f64() * 1e9 / (REPEATS * POINTS) as f64);
        }
    }
    println!("{:32} {:>10} {:>8}", "form", "ns/point", "ratio");
    for (i, (name, _)) in forms.iter().enumerate() {
        let ratios: Vec<f64> = (0..ROUNDS).map(|r| times[i][r] / times[0][r]).collect();
        println!("{name:32} {:10.2} {:8.2}", median(times[i].clone()), median(ratios));
    }
    compilations();
}

/// What a scan saves by compiling once: microseconds until the integrand of another parameter is ready.
fn compilations() {
    let family = Family::trial(trial(), Frame::Perimetric).vary(&[("b", None)]).unwrap();
    let seconds = |ready: &dyn Fn(f64) -> Problem| {
        let start = Instant::now();
        (0..REPEATS).for_each(|k| _ = black_box(ready(0.1 + 0.01 * k as f64)));
        start.elapsed().as_secs_f64() / REPEATS as f64
    };
    let (mut kept, mut anew) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        kept.push(1e6 * seconds(&|b| family.problem(&[b]).unwrap()));
        anew.push(1e6 * seconds(&|b| Trial { parameters: vec![("b".into(), b)], ..trial() }.problem(Frame::Perimetric).unwrap()));
    }
    let ratio = median(anew.iter().zip(&kept).map(|(anew, kept)| anew / kept).collect());
    println!("another parameter: {:.0} µs, compiled anew {:.0} µs, ratio {ratio:.1}", median(kept), median(anew));
}

fn trial() -> Trial {
    Trial {
        psi: "exp(-2*r1)*exp(-2*r2)*exp(r12/2/(1+b*r12))".into(),
        electrons: 2,
        charge: 2.0,
        parameters: vec![("b".into(), 0.15)],
        ..Trial::default()
    }
}

/// The same function as its local energy is printed in a textbook.
fn local_energy() -> impl Integrand {
    let definitions = [
        ("r1", "sqrt(x1^2+y1^2+z1^2)"),
        ("r2", "sqrt(x2^2+y2^2+z2^2)"),
        ("r12", "sqrt((x1-x2)^2+(y1-y2)^2+(z1-z2)^2)"),
        ("d", "1+b*r12"),
        ("dot", "(x1/r1-x2/r2)*(x1-x2)/r12+(y1/r1-y2/r2)*(y1-y2)/r12+(z1/r1-z2/r2)*(z1-z2)/r12"),
        ("density", "exp(-4*(r1+r2)+r12/d)"),
    ];
    let names = Names::new(&["x1", "y1", "z1", "x2", "y2", "z2"]).parameter("b", 0.15);
    let names = definitions.iter().fold(names, |names, (name, text)| names.definition(name, text));
    let energy = "density*(-4-1/(4*d^4)+b/d^3+(2*b+b^2*r12)/d^2+dot/d^2)";
    Expressions::parse(&[energy, "density"], &names).unwrap().compile()
}

fn batch() -> (Columns, Columns) {
    let (mut points, mut values) = (Columns::default(), Columns::default());
    points.reset(6, POINTS);
    values.reset(2, POINTS);
    for d in 0..6 {
        // A Weyl sequence in (−1.5, 1.5): spread like an atom, the same every time.
        let step = (2.0 + d as f64).sqrt();
        points.column_mut(d).iter_mut().enumerate().for_each(|(i, x)| *x = 3.0 * ((i + 1) as f64 * step).fract() - 1.5);
    }
    points.pad();
    (points, values)
}

fn evaluate(form: &dyn Integrand, points: &Columns, values: &mut Columns) -> Vec<f64> {
    form.eval(points.points(6), &mut values.values());
    (0..2).flat_map(|c| values.column(c).to_vec()).collect()
}

fn median(mut list: Vec<f64>) -> f64 {
    list.sort_by(f64::total_cmp);
    list[list.len() / 2]
}
