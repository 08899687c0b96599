//! From text to a syntax tree: tokens, precedence, and errors that point.

mod error;
mod function;
mod lexer;
mod names;
mod parser;
mod series;

pub use error::{Error, ErrorKind};
pub use function::{functions, words};

pub(crate) use function::{Part, Series};
pub use names::Names;
pub(crate) use names::{Meaning, Scope};
pub(crate) use parser::{Ast, Syntax, Terms, parse};

/// Longest text that is read, in bytes.
pub const MAX_BYTES: usize = 1 << 20;
/// Deepest nesting of parentheses, calls, signs and powers.
pub const MAX_NESTING: usize = 200;
/// Most numbers, names and operations in all texts of one request.
pub const MAX_NODES: usize = 1 << 19;
/// Most terms of one `sum` or `prod`.
pub const MAX_TERMS: u32 = 10_000;
