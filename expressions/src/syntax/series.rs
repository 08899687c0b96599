//! `sum(k, from, to, term)` and `prod(…)`: a name that has a meaning within the term alone.

use std::ops::Range;

use super::error::{Error, ErrorKind};
use super::function::{CONSTANTS, Series, function};
use super::lexer::Token;
use super::parser::{Parser, Syntax, Terms};

impl Parser<'_> {
    /// The rest of a series, behind its opening parenthesis.
    pub(super) fn series(
        &mut self,
        series: Series,
        known: &'static str,
        usage: &'static str,
        name: Range<usize>,
        open: Range<usize>,
    ) -> Result<u32, Error> {
        if self.token() == Token::Close {
            return self.wrong_count(known, usage, name, 0);
        }
        let over = self.span();
        let word = &self.text[over.clone()];
        if self.token() != Token::Name {
            return self.fail(ErrorKind::SeriesName { name: known, usage }, over);
        }
        self.at += 1;
        if !matches!(self.token(), Token::Comma | Token::Close) {
            return self.fail(ErrorKind::SeriesName { name: known, usage }, over);
        }
        let role = match () {
            () if function(word).is_some() => Some("a function"),
            () if CONSTANTS.iter().any(|(constant, _)| *constant == word) => Some("a constant"),
            () => None,
        };
        if let Some(role) = role {
            return self.fail(ErrorKind::Reserved { name: word.to_owned(), role }, over);
        }
        let from = self.argument(known, usage, &name, 1)?;
        let to = self.argument(known, usage, &name, 2)?;
        let (index, first) = (self.series, self.nodes.len() as u32);
        self.series += 1;
        self.bound.push((word, index));
        let term = self.argument(known, usage, &name, 3)?;
        self.bound.pop();
        let mut found = 4;
        while self.token() == Token::Comma {
            self.argument(known, usage, &name, found)?;
            found += 1;
        }
        self.close(open)?;
        let span = name.start..self.end();
        if found > 4 {
            return self.wrong_count(known, usage, span, found);
        }
        self.adjacent(span.clone())?;
        self.push(Syntax::Series(Terms { series, index, from, to, first, term }), span)
    }

    /// A comma and what follows it, behind `before` arguments.
    fn argument(&mut self, known: &'static str, usage: &'static str, name: &Range<usize>, before: usize) -> Result<u32, Error> {
        match self.token() {
            Token::Comma => {
                self.at += 1;
                self.expression(super::parser::LOOSEST)
            }
            Token::Close => self.wrong_count(known, usage, name.start..self.span().end, before),
            Token::End => self.fail(ErrorKind::Unclosed, name.end..name.end + 1),
            _ => self.unexpected_operator(""),
        }
    }

    fn wrong_count<T>(&self, name: &'static str, usage: &'static str, span: Range<usize>, found: usize) -> Result<T, Error> {
        self.fail(ErrorKind::WrongArguments { name, expected: "4 arguments", found, usage }, span)
    }
}
