//! The plain evaluator: one point, one node after another, standard functions; what the compiled one is held against.

use crate::graph::{Graph, Id, Node};

impl Graph {
    /// The roots' values at one point, node by node as the graph has them.
    pub fn evaluate(&self, roots: &[Id], point: &[f64], parameters: &[f64]) -> Vec<f64> {
        let reachable = self.reachable(roots);
        let mut values = vec![f64::NAN; reachable.last().map_or(0, |id| id.index() + 1)];
        for id in reachable {
            let at = |id: &Id| values[id.index()];
            values[id.index()] = match self.node(id) {
                Node::Constant(value) => value.get(),
                Node::Variable(v) => point.get(*v as usize).copied().unwrap_or(f64::NAN),
                Node::Parameter(p) => parameters.get(*p as usize).copied().unwrap_or(f64::NAN),
                Node::Sum(constant, terms) => terms.iter().fold(constant.get(), |sum, (t, c)| sum + c.get() * at(t)),
                Node::Product(k, factors) => {
                    let power = |x: f64, half: i32| match half {
                        1 => x.sqrt(),
                        2 => x,
                        _ if half % 2 == 0 => x.powi(half / 2),
                        _ => x.powf(0.5 * f64::from(half)),
                    };
                    factors.iter().fold(k.get(), |product, (b, h)| product * power(at(b), *h))
                }
                Node::Unary(function, a) => function.apply(at(a)),
                Node::Binary(function, a, b) => function.apply(at(a), at(b)),
                Node::Where(c, a, b) => {
                    if at(c) != 0.0 {
                        at(a)
                    } else {
                        at(b)
                    }
                }
            };
        }
        roots.iter().map(|root| values[root.index()]).collect()
    }
}
