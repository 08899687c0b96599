//! The tree of cuts: which region a point lies in, and what lies beside a region.
//!
//! Every cut adds one region: cut k halves region `parents[k]`, whose lower half keeps its number, and the upper half
//! becomes region k + 1. These two numbers per region are all that is kept; the tree is drawn up when somebody asks.

use super::regions::half_side;
use crate::rules::MAX_DIM;
use std::cell::Cell;

/// The cuts of a run, in their order.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
pub(super) struct Cuts {
    parents: Vec<u32>,
    axes: Vec<u8>,
}

impl Cuts {
    /// Notes that `parent` was halved along `axis`.
    pub(super) fn push(&mut self, parent: u32, axis: u8) {
        self.parents.push(parent);
        self.axes.push(axis);
    }

    /// The regions of which there was a half or none when there were `regions` of them, in their order.
    pub(super) fn halved_since(&self, regions: usize) -> Vec<usize> {
        let cuts = (regions.max(1) - 1..self.parents.len()).flat_map(|k| [self.parents[k] as usize, k + 1]);
        let mut halved: Vec<usize> = cuts.collect();
        halved.sort_unstable();
        halved.dedup();
        halved
    }

    /// Checks deserialised cuts: those of `regions` regions in `dim` variables.
    pub(super) fn is_sound(&self, regions: usize, dim: usize) -> bool {
        let earlier = self.parents.iter().enumerate().all(|(k, parent)| *parent as usize <= k);
        let fits = self.parents.len() + 1 == regions && self.axes.len() + 1 == regions;
        fits && earlier && self.axes.iter().all(|axis| usize::from(*axis) < dim)
    }
}

/// A child of a node: another node, or a region.
#[derive(Clone, Copy)]
struct Child(u32);

/// Marks a child that is a region.
const REGION: u32 = 1 << 31;

/// A cut.
struct Node {
    children: [Child; 2],
    /// The largest brightness of the regions below each child.
    tops: [f64; 2],
    axis: u8,
}

/// The tree drawn up from the cuts; node k is cut k, so that children come after their parents.
pub(super) struct Tree<'a> {
    nodes: Vec<Node>,
    brightness: &'a [f64],
    dim: usize,
}

impl<'a> Tree<'a> {
    /// Draws up the tree; `brightness` is a number per region.
    pub(super) fn new(cuts: &'a Cuts, brightness: &'a [f64], dim: usize) -> Self {
        let mut nodes: Vec<Node> = Vec::with_capacity(cuts.parents.len());
        // Where each region hangs: child `side` of node `node`, as 2 node + side.
        let mut places = vec![u32::MAX; cuts.parents.len() + 1];
        for ((k, &parent), &axis) in (0u32..).zip(&cuts.parents).zip(&cuts.axes) {
            let place = places[parent as usize];
            if let Some(above) = nodes.get_mut(place as usize / 2) {
                above.children[place as usize % 2] = Child(k);
            }
            nodes.push(Node { children: [Child(parent | REGION), Child((k + 1) | REGION)], tops: [0.0; 2], axis });
            (places[parent as usize], places[k as usize + 1]) = (2 * k, 2 * k + 1);
        }
        let mut tree = Tree { nodes, brightness, dim };
        for k in (0..tree.nodes.len()).rev() {
            tree.nodes[k].tops = tree.nodes[k].children.map(|child| tree.top(child));
        }
        tree
    }

    fn root(&self) -> Child {
        Child(if self.nodes.is_empty() { REGION } else { 0 })
    }

    /// The largest brightness below a child.
    fn top(&self, child: Child) -> f64 {
        match self.open(child) {
            Ok(node) => self.nodes[node].tops[0].max(self.nodes[node].tops[1]),
            Err(region) => self.brightness[region],
        }
    }

    /// The node that a child is, or else the region.
    #[inline]
    fn open(&self, Child(child): Child) -> Result<usize, usize> {
        if child & REGION == 0 { Ok(child as usize) } else { Err((child & !REGION) as usize) }
    }

    /// The region in which a point lies.
    pub(super) fn locate(&self, point: impl Fn(usize) -> f64) -> usize {
        let (mut lower, mut levels, mut child) = ([0.0; MAX_DIM], [0; MAX_DIM], self.root());
        loop {
            let node = match self.open(child) {
                Ok(node) => node,
                Err(region) => return region,
            };
            let Node { children, axis, .. } = &self.nodes[node];
            let axis = usize::from(*axis);
            let middle = lower[axis] + half_side(levels[axis]);
            let above = point(axis) >= middle;
            if above {
                lower[axis] = middle;
            }
            levels[axis] += 1;
            child = children[usize::from(above)];
        }
    }

    /// A region brighter than `threshold` that shares part of a face with the box from `lower` to `upper`, and for which
    /// `counts`; brighter branches are searched first.
    pub(super) fn bright_neighbour(
        &self,
        lower: &[f64],
        upper: &[f64],
        threshold: f64,
        counts: impl Fn(usize) -> bool,
    ) -> Option<usize> {
        let search = Search { tree: self, lower, upper, threshold, counts, steps: Cell::new(MOST_STEPS) };
        search.below(self.root(), self.top(self.root()), &mut [0.0; MAX_DIM], &mut [0; MAX_DIM])
    }
}

/// Nodes that a search for a neighbour visits at most; what it has not met by then, it gives up.
const MOST_STEPS: u32 = 256;

/// See [`Tree::bright_neighbour`].
struct Search<'a, F> {
    tree: &'a Tree<'a>,
    lower: &'a [f64],
    upper: &'a [f64],
    threshold: f64,
    counts: F,
    /// Nodes that may still be visited.
    steps: Cell<u32>,
}

impl<F: Fn(usize) -> bool> Search<'_, F> {
    /// Searches below a child whose largest brightness is `top`.
    fn below(&self, child: Child, top: f64, lower: &mut [f64; MAX_DIM], levels: &mut [u8; MAX_DIM]) -> Option<usize> {
        if top <= self.threshold || self.steps.get() == 0 {
            return None;
        }
        self.steps.set(self.steps.get() - 1);
        let node = match self.tree.open(child) {
            Ok(node) => node,
            Err(region) => return (self.shares_a_face(lower, levels) && (self.counts)(region)).then_some(region),
        };
        let Node { children, tops, axis } = &self.tree.nodes[node];
        let axis = usize::from(*axis);
        let (start, level) = (lower[axis], levels[axis]);
        let middle = start + half_side(level);
        let end = middle + half_side(level);
        levels[axis] += 1;
        let first = usize::from(tops[1] > tops[0]);
        let mut found = None;
        for side in [first, 1 - first] {
            let (from, to) = if side == 0 { (start, middle) } else { (middle, end) };
            if found.is_none() && from <= self.upper[axis] && to >= self.lower[axis] {
                lower[axis] = from;
                found = self.below(children[side], tops[side], lower, levels);
            }
        }
        (lower[axis], levels[axis]) = (start, level);
        found
    }

    /// Whether the boxes touch along one axis and overlap along all others.
    fn shares_a_face(&self, lower: &[f64; MAX_DIM], levels: &[u8; MAX_DIM]) -> bool {
        let touches = |d: &usize| {
            let end = lower[*d] + 2.0 * half_side(levels[*d]);
            end <= self.lower[*d] || lower[*d] >= self.upper[*d]
        };
        (0..self.tree.dim).filter(touches).count() == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The square in quarters, the upper right one in quarters again: regions 0 to 6.
    fn quarters() -> Cuts {
        let mut cuts = Cuts::default();
        for (parent, axis) in [(0, 0), (0, 1), (1, 1), (3, 0), (3, 1), (4, 1)] {
            cuts.push(parent, axis);
        }
        cuts
    }

    #[test]
    fn points_are_found_in_their_regions() {
        let (cuts, brightness) = (quarters(), [0.0; 7]);
        assert!(cuts.is_sound(7, 2) && !cuts.is_sound(6, 2) && !cuts.is_sound(7, 1));
        let tree = Tree::new(&cuts, &brightness, 2);
        let at = |x: f64, y: f64| tree.locate(|d| [x, y][d]);
        let found = [at(0.1, 0.1), at(0.1, 0.9), at(0.9, 0.1), at(0.6, 0.6), at(0.6, 0.9), at(0.9, 0.6), at(0.9, 0.9)];
        assert_eq!(found, [0, 2, 1, 3, 5, 4, 6]);
        assert_eq!(cuts.halved_since(4), [3, 4, 5, 6]);
        assert_eq!(cuts.halved_since(0), [0, 1, 2, 3, 4, 5, 6]);
        assert!(cuts.halved_since(7).is_empty());
    }

    #[test]
    fn neighbours_share_a_face_and_are_bright_enough() {
        let (cuts, mut brightness) = (quarters(), [0.0; 7]);
        brightness[3] = 5.0;
        let tree = Tree::new(&cuts, &brightness, 2);
        let beside = |lower: [f64; 2], upper: [f64; 2], threshold| tree.bright_neighbour(&lower, &upper, threshold, |_| true);
        assert_eq!(beside([0.5, 0.0], [1.0, 0.5], 4.0), Some(3), "below");
        assert_eq!(beside([0.0, 0.5], [0.5, 1.0], 4.0), Some(3), "left");
        assert_eq!(beside([0.0, 0.5], [0.5, 1.0], 5.0), None, "not brighter");
        assert_eq!(beside([0.0, 0.0], [0.5, 0.5], 4.0), None, "a corner is no face");
        assert_eq!(beside([0.75, 0.75], [1.0, 1.0], 4.0), None, "a corner again");
        assert_eq!(tree.bright_neighbour(&[0.5, 0.0], &[1.0, 0.5], 4.0, |region| region != 3), None, "does not count");
    }

    #[test]
    fn one_region_is_a_tree() {
        let (cuts, brightness) = (Cuts::default(), [1.0]);
        assert_eq!(Tree::new(&cuts, &brightness, 3).locate(|_| 0.3), 0);
    }
}
