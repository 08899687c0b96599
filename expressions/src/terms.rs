//! The terms of a ψ that is linear in some of its parameters, and what H makes of each.

use std::collections::HashMap;

use crate::atoms::Atom;
use crate::build::build;
use crate::expressions::Expressions;
use crate::graph::{Id, Node};
use crate::syntax::{Error, ErrorKind, Names};

/// ψ = φ0 + Σ c_k φ_k, taken apart.
#[derive(Debug, Clone)]
pub struct Terms {
    /// All φ, in the order of the parameters, and behind them all Hφ.
    pub expressions: Expressions,
    /// Whether the first of them is φ0, which has no parameter.
    pub constant: bool,
}

impl Atom {
    /// φ_k and Hφ_k of ψ = φ0 + Σ c_k φ_k, for tunable parameters c_k in which ψ is linear.
    ///
    /// ```
    /// use fubini_expressions::{Atom, Names};
    ///
    /// let names = Names::default().tunable("a", 0.5).tunable("c", 0.0);
    /// let terms = Atom::one_electron(1.0).terms("exp(-a*r)*(1+c*r)", &names, &["c"])?;
    /// assert!(terms.constant);
    /// // At r = 2 with φ0 = exp(−r/2): Hφ0 = (−1/8 + 1/2r − 1/r) φ0.
    /// let values = terms.expressions.compile().evaluate(&[2.0, 0.0, 0.0]);
    /// let first = (-1f64).exp();
    /// assert!((values[0] - first).abs() < 1e-15 && (values[1] - 2.0 * first).abs() < 1e-15);
    /// assert!((values[2] + 0.375 * first).abs() < 1e-15);
    /// # Ok::<(), fubini_expressions::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Atom::energy`]; a parameter that is not tunable, in which ψ is not linear, or on which it does not depend.
    pub fn terms(&self, psi: &str, names: &Names, linear: &[&str]) -> Result<Terms, Error> {
        let (mut graph, geometry, working) = self.start(names, &[psi])?;
        let root = build(&mut graph, &[psi], &working)?[0];
        let root = geometry.hide_squares(&mut graph, root);
        let refused = |name: &str, kind: ErrorKind| Error::new(kind).at("", name, 0..name.len());
        let mut leaves = Vec::with_capacity(linear.len());
        for name in linear {
            let position = working
                .tunable
                .iter()
                .position(|(known, _)| known == name)
                .ok_or_else(|| refused(name, ErrorKind::UnknownName { name: (*name).to_owned(), suggestion: None }))?;
            leaves.push(graph.parameter(position as u32));
        }
        let zero = graph.constant(0.0);
        let off: HashMap<Id, Id> = leaves.iter().map(|leaf| (*leaf, zero)).collect();
        let rest = graph.rebuild(&[root], &off)[0];
        let mut parts = Vec::with_capacity(leaves.len() + 1);
        let constant = graph.value(rest) != Some(0.0);
        if constant {
            parts.push(rest);
        }
        for (name, leaf) in linear.iter().zip(&leaves) {
            let part = graph.derivative(root, *leaf)?;
            let depends =
                graph.reachable(&[part]).iter().any(|id| leaves.contains(id) && matches!(graph.node(*id), Node::Parameter(_)));
            if depends || graph.value(part) == Some(0.0) {
                return Err(refused(name, ErrorKind::NotLinear { name: (*name).to_owned() }));
            }
            parts.push(part);
            graph.check("ψ")?;
        }
        let mut roots = parts.clone();
        for part in parts {
            let terms = self.h_psi(&mut graph, &geometry, part, names)?;
            let total = graph.sum(0.0, terms);
            roots.push(graph.cancel(total));
            graph.check("the terms of ψ")?;
        }
        let roots = self.coupled(&mut graph, &geometry, &roots);
        let roots = geometry.show_distances(&mut graph, &roots);
        graph.check("the integrands")?;
        let complex = vec![false; roots.len()];
        Ok(Terms { expressions: Expressions { graph, roots, names: self.visible(names), complex }, constant })
    }
}
