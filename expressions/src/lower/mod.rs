//! From graph to program: forms without powers, shared pairs, instructions, fused instructions, slots.

mod cse;
mod emit;
mod forms;
mod fuse;
mod program;
mod slots;

pub(crate) use program::{Instruction, Op, Program};

use crate::factor::factored;
use crate::graph::{Graph, Id, Mode};

/// Compiles the roots. Two arrangements are tried, sums as they are and with common factors taken out,
/// and the cheaper one is kept: which of them it is depends on what the roots share.
pub(crate) fn lower(graph: &Graph, roots: &[Id], inputs: usize) -> Program {
    let mut best = arrange(graph, roots, inputs);
    let before = best.operations_before;
    if graph.mode() == Mode::Canonical {
        let (mut scratch, own) = graph.part(roots);
        let own = factored(&mut scratch, &own);
        let taken_out = arrange(&scratch, &own, inputs);
        if taken_out.cost() < best.cost() {
            best = taken_out;
        }
    }
    best.operations_before = before;
    best.zero = roots.iter().all(|root| graph.value(*root) == Some(0.0));
    best
}

fn arrange(graph: &Graph, roots: &[Id], inputs: usize) -> Program {
    let literal = graph.mode() == Mode::Literal;
    let mut forms = forms::Forms::new(graph, roots);
    let before = forms.operations();
    if !literal {
        cse::share_products(&mut forms);
        cse::share_sums(&mut forms);
        forms.absorb_signs();
        forms.split_long();
    }
    let code = emit::emit(&forms, inputs);
    let operations = code.instructions.len();
    let code = if literal { code } else { fuse::fuse(code) };
    Program { operations_before: before, ..slots::assign(code, inputs, operations) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Expressions, Names};

    /// Each text is there for the instruction beside it.
    #[test]
    fn every_instruction_is_made_and_right() {
        let names = Names::new(&["a", "b", "c", "d", "f", "g"]).tunable("p", 1.5);
        let point = [0.7, -1.3, 2.1, 0.4, -0.6, 1.9];
        let cases = [
            (Op::Constant, "where(a, 1, 2)"),
            (Op::Parameter, "p*a"),
            (Op::Add, "a + b"),
            (Op::Sub, "a - b"),
            (Op::Mul, "a*b"),
            (Op::MulK, "3*a"),
            (Op::AddK, "3 + a"),
            (Op::Fma, "a*b + c"),
            (Op::Fnma, "c - a*b"),
            (Op::FmaK, "3*a + b"),
            (Op::FmaKK, "3*a + 2"),
            (Op::MulAddK, "a*b + 2"),
            (Op::MulSubK, "2 - a*b"),
            (Op::Recip, "1/a"),
            (Op::Rsqrt, "1/sqrt(a)"),
            (Op::SqrtRsqrt, "max(sqrt(a), 1/sqrt(a))"),
            (Op::Where, "where(a, b, c)"),
            (Op::MulMul, "a*b*c"),
            (Op::MulFma, "a*b*c + d"),
            (Op::Dot2, "a*b + c*d"),
            (Op::Fma2, "a*b + c*d + f"),
            (Op::Dot3, "a*b + c*d + f*g"),
            (Op::Norm3, "a*a + b*b + c*c"),
            (Op::FmaFma, "(a*b + c)*d + f"),
            (Op::Horner2, "(a*b + 2)*c + 3"),
            (Op::Unary(crate::graph::Unary::Sin), "sin(a)"),
            (Op::Binary(crate::graph::Binary::Min), "min(a, b)"),
        ];
        for (op, text) in cases {
            let parsed = Expressions::parse(&[text], &names).unwrap_or_else(|error| panic!("{error}"));
            let program = lower(parsed.graph(), parsed.roots(), 6);
            assert!(program.instructions.iter().any(|i| i.op == op), "{text} has no {op:?}: {:?}", program.instructions);
            let expected = parsed.graph().evaluate(parsed.roots(), &point, &[1.5])[0];
            let found = parsed.compile().evaluate(&point)[0];
            assert!((found - expected).abs() <= 4e-15 * expected.abs().max(1.0), "{text}: {found} instead of {expected}");
        }
        for (op, text) in [(Op::Div, "a/b"), (Op::Neg, "-a"), (Op::Mul, "a*b")] {
            let parsed = Expressions::parse_as(Mode::Literal, &[text], &names).unwrap_or_else(|error| panic!("{error}"));
            let program = lower(parsed.graph(), parsed.roots(), 6);
            assert_eq!(program.instructions[0].op, op);
        }
    }

    #[test]
    fn slots_are_reused() {
        let text = (0..500).map(|i| format!("sin({i}*a + b)*cos({i}*c)")).collect::<Vec<_>>().join(" + ");
        let parsed = Expressions::parse(&[&text], &Names::new(&["a", "b", "c"])).unwrap_or_else(|error| panic!("{error}"));
        let program = lower(parsed.graph(), parsed.roots(), 3);
        assert!(program.instructions.len() > 1000 && program.slots < 30, "{} slots", program.slots);
    }
}
