//! Names as people read them: a name may be a formula of any length, with line breaks in it.

use std::borrow::Cow;

/// Characters that are shown of a name; one that is longer loses its middle.
const SHOWN: usize = 72;
/// Characters that are shown of a formula that has a line of its own.
const FORMULA: usize = 1000;

/// A name that fits into a column. Documents for programs hold it whole.
pub(crate) fn short(name: &str) -> Cow<'_, str> {
    cut(name, SHOWN)
}

/// A formula that fits onto a screen.
pub(super) fn formula(formula: &str) -> Cow<'_, str> {
    cut(formula, FORMULA)
}

/// A name that has room for so many characters.
pub(super) fn within(name: &str, most: usize) -> Cow<'_, str> {
    cut(name, most)
}

fn cut(text: &str, most: usize) -> Cow<'_, str> {
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    let count = text.chars().count();
    if count <= most && !text.contains(char::is_control) {
        return Cow::Borrowed(text);
    }
    if count <= most {
        return text.chars().map(plain).collect();
    }
    let (head, tail) = (2 * most / 3, most / 3 - 1);
    text.chars().take(head).chain(['…']).chain(text.chars().skip(count - tail)).map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_lose_their_middle() {
        assert_eq!(short("x*y"), "x*y");
        assert_eq!(short("x\n*y"), "x *y");
        let long = format!("α{}ω", "+x".repeat(40_000));
        let shown = short(&long);
        assert!(shown.chars().count() == SHOWN && shown.starts_with("α+x") && shown.ends_with("+xω") && shown.contains('…'));
        let fits: String = "é".repeat(SHOWN);
        assert_eq!(short(&fits), fits);
    }
}
