//! One piece of work: points of one replicate are placed, evaluated in one batch, and summed.
//!
//! A point has y from its sequence; with a map or a transform x and J come of it, and the sum is that of the weights
//! w = J f(x). Which points a piece holds follows from its replicate and its first index alone.

use super::control::Control;
use super::points::{Kind, Points};
use super::sobol::BLOCK;
use super::transform::{Korobov, Tent, Transform};
use crate::batch::Columns;
use crate::coordinates::{AxisMap, map_axes};
use crate::jacobian::{Factor, Vectors};
use crate::parallel::{Portable, pack, pack_list, unpack, unpack_list};
use crate::pullback::{Pullback, Tally, Workspace};
use crate::sampling::{MapAxis, interval};
use crate::simd::{Kernel, LANES, Lanes, dispatch};

/// Most points of a piece. Columns of a six-dimensional batch then stay within a second-level cache.
pub(super) const PIECE: u64 = 4096;

/// What all pieces of a step share.
pub(super) struct Context<'a> {
    pub(super) f: &'a Pullback<'a>,
    /// The sides of the unit cube, without the intervals: these are mapped as points are placed.
    pub(super) curved: &'a [AxisMap],
    pub(super) points: &'a Points,
    pub(super) kind: Kind,
    /// Number of the first replicate among all of this kind.
    pub(super) first: usize,
    /// None: y is x, or what a transform makes of it.
    pub(super) map: Option<&'a [MapAxis]>,
    /// What is taken off the integrand.
    pub(super) control: Option<&'a Control>,
}

/// A piece of work and what came out of it.
#[derive(Debug, Default)]
pub(super) struct Piece {
    pub(super) replicate: usize,
    /// Index of its first point.
    pub(super) start: u64,
    /// Number of its points.
    pub(super) points: usize,
    /// Σ w of every component.
    pub(super) sums: Vec<f64>,
    /// Σ |w| of every component.
    pub(super) sizes: Vec<f64>,
    /// The least and the largest w of every component.
    pub(super) extremes: Vec<(f64, f64)>,
    /// The largest |w| of every lane, component by component.
    pub(super) largest: Vec<[f64; LANES]>,
    pub(super) tally: Tally,
}

/// Memory of one thread.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    work: Workspace,
    /// J of every point.
    jacobian: Vec<[f64; LANES]>,
    /// Points of the unit cube, and what is taken off there.
    place: Columns,
    known: Columns,
}

impl Portable for Piece {
    fn pack(&self, to: &mut Vec<u8>) {
        pack_list(&self.sums, to);
        pack_list(&self.sizes, to);
        pack_list(&self.largest, to);
        pack(&self.extremes, to);
        self.tally.pack(to);
    }

    fn unpack(&mut self, from: &mut &[u8]) -> Option<()> {
        unpack_list(&mut self.sums, from)?;
        unpack_list(&mut self.sizes, from)?;
        unpack_list(&mut self.largest, from)?;
        self.extremes = unpack(from)?;
        self.tally.unpack(from)
    }
}

impl Context<'_> {
    /// The lower end and the length of a side, where it is an interval and nothing asks for the unit cube.
    #[inline(always)]
    fn side(&self, d: usize) -> (f64, f64) {
        if self.control.is_some() { (0.0, 1.0) } else { interval(&self.f.axes()[d]) }
    }

    /// Fills in what a piece came to.
    pub(super) fn evaluate(&self, scratch: &mut Scratch, piece: &mut Piece) {
        let Scratch { work, jacobian, place, known } = scratch;
        self.f.prepare(work, piece.points);
        let weighs = self.map.is_some() || matches!(self.kind, Kind::Korobov1 | Kind::Korobov2 | Kind::Korobov3);
        jacobian.resize(if weighs { piece.points / LANES } else { 0 }, [0.0; LANES]);
        let (start, replicate) = (piece.start as u32, self.first + piece.replicate);
        dispatch(Place { context: self, replicate, start, points: &mut work.points, jacobian });
        if let Some(control) = self.control {
            place.reset(self.f.dim(), piece.points);
            (0..self.f.dim()).for_each(|d| place.column_mut(d).copy_from_slice(work.points.column(d)));
            place.pad();
            piece.tally = self.f.eval(work);
            control.take_off(place, &mut work.values, known);
        } else {
            map_axes(self.curved, self.f.jacobian(), &mut work.points);
            piece.tally = self.f.call(work);
        }
        piece.sums.clear();
        piece.sizes.clear();
        piece.extremes.clear();
        piece.largest.clear();
        for c in 0..self.f.components() {
            // What is taken off has the Jacobian in it.
            let factor = if self.control.is_some() { Factor::Constant(1.0) } else { self.f.factor(&work.points) };
            let values = work.values.lanes(c);
            let jacobian = weighs.then_some(jacobian.as_slice());
            let total = dispatch(Total { values, factor, jacobian });
            piece.sums.push(total.sum);
            piece.sizes.push(total.size);
            piece.extremes.push(total.extremes);
            piece.largest.push(total.largest);
        }
    }
}

/// Writes x, and J where there is one, of all points.
struct Place<'a> {
    context: &'a Context<'a>,
    /// Among all of its kind.
    replicate: usize,
    /// Index of the first point.
    start: u32,
    points: &'a mut Columns,
    jacobian: &'a mut [[f64; LANES]],
}

impl Kernel for Place<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Lanes>(self) {
        match self.context.kind {
            Kind::Sobol => self.sobol::<V>(),
            Kind::Tent => self.lattice::<V, Tent>(),
            Kind::Korobov1 => self.lattice::<V, Korobov<1>>(),
            Kind::Korobov2 => self.lattice::<V, Korobov<2>>(),
            Kind::Korobov3 => self.lattice::<V, Korobov<3>>(),
        }
    }
}

impl Place<'_> {
    #[inline(always)]
    fn sobol<V: Lanes>(self) {
        let Context { points, kind, map, .. } = *self.context;
        for d in 0..self.context.f.dim() {
            let ((lo, width), table) = (self.context.side(d), map.map(|map| map[d].table::<V>(1.0)));
            let blocks = self.points.lanes_mut(d).chunks_mut(BLOCK / LANES).zip((self.start..).step_by(BLOCK));
            for (b, (block, start)) in blocks.enumerate() {
                points.fill(kind, self.replicate, d, start, block.as_flattened_mut());
                if let Some(table) = &table {
                    for (u, jacobian) in block.iter_mut().zip(&mut self.jacobian[b * BLOCK / LANES..]) {
                        let (x, j, _) = table.at(V::load(u));
                        x.mul_add(V::splat(width), V::splat(lo)).store(u);
                        if d == 0 { j } else { V::load(jacobian) * j }.store(jacobian);
                    }
                } else if (lo, width) != (0.0, 1.0) {
                    block.iter_mut().for_each(|u| V::load(u).mul_add(V::splat(width), V::splat(lo)).store(u));
                }
            }
        }
    }

    /// Transforms crowd points at the ends of every axis: those that rounding would put there stay inside.
    #[inline(always)]
    fn lattice<V: Lanes, T: Transform>(self) {
        let Context { points, kind, .. } = *self.context;
        for d in 0..self.context.f.dim() {
            let (lo, width) = self.context.side(d);
            let (least, most) = (lo.min(lo + width).next_up(), lo.max(lo + width).next_down());
            let (least, most) = (V::splat(least), V::splat(most));
            let (lo, width) = (V::splat(lo), V::splat(width));
            let blocks = self.points.lanes_mut(d).chunks_mut(BLOCK / LANES).zip((self.start..).step_by(BLOCK));
            for (b, (block, start)) in blocks.enumerate() {
                points.fill(kind, self.replicate, d, start, block.as_flattened_mut());
                if T::WEIGHS {
                    for (u, jacobian) in block.iter_mut().zip(&mut self.jacobian[b * BLOCK / LANES..]) {
                        let (x, j) = T::at(V::load(u));
                        x.mul_add(width, lo).max(least).min(most).store(u);
                        if d == 0 { j } else { V::load(jacobian) * j }.store(jacobian);
                    }
                } else {
                    block.iter_mut().for_each(|u| T::at(V::load(u)).0.mul_add(width, lo).max(least).min(most).store(u));
                }
            }
        }
    }
}

/// What a column comes to.
struct Sums {
    /// Σ w.
    sum: f64,
    /// Σ |w|.
    size: f64,
    /// The least and the largest w.
    extremes: (f64, f64),
    /// The largest |w| of every lane.
    largest: [f64; LANES],
}

/// What a column of weights comes to; their sum is compensated in every lane (D. E. Knuth's sum
/// of two numbers and its rounding error, The Art of Computer Programming 2, 4.2.2).
struct Total<'a> {
    values: &'a [[f64; LANES]],
    /// The Jacobian of the coordinates.
    factor: Factor<'a>,
    /// That of the map.
    jacobian: Option<&'a [[f64; LANES]]>,
}

impl Kernel for Total<'_> {
    type Output = Sums;

    #[inline(always)]
    fn run<V: Lanes>(self) -> Self::Output {
        match self.factor {
            Factor::Constant(factor) => self.with(&V::splat(factor)),
            Factor::Column(columns, k) => self.with::<V>(columns.lanes(k)),
        }
    }
}

impl Total<'_> {
    #[inline(always)]
    fn with<V: Lanes>(self, factors: &(impl Vectors<V> + ?Sized)) -> <Self as Kernel>::Output {
        let zero = V::splat(0.0);
        let (mut high, mut low, mut size) = (zero, zero, zero);
        let (mut least, mut largest) = (V::splat(f64::INFINITY), V::splat(f64::NEG_INFINITY));
        for (group, value) in self.values.iter().enumerate() {
            let mut w = V::load(value) * factors.of(group);
            if let Some(jacobian) = self.jacobian {
                w *= V::load(&jacobian[group]);
            }
            let sum = high + w;
            let part = sum - high;
            low += (high - (sum - part)) + (w - part);
            high = sum;
            size += w.abs();
            (least, largest) = (least.min(w), largest.max(w));
        }
        let (sum, correction) = (high.sum(), low.sum());
        // Beyond the largest float the correction is NaN and the sum itself tells more.
        let sum = if correction.is_finite() { sum + correction } else { sum };
        let of_lanes = least.abs().max(largest.abs()).to_array();
        let least = least.to_array().into_iter().fold(f64::INFINITY, f64::min);
        let largest = largest.to_array().into_iter().fold(f64::NEG_INFINITY, f64::max);
        Sums { sum, size: size.sum(), extremes: (least, largest), largest: of_lanes }
    }
}
