//! The least and the largest weights of every replicate, and what they tell of the errors that their spread can't show.
//!
//! Where |w| exceeds t on a part t^(−1/k) of the cube, the largest of N points grows as N^k. From k = 1/2 on the variance
//! is infinite; shortly below it the errors of replicates are skewed for any N that one can wait for. The growth over the
//! last doublings, averaged over replicates, is an estimate of k. (The tail index of extreme value theory: A. A. Balkema,
//! L. de Haan, Ann. Probab. 2 (1974) 792.)
//!
//! Replicates that agree to the last bit do not prove that the sum is exact: a jump that is close to where an
//! elementary interval ends is met by none of them. Of R replicates none differed, so that by the rule of succession
//! the next one does with a probability of 1/(R + 1), and then by one value out of N.

/// Least and most doublings over which growth is observed. With 16 replicates k = 1/2 is then seen to within 0.08 or 0.06.
pub(super) const WINDOW: (usize, usize) = (3, 4);
/// k from which on a tail is called heavy.
const HEAVY: f64 = 0.38;

/// Extremes of all replicates.
#[derive(Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Extremes {
    /// Per replicate and component, least and largest w.
    extremes: Vec<Vec<(f64, f64)>>,
    /// Per doubling and component, ln of the largest |w|, the mean of the replicates.
    history: Vec<Vec<f64>>,
}

impl Extremes {
    pub(super) fn new(replicates: usize, components: usize) -> Self {
        Extremes { extremes: vec![vec![(f64::INFINITY, f64::NEG_INFINITY); components]; replicates], history: Vec::new() }
    }

    /// Whether these, deserialised, are of `replicates` and `components`.
    pub(super) fn is_sound(&self, replicates: usize, components: usize) -> bool {
        let all = self.extremes.len() == replicates && self.extremes.iter().all(|e| e.len() == components);
        all && self.history.iter().all(|sizes| sizes.len() == components)
    }

    /// Takes in the least and the largest weights of further points.
    pub(super) fn add(&mut self, replicate: usize, seen: &[(f64, f64)]) {
        for (extreme, seen) in self.extremes[replicate].iter_mut().zip(seen) {
            *extreme = (extreme.0.min(seen.0), extreme.1.max(seen.1));
        }
    }

    /// Notes that the points have doubled.
    pub(super) fn double(&mut self) {
        let ln_size = |(low, high): &(f64, f64)| low.abs().max(high.abs()).ln();
        let mean = |c: usize| self.extremes.iter().map(|e| ln_size(&e[c])).sum::<f64>() / self.extremes.len() as f64;
        self.history.push((0..self.extremes[0].len()).map(mean).collect());
    }

    /// Joins with the extremes of other replicates after as many points; what is known of the growth of either is kept.
    pub(super) fn join(&mut self, others: Extremes) {
        let counts = [self.extremes.len(), others.extremes.len()].map(|n| n as f64);
        let common = self.history.len().min(others.history.len());
        self.history.drain(..self.history.len() - common);
        let latest = &others.history[others.history.len() - common..];
        for (sizes, others) in self.history.iter_mut().zip(latest) {
            let mean = |(a, b): (&mut f64, &f64)| *a = (counts[0] * *a + counts[1] * b) / (counts[0] + counts[1]);
            sizes.iter_mut().zip(others).for_each(mean);
        }
        self.extremes.extend(others.extremes);
    }

    /// The largest |w| of every component.
    pub(super) fn largest(&self) -> impl Iterator<Item = f64> {
        let size = |c: usize| self.extremes.iter().map(|e| e[c].0.abs().max(e[c].1.abs())).fold(0.0, f64::max);
        (0..self.extremes[0].len()).map(size)
    }

    /// Whether any weight was not zero.
    pub(super) fn seen(&self) -> bool {
        self.extremes.iter().flatten().any(|(low, high)| *low < 0.0 || *high > 0.0)
    }

    /// Whether a component's largest weights grow as if its variance were infinite.
    pub(super) fn has_heavy_tail(&self) -> bool {
        let doublings = self.history.len().saturating_sub(1).min(WINDOW.1);
        if doublings < WINDOW.0 {
            return false;
        }
        let (now, then) = (self.history.len() - 1, self.history.len() - 1 - doublings);
        let growth = |(now, then): (&f64, &f64)| (now - then) / (doublings as f64 * std::f64::consts::LN_2);
        self.history[now].iter().zip(&self.history[then]).map(growth).any(|k| k > HEAVY)
    }

    /// Standard error of the mean over replicates of a component in which all of them agree, after `points` of each.
    pub(super) fn unseen(&self, component: usize, points: u64) -> f64 {
        let all = |(low, high): (f64, f64), e: &Vec<(f64, f64)>| (low.min(e[component].0), high.max(e[component].1));
        let (low, high) = self.extremes.iter().fold((f64::INFINITY, f64::NEG_INFINITY), all);
        (high - low).max(0.0) / points as f64 / (self.extremes.len() + 1) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The largest of N points of w = u^−k, evenly spread: about N^k.
    fn grown(k: f64, doublings: u32) -> Extremes {
        let mut extremes = Extremes::new(2, 1);
        for doubling in 0..doublings {
            let largest = 256.0 * 2f64.powi(doubling as i32);
            (0..2).for_each(|r| extremes.add(r, &[(-1.0, largest.powf(k))]));
            extremes.double();
        }
        extremes
    }

    #[test]
    fn a_tail_is_heavy_where_the_largest_weights_grow_with_the_root_of_n() {
        assert!(grown(0.5, 4).has_heavy_tail() && grown(0.9, 9).has_heavy_tail());
        assert!(!grown(0.5, 3).has_heavy_tail(), "too few doublings to tell");
        assert!(!grown(0.25, 9).has_heavy_tail() && !grown(0.0, 9).has_heavy_tail());
    }

    #[test]
    fn growth_is_that_of_all_replicates_that_have_joined() {
        let mut joined = grown(0.2, 9);
        joined.join(grown(0.8, 4));
        assert!(joined.has_heavy_tail(), "0.5 on average");
        let mut joined = grown(0.2, 9);
        joined.join(grown(0.4, 4));
        assert!(!joined.has_heavy_tail() && joined.largest().next().unwrap() >= 2048.0_f64.powf(0.4));
    }

    #[test]
    fn what_is_unseen_is_a_share_of_one_value() {
        let mut extremes = Extremes::new(3, 2);
        extremes.add(0, &[(0.0, 1.0), (5.0, 5.0)]);
        extremes.add(1, &[(0.5, 3.0), (5.0, 5.0)]);
        extremes.add(2, &[(1.0, 1.0), (5.0, 5.0)]);
        assert_eq!(extremes.unseen(0, 10), 3.0 / 10.0 / 4.0);
        assert_eq!(extremes.unseen(1, 10), 0.0);
    }
}
