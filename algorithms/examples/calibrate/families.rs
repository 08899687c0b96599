//! The families of test integrands: six of Genz, and two with kinks and jumps that no axis is parallel to.
//!
//! A. C. Genz, in NATO ASI C203 (1987) 337: c gives the difficulty, w the place, both random. Families 7 and 8
//! are |a·x − b| and the step a·x > b with random a and b = a·w: their kinks and jumps pass through regions
//! obliquely, where nodes on the axes do not see them.

use crate::exact;
use fubini_algorithms::simd::Lanes;
use fubini_algorithms::streams::stream;
use fubini_algorithms::{Integrand, LaneIntegrand, Simd};
use rand_xoshiro::rand_core::Rng;
use std::f64::consts::TAU;

/// A family of integrands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    Oscillatory,
    ProductPeak,
    CornerPeak,
    Gaussian,
    Continuous,
    Discontinuous,
    ObliqueKink,
    ObliqueStep,
}

impl Family {
    /// All of them, in the order of their numbers.
    pub(crate) const ALL: [Family; 8] = [
        Family::Oscillatory,
        Family::ProductPeak,
        Family::CornerPeak,
        Family::Gaussian,
        Family::Continuous,
        Family::Discontinuous,
        Family::ObliqueKink,
        Family::ObliqueStep,
    ];

    /// Its number, from 1.
    pub(crate) fn number(self) -> usize {
        self as usize + 1
    }

    /// Its name in tables.
    pub(crate) fn name(self) -> &'static str {
        ["oscillatory", "product peak", "corner peak", "Gaussian", "C0", "discontinuous", "oblique kink", "oblique step"]
            [self as usize]
    }

    /// Σ c at difficulty 1; slopes of oblique families have no scale.
    fn total(self) -> f64 {
        [6.0, 18.0, 2.2, 15.2, 16.1, 16.4, 1.0, 1.0][self as usize]
    }

    /// Whether the integrand is positive everywhere, as the denominator of a ratio must be.
    pub(crate) fn is_positive(self) -> bool {
        matches!(self, Family::ProductPeak | Family::CornerPeak | Family::Gaussian | Family::Continuous)
    }
}

/// One integrand of a family.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    family: Family,
    /// Difficulties, or the slopes of an oblique family.
    pub(crate) c: Vec<f64>,
    /// Places.
    pub(crate) w: Vec<f64>,
    /// c·w: where an oblique family has its kink or jump.
    b: f64,
}

impl Problem {
    /// The member of the family with these parameters, all c positive and all w in [0, 1].
    pub(crate) fn new(family: Family, c: Vec<f64>, w: Vec<f64>) -> Self {
        let b = c.iter().zip(&w).map(|(c, w)| c * w).sum();
        Problem { family, c, w, b }
    }

    /// Member `index` of the random sequence of a seed. It depends on nothing else than the arguments, so that
    /// all methods meet the same integrals.
    pub(crate) fn random(family: Family, dim: usize, difficulty: f64, seed: u64, index: u64) -> Self {
        let mut stream = stream(seed, (family.number() * 100 + dim) as u64, index);
        let mut uniform = || (stream.next_u64() >> 11) as f64 * 2f64.powi(-53);
        let mut c: Vec<f64> = (0..dim).map(|_| uniform().max(1e-6)).collect();
        let scale = family.total() * difficulty / c.iter().sum::<f64>();
        c.iter_mut().for_each(|c| *c *= scale);
        Problem::new(family, c, (0..dim).map(|_| uniform()).collect())
    }

    /// The value of the integral.
    pub(crate) fn exact(&self) -> f64 {
        let Problem { family, c, w, b } = self;
        match family {
            Family::Oscillatory => exact::oscillatory(c, w[0]),
            Family::ProductPeak => exact::product_peak(c, w),
            Family::CornerPeak => exact::corner_peak(c),
            Family::Gaussian => exact::gaussian(c, w),
            Family::Continuous => exact::continuous(c, w),
            Family::Discontinuous => exact::discontinuous(c, w),
            Family::ObliqueKink => exact::kink(c, *b),
            Family::ObliqueStep => exact::step(c, *b),
        }
    }

    /// The integrand as integrators want it.
    #[allow(dead_code, reason = "the comparison with peers uses it")]
    pub(crate) fn integrand(&self) -> impl Integrand + '_ {
        Simd(Several([self]))
    }

    /// This integrand and another one, as the two components of a vector.
    pub(crate) fn with<'a>(&'a self, other: &'a Problem) -> impl Integrand + 'a {
        Simd(Several([self, other]))
    }

    /// The values at eight points.
    #[inline(always)]
    pub(crate) fn at<V: Lanes>(&self, x: &[V]) -> V {
        let (zero, one) = (V::splat(0.0), V::splat(1.0));
        let dot = || self.c.iter().zip(x).fold(zero, |sum, (c, x)| V::splat(*c).mul_add(*x, sum));
        let each = || self.c.iter().zip(&self.w).zip(x).map(|((c, w), x)| (*c, *w, *x - V::splat(*w)));
        match self.family {
            Family::Oscillatory => (dot() + V::splat(TAU * self.w[0])).cos(),
            Family::ProductPeak => {
                let denominator = each().fold(one, |p, (c, _, r)| p * r.mul_add(r, V::splat(1.0 / (c * c))));
                one / denominator
            }
            Family::CornerPeak => {
                let base = one + dot();
                one / x.iter().fold(base, |p, _| p * base)
            }
            Family::Gaussian => {
                let square = each().fold(zero, |sum, (c, _, r)| (V::splat(c) * r).mul_add(V::splat(c) * r, sum));
                (zero - square).exp()
            }
            Family::Continuous => {
                let distance = each().fold(zero, |sum, (c, _, r)| V::splat(c).mul_add(r.abs(), sum));
                (zero - distance).exp()
            }
            Family::Discontinuous => {
                let inside = x[0].lt(V::splat(self.w[0])) & x[1].lt(V::splat(self.w[1]));
                dot().exp().zero_unless(inside)
            }
            Family::ObliqueKink => (dot() - V::splat(self.b)).abs(),
            Family::ObliqueStep => one.zero_unless(dot().gt(V::splat(self.b))),
        }
    }
}

/// Several problems side by side, one component each.
struct Several<'a, const N: usize>([&'a Problem; N]);

impl<const N: usize> LaneIntegrand for Several<'_, N> {
    fn dim(&self) -> usize {
        self.0[0].c.len()
    }

    fn components(&self) -> usize {
        N
    }

    #[inline(always)]
    fn eval<V: Lanes>(&self, x: &[V], y: &mut [V]) {
        for (problem, y) in self.0.iter().zip(y) {
            *y = problem.at(x);
        }
    }
}

#[cfg(test)]
impl Problem {
    /// The value at one point.
    pub(crate) fn at_point(&self, x: &[f64]) -> f64 {
        use fubini_algorithms::simd::{F64x8, LANES};
        let lanes: Vec<F64x8> = x.iter().map(|x| F64x8::splat(*x)).collect();
        self.at(&lanes).to_array()[LANES - 1]
    }

    /// Where, as a function of `x[axis]`, the integral over all later axes is not smooth.
    pub(crate) fn breaks(&self, x: &[f64], axis: usize) -> Vec<f64> {
        match self.family {
            Family::Continuous | Family::Discontinuous => vec![self.w[axis]],
            Family::ObliqueKink | Family::ObliqueStep => {
                let before: f64 = self.c.iter().zip(&x[..axis]).map(|(c, x)| c * x).sum();
                let later = &self.c[axis + 1..];
                let corner = |s: u32| -> f64 { later.iter().enumerate().map(|(i, c)| c * f64::from(s >> i & 1)).sum() };
                (0..1 << later.len()).map(|s| (self.b - before - corner(s)) / self.c[axis]).collect()
            }
            _ => Vec::new(),
        }
    }
}
