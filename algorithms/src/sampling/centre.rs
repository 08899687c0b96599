//! Where the increments of an axis start whose samples are to gather about what is known.

/// Share of the samples that stay uniform where an axis starts around hints, and where it starts around known peaks.
const FLAT: f64 = 0.5;
const FLAT_BESIDE_PEAKS: f64 = 0.2;
/// Distance from a hint, in units of the axis, below which it no longer matters how close one is.
const NEAR: f64 = 1e-4;
/// Part of an increment up to which it matters where an axis that starts around something is cut.
const SAME: f64 = 1e-6;

/// Where samples of an axis are to start, and how closely around it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Centre {
    pub(crate) x: f64,
    /// Half width of the peak there, if it is known.
    pub(crate) width: Option<f64>,
}

impl Centre {
    /// Up to a factor and a constant, the share of samples below `x`.
    fn distribution(&self, x: f64) -> f64 {
        let away = x - self.x;
        match self.width {
            Some(width) => (away / width).atan(),
            None => away.signum() * (away.abs() / NEAR).ln_1p(),
        }
    }
}

/// Where a function that rises to 1 at 1 is within `near` of `wanted`, which it has not reached at `lo`, looked for about `reach` beyond.
///
/// By false position (Illinois), and by halves wherever that does not halve the interval in two steps: a bisection to the last digit
/// takes ten times the evaluations.
fn rising_to(f: &impl Fn(f64) -> f64, wanted: f64, near: f64, mut lo: f64, mut reach: f64) -> f64 {
    let mut f_lo = f(lo) - wanted;
    let (mut hi, mut f_hi) = loop {
        let hi = (lo + reach).min(1.0);
        let value = f(hi) - wanted;
        if value >= 0.0 || hi == 1.0 {
            break (hi, value);
        }
        (lo, f_lo, reach) = (hi, value, 4.0 * reach);
    };
    let (mut side, mut before) = (0, [f64::INFINITY; 2]);
    while hi - lo > f64::EPSILON * hi {
        let is_slow = hi - lo > 0.5 * before[0];
        before = [before[1], hi - lo];
        let middle = if is_slow { 0.5 * (lo + hi) } else { ((lo * f_hi - hi * f_lo) / (f_hi - f_lo)).clamp(lo, hi) };
        let value = f(middle) - wanted;
        if value.abs() <= near || value.is_nan() {
            return middle;
        }
        if value < 0.0 {
            (lo, f_lo) = (middle, value);
            f_hi *= if side < 0 { 0.5 } else { 1.0 };
            side = -1;
        } else {
            (hi, f_hi) = (middle, value);
            f_lo *= if side > 0 { 0.5 } else { 1.0 };
            side = 1;
        }
    }
    hi
}

/// Where an axis is cut into increments of equal shares of the samples, one part of which is uniform and the other spread around the
/// centres; `None` where floats cannot tell the cuts apart.
pub(super) fn edges_around(centres: &[Centre], increments: usize) -> Option<Vec<f64>> {
    let below = share_below(centres);
    let part = 1.0 / increments as f64;
    let (mut edges, mut reach) = (vec![0.0; increments + 1], part);
    for k in 1..increments {
        edges[k] = rising_to(&below, k as f64 * part, SAME * part, edges[k - 1], reach);
        // An increment is seldom much longer than the one before.
        reach = (2.0 * (edges[k] - edges[k - 1])).max(f64::EPSILON);
    }
    edges[increments] = 1.0;
    edges.is_sorted_by(|a, b| a < b).then_some(edges)
}

/// The share of samples below a point.
fn share_below(centres: &[Centre]) -> impl Fn(f64) -> f64 {
    let ends: Vec<[f64; 2]> = centres.iter().map(|c| [c.distribution(0.0), c.distribution(1.0)]).collect();
    let flat = if centres.iter().any(|c| c.width.is_none()) { FLAT } else { FLAT_BESIDE_PEAKS };
    move |x| {
        let share = |(c, [lo, hi]): (&Centre, &[f64; 2])| (c.distribution(x) - lo) / (hi - lo);
        flat * x + (1.0 - flat) * centres.iter().zip(&ends).map(share).sum::<f64>() / centres.len() as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn increments_have_equal_shares_however_narrow_what_is_known() {
        let peak = |x, width| Centre { x, width: Some(width) };
        let hint = |x| Centre { x, width: None };
        let all = [
            vec![hint(0.5)],
            vec![hint(0.0), hint(1.0)],
            vec![peak(0.3, 1e-8)],
            vec![peak(0.1, 1e-3), peak(0.7, 0.2), peak(1.0, 1e-6)],
        ];
        for centres in all {
            let (below, edges) = (share_below(&centres), edges_around(&centres, 1000).unwrap());
            for (k, edge) in edges.iter().enumerate() {
                assert!((below(*edge) - k as f64 / 1000.0).abs() <= 1e-8, "{centres:?} {k}: {edge}");
            }
        }
        assert!(edges_around(&[peak(0.5, 0.0)], 1000).is_none());
    }
}
