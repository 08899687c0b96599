//! Text to tokens, each with its bytes.

use std::ops::Range;

use super::error::{Error, ErrorKind};

/// One token.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Token {
    Number(f64),
    Name,
    Plus,
    Minus,
    Star,
    Slash,
    Power,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Equal,
    NotEqual,
    And,
    Or,
    Not,
    Open,
    Close,
    Comma,
    End,
}

/// A token and its place.
#[derive(Debug, Clone)]
pub(crate) struct Spanned {
    pub(crate) token: Token,
    pub(crate) span: Range<usize>,
}

fn fail<T>(kind: ErrorKind, text: &str, span: Range<usize>) -> Result<T, Error> {
    Err(Error::new(kind).at("", text, span))
}

/// Splits a text; the last token is always `End`.
pub(crate) fn tokens(text: &str) -> Result<Vec<Spanned>, Error> {
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        let next = bytes.get(at + 1).copied();
        let (token, length) = match bytes[at] {
            b' ' | b'\t' | b'\n' | b'\r' => {
                at += 1;
                continue;
            }
            b'+' => (Token::Plus, 1),
            b'-' => (Token::Minus, 1),
            b'*' if next == Some(b'*') => (Token::Power, 2),
            b'*' => (Token::Star, 1),
            b'/' => (Token::Slash, 1),
            b'^' => (Token::Power, 1),
            b'<' if next == Some(b'=') => (Token::LessEqual, 2),
            b'<' => (Token::Less, 1),
            b'>' if next == Some(b'=') => (Token::GreaterEqual, 2),
            b'>' => (Token::Greater, 1),
            b'=' if next == Some(b'=') => (Token::Equal, 2),
            b'!' if next == Some(b'=') => (Token::NotEqual, 2),
            b'!' => (Token::Not, 1),
            b'&' if next == Some(b'&') => (Token::And, 2),
            b'|' if next == Some(b'|') => (Token::Or, 2),
            b'(' => (Token::Open, 1),
            b')' => (Token::Close, 1),
            b',' => (Token::Comma, 1),
            b'0'..=b'9' | b'.' => number(text, at)?,
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => (Token::Name, word_length(&bytes[at..])),
            _ => return stray(text, at),
        };
        at += length;
        out.push(Spanned { token, span: start..at });
    }
    out.push(Spanned { token: Token::End, span: text.len()..text.len() });
    Ok(out)
}

fn word_length(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count()
}

fn digits(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|b| b.is_ascii_digit()).count()
}

fn number(text: &str, start: usize) -> Result<(Token, usize), Error> {
    let bytes = &text.as_bytes()[start..];
    let whole = digits(bytes);
    let mut length = whole;
    let mut fraction = 0;
    if bytes.get(length) == Some(&b'.') {
        fraction = digits(&bytes[length + 1..]);
        length += 1 + fraction;
    }
    let bad = |length: usize, remedy| {
        let span = start..start + length;
        fail(ErrorKind::Number { text: text[span.clone()].to_owned(), remedy }, text, span)
    };
    if whole + fraction == 0 {
        return bad(length, "; a number needs a digit, as in `0.5`");
    }
    if bytes.get(length) == Some(&b'.') {
        let all = bytes.iter().take_while(|b| b.is_ascii_digit() || **b == b'.').count();
        return bad(all, "; a number has one decimal point");
    }
    if let Some(b'e' | b'E') = bytes.get(length) {
        let sign = usize::from(matches!(bytes.get(length + 1), Some(b'+' | b'-')));
        let exponent = digits(&bytes[length + 1 + sign..]);
        if exponent > 0 {
            length += 1 + sign + exponent;
        } else if bytes.get(length + 1).is_none_or(|b| !b.is_ascii_alphanumeric() && *b != b'_') {
            return bad(length + 1 + sign, "; an exponent needs digits, as in `1e-3`");
        }
    }
    let shown = &text[start..start + length];
    match shown.parse::<f64>() {
        // Zero would be another number, and a limit of integration another domain.
        Ok(0.0) if has_value(shown) => fail(ErrorKind::NumberTooSmall { text: shown.to_owned() }, text, start..start + length),
        Ok(value) if value.is_finite() => Ok((Token::Number(value), length)),
        Ok(_) => fail(ErrorKind::NumberTooLarge { text: shown.to_owned() }, text, start..start + length),
        Err(_) => bad(length, ""),
    }
}

/// Whether a digit before the exponent is not zero.
fn has_value(number: &str) -> bool {
    number.bytes().take_while(|b| !b.eq_ignore_ascii_case(&b'e')).any(|b| matches!(b, b'1'..=b'9'))
}

fn stray<T>(text: &str, at: usize) -> Result<T, Error> {
    let character = text[at..].chars().next().unwrap_or('?');
    let remedy = match character {
        '=' => "; to compare, write `==`",
        '&' => "; to combine conditions, write `&&`",
        '|' => "; to combine conditions, write `||`; for a magnitude, `abs(…)`",
        '[' | ']' | '{' | '}' => "; group with `(` and `)`",
        '×' | '·' | '∙' | '⋅' => "; multiply with `*`",
        '÷' => "; divide with `/`",
        '−' | '–' | '—' => "; write the minus sign `-`",
        '²' => "; write `^2`",
        '³' => "; write `^3`",
        '√' => "; write `sqrt(…)`",
        'π' => "; write `pi`",
        '∞' => "; `inf` stands only in limits",
        '≤' => "; write `<=`",
        '≥' => "; write `>=`",
        '≠' => "; write `!=`",
        ';' => "; separate arguments with `,`",
        '%' => "; a remainder is `a - b*floor(a/b)`",
        '?' | ':' => "; a choice is `where(condition, a, b)`",
        '"' | '\'' | '`' => "; remove the quotation mark",
        '\\' => "; remove the backslash",
        _ => "",
    };
    fail(ErrorKind::Character { character, remedy }, text, at..at + character.len_utf8())
}
