//! The compiled form: instructions over slots, immutable and shared by threads.

use crate::graph::{Binary, Unary};

/// What one instruction computes; `a` to `f` are operands in order, `k` and `l` its numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
#[allow(clippy::enum_variant_names)]
pub(crate) enum Op {
    /// `k`
    Constant,
    /// The tunable parameter whose number is in the first operand.
    Parameter,
    /// `-a`
    Neg,
    /// `a + b`
    Add,
    /// `a - b`
    Sub,
    /// `a b`
    Mul,
    /// `a / b`
    Div,
    /// `k a`
    MulK,
    /// `a + k`
    AddK,
    /// `a b + c`
    Fma,
    /// `c - a b`
    Fnma,
    /// `k a + b`
    FmaK,
    /// `k a + l`
    FmaKK,
    /// `a b + k`
    MulAddK,
    /// `k - a b`
    MulSubK,
    /// `1 / a`
    Recip,
    /// `1 / sqrt(a)`
    Rsqrt,
    /// `sqrt(a)` and `1 / sqrt(a)`
    SqrtRsqrt,
    /// A function of `a`.
    Unary(Unary),
    /// A function of `a` and `b`.
    Binary(Binary),
    /// `b` where `a` is not zero, else `c`
    Where,
    /// `a b c`
    MulMul,
    /// `a b c + d`
    MulFma,
    /// `a b + c d`
    Dot2,
    /// `a b + c d + e`
    Fma2,
    /// `a b + c d + e f`
    Dot3,
    /// `a a + b b + c c`
    Norm3,
    /// `(a b + c) d + e`
    FmaFma,
    /// `(a b + k) c + l`
    Horner2,
}

impl Op {
    /// Number of operands.
    pub(crate) fn operands(self) -> usize {
        match self {
            Self::Constant | Self::Parameter => 0,
            Self::Neg | Self::MulK | Self::AddK | Self::FmaKK | Self::Recip | Self::Rsqrt | Self::SqrtRsqrt | Self::Unary(_) => 1,
            Self::Add | Self::Sub | Self::Mul | Self::Div | Self::FmaK | Self::MulAddK | Self::MulSubK | Self::Binary(_) => 2,
            Self::Fma | Self::Fnma | Self::Where | Self::MulMul | Self::Norm3 | Self::Horner2 => 3,
            Self::MulFma | Self::Dot2 => 4,
            Self::Fma2 | Self::FmaFma => 5,
            Self::Dot3 => 6,
        }
    }

    /// Rough cost in units of one addition, from the measured times of the vector functions on AVX-512.
    pub(crate) fn cost(self) -> usize {
        match self {
            Self::Constant | Self::Parameter => 1,
            Self::Recip | Self::Rsqrt => 4,
            Self::Div | Self::SqrtRsqrt | Self::Unary(Unary::Sqrt) => 5,
            Self::Unary(Unary::Abs | Unary::Neg | Unary::Floor | Unary::Ceil | Unary::Not | Unary::Sign) => 1,
            Self::Unary(_) => 10,
            Self::Binary(Binary::Pow | Binary::Atan2 | Binary::Hypot | Binary::Mod) => 30,
            Self::Binary(Binary::Inversion) => 12,
            _ => 1,
        }
    }
}

/// One instruction. Operands below the number of variables are variables, the others slots.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Instruction {
    pub(crate) op: Op,
    pub(crate) operands: [u32; 6],
    pub(crate) k: f64,
    pub(crate) l: f64,
    pub(crate) out: u32,
    /// The second result, where there is one.
    pub(crate) second: u32,
}

/// A compiled set of expressions.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) instructions: Box<[Instruction]>,
    /// Where the results are, operands as in an instruction.
    pub(crate) outputs: Box<[u32]>,
    pub(crate) inputs: usize,
    pub(crate) slots: usize,
    /// Operations of the graph, before pairs were shared.
    pub(crate) operations_before: usize,
    /// Operations before any were fused.
    pub(crate) operations: usize,
    pub(crate) weight: usize,
    /// Whether all results are the number zero.
    pub(crate) zero: bool,
}

impl Program {
    pub(crate) fn cost(&self) -> usize {
        self.weight
    }
}
