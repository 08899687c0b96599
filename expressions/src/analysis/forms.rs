//! Changes of variables that make what vanishes at a singularity a variable of its own: x − y = d, and x = y + d.
//!
//! The distance from the surface then loses no digits to a difference, the surface is a plane at which the outermost interval is
//! cut, and what else the integrand holds is smooth along it.

use super::range::{Range, ranges};
use super::surfaces::Surface;
use super::{depends_on, solve::substitute_all};
use crate::graph::{Graph, Id};

/// Part of its terms by which a sum may be off.
const ROUNDING: f64 = 16.0 * f64::EPSILON;

/// Variables that were replaced.
#[derive(Debug)]
pub(super) struct Forms {
    /// The variables of the domain as functions of the new ones.
    pub(super) old: Vec<Id>,
    /// The new variables as functions of those of the domain.
    pub(super) new: Vec<Id>,
    /// Ranges of the new variables.
    pub(super) ranges: Vec<Range>,
    /// Whether the variables are as they were.
    pub(super) is_none: bool,
}

impl Forms {
    /// The variables as they are.
    pub(super) fn none(graph: &mut Graph, ranges: &[Range]) -> Self {
        let old: Vec<Id> = (0..ranges.len()).map(|v| graph.variable(v as u32)).collect();
        Forms { new: old.clone(), old, ranges: ranges.to_vec(), is_none: true }
    }

    /// Replaces a variable for every linear form with which a singularity vanishes, where these are independent of each other.
    pub(super) fn find(graph: &mut Graph, ranges: &[Range], surfaces: &[Surface]) -> Self {
        let mut own = Self::none(graph, ranges);
        let singular = surfaces.iter().filter(|surface| surface.kinds.iter().any(|kind| kind.is_singular()));
        let candidates = singular.flat_map(|s| {
            let forms = s.corner.clone().unwrap_or_else(|| vec![s.function]);
            forms.into_iter().map(|form| (form, s.is_steep()))
        });
        let mut replaced: Vec<u32> = Vec::new();
        for (candidate, is_steep) in candidates.collect::<Vec<_>>() {
            own.replace(graph, candidate, is_steep, &mut replaced);
        }
        own.is_none = replaced.is_empty();
        own.reorder(graph, &replaced);
        own
    }

    /// Takes the form in place of one of its variables.
    fn replace(&mut self, graph: &mut Graph, form: Id, is_steep: bool, replaced: &mut Vec<u32>) {
        let form = self.to_new(graph, form);
        let Some(linear) = Linear::of(graph, form, self.ranges.len()) else { return };
        let free = linear.coefficients.iter().enumerate().filter(|(v, _)| !replaced.contains(&(*v as u32)));
        // The largest, and of equal ones a positive one, for which the form keeps its sign.
        let size = |(_, k): &(usize, &f64)| (k.abs(), **k);
        let larger = |a: &(usize, &f64), b: &(usize, &f64)| {
            let ((a, sign_a), (b, sign_b)) = (size(a), size(b));
            a.total_cmp(&b).then(sign_a.total_cmp(&sign_b))
        };
        let Some((pivot, coefficient)) = free.filter(|(_, k)| **k != 0.0).max_by(larger) else { return };
        // A shift of one variable gains nothing.
        if linear.coefficients.iter().filter(|k| **k != 0.0).count() == 1 {
            return;
        }
        // Rounding of the place of a corner would be taken for a distance from it, which a steep power makes anything of.
        if is_steep && linear.ends_by_rounding(&self.ranges) {
            return;
        }
        let pivot = pivot as u32;
        let variables: Vec<Id> = (0..self.ranges.len()).map(|v| graph.variable(v as u32)).collect();
        let others = linear.coefficients.iter().zip(&variables).enumerate().filter(|(v, _)| *v != pivot as usize);
        let others: Vec<(f64, Id)> = others.map(|(_, (k, id))| (k / coefficient, *id)).collect();
        // d = x + rest, x = d − rest.
        let rest = graph.sum(linear.constant / coefficient, others);
        let at = variables[pivot as usize];
        let (forwards, back) = (graph.sum(0.0, [(1.0, at), (1.0, rest)]), graph.sum(0.0, [(1.0, at), (-1.0, rest)]));
        let mut changed = variables.clone();
        changed[pivot as usize] = back;
        self.old = substitute_all(graph, &self.old, &changed);
        self.new[pivot as usize] = substitute_all(graph, &[forwards], &self.new)[0];
        self.ranges[pivot as usize] = range_of(graph, forwards, &self.ranges);
        replaced.push(pivot);
    }

    /// Numbers the variables anew, those that were replaced first.
    fn reorder(&mut self, graph: &mut Graph, replaced: &[u32]) {
        let others = (0..self.ranges.len() as u32).filter(|v| !replaced.contains(v));
        let order: Vec<u32> = replaced.iter().copied().chain(others).collect();
        self.permute(graph, &order);
    }

    /// The same with one of the new variables moved behind all others.
    pub(super) fn with_last(&self, graph: &mut Graph, last: u32) -> Self {
        let Forms { old, new, ranges, .. } = self;
        let mut moved = Forms { old: old.clone(), new: new.clone(), ranges: ranges.clone(), is_none: false };
        let others = (0..self.ranges.len() as u32).filter(|v| *v != last);
        moved.permute(graph, &others.chain([last]).collect::<Vec<_>>());
        moved
    }

    /// Takes the variables in this order.
    fn permute(&mut self, graph: &mut Graph, order: &[u32]) {
        let mut places: Vec<Id> = (0..order.len()).map(|v| graph.variable(v as u32)).collect();
        for (k, v) in order.iter().enumerate() {
            places[*v as usize] = graph.variable(k as u32);
        }
        self.old = substitute_all(graph, &self.old, &places);
        self.new = order.iter().map(|v| self.new[*v as usize]).collect();
        self.ranges = order.iter().map(|v| self.ranges[*v as usize]).collect();
    }

    /// A function of the domain's variables as one of the new ones.
    pub(super) fn to_new(&self, graph: &mut Graph, id: Id) -> Id {
        substitute_all(graph, &[id], &self.old)[0]
    }
}

fn range_of(graph: &Graph, id: Id, variables: &[Range]) -> Range {
    ranges(graph, &[id], variables)[&id]
}

/// constant + Σ coefficient · variable.
pub(super) struct Linear {
    pub(super) constant: f64,
    pub(super) coefficients: Vec<f64>,
}

impl Linear {
    /// Whether it vanishes at a corner of the box at which its terms do not.
    fn ends_by_rounding(&self, ranges: &[Range]) -> bool {
        let is_zero = |end: fn(f64, f64) -> f64| {
            let terms = self.coefficients.iter().zip(ranges).filter(|(k, _)| **k != 0.0);
            let terms: Vec<f64> = terms.map(|(k, range)| end(k * range.lo, k * range.hi)).chain([self.constant]).collect();
            let size: f64 = terms.iter().map(|term| term.abs()).sum();
            size > 0.0 && terms.iter().sum::<f64>().abs() <= ROUNDING * size
        };
        is_zero(f64::min) || is_zero(f64::max)
    }

    /// A node that is one, with finite numbers.
    pub(super) fn of(graph: &mut Graph, id: Id, dim: usize) -> Option<Linear> {
        let mut coefficients = Vec::with_capacity(dim);
        for v in 0..dim as u32 {
            if !depends_on(graph, id, v) {
                coefficients.push(0.0);
                continue;
            }
            let leaf = graph.variable(v);
            let slope = graph.derivative(id, leaf).ok()?;
            coefficients.push(graph.value(slope).filter(|k| k.is_finite())?);
        }
        let constant = graph.evaluate(&[id], &vec![0.0; dim], &[])[0];
        // Steps have slope zero: what is linear has the value of a linear function elsewhere too.
        let place: Vec<f64> = (0..dim).map(|v| 0.37 + 0.61 * v as f64).collect();
        let expected = coefficients.iter().zip(&place).fold(constant, |sum, (k, x)| sum + k * x);
        let scale = coefficients.iter().zip(&place).fold(constant.abs(), |sum, (k, x)| sum + (k * x).abs());
        let is_linear = (graph.evaluate(&[id], &place, &[])[0] - expected).abs() <= 1e-12 * scale;
        (is_linear && constant.is_finite()).then_some(Linear { constant, coefficients })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::surfaces::Surfaces;
    use crate::{Expressions, Names};

    #[test]
    fn differences_become_variables_and_the_others_follow() {
        let names = Names::new(&["x", "y", "z"]);
        let mut parsed = Expressions::parse(&["abs(x-y)^-0.5 * log(abs(x-z)) / sqrt(y + z + 1)"], &names).unwrap();
        let box_of = [Range { lo: 0.0, hi: 1.0 }; 3];
        let root = parsed.roots()[0];
        let surfaces = Surfaces::find(&mut parsed.graph, &[root], &box_of, &|_, _| String::new());
        let forms = Forms::find(&mut parsed.graph, &box_of, &surfaces.list);
        // Both maps are inverse to each other.
        let point = [0.3, 0.9, 0.6];
        let new = parsed.graph.evaluate(&forms.new, &point, &[]);
        let old = parsed.graph.evaluate(&forms.old, &new, &[]);
        assert!(old.iter().zip(point).all(|(a, b)| (a - b).abs() < 1e-15), "{new:?} {old:?}");
        assert!((new[0].abs() - 0.6).abs() < 1e-15 && (new[1].abs() - 0.3).abs() < 1e-15, "{new:?}");
        let integrand = forms.to_new(&mut parsed.graph, root);
        let [a, b] = [root, integrand].map(|id| parsed.graph.evaluate(&[id], if id == root { &point } else { &new }, &[])[0]);
        assert!((a / b - 1.0).abs() < 1e-14);
    }
}
