//! Bodies and coordinates by name, as Python hands them over.

use crate::failed;
use fubini::algorithms::Domain;
use fubini::algorithms::coordinates::{AxisMap, Ball, Coordinates, Cylindrical, Polar, Simplex, Spherical};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// A ball (radius, centre), simplex (vertices, one after the other), polar or cylindrical coordinates (pairs of limits of the radius,
/// the angle and the height) or spherical ones (limits of the radius); Python has counted the numbers.
pub(crate) fn body(name: &str, numbers: &[f64]) -> PyResult<Box<dyn Coordinates>> {
    let axis = |lo: f64, hi: f64| -> PyResult<AxisMap> { Ok(Domain::new(&[(lo, hi)]).map_err(failed)?.axes()[0]) };
    Ok(match (name, numbers) {
        ("ball", [radius, centre @ ..]) => Box::new(Ball::new(centre, *radius)),
        ("simplex", _) => {
            // n (n + 1) numbers.
            let dim = (1..=6).find(|n| n * (n + 1) == numbers.len()).unwrap_or(1);
            Box::new(Simplex::new(&numbers.chunks(dim).collect::<Vec<_>>()))
        }
        ("polar", &[inner, outer, from, to]) => Box::new(Polar::new(axis(inner, outer)?).between(from, to)),
        ("cylindrical", &[inner, outer, from, to, bottom, top]) => {
            Box::new(Cylindrical::new(axis(inner, outer)?, axis(bottom, top)?).between(from, to))
        }
        ("spherical", &[inner, outer]) => Box::new(Spherical::new(1, axis(inner, outer)?)),
        _ => return Err(PyValueError::new_err(format!("{name}: there is no body of that name with {} numbers", numbers.len()))),
    })
}
