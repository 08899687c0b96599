//! A map that has lost sight of nothing: beside a peak its increments grow step by step.
//!
//! Training takes increments away from where no sample fell. Beside a narrow peak there is then one increment from where the
//! peak was last seen to the end of the axis, thousands of times as wide as its neighbour, and the tail of the peak in
//! it is met by next to no sample: the integral comes out too small, and the samples do not know. Where increments
//! grow by a bounded factor from one to the next, as the cells of balanced quadtrees do, a tail is sampled at all
//! distances alike; a peak of a millionth of the axis costs some forty increments. The same holds beside a jump: without it
//! results of VEGAS were off by tens of their errors where an integrand grows towards a jump.

use super::map::{MapAxis, divide};

/// Most by which an increment may be wider than its neighbour. A choice.
const GROWTH: f64 = 4.0;

impl MapAxis {
    /// The same number of increments, in which neighbours differ by a bounded factor.
    pub(super) fn graded(self) -> MapAxis {
        let mut edges = self.edges.clone();
        loop {
            let widths: Vec<f64> = edges.windows(2).map(|e| e[1] - e[0]).collect();
            let last = widths.len() - 1;
            let is_wide = |k: usize| widths[k] > GROWTH * widths[k.saturating_sub(1)].min(widths[(k + 1).min(last)]);
            if !(0..=last).any(is_wide) {
                break;
            }
            let mut halved = Vec::with_capacity(2 * edges.len());
            for k in 0..=last {
                halved.push(edges[k]);
                if is_wide(k) {
                    halved.push(0.5 * (edges[k] + edges[k + 1]));
                }
            }
            halved.push(1.0);
            edges = halved;
        }
        if edges.len() == self.edges.len() {
            return self;
        }
        let divided = divide(&edges, &vec![1.0; edges.len() - 1], self.increments());
        if divided.windows(2).all(|e| e[0] < e[1]) { MapAxis::through(divided) } else { self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_differ_by_a_bounded_factor_and_a_peak_keeps_most_increments() {
        // Increments of 1e-6 about 0.3, and one on either side.
        let mut edges = vec![0.0];
        edges.extend((0..=253).map(|k| 0.3 + 1e-6 * k as f64));
        edges.push(1.0);
        let axis = MapAxis::through(edges);
        let increments = axis.increments();
        let graded = axis.graded();
        assert_eq!(graded.increments(), increments);
        let widths: Vec<f64> = graded.edges.windows(2).map(|e| e[1] - e[0]).collect();
        let growth = widths.windows(2).map(|w| (w[1] / w[0]).max(w[0] / w[1])).fold(0.0, f64::max);
        // Dividing anew may join two steps.
        assert!(growth < GROWTH * GROWTH, "{growth}");
        let narrow = widths.iter().filter(|w| **w < 2e-6).count();
        assert!(narrow > 200, "{narrow}");
    }

    #[test]
    fn a_map_that_is_even_stays_as_it_is() {
        let axis = MapAxis::new(64);
        assert_eq!(axis.clone().graded().edges, axis.edges);
    }
}
