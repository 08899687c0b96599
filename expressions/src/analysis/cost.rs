//! What an analysis costs, in things that are counted: programs that are compiled, bounds by interval arithmetic, points next to faces.

use super::Ends;
use crate::{Expressions, Names};
use std::cell::Cell;

thread_local! {
    pub(crate) static PROGRAMS: Cell<usize> = const { Cell::new(0) };
    pub(crate) static RANGES: Cell<usize> = const { Cell::new(0) };
    pub(crate) static POINTS: Cell<usize> = const { Cell::new(0) };
}

/// Programs, bounds and points of an analysis over unit intervals, or between these limits.
fn cost(text: &str, variables: &str) -> [usize; 3] {
    let words: Vec<(&str, &str)> =
        variables.split_whitespace().map(|word| word.split_once('=').unwrap_or((word, "0:1"))).collect();
    let names: Vec<&str> = words.iter().map(|(name, _)| *name).collect();
    let parsed = Expressions::parse(&[text], &Names::new(&names)).unwrap();
    let ends: Vec<Ends> = words
        .iter()
        .map(|(_, limits)| limits.split_once(':').unwrap())
        .map(|(lo, hi)| Ends { lo: lo.into(), hi: hi.into(), breaks: Vec::new() })
        .collect();
    [&PROGRAMS, &RANGES, &POINTS].iter().for_each(|count| count.set(0));
    parsed.analyse(&ends).unwrap();
    [PROGRAMS.get(), RANGES.get(), POINTS.get()]
}

/// Most of each; a program takes some ten microseconds, a bound a few, a point a tenth of one.
#[test]
fn analyses_are_short() {
    for (text, variables, most) in [
        ("abs(x-y)^-0.5", "x y", [10, 14, 400]),
        ("1/sqrt((a-c)^2+(b-d)^2)", "a b c d", [12, 27, 5_000]),
        ("1/sqrt((a-d)^2+(b-g)^2+(c-f)^2)", "a b c d g f", [15, 38, 26_000]),
        ("exp(a*b*c*d*f*g)*abs(a-0.4)*abs(b-0.4)*abs(c-0.4)*abs(d-0.4)*abs(f-0.4)*abs(g-0.4)", "a b c d f g", [8, 24, 0]),
        ("where(p<q&&q<r&&r<s,p*s,0)", "p q r s", [12, 25, 0]),
        ("abs(sin(3*x)+cos(5*y)-x*y)", "x y", [2, 80, 0]),
        ("where(z+0.1*sin(4*z)<x*y&&x+sin(x)>0.5,1,0)", "x y z", [13, 25, 0]),
    ] {
        let found = cost(text, variables);
        println!("{found:?} {text}");
        assert!(found.iter().zip(most).all(|(found, most)| *found <= most), "{text}: {found:?}");
    }
}
