//! What the sampling methods share: random numbers, the importance map, and what samples tell.
//!
//! From random numbers to points: [`streams`] key every piece of work, [`uniform`] draws eight numbers at a time, [`map`] puts
//! them where the integrand is large ([`centre`] begins it, [`grading`] keeps its increments from growing too fast), [`sides`] to where an interval
//! lies; [`importance`] keeps a trained map. From values to errors: [`moments`] with their covariance in units of [`scaling`], ratios and
//! tolerances in [`goal`],
//! [`student`] and [`chi2`] for what an error from few numbers is worth, [`tail`] for what the largest weights say of it. Points of
//! [`sample`] have nothing to do with any of these and look elsewhere.

mod centre;
mod chi2;
mod goal;
mod grading;
mod importance;
mod map;
mod moments;
mod sample;
pub(crate) mod scaling;
mod sides;
pub mod streams;
mod student;
mod tail;
mod uniform;

pub(crate) use centre::Centre;
pub(crate) use chi2::least_improbable;
pub(crate) use goal::{functionals, ratios, standing};
pub use importance::ImportanceMap;
pub(crate) use map::{Histogram, MapAxis, TWO_52, Table, believable, number_of, spread};
pub(crate) use moments::{Moments, packed};
pub(crate) use sample::Sample;
pub(crate) use sides::{curved, interval};
pub(crate) use student::factor as student_factor;
pub(crate) use tail::Tail;
pub(crate) use uniform::Uniform;

/// Samples that must have been zero, all of them, before a zero integral is believed. A choice, not measured.
pub(crate) const ZERO_POINTS: u64 = 1_000_000;
/// How many times the samples that met the goal a tail is watched that looks heavy.
pub(crate) const PATIENCE: u64 = 8;
