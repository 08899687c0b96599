//! Forms to instructions in an order in which operands come first, with multiply-add where a product meets a sum.

use std::collections::HashMap;

use super::forms::{Form, Forms, V};
use super::{Instruction, Op};
use crate::graph::{Binary, Unary};

/// Marks an operand that is a variable, not the result of an instruction.
pub(super) const INPUT: u32 = 1 << 31;

/// Instructions whose results are numbered by `out` and `second`, each written once.
#[derive(Debug)]
pub(super) struct Code {
    pub(super) instructions: Vec<Instruction>,
    pub(super) outputs: Vec<u32>,
    pub(super) values: u32,
}

pub(super) fn emit(forms: &Forms, inputs: usize) -> Code {
    let mut uses = vec![0_u32; forms.forms.len()];
    let mut seen = vec![false; forms.forms.len()];
    let mut stack: Vec<V> = forms.roots.clone();
    let mut twins: HashMap<V, [Option<V>; 2]> = HashMap::new();
    forms.roots.iter().for_each(|root| uses[*root as usize] += 1);
    while let Some(v) = stack.pop() {
        if std::mem::replace(&mut seen[v as usize], true) {
            continue;
        }
        match forms.forms[v as usize] {
            Form::Unary(Unary::Sqrt, a) => twins.entry(a).or_default()[0] = Some(v),
            Form::Rsqrt(a) => twins.entry(a).or_default()[1] = Some(v),
            _ => {}
        }
        forms.forms[v as usize].each_operand(|operand| {
            uses[operand as usize] += 1;
            stack.push(operand);
        });
    }
    debug_assert!(inputs < INPUT as usize);
    let mut emitter = Emitter { forms, uses, twins, at: HashMap::new(), code: Vec::new(), values: 0 };
    for root in &forms.roots {
        emitter.demand(*root);
    }
    let outputs = forms.roots.iter().map(|root| emitter.at[root]).collect();
    Code { instructions: emitter.code, outputs, values: emitter.values }
}

struct Emitter<'a> {
    forms: &'a Forms,
    uses: Vec<u32>,
    /// The square root and the reciprocal root of a value, where both are needed.
    twins: HashMap<V, [Option<V>; 2]>,
    at: HashMap<V, u32>,
    code: Vec<Instruction>,
    values: u32,
}

impl Emitter<'_> {
    /// Emits a form after everything it needs; an explicit stack instead of recursion.
    fn demand(&mut self, root: V) {
        let mut stack = vec![(root, false)];
        while let Some((v, ready)) = stack.pop() {
            if self.at.contains_key(&v) {
                continue;
            }
            if ready {
                let at = self.form(v);
                self.at.insert(v, at);
                continue;
            }
            stack.push((v, true));
            let mut needed = Vec::new();
            self.forms.forms[v as usize].each_operand(|operand| needed.push(operand));
            if let Form::Sum(..) = self.forms.forms[v as usize] {
                // Products that are added here and nowhere else are multiplied here: their factors are needed.
                let mut opened = Vec::new();
                for operand in needed {
                    match self.inner_factors(operand) {
                        Some(factors) => opened.extend_from_slice(factors),
                        None => opened.push(operand),
                    }
                }
                needed = opened;
            }
            stack.extend(needed.into_iter().rev().map(|operand| (operand, false)));
        }
    }

    /// The factors of a product that only one sum uses.
    fn inner_factors(&self, v: V) -> Option<&[V]> {
        match &self.forms.forms[v as usize] {
            Form::Product(k, factors)
                if *k == 1.0 && factors.len() > 1 && self.uses[v as usize] == 1 && !self.at.contains_key(&v) =>
            {
                Some(factors)
            }
            _ => None,
        }
    }

    fn push(&mut self, op: Op, operands: &[u32], k: f64, l: f64) -> u32 {
        let mut list = [0; 6];
        list[..operands.len()].copy_from_slice(operands);
        let out = self.values;
        self.values += 1;
        self.code.push(Instruction { op, operands: list, k, l, out, second: u32::MAX });
        out
    }

    fn form(&mut self, v: V) -> u32 {
        let forms = self.forms;
        match &forms.forms[v as usize] {
            Form::Input(d) => INPUT | d,
            Form::Parameter(p) => {
                let out = self.push(Op::Parameter, &[], 0.0, 0.0);
                if let Some(last) = self.code.last_mut() {
                    last.operands[0] = *p;
                }
                out
            }
            Form::Constant(value) => self.push(Op::Constant, &[], *value, 0.0),
            Form::Unary(Unary::Sqrt, a) | Form::Rsqrt(a) => self.root(v, *a),
            Form::Unary(Unary::Neg, a) => self.push(Op::Neg, &[self.at[a]], 0.0, 0.0),
            Form::Unary(function, a) => self.push(Op::Unary(*function), &[self.at[a]], 0.0, 0.0),
            Form::Recip(a) => self.push(Op::Recip, &[self.at[a]], 0.0, 0.0),
            Form::Binary(function, a, b) => {
                let op = match function {
                    Binary::Add => Op::Add,
                    Binary::Sub => Op::Sub,
                    Binary::Mul => Op::Mul,
                    Binary::Div => Op::Div,
                    other => Op::Binary(*other),
                };
                self.push(op, &[self.at[a], self.at[b]], 0.0, 0.0)
            }
            Form::Where(c, a, b) => self.push(Op::Where, &[self.at[c], self.at[a], self.at[b]], 0.0, 0.0),
            Form::Product(k, factors) => {
                let product = self.multiplied(factors);
                if *k == 1.0 { product } else { self.push(Op::MulK, &[product], *k, 0.0) }
            }
            Form::Sum(constant, terms) => self.sum(*constant, terms),
        }
    }

    fn root(&mut self, v: V, a: V) -> u32 {
        let operand = self.at[&a];
        let is_root = matches!(self.forms.forms[v as usize], Form::Rsqrt(_));
        if let Some([Some(sqrt), Some(rsqrt)]) = self.twins.get(&a).copied() {
            let first = self.push(Op::SqrtRsqrt, &[operand], 0.0, 0.0);
            let second = self.values;
            self.values += 1;
            if let Some(last) = self.code.last_mut() {
                last.second = second;
            }
            self.at.insert(sqrt, first);
            self.at.insert(rsqrt, second);
            return if is_root { second } else { first };
        }
        self.push(if is_root { Op::Rsqrt } else { Op::Unary(Unary::Sqrt) }, &[operand], 0.0, 0.0)
    }

    fn multiplied(&mut self, factors: &[V]) -> u32 {
        let mut product = self.at[&factors[0]];
        for factor in &factors[1..] {
            product = self.push(Op::Mul, &[product, self.at[factor]], 0.0, 0.0);
        }
        product
    }

    fn sum(&mut self, constant: f64, terms: &[(f64, V)]) -> u32 {
        // Products with one common number share the multiplication by it.
        let mut groups: Vec<(f64, Vec<(f64, V)>)> = Vec::new();
        let mut group_of: HashMap<u64, usize> = HashMap::new();
        let mut plain: Vec<(f64, u32)> = Vec::new();
        let mut unit: Vec<(f64, V)> = Vec::new();
        for &(c, v) in terms {
            if self.inner_factors(v).is_none() {
                plain.push((c, self.at[&v]));
            } else if c.abs() == 1.0 {
                unit.push((c, v));
            } else {
                let group = *group_of.entry(c.abs().to_bits()).or_insert_with(|| {
                    groups.push((c.abs(), Vec::new()));
                    groups.len() - 1
                });
                groups[group].1.push((c.signum(), v));
            }
        }
        for (size, list) in groups {
            if let [(sign, only)] = list[..] {
                let factors = self.inner_factors(only).map(<[V]>::to_vec).unwrap_or_default();
                let product = self.multiplied(&factors);
                plain.push((sign * size, product));
            } else {
                let positive = list.iter().any(|(sign, _)| *sign > 0.0);
                let turn = if positive { 1.0 } else { -1.0 };
                let list: Vec<_> = list.into_iter().map(|(sign, v)| (turn * sign, v)).collect();
                let inner = self.accumulate(0.0, Vec::new(), list);
                plain.push((turn * size, inner));
            }
        }
        self.accumulate(constant, plain, unit)
    }

    /// `constant + Σ c value + Σ ± product`.
    fn accumulate(&mut self, constant: f64, mut plain: Vec<(f64, u32)>, mut unit: Vec<(f64, V)>) -> u32 {
        let mut total = None;
        // Pairs of factors, all but the last multiplied already.
        let mut pairs: Vec<(f64, u32, u32)> = Vec::new();
        for (sign, v) in unit.drain(..) {
            let factors = self.inner_factors(v).map(<[V]>::to_vec).unwrap_or_default();
            let (last, first) = factors.split_last().expect("products here have two factors");
            pairs.push((sign, self.multiplied(first), self.at[last]));
        }
        if constant != 0.0 {
            total = Some(if let Some((c, v)) = (!plain.is_empty()).then(|| plain.remove(0)) {
                let op = if c == 1.0 { Op::AddK } else { Op::FmaKK };
                if c == 1.0 { self.push(op, &[v], constant, 0.0) } else { self.push(op, &[v], c, constant) }
            } else if let Some((sign, a, b)) = (!pairs.is_empty()).then(|| pairs.remove(0)) {
                let op = if sign > 0.0 { Op::MulAddK } else { Op::MulSubK };
                self.push(op, &[a, b], constant, 0.0)
            } else {
                self.push(Op::Constant, &[], constant, 0.0)
            });
        } else if let Some(at) = plain.iter().position(|(c, _)| *c == 1.0) {
            total = Some(plain.remove(at).1);
        } else if let Some(at) = pairs.iter().position(|(sign, ..)| *sign > 0.0) {
            let (_, a, b) = pairs.remove(at);
            total = Some(self.push(Op::Mul, &[a, b], 0.0, 0.0));
        }
        for (sign, a, b) in pairs {
            total = Some(match total {
                Some(total) => self.push(if sign > 0.0 { Op::Fma } else { Op::Fnma }, &[a, b, total], 0.0, 0.0),
                None => {
                    let product = self.push(Op::Mul, &[a, b], 0.0, 0.0);
                    self.push(Op::Neg, &[product], 0.0, 0.0)
                }
            });
        }
        for (c, v) in plain {
            total = Some(match (total, c) {
                (None, -1.0) => self.push(Op::Neg, &[v], 0.0, 0.0),
                (None, _) => self.push(Op::MulK, &[v], c, 0.0),
                (Some(total), 1.0) => self.push(Op::Add, &[total, v], 0.0, 0.0),
                (Some(total), -1.0) => self.push(Op::Sub, &[total, v], 0.0, 0.0),
                (Some(total), _) => self.push(Op::FmaK, &[v, total], c, 0.0),
            });
        }
        total.unwrap_or_else(|| self.push(Op::Constant, &[], constant, 0.0))
    }
}
