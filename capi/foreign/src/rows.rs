//! Functions of points in rows: the coordinates of a point stand side by side, and so do its values.
//!
//! That is the layout of Cubature, of Cuba and of any function of one point. Batches of the engine are columns, so that blocks
//! are copied to rows before a call and back after it.

use crate::Halt;
use fubini::algorithms::{Integrand, Points, Values};

/// Points that a batch should hold where one call takes many: calls then cost nothing, and rows stay in the nearest caches.
const BATCH: usize = 1024;

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
        Rows { dim, components, block: block.max(1), halt, f }
    }
}

impl<F: Fn(usize, &mut [f64], &mut [f64]) -> bool + Send + Sync> Integrand for Rows<F> {
    fn dim(&self) -> usize {
        self.dim
    }

    fn components(&self) -> usize {
        self.components
    }

    fn preferred_batch(&self) -> usize {
        if self.block == 1 { BATCH / 2 } else { BATCH }
    }

    fn eval(&self, points: Points<'_>, values: &mut Values<'_>) {
        let block = self.block.min(points.len());
        let (mut x, mut y) = (vec![0.0; block * self.dim], vec![0.0; block * self.components]);
        let mut start = 0;
        while start < points.len() {
            let n = block.min(points.len() - start);
            let (x, y) = (&mut x[..n * self.dim], &mut y[..n * self.components]);
            if n == 1 {
                points.copy_point(start, x);
            } else {
                for d in 0..self.dim {
                    let column = &points.axis(d)[start..start + n];
                    x[d..].iter_mut().step_by(self.dim).zip(column).for_each(|(x, from)| *x = *from);
                }
            }
            if self.halt.is_raised() || !(self.f)(n, x, y) {
                self.halt.raise();
                // What is left of the batch will never count.
                return (0..self.components).for_each(|c| values.component(c)[start..].fill(0.0));
            }
            for c in 0..self.components {
                let column = &mut values.component(c)[start..start + n];
                column.iter_mut().zip(y[c..].iter().step_by(self.components)).for_each(|(to, y)| *to = *y);
            }
            start += n;
        }
    }
}
