//! Cells as parts of the domain: limits compiled, corners blown up, points drawn towards singular faces.

use super::faces::{Behaviour, DIVERGENT, Faces, most_met};
use super::forms::Linear;
use super::implicit::{Implicits, Rooted};
use super::level;
use super::solve::{guarded, substitute};
use super::surfaces::{Kind, Surface};
use crate::compiled::Compiled;
use crate::graph::{Binary, Graph, Id, Node, Unary};
use fubini_algorithms::coordinates::{Iterated, Limit, Limits, Part};
use std::collections::HashMap;

/// Why a cell makes no part.
pub(super) enum Trouble {
    /// The integral does not exist: the exponent at a face.
    Diverges(f64),
    /// Its limits are refused.
    Limits,
    /// Too much of it lies where distances are rounding: the exponent at the face, if it is known.
    Coarse(Option<f64>),
}

/// Exponents below this have 1e-7 of their integral nearer than rounding.
const STEEP: f64 = -0.55;
/// Part of what lies nearer than rounding by which an integral may be wrong, before rules state ten times as much: 1/5 was seen.
const LOST: f64 = 1.0 / 8.0;

/// Limits of a cell, variable by variable; none at infinity.
pub(super) type Path = Vec<(Option<Id>, Option<Id>)>;

/// Makes parts.
pub(super) struct Builder {
    dim: usize,
    /// Singular functions, terms of those that vanish in corners, integrands.
    program: Compiled,
    functions: Vec<Id>,
    kinds: Vec<Vec<Kind>>,
    /// Of each function, whether [it is rounded](Surface::is_rounded).
    rounded: Vec<bool>,
    /// Of each function that vanishes in a corner, its position and those of its terms.
    corners: Vec<(usize, Vec<usize>)>,
    /// Linear functions that the integrand is given beside its variables, so that they lose no digits to a difference.
    pub(super) distances: Vec<Id>,
    limits: HashMap<(Id, usize), Rooted>,
    pub(super) implicits: Implicits,
    /// Whether any part has a map of its own.
    pub(super) has_maps: bool,
    /// What rounding may change of the integral.
    pub(super) resolution: f64,
}

impl Builder {
    pub(super) fn new(graph: &mut Graph, roots: &[Id], surfaces: &[Surface], implicits: Implicits, dim: usize) -> Self {
        let singular: Vec<&Surface> = surfaces.iter().filter(|s| s.kinds.iter().any(|kind| kind.is_singular())).collect();
        let mut functions: Vec<Id> = singular.iter().map(|surface| surface.function).collect();
        let mut kinds: Vec<Vec<Kind>> = singular.iter().map(|surface| surface.kinds.clone()).collect();
        let mut rounded: Vec<bool> = singular.iter().map(|surface| surface.is_rounded).collect();
        let mut corners = Vec::new();
        for (f, terms) in singular.iter().enumerate().filter_map(|(f, surface)| Some((f, surface.corner.as_ref()?))) {
            corners.push((f, (functions.len()..functions.len() + terms.len()).collect()));
            functions.extend(terms);
            kinds.extend(terms.iter().map(|_| Vec::new()));
            rounded.extend(terms.iter().map(|_| false));
        }
        let mut distances = Vec::new();
        for function in &functions {
            let is_variable = matches!(graph.node(*function), Node::Variable(_));
            if !is_variable && !distances.contains(function) && Linear::of(graph, *function, dim).is_some() {
                distances.push(*function);
            }
        }
        let all: Vec<Id> = functions.iter().chain(roots).copied().collect();
        let program = Compiled::of(graph, &all, dim);
        let limits = HashMap::new();
        Builder {
            dim,
            program,
            functions,
            kinds,
            rounded,
            corners,
            distances,
            limits,
            implicits,
            has_maps: false,
            resolution: 0.0,
        }
    }

    /// The integrand as a function of the variables and of the distances.
    pub(super) fn integrand(&self, graph: &mut Graph, roots: &[Id]) -> Compiled {
        let pairs = self.distances.iter().enumerate();
        let mut pairs: HashMap<Id, Id> = pairs.map(|(j, distance)| (*distance, graph.variable((self.dim + j) as u32))).collect();
        for (function, kinds) in self.functions.iter().zip(&self.kinds) {
            if !pairs.contains_key(function) && kinds.iter().any(|kind| matches!(kind, Kind::Power(p) if *p < 0.0)) {
                pairs.insert(*function, raised(graph, *function));
            }
        }
        let roots = graph.rebuild(roots, &pairs);
        Compiled::of(graph, &roots, self.dim + self.distances.len())
    }

    /// The parts of a cell: one, or as many as its corner is blown up into, or those of its halves if it is singular on both sides.
    pub(super) fn build(&mut self, graph: &mut Graph, cell: &Path, factor: f64) -> Result<Vec<Part<'static>>, Trouble> {
        let upright = vec![false; self.dim];
        if self.kinds.iter().all(Vec::is_empty) {
            return Ok(vec![self.part(graph, cell, &upright)?.0.times(factor)]);
        }
        let part = self.part(graph, cell, &upright)?.0;
        let (_, faces) = Faces::look(part, &self.program, 1).ok_or(Trouble::Limits)?;
        let corners = self.corners(&faces)?;
        if let Some(halves) = self.halves(graph, cell, &faces, &corners) {
            let mut parts = Vec::new();
            for half in halves {
                parts.extend(self.build(graph, &half, factor)?);
            }
            return Ok(parts);
        }
        let corner = corners.into_iter().max_by_key(Vec::len).unwrap_or_default();
        let turned: Vec<bool> = (0..self.dim).map(|axis| self.turns(&faces, &corner, axis)).collect();
        let corner: Vec<usize> = corner.into_iter().map(|(axis, _)| axis).collect();
        let heads = if corner.len() > 1 { corner.clone() } else { vec![0] };
        let mut parts = Vec::with_capacity(heads.len());
        for head in heads {
            let (part, uneven) = self.part(graph, cell, &turned)?;
            let mut part = part.times(factor);
            if corner.len() > 1 {
                let rest = corner.iter().copied().filter(|axis| *axis != head);
                part = part.blown_up(&std::iter::once(head).chain(rest).collect::<Vec<_>>());
                self.has_maps = true;
            }
            let drawn;
            (part, drawn) = self.draw(part)?;
            let at_zero: Vec<usize> = (0..self.dim).filter(|v| starts_at_zero(graph, cell[*v], turned[*v])).collect();
            let mut exact: Vec<Id> = at_zero.into_iter().map(|v| graph.variable(v as u32)).collect();
            for distance in self.distances.clone() {
                let axis = self.axis_of(graph, distance, cell, &turned, &uneven, &faces);
                exact.extend(axis.map(|_| distance));
                part = self.measure(graph, part, distance, axis, cell, &turned);
            }
            let steepest = self.steepest(&drawn, &exact);
            if steepest < STEEP || drawn.has_hidden_corner(&self.kinds) {
                return Err(Trouble::Coarse((steepest < STEEP).then_some(steepest)));
            }
            self.resolution = self.resolution.max(LOST * f64::EPSILON.powf(1.0 + steepest));
            parts.push(part);
        }
        Ok(parts)
    }

    /// The variable at whose lower limit in the part a distance is zero, if it grows evenly from there.
    fn axis_of(
        &self,
        graph: &Graph,
        distance: Id,
        cell: &Path,
        turned: &[bool],
        uneven: &[bool],
        faces: &Faces,
    ) -> Option<usize> {
        let f = self.functions.iter().position(|function| *function == distance)?;
        let axis = level(graph, distance)?;
        let vanishes = faces.behaviour(f, axis, usize::from(turned[axis])) == Behaviour::Power(1.0);
        (vanishes && !uneven[axis] && cell[axis].0.is_some() && cell[axis].1.is_some()).then_some(axis)
    }

    /// A distance as exact as can be: from the lower limit of the variable that ends there, or as the function that it is.
    fn measure(
        &mut self,
        graph: &mut Graph,
        part: Part<'static>,
        distance: Id,
        axis: Option<usize>,
        cell: &Path,
        turned: &[bool],
    ) -> Part<'static> {
        let far = axis.and_then(|axis| Some((axis, if turned[axis] { cell[axis].0 } else { cell[axis].1 }?)));
        // It is linear, and zero at the near end.
        let length = far.map_or(distance, |(axis, far)| substitute(graph, distance, axis as u32, far));
        let length = raised(graph, length);
        let length = self.implicits.compile(graph, &[length], self.dim);
        match axis {
            Some(axis) => part.with_distance(axis, length),
            None => part.with(length),
        }
    }

    /// Two halves of a cell that has negative powers or corners at both ends of a variable, or at the only finite end.
    fn halves(&self, graph: &mut Graph, cell: &Path, faces: &Faces, corners: &[Vec<(usize, usize)>]) -> Option<[Path; 2]> {
        let singular = |axis: usize, end: usize, which: &dyn Fn(&Kind) -> bool| {
            let own = self.kinds.iter().enumerate().filter(|(_, kinds)| kinds.iter().any(which));
            let vanishes = |f: usize| matches!(faces.behaviour(f, axis, end), Behaviour::Power(m) if m > 0.0);
            own.into_iter().any(|(f, _)| vanishes(f)) || corners.iter().flatten().any(|place| *place == (axis, end))
        };
        let grows = |axis, end| singular(axis, end, &|kind| matches!(kind, Kind::Power(p) if *p < 0.0));
        let both = |axis| singular(axis, 0, &|_| true) && singular(axis, 1, &|_| true) && (grows(axis, 0) || grows(axis, 1));
        let place = |graph: &mut Graph, axis: usize| match cell[axis] {
            (Some(lo), Some(hi)) if both(axis) => Some(graph.sum(0.0, [(0.5, lo), (0.5, hi)])),
            // Distances along an infinite interval are not even: what is near is cut off.
            (Some(lo), None) if grows(axis, 0) => Some(graph.sum(1.0, [(1.0, lo)])),
            (None, Some(hi)) if grows(axis, 1) => Some(graph.sum(-1.0, [(1.0, hi)])),
            _ => None,
        };
        let (axis, middle) = (0..self.dim).find_map(|axis| Some((axis, place(graph, axis)?)))?;
        let mut halves = [cell.clone(), cell.clone()];
        (halves[0][axis].1, halves[1][axis].0) = (Some(middle), Some(middle));
        Some(halves)
    }

    /// The part with points drawn towards the faces at which it is singular.
    fn draw(&mut self, part: Part<'static>) -> Result<(Part<'static>, Faces), Trouble> {
        let (mut part, faces) = Faces::look(part, &self.program, most_met(&self.kinds)).ok_or(Trouble::Limits)?;
        for axis in 0..self.dim {
            let order = |end| {
                let lost =
                    |exponent| if exponent <= DIVERGENT { Trouble::Diverges(exponent) } else { Trouble::Coarse(Some(exponent)) };
                faces.order(&self.kinds, axis, end).map_err(lost)
            };
            let orders = [order(0)?, order(1)?];
            if orders != [1, 1] {
                part = part.drawn(axis, orders);
                self.has_maps = true;
            }
        }
        Ok((part, faces))
    }

    /// The least exponent of an integrand at a face that a function reaches which is not exact there.
    fn steepest(&self, faces: &Faces, exact: &[Id]) -> f64 {
        // Sums of terms of one sign lose nothing that these have not lost.
        let is_exact = |f: usize| exact.contains(&self.functions[f]) && !self.rounded[f];
        let is_sum = |f: usize| self.corners.iter().any(|(own, terms)| *own == f && terms.iter().all(|term| is_exact(*term)));
        let singular = self.kinds.iter().enumerate().filter(|(_, kinds)| !kinds.is_empty());
        let inexact = singular.filter(|(f, _)| !is_exact(*f) && !is_sum(*f));
        let vanishes =
            |f: usize, axis: usize, end: usize| matches!(faces.behaviour(f, axis, end), Behaviour::Power(m) if m > 0.0);
        let all = inexact.flat_map(|(f, _)| (0..self.dim).flat_map(move |axis| [(f, axis, 0), (f, axis, 1)]));
        let reached = all.filter(|(f, axis, end)| vanishes(*f, *axis, *end));
        reached.map(|(_, axis, end)| faces.least(&self.kinds, axis, end)).fold(f64::INFINITY, f64::min)
    }

    /// Axes and ends that meet in corners in which a singular function vanishes, and nowhere else near them.
    fn corners(&self, faces: &Faces) -> Result<Vec<Vec<(usize, usize)>>, Trouble> {
        let mut corners = Vec::new();
        for (f, terms) in &self.corners {
            let vanishing = |term: &usize| -> Vec<(usize, usize)> {
                let all = (0..self.dim).flat_map(|axis| [(axis, 0), (axis, 1)]);
                all.filter(|(axis, end)| matches!(faces.behaviour(*term, *axis, *end), Behaviour::Power(m) if m > 0.0)).collect()
            };
            let mut reached: Vec<_> = terms.iter().map(vanishing).collect();
            // A term vanishes as well where the interval of its variable closes, at the other end of a variable before.
            for _ in 0..terms.len() {
                let told: Vec<_> = reached.iter().filter(|faces| faces.len() == 1).map(|faces| faces[0]).collect();
                let open = reached.iter_mut().filter(|faces| faces.len() > 1);
                open.for_each(|faces| faces.retain(|(axis, end)| !told.contains(&(*axis, 1 - end))));
            }
            if reached.iter().any(Vec::is_empty) {
                continue;
            }
            if reached.iter().any(|faces| faces.len() > 1) {
                // It cannot be blown up, and parts have no points nearer to it than rounding.
                match self.kinds[*f].iter().any(|kind| matches!(kind, Kind::Power(p) if *p < 0.0)) {
                    true => return Err(Trouble::Coarse(None)),
                    false => continue,
                }
            }
            let mut corner = reached.concat();
            corner.sort_unstable();
            corner.dedup();
            corners.push(corner);
        }
        Ok(corners)
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

    /// The cell with some of its axes turned round, and which of its variables are not covered evenly.
    fn part(&mut self, graph: &mut Graph, cell: &Path, turned: &[bool]) -> Result<(Part<'static>, Vec<bool>), Trouble> {
        let mut limits = Vec::with_capacity(self.dim);
        let mut sign = 1.0;
        for (k, ((lo, hi), turned)) in cell.iter().zip(turned).enumerate() {
            let lo = self.limit(graph, *lo, f64::NEG_INFINITY, k);
            let hi = self.limit(graph, *hi, f64::INFINITY, k);
            let (lo, hi) = if *turned { (hi, lo) } else { (lo, hi) };
            sign *= if *turned { -1.0 } else { 1.0 };
            limits.push(Limits::new(lo, hi));
        }
        let coordinates = Iterated::new(limits).map_err(|_| Trouble::Limits)?;
        let uneven = (0..self.dim).map(|axis| coordinates.is_uneven(axis)).collect();
        Ok((Part::new(coordinates).times(sign), uneven))
    }

    fn limit(&mut self, graph: &mut Graph, end: Option<Id>, infinity: f64, k: usize) -> Limit<'static> {
        match end {
            None => infinity.into(),
            Some(id) => match graph.value(id) {
                Some(value) => value.into(),
                None => {
                    let compile = || {
                        let guarded = guarded(graph, id);
                        self.implicits.compile(graph, &[guarded], k)
                    };
                    Limit::varying(self.limits.entry((id, k)).or_insert_with(compile).clone())
                }
            },
        }
    }
}

/// Whether a variable's lower limit in a part is zero, so that it is a distance itself.
fn starts_at_zero(graph: &Graph, (lo, hi): (Option<Id>, Option<Id>), turned: bool) -> bool {
    (if turned { hi } else { lo }).is_some_and(|near| graph.value(near) == Some(0.0))
}

/// A sum that is as small as its rounding where it would be zero: singular functions stay finite there.
fn raised(graph: &mut Graph, sum: Id) -> Id {
    let (k, inner) = graph.split(sum);
    if k != 1.0 {
        let inner = raised(graph, inner);
        return graph.product(k, [(inner, 2)]);
    }
    let Node::Sum(constant, terms) = graph.node(sum).clone() else { return sum };
    let sizes: Vec<(f64, Id)> = terms.iter().map(|(term, k)| (k.get().abs(), graph.unary(Unary::Abs, *term))).collect();
    let size = graph.sum(constant.get().abs(), sizes);
    let least = graph.product(0.25 * f64::EPSILON, [(size, 2)]);
    let zero = graph.constant(0.0);
    let is_zero = graph.binary(Binary::Equal, sum, zero);
    graph.choose(is_zero, least, sum)
}
