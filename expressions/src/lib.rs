//! Formulas as text, compiled into batched integrands.
//!
//! The path of a formula: [`Names`] say what its words mean; [`Expressions`] hold it as a [`Graph`] in which equal
//! parts are one node, simplify it, differentiate it; [`Compiled`] runs it over batches of points with the widest
//! instructions of the CPU, as an [`Integrand`](fubini_algorithms::Integrand). [`Atom`] makes the integrands of an
//! energy from the text of a trial function.
//!
//! ```
//! use fubini_expressions::{Atom, Names};
//!
//! // Helium: ψHψ and ψ² from ψ.
//! let names = Names::default().parameter("b", 0.15);
//! let psi = "exp(-2*r1)*exp(-2*r2)*exp(r12/2/(1 + b*r12))";
//! let energy = Atom::two_electrons(2.0).energy(psi, &names)?;
//! let compiled = energy.integrands.compile();
//! let values = compiled.evaluate(&[0.3, -0.2, 0.5, -0.4, 0.1, 0.7]);
//! assert!((values[0] / values[1] + 2.955_659_292_951_566).abs() < 1e-13);
//! println!("{}", compiled.summary()); // 91 operations, 35 after sharing, …
//! # Ok::<(), fubini_expressions::Error>(())
//! ```
//!
//! What simplification assumes is stated in [`graph`]; [`Mode::Literal`] does without. The limits on texts are
//! [`MAX_BYTES`], [`MAX_NESTING`], [`MAX_NODES`], [`MAX_TERMS`] and [`graph::MAX_OPERANDS`].

pub mod analysis;
mod atoms;
mod build;
mod calculus;
mod compiled;
mod complex;
mod convert;
mod coupling;
mod expressions;
mod factor;
mod geometry;
pub mod graph;
mod hamiltonian;
mod lower;
mod reference;
mod special;
mod syntax;
mod tape;
mod terms;

pub use atoms::{Atom, Energy, Form, Moment};
pub use calculus::Laplacian;
pub use compiled::{Compiled, Summary};
pub use coupling::Coupling;
pub use expressions::Expressions;
pub use graph::{Graph, Id, Mode};
pub use syntax::{Error, ErrorKind, MAX_BYTES, MAX_NESTING, MAX_NODES, MAX_TERMS, Names, functions, words};
pub use terms::Terms;
