//! The cells of a domain, in the order of its variables in which most surfaces can be solved for the last one they hold.

use super::cells::{Decomposition, Interval, Obstacle};
use super::decided::Decided;
use super::domain::Domain;
use super::forms::Forms;
use super::implicit::Implicits;
use super::surfaces::{Kind, Surface, Surfaces};
use super::{depends_on, level};
use crate::Names;
use crate::graph::{Graph, Id};
use fubini_algorithms::coordinates::MAX_PARTS;

/// Orders of the variables that are tried beside their own.
const MOST_ORDERS: usize = 4;

/// An integrand and its surfaces in the variables in which it is cut.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) forms: Forms,
    pub(super) roots: Vec<Id>,
    pub(super) surfaces: Vec<Surface>,
    names: Names,
    inside: Vec<Id>,
}

/// What came of cutting.
pub(super) struct Cut {
    pub(super) layout: Layout,
    pub(super) implicits: Implicits,
    /// The cells; none where nothing can be done.
    pub(super) cells: Option<Cells>,
    pub(super) notes: Vec<String>,
    pub(super) warning: Option<String>,
    pub(super) has_lost_poles: bool,
    pub(super) has_lost_switches: bool,
    /// Surfaces at which it was not cut.
    lost: Vec<Id>,
}

/// Limits of all cells in which there is something to integrate.
#[derive(Debug)]
pub(super) struct Cells {
    pub(super) paths: Vec<Vec<(Option<Id>, Option<Id>)>>,
    pub(super) has_zeros: bool,
}

impl Layout {
    fn new(graph: &mut Graph, names: &Names, roots: &[Id], domain: &Domain, forms: Forms) -> Self {
        let show = |id: &Id| graph.print(*id, names).to_string();
        let texts = forms.new.iter().map(show);
        let texts: Vec<String> = texts.map(|text| if text.contains(' ') { format!("({text})") } else { text }).collect();
        let mut own = Names::new(&texts);
        own.parameters.clone_from(&names.parameters);
        let roots: Vec<Id> = roots.iter().map(|root| forms.to_new(graph, *root)).collect();
        let show = |graph: &Graph, id: Id| graph.print(id, &own).to_string();
        let mut surfaces = Surfaces::find(graph, &roots, &forms.ranges, &show).list;
        for (all, kind) in [(&domain.breaks, Kind::Switch), (&domain.peaks, Kind::Peak)] {
            for at in all {
                let function = forms.to_new(graph, *at);
                surfaces.push(Surface { function, kinds: vec![kind], corner: None, is_rounded: false });
            }
        }
        let inside = domain.inside(graph, &forms);
        Layout { forms, roots, surfaces, names: own, inside }
    }

    fn describe(&self, graph: &Graph, surface: &Surface) -> String {
        let text = graph.print(surface.function, &self.names);
        let kinds = surface.kinds.iter().map(|kind| match kind {
            Kind::Switch => "a jump or kink".to_string(),
            Kind::Power(p) => format!("the power {p}"),
            Kind::Log => "a logarithm or unknown power".to_string(),
            Kind::Peak => "the side of a peak".to_string(),
        });
        format!("{} at {text} = 0", kinds.collect::<Vec<_>>().join(" and "))
    }
}

impl Cut {
    /// The domain cut at as many surfaces as can be.
    pub(super) fn best(graph: &mut Graph, names: &Names, roots: &[Id], domain: &Domain, forms: Forms) -> Self {
        let layout = Layout::new(graph, names, roots, domain, forms);
        let mut best = Self::new(graph, layout);
        if best.lost.is_empty() || !domain.is_box(graph) {
            return best;
        }
        let lost = best.lost.clone();
        let last = |graph: &Graph, function: Id| level(graph, function).unwrap_or(0) as u32;
        let others = lost.iter().flat_map(|function| {
            let own = last(graph, *function);
            (0..own).rev().filter(|v| depends_on(graph, *function, *v)).collect::<Vec<_>>()
        });
        let mut others: Vec<u32> = others.collect();
        let mut seen = Vec::new();
        others.retain(|v| {
            !seen.contains(v) && {
                seen.push(*v);
                true
            }
        });
        let forms: Vec<Forms> = others.into_iter().take(MOST_ORDERS).map(|v| best.layout.forms.with_last(graph, v)).collect();
        for forms in forms {
            let layout = Layout::new(graph, names, roots, domain, forms);
            let other = Self::new(graph, layout);
            if other.cells.is_some() && (best.cells.is_none() || other.lost.len() < best.lost.len()) {
                best = other;
            }
            if best.lost.is_empty() {
                break;
            }
        }
        best
    }

    fn new(graph: &mut Graph, layout: Layout) -> Self {
        let mut cut = Cut {
            notes: layout
                .names
                .variables
                .iter()
                .filter(|name| name.contains(' '))
                .map(|name| format!("{name} is a variable of its own"))
                .collect(),
            layout,
            implicits: Implicits::default(),
            cells: None,
            warning: None,
            has_lost_poles: false,
            has_lost_switches: false,
            lost: Vec::new(),
        };
        cut.cells = cut.run(graph);
        cut
    }

    /// The cells, after surfaces that cannot be cut at have been left out.
    fn run(&mut self, graph: &mut Graph) -> Option<Cells> {
        loop {
            let Layout { forms, roots, surfaces, inside, .. } = &self.layout;
            let planes = |(i, surface): (usize, &Surface)| -> Vec<(usize, Id)> {
                let terms = surface.corner.clone().unwrap_or_else(|| vec![surface.function]);
                terms.into_iter().map(|function| (i, function)).collect()
            };
            let kept = surfaces.iter().enumerate().filter(|(_, surface)| !self.lost.contains(&surface.function));
            let used: Vec<(usize, Id)> = kept.flat_map(planes).collect();
            let decided = Decided::new(graph, roots, &used, &forms.ranges);
            let mut has_zeros = false;
            let decomposition = Decomposition::new(graph, &mut self.implicits, &forms.ranges, inside, &used, forms.is_none);
            let found = decomposition.and_then(|mut cuts| {
                cuts.cells(|graph, point| {
                    let zero = decided.is_zero(graph, roots, point);
                    has_zeros |= zero;
                    zero
                })
            });
            match found {
                Ok(intervals) => {
                    let lost = std::mem::take(&mut self.lost);
                    let is_told = |surface: &&Surface| !lost.contains(&surface.function) && surface.kinds[..] != [Kind::Peak];
                    for surface in surfaces.iter().filter(is_told) {
                        self.notes.push(format!("found: {}", self.layout.describe(graph, surface)));
                    }
                    self.layout.surfaces.retain(|surface| !lost.contains(&surface.function));
                    self.lost = lost;
                    let paths = Interval::paths(&intervals);
                    if paths.len() > MAX_PARTS {
                        return self.gives_up(&paths.len().to_string());
                    }
                    return Some(Cells { paths, has_zeros });
                }
                Err(Obstacle::Surface(i)) => {
                    let surface = &surfaces[i];
                    let what = self.layout.describe(graph, surface);
                    self.notes.push(format!("not cut: {what}, which was not solved for a variable"));
                    self.has_lost_poles |= surface.has_pole();
                    self.has_lost_switches |= surface.has_switch();
                    self.lost.push(surface.function);
                    if self.lost.len() == surfaces.len() {
                        return None;
                    }
                }
                Err(Obstacle::Limits) => {
                    let reason = "the limits are reversed somewhere, or cannot be cut along each other";
                    self.notes.push(format!("left as it is: {reason}"));
                    return None;
                }
                Err(Obstacle::Many) => return self.gives_up("thousands of"),
            }
        }
    }

    fn gives_up(&mut self, parts: &str) -> Option<Cells> {
        let (note, warning) = too_many(parts);
        self.notes.push(note);
        self.warning = Some(warning);
        None
    }
}

/// What is said of so many parts: a note, and a warning.
pub(super) fn too_many(parts: &str) -> (String, String) {
    let text = format!("the formula has {parts} smooth parts, and {MAX_PARTS} can be had: it is integrated as it is");
    (format!("left as it is: {parts} parts"), text)
}
