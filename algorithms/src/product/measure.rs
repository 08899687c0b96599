//! What the values at the nodes of a box say: its integral, and along every axis how well the nodes follow the integrand.

use super::nodes::{BANDS, BENT_PROBES, Band, End, Rule, Table};
use super::piece::{Piece, Witness};
use crate::pullback::Pullback;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::sync::Arc;

/// What the last coefficients count in an error: those next to n little, and the less the faster they fall, those that come in from
/// beyond 2n more than once. By calibration.
const NEXT: [f64; 2] = [4.0, 40.0];
/// The same of Σ j q^j, by which coefficients that fall by q each, slowly though smoothly, add up beyond n: on half-lines they do.
const SLOWLY: f64 = 8.0;
const BEYOND: f64 = 12.0;
/// Bands lie n/4 apart; by powers of m a band falls as much to 2n as this power of what it fell by from n/2 to 3n/4: ln 2 / ln 1.5.
const DOUBLING: f64 = 1.71;
/// How coefficients that fall like a power and those that fall exponentially are told apart: by the band around n/4, as far from
/// that around n/2 as that from the next.
const STEADY: f64 = 0.8;
/// The power of what a band fell by from which on the next is not believed to have fallen as much.
const FASTEST: f64 = 2.5;
/// What a band falls by where nothing is resolved yet.
const SLOW: f64 = 0.25;
/// Bands that fall faster than that and ever faster are of a smooth function, whose coefficients may well have one sign.
const SMOOTH: f64 = 0.3;
/// Bands that fall less are of what no node follows, whatever its ends.
const FLAT: f64 = 0.97;
/// The same of the rules for singular ends, whose errors are squared by every doubling: by how much more than in the last one, or in
/// the last quarter of the frequencies, they fall in the next, and the least of them that counts.
const FALLS: f64 = 8.0;
const LEAST: f64 = 1e-3;
/// What they must have fallen by before for that to be believed: errors of a kink fall by a quarter, and by chance by more.
const QUADRATIC: f64 = 0.1;
/// The steepest power of the distance whose terms are summed beyond the last node, and the part of the sum that is not known.
const STEEPEST: f64 = -0.99;
const UNKNOWN: f64 = 1e-5;
/// By how much more than the last coefficients a value between the nodes may differ from the interpolant, and the part of the largest
/// value that is no difference.
const EXPECTED: f64 = 4.0;
const SAME: f64 = 1e-11;
/// What is larger than so many times the largest value is a surprise in a box that has forgotten its values.
const LARGER: f64 = 4.0;
/// Part of a box that a point may stand for at which the interpolant is wrong.
const STANDS_FOR: f64 = 0.1;
/// Values above are divided by it.
const HUGE: f64 = 1e290;
/// Rounding error of a value, in units of its last digit.
const ROUNDING: f64 = 4.0;

/// What is known of one component along one axis.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(super) struct Along {
    /// The part of the integral's error that is due to the nodes on this axis.
    pub(super) error: f64,
    /// By what it falls if there are four times as many; of rules for singular ends, by what it fell when there were half as many.
    pub(super) falls: f64,
    /// The part of it that more nodes do not change.
    pub(super) rest: f64,
    /// What the integrand may differ from its interpolant by, in the units of what is interpolated.
    pub(super) apart: f64,
    /// How much the coefficients look like those of a function that is singular at the lower and at the upper end, from 0 to 1.
    pub(super) ends: [f64; 2],
}

/// What the values of a box say, per component.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Sight {
    pub(super) integrals: Vec<f64>,
    /// What rounding may change of them.
    pub(super) roundings: Vec<f64>,
    /// Largest values.
    pub(super) largest: Vec<f64>,
    /// How far values are from their mean on average, as a part of the largest distance.
    pub(super) fillings: Vec<f64>,
    /// Axis by axis, all components of the first one first.
    pub(super) along: Vec<Along>,
}

impl Sight {
    pub(super) fn along(&self, axis: usize, component: usize) -> Along {
        self.along[axis * self.integrals.len() + component]
    }

    /// The error of a component as it looks from its values.
    pub(super) fn error(&self, component: usize) -> f64 {
        let axes = self.along.iter().skip(component).step_by(self.integrals.len());
        axes.map(|along| along.error - along.rest).sum::<f64>() + self.roundings[component]
    }

    pub(super) fn is_sound(&self, dim: usize, components: usize) -> bool {
        let lists = [&self.integrals, &self.roundings, &self.largest, &self.fillings];
        lists.iter().all(|list| list.len() == components) && self.along.len() == dim * components
    }
}

impl Piece {
    /// Looks at the values. In a run that is to end nothing is seen: the box is of no use then.
    pub(super) fn measure(&mut self, f: &Pullback<'_>) {
        let components = f.components();
        let (tables, volume, len) = (self.tables(), self.volume(), self.len());
        let weights: Vec<&[f64]> = tables.iter().map(|table| table.weights.as_slice()).collect();
        let all = tensor(&weights);
        let mut sight = Sight { along: vec![Along::default(); self.dim() * components], ..Sight::default() };
        for (c, values) in self.values.chunks_exact(len).enumerate() {
            if f.is_interrupted() {
                return;
            }
            let largest = values.iter().fold(0.0, |most: f64, v| most.max(v.abs()));
            // Coefficients of the largest floats would overflow.
            let lowered: Vec<f64>;
            let (values, volume) = if largest > HUGE {
                lowered = values.iter().map(|v| v / HUGE).collect();
                (lowered.as_slice(), volume * HUGE)
            } else {
                (values, volume)
            };
            sight.integrals.push(volume * sum(&all, values, |v| v));
            sight.roundings.push(volume * ROUNDING * f64::EPSILON * sum(&all, values, f64::abs));
            sight.largest.push(largest);
            let (weight, mean) = (sum(&all, values, |_| 1.0), sum(&all, values, |v| v));
            let apart = |v: f64| (v - mean / weight).abs();
            let farthest = values.iter().fold(0.0, |most: f64, v| most.max(apart(*v)));
            sight.fillings.push(if farthest > 0.0 { sum(&all, values, apart) / (weight * farthest) } else { 0.0 });
            for axis in 0..self.dim() {
                let (seen, tail) = look_along(&tables, &weights, axis, values);
                let along = seen.tell(self.rules[axis], self.volume() < 1.0);
                sight.integrals[c] += volume * tail;
                sight.along[axis * components + c] = Along { error: volume * along.error, rest: volume * along.rest, ..along };
                sight.roundings[c] += volume * along.rest;
            }
        }
        self.sight = sight;
        self.hear(f);
    }

    /// Compares the values of the witnesses with what the nodes let expect: where they differ, errors are as large as what a witness
    /// may stand for. In a run that is to end not all of them are heard.
    pub(super) fn hear(&mut self, f: &Pullback<'_>) {
        let components = f.components();
        let mut most = vec![0.0f64; components];
        for witness in &self.witnesses {
            if f.is_interrupted() {
                break;
            }
            let surprises = self.surprises(witness, components);
            most.iter_mut().zip(surprises).for_each(|(most, surprise)| *most = most.max(surprise));
        }
        let volume = self.volume();
        self.is_contradicted = most.iter().any(|most| *most > 0.0);
        self.errors = (0..components).map(|c| self.sight.error(c).max(STANDS_FOR * volume * most[c])).collect();
    }

    /// By what each component at a witness differs from the interpolant, where that is more than the nodes let expect.
    fn surprises(&self, witness: &Witness, components: usize) -> Vec<f64> {
        let largest = &self.sight.largest;
        if self.values.is_empty() {
            return witness.values.iter().zip(largest).map(|(v, largest)| (v.abs() - LARGER * largest).max(0.0)).collect();
        }
        let tables = self.tables();
        let (mut basis, mut scale) = (vec![Vec::new(); self.dim()], 1.0);
        // On an axis on which it lies on a node nothing is interpolated.
        let is_between = |basis: &Vec<f64>| basis.iter().filter(|b| **b != 0.0).count() > 1;
        for (d, basis) in basis.iter_mut().enumerate() {
            scale *= tables[d].basis(self.within(d, witness.point[d]), basis);
        }
        // What is interpolated is in the units in which the values were measured.
        let unit = |c: usize| if largest[c] > HUGE { HUGE } else { 1.0 };
        let mut values = Cow::from(&self.values);
        if largest.iter().any(|most| *most > HUGE) {
            let components = values.to_mut().chunks_exact_mut(self.len()).enumerate();
            components.for_each(|(c, values)| values.iter_mut().for_each(|v| *v /= unit(c)));
        }
        let along = |values: &[f64], basis: &Vec<f64>| -> Vec<f64> {
            values.chunks_exact(basis.len()).map(|line| line.iter().zip(basis).map(|(v, b)| v * b).sum()).collect()
        };
        let kept = basis.iter().rev().fold(values, |kept, basis| Cow::from(along(&kept, basis)));
        let surprise = |c: usize| {
            let of_axis = |d: usize| self.sight.along(d, c).apart * if self.rules[d].is_even() { scale } else { 1.0 };
            let between = (0..self.dim()).filter(|d| is_between(&basis[*d]));
            let expected = EXPECTED * between.map(of_axis).sum::<f64>() + SAME * scale * (largest[c] / unit(c));
            let miss = (scale * (witness.values[c] / unit(c)) - kept[c]).abs();
            if miss > expected { unit(c) * miss } else { 0.0 }
        };
        (0..components).map(surprise).collect()
    }
}

/// Products of one number of every list, the last list fastest.
fn tensor(lists: &[&[f64]]) -> Vec<f64> {
    lists.iter().fold(vec![1.0], |all, list| all.iter().flat_map(|a| list.iter().map(move |b| a * b)).collect())
}

/// Σ w f(v) in blocks, whose rounding errors do not add up.
fn sum(weights: &[f64], values: &[f64], f: impl Fn(f64) -> f64) -> f64 {
    let block = |(w, v): (&[f64], &[f64])| w.iter().zip(v).map(|(w, v)| w * f(*v)).sum::<f64>();
    weights.chunks(256).zip(values.chunks(256)).map(block).sum()
}

/// How well the nodes on `axis` follow the values, as a mean over the nodes on the others, and what is to be added to the integral for
/// what lies beyond the last of them; both for a box of volume 1.
fn look_along(tables: &[Arc<Table>], weights: &[&[f64]], axis: usize, values: &[f64]) -> (Means, f64) {
    let table = &tables[axis];
    let (outer, inner) = (tensor(&weights[..axis]), tensor(&weights[axis + 1..]));
    let (nodes, width) = (table.nodes.len(), inner.len());
    let mut seen = Means::default();
    let mut found = vec![vec![0.0; width]; table.probes.len()];
    for (slab, outer) in values.chunks_exact(nodes * width).zip(&outer) {
        for (sums, (_, _, probe)) in found.iter_mut().zip(&table.probes) {
            sums.fill(0.0);
            for (line, p) in slab.chunks_exact(width).zip(probe) {
                sums.iter_mut().zip(line).for_each(|(sum, v)| *sum += p * v);
            }
        }
        for (i, w) in inner.iter().enumerate() {
            let nothing = ([0.0; 2], [0.0; BENT_PROBES]);
            let (tail, more) = if table.rule.is_even() { nothing } else { tail(table, |j| slab[j * width + i]) };
            let numbers = table.probes.iter().zip(&found).map(|((band, m, _), sums)| (*band, *m, sums[i]));
            let numbers =
                numbers.zip(more.into_iter().chain(std::iter::repeat(0.0))).map(|((band, m, b), more)| (band, m, b + more));
            seen.add(outer * w, nodes + 1, numbers, tail);
            seen.last = seen.last.max(table.last_terms(|j| slab[j * width + i]));
        }
    }
    let tail = seen.tail[0];
    (seen, tail)
}

/// What is beyond the last nodes of a line if the function is a power of the distance there, with its error; and what it counts in
/// the probes.
fn tail(table: &Table, value: impl Fn(usize) -> f64) -> ([f64; 2], [f64; BENT_PROBES]) {
    let last = table.nodes.len() - 1;
    let (mut sums, mut probes) = ([0.0, 0.0], [0.0; BENT_PROBES]);
    for e in [0, 1] {
        let at = |k: usize| if e == 0 { k } else { last - k };
        let distance = |k: usize| table.nodes[at(k)][e];
        let f = [0, 1, 2].map(|k| value(at(k)));
        // The largest values times the distances' powers would overflow.
        let terms = |power: f64| table.beyond[e].iter().map(move |node| (node, (node.distance / distance(0)).powf(power)));
        let sum = |power: f64| f[0] * terms(power).map(|(node, times)| node.weight * times).sum::<f64>();
        let power = |k: usize| (f[k + 1] / f[k]).ln() / (distance(k + 1) / distance(k)).ln();
        let (near, far) = (power(0), power(1));
        if f[0] == 0.0 {
            continue;
        }
        if near > STEEPEST && far > STEEPEST && near.is_finite() && far.is_finite() {
            let tail = sum(near);
            sums[0] += tail;
            sums[1] += (tail - sum(far)).abs() + UNKNOWN * tail.abs();
            for (node, times) in terms(near) {
                probes.iter_mut().zip(node.probes).for_each(|(sum, p)| *sum += p * times * f[0]);
            }
        } else {
            sums[1] += sum(STEEPEST.max(near.min(0.0))).abs();
        }
    }
    (sums, probes)
}

/// Means over the lines along an axis.
#[derive(Default)]
struct Means {
    /// Of the largest in each band, in the order of the bands.
    bands: [f64; BANDS],
    /// The largest of all in the last two, and in the one before.
    most: f64,
    coarse: f64,
    tail: [f64; 2],
    /// The largest term of a last node.
    last: f64,
    /// Of the coefficients' absolute values from n/2 to 3n/4, of their sums, and of their sums with signs that alternate.
    sums: [f64; 3],
}

impl Means {
    fn add(&mut self, weight: f64, intervals: usize, numbers: impl Iterator<Item = (Band, usize, f64)>, tail: [f64; 2]) {
        let (mut bands, mut sums) = ([0.0f64; BANDS], [0.0f64; 3]);
        for (band, m, b) in numbers {
            bands[band as usize] = bands[band as usize].max(b.abs());
            if matches!(band, Band::Half | Band::Most) && 2 * m >= intervals {
                let alternating = if m % 2 == 0 { b } else { -b };
                sums = [sums[0] + b.abs(), sums[1] + b, sums[2] + alternating];
            }
        }
        self.most = self.most.max(bands[2]).max(bands[3]);
        self.coarse = self.coarse.max(bands[1]);
        self.bands.iter_mut().zip(bands).for_each(|(mean, b)| *mean += weight * b);
        self.tail.iter_mut().zip(tail).for_each(|(mean, t)| *mean += weight * t);
        self.sums.iter_mut().zip(sums).for_each(|(mean, sum)| *mean += weight * sum.abs());
    }

    /// Whatever the bands say; in a part of the cube, where bands of a kink or a jump are small by chance in one of many boxes, they are
    /// believed to fall a little faster than exponentially at most.
    fn tell(&self, rule: Rule, is_part: bool) -> Along {
        let n = f64::from(1u32 << rule.level);
        let [quarter, half, most, last, slow, fast] = self.bands;
        let ratio = |a: f64, b: f64| if a < b { a / b } else { f64::from(u8::from(a > 0.0)) };
        if !rule.is_even() {
            // What has fallen by much more than it fell by before may have done so by chance: by a kink, whose errors have any sign.
            let [before, falls] = [ratio(half, quarter), ratio(last, half)];
            let last = last.max(half * if before > QUADRATIC { SLOW } else { before.powf(FASTEST) });
            // Sums that alternate vanish by chance with a kink, those with waves of both phases do not; and a small kink shows where what
            // fell fast falls no more.
            let flat = ratio(fast, slow).max(ratio(last, fast));
            let error =
                (FALLS * fast * flat * flat).max(last * (FALLS * falls.max(before).max(flat)).clamp(LEAST, 1.0)) + self.tail[1];
            let rest = if rule.ends.contains(&End::Coarse) { self.tail[1] } else { 0.0 };
            // Interpolation errs by the root of what the rule does: by what one of half as many nodes does.
            return Along { error, rest, falls, apart: self.coarse + self.last, ends: [0.0; 2] };
        }
        let before = ratio(half, quarter);
        let least = if is_part || before > SLOW { before.powf(FASTEST) } else { 0.0 };
        let (now, most) = (ratio(most, half).max(least), most.max(half * least));
        let is_steady = now <= before.powf(STEADY);
        // What falls like a power falls as much from 3n/4 to n as this power of what it fell by before.
        let left = last.max(most * if is_steady { now } else { now.powf(DOUBLING - 1.0) });
        let q = now.powf(4.0 / n);
        // Where nothing falls, what comes in from beyond says it all.
        let slowly = (q / ((1.0 - q) * (1.0 - q))).min(n * n / SLOWLY) * (1.0 - now);
        let error = left * ((NEXT[0] + NEXT[1] * now + SLOWLY * slowly) / (n * n) + BEYOND * now.powf(DOUBLING));
        let [all, same, alternating] = self.sums;
        // Near the upper end θ is π, where sin mθ alternates.
        let share =
            |sum: f64| if all > 0.0 && !(is_steady && before < SMOOTH) && before.max(now) < FLAT { sum / all } else { 0.0 };
        let falls = if is_steady { now.powi(12) } else { now.powf(2.0 * DOUBLING) };
        Along { error, rest: 0.0, falls, apart: self.most.max(left) * n, ends: [share(same), share(alternating)] }
    }
}
