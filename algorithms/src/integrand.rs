//! What is integrated: a function of several variables with one or more components, evaluated in batches.
//!
//! Implement [`Integrand`] directly, or let an adapter do it: [`scalar`] and [`vector`] for plain closures
//! point by point, [`wide`] for a closure over eight points at a time, [`Simd`] for a kernel that is
//! compiled for every instruction set and chosen at run time.

use crate::batch::{Columns, Points, Values};
use crate::rules::OFFSETS;
use crate::simd::{F64x8, Kernel, LANES, Lanes, dispatch};
use crate::tables::{ReadsTables, Tables};

/// A function of `dim` variables with `components` values, evaluated for whole batches of points.
///
/// Integrators call `eval` from several threads at once. A value that is not finite contributes zero to the
/// integral and is counted; a panic reaches the caller of the integrator as a panic.
///
/// ```
/// use fubini_algorithms::{Domain, GenzMalik, Integrand, Integrator, Options, Points, Values};
///
/// /// x^p · y: a batch is a column for each variable, a column for each component.
/// struct Power(i32);
///
/// impl Integrand for Power {
///     fn dim(&self) -> usize {
///         2
///     }
///     fn eval(&self, points: Points<'_>, values: &mut Values<'_>) {
///         let (x, y) = (points.axis(0), points.axis(1));
///         for (i, value) in values.component(0)[..points.len()].iter_mut().enumerate() {
///             *value = x[i].powi(self.0) * y[i];
///         }
///     }
/// }
///
/// let report = GenzMalik::default().integrate(&Power(3), &Domain::unit(2), &Options::default())?;
/// assert!((report.integrals[0].value - 0.125).abs() <= report.integrals[0].error.max(1e-12));
/// # Ok::<(), fubini_algorithms::Error>(())
/// ```
pub trait Integrand: Send + Sync {
    /// Number of variables.
    fn dim(&self) -> usize;

    /// Number of values per point.
    fn components(&self) -> usize {
        1
    }

    /// Points that a batch should hold at least for the cost of a call not to matter, as far as there are so many to be
    /// evaluated; default 512. It decides how often `eval` is called, and changes no bit of a result.
    fn preferred_batch(&self) -> usize {
        512
    }

    /// Writes all components at all points of the batch.
    fn eval(&self, points: Points<'_>, values: &mut Values<'_>);

    /// What integrators call: [`Integrand::eval`] with the memory of the batch itself, of which the first [`Integrand::dim`]
    /// columns are the variables. An integrand in another language can lend it out there, and need not copy the points.
    ///
    /// Those columns may be left with anything in them, the others are as they were afterwards.
    fn eval_in_place(&self, points: &mut Columns, values: &mut Values<'_>) {
        self.eval(points.points(self.dim()), values);
    }

    /// Whether a batch that takes long may be cut, so that an interrupt is heard in between; false where the integrand hears of it
    /// itself, and would rather have whole batches.
    fn may_be_cut(&self) -> bool {
        true
    }

    /// The same function as one that can read its variables from tables, if it is one: what integrators with a rule call
    /// then where they can.
    fn reads_tables(&self) -> Option<&dyn ReadsTables> {
        None
    }

    /// Whether all components are known to be zero everywhere, as of the formula `0`: no point is evaluated then, and nobody has to
    /// look for where the integrand might live.
    fn is_zero(&self) -> bool {
        false
    }

    /// Whether the function is known to jump inside its domain, as `floor(3x)` over the unit interval does; default: nothing is
    /// known. What a rule with few nodes says of its error is then a guess in two variables and more: such a result is
    /// [`Suspect::Jumps`](crate::Suspect::Jumps), and [`Auto`](crate::Auto) takes random points.
    fn jumps(&self) -> bool {
        false
    }
}

/// Upper limit on the variables and components of the point-by-point adapters' stack buffers.
const INLINE: usize = 32;

/// An integrand with one component from a closure that takes one point.
///
/// ```
/// use fubini_algorithms::{Domain, GenzMalik, Integrator, Options, scalar};
/// let f = scalar(2, |x| x[0] * x[1] * x[1]);
/// let report = GenzMalik::default().integrate(&f, &Domain::unit(2), &Options::default())?;
/// assert!((report.integrals[0].value - 1.0 / 6.0).abs() <= 1e-12);
/// # Ok::<(), fubini_algorithms::Error>(())
/// ```
pub fn scalar(dim: usize, f: impl Fn(&[f64]) -> f64 + Send + Sync) -> impl Integrand {
    vector(dim, 1, move |x: &[f64], y: &mut [f64]| y[0] = f(x))
}

/// An integrand with several components from a closure that takes one point and writes its values.
///
/// ```
/// use fubini_algorithms::{Cuhre, Domain, Integrator, Options, vector};
/// let moments = vector(2, 2, |x, y| {
///     y[0] = x[0] * x[1];
///     y[1] = x[0] * x[0] * x[1];
/// });
/// let report = Cuhre::default().integrate(&moments, &Domain::unit(2), &Options::default())?;
/// assert!((report.integrals[0].value - 0.25).abs() <= 1e-12 && (report.integrals[1].value - 1.0 / 6.0).abs() <= 1e-12);
/// # Ok::<(), fubini_algorithms::Error>(())
/// ```
pub fn vector(dim: usize, components: usize, f: impl Fn(&[f64], &mut [f64]) + Send + Sync) -> impl Integrand {
    Vector { dim, components, f }
}

/// An integrand from a closure that takes eight points at a time: one [`F64x8`] per variable and component.
///
/// The closure is compiled for every instruction set; the best one is chosen at run time.
///
/// ```
/// use fubini_algorithms::{Cuhre, Domain, Integrator, Options, wide};
/// let f = wide(2, 1, |x, y| y[0] = x[0] * x[1] * x[1]);
/// let report = Cuhre::default().integrate(&f, &Domain::unit(2), &Options::default())?;
/// assert!((report.integrals[0].value - 1.0 / 6.0).abs() <= 1e-12);
/// # Ok::<(), fubini_algorithms::Error>(())
/// ```
pub fn wide(dim: usize, components: usize, f: impl Fn(&[F64x8], &mut [F64x8]) + Send + Sync) -> impl Integrand {
    Wide { dim, components, f }
}

/// An integrand written once for every instruction set, as a function of eight points at a time.
///
/// `eval` must be `#[inline(always)]`: only then is it compiled with the instructions chosen at run time.
///
/// ```
/// use fubini_algorithms::simd::Lanes;
/// use fubini_algorithms::{Cuhre, Domain, Integrator, LaneIntegrand, Options, Simd};
///
/// struct Distance;
///
/// impl LaneIntegrand for Distance {
///     fn dim(&self) -> usize {
///         2
///     }
///     fn components(&self) -> usize {
///         1
///     }
///     #[inline(always)]
///     fn eval<V: Lanes>(&self, x: &[V], y: &mut [V]) {
///         y[0] = (x[0] * x[0] + x[1] * x[1]).sqrt();
///     }
/// }
///
/// let report = Cuhre::default().integrate(&Simd(Distance), &Domain::unit(2), &Options::default().rtol(1e-8))?;
/// assert!((report.integrals[0].value - 0.765195716464212).abs() <= report.integrals[0].error);
/// # Ok::<(), fubini_algorithms::Error>(())
/// ```
pub trait LaneIntegrand: Send + Sync {
    /// Number of variables, at most 32.
    fn dim(&self) -> usize;

    /// Number of values per point, at most 32.
    fn components(&self) -> usize;

    /// The values of eight points: `x` has `dim` entries, `y` has `components`.
    fn eval<V: Lanes>(&self, x: &[V], y: &mut [V]);
}

/// Makes an [`Integrand`] of a [`LaneIntegrand`].
///
/// See [`LaneIntegrand`] for an integrand of one's own.
///
/// ```
/// use fubini_algorithms::simd::Lanes;
/// use fubini_algorithms::{Cuhre, Domain, Integrator, LaneIntegrand, Options, Simd};
///
/// struct Gaussian;
///
/// impl LaneIntegrand for Gaussian {
///     fn dim(&self) -> usize {
///         2
///     }
///     fn components(&self) -> usize {
///         1
///     }
///     #[inline(always)]
///     fn eval<V: Lanes>(&self, x: &[V], y: &mut [V]) {
///         y[0] = (-(x[0] * x[0] + x[1] * x[1])).exp();
///     }
/// }
///
/// let plane = Domain::new(&[(f64::NEG_INFINITY, f64::INFINITY); 2])?;
/// let report = Cuhre::default().integrate(&Simd(Gaussian), &plane, &Options::default())?;
/// assert!((report.integrals[0].value - std::f64::consts::PI).abs() <= report.integrals[0].error);
/// # Ok::<(), fubini_algorithms::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Simd<F>(pub F);

struct Vector<F> {
    dim: usize,
    components: usize,
    f: F,
}

impl<F: Fn(&[f64], &mut [f64]) + Send + Sync> Integrand for Vector<F> {
    fn dim(&self) -> usize {
        self.dim
    }

    fn components(&self) -> usize {
        self.components
    }

    fn eval(&self, points: Points<'_>, values: &mut Values<'_>) {
        let (mut small_x, mut small_y) = ([0.0; INLINE], [0.0; INLINE]);
        let (mut large_x, mut large_y);
        let x = if self.dim <= INLINE {
            &mut small_x[..self.dim]
        } else {
            large_x = vec![0.0; self.dim];
            &mut large_x[..]
        };
        let y = if self.components <= INLINE {
            &mut small_y[..self.components]
        } else {
            large_y = vec![0.0; self.components];
            &mut large_y[..]
        };
        for i in 0..points.len() {
            points.copy_point(i, x);
            (self.f)(x, y);
            for (c, y) in y.iter().enumerate() {
                values.component(c)[i] = *y;
            }
        }
    }
}

struct Wide<F> {
    dim: usize,
    components: usize,
    f: F,
}

impl<F: Fn(&[F64x8], &mut [F64x8]) + Send + Sync> Integrand for Wide<F> {
    fn dim(&self) -> usize {
        self.dim
    }

    fn components(&self) -> usize {
        self.components
    }

    fn eval(&self, points: Points<'_>, values: &mut Values<'_>) {
        struct Run<'a, 'b, F>(&'a Wide<F>, Points<'a>, &'a mut Values<'b>);
        impl<F: Fn(&[F64x8], &mut [F64x8])> Kernel for Run<'_, '_, F> {
            type Output = ();
            #[inline(always)]
            fn run<V: Lanes>(self) {
                let Run(wide, points, values) = self;
                each_group(wide.dim, wide.components, points, values, &Closure(&wide.f));
            }
        }
        dispatch(Run(self, points, values));
    }
}

impl<F: LaneIntegrand> Integrand for Simd<F> {
    fn dim(&self) -> usize {
        self.0.dim()
    }

    fn components(&self) -> usize {
        self.0.components()
    }

    fn eval(&self, points: Points<'_>, values: &mut Values<'_>) {
        struct Run<'a, 'b, F>(&'a F, Points<'a>, &'a mut Values<'b>);
        impl<F: LaneIntegrand> Kernel for Run<'_, '_, F> {
            type Output = ();
            #[inline(always)]
            fn run<V: Lanes>(self) {
                let Run(f, points, values) = self;
                each_group::<V>(f.dim(), f.components(), points, values, &Inlined(f));
            }
        }
        dispatch(Run(&self.0, points, values));
    }

    fn reads_tables(&self) -> Option<&dyn ReadsTables> {
        Some(self)
    }
}

impl<F: LaneIntegrand> ReadsTables for Simd<F> {
    fn eval_tables(&self, points: Tables<'_>, values: &mut Values<'_>) {
        struct Run<'a, 'b, F>(&'a F, Tables<'a>, &'a mut Values<'b>);
        impl<F: LaneIntegrand> Kernel for Run<'_, '_, F> {
            type Output = ();
            #[inline(always)]
            fn run<V: Lanes>(self) {
                let Run(f, points, values) = self;
                each_node::<V>(f.dim(), f.components(), points, values, &Inlined(f));
            }
        }
        dispatch(Run(&self.0, points, values));
    }
}

/// What is called for every eight points. A trait and not a closure: a closure of some length stays a call, which does not
/// inherit the instruction set (measured: twenty times slower).
trait Body<V> {
    fn call(&self, x: &[V], y: &mut [V]);
}

struct Inlined<'a, F>(&'a F);

impl<V: Lanes, F: LaneIntegrand> Body<V> for Inlined<'_, F> {
    #[inline(always)]
    fn call(&self, x: &[V], y: &mut [V]) {
        self.0.eval(x, y);
    }
}

struct Closure<'a, F>(&'a F);

impl<F: Fn(&[F64x8], &mut [F64x8])> Body<F64x8> for Closure<'_, F> {
    #[inline(always)]
    fn call(&self, x: &[F64x8], y: &mut [F64x8]) {
        (self.0)(x, y);
    }
}

/// Feeds the groups of eight points of a batch to `f`.
#[inline(always)]
fn each_group<V: Lanes>(dim: usize, components: usize, points: Points<'_>, values: &mut Values<'_>, f: &impl Body<V>) {
    assert!(
        dim <= INLINE && components <= INLINE,
        "an integrand over lanes has at most {INLINE} variables and {INLINE} components"
    );
    let groups = points.len().div_ceil(LANES);
    let mut from: [&[[f64; LANES]]; INLINE] = [&[]; INLINE];
    from[..dim].iter_mut().enumerate().for_each(|(d, column)| *column = &points.lanes(d)[..groups]);
    let mut to: [&mut [[f64; LANES]]; INLINE] = Default::default();
    to.iter_mut().zip(values.all_lanes()).for_each(|(to, column)| *to = &mut column[..groups]);
    let (mut x, mut y) = ([V::splat(0.0); INLINE], [V::splat(0.0); INLINE]);
    for group in 0..groups {
        for (x, column) in x[..dim].iter_mut().zip(&from) {
            *x = V::load(&column[group]);
        }
        f.call(&x[..dim], &mut y[..components]);
        for (y, column) in y[..components].iter().zip(&mut to) {
            y.store(&mut column[group]);
        }
    }
}

/// Feeds the vectors of a batch in tables to `f`.
#[inline(always)]
fn each_node<V: Lanes>(dim: usize, components: usize, points: Tables<'_>, values: &mut Values<'_>, f: &impl Body<V>) {
    let nodes = points.nodes();
    let (mut x, mut y) = ([V::splat(0.0); INLINE], [V::splat(0.0); INLINE]);
    let mut to: [&mut [[f64; LANES]]; INLINE] = Default::default();
    to.iter_mut().zip(values.all_lanes()).for_each(|(to, column)| *to = column);
    for octet in 0..points.octets() {
        let mut tables = [points.table(0, octet); INLINE];
        tables[..dim].iter_mut().enumerate().for_each(|(d, table)| *table = points.table(d, octet));
        // Here rather than in `Tables` where the number of variables is often known to the compiler.
        for (p, rows) in points.rows().chunks_exact(dim).enumerate() {
            for ((x, table), row) in x[..dim].iter_mut().zip(&tables[..dim]).zip(rows) {
                *x = V::load(&table[usize::from(*row) % OFFSETS]);
            }
            f.call(&x[..dim], &mut y[..components]);
            for (y, column) in y[..components].iter().zip(&mut to) {
                y.store(&mut column[octet * nodes + p]);
            }
        }
    }
}
