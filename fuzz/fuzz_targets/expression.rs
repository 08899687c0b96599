//! Any text at all: it is refused with a place inside of it, or it prints as text that means the same.

#![no_main]

use fubini_expressions::{Expressions, Mode, Names};
use libfuzzer_sys::fuzz_target;

/// Ordinary, extreme and undefined coordinates.
const POINTS: [[f64; 3]; 4] = [[0.3, -1.7, 2.5], [0.0, -0.0, 1.0], [1e300, -1e-300, 3.0], [f64::INFINITY, f64::NAN, -1.0]];

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let names = Names::new(&["x", "y", "z"]).parameter("a", 1.5).tunable("t", 0.25).definition("s", "x + a*y");
    for mode in [Mode::Canonical, Mode::Literal] {
        let parsed = match Expressions::parse_as(mode, &[&text], &names) {
            Ok(parsed) => parsed,
            Err(error) => {
                // The place lies within the text, and the message can be written.
                if let Some(span) = error.span() {
                    assert!(span.start <= span.end && span.end <= text.len().max(1), "{span:?} in {text:?}");
                }
                assert!(!error.to_string().is_empty());
                continue;
            }
        };
        let shown = parsed.show(0);
        // What is too long or too deep for one line is shown as a list of definitions.
        let mut lines: Vec<&str> = shown.lines().collect();
        let last = lines.pop().expect("an expression");
        let define = |names: Names, line: &&str| {
            let (name, text) = line.split_once(" = ").expect("a definition");
            names.definition(name, text)
        };
        let names = lines.iter().fold(names.clone(), define);
        // In one graph, as the order of operands follows that in which nodes are made.
        let both = Expressions::parse_as(mode, &[&text, last], &names).unwrap_or_else(|e| panic!("{text:?} prints as\n{e}"));
        assert_eq!(both.roots()[0], both.roots()[1], "{text:?} prints as {shown:?}, which is {:?}", both.show(1));
        let compiled = both.compile();
        for point in &POINTS {
            let values = compiled.evaluate(point);
            let same = values[0] == values[1] || (values[0].is_nan() && values[1].is_nan());
            assert!(same, "{text:?} is {} at {point:?}, but {shown:?} is {}", values[0], values[1]);
        }
    }
});
