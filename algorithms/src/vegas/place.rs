//! Where the samples of a piece go: each gets a hypercube, and in it a random place.

use super::codes::{Codes, Field};
use super::map::{self, Axis, Table};
use super::random::Uniform;
use super::sums::Runs;
use crate::batch::Columns;
use crate::simd::{Kernel, LANES, Lanes};

/// Samples that are written for every hypercube whether it has as many or not: most have no more.
const AT_ONCE: usize = 2 * LANES;

/// Tells the samples of whole hypercubes to which one they belong.
pub(super) struct Deal<'a> {
    pub(super) counts: &'a [u32],
    pub(super) next: Codes,
    /// Out: the code of every sample's hypercube, with room for [`AT_ONCE`] beyond the last.
    pub(super) codes: &'a mut [f64],
    /// Out.
    pub(super) runs: &'a mut Runs,
}

/// Tells samples their share in their hypercube.
pub(super) struct Share<'a> {
    pub(super) counts: &'a [u32],
    /// Out, with room for [`AT_ONCE`] beyond the last.
    pub(super) shares: &'a mut [f64],
}

impl Kernel for Share<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Lanes>(self) {
        let mut start = 0;
        for &n in self.counts {
            let end = start + n as usize;
            fill(self.shares, start, end, V::splat(1.0 / f64::from(n)));
            start = end;
        }
    }
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
                code = V::splat(f64::from_bits(self.next.next()));
                fill(self.codes, start, end, code);
                start = end;
            }
            self.runs.push(starts, counts);
        }
        // The padding of the last group: places like all others.
        fill(self.codes, start, start, code);
    }
}

/// Writes `x` from `start` to `end` and, carelessly, up to sixteen places further.
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
    pub(super) axes: &'a [Axis],
    pub(super) fields: &'a [Field],
    /// The codes of the samples' hypercubes.
    pub(super) codes: &'a [[f64; LANES]],
    /// Out: x.
    pub(super) points: &'a mut Columns,
    /// Out: J.
    pub(super) jacobian: &'a mut [[f64; LANES]],
    /// Out, axis by axis: the increments in which the samples fall, of every group of eight that teaches.
    pub(super) increments: &'a mut [Vec<[u32; LANES]>],
    /// The first group that teaches.
    pub(super) first: usize,
    /// From one such group to the next; 0 if there are none.
    pub(super) step: usize,
}

impl Kernel for Place<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Lanes>(self) {
        let mut numbers = self.uniform.numbers::<V>();
        for (d, ((axis, field), increments)) in self.axes.iter().zip(self.fields).zip(self.increments).enumerate() {
            let column = self.points.lanes_mut(d);
            let jacobian = &mut *self.jacobian;
            let teach = Teach { increments, next: if self.step > 0 { self.first } else { usize::MAX }, step: self.step };
            let table = axis.table::<V>(field.parts() as f64);
            if field.parts() > 1 {
                along(table, d == 0, column, jacobian, teach, |g| field.place(V::load(&self.codes[g]), numbers.next()));
            } else {
                along(table, d == 0, column, jacobian, teach, |_| numbers.next());
            }
        }
    }
}

/// Which groups teach.
struct Teach<'a> {
    increments: &'a mut Vec<[u32; LANES]>,
    next: usize,
    step: usize,
}

/// Maps the samples, whose coordinates `y` gives, along one axis.
#[inline(always)]
fn along<V: Lanes>(
    table: Table<'_, V>,
    is_first: bool,
    column: &mut [[f64; LANES]],
    jacobian: &mut [[f64; LANES]],
    mut teach: Teach<'_>,
    mut y: impl FnMut(usize) -> V,
) {
    for (g, (column, jacobian)) in column.iter_mut().zip(jacobian).enumerate() {
        let (x, j, index) = table.at(y(g));
        x.store(column);
        if is_first { j } else { V::load(jacobian) * j }.store(jacobian);
        if g == teach.next {
            teach.increments.push(map::number_of(index));
            teach.next += teach.step;
        }
    }
}
