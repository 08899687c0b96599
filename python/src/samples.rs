//! The weighted samples of a run, gathered for Python.

use fubini::algorithms::{Recorder, Samples};
use numpy::ndarray::{Array1, Array2};
use numpy::{PyArray1, PyArray2};
use pyo3::prelude::*;

/// All samples that count.
#[derive(Default)]
pub(crate) struct Gathered {
    /// Row by row.
    points: Vec<f64>,
    values: Vec<f64>,
    /// What each adds to the first integral, times the number of all.
    weights: Vec<f64>,
    dim: usize,
    components: usize,
    /// Samples that count.
    kept: usize,
}

/// Points of shape (n, variables), values of shape (n, components), weights.
pub(crate) type Arrays = (Py<PyArray2<f64>>, Py<PyArray2<f64>>, Py<PyArray1<f64>>);

impl Gathered {
    pub(crate) fn arrays(mut self, py: Python<'_>) -> Arrays {
        self.discard();
        let scale = 1.0 / self.kept.max(1) as f64;
        let weights: Array1<f64> = self.weights.iter().map(|weight| weight * scale).collect();
        let rows = |data: Vec<f64>, width: usize| {
            let array = Array2::from_shape_vec((self.kept, width), data).expect("a row for each sample");
            PyArray2::from_owned_array(py, array).unbind()
        };
        (rows(self.points, self.dim), rows(self.values, self.components), PyArray1::from_owned_array(py, weights).unbind())
    }
}

impl Recorder for Gathered {
    fn take(&mut self, samples: &Samples) {
        let points = samples.points();
        (self.dim, self.components) = (points.dim(), samples.components());
        for (i, weight) in samples.weights().iter().enumerate() {
            self.points.extend((0..self.dim).map(|d| points.axis(d)[i]));
            self.values.extend((0..self.components).map(|c| samples.values(c)[i]));
            self.weights.push(weight * samples.values(0)[i]);
        }
    }

    fn keep(&mut self, samples: u64) {
        self.kept += samples as usize;
    }

    fn discard(&mut self) {
        self.weights.truncate(self.kept);
        self.points.truncate(self.kept * self.dim);
        self.values.truncate(self.kept * self.components);
    }
}
