//! Functions of points in rows: the coordinates of a point stand side by side, and so do its values.
//!
//! That is the layout of Cubature, of Cuba and of any function of one point. Batches of the engine are columns, so that blocks
//! are copied to rows before a call and back after it.

use crate::Halt;
use fubini::algorithms::{Integrand, Points, Values};
use std::cell::Cell;

/// Points of a call at most: their rows stay in the nearest caches.
const MOST: usize = 1024;

thread_local! {
    /// Rows of the last batch on this thread. Large buffers made anew for every batch are pages that have to be had from the system:
    /// measured as half of the time of a cheap integrand.
    static SCRATCH: Cell<Vec<f64>> = const { Cell::new(Vec::new()) };
}

/// An integrand from a function that takes up to `block` points at once.
#[derive(Debug)]
pub struct Rows<F> {
    dim: usize,
    components: usize,
    block: usize,
    halt: Halt,
    f: F,
}

impl<F: Fn(usize, &mut [f64], &mut [f64]) -> bool + Send + Sync> Rows<F> {
    /// `f(n, x, y)` reads n points from `x` of length n · `dim`, writes `y` of length n · `components`, and says whether the run may
    /// go on. It may write to `x` as well. Where it says no, it is called no more, and `halt` is raised.
    pub fn new(dim: usize, components: usize, block: usize, halt: Halt, f: F) -> Self {
        Rows { dim, components, block: block.clamp(1, MOST), halt, f }
    }

    /// Evaluates the points from `start` on, as many as `x` has room for; says whether the run may go on.
    fn block(&self, start: usize, points: Points<'_>, values: &mut Values<'_>, x: &mut [f64], y: &mut [f64]) -> bool {
        let (dim, n) = (self.dim, x.len() / self.dim);
        if n == 1 {
            points.copy_point(start, x);
        } else {
            for d in 0..dim {
                let column = &points.axis(d)[start..start + n];
                // By index: `step_by` is not compiled to a plain loop.
                x.chunks_exact_mut(dim).zip(column).for_each(|(row, from)| row[d] = *from);
            }
        }
        if self.halt.is_raised() || !(self.f)(n, x, y) {
            return false;
        }
        for c in 0..self.components {
            let column = &mut values.component(c)[start..start + n];
            column.iter_mut().zip(y.chunks_exact(self.components)).for_each(|(to, row)| *to = row[c]);
        }
        true
    }
}

impl<F: Fn(usize, &mut [f64], &mut [f64]) -> bool + Send + Sync> Integrand for Rows<F> {
    fn dim(&self) -> usize {
        self.dim
    }

    fn components(&self) -> usize {
        self.components
    }

    fn eval(&self, points: Points<'_>, values: &mut Values<'_>) {
        let (block, len) = (self.block.min(points.len()), points.len());
        // Taken, not borrowed: the function may integrate, too.
        let mut scratch = SCRATCH.take();
        scratch.resize((block * (self.dim + self.components)).max(scratch.len()), 0.0);
        let (x, rest) = scratch.split_at_mut(block * self.dim);
        for start in (0..len).step_by(block.max(1)) {
            let n = block.min(len - start);
            if !self.block(start, points, values, &mut x[..n * self.dim], &mut rest[..n * self.components]) {
                self.halt.raise();
                // What is left of the batch will never count.
                (0..self.components).for_each(|c| values.component(c)[start..].fill(0.0));
                break;
            }
        }
        SCRATCH.set(scratch);
    }
}
