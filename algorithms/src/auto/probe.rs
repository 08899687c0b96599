//! Lines through the domain, and where along them the integrand is not smooth.
//!
//! Of the points of a line, the three are followed whose second difference is the largest, at half the distance each time. Where the
//! integrand is smooth the difference falls with the square of the distance, at a kink with the distance, at a jump not at all, and
//! where it is singular it grows: the exponent tells which it is, and the three points where.

use crate::pullback::{Pullback, Workspace};
use crate::sampling::Sample;

/// Lines, and points of each.
const LINES: usize = 64;
const POINTS: usize = 24;
/// Halvings; the exponent is taken from the last of them.
const HALVINGS: usize = 14;
const EARLY: usize = 4;
/// Exponents that separate what grows, jumps, bends and is smooth.
const GROWS: f64 = -0.12;
const JUMPS: f64 = 0.2;
const BENDS: f64 = 1.4;
/// Part of the largest value below which differences are rounding.
const ROUNDING: f64 = 1e-12;
/// Part of the largest value by which a jump, or a kink over the line, must change it to matter.
const MATTERS: f64 = 2e-3;
/// Part of the largest difference that the others have where all is noise, and of the halvings at which they have it.
const ALIKE: f64 = 0.1;
const OFTEN: f64 = 0.6;
/// Part of the largest value that is not small.
const BRIGHT: f64 = 1e-3;

/// What a line has met where it is least smooth.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Course {
    Smooth,
    Kink(Vec<f64>),
    Jump(Vec<f64>),
    Singular(Vec<f64>),
    Noise,
}

impl Course {
    /// Where that is, in the unit cube.
    pub(super) fn place(&self) -> Option<&Vec<f64>> {
        match self {
            Course::Kink(place) | Course::Jump(place) | Course::Singular(place) => Some(place),
            Course::Smooth | Course::Noise => None,
        }
    }
}

/// What all lines have met.
pub(super) struct Found {
    pub(super) courses: Vec<Course>,
    /// Part of the points at which the integrand is not small beside its largest value.
    pub(super) bright: f64,
}

/// Three points of a line at the same distance, and the values there.
#[derive(Clone, Copy)]
struct Three {
    middle: f64,
    half: f64,
    values: [f64; 3],
}

impl Three {
    fn difference(&self) -> f64 {
        let [a, b, c] = self.values;
        let difference = (a - 2.0 * b + c).abs();
        if difference.is_finite() { difference } else { f64::MAX }
    }
}

/// Looks along lines, half of them through places where the integrand is alive; says how many evaluations that took.
pub(super) fn probe(f: &Pullback<'_>, component: usize, alive: &[Vec<f64>]) -> (Found, u64) {
    let dim = f.dim();
    let generic: Vec<Vec<f64>> = Sample::sequence(dim, 1, 2 * LINES)
        .into_iter()
        .flat_map(|sample| sample.points)
        .collect::<Vec<_>>()
        .chunks(dim)
        .map(<[f64]>::to_vec)
        .collect();
    let from =
        |line: usize| if line.is_multiple_of(2) && !alive.is_empty() { &alive[line / 2 % alive.len()] } else { &generic[line] };
    let at = |line: usize, t: f64| -> Vec<f64> {
        from(line).iter().zip(&generic[LINES + line]).map(|(p, q)| p + t * (q - p)).collect()
    };
    let (mut workspace, mut evaluations) = (Workspace::default(), 0);
    let mut values_at = |places: &[Vec<f64>]| -> Vec<f64> {
        evaluations += places.len() as u64;
        let mut found = Vec::with_capacity(places.len());
        for mut sample in Sample::of(dim, &places.concat()) {
            sample.evaluate(f, &mut workspace);
            found.extend(sample.values.iter().skip(component).step_by(f.components()));
        }
        found
    };
    let step = 1.0 / POINTS as f64;
    let t = |k: usize| (k as f64 + 0.5) * step;
    let values = values_at(&(0..LINES * POINTS).map(|i| at(i / POINTS, t(i % POINTS))).collect::<Vec<_>>());
    let most = values.iter().filter(|x| x.is_finite()).fold(0.0, |most: f64, x| most.max(x.abs()));
    let bright = values.iter().filter(|x| x.is_nan() || x.abs() > BRIGHT * most).count() as f64 / values.len() as f64;
    let mut threes: Vec<Three> = Vec::with_capacity(LINES);
    let mut noisy = vec![0; LINES];
    for line in values.chunks_exact(POINTS) {
        let three = |k: usize| Three { middle: t(k), half: step, values: [line[k - 1], line[k], line[k + 1]] };
        let all: Vec<Three> = (1..POINTS - 1).map(three).collect();
        threes.push(*all.iter().max_by(|a, b| a.difference().total_cmp(&b.difference())).expect("more than two points"));
    }
    let mut early = vec![0.0; LINES];
    for halving in 0..HALVINGS {
        let between = |three: &Three| [three.middle - 0.5 * three.half, three.middle + 0.5 * three.half];
        let places: Vec<Vec<f64>> =
            threes.iter().enumerate().flat_map(|(line, three)| between(three).map(|t| at(line, t))).collect();
        let new = values_at(&places);
        for (line, (three, new)) in threes.iter_mut().zip(new.chunks_exact(2)).enumerate() {
            if halving == EARLY {
                early[line] = three.difference();
            }
            let ([a, b, c], half) = (three.values, 0.5 * three.half);
            let parts = [
                Three { middle: three.middle - half, half, values: [a, new[0], b] },
                Three { middle: three.middle, half, values: [new[0], b, new[1]] },
                Three { middle: three.middle + half, half, values: [b, new[1], c] },
            ];
            let sizes = parts.map(|part| part.difference());
            let largest = (0..3).max_by(|i, j| sizes[*i].total_cmp(&sizes[*j])).unwrap_or(1);
            let least = sizes.iter().fold(f64::INFINITY, |least, size| least.min(*size));
            noisy[line] += usize::from(least > ALIKE * sizes[largest]);
            *three = parts[largest];
        }
    }
    let course = |(line, three): (usize, &Three)| {
        let last = three.difference();
        if last <= ROUNDING * most {
            return Course::Smooth;
        }
        let exponent = (early[line] / last).log2() / (HALVINGS - EARLY) as f64;
        let place = at(line, three.middle);
        let is_noisy = noisy[line] as f64 > OFTEN * HALVINGS as f64;
        match exponent {
            e if e < BENDS && e.abs() < JUMPS && is_noisy => Course::Noise,
            e if e < GROWS => Course::Singular(place),
            e if e < JUMPS && last > MATTERS * most => Course::Jump(place),
            e if (JUMPS..BENDS).contains(&e) && last * step / three.half > MATTERS * most => Course::Kink(place),
            _ => Course::Smooth,
        }
    };
    let courses = threes.iter().enumerate().map(course).collect();
    (Found { courses, bright }, evaluations)
}
