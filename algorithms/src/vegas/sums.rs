//! Sums over the hypercubes of a piece, eight hypercubes at a time.
//!
//! The samples of a piece stand one hypercube after another, at least two of each. Lane l follows hypercube l of
//! eight: a lookup fetches one sample of each of them, and lanes that have no more are masked. Nothing is ever
//! summed across lanes but the totals of the piece.

use crate::sampling::{packed, scaling};
use crate::simd::{Kernel, LANES, Lanes, Mask};

/// Sums over hypercubes, or over a part of one.
#[derive(Clone, Debug, Default)]
pub(super) struct Sums {
    /// Exponents of the components' units.
    pub(super) units: Vec<i32>,
    /// Per component, the sum of the hypercubes' means; of a part, its mean.
    pub(super) means: Vec<f64>,
    /// Per pair of components, the sum of the hypercubes' covariances of the mean; of a part, the sum of
    /// products of deviations.
    pub(super) products: Vec<f64>,
    /// Per component, the sum of the hypercubes' means of |w|; of a part, its mean.
    pub(super) sizes: Vec<f64>,
    /// Per component and lane, the largest |w| over the number of samples of its hypercube; of a part, the largest |w|.
    pub(super) largest: Vec<[f64; LANES]>,
}

impl Sums {
    /// Measures in units that are no smaller than now.
    pub(super) fn raise(&mut self, exponents: &[i32]) {
        if self.units == exponents {
            return;
        }
        let shift: Vec<i32> = self.units.iter().zip(exponents).map(|(old, new)| old - new).collect();
        for a in 0..shift.len() {
            self.means[a] = scaling::scale(self.means[a], shift[a]);
            self.sizes[a] = scaling::scale(self.sizes[a], shift[a]);
            self.largest.iter_mut().skip(a).take(1).flatten().for_each(|w| *w = scaling::scale(*w, shift[a]));
            for b in 0..=a {
                let product = &mut self.products[packed(a, b)];
                *product = scaling::scale(*product, shift[a] + shift[b]);
            }
        }
        self.units.copy_from_slice(exponents);
    }
}

/// Which samples belong to which hypercube, in groups of eight hypercubes.
#[derive(Debug, Default)]
pub(super) struct Runs {
    /// Index of the first sample, as a bit pattern, and number of samples; 0 in the padding.
    lanes: Vec<[[f64; LANES]; 2]>,
    /// Most samples of a hypercube of the group.
    rows: Vec<u32>,
}

impl Runs {
    pub(super) fn clear(&mut self) {
        self.lanes.clear();
        self.rows.clear();
    }

    /// Adds eight hypercubes or, at the end, fewer.
    #[inline(always)]
    pub(super) fn push(&mut self, starts: [u32; LANES], counts: [u32; LANES]) {
        self.lanes.push([starts.map(|s| f64::from_bits(u64::from(s))), counts.map(f64::from)]);
        self.rows.push(counts.into_iter().fold(0, u32::max));
    }
}

/// Of one component: means and variances of the hypercubes.
pub(super) struct Variances<'a> {
    pub(super) runs: &'a Runs,
    pub(super) w: &'a [f64],
    /// What a unit of variance counts in the metric.
    pub(super) metric: f64,
    /// Out: the mean of each hypercube.
    pub(super) means: &'a mut [[f64; LANES]],
    /// Added to: each hypercube's variance in the metric.
    pub(super) spreads: &'a mut [[f64; LANES]],
}

/// What the samples of one component come to, in all hypercubes of a piece together.
pub(super) struct Totals {
    /// The sum of the means of w.
    pub(super) mean: f64,
    /// The sum of the means of |w|.
    pub(super) size: f64,
    /// The sum of the variances of the means.
    pub(super) variance: f64,
    /// Of every lane, the largest |w| over the number of samples in its hypercube.
    pub(super) largest: [f64; LANES],
}

impl Kernel for Variances<'_> {
    type Output = Totals;

    #[inline(always)]
    fn run<V: Lanes>(self) -> Totals {
        let (zero, one, metric) = (V::splat(0.0), V::splat(1.0), V::splat(self.metric));
        let (mut high, mut low, mut size, mut variance, mut largest) = (zero, zero, zero, zero, zero);
        for (g, ([start, count], rows)) in self.runs.lanes.iter().zip(&self.runs.rows).enumerate() {
            let (start, n) = (V::load(start), V::load(count));
            let first = start.lookup(self.w);
            let (mut sum, mut squares, mut absolute, mut most) = (zero, zero, first.abs(), first.abs());
            each_row(start, n, *rows, |index, inside| {
                // Deviations from the first sample: a constant has none, and little cancels.
                let x = V::select(inside, index.lookup(self.w), first);
                let deviation = x - first;
                sum += deviation;
                squares = deviation.mul_add(deviation, squares);
                absolute += x.abs().zero_unless(inside);
                most = most.max(x.abs());
            });
            let (share, real) = (n.recip(), zero.lt(n));
            let mean = sum.mul_add(share, first).zero_unless(real);
            let products = (squares - sum * sum * share).max(zero);
            let of_one = (products * (n - one).recip()).zero_unless(real);
            let spread = &mut self.spreads[g];
            of_one.mul_add(metric, V::load(spread)).store(spread);
            mean.store(&mut self.means[g]);
            variance += (of_one * share).zero_unless(real);
            size += (absolute * share).zero_unless(real);
            largest = largest.max((most * share).zero_unless(real));
            // D. E. Knuth's sum of two numbers and its rounding error (The Art of Computer Programming 2, 4.2.2).
            let total = high + mean;
            let part = total - high;
            low += (high - (total - part)) + (mean - part);
            high = total;
        }
        Totals { mean: high.sum() + low.sum(), size: size.sum(), variance: variance.sum(), largest: largest.to_array() }
    }
}

/// Of two components: the covariances of the hypercubes.
pub(super) struct Covariances<'a> {
    pub(super) runs: &'a Runs,
    pub(super) w: [&'a [f64]; 2],
    pub(super) means: [&'a [[f64; LANES]]; 2],
    /// What a unit of covariance counts in the metric.
    pub(super) metric: f64,
    /// Added to: each hypercube's variance in the metric.
    pub(super) spreads: &'a mut [[f64; LANES]],
}

impl Kernel for Covariances<'_> {
    /// The sum over the hypercubes of the covariances of their means.
    type Output = f64;

    #[inline(always)]
    fn run<V: Lanes>(self) -> f64 {
        let (zero, one) = (V::splat(0.0), V::splat(1.0));
        let mut total = zero;
        let [mx, my] = self.means;
        for (g, ([start, count], rows)) in self.runs.lanes.iter().zip(&self.runs.rows).enumerate() {
            let (start, n) = (V::load(start), V::load(count));
            let (x0, y0) = (V::load(&mx[g]), V::load(&my[g]));
            let mut products = (start.lookup(self.w[0]) - x0) * (start.lookup(self.w[1]) - y0);
            each_row(start, n, *rows, |index, inside| {
                let dx = (index.lookup(self.w[0]) - x0).zero_unless(inside);
                products = dx.mul_add(index.lookup(self.w[1]) - y0, products);
            });
            let covariance = (products * (n - one).recip()).zero_unless(zero.lt(n));
            let spread = &mut self.spreads[g];
            covariance.mul_add(V::splat(self.metric), V::load(spread)).store(spread);
            total += (covariance * n.recip()).zero_unless(zero.lt(n));
        }
        total.sum()
    }
}

/// Calls `f` with the indices of the second, third, … samples, and where there are such.
#[inline(always)]
fn each_row<V: Lanes>(start: V, n: V, rows: u32, mut f: impl FnMut(V, V::Mask)) {
    let (one, next) = (V::splat(1.0), V::splat(f64::from_bits(1)));
    let (mut index, mut row) = (start, one);
    for _ in 1..rows {
        index = index.add_bits(next);
        f(index, row.lt(n));
        row += one;
    }
}

/// Of samples that all belong to one hypercube: the mean, that of |w|, and the sum of squares of deviations.
pub(super) struct Variance<'a> {
    pub(super) w: &'a [[f64; LANES]],
    /// Number of samples: the padding does not count.
    pub(super) len: usize,
}

impl Kernel for Variance<'_> {
    type Output = Totals;

    #[inline(always)]
    fn run<V: Lanes>(self) -> Totals {
        let (n, zero, first) = (self.len as f64, V::splat(0.0), V::splat(self.w[0][0]));
        let (mut sum, mut squares, mut absolute, mut largest) = (zero, zero, zero, zero);
        for (g, w) in self.w.iter().enumerate() {
            let x = V::load(w);
            let inside = inside::<V>(g, self.len);
            let deviation = (x - first).zero_unless(inside);
            sum += deviation;
            squares = deviation.mul_add(deviation, squares);
            let size = x.abs().zero_unless(inside);
            absolute += size;
            largest = largest.max(size);
        }
        let sum = sum.sum();
        let variance = (squares.sum() - sum * sum / n).max(0.0);
        Totals { mean: self.w[0][0] + sum / n, size: absolute.sum() / n, variance, largest: largest.to_array() }
    }
}

/// Of such samples of two components: the sum of products of deviations from the means.
pub(super) struct Covariance<'a> {
    pub(super) w: [&'a [[f64; LANES]]; 2],
    pub(super) means: [f64; 2],
    pub(super) len: usize,
}

impl Kernel for Covariance<'_> {
    type Output = f64;

    #[inline(always)]
    fn run<V: Lanes>(self) -> f64 {
        let (mx, my) = (V::splat(self.means[0]), V::splat(self.means[1]));
        let mut products = V::splat(0.0);
        for (g, (x, y)) in self.w[0].iter().zip(self.w[1]).enumerate() {
            let (dx, dy) = (V::load(x) - mx, V::load(y) - my);
            products = dx.zero_unless(inside::<V>(g, self.len)).mul_add(dy, products);
        }
        products.sum()
    }
}

/// Which lanes of group `g` are among `len` samples.
#[inline(always)]
pub(super) fn inside<V: Lanes>(g: usize, len: usize) -> V::Mask {
    let left = len - g * LANES;
    V::Mask::from_bits(if left >= LANES { u8::MAX } else { (1 << left) - 1 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::dispatch;

    /// Samples of hypercubes with these counts, and the runs that tell them apart.
    fn samples(counts: &[u32]) -> (Vec<f64>, Vec<f64>, Runs) {
        let len: u32 = counts.iter().sum();
        let x: Vec<f64> = (0..len).map(|i| f64::from(i * i % 101) - 40.0).collect();
        let y = x.iter().enumerate().map(|(i, x)| 3.0 * x + (i % 7) as f64).collect();
        let (mut runs, mut start) = (Runs::default(), 0);
        for group in counts.chunks(LANES) {
            let (mut starts, mut lanes) = ([0; LANES], [0; LANES]);
            for (lane, n) in group.iter().enumerate() {
                (starts[lane], lanes[lane]) = (start, *n);
                start += n;
            }
            runs.push(starts, lanes);
        }
        (x, y, runs)
    }

    fn mean(w: &[f64]) -> f64 {
        w.iter().sum::<f64>() / w.len() as f64
    }

    fn covariance(x: &[f64], y: &[f64]) -> f64 {
        let products: f64 = x.iter().zip(y).map(|(a, b)| (a - mean(x)) * (b - mean(y))).sum();
        products / (x.len() - 1) as f64
    }

    fn assert_close(found: f64, expected: f64) {
        assert!((found - expected).abs() <= 1e-12 * expected.abs().max(1.0), "{found} {expected}");
    }

    #[test]
    fn sums_over_hypercubes_are_those_of_their_samples() {
        // Uneven numbers, more hypercubes than lanes, and a group that is not full.
        let counts = [2, 3, 17, 2, 9, 40, 2, 2, 5, 8, 3];
        let (x, y, runs) = samples(&counts);
        let (mut mx, mut my) = (vec![[0.0; LANES]; 2], vec![[0.0; LANES]; 2]);
        let mut spreads = vec![[0.5; LANES]; 2];
        let of_x = dispatch(Variances { runs: &runs, w: &x, metric: 2.0, means: &mut mx, spreads: &mut spreads });
        dispatch(Variances { runs: &runs, w: &y, metric: 0.0, means: &mut my, spreads: &mut [[0.0; LANES]; 2] });
        let (w, means) = ([x.as_slice(), &y], [mx.as_slice(), &my]);
        let of_both = dispatch(Covariances { runs: &runs, w, means, metric: -1.0, spreads: &mut spreads });
        let (mut start, mut totals) = (0, [0.0; 4]);
        for (h, n) in counts.iter().map(|n| *n as usize).enumerate() {
            let (x, y) = (&x[start..][..n], &y[start..][..n]);
            assert_close(mx.as_flattened()[h], mean(x));
            assert_close(spreads.as_flattened()[h], 0.5 + 2.0 * covariance(x, x) - covariance(x, y));
            let sizes: Vec<f64> = x.iter().map(|x| x.abs()).collect();
            let terms = [mean(x), mean(&sizes), covariance(x, x) / n as f64, covariance(x, y) / n as f64];
            totals.iter_mut().zip(terms).for_each(|(total, term)| *total += term);
            start += n;
        }
        for (found, expected) in [of_x.mean, of_x.size, of_x.variance, of_both].into_iter().zip(totals) {
            assert_close(found, expected);
        }
    }

    #[test]
    fn sums_over_a_part_leave_out_the_padding() {
        let (x, y, _) = samples(&[21]);
        let padded = |w: &[f64]| {
            let lanes = w.iter().copied().chain(std::iter::repeat(1e9)).take(24).collect::<Vec<_>>();
            lanes.as_chunks::<LANES>().0.to_vec()
        };
        let (px, py) = (padded(&x), padded(&y));
        let found = dispatch(Variance { w: &px, len: 21 });
        assert_close(found.mean, mean(&x));
        assert_close(found.variance, 20.0 * covariance(&x, &x));
        assert_close(found.size, mean(&x.iter().map(|x| x.abs()).collect::<Vec<_>>()));
        let products = dispatch(Covariance { w: [&px, &py], means: [mean(&x), mean(&y)], len: 21 });
        assert_close(products, 20.0 * covariance(&x, &y));
    }

    #[test]
    fn raising_the_units_scales_the_sums() {
        let mut sums = Sums {
            units: vec![0, -256],
            means: vec![1.0, 2.0],
            products: vec![1.0, 3.0, 5.0],
            sizes: vec![4.0, 8.0],
            largest: Vec::new(),
        };
        sums.raise(&[256, -256]);
        let unit = 2f64.powi(-256);
        assert_eq!((sums.means, sums.sizes), (vec![unit, 2.0], vec![4.0 * unit, 8.0]));
        assert_eq!(sums.products, [unit * unit, 3.0 * unit, 5.0]);
    }
}
