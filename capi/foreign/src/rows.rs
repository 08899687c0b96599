//! Functions of points in rows: the coordinates of a point stand side by side, and so do its values.
//!
//! That is the layout of Cubature, of Cuba and of any function of one point. Batches of the engine are columns, so that blocks
//! are copied to rows before a call and back after it.

use crate::Halt;
use fubini::algorithms::{Integrand, Points, Values};
use std::cell::Cell;

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

    /// Evaluates one point after the other; where it has to end, the number of those that count.
    fn one_by_one(&self, points: Points<'_>, values: &mut Values<'_>, x: &mut [f64], y: &mut [f64]) -> Result<(), usize> {
        for i in 0..points.len() {
            points.copy_point(i, x);
            if !(self.f)(1, x, y) {
                return Err(i);
            }
            y.iter().enumerate().for_each(|(c, y)| values.component(c)[i] = *y);
        }
        Ok(())
    }

    /// Evaluates block by block; where it has to end, the number of points that count.
    fn by_blocks(&self, points: Points<'_>, values: &mut Values<'_>, x: &mut [f64], y: &mut [f64]) -> Result<(), usize> {
        let (dim, components) = (self.dim, self.components);
        let mut start = 0;
        while start < points.len() {
            let n = self.block.min(points.len() - start);
            for part in (0..n).step_by(PART) {
                let end = (part + PART).min(n);
                let x = &mut x[part * dim..end * dim];
                for d in 0..dim {
                    // Plain indices: adapters of iterators are not always compiled to a plain loop here, which was five times slower.
                    let mut k = d;
                    for from in &points.axis(d)[start + part..start + end] {
                        x[k] = *from;
                        k += dim;
                    }
                }
            }
            if !(self.f)(n, &mut x[..n * dim], &mut y[..n * components]) {
                return Err(start);
            }
            for part in (0..n).step_by(PART) {
                let end = (part + PART).min(n);
                let y = &y[part * components..end * components];
                for c in 0..components {
                    let mut k = c;
                    for to in &mut values.component(c)[start + part..start + end] {
                        *to = y[k];
                        k += components;
                    }
                }
            }
            start += n;
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
        let block = self.block.min(points.len());
        // Taken, not borrowed: the function may integrate, too.
        let mut scratch = SCRATCH.take();
        scratch.resize((block * (self.dim + self.components)).max(scratch.len()), 0.0);
        let (x, y) = scratch.split_at_mut(block * self.dim);
        let y = &mut y[..block * self.components];
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
