//! A plan for one integrand: its domain in parts, in each of which it is smooth.

use super::cut::{self, Cut, Layout};
use super::domain::Domain;
use super::forms::{self, Forms};
use super::offset::Offset;
use super::parts::{Builder, Trouble};
use super::peaks::Peaks;
use super::solve::substitute_all;
use super::surfaces::{Surface, Surfaces};
use super::{Plan, Search, check, squares, symmetry};
use crate::compiled::Compiled;
use crate::graph::{Graph, Id, Node, Unary};
use fubini_algorithms::coordinates::{MAX_PARTS, Parts};
use std::cmp::Ordering;
use std::collections::HashMap;

/// Distances from a singularity, beside where it is, below which rules have no points any more: 4,096 floats. What lies nearer was
/// the error of runs with powers from -0.6 to -0.95.
const NEAREST: f64 = 4096.0 * f64::EPSILON;

impl Search<'_> {
    /// What to integrate instead; none where the integrand is best taken as it is.
    pub(super) fn plan(&mut self, graph: &mut Graph, roots: &[Id], domain: Domain) -> Option<Plan> {
        let mut poles = false;
        let same: Vec<Id> = (0..domain.ranges.len()).map(|v| graph.variable(v as u32)).collect();
        let asked = Asked { by: same.clone(), back: same };
        let plan = self.attempt(graph, roots, domain, &asked, &mut poles);
        self.may_diverge |= plan.is_err() && poles;
        let mut plan = plan.ok().flatten();
        if let Some(plan) = &mut plan {
            plan.integrand = plan.integrand.clone().with_jumps(self.jumps);
        }
        plan
    }

    /// The error is that surfaces are left which were found.
    fn attempt(
        &mut self,
        graph: &mut Graph,
        roots: &[Id],
        mut domain: Domain,
        asked: &Asked,
        poles: &mut bool,
    ) -> Result<Option<Plan>, Left> {
        let names = self.names.clone();
        let show = move |graph: &Graph, id: Id| graph.print(id, &names).to_string();
        let roots = &signs(graph, roots, domain.ranges.len());
        let mut first = Surfaces::find(graph, roots, &domain.ranges, &show);
        let is_singular = |surface: &Surface| surface.kinds.iter().any(|kind| kind.is_singular());
        let completed =
            if first.list.iter().any(is_singular) { squares::completed(graph, roots, domain.ranges.len()) } else { None };
        if let Some(completed) = &completed {
            first = Surfaces::find(graph, completed, &domain.ranges, &show);
        }
        let roots = completed.as_ref().unwrap_or(roots);
        self.notes.extend(first.left.iter().map(|what| format!("not cut: {what}")));
        self.may_diverge |= first.has_poles_left;
        *poles = first.list.iter().any(Surface::has_pole);
        let has_switches = first.list.iter().any(Surface::has_switch);
        self.jumps = self.may_jump && (first.has_many || has_switches);
        if first.has_many {
            let text = format!("the formula has more than {MAX_PARTS} steps, and {MAX_PARTS} parts can be had: they are not cut");
            *self.warning = Some(text);
        }
        if let Some(backwards) = domain.ranges.iter().position(|range| range.lo.partial_cmp(&range.hi) != Some(Ordering::Less)) {
            if !first.list.is_empty() {
                let name = &self.names.variables[backwards];
                self.notes.push(format!("left as it is: the limits of {name} are reversed"));
            }
            return Err(Left);
        }
        if let Some(Offset { roots, domain, asked, names }) =
            Offset::of(graph, roots, &domain, &first.list, &self.names.variables)
        {
            let mut own = self.names.clone();
            own.variables = names;
            let Search { notes, warning, .. } = self;
            let mut moved = Search { names: &own, notes, warning, ..*self };
            let plan = moved.attempt(graph, &roots, domain, &asked, poles);
            (self.diverges, self.may_diverge, self.jumps) = (moved.diverges, moved.may_diverge, moved.jumps);
            self.resolution = moved.resolution;
            return plan;
        }
        let halved = symmetry::halve(graph, roots, &mut domain, &first.list);
        let peaks = Peaks::of(graph, roots, &domain, &self.names.variables[0]);
        self.notes.extend(peaks.note);
        domain.peaks = peaks.sides;
        if first.list.is_empty() && halved.is_empty() && domain.peaks.is_empty() {
            return Ok(None);
        }
        for v in &halved {
            self.notes.push(format!("even in {}: one half is integrated and counted twice", self.names.variables[*v]));
        }
        let forms = match domain.is_box(graph) {
            true => Forms::find(graph, &domain.ranges, &first.list),
            false => Forms::none(graph, &domain.ranges),
        };
        let cut = Cut::best(graph, self.names, roots, &domain, forms);
        self.notes.extend(cut.notes.iter().cloned());
        self.may_diverge |= cut.has_lost_poles;
        let is_switch_lost = cut.has_lost_switches;
        if cut.warning.is_some() {
            self.warning.clone_from(&cut.warning);
        }
        let Cut { layout, implicits, cells, .. } = cut;
        let Layout { forms, roots: new_roots, surfaces, .. } = layout;
        let cells = cells.ok_or(Left)?;
        let mut builder = Builder::new(graph, &new_roots, &surfaces, implicits, forms.ranges.len());
        let integrand = builder.integrand(graph, &new_roots);
        let (mut parts, mut coarse) = (Vec::new(), None);
        for cell in &cells.paths {
            if parts.len() > MAX_PARTS {
                break;
            }
            match builder.build(graph, cell, domain.factor) {
                Ok(some) => parts.extend(some),
                Err(Trouble::Diverges(exponent)) => {
                    self.diverges = true;
                    self.notes.push(format!(
                        "left as it is: at a face of a part the integrand behaves like the distance to the {exponent:.3}, which has no integral"
                    ));
                    return Err(Left);
                }
                // The steepest of all cells tells.
                Err(Trouble::Coarse(exponent)) => coarse = Some(exponent.unwrap_or(0.0).min(coarse.unwrap_or(0.0))),
                Err(Trouble::Limits) => {
                    self.notes.push("left as it is: a part has no limits that could be compiled".to_string());
                    return Err(Left);
                }
            }
        }
        if let Some(exponent) = coarse {
            self.diverges = true;
            self.resolution = if exponent < 0.0 { NEAREST.powf(1.0 + exponent).min(0.5) } else { 0.0 };
            let reason = "too much lies nearer to a singularity than rounding: integrate over the distance from it";
            self.notes.push(format!("left as it is: {reason}"));
            return Err(Left);
        }
        if parts.len() > MAX_PARTS {
            let (note, warning) = cut::too_many(&format!("more than {MAX_PARTS}"));
            self.notes.push(note);
            *self.warning = Some(warning);
            return Err(Left);
        }
        self.jumps &= first.has_many || is_switch_lost;
        let is_plain = parts.len() == 1 && !builder.has_maps && !cells.has_zeros && halved.is_empty();
        if is_plain || parts.is_empty() {
            return Ok(None);
        }
        if let Err(reason) =
            check::tiles(graph, &builder.implicits, roots, &domain, &forms, &builder.distances, &cells.paths, &integrand)
        {
            self.notes.push(format!("left as it is: {reason}"));
            self.jumps = self.may_jump && (first.has_many || has_switches);
            return Err(Left);
        }
        self.notes.push(format!("{} part{}", parts.len(), if parts.len() == 1 { "" } else { "s" }));
        // What is in the half that was left out has its like in the other one.
        let mut folded = asked.back.clone();
        for v in halved {
            let Some(middle) = domain.limits[v].0 else { continue };
            let side = graph.sum(0.0, [(1.0, folded[v]), (-1.0, middle)]);
            let side = graph.unary(Unary::Abs, side);
            folded[v] = graph.sum(0.0, [(1.0, middle), (1.0, side)]);
        }
        let (by, back) = (substitute_all(graph, &asked.by, &forms.old), substitute_all(graph, &forms.new, &folded));
        let [variables, own] = [by, back].map(|all| Compiled::of(graph, &all, forms.ranges.len()));
        let parts = Parts::new(parts).map_err(|_| Left)?;
        let coordinates = parts.with_resolution(builder.resolution).with_variables(variables, own);
        Ok(Some(Plan { integrand, coordinates }))
    }
}

/// The variables of the formula where the integrand has others.
pub(super) struct Asked {
    /// As functions of those of the integrand.
    pub(super) by: Vec<Id>,
    /// Those of the integrand as functions of them.
    pub(super) back: Vec<Id>,
}

/// Surfaces were found, and nothing was done about them.
struct Left;

/// Comparisons of what differs by a linear form, as questions about its sign: so they lose no more digits than the form does.
fn signs(graph: &mut Graph, roots: &[Id], dim: usize) -> Vec<Id> {
    let mut changed = HashMap::new();
    for id in graph.reachable(roots) {
        let Node::Binary(function, a, b) = *graph.node(id) else { continue };
        let difference = if function.is_comparison() { graph.sub(a, b) } else { continue };
        if forms::Linear::of(graph, difference, dim).is_some() {
            let zero = graph.constant(0.0);
            let sign = graph.binary(function, difference, zero);
            changed.insert(id, sign);
        }
    }
    graph.rebuild(roots, &changed)
}
