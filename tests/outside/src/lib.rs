//! A method and coordinates from outside the project: they see what the crate makes public, and keep its promises.

mod antithetic;
mod elliptic;

pub use antithetic::Antithetic;
pub use elliptic::Elliptic;
