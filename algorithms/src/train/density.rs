//! A train as a density: points that are distributed as it is, or as its square, drawn one variable after the other.
//!
//! The integral of a train over all later variables is a vector that the state so far is multiplied by, so the distribution of one variable
//! given those before it is a polynomial on the pieces of its axis: it is integrated exactly, and inverted by Newton's method. Of the
//! square it is a quadratic form, and never negative. Where a train that should be positive is not, the sizes of its values at the
//! nodes are taken, each over its share of the axis; the density that is returned is in any case the one that the points have.
//!
//! S. Dolgov, K. Anaya-Izquierdo, C. Fox, R. Scheichl, Stat. Comput. 30 (2020) 603; T. Cui, S. Dolgov, Found. Comput. Math. 22 (2022) 1863.

use super::chain::{Chain, Core};
use super::grid::{Piece, rule};
use super::marginals::{legendre, through, values};

/// Steps of an inversion, and the part of the axis to which it goes.
const STEPS: usize = 60;
const EXACT: f64 = 1e-15;
/// Part of the largest value by which a train may be negative for it to be what fitting leaves.
const NOISE: f64 = 1e-6;

/// What a train is taken for.
#[derive(Clone, Debug)]
pub(super) struct Density<'a> {
    chain: &'a Chain,
    /// Axis by axis, what the state is multiplied by: for every row and function a row of numbers, whose squares are to be added.
    /// Of the train itself one number.
    later: Vec<Vec<f64>>,
    is_square: bool,
    /// Integral over the cube.
    total: f64,
}

impl<'a> Density<'a> {
    /// Of one component of a train, in its units.
    pub(super) fn of(chain: &'a Chain, component: usize) -> Self {
        let mut after: Vec<f64> = chain.ends.iter().skip(component).step_by(chain.components).copied().collect();
        let mut later = Vec::with_capacity(chain.cores.len());
        for core in chain.cores.iter().rev() {
            let n = core.functions();
            let of_line = |i: usize, f: usize| (0..core.columns).map(|j| core.at(i, f, j) * after[j]).sum::<f64>();
            let all: Vec<f64> = (0..core.rows).flat_map(|i| (0..n).map(move |f| (i, f))).map(|(i, f)| of_line(i, f)).collect();
            let integrals: Vec<f64> = core.integrals().map(|(whole, _)| whole).collect();
            after = all.chunks_exact(n).map(|line| line.iter().zip(&integrals).map(|(x, w)| x * w).sum()).collect();
            later.push(all);
        }
        later.reverse();
        Density { chain, later, is_square: false, total: after[0] }
    }

    /// Of the sum of the squares of all components, in their units.
    pub(super) fn of_squares(chain: &'a Chain) -> Self {
        let last = chain.ends.len() / chain.components;
        let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
        let rows: Vec<&[f64]> = chain.ends.chunks_exact(chain.components).collect();
        let mut after: Vec<f64> = (0..last * last).map(|k| product(rows[k / last], rows[k % last])).collect();
        let mut later = Vec::with_capacity(chain.cores.len());
        for core in chain.cores.iter().rev() {
            let (n, r) = (core.functions(), core.columns);
            let root = root(&after, r);
            let mut all = vec![0.0; core.rows * n * r];
            for i in 0..core.rows {
                for f in 0..n {
                    let line = &mut all[(i * n + f) * r..][..r];
                    for j in 0..r {
                        let g = core.at(i, f, j);
                        line.iter_mut().zip(&root[j * r..]).for_each(|(x, c)| *x += g * c);
                    }
                }
            }
            let squares: Vec<f64> = core.integrals().map(|(_, square)| square).collect();
            after = vec![0.0; core.rows * core.rows];
            for a in 0..core.rows {
                for b in 0..=a {
                    let lines = |i: usize| all[i * n * r..][..n * r].chunks_exact(r);
                    let sum = lines(a).zip(lines(b)).zip(&squares).map(|((x, y), w)| w * product(x, y)).sum();
                    (after[a * core.rows + b], after[b * core.rows + a]) = (sum, sum);
                }
            }
            later.push(all);
        }
        later.reverse();
        Density { chain, later, is_square: true, total: after[0] }
    }

    /// Its integral over the cube.
    pub(super) fn total(&self) -> f64 {
        self.total
    }

    /// The point that belongs to a point of the cube, and its density there; the map is that of Rosenblatt. Coordinates of `known` are
    /// given already, and the others are drawn given these.
    pub(super) fn draw(&self, known: &[f64], uniform: &[f64]) -> (Vec<f64>, f64) {
        let (mut state, mut density, mut point) = (vec![1.0], 1.0, Vec::with_capacity(self.later.len()));
        for (d, (core, later)) in self.chain.cores.iter().zip(&self.later).enumerate() {
            let x = match known.get(d) {
                Some(x) => *x,
                None => {
                    let (x, of_axis) = self.of_axis(core, later, &state, uniform[d - known.len()]);
                    density *= of_axis;
                    x
                }
            };
            state = through(core, &state, &values(core, x));
            // Only its direction counts, and in many variables it would leave the range of numbers.
            let most = state.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
            if most > 0.0 {
                state.iter_mut().for_each(|x| *x /= most);
            }
            point.push(x);
        }
        (point, density)
    }

    /// Where the distribution function of one variable, given those before it, has a value, and the density there.
    fn of_axis(&self, core: &Core, later: &[f64], state: &[f64], y: f64) -> (f64, f64) {
        let n = core.functions();
        let width = later.len() / (core.rows * n);
        let mut sums = vec![0.0; n * width];
        for (v, lines) in state.iter().zip(later.chunks_exact(n * width)) {
            sums.iter_mut().zip(lines).for_each(|(sum, x)| *sum += v * x);
        }
        let mut parts = Vec::with_capacity(core.pieces.len());
        let mut rest = &sums[..];
        for piece in &core.pieces {
            let (of_piece, others) = rest.split_at(usize::from(piece.nodes) * width);
            parts.push(if self.is_square { Part::of_squares(piece, of_piece, width) } else { Part::new(piece, of_piece) });
            rest = others;
        }
        let total: f64 = parts.iter().map(|part| part.mass).sum();
        if total.is_nan() || total <= 0.0 {
            return (y, 1.0);
        }
        let mut left = y * total;
        let last = parts.len() - 1;
        let place = parts[..last].iter().take_while(|part| part.takes(&mut left)).count();
        let part = &mut parts[place];
        if self.is_square {
            part.square(width);
        }
        let (x, density) = part.invert(left.clamp(0.0, part.mass));
        (x, density / total)
    }
}

/// A lower triangle whose product with its transpose is a matrix that has no negative eigenvalue but by rounding.
fn root(matrix: &[f64], n: usize) -> Vec<f64> {
    let mut lower = vec![0.0; n * n];
    for j in 0..n {
        for i in j..n {
            let sum: f64 = (0..j).map(|k| lower[i * n + k] * lower[j * n + k]).sum();
            let left = matrix[i * n + j] - sum;
            let of_diagonal = lower[j * n + j];
            lower[i * n + j] = match () {
                () if i == j => left.max(0.0).sqrt(),
                () if of_diagonal > 0.0 => left / of_diagonal,
                () => 0.0,
            };
        }
    }
    lower
}

/// A distribution on a piece of an axis, not normalised.
struct Part<'a> {
    piece: &'a Piece,
    /// Legendre coefficients; of a square those of what is squared, several a function, until they are wanted.
    coefficients: Vec<f64>,
    /// Sizes of its values at the nodes, where some are negative.
    sizes: Vec<f64>,
    mass: f64,
}

impl<'a> Part<'a> {
    fn new(piece: &'a Piece, coefficients: &[f64]) -> Self {
        let (n, length) = (coefficients.len(), piece.hi - piece.lo);
        let value = |x: f64| {
            let mut sum = 0.0;
            legendre(x, n, |m, p| sum += p * coefficients[m]);
            sum
        };
        let rule = rule(n);
        let nodes = &rule.nodes;
        let mut values = vec![0.0; n];
        for (line, c) in rule.polynomials.chunks_exact(n).zip(coefficients) {
            values.iter_mut().zip(line).for_each(|(value, p)| *value += p * c);
        }
        let coefficients = coefficients.to_vec();
        let most = values.iter().fold(0.0, |most: f64, v| most.max(v.abs()));
        let is_positive = |v: f64| v >= -NOISE * most;
        if values.iter().all(|v| is_positive(*v)) && is_positive(value(-1.0)) && is_positive(value(1.0)) {
            return Part { piece, mass: (coefficients[0] * length).max(0.0), coefficients, sizes: Vec::new() };
        }
        let sizes: Vec<f64> = values.iter().map(|v| v.abs()).collect();
        let mass = sizes.iter().zip(nodes).map(|(size, (_, w))| 0.5 * length * w * size).sum();
        Part { piece, coefficients, sizes, mass }
    }

    fn of_squares(piece: &'a Piece, roots: &[f64], width: usize) -> Self {
        let of_function = |(m, line): (usize, &[f64])| line.iter().map(|x| x * x).sum::<f64>() / (2 * m + 1) as f64;
        let sum: f64 = roots.chunks_exact(width).enumerate().map(of_function).sum();
        Part { piece, coefficients: roots.to_vec(), sizes: Vec::new(), mass: (piece.hi - piece.lo) * sum }
    }

    /// Makes coefficients of those whose squares are to be added.
    fn square(&mut self, width: usize) {
        let n = self.coefficients.len() / width;
        let rule = rule(2 * n);
        let mut entries = vec![0.0; 2 * n * width];
        for (line, of_function) in rule.polynomials.chunks_exact(2 * n).zip(self.coefficients.chunks_exact(width)) {
            for (entries, p) in entries.chunks_exact_mut(width).zip(line) {
                entries.iter_mut().zip(of_function).for_each(|(e, s)| *e += p * s);
            }
        }
        let values: Vec<f64> = entries.chunks_exact(width).map(|line| line.iter().map(|e| e * e).sum()).collect();
        let of_line = |line: &[f64]| line.iter().zip(&values).map(|(t, x)| t * x).sum::<f64>();
        self.coefficients = rule.transform.chunks_exact(2 * n).map(of_line).collect();
    }

    /// Whether what is left lies beyond it; takes its mass off then.
    fn takes(&self, left: &mut f64) -> bool {
        let beyond = *left >= self.mass;
        *left -= if beyond { self.mass } else { 0.0 };
        beyond
    }

    fn invert(&self, mut left: f64) -> (f64, f64) {
        let (n, Piece { lo, hi, .. }) = (self.coefficients.len(), *self.piece);
        let length = hi - lo;
        if !self.sizes.is_empty() {
            let mut start = lo;
            for ((_, w), size) in rule(n).nodes.iter().zip(&self.sizes) {
                let share = 0.5 * length * w;
                if left <= share * size && *size > 0.0 {
                    return ((start + left / size).min(hi), *size);
                }
                left -= share * size;
                start += share;
            }
            return (hi, self.sizes[n - 1].max(f64::MIN_POSITIVE));
        }
        // ∫ P_m = (P_{m+1} − P_{m−1}) / (2m + 1).
        let at = |x: f64| {
            let (mut value, mut integral, mut before, mut two_before) = (0.0, 0.0, 0.0, 0.0);
            legendre(x, n + 1, |m, p| {
                if m < n {
                    value += p * self.coefficients[m];
                }
                match m {
                    0 => integral += self.coefficients[0],
                    1 => integral += self.coefficients[0] * p,
                    _ => integral += self.coefficients[m - 1] * (p - two_before) / (2 * m - 1) as f64,
                }
                (two_before, before) = (before, p);
            });
            (0.5 * length * integral, value)
        };
        let (mut a, mut b) = (-1.0, 1.0);
        let mut x = (2.0 * left / self.mass - 1.0).clamp(-1.0, 1.0);
        for _ in 0..STEPS {
            let (integral, value) = at(x);
            if integral < left {
                a = x
            } else {
                b = x
            }
            let step = (integral - left) / (0.5 * length * value);
            let newton = x - step;
            let next = if newton > a && newton < b { newton } else { 0.5 * (a + b) };
            if (next - x).abs() <= EXACT {
                break;
            }
            x = next;
        }
        ((lo + 0.5 * length * (1.0 + x)).clamp(lo, hi), at(x).1.max(0.0))
    }
}
