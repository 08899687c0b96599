//! The graph without powers: half-integer powers become roots, reciprocals and repeated factors.
//!
//! `s^(-1/2)` and everything else with a negative power of a base that is never negative share one `rsqrt`, with
//! `sqrt` a by-product; other bases share one reciprocal.

use std::collections::HashMap;

use crate::graph::{Binary, Graph, Id, Node, Unary};

/// The number of a form.
pub(crate) type V = u32;

/// One value to compute.
#[derive(Debug, Clone)]
pub(crate) enum Form {
    Input(u32),
    Parameter(u32),
    Constant(f64),
    Unary(Unary, V),
    Binary(Binary, V, V),
    Where(V, V, V),
    Recip(V),
    Rsqrt(V),
    /// `constant + Σ coefficient · value`
    Sum(f64, Vec<(f64, V)>),
    /// `coefficient · Π value`, values with repetition
    Product(f64, Vec<V>),
}

impl Form {
    /// Calls `f` with each operand, as often as it occurs.
    pub(crate) fn each_operand(&self, mut f: impl FnMut(V)) {
        match self {
            Self::Input(_) | Self::Parameter(_) | Self::Constant(_) => {}
            Self::Unary(_, a) | Self::Recip(a) | Self::Rsqrt(a) => f(*a),
            Self::Binary(_, a, b) => {
                f(*a);
                f(*b);
            }
            Self::Where(c, a, b) => {
                f(*c);
                f(*a);
                f(*b);
            }
            Self::Sum(_, terms) => terms.iter().for_each(|(_, t)| f(*t)),
            Self::Product(_, factors) => factors.iter().for_each(|v| f(*v)),
        }
    }
}

/// All values and which of them are results.
#[derive(Debug)]
pub(crate) struct Forms {
    pub(crate) forms: Vec<Form>,
    pub(crate) roots: Vec<V>,
}

/// Which powers of a base occur.
#[derive(Default, Clone, Copy)]
struct Need {
    odd: bool,
}

/// A node as a multiple of a value, so that users absorb the number.
type Scaled = (f64, V);

impl Forms {
    pub(crate) fn new(graph: &Graph, roots: &[Id]) -> Self {
        let reachable = graph.reachable(roots);
        let mut uses: HashMap<Id, usize> = HashMap::new();
        let mut needs: HashMap<Id, Need> = HashMap::new();
        for id in &reachable {
            graph.operands(*id, |operand| *uses.entry(operand).or_default() += 1);
            if let Node::Product(_, factors) = graph.node(*id) {
                for (base, half) in factors {
                    let need = needs.entry(*base).or_default();
                    need.odd |= half % 2 != 0;
                }
            }
        }
        roots.iter().for_each(|root| *uses.entry(*root).or_default() += 1);
        let mut maker = Maker {
            graph,
            forms: Vec::new(),
            known: HashMap::new(),
            uses,
            needs,
            powers: HashMap::new(),
            scaled: HashMap::new(),
        };
        for id in reachable {
            let scaled = maker.make(id);
            maker.known.insert(id, scaled);
        }
        let roots = roots.iter().map(|root| maker.operand(*root)).collect();
        Self { forms: maker.forms, roots }
    }

    /// Splits long sums and products into chains, so that operands are consumed as they are made: all of them at
    /// once would need a slot each.
    pub(crate) fn split_long(&mut self) {
        for at in 0..self.forms.len() {
            match &mut self.forms[at] {
                Form::Sum(constant, terms) if terms.len() > CHAINED => {
                    let (mut constant, terms) = (std::mem::take(constant), std::mem::take(terms));
                    let mut links: Vec<Vec<(f64, V)>> = terms.chunks(CHAINED / 2).map(<[_]>::to_vec).collect();
                    let last = links.pop().unwrap_or_default();
                    let mut chain: Option<V> = None;
                    for link in links {
                        let before = chain.map(|v| (1.0, v));
                        self.forms.push(Form::Sum(std::mem::take(&mut constant), before.into_iter().chain(link).collect()));
                        chain = Some((self.forms.len() - 1) as V);
                    }
                    self.forms[at] = Form::Sum(constant, chain.map(|v| (1.0, v)).into_iter().chain(last).collect());
                }
                Form::Product(k, factors) if factors.len() > CHAINED => {
                    let (k, factors) = (*k, std::mem::take(factors));
                    let mut links: Vec<Vec<V>> = factors.chunks(CHAINED / 2).map(<[_]>::to_vec).collect();
                    let last = links.pop().unwrap_or_default();
                    let mut chain: Option<V> = None;
                    for link in links {
                        self.forms.push(Form::Product(1.0, chain.into_iter().chain(link).collect()));
                        chain = Some((self.forms.len() - 1) as V);
                    }
                    self.forms[at] = Form::Product(k, chain.into_iter().chain(last).collect());
                }
                _ => {}
            }
        }
    }

    /// Moves a lone minus sign of a product into a sum below it that nothing else needs, where it costs nothing.
    pub(crate) fn absorb_signs(&mut self) {
        let mut uses = vec![0_u32; self.forms.len()];
        for form in &self.forms {
            form.each_operand(|operand| uses[operand as usize] += 1);
        }
        self.roots.iter().for_each(|root| uses[*root as usize] += 1);
        for at in 0..self.forms.len() {
            let Form::Product(k, factors) = &self.forms[at] else { continue };
            if *k != -1.0 {
                continue;
            }
            let mut work = factors.clone();
            while let Some(v) = work.pop() {
                if uses[v as usize] != 1 {
                    continue;
                }
                match &mut self.forms[v as usize] {
                    Form::Sum(constant, terms) => {
                        *constant = 0.0 - *constant;
                        terms.iter_mut().for_each(|(c, _)| *c = -*c);
                        if let Form::Product(k, _) = &mut self.forms[at] {
                            *k = 1.0;
                        }
                        break;
                    }
                    Form::Product(k, inner) if *k == 1.0 => work.extend_from_slice(inner),
                    _ => {}
                }
            }
        }
    }

    /// Additions, multiplications and functions, each counted as one.
    pub(crate) fn operations(&self) -> usize {
        let count = |form: &Form| match form {
            Form::Input(_) | Form::Parameter(_) | Form::Constant(_) => 0,
            Form::Sum(constant, terms) => {
                let scaled = terms.iter().filter(|(c, _)| c.abs() != 1.0).count();
                terms.len() - usize::from(*constant == 0.0) + scaled
            }
            Form::Product(k, factors) => factors.len() - usize::from(*k == 1.0),
            _ => 1,
        };
        self.forms.iter().map(count).sum()
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Power {
    Sqrt,
    Rsqrt,
    Recip,
    Square,
}

/// Longest sum or product that is computed in one go.
const CHAINED: usize = 16;
/// Longest power that is written as repeated factors.
const REPEATED: usize = 8;

struct Maker<'a> {
    graph: &'a Graph,
    forms: Vec<Form>,
    known: HashMap<Id, Scaled>,
    uses: HashMap<Id, usize>,
    needs: HashMap<Id, Need>,
    powers: HashMap<(V, Power), V>,
    scaled: HashMap<(u64, V), V>,
}

impl Maker<'_> {
    fn push(&mut self, form: Form) -> V {
        self.forms.push(form);
        (self.forms.len() - 1) as V
    }

    fn make(&mut self, id: Id) -> Scaled {
        match self.graph.node(id) {
            Node::Constant(value) => (1.0, self.push(Form::Constant(value.get()))),
            Node::Variable(v) => (1.0, self.push(Form::Input(*v))),
            Node::Parameter(p) => (1.0, self.push(Form::Parameter(*p))),
            Node::Sum(constant, terms) => {
                let terms = terms.iter().map(|(t, c)| {
                    let (k, v) = self.known[t];
                    (k * c.get(), v)
                });
                let terms = terms.collect();
                (1.0, self.push(Form::Sum(constant.get(), terms)))
            }
            Node::Product(k, factors) => {
                let mut k = k.get();
                let mut list = Vec::new();
                for &(base, half) in factors {
                    self.power(base, half, &mut k, &mut list);
                }
                if let [only] = list[..] {
                    return (k, only);
                }
                (k, self.push(Form::Product(1.0, list)))
            }
            Node::Unary(function, a) => {
                let a = self.operand(*a);
                (1.0, self.push(Form::Unary(*function, a)))
            }
            Node::Binary(function, a, b) => {
                let (a, b) = (self.operand(*a), self.operand(*b));
                (1.0, self.push(Form::Binary(*function, a, b)))
            }
            Node::Where(c, a, b) => {
                let (c, a, b) = (self.operand(*c), self.operand(*a), self.operand(*b));
                (1.0, self.push(Form::Where(c, a, b)))
            }
        }
    }

    /// A node as a value, its number multiplied in.
    fn operand(&mut self, id: Id) -> V {
        let (k, v) = self.known[&id];
        if k == 1.0 {
            return v;
        }
        if let Some(known) = self.scaled.get(&(k.to_bits(), v)) {
            return *known;
        }
        // A sum that nothing else needs takes the number into its coefficients.
        let inner = match self.graph.node(id) {
            Node::Product(_, factors) => factors[0].0,
            _ => id,
        };
        let alone = self.uses.get(&inner).is_none_or(|n| *n < 2);
        let form = match &self.forms[v as usize] {
            Form::Sum(constant, terms) if alone => {
                let terms = terms.iter().map(|(c, t)| (k * c, *t)).collect();
                Form::Sum(k * constant, terms)
            }
            _ => Form::Product(k, vec![v]),
        };
        let made = self.push(form);
        self.scaled.insert((k.to_bits(), v), made);
        made
    }

    /// Appends the factors of `base^(half/2)`.
    fn power(&mut self, base: Id, half: i32, k: &mut f64, list: &mut Vec<V>) {
        let need = self.needs[&base];
        let odd = half % 2 != 0;
        let (scale, v) = if odd || half < 0 { (1.0, self.operand(base)) } else { self.known[&base] };
        let whole = half.unsigned_abs() as usize / 2;
        if half > 0 {
            *k *= scale.powi(whole as i32);
            self.repeat(v, whole, list);
            if odd {
                list.push(self.of(v, Power::Sqrt));
            }
            return;
        }
        // Where the base may be negative, 1/s exists and 1/sqrt(s) does not: they may stand in different branches.
        if need.odd && self.graph.not_negative(base) {
            let rsqrt = self.of(v, Power::Rsqrt);
            self.repeat(rsqrt, half.unsigned_abs() as usize, list);
            return;
        }
        if odd {
            list.push(self.of(v, Power::Rsqrt));
        }
        if whole > 0 {
            let recip = self.of(v, Power::Recip);
            self.repeat(recip, whole, list);
        }
    }

    /// Appends `v^times`: short powers as repeated factors, which others may share, long ones squared repeatedly.
    fn repeat(&mut self, v: V, times: usize, list: &mut Vec<V>) {
        if times <= REPEATED {
            list.extend(std::iter::repeat_n(v, times));
            return;
        }
        let (mut square, mut left) = (v, times);
        while left > 0 {
            if left % 2 == 1 {
                list.push(square);
            }
            left /= 2;
            if left > 0 {
                square = self.of(square, Power::Square);
            }
        }
    }

    fn of(&mut self, v: V, power: Power) -> V {
        if let Some(known) = self.powers.get(&(v, power)) {
            return *known;
        }
        let form = match power {
            Power::Sqrt => Form::Unary(Unary::Sqrt, v),
            Power::Rsqrt => Form::Rsqrt(v),
            Power::Recip => Form::Recip(v),
            Power::Square => Form::Product(1.0, vec![v, v]),
        };
        let made = self.push(form);
        self.powers.insert((v, power), made);
        made
    }
}
