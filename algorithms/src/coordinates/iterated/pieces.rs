//! The pieces of one variable's interval, stretched over dyadic parts of the unit interval.

use super::ends::Stretch;
use super::limits::Knots;
use crate::batch::Columns;
use crate::simd::{Kernel, Lanes, Mask, dispatch};

/// Most knots of one variable: its limits and breaks.
pub(super) const MAX_KNOTS: usize = super::MAX_PARTS + 1;

/// How the pieces of an interval cover the unit interval.
pub(super) struct Pieces {
    list: Vec<Piece>,
}

/// The part of the unit interval for one piece, and how its ends are stretched.
#[derive(Clone, Copy)]
struct Piece {
    start: f64,
    width: f64,
    stretch: Stretch,
}

impl Pieces {
    /// So many, without stretching.
    pub(super) fn plain(pieces: usize) -> Self {
        Self::new(vec![Stretch::default(); pieces])
    }

    /// One for each of these.
    pub(super) fn new(stretches: Vec<Stretch>) -> Self {
        let pieces = stretches.len();
        let piece = |(k, stretch)| {
            let (start, width) = slab(k, pieces);
            Piece { start, width, stretch }
        };
        Pieces { list: stretches.into_iter().enumerate().map(piece).collect() }
    }

    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    /// Where their parts of the unit interval begin.
    pub(super) fn starts(&self) -> impl Iterator<Item = f64> {
        self.list.iter().map(|piece| piece.start)
    }

    /// Whether there is one, and its ends are not stretched.
    pub(super) fn is_plain(&self) -> bool {
        self.list.len() == 1 && self.list[0].stretch.is_plain()
    }
}

/// Start and width of part `k` of `pieces` of the unit interval: halves of halves, of which halving finds every end.
pub(in super::super) fn slab(k: usize, pieces: usize) -> (f64, f64) {
    let (mut start, mut width, mut k, mut pieces) = (0.0, 1.0, k, pieces);
    while pieces > 1 {
        let low = pieces.div_ceil(2);
        width *= 0.5;
        if k < low {
            pieces = low;
        } else {
            (start, k, pieces) = (start + width, k - low, pieces - low);
        }
    }
    (start, width)
}

/// Replaces column `axis` of the unit cube by the variable, and multiplies column `jacobian` by its derivative.
pub(super) fn map_pieces(
    pieces: &Pieces,
    knots: &Knots<'_>,
    values: &[Columns],
    (axis, jacobian): (usize, usize),
    columns: &mut Columns,
) {
    dispatch(MapPieces { pieces, knots, values, axis, jacobian, columns });
}

struct MapPieces<'a> {
    pieces: &'a Pieces,
    knots: &'a Knots<'a>,
    values: &'a [Columns],
    axis: usize,
    jacobian: usize,
    columns: &'a mut Columns,
}

impl Kernel for MapPieces<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Lanes>(self) {
        let MapPieces { pieces, knots, values, axis, jacobian, columns } = self;
        let (zero, one) = (V::splat(0.0), V::splat(1.0));
        let mut knot = [zero; MAX_KNOTS];
        let count = pieces.len() + 1;
        let (column, product) = columns.two_lanes_mut(axis, jacobian);
        for (group, (u, product)) in column.iter_mut().zip(product).enumerate() {
            for ((knot, number), values) in knot.iter_mut().zip(knots.numbers()).zip(values) {
                *knot = number.map_or_else(|| V::load(&values.lanes(0)[group]), V::splat);
            }
            // Reversed limits: everything is mirrored, and the length counts as negative.
            let sign = V::select(knot[1].lt(knot[0]), -one, one);
            let (lo, hi) = (sign * knot[0], sign * knot[1]);
            in_order(&mut knot[..count], sign, lo, hi);
            let (x, dx) = pieces.place(&knot[..count], V::load(u));
            // Of limits that are not numbers nothing is known, the length neither.
            let [x, dx] = [x, dx].map(|known| V::select(lo.eq(lo) & hi.eq(hi), sign * known, V::splat(f64::NAN)));
            x.store(u);
            (V::load(product) * dx).store(product);
        }
    }
}

/// Turns lower limit, upper limit and breaks into ascending knots from `lo` to `hi`.
#[inline(always)]
fn in_order<V: Lanes>(knot: &mut [V], sign: V, lo: V, hi: V) {
    let last = knot.len() - 1;
    for k in 1..last {
        // Of a break that is not a number the other operand is left: it cuts nothing.
        knot[k] = (sign * knot[k + 1]).max(lo).min(hi);
    }
    (knot[0], knot[last]) = (lo, hi);
    for sorted in 2..last {
        for k in (1..sorted).rev() {
            (knot[k], knot[k + 1]) = (knot[k].min(knot[k + 1]), knot[k].max(knot[k + 1]));
        }
    }
}

impl Pieces {
    /// The variable and its derivative for eight coordinates of the unit interval.
    #[inline(always)]
    fn place<V: Lanes>(&self, knot: &[V], u: V) -> (V, V) {
        let (mut x, mut dx) = (V::splat(f64::NAN), V::splat(0.0));
        for (piece, ends) in self.list.iter().zip(knot.windows(2)) {
            let (start, end) = (V::splat(piece.start), V::splat(piece.start + piece.width));
            let widening = V::splat(piece.width.recip());
            let (t, rest, dt) = piece.stretch.apply((u - start) * widening, (end - u) * widening);
            let (at, slope) = between(ends[0], ends[1], t, rest);
            // What lies outside of an infinite limit is empty, and is never asked for.
            let empty = ends[0].eq(ends[1]) & !ends[0].is_finite();
            let (at, slope) = match self.list.len() {
                1 => (at, slope),
                _ => (V::select(empty, inner(knot), at), slope.zero_unless(!empty)),
            };
            let here = u.ge(start);
            x = V::select(here, at, x);
            dx = V::select(here, slope * dt * widening, dx);
        }
        (x, dx)
    }
}

/// A finite number among the limits of an interval, or 0.
#[inline(always)]
fn inner<V: Lanes>(knot: &[V]) -> V {
    let (lo, hi) = (knot[0], knot[knot.len() - 1]);
    V::select(lo.is_finite(), lo, hi.zero_unless(hi.is_finite()))
}

/// x and dx/dt between two ends, from t and 1 − t: the maps of [`AxisMap`](super::super::AxisMap) with scale 1.
#[inline(always)]
fn between<V: Lanes>(lo: V, hi: V, t: V, rest: V) -> (V, V) {
    let width = hi - lo;
    // From the nearer end, of which the distance keeps its digits.
    let x = V::select(t.le(rest), t.mul_add(width, lo), hi - rest * width);
    let (from, to) = (lo.is_finite(), hi.is_finite());
    if (from & to).all() {
        return (x, width);
    }
    let (above, below) = (rest.recip(), t.recip());
    let (x, dx) = (V::select(from & !to, t.mul_add(above, lo), x), V::select(from & !to, above * above, width));
    let (x, dx) = (V::select(to & !from, hi - rest * below, x), V::select(to & !from, below * below, dx));
    // 1 − s² = 4 t (1 − t) for s = 2t − 1.
    let (s, r) = (t - rest, above * below * V::splat(0.25));
    let line = !from & !to & lo.lt(hi);
    let slope = V::splat(2.0) * s.mul_add(s, V::splat(1.0)) * r * r;
    let (x, dx) = (V::select(line, s * r, x), V::select(line, slope, dx));
    // Upwards from infinity there is nothing.
    let nowhere = lo.eq(V::splat(f64::INFINITY)) | hi.eq(V::splat(f64::NEG_INFINITY));
    (V::select(nowhere, V::splat(f64::NAN), x), dx)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_dyadic_and_fill_the_unit_interval() {
        for pieces in 1..20 {
            let mut from = 0.0;
            for k in 0..pieces {
                let (start, width) = slab(k, pieces);
                assert_eq!(start, from, "{k} of {pieces}");
                assert!(width.log2().fract() == 0.0 && (start / width).fract() == 0.0);
                from += width;
            }
            assert_eq!(from, 1.0);
        }
    }
}
