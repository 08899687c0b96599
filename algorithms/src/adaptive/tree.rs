//! The tree of cuts: which region a point lies in, and what lies beside a region.
//!
//! Every cut adds one region: cut k halves region `parents[k]`, whose lower half keeps its number, and the upper half
//! becomes region k + 1. These two numbers per region are all that is kept; the tree is drawn up when somebody asks.

use super::regions::half_side;
use crate::rules::MAX_DIM;

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

impl Child {
    /// The node that a child is, or else the region.
    #[inline]
    fn open(self) -> Result<usize, usize> {
        if self.0 & REGION == 0 { Ok(self.0 as usize) } else { Err((self.0 & !REGION) as usize) }
    }
}

/// Marks a child that is a region.
const REGION: u32 = 1 << 31;

/// A cut.
struct Node {
    children: [Child; 2],
    /// What is known of the regions below each child.
    below: [Known; 2],
    axis: u8,
}

/// What is known of a region, or of several together.
#[derive(Clone, Copy, Default)]
pub(super) struct Known {
    /// The largest brightness.
    pub(super) brightest: f64,
    /// The largest level along any axis.
    pub(super) finest: u8,
}

impl Known {
    fn or(self, other: Self) -> Self {
        Known { brightest: self.brightest.max(other.brightest), finest: self.finest.max(other.finest) }
    }
}

/// The tree drawn up from the cuts; node k is cut k, so that children come after their parents.
pub(super) struct Tree {
    nodes: Vec<Node>,
}

impl Tree {
    /// Draws up the tree, with what is known of each region.
    pub(super) fn new(cuts: &Cuts, known: impl Fn(usize) -> Known) -> Self {
        let mut nodes: Vec<Node> = Vec::with_capacity(cuts.parents.len());
        // Where each region hangs: child `side` of node `node`, as 2 node + side.
        let mut places = vec![u32::MAX; cuts.parents.len() + 1];
        for ((k, &parent), &axis) in (0u32..).zip(&cuts.parents).zip(&cuts.axes) {
            let place = places[parent as usize];
            if let Some(above) = nodes.get_mut(place as usize / 2) {
                above.children[place as usize % 2] = Child(k);
            }
            nodes.push(Node { children: [Child(parent | REGION), Child((k + 1) | REGION)], below: [Known::default(); 2], axis });
            (places[parent as usize], places[k as usize + 1]) = (2 * k, 2 * k + 1);
        }
        for k in (0..nodes.len()).rev() {
            nodes[k].below = nodes[k].children.map(|child| match child.open() {
                Ok(node) => nodes[node].below[0].or(nodes[node].below[1]),
                Err(region) => known(region),
            });
        }
        Tree { nodes }
    }

    fn root(&self) -> Child {
        Child(if self.nodes.is_empty() { REGION } else { 0 })
    }

    /// The region in which a point lies.
    pub(super) fn locate(&self, point: impl Fn(usize) -> f64) -> usize {
        let (mut lower, mut levels, mut child) = ([0.0; MAX_DIM], [0; MAX_DIM], self.root());
        loop {
            let node = match child.open() {
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

    /// A region brighter than `threshold`, and of `finest` levels at least along some axis, that shares part of a face with
    /// the box from `lower` to `upper`, and which counts; brighter branches are searched first.
    pub(super) fn bright_neighbour(
        &self,
        [lower, upper]: [&[f64]; 2],
        threshold: f64,
        finest: u8,
        counts: impl Fn(usize) -> bool,
    ) -> Option<usize> {
        let mut search = Search { lower, upper, threshold, finest, counts, nodes: &self.nodes, steps: MOST_STEPS };
        search.within(self.root(), 0, &mut [0.0; MAX_DIM], &mut [0; MAX_DIM])
    }
}

/// Nodes that a search for a neighbour visits at most; what it has not met by then, it gives up.
const MOST_STEPS: u32 = 128;

/// See [`Tree::bright_neighbour`].
struct Search<'a, F> {
    nodes: &'a [Node],
    lower: &'a [f64],
    upper: &'a [f64],
    threshold: f64,
    finest: u8,
    counts: F,
    /// Nodes that may still be visited.
    steps: u32,
}

impl<F: Fn(usize) -> bool> Search<'_, F> {
    /// Searches below a child whose box touches the searched one along `touching` axes and overlaps with it along the others.
    fn within(&mut self, child: Child, touching: usize, lower: &mut [f64; MAX_DIM], levels: &mut [u8; MAX_DIM]) -> Option<usize> {
        let node = match child.open() {
            Ok(node) => &self.nodes[node],
            Err(region) => return (touching == 1 && (self.counts)(region)).then_some(region),
        };
        let axis = usize::from(node.axis);
        let (start, level) = (lower[axis], levels[axis]);
        let middle = start + half_side(level);
        let end = middle + half_side(level);
        let touches = |from, to| from >= self.upper[axis] || to <= self.lower[axis];
        let did_touch = touches(start, end);
        levels[axis] += 1;
        let first = usize::from(node.below[1].brightest > node.below[0].brightest);
        let mut found = None;
        for side in [first, 1 - first] {
            let below = node.below[side];
            let [from, to] = if side == 0 { [start, middle] } else { [middle, end] };
            let is_apart = from > self.upper[axis] || to < self.lower[axis];
            let touching = touching + usize::from(!did_touch && (from >= self.upper[axis] || to <= self.lower[axis]));
            let can_be = below.brightest > self.threshold && below.finest >= self.finest;
            if found.is_none() && can_be && !is_apart && touching < 2 && self.steps > 0 {
                self.steps -= 1;
                lower[axis] = from;
                found = self.within(node.children[side], touching, lower, levels);
            }
        }
        (lower[axis], levels[axis]) = (start, level);
        found
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
        let cuts = quarters();
        assert!(cuts.is_sound(7, 2) && !cuts.is_sound(6, 2) && !cuts.is_sound(7, 1));
        let tree = Tree::new(&cuts, |_| Known::default());
        let at = |x: f64, y: f64| tree.locate(|d| [x, y][d]);
        let found = [at(0.1, 0.1), at(0.1, 0.9), at(0.9, 0.1), at(0.6, 0.6), at(0.6, 0.9), at(0.9, 0.6), at(0.9, 0.9)];
        assert_eq!(found, [0, 2, 1, 3, 5, 4, 6]);
    }

    #[test]
    fn neighbours_share_a_face_and_are_bright_enough() {
        let known = |i: usize| Known { brightest: if i == 3 { 5.0 } else { 0.0 }, finest: if i < 3 { 1 } else { 2 } };
        let tree = Tree::new(&quarters(), known);
        let beside = |lower: [f64; 2], upper: [f64; 2], threshold| {
            let neighbour =
                |finest, counts: fn(usize) -> bool| tree.bright_neighbour([&lower, &upper], threshold, finest, counts);
            assert_eq!((neighbour(3, |_| true), neighbour(0, |region| region != 3)), (None, None), "not fine, does not count");
            neighbour(2, |_| true)
        };
        assert_eq!(beside([0.5, 0.0], [1.0, 0.5], 4.0), Some(3), "below");
        assert_eq!(beside([0.0, 0.5], [0.5, 1.0], 4.0), Some(3), "left");
        assert_eq!(beside([0.0, 0.5], [0.5, 1.0], 5.0), None, "not brighter");
        assert_eq!(beside([0.0, 0.0], [0.5, 0.5], 4.0), None, "a corner is no face");
        assert_eq!(beside([0.75, 0.75], [1.0, 1.0], 4.0), None, "a corner again");
    }

    #[test]
    fn one_region_is_a_tree() {
        assert_eq!(Tree::new(&Cuts::default(), |_| Known::default()).locate(|_| 0.3), 0);
    }
}
