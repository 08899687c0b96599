//! Tokens to a tree in an arena, by precedence climbing (Pratt, POPL 1973).
//!
//! Children stand before their parents, so that whoever reads the tree needs a loop, no recursion.

use std::ops::Range;

use super::error::{Error, ErrorKind};
use super::function::{Function, Part, Series, function};
use super::lexer::{Spanned, Token, tokens};
use super::{MAX_BYTES, MAX_NESTING, MAX_NODES};
use crate::graph::{Bessel, Binary, Shorthand, Unary};

/// One node of the tree; children are indices below its own.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Syntax {
    Number(f64),
    Name,
    Unary(Unary, u32),
    Binary(Binary, u32, u32),
    Where(u32, u32, u32),
    Short(Shorthand, u32, Option<u32>),
    Part(Part, u32),
    /// Order and argument.
    Bessel(Bessel, u32, u32),
    /// The value that the series of this number has reached.
    Index(u32),
    Series(Terms),
}

/// A sum or a product over whole numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Terms {
    pub(crate) series: Series,
    /// Number of the series in its text.
    pub(crate) index: u32,
    pub(crate) from: u32,
    pub(crate) to: u32,
    /// What is added or multiplied, whose nodes stand from `first` to `term`.
    pub(crate) first: u32,
    pub(crate) term: u32,
}

/// A parsed text; the last node is the whole.
#[derive(Debug)]
pub(crate) struct Ast {
    pub(crate) nodes: Vec<(Syntax, Range<usize>)>,
}

/// Binding powers, loosest first; `^` binds tighter than a sign on its left.
const OR: u8 = 1;
/// With which a whole expression is read.
pub(super) const LOOSEST: u8 = OR;
const AND: u8 = 2;
const COMPARE: u8 = 3;
const ADD: u8 = 4;
const MULTIPLY: u8 = 5;
const SIGN: u8 = 6;
const POWER: u8 = 7;

fn infix(token: Token) -> Option<(u8, Binary)> {
    Some(match token {
        Token::Or => (OR, Binary::Or),
        Token::And => (AND, Binary::And),
        Token::Less => (COMPARE, Binary::Less),
        Token::LessEqual => (COMPARE, Binary::LessEqual),
        Token::Greater => (COMPARE, Binary::Greater),
        Token::GreaterEqual => (COMPARE, Binary::GreaterEqual),
        Token::Equal => (COMPARE, Binary::Equal),
        Token::NotEqual => (COMPARE, Binary::NotEqual),
        Token::Plus => (ADD, Binary::Add),
        Token::Minus => (ADD, Binary::Sub),
        Token::Star => (MULTIPLY, Binary::Mul),
        Token::Slash => (MULTIPLY, Binary::Div),
        Token::Power => (POWER, Binary::Pow),
        _ => return None,
    })
}

/// Parses one text; `budget` is what remains of the request's operations.
pub(crate) fn parse(label: &str, text: &str, budget: &mut usize) -> Result<Ast, Error> {
    if text.len() > MAX_BYTES {
        return Err(Error::new(ErrorKind::TooLong { bytes: text.len(), limit: MAX_BYTES }).at(
            label,
            text.lines().next().and_then(|line| line.get(..100)).unwrap_or("…"),
            0..1,
        ));
    }
    let place = |error: Error| match error.span() {
        Some(span) => Error::new(error.kind().clone()).at(label, text, span),
        None => error.at(label, text, 0..text.len()),
    };
    let tokens = tokens(text).map_err(place)?;
    if tokens.len() == 1 {
        return Err(place(Error::new(ErrorKind::Empty)));
    }
    let mut parser = Parser { text, tokens, at: 0, nodes: Vec::new(), depth: 0, budget, bound: Vec::new(), series: 0 };
    parser.expression(OR).and_then(|_| parser.finish()).map_err(place)?;
    Ok(Ast { nodes: parser.nodes })
}

pub(super) struct Parser<'a> {
    pub(super) text: &'a str,
    tokens: Vec<Spanned>,
    pub(super) at: usize,
    pub(super) nodes: Vec<(Syntax, Range<usize>)>,
    depth: usize,
    budget: &'a mut usize,
    /// The names that series around this place run over, with their numbers; the innermost last.
    pub(super) bound: Vec<(&'a str, u32)>,
    /// Number of series so far.
    pub(super) series: u32,
}

impl<'a> Parser<'a> {
    pub(super) fn token(&self) -> Token {
        self.tokens[self.at].token
    }

    pub(super) fn span(&self) -> Range<usize> {
        self.tokens[self.at].span.clone()
    }

    pub(super) fn fail<T>(&self, kind: ErrorKind, span: Range<usize>) -> Result<T, Error> {
        Err(Error::new(kind).at("", self.text, span))
    }

    pub(super) fn push(&mut self, node: Syntax, span: Range<usize>) -> Result<u32, Error> {
        if *self.budget == 0 {
            return self.fail(ErrorKind::TooManyNodes { limit: MAX_NODES }, span);
        }
        *self.budget -= 1;
        self.nodes.push((node, span));
        Ok((self.nodes.len() - 1) as u32)
    }

    /// An expression whose operators bind at least as tightly as `least`.
    pub(super) fn expression(&mut self, least: u8) -> Result<u32, Error> {
        self.depth += 1;
        if self.depth > MAX_NESTING {
            return self.fail(ErrorKind::TooDeep { limit: MAX_NESTING }, self.span());
        }
        let start = self.span().start;
        let mut left = self.operand()?;
        let mut compared = false;
        while let Some((power, operation)) = infix(self.token()) {
            if power < least {
                break;
            }
            if power == COMPARE {
                if compared {
                    let suggestion = "a < b && b < c";
                    return self.fail(ErrorKind::ChainedComparison { suggestion }, self.span());
                }
                compared = true;
            } else if power < COMPARE {
                compared = false;
            }
            self.at += 1;
            // The right side of `^` may carry a sign (`2^-1`) and another `^`; elsewhere equal
            // operators group from the left.
            let right = self.expression(if power == POWER { SIGN } else { power + 1 })?;
            let span = start..self.tokens[self.at - 1].span.end;
            left = self.push(Syntax::Binary(operation, left, right), span)?;
        }
        self.depth -= 1;
        Ok(left)
    }

    fn operand(&mut self) -> Result<u32, Error> {
        let span = self.span();
        let token = self.token();
        match token {
            Token::Number(value) => {
                self.at += 1;
                self.adjacent(span.clone())?;
                self.push(Syntax::Number(value), span)
            }
            Token::Name => {
                self.at += 1;
                if self.token() == Token::Open {
                    return self.call(span);
                }
                self.adjacent(span.clone())?;
                let word = &self.text[span.clone()];
                let bound = self.bound.iter().rev().find(|(name, _)| *name == word);
                self.push(bound.map_or(Syntax::Name, |(_, index)| Syntax::Index(*index)), span)
            }
            Token::Open => {
                self.at += 1;
                if self.token() == Token::Close {
                    return self.unexpected_operand("; the parentheses are empty");
                }
                let inner = self.expression(OR)?;
                self.close(span.clone())?;
                self.adjacent(span.start..self.tokens[self.at - 1].span.end)?;
                Ok(inner)
            }
            Token::Minus | Token::Plus => {
                self.at += 1;
                let inner = self.expression(SIGN)?;
                if token == Token::Plus {
                    return Ok(inner);
                }
                let end = self.tokens[self.at - 1].span.end;
                self.push(Syntax::Unary(Unary::Neg, inner), span.start..end)
            }
            Token::Not => {
                self.at += 1;
                let inner = self.expression(SIGN)?;
                let end = self.tokens[self.at - 1].span.end;
                self.push(Syntax::Unary(Unary::Not, inner), span.start..end)
            }
            Token::Close => {
                let remedy = match self.at.checked_sub(1).map(|at| self.tokens[at].token) {
                    None => return self.fail(ErrorKind::Unopened, span),
                    Some(Token::Comma) => "; an argument is missing or the comma is one too many",
                    _ => "; an operand is missing before it",
                };
                self.unexpected_operand(remedy)
            }
            Token::End => self.unexpected_operand("; an operand is missing"),
            Token::Comma => self.unexpected_operand("; an argument is missing"),
            Token::Equal | Token::Slash | Token::Star | Token::Power => {
                self.unexpected_operand("; an operand is missing before it")
            }
            _ => self.unexpected_operand(""),
        }
    }

    fn call(&mut self, name: Range<usize>) -> Result<u32, Error> {
        let word = &self.text[name.clone()];
        let Some(&(known, function, usage)) = function(word) else {
            // Whether it is an unknown function or a name used as one is for the caller to say,
            // who knows the names: an empty suggestion is filled in there.
            let kind = ErrorKind::UnknownFunction { name: word.to_owned(), suggestion: None };
            return self.fail(kind, name);
        };
        let open = self.span();
        self.at += 1;
        if let Function::Series(series) = function {
            return self.series(series, known, usage, name, open);
        }
        let mut arguments = Vec::new();
        if self.token() != Token::Close {
            loop {
                arguments.push(self.expression(OR)?);
                if self.token() != Token::Comma {
                    break;
                }
                self.at += 1;
            }
        }
        self.close(open)?;
        let span = name.start..self.tokens[self.at - 1].span.end;
        if !function.takes(arguments.len()) {
            let (expected, found) = (function.arity(), arguments.len());
            let kind = ErrorKind::WrongArguments { name: known, expected, found, usage };
            return self.fail(kind, span);
        }
        self.adjacent(span.clone())?;
        match (function, arguments.as_slice()) {
            (Function::Unary(unary), &[a]) => self.push(Syntax::Unary(unary, a), span),
            (Function::Short(short), &[a, ref b @ ..]) => self.push(Syntax::Short(short, a, b.first().copied()), span),
            (Function::Part(part), &[a]) => self.push(Syntax::Part(part, a), span),
            (Function::Bessel(kind), &[n, a]) => self.push(Syntax::Bessel(kind, n, a), span),
            (Function::Where, &[c, a, b]) => self.push(Syntax::Where(c, a, b), span),
            (Function::Binary(binary) | Function::Fold(binary), &[first, ref rest @ ..]) => {
                let mut left = first;
                for &right in rest {
                    left = self.push(Syntax::Binary(binary, left, right), span.clone())?;
                }
                Ok(left)
            }
            _ => unreachable!("`takes` has counted the arguments"),
        }
    }

    pub(super) fn close(&mut self, open: Range<usize>) -> Result<(), Error> {
        match self.token() {
            Token::Close => {
                self.at += 1;
                Ok(())
            }
            Token::End => self.fail(ErrorKind::Unclosed, open),
            Token::Comma => self.unexpected_operator("; only arguments of a function take commas"),
            _ => self.unexpected_operator(""),
        }
    }

    /// Refuses an operand directly after an operand.
    pub(super) fn adjacent(&self, left: Range<usize>) -> Result<(), Error> {
        if !matches!(self.token(), Token::Number(_) | Token::Name | Token::Open) {
            return Ok(());
        }
        let right = self.span();
        let shorten = |s: &str| {
            if s.chars().count() > 20 { "(…)".to_owned() } else { s.to_owned() }
        };
        let a = shorten(&self.text[left.clone()]);
        let b = if self.token() == Token::Open { "(…)" } else { &self.text[right.clone()] };
        let suggestion = format!("{a}*{}", shorten(b));
        self.fail(ErrorKind::ImplicitMultiplication { suggestion }, left.start..right.end)
    }

    /// Where the last token ends.
    pub(super) fn end(&self) -> usize {
        self.tokens[self.at - 1].span.end
    }

    fn found(&self) -> String {
        match self.token() {
            Token::End => "the end".to_owned(),
            _ => format!("`{}`", &self.text[self.span()]),
        }
    }

    pub(super) fn unexpected_operand<T>(&self, remedy: &'static str) -> Result<T, Error> {
        self.fail(ErrorKind::ExpectedOperand { found: self.found(), remedy }, self.span())
    }

    pub(super) fn unexpected_operator<T>(&self, remedy: &'static str) -> Result<T, Error> {
        self.fail(ErrorKind::ExpectedOperator { found: self.found(), remedy }, self.span())
    }

    fn finish(&self) -> Result<(), Error> {
        match self.token() {
            Token::End => Ok(()),
            Token::Close => self.fail(ErrorKind::Unopened, self.span()),
            Token::Comma => self.unexpected_operator("; give several expressions one by one"),
            Token::Not => self.unexpected_operator("; `!` stands before its operand"),
            _ => self.unexpected_operator(""),
        }
    }
}
