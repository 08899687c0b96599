//! Pairs of instructions that meet in one: a value used once need not travel through memory.

use super::emit::{Code, INPUT};
use super::{Instruction, Op};

/// Merges producers into their only users, from the first instruction to the last.
pub(super) fn fuse(code: Code) -> Code {
    let Code { mut instructions, outputs, values } = code;
    let mut uses = vec![0_u32; values as usize];
    for instruction in &instructions {
        for operand in &instruction.operands[..instruction.op.operands()] {
            if operand & INPUT == 0 {
                uses[*operand as usize] += 1;
            }
        }
    }
    outputs.iter().filter(|o| **o & INPUT == 0).for_each(|o| uses[*o as usize] += 1);
    let mut maker: Vec<usize> = vec![usize::MAX; values as usize];
    let mut gone = vec![false; instructions.len()];
    for at in 0..instructions.len() {
        // Again after a success: three instructions may become one.
        'again: loop {
            let user = instructions[at];
            for place in 0..user.op.operands() {
                let value = user.operands[place];
                if value & INPUT != 0 || uses[value as usize] != 1 || maker[value as usize] == usize::MAX {
                    continue;
                }
                let from = maker[value as usize];
                if let Some(merged) = merge(&instructions[from], &user, place) {
                    instructions[at] = merged;
                    gone[from] = true;
                    continue 'again;
                }
            }
            break;
        }
        maker[instructions[at].out as usize] = at;
    }
    let mut keep = gone.iter().map(|g| !g);
    instructions.retain(|_| keep.next().unwrap_or(true));
    Code { instructions, outputs, values }
}

/// The instruction that does the work of `inner`, whose result is operand `place` of `outer`, and of `outer`.
fn merge(inner: &Instruction, outer: &Instruction, place: usize) -> Option<Instruction> {
    let (i, o) = (&inner.operands, &outer.operands);
    let make = |op: Op, operands: &[u32], k: f64, l: f64| {
        let mut list = [0; 6];
        list[..operands.len()].copy_from_slice(operands);
        Some(Instruction { op, operands: list, k, l, ..*outer })
    };
    match (inner.op, outer.op, place) {
        (Op::Mul, Op::Mul, 0) => make(Op::MulMul, &[i[0], i[1], o[1]], 0.0, 0.0),
        (Op::Mul, Op::Mul, 1) => make(Op::MulMul, &[i[0], i[1], o[0]], 0.0, 0.0),
        (Op::Mul, Op::Fma, 0) => make(Op::MulFma, &[i[0], i[1], o[1], o[2]], 0.0, 0.0),
        (Op::Mul, Op::Fma, 1) => make(Op::MulFma, &[i[0], i[1], o[0], o[2]], 0.0, 0.0),
        (Op::Mul, Op::Fma, 2) => make(Op::Dot2, &[o[0], o[1], i[0], i[1]], 0.0, 0.0),
        (Op::Dot2, Op::Fma, 2) if (i[0], i[2], o[0]) == (i[1], i[3], o[1]) => make(Op::Norm3, &[o[0], i[0], i[2]], 0.0, 0.0),
        (Op::Dot2, Op::Fma, 2) => make(Op::Dot3, &[o[0], o[1], i[0], i[1], i[2], i[3]], 0.0, 0.0),
        (Op::Fma, Op::Fma, 2) => make(Op::Fma2, &[o[0], o[1], i[0], i[1], i[2]], 0.0, 0.0),
        (Op::Fma, Op::Fma, 0) => make(Op::FmaFma, &[i[0], i[1], i[2], o[1], o[2]], 0.0, 0.0),
        (Op::Fma, Op::Fma, 1) => make(Op::FmaFma, &[i[0], i[1], i[2], o[0], o[2]], 0.0, 0.0),
        (Op::MulAddK, Op::MulAddK, 0) => make(Op::Horner2, &[i[0], i[1], o[1]], inner.k, outer.k),
        (Op::MulAddK, Op::MulAddK, 1) => make(Op::Horner2, &[i[0], i[1], o[0]], inner.k, outer.k),
        _ => None,
    }
}
