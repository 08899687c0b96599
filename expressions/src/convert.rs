//! Syntax trees to graph nodes: names resolved, series written out, chains of sums and products built in one piece.

use std::ops::Range;

use crate::graph::{Binary, Graph, Id, Mode, Node, Unary};
use crate::special::LARGEST_ORDER;
use crate::syntax::{Ast, Error, ErrorKind, MAX_NODES, MAX_TERMS, Meaning, Scope, Series, Syntax, Terms};

/// A text with all that gives it a meaning.
pub(crate) struct Text<'a> {
    pub(crate) ast: &'a Ast,
    pub(crate) label: &'a str,
    pub(crate) text: &'a str,
    pub(crate) scope: &'a Scope<'a>,
    /// The definitions so far.
    pub(crate) known: &'a [Option<Id>],
}

/// The node that a text stands for; `budget` is what remains for the terms of series.
pub(crate) fn convert(graph: &mut Graph, text: &Text<'_>, budget: &mut usize) -> Result<Id, Error> {
    let ast = text.ast;
    let inner = if graph.mode() == Mode::Canonical { inner_links(ast) } else { vec![false; ast.nodes.len()] };
    let ids = vec![None; ast.nodes.len()];
    let mut converter = Converter { text, inner, ids, indices: Vec::new(), budget };
    converter.nodes(graph, 0..ast.nodes.len())?;
    Ok(converter.ids.pop().flatten().expect("the last node is the whole"))
}

struct Converter<'a, 'b> {
    text: &'a Text<'a>,
    /// Nodes that the chain above them builds.
    inner: Vec<bool>,
    ids: Vec<Option<Id>>,
    /// Values that series have reached, by their number.
    indices: Vec<f64>,
    budget: &'b mut usize,
}

impl Converter<'_, '_> {
    /// Converts the nodes in a range, operands before their users. Calls itself once for each level of nested series, of which
    /// there are fewer than levels of nesting.
    fn nodes(&mut self, graph: &mut Graph, range: Range<usize>) -> Result<(), Error> {
        let mut terms = self.terms_within(range.clone());
        let mut at = range.start;
        while at < range.end {
            // The term of a series is converted with the series, once for each value.
            if let Some(next) = terms.last().filter(|t| t.first as usize == at) {
                at = next.term as usize + 1;
                terms.pop();
                continue;
            }
            if !self.inner[at] {
                self.ids[at] = Some(self.node(graph, at)?);
            }
            at += 1;
        }
        Ok(())
    }

    /// The outermost series in a range, the first one last.
    fn terms_within(&self, range: Range<usize>) -> Vec<Terms> {
        let mut outermost: Vec<Terms> = Vec::new();
        for (node, _) in self.text.ast.nodes[range].iter().rev() {
            if let Syntax::Series(terms) = node
                && outermost.last().is_none_or(|outer| terms.term < outer.first)
            {
                outermost.push(*terms);
            }
        }
        outermost
    }

    fn id(&self, child: u32) -> Id {
        self.ids[child as usize].expect("operands stand before their users")
    }

    fn refuse<T>(&self, kind: ErrorKind, at: usize) -> Result<T, Error> {
        Err(Error::new(kind).at(self.text.label, self.text.text, self.text.ast.nodes[at].1.clone()))
    }

    fn node(&mut self, graph: &mut Graph, at: usize) -> Result<Id, Error> {
        let ast = self.text.ast;
        let canonical = graph.mode() == Mode::Canonical;
        let (node, span) = &ast.nodes[at];
        Ok(match *node {
            Syntax::Number(value) => graph.constant(value),
            Syntax::Index(index) => graph.constant(self.indices[index as usize]),
            Syntax::Name => match self.text.scope.find(&self.text.text[span.clone()]) {
                Err(kind) => return self.refuse(kind, at),
                Ok(Meaning::Constant(value)) => graph.constant(value),
                Ok(Meaning::Variable(v)) => graph.variable(v),
                Ok(Meaning::Tunable(p)) => graph.parameter(p),
                Ok(Meaning::Definition(d)) => self.text.known[d as usize].expect("definitions are ordered"),
            },
            _ if canonical && chain_of(node) == Some(Chain::Sum) => {
                let terms = leaves(ast, at, Chain::Sum);
                graph.sum(0.0, terms.into_iter().map(|(sign, leaf)| (f64::from(sign), self.id(leaf))))
            }
            _ if canonical && chain_of(node) == Some(Chain::Product) => {
                let factors = leaves(ast, at, Chain::Product);
                graph.product(1.0, factors.into_iter().map(|(sign, leaf)| (self.id(leaf), 2 * sign)))
            }
            Syntax::Unary(function, a) => graph.unary(function, self.id(a)),
            Syntax::Binary(function, a, b) => graph.binary(function, self.id(a), self.id(b)),
            Syntax::Where(c, a, b) => graph.choose(self.id(c), self.id(a), self.id(b)),
            Syntax::Short(function, a, b) => graph.shorthand(function, self.id(a), b.map(|b| self.id(b))),
            Syntax::Bessel(kind, n, a) => {
                let order = self.whole(graph, "the order of a Bessel function", n)?;
                if order.abs() > f64::from(LARGEST_ORDER) {
                    return self.refuse(ErrorKind::Order { order, limit: LARGEST_ORDER }, n as usize);
                }
                graph.bessel(kind, order as i32, self.id(a))
            }
            Syntax::Series(terms) => self.series(graph, terms, at)?,
        })
    }

    /// A whole number that is known when the text is read.
    fn whole(&self, graph: &Graph, what: &'static str, at: u32) -> Result<f64, Error> {
        let (found, remedy) = match constant(graph, self.id(at)) {
            Some(value) if value == value.trunc() && value.is_finite() => return Ok(value),
            Some(value) => (format!("this is {value}"), ""),
            None => ("this is no constant".to_owned(), "; only numbers, parameters, and names of sums around it may stand here"),
        };
        self.refuse(ErrorKind::NotWhole { what, found, remedy }, at as usize)
    }

    /// A series, its term converted for each value of its name; 0 or 1 without terms.
    fn series(&mut self, graph: &mut Graph, terms: Terms, at: usize) -> Result<Id, Error> {
        let Terms { series, index, from, to, first, term } = terms;
        let what = "a bound of a sum or product";
        let (from, to) = (self.whole(graph, what, from)?, self.whole(graph, what, to)?);
        let count = (to - from + 1.0).max(0.0);
        if count > f64::from(MAX_TERMS) {
            return self.refuse(ErrorKind::TooManyTerms { terms: format!("{count}"), limit: MAX_TERMS }, at);
        }
        let range = first as usize..term as usize + 1;
        let index = index as usize;
        if self.indices.len() <= index {
            self.indices.resize(index + 1, f64::NAN);
        }
        let mut made = Vec::with_capacity(count as usize);
        for k in 0..count as u32 {
            *self.budget = match self.budget.checked_sub(range.len()) {
                Some(left) => left,
                None => return self.refuse(ErrorKind::TooManyNodes { limit: MAX_NODES }, at),
            };
            self.indices[index] = from + f64::from(k);
            self.nodes(graph, range.clone())?;
            made.push(self.id(term));
        }
        let join = if series == Series::Sum { Binary::Add } else { Binary::Mul };
        Ok(match (graph.mode(), series) {
            (Mode::Canonical, Series::Sum) => graph.sum(0.0, made.into_iter().map(|id| (1.0, id))),
            (Mode::Canonical, Series::Product) => graph.product(1.0, made.into_iter().map(|id| (id, 2))),
            (Mode::Literal, _) => {
                let folded = made.into_iter().reduce(|left, right| graph.binary(join, left, right));
                folded.unwrap_or_else(|| graph.constant(if series == Series::Sum { 0.0 } else { 1.0 }))
            }
        })
    }
}

/// The value of a node without variables, which only the canonical form has worked out.
fn constant(graph: &Graph, id: Id) -> Option<f64> {
    let varies = |id: &Id| matches!(graph.node(*id), Node::Variable(_) | Node::Parameter(_));
    let known = !graph.reachable(&[id]).iter().any(varies);
    known.then(|| graph.evaluate(&[id], &[], &[])[0])
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
