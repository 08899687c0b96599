//! The elementary functions of [`F64x8`] itself, each dispatched to the best instruction set of the CPU.
//!
//! A closure over lanes is compiled for the build target, where the functions would be those of `std`, one lane after
//! another. One jump for eight lanes is cheaper. In a [`Kernel`] the generic [`Lanes`] functions apply instead, so that
//! a kernel run at one level contains that level only.

use std::hint::black_box;

use super::lanes::Lanes;
use super::portable::F64x8;
use super::{Kernel, dispatch};

/// Loads the lanes singly. The caller has just written them with narrow stores, from which a wide load cannot be
/// forwarded: it waits until everything before it has retired, and consecutive calls no longer overlap (measured: twice
/// as slow). `black_box` keeps the compiler from merging the loads; the values do not depend on it.
#[inline(always)]
fn one_by_one<V: Lanes>(x: F64x8) -> V {
    let [a, b, c, d, e, f, g, h] = x.0;
    V::from_array([
        black_box(a),
        black_box(b),
        black_box(c),
        black_box(d),
        black_box(e),
        black_box(f),
        black_box(g),
        black_box(h),
    ])
}

/// Methods that apply the same function of [`Lanes`] through [`dispatch`].
macro_rules! dispatched {
    ($($(#[$doc:meta])+ $name:ident($($other:ident: $type:ty),*);)+) => {
        impl F64x8 {
            $(
                $(#[$doc])+
                #[inline]
                pub fn $name(self, $($other: $type),*) -> Self {
                    struct Apply(F64x8, $($type),*);
                    impl Kernel for Apply {
                        type Output = F64x8;
                        #[inline(always)]
                        fn run<V: Lanes>(self) -> F64x8 {
                            let Apply(x, $($other),*) = self;
                            F64x8(one_by_one::<V>(x).$name($(one_by_one::<V>($other)),*).to_array())
                        }
                    }
                    dispatch(Apply(self, $($other),*))
                }
            )+
        }
    };
}

dispatched! {
    /// `e^self`.
    exp();
    /// `e^self - 1`, accurate near 0.
    exp_m1();
    /// Natural logarithm.
    ln();
    /// `ln(1 + self)`, accurate near 0.
    ln_1p();
    /// Logarithm to base 10.
    log10();
    /// Sine.
    sin();
    /// Cosine.
    cos();
    /// Tangent.
    tan();
    /// Hyperbolic sine.
    sinh();
    /// Hyperbolic cosine.
    cosh();
    /// Hyperbolic tangent.
    tanh();
    /// Arc sine.
    asin();
    /// Arc cosine.
    acos();
    /// Arc tangent.
    atan();
    /// The angle of the point `(x, self)`, from `-pi` to `pi`.
    atan2(x: F64x8);
    /// `self^p`.
    powf(p: F64x8);
    /// Cube root.
    cbrt();
    /// `sqrt(self² + other²)` without overflow on the way.
    hypot(other: F64x8);
}

impl F64x8 {
    /// Sine and cosine for little more than the price of one.
    #[inline]
    pub fn sin_cos(self) -> (Self, Self) {
        struct Apply(F64x8);
        impl Kernel for Apply {
            type Output = (F64x8, F64x8);
            #[inline(always)]
            fn run<V: Lanes>(self) -> (F64x8, F64x8) {
                let (s, c) = one_by_one::<V>(self.0).sin_cos();
                (F64x8(s.to_array()), F64x8(c.to_array()))
            }
        }
        dispatch(Apply(self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dispatched_function_is_that_of_a_kernel() {
        struct Sine(F64x8);
        impl Kernel for Sine {
            type Output = [f64; 8];
            #[inline(always)]
            fn run<V: Lanes>(self) -> [f64; 8] {
                V::load(&self.0.0).sin().to_array()
            }
        }
        let x = F64x8([-3.0, -0.5, 0.0, 0.25, 1.0, 2.0, 40.0, 1e12]);
        assert_eq!(x.sin().0, dispatch(Sine(x)));
        assert_eq!(x.sin_cos().0, x.sin());
        assert_eq!(x.atan2(x.exp()).0[0], (-3f64).atan2((-3f64).exp()));
    }
}
