//! Syntax trees to graph nodes: names resolved, chains of sums and products built in one piece.

use crate::graph::{Binary, Graph, Id, Mode, Unary};
use crate::syntax::{Ast, Error, ErrorKind, MAX_NODES, Meaning, Names, Scope, Syntax, parse};

/// Reads all definitions and texts into one graph; the roots are the texts in order.
pub(crate) fn build(graph: &mut Graph, texts: &[&str], names: &Names) -> Result<Vec<Id>, Error> {
    let scope = Scope::new(names)?;
    let mut budget = MAX_NODES;
    let mut definitions = Vec::with_capacity(names.definitions.len());
    for (name, text) in &names.definitions {
        let label = format!("in the definition of `{name}`");
        let ast = parse(&label, text, &mut budget).map_err(|error| scope.explain(error))?;
        definitions.push((label, ast));
    }
    let order = order(&definitions, names, &scope)?;
    let mut known: Vec<Option<Id>> = vec![None; definitions.len()];
    for at in order {
        let (label, ast) = &definitions[at];
        let text = &names.definitions[at].1;
        known[at] = Some(convert(graph, ast, label, text, &scope, &known)?);
    }
    let mut roots = Vec::with_capacity(texts.len());
    for (i, text) in texts.iter().enumerate() {
        let label = if texts.len() > 1 { format!("expression {}", i + 1) } else { String::new() };
        let ast = parse(&label, text, &mut budget).map_err(|error| scope.explain(error))?;
        roots.push(convert(graph, &ast, &label, text, &scope, &known)?);
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

fn convert(graph: &mut Graph, ast: &Ast, label: &str, text: &str, scope: &Scope<'_>, known: &[Option<Id>]) -> Result<Id, Error> {
    let canonical = graph.mode() == Mode::Canonical;
    let inner = if canonical { inner_links(ast) } else { vec![false; ast.nodes.len()] };
    let mut ids: Vec<Option<Id>> = Vec::with_capacity(ast.nodes.len());
    for (at, (node, span)) in ast.nodes.iter().enumerate() {
        if inner[at] {
            ids.push(None);
            continue;
        }
        let id = |child: u32| ids[child as usize].expect("operands stand before their users");
        let made = match *node {
            Syntax::Number(value) => graph.constant(value),
            Syntax::Name => {
                let name = &text[span.clone()];
                let meaning = scope.find(name).map_err(|kind| Error::new(kind).at(label, text, span.clone()))?;
                match meaning {
                    Meaning::Constant(value) => graph.constant(value),
                    Meaning::Variable(v) => graph.variable(v),
                    Meaning::Tunable(p) => graph.parameter(p),
                    Meaning::Definition(d) => known[d as usize].expect("definitions are ordered"),
                }
            }
            _ if canonical && chain_of(node) == Some(Chain::Sum) => {
                let terms = leaves(ast, at, Chain::Sum);
                graph.sum(0.0, terms.into_iter().map(|(sign, leaf)| (f64::from(sign), id(leaf))))
            }
            _ if canonical && chain_of(node) == Some(Chain::Product) => {
                let factors = leaves(ast, at, Chain::Product);
                graph.product(1.0, factors.into_iter().map(|(sign, leaf)| (id(leaf), 2 * sign)))
            }
            Syntax::Unary(function, a) => graph.unary(function, id(a)),
            Syntax::Binary(function, a, b) => graph.binary(function, id(a), id(b)),
            Syntax::Where(c, a, b) => graph.choose(id(c), id(a), id(b)),
        };
        ids.push(Some(made));
    }
    Ok(ids.pop().flatten().expect("the last node is the whole"))
}

/// Operations that form one sum or one product; a chain is built at once, because adding the terms of a sum
/// one by one would copy it once per term.
#[derive(Clone, Copy, PartialEq)]
enum Chain {
    Sum,
    Product,
}

fn chain_of(node: &Syntax) -> Option<Chain> {
    match node {
        Syntax::Binary(Binary::Add | Binary::Sub, ..) | Syntax::Unary(Unary::Neg, _) => Some(Chain::Sum),
        Syntax::Binary(Binary::Mul | Binary::Div, ..) => Some(Chain::Product),
        _ => None,
    }
}

/// The nodes that belong to the chain of the node above them.
fn inner_links(ast: &Ast) -> Vec<bool> {
    let mut inner = vec![false; ast.nodes.len()];
    for (node, _) in &ast.nodes {
        let Some(chain) = chain_of(node) else { continue };
        let mut mark = |child: u32| {
            let child = child as usize;
            inner[child] |= chain_of(&ast.nodes[child].0) == Some(chain);
        };
        match *node {
            Syntax::Binary(_, a, b) => {
                mark(a);
                mark(b);
            }
            Syntax::Unary(_, a) => mark(a),
            _ => {}
        }
    }
    inner
}

/// What a chain joins, from left to right, with its sign: of the term, or of the exponent.
fn leaves(ast: &Ast, top: usize, chain: Chain) -> Vec<(i32, u32)> {
    let mut out = Vec::new();
    let mut work = vec![(1, top as u32)];
    while let Some((sign, at)) = work.pop() {
        let node = &ast.nodes[at as usize].0;
        if chain_of(node) != Some(chain) {
            out.push((sign, at));
            continue;
        }
        match *node {
            Syntax::Binary(function, a, b) => {
                let turned = matches!(function, Binary::Sub | Binary::Div);
                work.push((if turned { -sign } else { sign }, b));
                work.push((sign, a));
            }
            Syntax::Unary(_, a) => work.push((-sign, a)),
            _ => {}
        }
    }
    out
}
