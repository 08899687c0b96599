//! Derivatives and Laplacians of graph nodes.

mod derivative;
mod laplacian;
mod partial;
mod special;

pub use laplacian::Laplacian;
pub(crate) use laplacian::multiply_out;
