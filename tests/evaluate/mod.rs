//! Integrands looked at without an integrator.

use fubini::algorithms::{Columns, Integrand};

/// Values of an integrand at one point.
pub(crate) fn at(f: &dyn Integrand, point: &[f64]) -> Vec<f64> {
    let (mut x, mut y) = (Columns::default(), Columns::default());
    x.reset(point.len(), 1);
    y.reset(f.components(), 1);
    point.iter().enumerate().for_each(|(d, p)| x.column_mut(d)[0] = *p);
    x.pad();
    f.eval(x.points(point.len()), &mut y.values());
    (0..f.components()).map(|c| y.column(c)[0]).collect()
}
