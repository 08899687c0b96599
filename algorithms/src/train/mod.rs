//! Tensor trains with a remainder that is certified: many variables and many digits, for integrands of low rank.
//!
//! Elimination finds the rows and columns that carry a matrix of low rank, and needs to see no others. A function on a grid is a matrix
//! at every cut between two axes, and cross interpolation ([`cross`]) makes of the pivots at all cuts a product of matrices, each of
//! which depends on one variable ([`chain`]): a function that is evaluated anywhere and integrated exactly, from some n r² values an
//! axis instead of nᵈ. But elimination that has not met a peak knows nothing of it. So the train is no more than a control variate: its
//! integral is added to that of f − train by randomised quasi-Monte Carlo ([`Qmc`](crate::Qmc)). The sum has no bias whatever the train is like, the
//! error is one standard deviation, and where the train is good it is tiny.
//!
//! I. Oseledets, E. Tyrtyshnikov, Linear Algebra Appl. 432 (2010) 70; S. Dolgov, D. Savostyanov, Comput. Phys. Commun. 246 (2020) 106869;
//! Y. Núñez Fernández et al., Phys. Rev. X 12 (2022) 041018, SciPost Phys. 18 (2025) 104; M. K. Ritter et al., Phys. Rev. Lett. 132
//! (2024) 056501.

mod breaks;
mod chain;
mod cross;
mod density;
mod eval;
mod fit;
mod grid;
mod integrator;
mod lu;
mod marginals;
mod nodes;
mod oracle;
mod own;
mod refit;
mod sample;
mod scout;
mod tensor;

pub use integrator::Train;
pub use tensor::TensorTrain;
