//! Points whose coordinates stand in tables: those of a fully symmetric rule in regions side by side.
//!
//! A rule has a few hundred nodes but only a handful of different offsets from the centre, the same ones along every axis.
//! Offsets are mapped to coordinates once per region, axis and offset, whatever logarithm the map may take. An integrand
//! that [`ReadsTables`] takes them from there; for any other the points are written out.

use crate::batch::{Columns, Values};
use crate::coordinates::AxisMap;
use crate::rules::{MAX_DIM, Nodes, OFFSETS};
use crate::simd::{Kernel, LANES, Lanes};
use std::ops::Range;

/// Coordinates of eight regions along one axis, a row per offset.
pub type Table = [[f64; LANES]; OFFSETS];

/// An integrand that reads the coordinates of a batch from tables, so that nothing need be written and read again per
/// point.
pub trait ReadsTables: Sync {
    /// As [`Integrand::eval`](crate::Integrand::eval): values of the same bits, for points in [the order of
    /// tables](Tables).
    fn eval_tables(&self, points: Tables<'_>, values: &mut Values<'_>);
}

/// A batch of points: eight regions side by side in the lanes of a vector, and after all their nodes the next eight.
///
/// Coordinate `d` of the points of vector `o · nodes + p` is row `rows()[p · dim + d]` of `table(d, o)`.
#[derive(Clone, Copy, Debug)]
pub struct Tables<'a> {
    /// Tables of axis `d` one below the other in column `d`, of the derivatives of its map in column `dim + d`.
    columns: &'a Columns,
    /// Rows of all nodes, a node after the other.
    rows: &'a [u8],
    dim: usize,
    regions: usize,
}

impl<'a> Tables<'a> {
    /// A range of nodes, of so many regions.
    pub(crate) fn new(columns: &'a Columns, nodes: &'a Nodes, range: Range<usize>, regions: usize) -> Self {
        let dim = columns.columns() / 2;
        Tables { columns, rows: &nodes.rows[range.start * dim..range.end * dim], dim, regions }
    }

    /// Number of variables.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// Nodes of every region.
    pub fn nodes(&self) -> usize {
        self.rows.len() / self.dim
    }

    /// Number of regions.
    pub(crate) fn regions(&self) -> usize {
        self.regions
    }

    /// Whole vectors of regions.
    pub fn octets(&self) -> usize {
        self.regions / LANES
    }

    /// The coordinates along axis `d` of the regions of vector `octet`.
    #[inline]
    pub fn table(&self, d: usize, octet: usize) -> &'a Table {
        self.columns.lanes(d)[octet * OFFSETS..].first_chunk().expect("a table")
    }

    /// Rows in the tables: those of the first node, axis by axis, then those of the next.
    #[inline]
    pub fn rows(&self) -> &'a [u8] {
        self.rows
    }
}

/// Writes points out, region by region where they do not fill a vector, and where a Jacobian is asked for, the product of
/// its constant part and the derivatives of the axes' maps.
pub(crate) struct Write<'a> {
    pub(crate) tables: Tables<'a>,
    /// Whether points are wanted, too.
    pub(crate) coordinates: bool,
    /// The constant part of the Jacobian, and the column for the whole of it.
    pub(crate) jacobian: Option<(f64, usize)>,
    pub(crate) axes: &'a [AxisMap],
    pub(crate) points: &'a mut Columns,
}

impl Kernel for Write<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Lanes>(self) {
        let Write { tables, coordinates, jacobian, axes, points } = self;
        let (dim, len) = (tables.dim, tables.nodes());
        let (whole, left) = (tables.regions / LANES, tables.regions % LANES);
        for d in (0..dim).filter(|_| coordinates) {
            for (o, out) in points.lanes_mut(d).chunks_exact_mut(len).take(whole).enumerate() {
                let table = tables.table(d, o);
                for (out, rows) in out.iter_mut().zip(tables.rows.chunks_exact(dim)) {
                    V::load(&table[usize::from(rows[d]) % OFFSETS]).store(out);
                }
            }
            if left > 0 {
                let (table, out) = (tables.table(d, whole), &mut points.column_mut(d)[whole * LANES * len..]);
                for (out, rows) in out.chunks_exact_mut(left).zip(tables.rows.chunks_exact(dim)) {
                    V::load(&table[usize::from(rows[d]) % OFFSETS]).store_partial(out);
                }
            }
        }
        let Some((factor, column)) = jacobian else { return };
        // The Jacobian of an interval is part of the factor.
        let curved: Vec<usize> = (0..dim).filter(|d| axes[*d].constant_jacobian().is_none()).collect();
        for o in 0..tables.regions.div_ceil(LANES) {
            let mut derivatives = [(0, tables.table(0, o)); MAX_DIM];
            let derivatives = &mut derivatives[..curved.len()];
            derivatives.iter_mut().zip(&curved).for_each(|(entry, d)| *entry = (*d, tables.table(dim + d, o)));
            let out = &mut points.column_mut(column)[o * LANES * len..];
            let regions = (tables.regions - o * LANES).min(LANES);
            for (out, rows) in out.chunks_exact_mut(regions).zip(tables.rows.chunks_exact(dim)) {
                let mut product = V::splat(factor);
                for (d, table) in &*derivatives {
                    product *= V::load(&table[usize::from(rows[*d]) % OFFSETS]);
                }
                match out.first_chunk_mut() {
                    Some(out) => product.store(out),
                    None => product.store_partial(out),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::dispatch;
    use crate::{Domain, Error, Integrand, LaneIntegrand, Pullback, Simd, Workspace};

    /// Distinguishes variables, and has no value where the first is large.
    struct Partial;

    impl LaneIntegrand for Partial {
        fn dim(&self) -> usize {
            3
        }

        fn components(&self) -> usize {
            2
        }

        #[inline(always)]
        fn eval<V: Lanes>(&self, x: &[V], y: &mut [V]) {
            y[0] = (V::splat(0.75) - x[0]).sqrt() * x[1];
            y[1] = x[2].mul_add(x[1], x[0]);
        }
    }

    /// Five offsets, seven nodes.
    fn nodes() -> Nodes {
        let rows = [0, 0, 0, 1, 0, 0, 2, 0, 0, 0, 3, 0, 0, 4, 0, 0, 0, 1, 4, 3, 2];
        Nodes { offsets: vec![0.0, 0.5, -0.5, 0.75, -0.75], rows: rows.to_vec() }
    }

    /// Tables for so many vectors of regions.
    fn columns(octets: usize) -> Columns {
        let mut columns = Columns::default();
        columns.reset(6, octets * OFFSETS * LANES);
        for d in 0..6 {
            columns.column_mut(d).iter_mut().enumerate().for_each(|(i, x)| *x = ((i * (d + 2)) as f64 * 0.618).fract());
        }
        columns
    }

    #[test]
    fn an_integrand_that_reads_tables_finds_what_is_written_out_for_others() {
        let (nodes, columns) = (nodes(), columns(2));
        for range in [0..7, 2..5] {
            let tables = Tables::new(&columns, &nodes, range.clone(), 2 * LANES);
            let mut points = Columns::default();
            points.reset(3, 2 * LANES * range.len());
            let (mut read, mut written) = (Columns::default(), Columns::default());
            [&mut read, &mut written].into_iter().for_each(|values| values.reset(2, points.len()));
            dispatch(Write { tables, coordinates: true, jacobian: None, axes: &[], points: &mut points });
            Simd(Partial).eval(points.points(3), &mut written.values());
            Simd(Partial).eval_tables(tables, &mut read.values());
            let bits = |values: &Columns| [0, 1].map(|c| values.column(c).iter().map(|y| y.to_bits()).collect::<Vec<u64>>());
            assert_eq!(bits(&read), bits(&written));
            assert!(written.column(0).iter().any(|y| y.is_nan()) && written.column(0).iter().any(|y| *y > 0.0));
        }
    }

    #[test]
    fn incomplete_vectors_of_regions_are_written_region_by_region() {
        let (nodes, columns, axis) = (nodes(), columns(2), AxisMap::Logarithmic { scale: 1.0 });
        let mut points = Columns::default();
        points.reset(4, 11 * 7);
        let tables = Tables::new(&columns, &nodes, 0..7, 11);
        dispatch(Write { tables, coordinates: true, jacobian: Some((2.0, 3)), axes: &[axis; 3], points: &mut points });
        for (region, node) in (0..11).flat_map(|region| (0..7).map(move |node| (region, node))) {
            let (octet, lane) = (region / LANES, region % LANES);
            let place = if octet == 0 { LANES * node + lane } else { LANES * 7 + 3 * node + lane };
            let entry =
                |column: usize, d: usize| columns.lanes(column)[octet * OFFSETS + usize::from(nodes.rows[3 * node + d])][lane];
            assert_eq!([0, 1, 2].map(|d| points.column(d)[place]), [0, 1, 2].map(|d| entry(d, d)));
            assert_eq!(points.column(3)[place], 2.0 * entry(3, 0) * entry(4, 1) * entry(5, 2));
        }
    }

    #[test]
    fn where_values_are_not_finite_the_point_is_known_all_the_same() {
        let (nodes, columns, domain) = (nodes(), columns(2), Domain::unit(3));
        let f = Pullback::new(&Simd(Partial), &domain).unwrap();
        let mut workspace = Workspace::default();
        f.prepare(&mut workspace, 2 * LANES * 7);
        let tally = f.call_tables(Tables::new(&columns, &nodes, 0..7, 2 * LANES), &mut workspace);
        let (x, y) = (workspace.points.column(0), workspace.values.column(0));
        let without: Vec<u32> = (0..x.len()).filter(|i| x[*i] > 0.75).map(|i| i as u32).collect();
        assert!(!without.is_empty() && without.iter().all(|i| y[*i as usize] == 0.0));
        assert_eq!(workspace.non_finite, without);
        let Err(Error::NotFinite { point, values, .. }) = tally.check(true) else { panic!("{tally:?}") };
        assert!(point[0] > 0.75 && values[0].is_nan(), "{point:?} {values:?}");
        assert!((values[1] - point[2] * point[1] - point[0]).abs() < 1e-15);
    }
}
