//! How many samples every hypercube gets, and how they are cut into pieces of work.
//!
//! Parts of the hypercubes are dealt with by many threads; what was given before a part follows from sums over all of them.

use super::piece::PIECE;
use super::strata::{LEAST_SAMPLES, PART, Span, Strata, Total};
use crate::parallel::Workers;
use crate::simd::{Kernel, LANES, Lanes, dispatch};

impl Strata {
    /// Deals out exactly `points` samples, and cuts them into pieces.
    pub(super) fn allocate<S: Default + Send>(&mut self, points: u64, beta: f64, spans: &mut Vec<Span>, workers: &Workers<S>) {
        let extra = u32::try_from(points - LEAST_SAMPLES * self.cubes() as u64).expect("iterations are shorter than 2^32");
        // What was fresh has been settled: its place is taken by σ_h^β.
        let arrays = self.spreads.chunks(PART).zip(self.fresh.chunks_mut(PART)).zip(self.counts.chunks_mut(PART));
        let mut parts: Vec<Part<'_>> = (arrays.enumerate())
            .map(|(i, ((spreads, weights), counts))| Part { first: i * PART, spreads, weights, counts, ..Part::default() })
            .collect();
        workers.each(&mut parts, |_, part| {
            dispatch(Raise { x: part.spreads, p: 0.5 * beta, out: part.weights });
            part.total = dispatch(Total(part.weights));
        });
        let mut total: f64 = parts.iter().map(|part| part.total).sum();
        if !(total > 0.0 && total.is_finite()) {
            parts.iter_mut().for_each(|part| {
                part.weights.fill(1.0);
                part.total = part.weights.len() as f64;
            });
            total = parts.iter().map(|part| part.total).sum();
        }
        let (rate, last) = (f64::from(extra) / total, parts.len() - 1);
        let (mut below, mut due) = (0.0, 0);
        for (i, part) in parts.iter_mut().enumerate() {
            (part.below, part.due.0) = (below, due);
            below += part.total;
            due = if i == last { extra } else { ((below * rate) as u32).clamp(due, extra) };
            part.due.1 = due;
        }
        workers.each(&mut parts, |_, part| {
            part.deal(rate);
            part.cut();
        });
        spans.clear();
        parts.iter().for_each(|part| spans.extend(&part.spans));
    }
}

/// Consecutive hypercubes, while samples are dealt out.
#[derive(Default)]
struct Part<'a> {
    /// Number of the first hypercube.
    first: usize,
    spreads: &'a [f64],
    /// σ_h^β.
    weights: &'a mut [f64],
    counts: &'a mut [u32],
    /// Sum of the weights, and of those before.
    total: f64,
    below: f64,
    /// Adaptive samples that are due when the part begins and when it ends.
    due: (u32, u32),
    spans: Vec<Span>,
}

impl Part<'_> {
    /// Deals out samples in proportion to the weights. Rounding the running sum, not the terms, spends every one.
    fn deal(&mut self, rate: f64) {
        let (mut sum, (mut given, end)) = (self.below, self.due);
        for (count, weight) in self.counts.iter_mut().zip(&*self.weights) {
            sum += *weight;
            let due = ((sum * rate) as u32).clamp(given, end);
            *count = LEAST_SAMPLES as u32 + due - given;
            given = due;
        }
        if let Some(last) = self.counts.last_mut() {
            *last += end - given;
        }
    }

    /// Cuts the samples into pieces, by their numbers alone.
    fn cut(&mut self) {
        let mut open = Span { cube: self.first, ..Span::default() };
        for (h, &count) in (self.first..).zip(&*self.counts) {
            let count = count as usize;
            if open.samples + count > PIECE && open.cubes > 0 {
                self.spans.push(open);
                open = Span { cube: h, ..Span::default() };
            }
            if count <= PIECE {
                open = Span { cubes: open.cubes + 1, samples: open.samples + count, ..open };
                continue;
            }
            let parts = count.div_ceil(PIECE);
            for i in 0..parts {
                let samples = count * (i + 1) / parts - count * i / parts;
                self.spans.push(Span { cube: h, cubes: 1, samples, part: true });
            }
            open = Span { cube: h + 1, ..Span::default() };
        }
        if open.cubes > 0 {
            self.spans.push(open);
        }
    }
}

/// x^p for all x, p > 0, to within what is known of x.
struct Raise<'a> {
    x: &'a [f64],
    p: f64,
    out: &'a mut [f64],
}

impl Kernel for Raise<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Lanes>(self) {
        for (x, out) in self.x.chunks(LANES).zip(self.out.chunks_mut(LANES)) {
            (V::load_partial(x).ln() * V::splat(self.p)).exp().store_partial(out);
        }
    }
}
