//! Zeros that no formula gives: of functions that certainly grow, or certainly fall, in a variable.
//!
//! Interval arithmetic proves that the slope keeps its sign and stays away from zero, by at least m; then there is one zero at the most,
//! no further from any point than |g|/m there. Newton's method within this bracket finds it to the last bits, for each point by itself,
//! so that it does not depend on which others are in the batch. In the graph such a zero is a variable of a number that nobody else has.

use super::depends_on;
use super::newton::Newton;
use super::range::{Range, is_not_negative, ranges};
use super::solve::{Solved, has_corner};
use crate::compiled::Compiled;
use crate::graph::{Binary, Graph, Id, Node, Unary};
use fubini_algorithms::{Columns, Integrand, Points, Values};
use std::collections::HashMap;

/// Numbers of variables from here on are zeros.
const FIRST: u32 = 1 << 20;
/// Boxes into which the domain is divided to prove that a slope keeps its sign.
const MOST_BOXES: usize = 32;

/// Intervals that are looked at for zeros of one variable, and the narrowest of them.
const MOST_INTERVALS: usize = 256;
const NARROWEST: f64 = 1e-9;
/// Zeros that are nearer to each other than this part of the interval are one, at which an interval was divided.
const SAME: f64 = 1e-14;

/// All zeros of an analysis.
#[derive(Clone, Debug, Default)]
pub(super) struct Implicits {
    list: Vec<(Id, Newton)>,
}

impl Implicits {
    /// The zero of a function in its last variable, if it is proved that there is one at the most.
    pub(super) fn solve(&mut self, graph: &mut Graph, function: Id, variable: u32, box_of: &[Range]) -> Option<Solved> {
        let solved = |roots| Some(Solved { function, roots, conditions: Vec::new(), quadratic: None, is_implicit: true });
        if variable == 0 {
            let roots = isolated(graph, function, box_of[0])?;
            return solved(roots.into_iter().map(|root| graph.constant(root)).collect());
        }
        let at = match self.list.iter().position(|(own, _)| *own == function) {
            Some(at) => at,
            None => {
                let newton = proved(graph, function, variable, box_of)?;
                self.list.push((function, newton));
                self.list.len() - 1
            }
        };
        solved(vec![graph.variable(FIRST + at as u32)])
    }

    /// The values of nodes at a point, zeros among them; these are no numbers outside of the range of their variable.
    pub(super) fn evaluate(&self, graph: &Graph, ids: &[Id], point: &[f64]) -> Vec<f64> {
        let mut values = graph.evaluate(ids, point, &[]);
        for (id, value) in ids.iter().zip(&mut values) {
            if let Some((_, newton)) = self.of(graph, *id) {
                *value = newton.find_one(point);
            }
        }
        values
    }

    fn of(&self, graph: &Graph, id: Id) -> Option<&(Id, Newton)> {
        match graph.node(id) {
            Node::Variable(v) => self.list.get(v.checked_sub(FIRST)? as usize),
            _ => None,
        }
    }

    /// A program for nodes as functions of so many variables, which finds the zeros among them at every point.
    pub(super) fn compile(&self, graph: &mut Graph, ids: &[Id], dim: usize) -> Rooted {
        let used: Vec<usize> =
            (0..self.list.len()).filter(|at| ids.iter().any(|id| depends_on(graph, *id, FIRST + *at as u32))).collect();
        let places: HashMap<Id, Id> = used
            .iter()
            .enumerate()
            .map(|(j, at)| (graph.variable(FIRST + *at as u32), graph.variable((dim + j) as u32)))
            .collect();
        let ids = if used.is_empty() { ids.to_vec() } else { graph.rebuild(ids, &places) };
        let zeros = used.into_iter().map(|at| self.list[at].1.clone()).collect::<Vec<_>>();
        Rooted { dim, program: Compiled::of(graph, &ids, dim + zeros.len()), zeros }
    }
}

/// Functions of zeros.
#[derive(Clone, Debug)]
pub(super) struct Rooted {
    dim: usize,
    zeros: Vec<Newton>,
    program: Compiled,
}

impl Integrand for Rooted {
    fn dim(&self) -> usize {
        self.dim
    }

    fn components(&self) -> usize {
        self.program.components()
    }

    fn eval(&self, points: Points<'_>, values: &mut Values<'_>) {
        if self.zeros.is_empty() {
            return self.program.eval(points, values);
        }
        let mut columns = Columns::default();
        columns.reset(self.dim + self.zeros.len(), points.len());
        (0..self.dim).for_each(|d| columns.column_mut(d).copy_from_slice(points.axis(d)));
        for (j, zero) in self.zeros.iter().enumerate() {
            let mut found = vec![0.0; points.len()];
            zero.find(points, &mut found, false);
            columns.column_mut(self.dim + j).copy_from_slice(&found);
        }
        columns.pad();
        self.program.eval(columns.points(self.dim + self.zeros.len()), values);
    }
}

/// How the zero is found, if it is proved that there is one at the most.
fn proved(graph: &mut Graph, function: Id, variable: u32, box_of: &[Range]) -> Option<Newton> {
    let known = ranges(graph, &[function], box_of);
    let all = graph.reachable(&[function]);
    let is_fine = |id: &Id| is_number(graph, *id, &known) && (!depends_on(graph, *id, variable) || is_smooth(graph, *id, &known));
    if !all.iter().all(is_fine) {
        return None;
    }
    let leaf = graph.variable(variable);
    let slope = graph.derivative(function, leaf).ok()?;
    let (rises, least) = one_sign(graph, slope, box_of)?;
    let program = Compiled::of(graph, &[function, slope], variable as usize + 1);
    Some(Newton { program, range: box_of[variable as usize], rises, slope: least })
}

/// All zeros of a function of the first variable alone, each between places that are proved to hold no other.
fn isolated(graph: &mut Graph, function: Id, whole: Range) -> Option<Vec<f64>> {
    if let Some(newton) = proved(graph, function, 0, &[whole]) {
        return Some(Some(newton.find_one(&[])).filter(|root| root.is_finite()).into_iter().collect());
    }
    let length = whole.hi - whole.lo;
    let known = ranges(graph, &[function], &[whole]);
    let is_fine = |id: &Id| is_number(graph, *id, &known) && is_smooth(graph, *id, &known);
    if !length.is_finite() || !graph.reachable(&[function]).iter().all(is_fine) {
        return None;
    }
    let leaf = graph.variable(0);
    let slope = graph.derivative(function, leaf).ok()?;
    let program = Compiled::of(graph, &[function, slope], 1);
    let (mut open, mut looked_at, mut roots) = (vec![whole], 0, Vec::new());
    while let Some(range) = open.pop() {
        looked_at += 1;
        let known = ranges(graph, &[function, slope], &[range]);
        if known[&function].sign().is_some() && known[&function].excludes_zero() {
            continue;
        }
        let Range { lo, hi } = known[&slope];
        if let Some(sign) = known[&slope].sign() {
            let newton = Newton { program: program.clone(), range, rises: sign > 0.0, slope: lo.abs().min(hi.abs()) };
            roots.extend(Some(newton.find_one(&[])).filter(|root| root.is_finite()));
            continue;
        }
        // Two zeros that nothing tells apart, or one at which the slope vanishes.
        if looked_at + open.len() >= MOST_INTERVALS || range.hi - range.lo < NARROWEST * length {
            return None;
        }
        let middle = 0.5 * range.lo + 0.5 * range.hi;
        open.extend([Range { lo: middle, hi: range.hi }, Range { lo: range.lo, hi: middle }]);
    }
    roots.sort_by(f64::total_cmp);
    roots.dedup_by(|next, kept| (*next - *kept).abs() <= SAME * length);
    Some(roots)
}

/// Whether a node keeps its sign and its distance from zero over a box: whether it is positive, and the least absolute value.
fn one_sign(graph: &Graph, node: Id, box_of: &[Range]) -> Option<(bool, f64)> {
    let varies: Vec<usize> = (0..box_of.len()).filter(|v| depends_on(graph, node, *v as u32)).collect();
    let length = |own: &[Range], v: usize| own[v].hi - own[v].lo;
    let (mut boxes, mut looked_at) = (vec![box_of.to_vec()], 0);
    let (mut positive, mut least) = (None, f64::INFINITY);
    while let Some(mut own) = boxes.pop() {
        looked_at += 1;
        let range = ranges(graph, &[node], &own)[&node];
        if let Some(sign) = range.sign() {
            if positive.is_some_and(|positive| positive != (sign > 0.0)) {
                return None;
            }
            (positive, least) = (Some(sign > 0.0), least.min(range.lo.abs()).min(range.hi.abs()));
            continue;
        }
        // The longest side, as a part of the whole.
        let share = |v: &usize| length(&own, *v) / length(box_of, *v);
        let divisible = varies.iter().copied().filter(|v| length(&own, *v).is_finite() && length(&own, *v) > 0.0);
        let v = divisible.max_by(|a, b| share(a).total_cmp(&share(b)))?;
        if looked_at + boxes.len() >= MOST_BOXES {
            return None;
        }
        let middle = 0.5 * own[v].lo + 0.5 * own[v].hi;
        let mut upper = own.clone();
        (own[v].hi, upper[v].lo) = (middle, middle);
        boxes.extend([own, upper]);
    }
    positive.filter(|_| least.is_normal()).map(|positive| (positive, least))
}

/// Whether a node is a number wherever its operands are, as far as signs tell.
fn is_number(graph: &Graph, id: Id, known: &HashMap<Id, Range>) -> bool {
    match graph.node(id) {
        Node::Product(_, factors) => factors.iter().all(|(base, half)| {
            (half % 2 == 0 || is_not_negative(graph, *base, known)) && (*half > 0 || known[base].excludes_zero())
        }),
        Node::Binary(Binary::Pow, base, _) | Node::Unary(Unary::Sqrt | Unary::Log | Unary::Log10, base) => {
            is_not_negative(graph, *base, known)
        }
        Node::Binary(Binary::Div | Binary::Mod, _, b) => known[b].excludes_zero(),
        Node::Parameter(_) => false,
        _ => true,
    }
}

/// Whether derivatives of a node tell what it does in all of the box.
fn is_smooth(graph: &Graph, id: Id, known: &HashMap<Id, Range>) -> bool {
    match graph.node(id) {
        Node::Unary(function, a) => match function {
            Unary::Neg
            | Unary::Exp
            | Unary::Expm1
            | Unary::Sinh
            | Unary::Cosh
            | Unary::Tanh
            | Unary::Atan
            | Unary::Erf
            | Unary::Erfc
            | Unary::Sin
            | Unary::Cos => true,
            Unary::Log | Unary::Log10 | Unary::Sqrt | Unary::Cbrt => known[a].excludes_zero(),
            Unary::Log1p => known[a].lo > -1.0,
            _ => false,
        },
        Node::Binary(Binary::Pow, base, exponent) => graph.value(*exponent).is_some() && known[base].lo > 0.0,
        Node::Product(_, factors) => factors.iter().all(|(base, half)| half % 2 == 0 || known[base].lo > 0.0),
        _ => !has_corner(graph, id),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Expressions, Names};

    /// Zeros in y at values of x, over 0 < x < 1 and this range of y; none if nothing is proved.
    fn zeros(text: &str, y: Range, at: &[f64]) -> Option<Vec<f64>> {
        let mut parsed = Expressions::parse(&[text], &Names::new(&["x", "y"])).unwrap();
        let root = parsed.roots()[0];
        let mut implicits = Implicits::default();
        let solved = implicits.solve(&mut parsed.graph, root, 1, &[Range { lo: 0.0, hi: 1.0 }, y])?;
        let rooted = implicits.compile(&mut parsed.graph, &solved.roots, 1);
        let (mut columns, mut values) = (Columns::default(), Columns::default());
        columns.reset(1, at.len());
        columns.column_mut(0).copy_from_slice(at);
        columns.pad();
        values.reset(1, at.len());
        rooted.eval(columns.points(1), &mut values.values());
        let found = values.column(0).to_vec();
        for (x, y) in at.iter().zip(&found) {
            let one = implicits.evaluate(&parsed.graph, &solved.roots, &[*x])[0];
            // One by one as in a batch, to the last bit.
            assert!(one.to_bits() == y.to_bits() || one.is_nan(), "{text} at {x}: {one} {y}");
            let value = |y: f64| parsed.graph.evaluate(&[root], &[*x, y], &[])[0];
            let h = 1e-15 * (1.0 + y.abs());
            assert!(one.is_nan() || value(*y) == 0.0 || value(y - h) * value(y + h) <= 0.0, "{text} at {x}: {y}");
        }
        Some(found)
    }

    #[test]
    fn all_zeros_of_one_variable_are_found_between_numbers() {
        let isolated = |text: &str, lo: f64, hi: f64| {
            let mut parsed = Expressions::parse(&[text], &Names::new(&["x"])).unwrap();
            let root = parsed.roots()[0];
            isolated(&mut parsed.graph, root, Range { lo, hi })
        };
        let close = |found: Option<Vec<f64>>, expected: &[f64]| {
            let found = found.unwrap();
            let is_close = found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-14);
            assert!(found.len() == expected.len() && is_close, "{found:?}");
        };
        close(isolated("x + sin(3*x)", 0.0, 1.0), &[0.0]);
        close(isolated("cos(5*x) - x^2", -1.0, 1.0), &[-0.296_548_333_295_575_6, 0.296_548_333_295_575_6]);
        close(isolated("x^3 - x", -1.0, 1.0), &[-1.0, 0.0, 1.0]);
        close(isolated("exp(x) + x", -2.0, 2.0), &[-0.567_143_290_409_783_8]);
        close(isolated("exp(x) + x^2", -2.0, 2.0), &[]);
        // Touches zero; has a pole; is not looked through to infinity.
        assert!(isolated("(x^2 - 0.3)*exp(x) + 0.3*exp(x) + 0*x", -1.0, 1.0).is_none());
        assert!(isolated("1/x + sin(x)", -1.0, 1.0).is_none() && isolated("x + sin(3*x)", 0.0, f64::INFINITY).is_none());
    }

    #[test]
    fn functions_that_rise_or_fall_are_solved_to_the_last_bits_and_others_are_not() {
        let unit = Range { lo: 0.0, hi: 1.0 };
        let places: Vec<f64> = (0..=40).map(|k| f64::from(k) / 40.0).collect();
        for text in [
            "y + sin(y) - x",
            "x - y - 0.1*sin(7*y)",
            "y*exp(y) + sin(x) - 0.4",
            "exp(y) + y^3 - x - 1.2",
            "log(1 + y) + y*x - x^2",
        ] {
            assert!(zeros(text, unit, &places).is_some(), "{text}");
        }
        // Of all numbers, where no bracket is given.
        let found = zeros("exp(y) + y - x", Range::ALL, &[1.0, 0.0]).unwrap();
        assert!(found[0] == 0.0 && (found[1] + 0.567_143_290_409_783_8).abs() < 1e-15, "{found:?}");
        assert!(zeros("y + 0.5*sin(y) - exp(9*x)", Range::ALL, &places).is_some());
        // Beyond an end, the end.
        assert_eq!(zeros("y + sin(y) - 3*x", unit, &[0.0, 1.0]).unwrap(), [0.0, 1.0]);
        for text in [
            "y + sin(3*y) - x",
            "1/(y-0.5) + x",
            "abs(y) + exp(y) - x",
            "floor(3*y) + y - x",
            "y^2 + sin(y)*x",
            "sqrt(y) + exp(y) - x",
        ] {
            assert!(zeros(text, unit, &places).is_none(), "{text}");
        }
        // A pole, though its slope has one sign; a slope that comes near zero.
        assert!(zeros("exp(-y) - x", Range { lo: 0.0, hi: f64::INFINITY }, &places).is_none());
    }
}
