//! Importance sampling from a mixture: quasi-random points where the integrand lives, however its peaks lie.
//!
//! A map that stretches the axes one by one, as [`Vegas`](crate::Vegas) has it, follows no peak that lies across them, and sees
//! several peaks at once wherever their shadows on the axes cross. A mixture has a mean and a covariance for every peak
//! ([`density`]), is fitted to the integrand itself ([`train`], [`fit`], [`lacking`]), and becomes coordinates ([`focus`]) in which
//! [`Qmc`](crate::Qmc) does the rest. It is fixed before the first point that counts is drawn.

mod density;
mod fit;
mod focus;
mod integrator;
mod lacking;
mod train;

pub use integrator::Mixture;
pub(crate) use integrator::{MAX_DIM, first_stretch};
