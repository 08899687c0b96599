//! The nodes of a rule by their offsets from the centre.

/// Most different offsets that a rule may have: a power of two, so that an index into a table of them needs no check.
pub(crate) const OFFSETS: usize = 64;

/// A fully symmetric rule has a few hundred nodes but only a handful of different coordinates, the same on every axis.
#[derive(Clone, Debug, Default)]
pub(crate) struct Nodes {
    /// The different coordinates of nodes, in [−1, 1].
    pub(crate) offsets: Vec<f64>,
    /// Per axis and node, which offset.
    pub(crate) indices: Vec<Vec<u8>>,
}

impl Nodes {
    /// From the coordinates of all nodes, axis by axis.
    pub(super) fn new(columns: &[Vec<f64>]) -> Self {
        let mut offsets: Vec<f64> = Vec::new();
        let mut index = |x: &f64| {
            let k = offsets.iter().position(|offset| offset == x).unwrap_or_else(|| {
                offsets.push(*x);
                offsets.len() - 1
            });
            assert!(k < OFFSETS, "a rule has few different offsets");
            k as u8
        };
        let indices = columns.iter().map(|column| column.iter().map(&mut index).collect()).collect();
        Nodes { offsets, indices }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_give_back_the_nodes() {
        let columns = [vec![0.0, 0.5, -0.5, 0.0], vec![0.0, 0.0, 0.25, -0.5]];
        let nodes = Nodes::new(&columns);
        assert_eq!(nodes.offsets.len(), 4);
        for (column, indices) in columns.iter().zip(&nodes.indices) {
            let back: Vec<f64> = indices.iter().map(|k| nodes.offsets[usize::from(*k)]).collect();
            assert_eq!(&back, column);
        }
    }
}
