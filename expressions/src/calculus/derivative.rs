//! Derivatives with respect to one variable, node by node in topological order: no recursion, each node once.
//!
//! Functions with corners (`abs`, `min`, `max`) have the derivative of the branch taken; functions with steps
//! (`floor`, `ceil`, `sign`, comparisons, conditions) have derivative zero, the steps are not delta functions.

use std::collections::HashMap;

use crate::graph::{Graph, Id, Node};
use crate::syntax::Error;

impl Graph {
    /// `∂root/∂leaf`, where `leaf` is a variable or a tunable parameter.
    ///
    /// # Errors
    /// Where a needed derivative is outside the grammar (that of `digamma`), or would be too large.
    pub fn derivative(&mut self, root: Id, leaf: Id) -> Result<Id, Error> {
        let mut known: HashMap<Id, Id> = HashMap::new();
        let one = self.constant(1.0);
        known.insert(leaf, one);
        for id in self.reachable(&[root]) {
            let mut depends = false;
            self.operands(id, |operand| depends |= known.contains_key(&operand));
            if !depends {
                continue;
            }
            // A choice keeps its branches apart: a product with 0 would carry a NaN across.
            let choice = match *self.node(id) {
                Node::Where(c, a, b) => Some((c, a, b)),
                _ => None,
            };
            let total = if let Some((c, a, b)) = choice {
                let zero = self.constant(0.0);
                let branch = |x| known.get(&x).copied().unwrap_or(zero);
                let (a, b) = (branch(a), branch(b));
                self.choose(c, a, b)
            } else {
                let mut terms = Vec::new();
                for (operand, partial) in self.partials(id)? {
                    if let Some(&inner) = known.get(&operand) {
                        terms.push((1.0, self.product(1.0, [(partial, 2), (inner, 2)])));
                    }
                }
                let total = self.sum(0.0, terms);
                self.cancel(total)
            };
            if self.value(total) != Some(0.0) {
                known.insert(id, total);
            }
            self.check("the derivative")?;
        }
        Ok(known.get(&root).copied().unwrap_or_else(|| self.constant(0.0)))
    }
}
