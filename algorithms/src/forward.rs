//! References, boxes and arcs of integrands, coordinates and integrators are such themselves.

use crate::batch::{Columns, Points, Values};
use crate::coordinates::{AxisMap, Coordinates};
use crate::pullback::Pullback;
use crate::tables::ReadsTables;
use crate::{Error, ErrorKind, Integrand, Integrator, Observer, Options, Report};
use std::sync::Arc;

/// Implements the three traits for a pointer type by calling what it points to.
macro_rules! forward {
    ($($pointer:ty),*) => {$(
        impl<T: Integrand + ?Sized> Integrand for $pointer {
            fn dim(&self) -> usize {
                (**self).dim()
            }

            fn components(&self) -> usize {
                (**self).components()
            }

            fn preferred_batch(&self) -> usize {
                (**self).preferred_batch()
            }

            fn may_be_cut(&self) -> bool {
                (**self).may_be_cut()
            }

            fn eval(&self, points: Points<'_>, values: &mut Values<'_>) {
                (**self).eval(points, values);
            }

            fn eval_in_place(&self, points: &mut Columns, values: &mut Values<'_>) {
                (**self).eval_in_place(points, values);
            }

            fn reads_tables(&self) -> Option<&dyn ReadsTables> {
                (**self).reads_tables()
            }

            fn is_zero(&self) -> bool {
                (**self).is_zero()
            }

            fn jumps(&self) -> bool {
                (**self).jumps()
            }
        }

        impl<T: Coordinates + ?Sized> Coordinates for $pointer {
            fn name(&self) -> &'static str {
                (**self).name()
            }

            fn dim(&self) -> usize {
                (**self).dim()
            }

            fn axes(&self) -> &[AxisMap] {
                (**self).axes()
            }

            fn sign(&self) -> f64 {
                (**self).sign()
            }

            fn check(&self) -> Result<(), Error> {
                (**self).check()
            }

            fn is_identity(&self) -> bool {
                (**self).is_identity()
            }

            fn cuts(&self) -> Vec<(usize, f64)> {
                (**self).cuts()
            }

            fn resolution(&self) -> f64 {
                (**self).resolution()
            }

            fn locate(&self, hint: &[f64]) -> Option<Vec<f64>> {
                (**self).locate(hint)
            }

            fn is_void(&self, hint: &[f64]) -> bool {
                (**self).is_void(hint)
            }

            fn named(&self, point: Vec<f64>) -> Vec<f64> {
                (**self).named(point)
            }

            fn transform(&self, columns: &mut Columns) {
                (**self).transform(columns);
            }
        }

        impl<T: Integrator + ?Sized> Integrator for $pointer {
            fn name(&self) -> &'static str {
                (**self).name()
            }

            fn error_kind(&self) -> ErrorKind {
                (**self).error_kind()
            }

            fn draws_samples(&self) -> bool {
                (**self).draws_samples()
            }

            fn refine(&self, f: &Pullback<'_>, options: &Options, observer: &mut Observer<'_>) -> Result<Report, Error> {
                (**self).refine(f, options, observer)
            }
        }
    )*};
}

forward!(&T, Box<T>, Arc<T>);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coordinates::{Iterated, Limits};
    use crate::{Cuhre, Domain, Simd, Vegas, scalar};

    #[test]
    fn pointers_do_what_they_point_to() {
        let f: Arc<dyn Integrand> = Arc::new(scalar(2, |x| x[0] * x[1]));
        let domain: Box<dyn Coordinates> = Box::new(Domain::new(&[(1.0, 0.0), (0.0, 1.0)]).unwrap());
        let method: Box<dyn Integrator> = Box::new(Cuhre::default());
        let report = method.integrate(&f, &domain, &Options::default()).unwrap();
        let plain = Cuhre::default().integrate(&*f, &*domain, &Options::default()).unwrap();
        assert!(report.integrals == plain.integrals && report.integrals[0].value < 0.0, "{report:?}");
        let vegas: Arc<dyn Integrator> = Arc::new(Vegas::default());
        assert_eq!((vegas.error_kind(), method.error_kind()), (ErrorKind::StandardDeviation, ErrorKind::Bound));
        let both: (Arc<dyn Integrand>, &dyn Integrand) = (f.clone(), &f);
        assert_eq!((both.0.dim(), both.1.components(), both.1.preferred_batch()), (2, 1, 512));
    }

    #[test]
    fn an_integrand_over_lanes_reads_tables_behind_pointers_too() {
        struct Product;
        impl crate::LaneIntegrand for Product {
            fn dim(&self) -> usize {
                2
            }
            fn components(&self) -> usize {
                1
            }
            #[inline(always)]
            fn eval<V: crate::simd::Lanes>(&self, x: &[V], y: &mut [V]) {
                y[0] = x[0] * x[1];
            }
        }
        assert!(Box::new(Simd(Product)).reads_tables().is_some());
    }

    #[test]
    fn cuts_and_hints_go_through_pointers_too() {
        let halves = Iterated::new(vec![Limits::new(0.0, 1.0).broken_at(0.25)]).unwrap();
        let (cuts, place) = (halves.cuts(), halves.locate(&[0.125]));
        let boxed: Box<dyn Coordinates + '_> = Box::new(halves);
        assert!(cuts.len() == 1 && place.is_some());
        assert_eq!((Coordinates::cuts(&boxed), Coordinates::locate(&boxed, &[0.125])), (cuts, place));
    }

    #[test]
    fn what_a_thread_of_ones_own_needs_can_be_sent_there() {
        fn can_move<T: Send + Sync>() {}
        can_move::<Box<dyn Integrator>>();
        can_move::<Box<dyn Integrand>>();
        can_move::<Box<dyn Coordinates>>();
        can_move::<Report>();
    }
}
