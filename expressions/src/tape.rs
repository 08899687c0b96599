//! The interpreter: each instruction runs over a chunk of points, eight at a time, before the next one starts.
//!
//! A chunk keeps all slots in the first-level cache; the cost of deciding what to do is paid once per instruction
//! and chunk. Columns are whole groups of eight lanes (see `fubini_algorithms::Points`), so there is no tail.

use std::cell::RefCell;

use fubini_algorithms::simd::{Kernel, LANES, Lanes};
use fubini_algorithms::{Points, Values};

use crate::graph::{Binary, Unary};
use crate::lower::{Instruction, Op, Program};

/// Bytes of slots that one chunk may fill: what a first-level cache of 32 to 48 KB holds beside the points.
const CACHE: usize = 36 << 10;
/// Fewest and most groups of eight in a chunk; 128 to 256 points were best in measurements, 512 cost 20 % more.
const GROUPS: std::ops::RangeInclusive<usize> = 4..=32;
/// One group more between slots, so that they do not share the low bits of their addresses.
const PADDING: usize = 1;

type Group = [f64; LANES];

thread_local! {
    /// Slots of this thread, kept between calls.
    static SCRATCH: RefCell<Vec<f64>> = const { RefCell::new(Vec::new()) };
}

/// Groups per chunk for a program.
pub(crate) fn chunk_groups(program: &Program) -> usize {
    let fitting = CACHE / (8 * LANES * program.slots.max(1)) / 4 * 4;
    fitting.clamp(*GROUPS.start(), *GROUPS.end())
}

/// Runs a program over the points.
pub(crate) struct Tape<'a, 'b> {
    pub(crate) program: &'a Program,
    pub(crate) parameters: &'a [f64],
    pub(crate) points: Points<'a>,
    pub(crate) values: &'a mut Values<'b>,
}

impl Kernel for Tape<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Lanes>(self) {
        let Tape { program, parameters, points, values } = self;
        let chunk = chunk_groups(program);
        let stride = chunk + PADDING;
        // Taken out, not borrowed: an integrand that calls another one in between finds an empty buffer.
        let mut buffer = SCRATCH.take();
        let needed = program.slots * stride * LANES;
        buffer.resize((needed + LANES).max(buffer.len()), 0.0);
        // Cache lines of 64 bytes; without alignment half of the vectors straddle two.
        let skip = buffer.as_ptr().align_offset(64).min(LANES);
        let (slots, _) = buffer[skip..skip + needed].as_chunks_mut::<LANES>();
        let groups = points.len().div_ceil(LANES);
        let mut start = 0;
        while start < groups {
            let count = chunk.min(groups - start);
            for instruction in &program.instructions {
                step::<V>(instruction, program.inputs, parameters, points, start, count, slots, stride);
            }
            for (component, &output) in program.outputs.iter().enumerate() {
                let inputs = program.inputs;
                let source = match (output as usize).checked_sub(inputs) {
                    None => &points.lanes(output as usize)[start..start + count],
                    Some(slot) => &slots[slot * stride..][..count],
                };
                values.lanes(component)[start..start + count].copy_from_slice(source);
            }
            start += count;
        }
        SCRATCH.set(buffer);
    }
}

/// Applies an expression to every group, four at a time: the loop is short and its body must hide latency.
macro_rules! each {
    ($out:ident = [$($x:ident),*] $value:expr) => {{
        let count = $out.len();
        $(let $x = &$x[..count];)*
        let mut at = 0;
        while at + 4 <= count {
            let r0 = { $(let $x = V::load(&$x[at]);)* $value };
            let r1 = { $(let $x = V::load(&$x[at + 1]);)* $value };
            let r2 = { $(let $x = V::load(&$x[at + 2]);)* $value };
            let r3 = { $(let $x = V::load(&$x[at + 3]);)* $value };
            r0.store(&mut $out[at]);
            r1.store(&mut $out[at + 1]);
            r2.store(&mut $out[at + 2]);
            r3.store(&mut $out[at + 3]);
            at += 4;
        }
        while at < count {
            let r = { $(let $x = V::load(&$x[at]);)* $value };
            r.store(&mut $out[at]);
            at += 1;
        }
    }};
}

/// As `each`, one group at a time, for functions with a long body.
macro_rules! slow {
    ($out:ident = [$($x:ident),*] $value:expr) => {{
        let count = $out.len();
        $(let $x = &$x[..count];)*
        for at in 0..count {
            let r = { $(let $x = V::load(&$x[at]);)* $value };
            r.store(&mut $out[at]);
        }
    }};
}

#[inline(always)]
#[allow(clippy::too_many_arguments)] // one call, and a struct would be copied for every instruction
fn step<V: Lanes>(
    instruction: &Instruction,
    inputs: usize,
    parameters: &[f64],
    points: Points<'_>,
    start: usize,
    count: usize,
    slots: &mut [Group],
    stride: usize,
) {
    let Instruction { op, operands, k, l, out, second } = instruction;
    let out = *out as usize;
    // The result's slot apart from all others, which the allocation guarantees to hold the operands.
    let (low, rest) = slots.split_at_mut(out * stride);
    let (target, high) = rest.split_at_mut(stride);
    let target = &mut target[..count];
    if let Op::SqrtRsqrt = op {
        return roots::<V>(instruction, inputs, points, start, low, target, high, stride);
    }
    let (low, high) = (&*low, &*high);
    let source = |i: usize| -> &[Group] { column(operands[i], inputs, points, start, count, low, high, stride) };
    let (k, l) = (V::splat(*k), V::splat(*l));
    debug_assert!(*second == u32::MAX);
    match op {
        Op::Constant => target.iter_mut().for_each(|g| k.store(g)),
        Op::Parameter => {
            let value = parameters.get(operands[0] as usize).copied().unwrap_or(f64::NAN);
            let value = V::splat(value);
            target.iter_mut().for_each(|g| value.store(g));
        }
        _ if op.operands() == 1 => {
            let a = source(0);
            match op {
                Op::Neg => each!(target = [a] - a),
                Op::MulK => each!(target = [a] k * a),
                Op::AddK => each!(target = [a] a + k),
                Op::FmaKK => each!(target = [a] k.mul_add(a, l)),
                Op::Recip => each!(target = [a] a.recip()),
                Op::Rsqrt => each!(target = [a] a.rsqrt()),
                Op::Unary(function) => unary::<V>(*function, a, target),
                _ => unreachable!("an instruction of one operand"),
            }
        }
        _ if op.operands() == 2 => {
            let (a, b) = (source(0), source(1));
            match op {
                Op::Add => each!(target = [a, b] a + b),
                Op::Sub => each!(target = [a, b] a - b),
                Op::Mul => each!(target = [a, b] a * b),
                Op::Div => each!(target = [a, b] a / b),
                Op::FmaK => each!(target = [a, b] k.mul_add(a, b)),
                Op::MulAddK => each!(target = [a, b] a.mul_add(b, k)),
                Op::MulSubK => each!(target = [a, b](-a).mul_add(b, k)),
                Op::Binary(function) => binary::<V>(*function, a, b, target),
                _ => unreachable!("an instruction of two operands"),
            }
        }
        _ if op.operands() == 3 => {
            let (a, b, c) = (source(0), source(1), source(2));
            match op {
                Op::Fma => each!(target = [a, b, c] a.mul_add(b, c)),
                Op::Fnma => each!(target = [a, b, c](-a).mul_add(b, c)),
                Op::MulMul => each!(target = [a, b, c] a * b * c),
                Op::Norm3 => each!(target = [a, b, c] a.mul_add(a, b.mul_add(b, c * c))),
                Op::Horner2 => each!(target = [a, b, c] a.mul_add(b, k).mul_add(c, l)),
                Op::Where => {
                    let zero = V::splat(0.0);
                    each!(target = [a, b, c] V::select(a.ne(zero), b, c))
                }
                _ => unreachable!("an instruction of three operands"),
            }
        }
        _ => {
            let (a, b, c, d) = (source(0), source(1), source(2), source(3));
            match op {
                Op::MulFma => each!(target = [a, b, c, d](a * b).mul_add(c, d)),
                Op::Dot2 => each!(target = [a, b, c, d] a.mul_add(b, c * d)),
                Op::Fma2 => {
                    let e = source(4);
                    each!(target = [a, b, c, d, e] a.mul_add(b, c.mul_add(d, e)))
                }
                Op::FmaFma => {
                    let e = source(4);
                    each!(target = [a, b, c, d, e] a.mul_add(b, c).mul_add(d, e))
                }
                Op::Dot3 => {
                    let (e, f) = (source(4), source(5));
                    each!(target = [a, b, c, d, e, f] a.mul_add(b, c.mul_add(d, e * f)))
                }
                _ => unreachable!("an instruction of four operands or more"),
            }
        }
    }
}

/// The column of an operand: a variable, or a slot below or above the result's.
#[inline(always)]
#[allow(clippy::too_many_arguments)] // as `step`
fn column<'a>(
    operand: u32,
    inputs: usize,
    points: Points<'a>,
    start: usize,
    count: usize,
    low: &'a [Group],
    high: &'a [Group],
    stride: usize,
) -> &'a [Group] {
    let operand = operand as usize;
    if operand < inputs {
        return &points.lanes(operand)[start..start + count];
    }
    let at = (operand - inputs) * stride;
    if at < low.len() { &low[at..at + count] } else { &high[at - low.len() - stride..][..count] }
}

/// Both roots; the second result's slot is on either side of the first one's.
#[inline(always)]
#[allow(clippy::too_many_arguments)] // as `step`
fn roots<V: Lanes>(
    instruction: &Instruction,
    inputs: usize,
    points: Points<'_>,
    start: usize,
    low: &mut [Group],
    target: &mut [Group],
    high: &mut [Group],
    stride: usize,
) {
    let count = target.len();
    let second = instruction.second as usize * stride;
    let operand = instruction.operands[0] as usize;
    let low_len = low.len();
    // Split at the second result, so that the operand can be read from what remains.
    let (near, far) = if second < low_len { (low, high) } else { (high, low) };
    let offset = if second < low_len { 0 } else { low_len + stride };
    let (below, rest) = near.split_at_mut(second - offset);
    let (other, above) = rest.split_at_mut(stride);
    let other = &mut other[..count];
    let a: &[Group] = if operand < inputs {
        &points.lanes(operand)[start..start + count]
    } else {
        let at = (operand - inputs) * stride;
        let same_side = (at < low_len) == (second < low_len);
        match same_side {
            true if at < second => &below[at - offset..][..count],
            true => &above[at - second - stride..][..count],
            false if at < low_len => &far[at..][..count],
            false => &far[at - low_len - stride..][..count],
        }
    };
    for ((a, sqrt), rsqrt) in a.iter().zip(target).zip(other) {
        let (s, r) = V::load(a).sqrt_rsqrt();
        s.store(sqrt);
        r.store(rsqrt);
    }
}

#[inline(always)]
fn unary<V: Lanes>(function: Unary, a: &[Group], target: &mut [Group]) {
    let (zero, one) = (V::splat(0.0), V::splat(1.0));
    match function {
        Unary::Neg => each!(target = [a] - a),
        Unary::Not => each!(target = [a] V::select(a.eq(zero), one, zero)),
        Unary::Sqrt => each!(target = [a] a.sqrt()),
        Unary::Abs => each!(target = [a] a.abs()),
        Unary::Sign => {
            each!(target = [a] V::select(a.gt(zero), one, V::select(a.lt(zero), -one, a)))
        }
        Unary::Floor => each!(target = [a] a.floor()),
        Unary::Ceil => each!(target = [a] a.ceil()),
        Unary::Exp => each!(target = [a] a.exp()),
        Unary::Cbrt => slow!(target = [a] a.cbrt()),
        Unary::Expm1 => slow!(target = [a] a.exp_m1()),
        Unary::Log => slow!(target = [a] a.ln()),
        Unary::Log1p => slow!(target = [a] a.ln_1p()),
        Unary::Log10 => slow!(target = [a] a.log10()),
        Unary::Sin => slow!(target = [a] a.sin()),
        Unary::Cos => slow!(target = [a] a.cos()),
        Unary::Tan => slow!(target = [a] a.tan()),
        Unary::Asin => slow!(target = [a] a.asin()),
        Unary::Acos => slow!(target = [a] a.acos()),
        Unary::Atan => slow!(target = [a] a.atan()),
        Unary::Sinh => slow!(target = [a] a.sinh()),
        Unary::Cosh => slow!(target = [a] a.cosh()),
        Unary::Tanh => slow!(target = [a] a.tanh()),
        // No vector form: eight calls of the plain evaluator's function, and its bits.
        _ => slow!(target = [a] a.map(|x| function.apply(x))),
    }
}

#[inline(always)]
fn binary<V: Lanes>(function: Binary, a: &[Group], b: &[Group], target: &mut [Group]) {
    let (zero, one) = (V::splat(0.0), V::splat(1.0));
    match function {
        Binary::Add => each!(target = [a, b] a + b),
        Binary::Sub => each!(target = [a, b] a - b),
        Binary::Mul => each!(target = [a, b] a * b),
        Binary::Div => each!(target = [a, b] a / b),
        Binary::Min => each!(target = [a, b] a.min(b)),
        Binary::Max => each!(target = [a, b] a.max(b)),
        Binary::Less => each!(target = [a, b] V::select(a.lt(b), one, zero)),
        Binary::LessEqual => each!(target = [a, b] V::select(a.le(b), one, zero)),
        Binary::Greater => each!(target = [a, b] V::select(a.gt(b), one, zero)),
        Binary::GreaterEqual => each!(target = [a, b] V::select(a.ge(b), one, zero)),
        Binary::Equal => each!(target = [a, b] V::select(a.eq(b), one, zero)),
        Binary::NotEqual => each!(target = [a, b] V::select(a.ne(b), one, zero)),
        Binary::And => each!(target = [a, b] V::select(a.ne(zero) & b.ne(zero), one, zero)),
        Binary::Or => each!(target = [a, b] V::select(a.ne(zero) | b.ne(zero), one, zero)),
        Binary::Pow => slow!(target = [a, b] a.powf(b)),
        Binary::Atan2 => slow!(target = [a, b] a.atan2(b)),
        Binary::Hypot => slow!(target = [a, b] a.hypot(b)),
    }
}
