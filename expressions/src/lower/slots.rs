//! Values to slots by linear scan: a slot is free again after the last use of what it holds.

use super::emit::{Code, INPUT};
use super::{Instruction, Program};

/// No use: a result that nothing reads still needs a slot for the moment it is written.
const NEVER: usize = 0;

pub(super) fn assign(code: Code, inputs: usize, operations: usize) -> Program {
    let Code { mut instructions, outputs, values } = code;
    let mut last = vec![NEVER; values as usize];
    for (at, instruction) in instructions.iter().enumerate() {
        for operand in &instruction.operands[..instruction.op.operands()] {
            if operand & INPUT == 0 {
                last[*operand as usize] = at;
            }
        }
    }
    outputs.iter().filter(|o| **o & INPUT == 0).for_each(|o| last[*o as usize] = usize::MAX);
    let mut slot = vec![0_u32; values as usize];
    let mut free: Vec<u32> = Vec::new();
    let mut slots = 0_u32;
    let locate = |operand: u32, slot: &[u32]| {
        if operand & INPUT == 0 { inputs as u32 + slot[operand as usize] } else { operand & !INPUT }
    };
    for (at, instruction) in instructions.iter_mut().enumerate() {
        let Instruction { op, operands, out, second, .. } = *instruction;
        // Results get their slots before the operands give theirs back: no result may overwrite an operand.
        for result in [out, second].into_iter().filter(|r| *r != u32::MAX) {
            slot[result as usize] = free.pop().unwrap_or_else(|| {
                slots += 1;
                slots - 1
            });
        }
        let read = &operands[..op.operands()];
        for (i, operand) in read.iter().enumerate() {
            let again = read[..i].contains(operand);
            if operand & INPUT == 0 && last[*operand as usize] == at && !again {
                free.push(slot[*operand as usize]);
            }
        }
        for result in [out, second].into_iter().filter(|r| *r != u32::MAX) {
            if last[result as usize] <= at {
                free.push(slot[result as usize]);
            }
        }
        for operand in &mut instruction.operands[..op.operands()] {
            *operand = locate(*operand, &slot);
        }
        instruction.out = slot[out as usize];
        if second != u32::MAX {
            instruction.second = slot[second as usize];
        }
    }
    let outputs = outputs.iter().map(|o| locate(*o, &slot)).collect();
    let weight = instructions.iter().map(|i| i.op.cost()).sum();
    Program {
        instructions: instructions.into(),
        outputs,
        inputs,
        slots: slots as usize,
        operations_before: 0,
        operations,
        weight,
        zero: false,
    }
}
