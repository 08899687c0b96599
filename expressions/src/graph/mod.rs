//! The expression graph: every different subexpression is one node, equal ones are the same node.
//!
//! A node's operands have smaller numbers than the node, so a loop over the numbers is a topological
//! order and nothing here recurses.
//!
//! # What the canonical form assumes
//! [`Mode::Canonical`] merges like terms and factors, which changes values by rounding only, except where a
//! subexpression is undefined or overflows:
//! * `x/x → 1`, `0*x → 0`, `x - x → 0`, also at points where `x` is zero, infinite or not a number;
//! * `sqrt(s)^2 → s` and `s^(1/2)*s^(1/2) → s`, also where `s` is negative;
//! * `exp(a)*exp(b) → exp(a+b)`, `exp(a)^p → exp(p*a)`, `log(exp(a)) → a`, also where an exponential overflows;
//!   `exp(log(a)) → a`, also where `a` is negative;
//! * `e^x` means `exp(x)`: `e` is the number, not its rounding.
//!
//! In exchange, removable singularities are removed and shared roots and reciprocals are found.
//! `sqrt(x^2)` becomes `abs(x)`, never `x`. [`Mode::Literal`] does none of it: it keeps the operations as written,
//! and only shares equal ones.

mod algebra;
mod fold;
mod operator;
mod power;
mod print;
mod rational;
mod shorthand;
mod traverse;

use std::collections::HashMap;

use crate::syntax::{Error, ErrorKind};

pub use crate::special::Bessel;
pub use operator::{Binary, Unary};
pub use print::Printed;
pub(crate) use shorthand::Shorthand;

/// The number of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id(pub(crate) u32);

impl Id {
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// A double as a key: equal bits, equal key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Real(u64);

impl Real {
    /// The key of a number.
    pub fn new(value: f64) -> Self {
        Self(value.to_bits())
    }

    /// The number.
    pub fn get(self) -> f64 {
        f64::from_bits(self.0)
    }
}

/// One operation and its operands.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Node {
    /// A number.
    Constant(Real),
    /// The variable with this position.
    Variable(u32),
    /// The tunable parameter with this position.
    Parameter(u32),
    /// `constant + Σ coefficient · term`, terms ascending and different.
    Sum(Real, Box<[(Id, Real)]>),
    /// `coefficient · Π base^(half/2)`, bases ascending and different.
    Product(Real, Box<[(Id, i32)]>),
    /// A function of one operand.
    Unary(Unary, Id),
    /// A function of two operands.
    Binary(Binary, Id, Id),
    /// The second where the first is not zero, else the third.
    Where(Id, Id, Id),
}

/// Whether the graph may rearrange what it is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// Sums and products in canonical form; see the module for what that assumes.
    #[default]
    Canonical,
    /// Operations as written; compiled values are those of the text, operation by operation.
    Literal,
}

/// Most operands of all nodes together, which bounds memory to a few hundred megabytes: flattened sums of sums
/// could otherwise grow with the square of the text. Beyond it a graph takes no more nodes, and whoever asked gets
/// [`ErrorKind::TooLarge`].
pub const MAX_OPERANDS: usize = 1 << 22;

/// All nodes.
#[derive(Debug, Clone)]
pub struct Graph {
    operands: usize,
    nodes: Vec<Node>,
    index: HashMap<Node, Id>,
    mode: Mode,
    distances: Vec<u32>,
}

impl Graph {
    /// A graph without nodes.
    pub fn new(mode: Mode) -> Self {
        Self { operands: 0, nodes: Vec::new(), index: HashMap::new(), mode, distances: Vec::new() }
    }

    /// Declares a variable that is never negative, so that `sqrt(r^2)` may become `r`.
    pub(crate) fn declare_distance(&mut self, position: u32) {
        self.distances.push(position);
    }

    /// Whether the graph may rearrange.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Number of nodes ever made.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is no node.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The node with this number.
    pub fn node(&self, id: Id) -> &Node {
        &self.nodes[id.index()]
    }

    /// Whether the graph is full; then new nodes are not what was asked for.
    pub(crate) fn is_full(&self) -> bool {
        self.operands > MAX_OPERANDS
    }

    /// Refuses to go on with a full graph.
    pub(crate) fn check(&self, what: &'static str) -> Result<(), Error> {
        if self.is_full() {
            return Err(Error::new(ErrorKind::TooLarge { what, limit: MAX_OPERANDS }));
        }
        Ok(())
    }

    /// The number of this node, which is made if it is new.
    pub(crate) fn intern(&mut self, node: Node) -> Id {
        if let Some(id) = self.index.get(&node) {
            return *id;
        }
        self.operands += match &node {
            Node::Sum(_, terms) => terms.len(),
            Node::Product(_, factors) => factors.len(),
            _ => 3,
        };
        let id = Id(u32::try_from(self.nodes.len()).expect("fewer than 2^32 nodes"));
        self.nodes.push(node.clone());
        self.index.insert(node, id);
        id
    }

    /// A number.
    pub fn constant(&mut self, value: f64) -> Id {
        // One zero and one NaN: the canonical form does not keep their signs.
        let value = match self.mode {
            Mode::Canonical if value == 0.0 => 0.0,
            Mode::Canonical if value.is_nan() => f64::NAN,
            _ => value,
        };
        self.intern(Node::Constant(Real::new(value)))
    }

    /// The variable with this position.
    pub fn variable(&mut self, position: u32) -> Id {
        self.intern(Node::Variable(position))
    }

    /// The tunable parameter with this position.
    pub fn parameter(&mut self, position: u32) -> Id {
        self.intern(Node::Parameter(position))
    }

    /// The number a node stands for, if it is one.
    pub fn value(&self, id: Id) -> Option<f64> {
        match self.node(id) {
            Node::Constant(value) => Some(value.get()),
            _ => None,
        }
    }

    /// Calls `f` with each operand.
    pub(crate) fn operands(&self, id: Id, mut f: impl FnMut(Id)) {
        match self.node(id) {
            Node::Constant(_) | Node::Variable(_) | Node::Parameter(_) => {}
            Node::Sum(_, terms) => terms.iter().for_each(|(t, _)| f(*t)),
            Node::Product(_, factors) => factors.iter().for_each(|(b, _)| f(*b)),
            Node::Unary(_, a) => f(*a),
            Node::Binary(_, a, b) => {
                f(*a);
                f(*b);
            }
            Node::Where(c, a, b) => {
                f(*c);
                f(*a);
                f(*b);
            }
        }
    }
}
