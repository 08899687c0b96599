//! Points and values of one batch, as columns (struct of arrays).
//!
//! A batch of `n` points in `d` variables is `d` columns of `n` numbers, so that an integrand reads every
//! variable from contiguous memory. Columns start at multiples of 64 bytes and are padded to whole groups of
//! eight lanes; the padding repeats a valid point, so that SIMD code needs no special last group.

use crate::simd::LANES;
use ndarray::{ArrayView2, ArrayViewMut2, ShapeBuilder};

/// The points of a batch: `dim` columns of `len` coordinates.
#[derive(Clone, Copy, Debug)]
pub struct Points<'a> {
    data: &'a [f64],
    stride: usize,
    dim: usize,
    len: usize,
}

impl<'a> Points<'a> {
    /// Number of points.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether the batch holds no point.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Number of variables, that is of columns.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// The values of variable `d`, one per point.
    #[inline]
    pub fn axis(&self, d: usize) -> &'a [f64] {
        &self.data[d * self.stride..][..self.len]
    }

    /// The values of variable `d` in groups of eight; the last group is padded with a valid point.
    #[inline]
    pub fn lanes(&self, d: usize) -> &'a [[f64; LANES]] {
        self.data[d * self.stride..][..padded(self.len)].as_chunks().0
    }

    /// The batch as a matrix of shape (dim, len), without a copy.
    pub fn view(&self) -> ArrayView2<'a, f64> {
        let shape = (self.dim, self.len).strides((self.stride, 1));
        ArrayView2::from_shape(shape, self.data).expect("columns lie within the buffer")
    }

    /// Copies the coordinates of point `i` into `point`, of length `dim`.
    #[inline]
    pub fn copy_point(&self, i: usize, point: &mut [f64]) {
        for (d, x) in point.iter_mut().enumerate() {
            *x = self.data[d * self.stride + i];
        }
    }
}

/// The values of a batch: `components` columns of `len` numbers, to be filled by the integrand.
#[derive(Debug)]
pub struct Values<'a> {
    data: &'a mut [f64],
    stride: usize,
    components: usize,
    len: usize,
}

impl Values<'_> {
    /// Number of points.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether the batch holds no point.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Number of components, that is of columns.
    pub fn components(&self) -> usize {
        self.components
    }

    /// The column of component `c`, one value per point.
    #[inline]
    pub fn component(&mut self, c: usize) -> &mut [f64] {
        &mut self.data[c * self.stride..][..self.len]
    }

    /// The column of component `c` in groups of eight; what is written beyond the last point is ignored.
    #[inline]
    pub fn lanes(&mut self, c: usize) -> &mut [[f64; LANES]] {
        self.data[c * self.stride..][..padded(self.len)].as_chunks_mut().0
    }

    /// The columns of all components in groups of eight, as [`Values::lanes`] has each of them.
    #[inline]
    pub fn all_lanes(&mut self) -> impl Iterator<Item = &mut [[f64; LANES]]> {
        let padded = padded(self.len);
        self.data.chunks_mut(self.stride).take(self.components).map(move |column| column[..padded].as_chunks_mut().0)
    }
}

/// Owned, reusable storage of columns: grows when a larger batch comes, never shrinks.
#[derive(Debug, Default)]
pub struct Columns {
    buffer: Vec<f64>,
    offset: usize,
    stride: usize,
    columns: usize,
    len: usize,
}

impl Columns {
    /// Makes room for `columns` columns of `len` numbers; old contents are not kept in any order.
    pub fn reset(&mut self, columns: usize, len: usize) {
        if (columns, len) == (self.columns, self.len) {
            return;
        }
        // One cache line between columns: a stride that is a multiple of 4096 bytes would put all of them
        // into the same cache sets.
        self.stride = padded(len) + LANES;
        (self.columns, self.len) = (columns, len);
        let needed = self.stride * columns + LANES;
        if self.buffer.len() < needed {
            self.buffer = vec![0.0; needed];
        }
        self.offset = self.buffer.as_ptr().align_offset(64).min(LANES);
    }

    /// Memory in use.
    pub(crate) fn bytes(&self) -> usize {
        8 * self.buffer.capacity()
    }

    /// Number of rows, that is of points.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Number of columns.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Column `c`.
    #[inline]
    pub fn column(&self, c: usize) -> &[f64] {
        &self.buffer[self.offset + c * self.stride..][..self.len]
    }

    /// Column `c`, to be written.
    #[inline]
    pub fn column_mut(&mut self, c: usize) -> &mut [f64] {
        &mut self.buffer[self.offset + c * self.stride..][..self.len]
    }

    /// Column `c` in groups of eight, padding included.
    #[inline]
    pub fn lanes(&self, c: usize) -> &[[f64; LANES]] {
        self.buffer[self.offset + c * self.stride..][..padded(self.len)].as_chunks().0
    }

    /// Column `c` in groups of eight, padding included, to be written.
    #[inline]
    pub fn lanes_mut(&mut self, c: usize) -> &mut [[f64; LANES]] {
        self.buffer[self.offset + c * self.stride..][..padded(self.len)].as_chunks_mut().0
    }

    /// All columns in groups of eight, padding included, to be written.
    #[inline]
    pub(crate) fn all_lanes_mut(&mut self) -> impl Iterator<Item = &mut [[f64; LANES]]> {
        let padded = padded(self.len);
        let columns = self.buffer[self.offset..].chunks_exact_mut(self.stride).take(self.columns);
        columns.map(move |column| column[..padded].as_chunks_mut().0)
    }

    /// Columns `a` and `b`, `a` before `b`, in groups of eight.
    #[inline]
    pub(crate) fn two_lanes_mut(&mut self, a: usize, b: usize) -> (&mut [[f64; LANES]], &mut [[f64; LANES]]) {
        let (low, high) = self.buffer[self.offset..].split_at_mut(b * self.stride);
        let padded = padded(self.len);
        (low[a * self.stride..][..padded].as_chunks_mut().0, high[..padded].as_chunks_mut().0)
    }

    /// Fills the padding of every column with its last number, so that padded lanes are valid points.
    pub fn pad(&mut self) {
        if self.len.is_multiple_of(LANES) {
            return;
        }
        for c in 0..self.columns {
            let last = self.column(c).last().copied().unwrap_or(0.0);
            let start = self.offset + c * self.stride;
            self.buffer[start + self.len..start + padded(self.len)].fill(last);
        }
    }

    /// The first `dim` columns as the points of a batch.
    pub fn points(&self, dim: usize) -> Points<'_> {
        debug_assert!(dim <= self.columns);
        Points { data: &self.buffer[self.offset..], stride: self.stride, dim, len: self.len }
    }

    /// The first `dim` columns as a matrix of shape (dim, len), without a copy, to be written.
    pub fn view_mut(&mut self, dim: usize) -> ArrayViewMut2<'_, f64> {
        debug_assert!(dim <= self.columns);
        let shape = (dim, self.len).strides((self.stride, 1));
        ArrayViewMut2::from_shape(shape, &mut self.buffer[self.offset..]).expect("columns lie within the buffer")
    }

    /// All columns as the values of a batch.
    pub fn values(&mut self) -> Values<'_> {
        Values { data: &mut self.buffer[self.offset..], stride: self.stride, components: self.columns, len: self.len }
    }
}

impl Clone for Columns {
    /// A copy with its own alignment: that of new memory may start elsewhere.
    fn clone(&self) -> Self {
        let mut copy = Columns::default();
        copy.reset(self.columns, self.len);
        let size = self.stride * self.columns;
        copy.buffer[copy.offset..][..size].copy_from_slice(&self.buffer[self.offset..][..size]);
        copy
    }
}

/// `n` rounded up to whole groups of lanes.
#[inline]
pub(crate) const fn padded(n: usize) -> usize {
    n.next_multiple_of(LANES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_disjoint_and_padded_with_a_valid_point() {
        let mut columns = Columns::default();
        columns.reset(3, 11);
        for c in 0..3 {
            for (i, x) in columns.column_mut(c).iter_mut().enumerate() {
                *x = (100 * c + i) as f64;
            }
        }
        columns.pad();
        for c in 0..3 {
            assert_eq!(columns.column(c).as_ptr() as usize % 64, 0);
            assert_eq!(columns.lanes(c)[1], [8.0, 9.0, 10.0, 10.0, 10.0, 10.0, 10.0, 10.0].map(|x| x + 100.0 * c as f64));
        }
        let points = columns.points(3);
        assert_eq!(points.view()[[2, 10]], 210.0);
        let mut point = [0.0; 3];
        points.copy_point(4, &mut point);
        assert_eq!(point, [4.0, 104.0, 204.0]);
    }

    #[test]
    fn a_copy_of_columns_is_aligned_and_keeps_padding_whatever_is_written_to_the_first() {
        let mut columns = Columns::default();
        columns.reset(5, 40);
        columns.reset(3, 11);
        (0..3).for_each(|c| columns.column_mut(c).fill(c as f64 + 1.0));
        columns.pad();
        let copy = columns.clone();
        let mut view = columns.view_mut(2);
        assert_eq!(view.dim(), (2, 11));
        view.fill(7.0);
        for c in 0..3 {
            assert_eq!(copy.column(c).as_ptr() as usize % 64, 0);
            assert_eq!(copy.lanes(c), [[c as f64 + 1.0; LANES]; 2]);
        }
        assert_eq!([0, 1, 2].map(|c| columns.column(c)[10]), [7.0, 7.0, 3.0]);
    }
}
