//! Nodes as text that parses back to the same nodes.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use super::power::LARGEST_POWER;
use super::{Binary, Graph, Id, Node, Unary};
use crate::syntax::Names;

/// Largest tree that is written out on one line; beyond it, shared parts get names.
const LARGEST_LINE: u64 = 4000;

/// Precedences, loosest first, as in the parser.
const OR: u8 = 1;
const AND: u8 = 2;
const COMPARE: u8 = 3;
const ADD: u8 = 4;
const MULTIPLY: u8 = 5;
const SIGN: u8 = 6;
const POWER: u8 = 7;
const ATOM: u8 = 8;

/// A node with the names to print it; `Display` writes it on one line, or, if sharing makes that unreasonably
/// long, as a list of definitions with the expression last.
#[derive(Debug, Clone, Copy)]
pub struct Printed<'a> {
    graph: &'a Graph,
    names: &'a Names,
    root: Id,
}

enum Piece {
    Text(Cow<'static, str>),
    /// A node in a place that binds this tightly.
    Node(Id, u8),
}

impl Graph {
    /// A node to be printed.
    pub fn print<'a>(&'a self, root: Id, names: &'a Names) -> Printed<'a> {
        Printed { graph: self, names, root }
    }

    /// The roots with every shared part named: definitions, each on the ones before, then the roots.
    pub fn listing(&self, roots: &[Id], names: &Names) -> (Vec<(String, String)>, Vec<String>) {
        let mut uses: HashMap<Id, usize> = HashMap::new();
        let reachable = self.reachable(roots);
        for id in &reachable {
            self.operands(*id, |operand| *uses.entry(operand).or_default() += 1);
        }
        let mut prefix = "t".to_owned();
        let taken = |prefix: &str| {
            let all = names.variables.iter().chain(names.definitions.iter().map(|(n, _)| n));
            let all = all.chain(names.parameters.iter().map(|(n, _)| n));
            let mut all = all.chain(names.tunable.iter().map(|(n, _)| n));
            all.any(|n| n.strip_prefix(prefix).is_some_and(|r| r.bytes().all(|b| b.is_ascii_digit())))
        };
        while taken(&prefix) {
            prefix.push('_');
        }
        let mut named: HashMap<Id, String> = HashMap::new();
        let mut definitions = Vec::new();
        for id in reachable {
            let leaf = matches!(self.node(id), Node::Constant(_) | Node::Variable(_) | Node::Parameter(_));
            if leaf || uses.get(&id).is_none_or(|n| *n < 2) {
                continue;
            }
            let text = self.text(id, names, &named, true);
            let name = format!("{prefix}{}", definitions.len() + 1);
            named.insert(id, name.clone());
            definitions.push((name, text));
        }
        let roots = roots.iter().map(|root| self.text(*root, names, &named, false)).collect();
        (definitions, roots)
    }

    fn text(&self, root: Id, names: &Names, named: &HashMap<Id, String>, define: bool) -> String {
        let mut out = String::new();
        let mut work = vec![Piece::Node(root, 0)];
        let mut first = define;
        while let Some(piece) = work.pop() {
            match piece {
                Piece::Text(text) => out.push_str(&text),
                Piece::Node(id, place) => {
                    if let (Some(name), false) = (named.get(&id), first) {
                        out.push_str(name);
                        continue;
                    }
                    first = false;
                    let (precedence, mut pieces) = self.pieces(id, names);
                    if precedence < place {
                        pieces.insert(0, Piece::Text("(".into()));
                        pieces.push(Piece::Text(")".into()));
                    }
                    work.extend(pieces.into_iter().rev());
                }
            }
        }
        out
    }

    /// How tightly a node binds, and what it is written as.
    fn pieces(&self, id: Id, names: &Names) -> (u8, Vec<Piece>) {
        let name =
            |list: Option<&String>, prefix: &str, position: u32| list.cloned().unwrap_or_else(|| format!("{prefix}{position}"));
        match self.node(id) {
            Node::Constant(value) => number(value.get()),
            Node::Variable(v) => (ATOM, vec![text(name(names.variables.get(*v as usize), "v", *v))]),
            Node::Parameter(p) => {
                let known = names.tunable.get(*p as usize).map(|(n, _)| n);
                (ATOM, vec![text(name(known, "p", *p))])
            }
            Node::Sum(constant, terms) => (ADD, self.sum_pieces(constant.get(), terms)),
            Node::Product(k, factors) => {
                let mut pieces = Vec::new();
                if k.get() < 0.0 {
                    pieces.push(text("-"));
                }
                product_pieces(k.get().abs(), factors, &mut pieces);
                (if k.get() < 0.0 { ADD } else { MULTIPLY }, pieces)
            }
            Node::Unary(Unary::Neg, a) => (SIGN, vec![text("-"), Piece::Node(*a, SIGN)]),
            Node::Unary(Unary::Not, a) => (SIGN, vec![text("!"), Piece::Node(*a, SIGN)]),
            Node::Unary(Unary::Bessel(kind, order), a) => {
                let mut pieces = call(kind.name(), &[*a]);
                pieces.insert(2, text(format!("{order}, ")));
                (ATOM, pieces)
            }
            Node::Unary(function, a) => (ATOM, call(function.name(), &[*a])),
            Node::Binary(function, a, b) => binary(*function, *a, *b),
            Node::Where(c, a, b) => (ATOM, call("where", &[*c, *a, *b])),
        }
    }

    fn sum_pieces(&self, constant: f64, terms: &[(Id, super::Real)]) -> Vec<Piece> {
        let mut pieces = Vec::new();
        if constant != 0.0 {
            pieces.extend(number(constant).1);
        }
        for (term, coefficient) in terms {
            let coefficient = coefficient.get();
            pieces.push(match (pieces.is_empty(), coefficient < 0.0) {
                (true, false) => text(""),
                (true, true) => text("-"),
                (false, true) => text(" - "),
                (false, false) => text(" + "),
            });
            match self.node(*term) {
                Node::Product(k, factors) if k.get() == 1.0 => {
                    product_pieces(coefficient.abs(), factors, &mut pieces);
                }
                _ => product_pieces(coefficient.abs(), &[(*term, 2)], &mut pieces),
            }
        }
        pieces
    }
}

fn text(text: impl Into<Cow<'static, str>>) -> Piece {
    Piece::Text(text.into())
}

fn number(value: f64) -> (u8, Vec<Piece>) {
    if value.is_nan() {
        return (ATOM, vec![text("(0/0)")]);
    }
    if value.is_infinite() {
        return (ATOM, vec![text(if value > 0.0 { "(1/0)" } else { "(-1/0)" })]);
    }
    (if value.is_sign_negative() { SIGN } else { ATOM }, vec![text(digits(value))])
}

/// Shortest digits that read back to the same double; `{:?}` gives an exponent where that is shorter.
fn digits(value: f64) -> String {
    let shown = format!("{value:?}");
    shown.strip_suffix(".0").map_or(shown.clone(), str::to_owned)
}

fn product_pieces(k: f64, factors: &[(Id, i32)], pieces: &mut Vec<Piece>) {
    let mut first = true;
    if k != 1.0 || factors.iter().all(|(_, h)| *h < 0) {
        pieces.extend(number(k).1);
        first = false;
    }
    for (base, half) in factors.iter().filter(|(_, h)| *h > 0).flat_map(readable) {
        if !first {
            pieces.push(text("*"));
        }
        first = false;
        power_pieces(base, half, pieces);
    }
    for (base, half) in factors.iter().filter(|(_, h)| *h < 0).flat_map(readable) {
        pieces.push(text("/"));
        power_pieces(base, half, pieces);
    }
}

/// A power as factors whose powers are read back as such: larger ones would be read as `pow`.
fn readable(&(base, half): &(Id, i32)) -> impl Iterator<Item = (Id, i32)> {
    const LARGEST: i32 = 2 * LARGEST_POWER as i32;
    let half = half.abs();
    let rest = half % LARGEST;
    let whole = std::iter::repeat_n((base, LARGEST), (half / LARGEST) as usize);
    whole.chain((rest > 0).then_some((base, rest)))
}

fn power_pieces(base: Id, half: i32, pieces: &mut Vec<Piece>) {
    match half {
        1 => pieces.extend(call("sqrt", &[base])),
        2 => pieces.push(Piece::Node(base, POWER)),
        _ => {
            pieces.push(Piece::Node(base, ATOM));
            pieces.push(text(format!("^{}", digits(0.5 * f64::from(half)))));
        }
    }
}

fn call(name: &'static str, arguments: &[Id]) -> Vec<Piece> {
    let mut pieces = vec![text(name), text("(")];
    for (i, argument) in arguments.iter().enumerate() {
        if i > 0 {
            pieces.push(text(", "));
        }
        pieces.push(Piece::Node(*argument, 0));
    }
    pieces.push(text(")"));
    pieces
}

fn binary(function: Binary, a: Id, b: Id) -> (u8, Vec<Piece>) {
    let (precedence, left, right) = match function {
        Binary::Or => (OR, OR, AND),
        Binary::And => (AND, AND, COMPARE),
        Binary::Less | Binary::LessEqual | Binary::Greater | Binary::GreaterEqual | Binary::Equal | Binary::NotEqual => {
            (COMPARE, ADD, ADD)
        }
        Binary::Add | Binary::Sub => (ADD, ADD, MULTIPLY),
        Binary::Mul | Binary::Div => (MULTIPLY, MULTIPLY, SIGN),
        Binary::Pow => (POWER, ATOM, SIGN),
        Binary::Atan2 | Binary::Hypot | Binary::Min | Binary::Max => {
            return (ATOM, call(function.name(), &[a, b]));
        }
    };
    let sign = match function {
        Binary::Mul | Binary::Div | Binary::Pow => text(function.name()),
        _ => text(format!(" {} ", function.name())),
    };
    (precedence, vec![Piece::Node(a, left), sign, Piece::Node(b, right)])
}

impl fmt::Display for Printed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.graph.tree_size(self.root) <= LARGEST_LINE {
            return f.write_str(&self.graph.text(self.root, self.names, &HashMap::new(), false));
        }
        let (definitions, roots) = self.graph.listing(&[self.root], self.names);
        for (name, text) in definitions {
            writeln!(f, "{name} = {text}")?;
        }
        f.write_str(&roots[0])
    }
}
