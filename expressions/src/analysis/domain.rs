//! The domain of an analysis: limits and breaks as nodes of the graph.

use super::Ends;
use super::forms::Forms;
use super::range::{Range, ranges};
use crate::build::build;
use crate::graph::{Graph, Id};
use crate::{Error, Expressions, Names};

/// Limits and breaks in the graph.
#[derive(Clone, Debug)]
pub(super) struct Domain {
    pub(super) limits: Vec<(Option<Id>, Option<Id>)>,
    pub(super) breaks: Vec<Id>,
    pub(super) ranges: Vec<Range>,
    /// Where peaks end that rules would miss, as functions that vanish there.
    pub(super) peaks: Vec<Id>,
    /// By how much parts that were left out because they are equal to others multiply the rest; negative where an odd number of
    /// intervals was turned round.
    pub(super) factor: f64,
}

impl Domain {
    pub(super) fn read(own: &mut Expressions, ends: &[Ends]) -> Result<Self, Error> {
        let (mut limits, mut breaks) = (Vec::new(), Vec::new());
        let mut bounds: Vec<Range> = Vec::new();
        let mut factor = 1.0;
        let definitions = own.names.definitions.clone();
        for (k, ends) in ends.iter().enumerate() {
            let mut names = Names::new(&own.names.variables[..k]);
            names.parameters.clone_from(&own.names.parameters);
            let read = |graph: &mut Graph, text: &str| -> Result<Option<Id>, Error> {
                match text.trim() {
                    "inf" | "+inf" | "-inf" => Ok(None),
                    text => {
                        let names = names.clone().definitions_of(text, &definitions);
                        Ok(Some(build(graph, &[text], &names)?[0]))
                    }
                }
            };
            let (lo, hi) = (read(&mut own.graph, &ends.lo)?, read(&mut own.graph, &ends.hi)?);
            // An infinite end that is at the wrong side makes the interval a reversed one.
            let (from, to) = (infinity(&ends.lo, f64::NEG_INFINITY), infinity(&ends.hi, f64::INFINITY));
            for at in &ends.breaks {
                if let Some(at) = read(&mut own.graph, at)? {
                    let variable = own.graph.variable(k as u32);
                    breaks.push(own.graph.sub(variable, at));
                }
            }
            let difference = hi.zip(lo).map(|(hi, lo)| own.graph.sub(hi, lo));
            let all: Vec<Id> = lo.iter().chain(&hi).chain(&difference).copied().collect();
            let known = ranges(&own.graph, &all, &bounds);
            let range = |end: Option<Id>, infinity: f64| end.map_or(Range { lo: infinity, hi: infinity }, |id| known[&id]);
            let (below, above) = (range(lo, from), range(hi, to));
            let is_reversed = difference.is_some_and(|id| known[&id].hi <= 0.0 && known[&id].lo < 0.0) || above.hi < below.lo;
            if is_reversed {
                factor = -factor;
                bounds.push(Range { lo: above.lo, hi: below.hi });
                limits.push((hi, lo));
            } else {
                bounds.push(Range { lo: below.lo, hi: above.hi });
                limits.push((lo, hi));
            }
        }
        Ok(Domain { limits, breaks, ranges: bounds, peaks: Vec::new(), factor })
    }

    /// Whether all limits are numbers, or infinite.
    pub(super) fn is_box(&self, graph: &Graph) -> bool {
        self.limits.iter().flat_map(|(lo, hi)| [lo, hi]).flatten().all(|id| graph.value(*id).is_some())
    }

    /// Functions of the new variables that are positive inside.
    pub(super) fn inside(&self, graph: &mut Graph, forms: &Forms) -> Vec<Id> {
        let mut inside = Vec::new();
        for (v, (lo, hi)) in self.limits.iter().enumerate() {
            let x = forms.old[v];
            for (limit, sign) in [(lo, 1.0), (hi, -1.0)] {
                if let Some(limit) = limit {
                    let limit = forms.to_new(graph, *limit);
                    inside.push(graph.sum(0.0, [(sign, x), (-sign, limit)]));
                }
            }
        }
        inside
    }
}

/// Which infinity a limit says, `otherwise` if none.
fn infinity(text: &str, otherwise: f64) -> f64 {
    match text.trim() {
        "inf" | "+inf" => f64::INFINITY,
        "-inf" => f64::NEG_INFINITY,
        _ => otherwise,
    }
}
