//! What limits a run that does not converge: of fifty integrands with a limitation built in, `auto` names it.

use fubini_algorithms::{Auto, Domain, Integrator, Limit, Options, Report, Stop, scalar};

fn stopped(limits: &[(f64, f64)], rtol: f64, f: impl Fn(&[f64]) -> f64 + Send + Sync) -> Report {
    let options = Options::default().rtol(rtol).max_evals(140_000).threads(1);
    Auto::default().integrate(&scalar(limits.len(), f), &Domain::new(limits).unwrap(), &options).unwrap()
}

fn named(report: &Report) -> String {
    match &report.choice.as_ref().unwrap().limit {
        Some(limit) => format!("{} {:?}", limit.name(), limit.plane()),
        None => format!("nothing, {:?} {}", report.stop, report.choice.as_ref().unwrap().method),
    }
}

/// Runs one, and says what was wrong.
fn check(wrong: &mut Vec<String>, case: &str, report: &Report, is_right: impl Fn(&Limit) -> bool) {
    assert!(report.evaluations <= 140_000 && report.stop != Stop::Cancelled, "{case}: {report:?}");
    if !report.choice.as_ref().unwrap().limit.as_ref().is_some_and(is_right) {
        wrong.push(format!("{case}: {}", named(report)));
    }
}

/// Whether a plane is this one.
fn is_plane(limit: &Limit, normal: &[f64], place: f64) -> bool {
    let Some(plane) = limit.plane() else { return false };
    let close = plane.normal.iter().zip(normal).all(|(a, b)| (a - b).abs() < 0.02);
    close && (plane.place - place).abs() < 0.02
}

#[test]
fn what_was_built_in_is_named() {
    let mut wrong = Vec::new();
    // Kinks and jumps along oblique planes, whose normals and places are named as well.
    for dim in 2..=6 {
        let unit = vec![(0.0, 1.0); dim];
        for (slope, place) in [(1.0, 0.5), (0.5, 0.4)] {
            let normal: Vec<f64> = (0..dim).map(|d| if d % 2 == 0 { 1.0 } else { slope }).collect();
            let b = place * normal.iter().sum::<f64>();
            let off = |x: &[f64]| x.iter().zip(&normal).map(|(x, a)| a * x).sum::<f64>() - b;
            let kink = stopped(&unit, 1e-11, |x| off(x).abs() * (x[0] + 1.0).exp());
            check(&mut wrong, &format!("kink {dim} {slope}"), &kink, |limit| {
                matches!(limit, Limit::Kink(_)) && is_plane(limit, &normal, b)
            });
            let jump = stopped(&unit, 1e-9, |x| if off(x) > 0.0 { (x[0] + x[1]).exp() } else { 0.0 });
            check(&mut wrong, &format!("jump {dim} {slope}"), &jump, |limit| {
                matches!(limit, Limit::Jump(_)) && is_plane(limit, &normal, b)
            });
        }
        // Curved ones have no plane.
        let ball = stopped(&unit, 1e-9, |x| f64::from(x.iter().map(|x| x * x).sum::<f64>() < 0.3 * dim as f64));
        check(&mut wrong, &format!("ball {dim}"), &ball, |limit| matches!(limit, Limit::Jump(None)));
        let cone = stopped(&unit, 1e-11, |x| (x.iter().map(|x| x * x).sum::<f64>() - 0.3 * dim as f64).abs() + x[0]);
        check(&mut wrong, &format!("cone {dim}"), &cone, |limit| matches!(limit, Limit::Kink(None)));
    }
    // What grows where two variables meet, along a diagonal or an oblique plane.
    for (dim, power) in [(2, -0.6), (3, -0.7), (4, -0.8), (5, -0.7)] {
        let unit = vec![(0.0, 1.0); dim];
        let singular = stopped(&unit, 1e-8, |x| (x[0] - 0.9 * x[1] - 0.03).abs().powf(power) * x.iter().sum::<f64>().exp());
        check(&mut wrong, &format!("diagonal {dim}"), &singular, |limit| matches!(limit, Limit::Singular(_)));
    }
    // Towards faces: numbers and infinity.
    for (dim, power) in [(5, -0.6), (5, -0.9), (6, -0.8), (7, -0.7)] {
        let unit = vec![(0.0, 1.0); dim];
        let face = stopped(&unit, 1e-10, |x| x[1].powf(power) * (x[0] * x[2] + x.iter().sum::<f64>()).sin().exp());
        check(
            &mut wrong,
            &format!("face {dim} {power}"),
            &face,
            |limit| matches!(limit, Limit::Face(growth) if growth.axis == 1 && growth.end == 0 && (growth.exponent - power).abs() < 0.05),
        );
    }
    for (dim, power) in [(5, -1.3), (5, -1.5), (6, -1.4), (7, -1.2)] {
        let half: Vec<(f64, f64)> = vec![(0.0, f64::INFINITY); dim];
        let tail = stopped(&half, 1e-10, |x| {
            x.iter().map(|x| (1.0 + x).powf(power)).product::<f64>() * (1.0 + 0.5 * (x[0] / (1.0 + x[1])).atan())
        });
        check(&mut wrong, &format!("tail {dim} {power}"), &tail, |limit| matches!(limit, Limit::Face(growth) if growth.end == 1));
    }
    // Values that have nothing to do with each other.
    for dim in 2..=5 {
        let noisy = stopped(&vec![(0.0, 1.0); dim], 1e-9, |x| {
            let hash = x.iter().fold(0x9e37_79b9_7f4a_7c15_u64, |hash, x| {
                (hash ^ x.to_bits()).wrapping_mul(0xff51_afd7_ed55_8ccd).rotate_left(31)
            });
            1.0 + (hash >> 11) as f64 * 2f64.powi(-53)
        });
        check(&mut wrong, &format!("noise {dim}"), &noisy, |limit| matches!(limit, Limit::Noise));
    }
    // Smooth, and many variables that do not come apart.
    for dim in 6..=9 {
        let many = stopped(&vec![(0.0, 1.0); dim], 1e-13, |x| {
            let pairs = (0..dim).flat_map(|i| (0..i).map(move |j| (i, j)));
            pairs.map(|(i, j)| (1.0 + (i * j) as f64) * x[i] * x[j]).sum::<f64>().sin() + 1.5
        });
        check(&mut wrong, &format!("dimension {dim}"), &many, |limit| matches!(limit, Limit::Dimension));
    }
    assert!(wrong.len() <= 2, "{} of 50 wrong:\n{}", wrong.len(), wrong.join("\n"));
}
