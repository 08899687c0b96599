//! Functions of points in rows: the coordinates of a point stand side by side, and so do its values.
//!
//! That is the layout of Cubature, of Cuba and of any function of one point. Batches of the engine are columns, so that blocks
//! are copied to rows before a call and back after it.

use crate::Halt;
use fubini::algorithms::{Integrand, Points, Values};
use std::cell::Cell;
use std::ops::Range;

/// Points of a call at most: their rows stay in the nearest caches.
const MOST: usize = 1024;
/// Points that are copied between columns and rows at a time: all their numbers stay in the nearest cache while they are.
const PART: usize = 64;

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

    /// Copies the coordinates of points to rows, in parts.
    fn to_rows(&self, points: Points<'_>, range: Range<usize>, x: &mut [f64]) {
        let dim = self.dim;
        for (start, x) in range.clone().step_by(PART).zip(x.chunks_mut(PART * dim)) {
            let end = (start + PART).min(range.end);
            for d in 0..dim {
                // Plain indices: adapters of iterators are not always compiled to a plain loop here, which was five times slower.
                let mut k = d;
                for from in &points.axis(d)[start..end] {
                    x[k] = *from;
                    k += dim;
                }
            }
        }
    }

    /// Copies values from rows, in parts.
    fn to_columns(&self, values: &mut Values<'_>, range: Range<usize>, y: &[f64]) {
        let components = self.components;
        if components == 1 {
            let n = range.len();
            return values.component(0)[range].copy_from_slice(&y[..n]);
        }
        for (start, y) in range.clone().step_by(PART).zip(y.chunks(PART * components)) {
            let end = (start + PART).min(range.end);
            for c in 0..components {
                let mut k = c;
                for to in &mut values.component(c)[start..end] {
                    *to = y[k];
                    k += components;
                }
            }
        }
    }

    /// Evaluates one point after the other; where it has to end, the number of those that count.
    fn one_by_one(&self, points: Points<'_>, values: &mut Values<'_>, x: &mut [f64], y: &mut [f64]) -> Result<(), usize> {
        for start in (0..points.len()).step_by(PART) {
            let end = (start + PART).min(points.len());
            self.to_rows(points, start..end, x);
            let mut rows = x.chunks_exact_mut(self.dim).zip(y.chunks_exact_mut(self.components)).take(end - start);
            if let Some(failed) = rows.position(|(x, y)| !(self.f)(1, x, y)) {
                self.to_columns(values, start..start + failed, y);
                return Err(start + failed);
            }
            self.to_columns(values, start..end, y);
        }
        Ok(())
    }

    /// Evaluates block by block; where it has to end, the number of points that count.
    fn by_blocks(&self, points: Points<'_>, values: &mut Values<'_>, x: &mut [f64], y: &mut [f64]) -> Result<(), usize> {
        for start in (0..points.len()).step_by(self.block) {
            let end = (start + self.block).min(points.len());
            let n = end - start;
            self.to_rows(points, start..end, x);
            if !(self.f)(n, &mut x[..n * self.dim], &mut y[..n * self.components]) {
                return Err(start);
            }
            self.to_columns(values, start..end, y);
        }
        Ok(())
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
        // One by one they are copied in parts as well.
        let (block, room) = (self.block.min(points.len()), self.block.max(PART).min(points.len()));
        // Taken, not borrowed: the function may integrate, too.
        let mut scratch = SCRATCH.take();
        scratch.resize((room * (self.dim + self.components)).max(scratch.len()), 0.0);
        let (x, y) = scratch.split_at_mut(room * self.dim);
        let y = &mut y[..room * self.components];
        let done = match (self.halt.is_raised(), block) {
            (true, _) => Err(0),
            (false, 1) => self.one_by_one(points, values, x, y),
            (false, _) => self.by_blocks(points, values, x, y),
        };
        SCRATCH.set(scratch);
        if let Err(good) = done {
            self.halt.raise();
            // What is left of the batch will never count.
            (0..self.components).for_each(|c| values.component(c)[good..].fill(0.0));
        }
    }
}
