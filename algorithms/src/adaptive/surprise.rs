//! What the nodes of a region let expect between them, and by how much a value surprises.

use super::group::Setting;
use super::regions::Regions;

/// A surprise is as many times larger than anything that the nodes of its region have seen.
const LARGER: f64 = 4.0;
/// Or as many times farther from the mean of its region than the nodes and the null rules vary: between nodes that fill one
/// variable, and in more variables, where corners are far from all nodes.
const FARTHER: [f64; 2] = [4.0, 16.0];
/// Distance from the mean, in units of the largest value, that is no surprise in a region that does not vary at all.
const ROUNDING: f64 = 1e-10;

/// What values are compared with.
pub(super) struct Expectation<'a> {
    regions: &'a Regions,
    /// Per component, by how many tolerances a unit of its integral moves the goal.
    sensitivity: &'a [f64],
    /// Null rules of a component, and what the sum of their squares is divided by.
    nulls: usize,
    points: f64,
    /// Mean and largest value of every component in every region, where they are needed more than once.
    known: Vec<[f64; 2]>,
}

impl<'a> Expectation<'a> {
    /// To be asked of about so many values.
    pub(super) fn new(setting: &Setting<'_>, regions: &'a Regions, sensitivity: &'a [f64], values: usize) -> Self {
        let (nulls, points) = (setting.shape.levels[3], setting.rule.points() as f64);
        let mut expectation = Expectation { regions, sensitivity, nulls, points, known: Vec::new() };
        if regions.len() * sensitivity.len() < values {
            let all = (0..regions.len()).flat_map(|i| (0..sensitivity.len()).map(move |c| (i, c)));
            expectation.known = all.map(|(i, c)| expectation.seen(i, c)).collect();
        }
        expectation
    }

    /// Mean and largest value of a component at the nodes of region `i`.
    #[inline]
    fn seen(&self, i: usize, c: usize) -> [f64; 2] {
        let volume = self.regions.volume(i);
        let [integral, scale, _] = *self.regions.sums(i, c);
        [integral / volume, scale / volume]
    }

    /// By how many tolerances per unit of volume values at a point of region `i` differ from what was expected; 0 where they
    /// are no surprise.
    pub(super) fn surprise(&self, i: usize, values: &[f64]) -> f64 {
        let components = values.iter().zip(self.sensitivity).enumerate();
        components.map(|(c, (value, sensitivity))| sensitivity * self.difference(i, c, *value)).fold(0.0, f64::max)
    }

    /// By how many tolerances per unit of volume each component is larger at a point of region `i` than its mean there.
    pub(super) fn excess(&self, i: usize, values: &[f64]) -> Vec<f64> {
        let volume = self.regions.volume(i);
        let components = values.iter().zip(self.sensitivity).enumerate();
        components.map(|(c, (value, sensitivity))| sensitivity * (value - self.regions.sums(i, c)[0] / volume)).collect()
    }

    /// How far the value of a component is from what its region lets expect.
    #[inline]
    fn difference(&self, i: usize, c: usize, value: f64) -> f64 {
        let known = self.known.get(i * self.sensitivity.len() + c);
        let [mean, largest] = known.copied().unwrap_or_else(|| self.seen(i, c));
        if value.abs() > LARGER * largest {
            return value.abs();
        }
        let distance = (value - mean).abs();
        let farther = FARTHER[usize::from(self.regions.centre(i).len() > 1)];
        let is_far = |variation: f64| distance > farther * variation + ROUNDING * largest;
        let spread = largest - mean.abs();
        if !is_far(spread) {
            return 0.0;
        }
        let probes = self.regions.probes(i);
        let nulls = &probes[c * probes.len() / self.sensitivity.len()..][..self.nulls];
        let square = nulls.iter().map(|x| f64::from(x * x)).sum::<f64>() / self.points;
        if is_far(spread + largest * square.sqrt()) { distance } else { 0.0 }
    }
}
