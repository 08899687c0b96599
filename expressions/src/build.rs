//! Texts to graph nodes: definitions in the order in which they need each other, then the formulas.

use crate::complex::Value;
use crate::convert::{Text, convert};
use crate::graph::{Graph, Id};
use crate::syntax::{Ast, Error, ErrorKind, MAX_NODES, Meaning, Names, Scope, Syntax, parse};

/// Reads all definitions and texts, which must be real, into one graph; the roots are the texts in order.
pub(crate) fn build(graph: &mut Graph, texts: &[&str], names: &Names) -> Result<Vec<Id>, Error> {
    let values = build_complex(graph, texts, names)?;
    let real = |(at, value): (usize, Value)| match value.im {
        None => Ok(value.re),
        Some(_) => {
            let error = Error::new(ErrorKind::NotReal { place: "a formula here" });
            Err(error.at(&label(texts, at), texts[at], 0..texts[at].len()))
        }
    };
    values.into_iter().enumerate().map(real).collect()
}

/// What stands before messages about a text.
fn label(texts: &[&str], at: usize) -> String {
    if texts.len() > 1 { format!("expression {}", at + 1) } else { String::new() }
}

/// As [`build`] with texts that may be complex: their values in order.
pub(crate) fn build_complex(graph: &mut Graph, texts: &[&str], names: &Names) -> Result<Vec<Value>, Error> {
    let scope = Scope::new(names)?;
    let (mut budget, mut written) = (MAX_NODES, MAX_NODES);
    let mut definitions = Vec::with_capacity(names.definitions.len());
    for (name, text) in &names.definitions {
        let label = format!("in the definition of `{name}`");
        let ast = parse(&label, text, &mut budget).map_err(|error| scope.explain(error))?;
        definitions.push((label, ast));
    }
    let order = order(&definitions, names, &scope)?;
    let mut known: Vec<Option<Value>> = vec![None; definitions.len()];
    for at in order {
        let (label, ast) = &definitions[at];
        let text = &names.definitions[at].1;
        known[at] = Some(convert(graph, &Text { ast, label, text, scope: &scope, known: &known }, &mut written)?);
    }
    let mut roots = Vec::with_capacity(texts.len());
    for (i, text) in texts.iter().enumerate() {
        let label = label(texts, i);
        let ast = parse(&label, text, &mut budget).map_err(|error| scope.explain(error))?;
        roots.push(convert(graph, &Text { ast: &ast, label: &label, text, scope: &scope, known: &known }, &mut written)?);
    }
    graph.check("the expression")?;
    Ok(roots)
}

/// The definitions in an order in which each needs only earlier ones; a circle is refused.
fn order(definitions: &[(String, Ast)], names: &Names, scope: &Scope<'_>) -> Result<Vec<usize>, Error> {
    let needs = |at: usize| {
        let text = &names.definitions[at].1;
        definitions[at].1.nodes.iter().filter_map(move |(node, span)| match node {
            Syntax::Name => match scope.find(&text[span.clone()]) {
                Ok(Meaning::Definition(other)) => Some((other as usize, span.clone())),
                _ => None,
            },
            _ => None,
        })
    };
    let needed: Vec<Vec<_>> = (0..definitions.len()).map(|at| needs(at).collect()).collect();
    // Depth first with an explicit stack; a definition on the stack that is met again closes a circle.
    let mut state = vec![0_u8; definitions.len()];
    let mut order = Vec::new();
    for start in 0..definitions.len() {
        let mut stack = vec![(start, 0)];
        while let Some((at, next)) = stack.pop() {
            if next == 0 {
                if state[at] != 0 {
                    continue;
                }
                state[at] = 1;
            }
            let Some((other, span)) = needed[at].get(next).cloned() else {
                state[at] = 2;
                order.push(at);
                continue;
            };
            stack.push((at, next + 1));
            match state[other] {
                0 => stack.push((other, 0)),
                1 => {
                    let from = stack.iter().position(|(on, _)| *on == other).unwrap_or(0);
                    let circle = stack[from..].iter().map(|(on, _)| *on).chain([other]);
                    let path: Vec<&str> = circle.map(|on| names.definitions[on].0.as_str()).collect();
                    let kind = ErrorKind::Cycle { path: path.join(" → ") };
                    return Err(Error::new(kind).at(&definitions[at].0, &names.definitions[at].1, span));
                }
                _ => {}
            }
        }
    }
    Ok(order)
}
