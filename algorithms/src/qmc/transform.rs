//! Transforms that make an integrand periodic, for lattices: their error falls as fast as Fourier coefficients do.
//!
//! Of a function on the cube the coefficients fall like 1/h for every axis on which its ends differ. The tent x = 1 − |2t − 1|
//! folds an axis, so that they fall like 1/h². Korobov's transforms of order a have dx/dt proportional to (t (1 − t))^a:
//! with this weight the integrand and a − 1 derivatives vanish at both ends, and coefficients fall like 1/h^(a + 1) where it
//! is smooth, at the price of a variance that grows with the number of axes.
//!
//! F. J. Hickernell, in Monte Carlo and Quasi-Monte Carlo Methods 2000 (Springer 2002) 274; N. M. Korobov,
//! Number-Theoretic Methods in Approximate Analysis (Moscow 1963).

use crate::simd::Lanes;

/// What becomes of a coordinate t.
pub(super) trait Transform {
    /// Whether the Jacobian is not 1.
    const WEIGHS: bool;

    /// x and dx/dt.
    fn at<V: Lanes>(t: V) -> (V, V);
}

pub(super) struct Tent;

impl Transform for Tent {
    const WEIGHS: bool = false;

    #[inline(always)]
    fn at<V: Lanes>(t: V) -> (V, V) {
        let one = V::splat(1.0);
        (one - (t + t - one).abs(), one)
    }
}

/// Of order A, from 1 to 3.
pub(super) struct Korobov<const A: usize>;

impl<const A: usize> Transform for Korobov<A> {
    const WEIGHS: bool = true;

    #[inline(always)]
    fn at<V: Lanes>(t: V) -> (V, V) {
        let one = V::splat(1.0);
        let opposite = one - t;
        // From the nearer end: next to 1 a float says little of the distance from it.
        let s = t.min(opposite);
        let (polynomial, factor) = match A {
            1 => (V::splat(-2.0).mul_add(s, V::splat(3.0)), 6.0),
            2 => (V::splat(6.0).mul_add(s, V::splat(-15.0)).mul_add(s, V::splat(10.0)), 30.0),
            _ => {
                let head = V::splat(-20.0).mul_add(s, V::splat(70.0)).mul_add(s, V::splat(-84.0));
                (head.mul_add(s, V::splat(35.0)), 140.0)
            }
        };
        let (power, weight) = (1..A).fold((s, t * opposite), |(p, w), _| (p * s, w * (t * opposite)));
        let x = power * s * polynomial;
        (V::select(t.lt(opposite), x, one - x), weight * V::splat(factor))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::F64x8;

    fn at<T: Transform>(t: f64) -> (f64, f64) {
        let (x, j) = T::at(F64x8::splat(t));
        (x.to_array()[0], j.to_array()[0])
    }

    /// ∫ J over [0, t] by Simpson's rule, exact for the cubic of order 1.
    fn integral<T: Transform>(t: f64) -> f64 {
        const PARTS: usize = 1000;
        let h = t / PARTS as f64;
        let j = |x: f64| at::<T>(x).1;
        (0..PARTS).map(|k| k as f64 * h).map(|x| h / 6.0 * (j(x) + 4.0 * j(x + 0.5 * h) + j(x + h))).sum()
    }

    fn assert_is_a_change_of_variables<T: Transform>() {
        for t in [0.01, 0.3, 0.5, 0.77, 0.999] {
            let (x, _) = at::<T>(t);
            assert!((x - integral::<T>(t)).abs() < 1e-11, "{t}: {x} {}", integral::<T>(t));
            assert!((at::<T>(1.0 - t).0 - (1.0 - x)).abs() < 1e-15);
        }
    }

    #[test]
    fn jacobians_are_the_derivatives_of_the_coordinates() {
        assert_is_a_change_of_variables::<Korobov<1>>();
        assert_is_a_change_of_variables::<Korobov<2>>();
        assert_is_a_change_of_variables::<Korobov<3>>();
        // At the ends as many derivatives vanish as the order says.
        let ratio = |near: (f64, f64), far: (f64, f64)| (far.1 / near.1).log2();
        assert!((ratio(at::<Korobov<1>>(1e-6), at::<Korobov<1>>(2e-6)) - 1.0).abs() < 1e-5);
        assert!((ratio(at::<Korobov<2>>(1e-6), at::<Korobov<2>>(2e-6)) - 2.0).abs() < 1e-5);
        assert!((ratio(at::<Korobov<3>>(1e-6), at::<Korobov<3>>(2e-6)) - 3.0).abs() < 1e-5);
    }

    #[test]
    fn the_tent_folds_the_axis() {
        assert_eq!([0.25, 0.5 - f64::EPSILON, 0.875].map(|t| at::<Tent>(t).0), [0.5, 1.0 - 2.0 * f64::EPSILON, 0.25]);
    }

    #[test]
    fn distances_from_the_ends_keep_their_digits() {
        let t = f64::EPSILON;
        assert!((at::<Korobov<3>>(t).0 / (35.0 * t.powi(4)) - 1.0).abs() < 1e-12);
        assert_eq!(at::<Korobov<2>>(1.0 - t).0, 1.0);
    }
}
