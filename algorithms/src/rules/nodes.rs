//! The nodes of a rule by their offsets from the centre.

/// Most different offsets that a rule may have: a power of two, so that an index into a table of them needs no check.
pub(crate) const OFFSETS: usize = 64;

/// A fully symmetric rule has a few hundred nodes but only a handful of different coordinates, the same on every axis.
#[derive(Clone, Debug, Default)]
pub(crate) struct Nodes {
    /// The different coordinates of nodes, in [−1, 1].
    pub(crate) offsets: Vec<f64>,
    /// Node after node, axis after axis, which offset.
    pub(crate) rows: Vec<u8>,
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
        let nodes = columns.first().map_or(0, Vec::len);
        let rows = (0..nodes).flat_map(|p| columns.iter().map(move |column| &column[p])).map(&mut index).collect();
        Nodes { offsets, rows }
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
        for (p, row) in nodes.rows.chunks_exact(2).enumerate() {
            let back: Vec<f64> = row.iter().map(|k| nodes.offsets[usize::from(*k)]).collect();
            assert_eq!(back, [columns[0][p], columns[1][p]]);
        }
    }
}
