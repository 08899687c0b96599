//! Syntax trees to graph nodes: names resolved, series written out, chains of sums and products built in one piece.

use std::ops::Range;

use crate::complex::Value;
use crate::graph::{Binary, Graph, Id, Mode, Node, Unary};
use crate::special::LARGEST_ORDER;
use crate::syntax::{Ast, Error, ErrorKind, MAX_NODES, MAX_TERMS, Meaning, Part, Scope, Series, Syntax, Terms};

/// A text with all that gives it a meaning.
pub(crate) struct Text<'a> {
    pub(crate) ast: &'a Ast,
    pub(crate) label: &'a str,
    pub(crate) text: &'a str,
    pub(crate) scope: &'a Scope<'a>,
    /// The definitions so far.
    pub(crate) known: &'a [Option<Value>],
}

/// What a text stands for; `budget` is what remains for the terms of series.
pub(crate) fn convert(graph: &mut Graph, text: &Text<'_>, budget: &mut usize) -> Result<Value, Error> {
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
    ids: Vec<Option<Value>>,
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

    fn value(&self, child: u32) -> Value {
        self.ids[child as usize].expect("operands stand before their users")
    }

    /// The node of an operand that must be real.
    fn real(&self, child: u32, place: &'static str) -> Result<Id, Error> {
        match self.value(child) {
            Value { re, im: None } => Ok(re),
            _ => self.refuse(ErrorKind::NotReal { place }, child as usize),
        }
    }

    fn refuse<T>(&self, kind: ErrorKind, at: usize) -> Result<T, Error> {
        Err(Error::new(kind).at(self.text.label, self.text.text, self.text.ast.nodes[at].1.clone()))
    }

    fn node(&mut self, graph: &mut Graph, at: usize) -> Result<Value, Error> {
        let ast = self.text.ast;
        let canonical = graph.mode() == Mode::Canonical;
        let (node, span) = &ast.nodes[at];
        Ok(Value::real(match *node {
            Syntax::Number(value) => graph.constant(value),
            Syntax::Index(index) => graph.constant(self.indices[index as usize]),
            Syntax::Name => match self.text.scope.find(&self.text.text[span.clone()]) {
                Err(kind) => return self.refuse(kind, at),
                Ok(Meaning::Constant(value)) => graph.constant(value),
                Ok(Meaning::Imaginary) => return Ok(Value::complex((graph.constant(0.0), graph.constant(1.0)))),
                Ok(Meaning::Variable(v)) => graph.variable(v),
                Ok(Meaning::Tunable(p)) => graph.parameter(p),
                Ok(Meaning::Definition(d)) => return Ok(self.text.known[d as usize].expect("definitions are ordered")),
            },
            _ if canonical && chain_of(node) == Some(Chain::Sum) => {
                let terms = leaves(ast, at, Chain::Sum).into_iter().map(|(sign, leaf)| (f64::from(sign), self.value(leaf)));
                return Ok(sum(graph, terms.collect()));
            }
            _ if canonical && chain_of(node) == Some(Chain::Product) => {
                let factors = leaves(ast, at, Chain::Product).into_iter().map(|(sign, leaf)| (self.value(leaf), sign));
                return Ok(product(graph, factors.collect()));
            }
            Syntax::Unary(function, a) => match self.value(a) {
                Value { re, im: None } => graph.unary(function, re),
                Value { re, im: Some(im) } => match graph.complex_unary(function, (re, im)) {
                    Some(value) => return Ok(value),
                    None => return self.has_no_complex_form(function.name(), at),
                },
            },
            Syntax::Binary(function, a, b) => match (self.value(a), self.value(b)) {
                (Value { re: a, im: None }, Value { re: b, im: None }) => graph.binary(function, a, b),
                (a, b) => match function {
                    Binary::Add => return Ok(sum(graph, vec![(1.0, a), (1.0, b)])),
                    Binary::Sub => return Ok(sum(graph, vec![(1.0, a), (-1.0, b)])),
                    Binary::Mul => return Ok(product(graph, vec![(a, 1), (b, 1)])),
                    Binary::Div => return Ok(product(graph, vec![(a, 1), (b, -1)])),
                    Binary::Pow => return Ok(Value::complex(graph.complex_power(a, b))),
                    _ => return self.has_no_complex_form(function.name(), at),
                },
            },
            Syntax::Where(c, a, b) => {
                let condition = self.real(c, "a condition")?;
                let (a, b) = (self.value(a), self.value(b));
                if let (None, None) = (a.im, b.im) {
                    graph.choose(condition, a.re, b.re)
                } else {
                    let (a, b) = (a.pair(graph), b.pair(graph));
                    return Ok(Value::complex((graph.choose(condition, a.0, b.0), graph.choose(condition, a.1, b.1))));
                }
            }
            Syntax::Short(function, a, b) => {
                let place = "the argument of this function";
                let a = self.real(a, place)?;
                let b = b.map(|b| self.real(b, place)).transpose()?;
                graph.shorthand(function, a, b)
            }
            Syntax::Bessel(kind, n, a) => {
                let order = self.whole(graph, "the order of a Bessel function", n)?;
                if order.abs() > f64::from(LARGEST_ORDER) {
                    return self.refuse(ErrorKind::Order { order, limit: LARGEST_ORDER }, n as usize);
                }
                graph.bessel(kind, order as i32, self.real(a, "the argument of a Bessel function")?)
            }
            Syntax::Part(part, a) => {
                let value = self.value(a);
                let (re, im) = value.pair(graph);
                match (part, value.im) {
                    (Part::Real, _) => re,
                    (Part::Imaginary, _) => im,
                    (Part::Argument, _) => graph.argument((re, im)),
                    (Part::Conjugate, None) => re,
                    (Part::Conjugate, Some(_)) => return Ok(Value::complex((re, graph.unary(Unary::Neg, im)))),
                }
            }
            Syntax::Series(terms) => return self.series(graph, terms, at),
        }))
    }

    fn has_no_complex_form<T>(&self, function: &'static str, at: usize) -> Result<T, Error> {
        let remedy = match function {
            "cbrt" => "write `z^(1/3)`, the principal root",
            _ => "take `re(…)`, `im(…)` or `abs(…)`",
        };
        self.refuse(ErrorKind::NoComplexForm { function, remedy }, at)
    }

    /// A whole number that is known when the text is read.
    fn whole(&self, graph: &Graph, what: &'static str, at: u32) -> Result<f64, Error> {
        let (found, remedy) = match constant(graph, self.real(at, what)?) {
            Some(value) if value == value.trunc() && value.is_finite() => return Ok(value),
            Some(value) => (format!("this is {value}"), ""),
            None => ("this is no constant".to_owned(), "; only numbers, parameters, and names of sums around it may stand here"),
        };
        self.refuse(ErrorKind::NotWhole { what, found, remedy }, at as usize)
    }

    /// A series, its term converted for each value of its name; 0 or 1 without terms.
    fn series(&mut self, graph: &mut Graph, terms: Terms, at: usize) -> Result<Value, Error> {
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
            made.push(self.value(term));
        }
        Ok(match series {
            Series::Sum => sum(graph, made.into_iter().map(|value| (1.0, value)).collect()),
            Series::Product => product(graph, made.into_iter().map(|value| (value, 1)).collect()),
        })
    }
}

/// The value of a node without variables, which only the canonical form has worked out.
fn constant(graph: &Graph, id: Id) -> Option<f64> {
    let varies = |id: &Id| matches!(graph.node(*id), Node::Variable(_) | Node::Parameter(_));
    let known = !graph.reachable(&[id]).iter().any(varies);
    known.then(|| graph.evaluate(&[id], &[], &[])[0])
}

/// `Σ ±term`.
fn sum(graph: &mut Graph, terms: Vec<(f64, Value)>) -> Value {
    let imaginary: Vec<(f64, Id)> = terms.iter().filter_map(|(sign, term)| Some((*sign, term.im?))).collect();
    let re = graph.sum(0.0, terms.iter().map(|(sign, term)| (*sign, term.re)));
    Value { re, im: (!imaginary.is_empty()).then(|| graph.sum(0.0, imaginary)) }
}

/// `Π factor^±1`: the real factors in one piece, the complex ones from left to right.
fn product(graph: &mut Graph, factors: Vec<(Value, i32)>) -> Value {
    let (mut real, mut complex) = (Vec::new(), None);
    for (factor, sign) in factors {
        let Some(im) = factor.im else {
            real.push((factor.re, 2 * sign));
            continue;
        };
        let mut next = (factor.re, im);
        if sign < 0 {
            next = graph.complex_inverse(next);
        }
        complex = Some(complex.map_or(next, |before| graph.complex_mul(before, next)));
    }
    let Some((re, im)) = complex else { return Value::real(graph.product(1.0, real)) };
    if real.is_empty() {
        return Value::complex((re, im));
    }
    let scale = graph.product(1.0, real);
    Value::complex((graph.mul(scale, re), graph.mul(scale, im)))
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
