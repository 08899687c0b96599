//! Cells as parts of the domain: limits compiled, corners blown up, points drawn towards singular faces.

use super::faces::{Behaviour, Faces};
use super::range::Range;
use super::surfaces::{Kind, Surface, Surfaces};
use crate::compiled::Compiled;
use crate::graph::{Binary, Graph, Id, Node};
use fubini_algorithms::coordinates::{Iterated, Limit, Limits, Part};
use std::collections::HashMap;

/// Why a cell makes no part.
pub(super) enum Trouble {
    /// The integral does not exist: the exponent at a face.
    Diverges(f64),
    /// Its limits are refused.
    Limits,
}

/// Makes parts.
pub(super) struct Builder {
    dim: usize,
    /// Singular functions, terms of those that vanish in corners, integrands.
    program: Compiled,
    kinds: Vec<Vec<Kind>>,
    /// Positions of the terms of each corner.
    corners: Vec<Vec<usize>>,
    limits: HashMap<(Id, usize), Compiled>,
    /// Whether any part has a map of its own.
    pub(super) has_maps: bool,
    pub(super) notes: Vec<String>,
}

impl Builder {
    pub(super) fn new(graph: &Graph, roots: &[Id], surfaces: &[Surface], dim: usize) -> Self {
        let singular: Vec<&Surface> = surfaces.iter().filter(|s| s.kinds.iter().any(|kind| kind.is_singular())).collect();
        let mut functions: Vec<Id> = singular.iter().map(|surface| surface.function).collect();
        let mut kinds: Vec<Vec<Kind>> = singular.iter().map(|surface| surface.kinds.clone()).collect();
        let mut corners = Vec::new();
        for terms in singular.iter().filter_map(|surface| surface.corner.as_ref()) {
            corners.push((functions.len()..functions.len() + terms.len()).collect());
            functions.extend(terms);
            kinds.extend(terms.iter().map(|_| Vec::new()));
        }
        functions.extend(roots);
        let program = Compiled::of(graph, &functions, dim);
        Builder { dim, program, kinds, corners, limits: HashMap::new(), has_maps: false, notes: Vec::new() }
    }

    /// The parts of a cell: one, or as many as its corner is blown up into.
    pub(super) fn build(
        &mut self,
        graph: &Graph,
        cell: &[(Option<Id>, Option<Id>)],
        factor: f64,
    ) -> Result<Vec<Part<'static>>, Trouble> {
        let upright = vec![false; self.dim];
        if self.kinds.iter().all(Vec::is_empty) {
            return Ok(vec![self.part(graph, cell, &upright)?.times(factor)]);
        }
        let part = self.part(graph, cell, &upright)?;
        let (_, faces) = Faces::look(part, &self.program).ok_or(Trouble::Limits)?;
        let corner = self.corner(&faces);
        let turned: Vec<bool> = (0..self.dim).map(|axis| self.turns(&faces, &corner, axis)).collect();
        let corner: Vec<usize> = corner.into_iter().map(|(axis, _)| axis).collect();
        let heads = if corner.len() > 1 { corner.clone() } else { vec![0] };
        let mut parts = Vec::with_capacity(heads.len());
        for head in heads {
            let mut part = self.part(graph, cell, &turned)?.times(factor);
            if corner.len() > 1 {
                let rest = corner.iter().copied().filter(|axis| *axis != head);
                part = part.blown_up(&std::iter::once(head).chain(rest).collect::<Vec<_>>());
                self.has_maps = true;
            }
            parts.push(self.draw(part)?);
        }
        Ok(parts)
    }

    /// The part with points drawn towards the faces at which it is singular.
    fn draw(&mut self, part: Part<'static>) -> Result<Part<'static>, Trouble> {
        let (mut part, faces) = Faces::look(part, &self.program).ok_or(Trouble::Limits)?;
        for axis in 0..self.dim {
            let order = |end| faces.order(&self.kinds, axis, end).map_err(Trouble::Diverges);
            let orders = [order(0)?, order(1)?];
            if orders != [1, 1] {
                part = part.drawn(axis, orders);
                self.has_maps = true;
            }
        }
        Ok(part)
    }

    /// Axes and ends that meet in a corner in which a singular function vanishes, and nowhere else near it.
    fn corner(&mut self, faces: &Faces) -> Vec<(usize, usize)> {
        let mut largest: Vec<(usize, usize)> = Vec::new();
        for terms in &self.corners {
            let vanishing = |term: &usize| -> Option<(usize, usize)> {
                let all = (0..self.dim).flat_map(|axis| [(axis, 0), (axis, 1)]);
                let mut all =
                    all.filter(|(axis, end)| matches!(faces.behaviour(*term, *axis, *end), Behaviour::Power(m) if m > 0.0));
                let first = all.next();
                first.filter(|_| all.next().is_none())
            };
            let Some(mut corner) = terms.iter().map(vanishing).collect::<Option<Vec<_>>>() else { continue };
            corner.sort_unstable();
            corner.dedup();
            if corner.len() > largest.len() {
                largest = corner;
            }
        }
        largest
    }

    /// Whether an axis is turned round, so that what is singular lies at its lower end, of which distances keep all their digits.
    fn turns(&self, faces: &Faces, corner: &[(usize, usize)], axis: usize) -> bool {
        if let Some((_, end)) = corner.iter().find(|(own, _)| *own == axis) {
            return *end == 1;
        }
        let is_singular = |end: usize| {
            let singular = self.kinds.iter().enumerate().filter(|(_, kinds)| !kinds.is_empty());
            singular.clone().any(|(f, _)| matches!(faces.behaviour(f, axis, end), Behaviour::Power(m) if m > 0.0))
        };
        is_singular(1) && !is_singular(0)
    }

    /// The cell with some of its axes turned round.
    fn part(&mut self, graph: &Graph, cell: &[(Option<Id>, Option<Id>)], turned: &[bool]) -> Result<Part<'static>, Trouble> {
        let mut limits = Vec::with_capacity(self.dim);
        let mut sign = 1.0;
        for (k, ((lo, hi), turned)) in cell.iter().zip(turned).enumerate() {
            let lo = self.limit(graph, *lo, f64::NEG_INFINITY, k);
            let hi = self.limit(graph, *hi, f64::INFINITY, k);
            let (lo, hi) = if *turned { (hi, lo) } else { (lo, hi) };
            sign *= if *turned { -1.0 } else { 1.0 };
            limits.push(Limits::new(lo, hi));
        }
        Ok(Part::new(Iterated::new(limits).map_err(|_| Trouble::Limits)?).times(sign))
    }

    fn limit(&mut self, graph: &Graph, end: Option<Id>, infinity: f64, k: usize) -> Limit<'static> {
        match end {
            None => infinity.into(),
            Some(id) => match graph.value(id) {
                Some(value) => value.into(),
                None => Limit::varying(self.limits.entry((id, k)).or_insert_with(|| Compiled::of(graph, &[id], k)).clone()),
            },
        }
    }
}

/// Comparisons whose outcome does not change within a cell.
pub(super) struct Decided(Vec<Id>);

impl Decided {
    /// Those of which all surfaces are cut.
    pub(super) fn new(graph: &mut Graph, roots: &[Id], used: &[(usize, Id)], ranges: &[Range]) -> Self {
        use Binary::{Greater, GreaterEqual, Less, LessEqual, Max, Min};
        let mut decided = Vec::new();
        for id in graph.reachable(roots) {
            let Node::Binary(Less | LessEqual | Greater | GreaterEqual | Max | Min, a, b) = *graph.node(id) else { continue };
            let difference = graph.sub(a, b);
            let factors = Surfaces::factors(graph, difference, ranges);
            if factors.iter().all(|factor| used.iter().any(|(_, function)| function == factor)) {
                decided.push(id);
            }
        }
        Decided(decided)
    }

    /// Whether the roots are zero in all of the cell to which a point belongs.
    pub(super) fn is_zero(&self, graph: &mut Graph, roots: &[Id], point: &[f64]) -> bool {
        if self.0.is_empty() {
            return false;
        }
        let values = graph.evaluate(&self.0, point, &[]);
        let mut replaced = HashMap::new();
        for (id, value) in self.0.iter().zip(values) {
            let by = match *graph.node(*id) {
                Node::Binary(Binary::Max | Binary::Min, a, b) => match graph.evaluate(&[a, b], point, &[])[..] {
                    [first, _] if first == value => a,
                    _ => b,
                },
                _ => graph.constant(value),
            };
            replaced.insert(*id, by);
        }
        graph.rebuild(roots, &replaced).iter().all(|root| graph.value(*root) == Some(0.0))
    }
}
