//! Nested one-dimensional rules without nodes at their ends: n − 1 nodes of n = 2, 4, 8, …, each set a part of the next.
//!
//! Even ones are L. Fejér's second rule, x = sin²(θ/2) at θ = jπ/n (Math. Z. 37 (1933) 287; nested: S. Filippi, Angew. Inform. 6
//! (1964) 1): Clenshaw and Curtis's without the ends. With f sin θ = Σ b_m sin mθ the size of the last b_m says how well the nodes
//! follow the integrand, and how much smaller it is than that of b_m around n/2, how fast more nodes will.
//!
//! Those for singular ends are the trapezoidal rule after x = 1/(1 + exp(−π sinh t)) (H. Takahasi, M. Mori, Publ. RIMS 9 (1974) 721).
//! There two levels differ by the alternating sum of the terms, and terms weighted by polynomials in t must have small ones, too.

use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::f64::consts::PI;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// Largest level: 1023 nodes.
pub(super) const MAX_LEVEL: u8 = 10;
/// How far beyond the last node terms are summed, in t.
const BEYOND: f64 = 2.0;

/// What an end of a box is to its rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) enum End {
    /// The integrand is smooth there.
    Smooth,
    /// It is singular, and distances from the end keep all their digits.
    Exact,
    /// It is singular, and distances are differences of coordinates.
    Coarse,
}

impl End {
    /// The largest t of a double-exponential rule: nodes come as near as 2·10⁻¹⁴; 10⁻¹⁵¹, whose square still has a reciprocal; or
    /// 2·10⁻¹⁰, where rounding of a coordinate and the next power of the distance matter as little as can be.
    fn reach(self) -> f64 {
        match self {
            End::Smooth => 3.0,
            End::Exact => 5.4,
            End::Coarse => 2.65,
        }
    }
}

/// A rule on an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) struct Rule {
    /// The ends; an even rule if both are smooth.
    pub(super) ends: [End; 2],
    /// n = 2^level.
    pub(super) level: u8,
}

impl Rule {
    pub(super) fn even(level: u8) -> Self {
        Rule { ends: [End::Smooth; 2], level }
    }

    pub(super) fn is_even(self) -> bool {
        self.ends == [End::Smooth; 2]
    }

    /// Number of nodes.
    pub(super) fn len(self) -> usize {
        (1 << self.level) - 1
    }

    /// The next one, which has all nodes of this one.
    pub(super) fn finer(self) -> Self {
        Rule { level: self.level + 1, ..self }
    }

    /// Nodes, weights and what tells how good they are, kept.
    pub(super) fn table(self) -> Arc<Table> {
        static KEPT: LazyLock<Mutex<HashMap<Rule, Arc<Table>>>> = LazyLock::new(Mutex::default);
        let kept = |rule: &Rule| KEPT.lock().unwrap_or_else(PoisonError::into_inner).get(rule).map(Arc::clone);
        kept(&self).unwrap_or_else(|| {
            // Made outside of the lock, which a thread could hold that is gone after a fork.
            let made = Arc::new(if self.is_even() { fejer(self) } else { double_exponential(self) });
            KEPT.lock().unwrap_or_else(PoisonError::into_inner).insert(self, Arc::clone(&made));
            made
        })
    }
}

/// Coefficients or alternating sums of a line of values, by how many nodes they are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Band {
    /// Around n/4, n/2 and 3n/4, and the last.
    Quarter,
    Half,
    Most,
    Last,
    /// Waves of half and of three quarters as many as there are nodes, of rules for singular ends.
    Slow,
    Fast,
}

/// Number of bands.
pub(super) const BANDS: usize = 6;
/// Probes of a rule for singular ends.
pub(super) const BENT_PROBES: usize = 17;
/// Frequencies of waves, in units of that whose nodes alternate: of the slow and of the fast ones.
const SLOW: [f64; 2] = [0.47, 0.53];
const FAST: [f64; 2] = [0.71, 0.79];

/// A rule on the side from 0 to 1.
pub(super) struct Table {
    pub(super) rule: Rule,
    /// Distances of the nodes from both ends.
    pub(super) nodes: Vec<[f64; 2]>,
    pub(super) weights: Vec<f64>,
    /// Functionals that tell how well the nodes follow a function. Of an even rule the coefficients b_m of some bands, with m; of the
    /// others differences from half as many intervals, of all, of half and of a quarter of them, and sums with waves, of which both
    /// phases never vanish together.
    pub(super) probes: Vec<(Band, usize, Vec<f64>)>,
    /// Nodes that would come next beyond the last ones at both ends.
    pub(super) beyond: [Vec<Beyond>; 2],
    /// Per node, what the interpolant is made of: see [`Table::basis`].
    inner: Vec<f64>,
}

/// A node that there is not: its distance from the end, its weight, and what it would count in every probe.
pub(super) struct Beyond {
    pub(super) distance: f64,
    pub(super) weight: f64,
    pub(super) probes: [f64; BENT_PROBES],
}

fn fejer(rule: Rule) -> Table {
    let n = 1usize << rule.level;
    let angle = |k: usize| PI * (k % (2 * n)) as f64 / n as f64;
    let weight = |j: usize| {
        let sum: f64 = (1..=n / 2).rev().map(|k| angle((2 * k - 1) * j).sin() / (2 * k - 1) as f64).sum();
        2.0 * angle(j).sin() * sum / n as f64
    };
    let half = |k: usize| if 2 * k == n { 0.5 } else { (0.5 * PI * k as f64 / n as f64).sin().powi(2) };
    let probe = |m: usize| (1..n).map(|j| 2.0 / n as f64 * angle(j).sin() * angle(m * j).sin()).collect();
    // Near n a coefficient is the difference of two, b_m − b_(2n − m): those that fall like a power nearly cancel.
    let bands = match n {
        ..8 => [1..2, 1..n / 2 + 1, n / 2..n, n - 1..n],
        8 => [2..4, 4..6, 6..8, 7..8],
        16 => [4..6, 6..10, 10..14, 14..16],
        _ => [n / 4 - 2..n / 4 + 2, n / 2 - 2..n / 2 + 2, 3 * n / 4 - 2..3 * n / 4 + 2, n - 4..n],
    };
    let bands = [Band::Quarter, Band::Half, Band::Most, Band::Last].into_iter().zip(bands);
    Table {
        rule,
        nodes: (1..n).map(|j| [half(j), half(n - j)]).collect(),
        weights: (1..n).map(weight).collect(),
        probes: bands.flat_map(|(band, range)| range.map(move |m| (band, m, probe(m)))).collect(),
        beyond: [Vec::new(), Vec::new()],
        inner: (1..n).map(|j| if j % 2 == 0 { 1.0 } else { -1.0 } * angle(j).sin().powi(2)).collect(),
    }
}

/// exp(−π sinh |t|), the ratio of the distances from both ends at t.
fn decay(t: f64) -> f64 {
    (-PI * t.abs().sinh()).exp()
}

/// dx/dt.
fn slope(t: f64) -> f64 {
    let q = decay(t);
    PI * t.cosh() * q / ((1.0 + q) * (1.0 + q))
}

/// What the terms of a rule for singular ends are multiplied by.
#[derive(Clone, Copy)]
enum Kind {
    /// Signs that alternate on every so many nodes, times a power.
    Level(i64, usize),
    /// A wave of this frequency and phase.
    Wave(f64, f64),
}

fn double_exponential(rule: Rule) -> Table {
    let n = 1usize << rule.level;
    let [low, high] = rule.ends.map(End::reach);
    let h = (low + high) / n as f64;
    let time = |j: usize| j as f64 * h - low;
    let node = |t: f64| {
        let q = decay(t);
        let (near, far) = (q / (1.0 + q), 1.0 / (1.0 + q));
        if t < 0.0 { [near, far] } else { [far, near] }
    };
    let slopes: Vec<f64> = (1..n).map(|j| slope(time(j))).collect();
    // On every other node the sums are those of half as many intervals. Intervals are a multiple of eight, so that signs are the same
    // from either end.
    let level = |step: i64, power: usize, j: i64| {
        let (sign, tau) = (if (j / step) % 2 == 0 { 1.0 } else { -1.0 }, 2.0 * j as f64 / n as f64 - 1.0);
        let on = if j % step == 0 { step as f64 } else { 0.0 };
        on * sign * h * slope(j as f64 * h - low) * [1.0, tau, 2.0 * tau * tau - 1.0][power]
    };
    let levels = [(Band::Quarter, 4), (Band::Half, 2), (Band::Last, 1)];
    let sums = levels.into_iter().flat_map(|(band, step)| (0..3).map(move |power| (band, Kind::Level(step, power))));
    let phases = |nu: f64| [Kind::Wave(nu, 0.0), Kind::Wave(nu, 0.5)];
    let waves = [(Band::Slow, SLOW), (Band::Fast, FAST)].into_iter().flat_map(|(band, both)| both.map(|nu| (band, nu)));
    let waves = waves.flat_map(move |(band, nu)| phases(nu).map(|kind| (band, kind)));
    let kinds: Vec<(Band, Kind)> = sums.chain(waves).collect();
    let term = |kind: Kind, j: i64| match kind {
        Kind::Level(step, power) => level(step, power, j),
        Kind::Wave(nu, phase) => h * slope(j as f64 * h - low) * (PI * (nu * (j as f64 - 0.5 * n as f64) + phase)).cos(),
    };
    let beyond = [(0, -1), (n as i64, 1)].map(|(last, direction)| {
        let node = |k: i64| {
            let j = last + direction * k;
            let t = j as f64 * h - low;
            let mut probes = [0.0; BENT_PROBES];
            probes.iter_mut().zip(&kinds).for_each(|(probe, (_, kind))| *probe = term(*kind, j));
            Beyond { distance: decay(t), weight: h * slope(t), probes }
        };
        (0..).map(node).take_while(|node| node.distance > 0.0).take((BEYOND / h) as usize + 1).collect()
    });
    Table {
        rule,
        nodes: (1..n).map(|j| node(time(j))).collect(),
        weights: slopes.iter().map(|slope| h * slope).collect(),
        probes: kinds.iter().map(|(band, kind)| (*band, 0, (1..n as i64).map(|j| term(*kind, j)).collect())).collect(),
        beyond,
        inner: slopes,
    }
}

impl Table {
    /// What the value at every node counts in the interpolant at a place with these distances from both ends, and what the function
    /// there is multiplied by: f itself is interpolated by even rules, f dx/dt by the others.
    pub(super) fn basis(&self, [low, high]: [f64; 2], basis: &mut Vec<f64>) -> f64 {
        basis.clear();
        let hit = self.nodes.iter().position(|node| *node == [low, high]);
        if self.rule.is_even() {
            if let Some(hit) = hit {
                basis.extend((0..self.nodes.len()).map(|j| f64::from(u8::from(j == hit))));
                return 1.0;
            }
            // Barycentric: J.-P. Berrut, L. N. Trefethen, SIAM Rev. 46 (2004) 501, eq. 4.2 and 5.4.
            let terms = self.nodes.iter().zip(&self.inner).map(|(node, w)| {
                let apart = if low < high { low - node[0] } else { node[1] - high };
                w / apart
            });
            basis.extend(terms);
            let sum: f64 = basis.iter().sum();
            basis.iter_mut().for_each(|b| *b /= sum);
            return 1.0;
        }
        let [from, to] = self.rule.ends.map(End::reach);
        let h = (from + to) / (self.nodes.len() + 1) as f64;
        let y = if low < high { low.ln() - high.ln() } else { -(high.ln() - low.ln()) };
        let t = (y / PI).asinh();
        basis.extend(self.inner.iter().enumerate().map(|(j, node)| {
            let z = PI * ((t + from) / h - (j + 1) as f64);
            node * if z == 0.0 { 1.0 } else { z.sin() / z }
        }));
        slope(t)
    }

    /// The terms of the last nodes at both ends, in the units of what is interpolated; nothing of even rules.
    pub(super) fn last_terms(&self, value: impl Fn(usize) -> f64) -> f64 {
        let last = self.nodes.len() - 1;
        if self.rule.is_even() { 0.0 } else { (self.inner[0] * value(0)).abs().max((self.inner[last] * value(last)).abs()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(rule: Rule, f: impl Fn(f64, f64) -> f64) -> f64 {
        let table = rule.table();
        table.nodes.iter().zip(&table.weights).map(|(node, w)| w * f(node[0], node[1])).sum()
    }

    #[test]
    fn rules_are_exact_and_nested() {
        for level in 1..8 {
            let rule = Rule::even(level);
            // n − 1 nodes that are symmetric are exact up to degree n − 1, and not beyond.
            let n = 1 << level;
            for k in 0..=n + 1 {
                let off = (sum(rule, |x, _| (2.0 * x - 1.0).powi(k)) - f64::from(1 - k % 2) / f64::from(k + 1)).abs();
                assert!(if k < n { off < 1e-14 } else { k % 2 == 1 || n > 32 || off > 1e-12 }, "degree {k} of {n}: {off}");
            }
            for ends in [[End::Smooth; 2], [End::Exact, End::Smooth], [End::Coarse, End::Exact]] {
                let rule = Rule { ends, level };
                let (coarse, fine) = (rule.table(), rule.finer().table());
                for (a, b) in coarse.nodes.iter().zip(fine.nodes.iter().skip(1).step_by(2)) {
                    assert!((a[0] - b[0]).abs() <= 1e-13 * b[0] && (a[1] - b[1]).abs() <= 1e-13 * b[1]);
                }
            }
        }
        let found = sum(Rule { ends: [End::Exact, End::Smooth], level: 6 }, |x, _| x.powf(-0.9));
        assert!((found - 10.0).abs() < 1e-12, "{found}");
        let found = sum(Rule { ends: [End::Exact; 2], level: 6 }, |x, y| 1.0 / (x * y).sqrt());
        assert!((found - PI).abs() < 1e-13, "{found}");
    }

    #[test]
    fn interpolants_follow_smooth_functions() {
        let mut basis = Vec::new();
        for (rule, f) in [
            (Rule::even(5), (|x, _| (3.0 * x).sin()) as fn(f64, f64) -> f64),
            (Rule { ends: [End::Exact, End::Smooth], level: 6 }, |x, _| x.powf(-0.75)),
            (Rule { ends: [End::Exact; 2], level: 6 }, |x, y| x.ln() + y.powf(-0.5)),
        ] {
            let table = rule.table();
            for low in [1e-9, 0.123, 0.5, 0.876, 1.0 - 1e-3] {
                let scale = table.basis([low, 1.0 - low], &mut basis);
                let found = table.nodes.iter().zip(&basis).map(|(node, b)| b * f(node[0], node[1])).sum::<f64>();
                let exact = scale * f(low, 1.0 - low);
                assert!((found - exact).abs() < 1e-8 * exact.abs().max(1.0), "{rule:?} at {low}: {found} {exact}");
            }
        }
    }
}
