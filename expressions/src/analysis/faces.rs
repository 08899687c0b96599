//! How singular functions behave at the faces of a cell, and the map that makes the integrand smooth there.
//!
//! In the unit cube of a cell a function that vanishes on a face is t^m times something smooth, t being the distance from the face: m
//! is read from its values at three distances in a geometric row. A power p of it is t^(p m), which t = vⁿ makes smooth if n p m is
//! whole; a logarithm is left with a high power of v before it.

use super::surfaces::Kind;
use fubini_algorithms::coordinates::{Coordinates, Part, Parts};
use fubini_algorithms::{Columns, Integrand};

/// Distances from a face.
const DISTANCES: [f64; 3] = [1.0 / 1_048_576.0, 4.0 / 1_048_576.0, 16.0 / 1_048_576.0];
/// Places of the other variables: at faces, and at edges and corners, of which there are many.
const PLACES: usize = 4;
const PLACES_OF_MEETINGS: usize = 2;
/// How near a multiple of a half an exponent must be.
const CLOSE: f64 = 0.01;
/// The integral of a power from here on down does not exist.
pub(super) const DIVERGENT: f64 = -0.995;
/// Of a power below this, 1e-13 and more of the integral lie nearer to the face than points are drawn (1e-150).
const STEEPEST: f64 = -0.913;
/// Of a corner at which an integrand is steeper than this in the distance, beside the volume, 1e-13 and more of the integral lie nearer
/// than parts have points (1e-17).
const LEAST_CORNER: f64 = 0.76;
/// Variables up to which all edges are looked at.
const MOST_EDGES: usize = 6;
/// Power of the distance from a corner with which a function vanishes there at the most, as far as is looked for.
const MOST_HIDDEN: f64 = 4.0;
/// Largest denominator of an exponent that is removed exactly.
const MOST_EXACT: i32 = 12;
/// Largest order of a map.
const MOST_ORDER: f64 = 24.0;
/// Order of the map at a logarithm, with which v⁴ log v is left of it. A choice; others were not compared.
const LOGARITHM: usize = 5;
/// What is left of a power that no denominator fits: v to at least this.
const LEFT: f64 = 4.0;

/// How a function behaves at a face.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Behaviour {
    /// It has a limit that is not zero.
    Regular,
    /// Like this power of the distance.
    Power(f64),
    /// Differently at different places, or like no power.
    Unclear,
}

/// A face: an axis and one of its ends, 0 or 1.
type Face = (usize, usize);

/// All faces of a part's unit cube and the edges and corners in which they meet, with the values of functions on lines towards them.
pub(super) struct Faces {
    /// Two or more faces that meet; their lines follow those of the faces.
    meetings: Vec<Vec<Face>>,
    /// How many variables there are.
    dim: usize,
    values: Columns,
    jacobian: Vec<f64>,
}

impl Faces {
    /// Evaluates the functions, where at most so many faces meet.
    pub(super) fn look(part: Part<'static>, functions: &dyn Integrand, most: usize) -> Option<(Part<'static>, Self)> {
        let parts = Parts::new(vec![part]).ok()?;
        let dim = parts.dim();
        let mut columns = Columns::default();
        let meetings = meetings(dim, most);
        let faces = (0..dim).flat_map(|axis| [vec![(axis, 0)], vec![(axis, 1)]]);
        let lines: Vec<Vec<Face>> = faces.chain(meetings.iter().cloned()).collect();
        columns.reset(dim + 1, start(dim, lines.len(), 0));
        for (line, faces) in lines.iter().enumerate() {
            for place in 0..places(dim, line) {
                for (k, distance) in DISTANCES.into_iter().enumerate() {
                    let row = start(dim, line, place) + k;
                    (0..dim).for_each(|d| columns.column_mut(d)[row] = coordinate(place, d));
                    for (axis, end) in faces {
                        columns.column_mut(*axis)[row] = if *end == 0 { distance } else { 1.0 - distance };
                    }
                }
            }
        }
        columns.column_mut(dim).fill(1.0);
        columns.pad();
        parts.transform(&mut columns);
        columns.pad();
        #[cfg(test)]
        super::cost::POINTS.with(|count| count.set(count.get() + columns.len()));
        let mut values = Columns::default();
        values.reset(functions.components(), columns.len());
        functions.eval(columns.points(dim), &mut values.values());
        let faces = Faces { meetings, dim, values, jacobian: columns.column(dim).to_vec() };
        parts.into_iter().next().map(|part| (part, faces))
    }

    /// How function `f` behaves at an end of an axis.
    pub(super) fn behaviour(&self, f: usize, axis: usize, end: usize) -> Behaviour {
        self.along(f, 2 * axis + end)
    }

    /// Whether a function with a negative power vanishes where faces meet, faster than what it does at each of them tells, and so
    /// that much of an integral lies next to there.
    pub(super) fn has_hidden_corner(&self, kinds: &[Vec<Kind>]) -> bool {
        let power = |behaviour| if let Behaviour::Power(m) = behaviour { f64::max(m, 0.0) } else { 0.0 };
        let hides = |f: usize, p: f64, (i, faces): (usize, &Vec<Face>)| {
            let told: f64 = faces.iter().map(|(axis, end)| power(self.behaviour(f, *axis, *end))).sum();
            let m = power(self.along(f, 2 * self.dim + i));
            m > told + CLOSE && (faces.len() as f64) + p * m < LEAST_CORNER
        };
        kinds.iter().enumerate().any(|(f, kinds)| {
            let p = kinds.iter().map(|kind| if let Kind::Power(p) = kind { *p } else { 0.0 }).fold(0.0, f64::min);
            p < 0.0 && self.meetings.iter().enumerate().any(|meeting| hides(f, p, meeting))
        })
    }

    /// How function `f` behaves along a line.
    fn along(&self, f: usize, line: usize) -> Behaviour {
        let exponents: Vec<f64> = (0..places(self.dim, line)).map(|place| self.exponent(f, line, place, false)).collect();
        let rounded = (2.0 * exponents[0]).round() / 2.0;
        match exponents.iter().all(|e| (e - rounded).abs() < CLOSE) {
            true if rounded == 0.0 => Behaviour::Regular,
            true => Behaviour::Power(rounded),
            false => Behaviour::Unclear,
        }
    }

    /// The least exponent of the integrands times the Jacobian at a face. Where they are zero or not finite at a place, they may be
    /// singular at others that lie between: then no more than what the singular functions allow is believed.
    pub(super) fn least(&self, kinds: &[Vec<Kind>], axis: usize, end: usize) -> f64 {
        let lines = || (kinds.len()..self.values.columns()).flat_map(|f| (0..PLACES).map(move |place| (f, place)));
        let exponents = lines().map(|(f, place)| self.exponent(f, 2 * axis + end, place, true));
        let measured = exponents.filter(|e| !e.is_nan()).fold(f64::INFINITY, f64::min);
        let is_told = |(f, place): (usize, usize)| {
            let value = self.values.column(f)[start(self.dim, 2 * axis + end, place)];
            value != 0.0 && value.is_finite()
        };
        if lines().all(is_told) { measured } else { measured.min(self.lowest(kinds, axis, end)) }
    }

    /// The exponent of the Jacobian and of all negative powers of what vanishes at a face together; infinite where there is none, as at
    /// infinity, where integrands are zero because they decay.
    fn lowest(&self, kinds: &[Vec<Kind>], axis: usize, end: usize) -> f64 {
        let of_function = |(f, kinds): (usize, &Vec<Kind>)| {
            let Behaviour::Power(m) = self.behaviour(f, axis, end) else { return 0.0 };
            kinds.iter().map(|kind| if let Kind::Power(p) = kind { p * m.max(0.0) } else { 0.0 }).fold(0.0, f64::min)
        };
        let of_jacobian = |place: usize| {
            let [near, far] = [0, 1].map(|k| self.jacobian[start(self.dim, 2 * axis + end, place) + k].abs());
            (far / near).ln() / 4f64.ln()
        };
        let powers: f64 = kinds.iter().enumerate().map(of_function).sum();
        let jacobian = (0..PLACES).map(of_jacobian).filter(|e| !e.is_nan()).fold(f64::INFINITY, f64::min);
        if powers < 0.0 { jacobian + powers } else { f64::INFINITY }
    }

    fn exponent(&self, f: usize, line: usize, place: usize, weighed: bool) -> f64 {
        let [near, middle, far] = [0, 1, 2].map(|k| {
            let row = start(self.dim, line, place) + k;
            self.values.column(f)[row].abs() * if weighed { self.jacobian[row].abs() } else { 1.0 }
        });
        // The nearer pair; the other one tells whether there is a power at all.
        let [exponent, check] = [(middle / near).ln(), (far / middle).ln()].map(|ln| ln / 4f64.ln());
        if (exponent - check).abs() < CLOSE || weighed { exponent } else { f64::NAN }
    }

    /// The order of the map at an end of an axis that makes functions of these kinds smooth; the error is an exponent with which an
    /// integral diverges, or is lost next to the face. Functions come first among the values, integrands follow.
    pub(super) fn order(&self, kinds: &[Vec<Kind>], axis: usize, end: usize) -> Result<usize, f64> {
        let (mut exact, mut powers, mut logs) = (1, 1.0f64, false);
        let mut is_singular = false;
        for (f, kinds) in kinds.iter().enumerate().filter(|(_, kinds)| !kinds.is_empty()) {
            let Behaviour::Power(m) = self.behaviour(f, axis, end) else { continue };
            is_singular = true;
            for kind in kinds {
                match kind {
                    Kind::Power(p) => match (1..=MOST_EXACT).find(|n| is_whole(f64::from(*n) * p * m)) {
                        Some(n) => exact = lcm(exact, n),
                        None => powers = powers.max(2.0),
                    },
                    Kind::Log => logs = true,
                    Kind::Switch | Kind::Peak => {}
                }
            }
        }
        if !is_singular {
            return Ok(1);
        }
        let least = self.least(kinds, axis, end);
        if least < STEEPEST {
            return Err(least);
        }
        // What decays faster than any power needs nothing.
        if least.is_nan() || least >= MOST_ORDER {
            return Ok(1);
        }
        let exact = exact as usize;
        if exact > MOST_EXACT as usize {
            powers = powers.max(2.0);
        }
        let mut order = if exact > MOST_EXACT as usize { 1 } else { exact };
        if logs {
            order *= LOGARITHM.div_ceil(order);
        }
        if powers > 1.0 {
            order = order.max((LEFT / (1.0 + least)).clamp(LEFT, MOST_ORDER).ceil() as usize);
        }
        Ok(order)
    }
}

/// Places of a line.
fn places(dim: usize, line: usize) -> usize {
    if line < 2 * dim { PLACES } else { PLACES_OF_MEETINGS }
}

/// The row of the nearest point of a line at a place; the lines of faces are first.
fn start(dim: usize, line: usize, place: usize) -> usize {
    let faces = line.min(2 * dim);
    (faces * PLACES + (line - faces) * PLACES_OF_MEETINGS + place) * DISTANCES.len()
}

/// How many faces meet at the most where functions of these kinds could hide something that matters.
pub(super) fn most_met(kinds: &[Vec<Kind>]) -> usize {
    let powers = kinds.iter().flatten().map(|kind| if let Kind::Power(p) = kind { *p } else { 0.0 });
    (LEAST_CORNER - MOST_HIDDEN * powers.fold(0.0, f64::min)) as usize
}

/// The edges and corners of a cube in which at most so many faces meet; in many variables edges between two faces and the corners
/// of all.
fn meetings(dim: usize, most: usize) -> Vec<Vec<Face>> {
    let all = 3usize.pow(dim.min(12) as u32);
    let meeting = |code: usize| -> Vec<Face> {
        (0..dim).filter_map(|axis| Some((axis, (code / 3usize.pow(axis as u32) % 3).checked_sub(1)?))).collect()
    };
    let counts =
        |faces: &Vec<Face>| (2..=most).contains(&faces.len()) && (dim <= MOST_EDGES || faces.len() == 2 || faces.len() == dim);
    if dim > 12 || most < 2 { Vec::new() } else { (0..all).map(meeting).filter(counts).collect() }
}

/// A coordinate of a place: no two alike, none near a face.
fn coordinate(place: usize, d: usize) -> f64 {
    0.1 + 0.8 * (0.5 + 0.618_033_988_749_895 * (place * 7 + d * 3 + 1) as f64 + 0.137 * (place * d) as f64).fract()
}

fn is_whole(x: f64) -> bool {
    (x - x.round()).abs() < 1e-9
}

fn lcm(a: i32, b: i32) -> i32 {
    let gcd = |mut a: i32, mut b: i32| {
        while b != 0 {
            (a, b) = (b, a % b);
        }
        a
    };
    a / gcd(a, b) * b
}
