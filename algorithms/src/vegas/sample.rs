//! Where the samples of a piece go: each gets a hypercube, and in it a random place.

use super::cell_index::{self, CellIndex, Field};
use super::sums::Runs;
use crate::batch::Columns;
use crate::coordinates::AxisMap;
use crate::sampling::{MapAxis, Table, Uniform, interval, number_of};
use crate::simd::{Kernel, LANES, Lanes};

/// Samples that are written for every hypercube whether it has as many or not: most have no more.
pub(super) const AT_ONCE: usize = 2 * LANES;

/// Tells the samples of whole hypercubes to which one they belong.
pub(super) struct Deal<'a> {
    pub(super) counts: &'a [u32],
    pub(super) next: CellIndex,
    /// Out: the code of every sample's hypercube, with room for [`AT_ONCE`] beyond the last.
    pub(super) codes: &'a mut [f64],
    /// Out.
    pub(super) runs: &'a mut Runs,
}

impl Kernel for Deal<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Lanes>(mut self) {
        let (mut start, mut code) = (0, V::splat(0.0));
        for group in self.counts.chunks(LANES) {
            let (mut starts, mut counts) = ([0; LANES], [0; LANES]);
            for (lane, &n) in group.iter().enumerate() {
                (starts[lane], counts[lane]) = (start as u32, n);
                let end = start + n as usize;
                code = V::splat(cell_index::with_count(self.next.next(), n));
                fill(self.codes, start, end, code);
                start = end;
            }
            self.runs.push(starts, counts);
        }
        // The padding of the last group: places like all others.
        fill(self.codes, start, start, code);
    }
}

/// Writes `x` from `start` to `end`; may overwrite up to [`AT_ONCE`] entries past `end`.
#[inline(always)]
fn fill<V: Lanes>(out: &mut [f64], start: usize, end: usize, x: V) {
    let mut from = start;
    loop {
        let (two, _) = out[from..from + AT_ONCE].as_chunks_mut::<LANES>();
        two.iter_mut().for_each(|out| x.store(out));
        from += AT_ONCE;
        if from >= end {
            return;
        }
    }
}

/// Writes x and J of all samples.
pub(super) struct Place<'a> {
    pub(super) uniform: Uniform,
    pub(super) axes: &'a [MapAxis],
    /// What the axes cover: those that are intervals are mapped to them.
    pub(super) sides: &'a [AxisMap],
    pub(super) fields: &'a [Field],
    /// The codes of the samples' hypercubes.
    pub(super) codes: &'a [[f64; LANES]],
    /// Out: x.
    pub(super) points: &'a mut Columns,
    /// Out: J.
    pub(super) jacobian: &'a mut [[f64; LANES]],
    /// Out, axis by axis: the increments in which the samples fall, of every group of eight that trains the map.
    pub(super) increments: &'a mut [Vec<[u32; LANES]>],
    /// The first group that trains the map.
    pub(super) first: usize,
    /// From one such group to the next; 0 if there are none.
    pub(super) step: usize,
}

impl Kernel for Place<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Lanes>(self) {
        let mut numbers = self.uniform.numbers::<V>();
        let axes = self.axes.iter().zip(self.sides).zip(self.fields).zip(self.increments);
        for (d, (((axis, side), field), increments)) in axes.enumerate() {
            let (lo, width) = interval(side);
            let line = Line {
                table: axis.table::<V>(field.parts() as f64),
                lo: V::splat(lo),
                width: V::splat(width),
                is_first: d == 0,
                column: self.points.lanes_mut(d),
                jacobian: self.jacobian,
                increments,
                training: if self.step > 0 { self.first } else { usize::MAX },
                step: self.step,
            };
            if field.parts() > 1 {
                line.fill(|g| field.place(V::load(&self.codes[g]), numbers.next()));
            } else {
                line.fill(|_| numbers.next());
            }
        }
    }
}

/// One axis of all samples.
struct Line<'a, V> {
    table: Table<'a, V>,
    /// Lower end and length of the interval.
    lo: V,
    width: V,
    is_first: bool,
    column: &'a mut [[f64; LANES]],
    jacobian: &'a mut [[f64; LANES]],
    increments: &'a mut Vec<[u32; LANES]>,
    /// The next group that trains the map.
    training: usize,
    step: usize,
}

impl<V: Lanes> Line<'_, V> {
    /// Maps the samples, whose coordinates `y` gives.
    #[inline(always)]
    fn fill(mut self, mut y: impl FnMut(usize) -> V) {
        for (g, (column, jacobian)) in self.column.iter_mut().zip(self.jacobian).enumerate() {
            let (x, j, index) = self.table.at(y(g));
            x.mul_add(self.width, self.lo).store(column);
            if self.is_first { j } else { V::load(jacobian) * j }.store(jacobian);
            if g == self.training {
                self.increments.push(number_of(index));
                self.training += self.step;
            }
        }
    }
}
