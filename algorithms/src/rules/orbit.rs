//! Fully symmetric sets of points: all distinct permutations and sign changes of a generator.

/// The orbit [g₁, …, g_k]: all distinct permutations and sign changes of (g₁, …, g_k, 0, …, 0) in `dim` dimensions.
#[derive(Clone, Debug, PartialEq)]
pub struct Orbit {
    /// The entries that are not zero, all positive.
    generator: Vec<f64>,
    dim: usize,
}

impl Orbit {
    /// The orbit of `generator`, padded with zeros to `dim` entries.
    pub(super) fn new(dim: usize, generator: &[f64]) -> Self {
        assert!(generator.len() <= dim && generator.iter().all(|g| *g > 0.0));
        Orbit { generator: generator.to_vec(), dim }
    }

    /// The generator where it has a single entry, so that the orbit lies on the axes.
    pub(super) fn on_axes(&self) -> Option<f64> {
        match self.generator[..] {
            [g] => Some(g),
            _ => None,
        }
    }

    /// Whether the orbit is the centre.
    pub(super) fn is_centre(&self) -> bool {
        self.generator.is_empty()
    }

    /// The distinct values of the padded generator and how often each occurs, zero first.
    fn multiplicities(&self) -> Vec<(f64, usize)> {
        let mut counts = vec![(0.0, self.dim - self.generator.len())];
        for &g in &self.generator {
            match counts.iter_mut().find(|(value, _)| *value == g) {
                Some((_, count)) => *count += 1,
                None => counts.push((g, 1)),
            }
        }
        counts
    }

    /// Number of points, at least one.
    #[expect(clippy::len_without_is_empty, reason = "an orbit is never empty")]
    pub fn len(&self) -> usize {
        let arrangements = moment(&mut self.multiplicities(), self.dim, &[], |_, _| 1.0_f64, |a, b| a * b, |a, b| a + b);
        arrangements.round() as usize * (1 << self.generator.len())
    }

    /// Sum over the points of the monomial with exponents 2 `half[0]`, 2 `half[1]`, … in the first variables,
    /// for any numbers that can be multiplied and added (the weights are solved for in double-double).
    pub(super) fn moment<T: Copy + From<f64> + std::ops::Mul<Output = T> + std::ops::Add<Output = T>>(
        &self,
        half: &[usize],
    ) -> T {
        let power = |g: f64, k: usize| (0..2 * k).fold(T::from(1.0), |p, _| p * T::from(g));
        let sum = moment(&mut self.multiplicities(), self.dim, half, power, |a, b| a * b, |a, b| a + b);
        sum * T::from((1u64 << self.generator.len()) as f64)
    }

    /// The points, `dim` numbers each. Axis orbits come as +g and −g for each axis in turn.
    pub(super) fn points(&self) -> Vec<Vec<f64>> {
        let mut points = Vec::new();
        let mut point = vec![0.0; self.dim];
        place(&mut self.multiplicities(), 0, &mut point, &mut points);
        if self.on_axes().is_some() {
            // The order that the engine reads: axis by axis, positive side first.
            let axis = |p: &Vec<f64>| p.iter().position(|x| *x != 0.0);
            points.sort_by(|a, b| axis(a).cmp(&axis(b)).then(b[axis(b).unwrap_or(0)].total_cmp(&a[axis(a).unwrap_or(0)])));
        }
        points
    }
}

/// Sum over the distinct arrangements of the remaining values on `axes` axes of the product of powers on the
/// first `half.len()` of them; signs not counted.
fn moment<T: Copy + From<f64>>(
    left: &mut Vec<(f64, usize)>,
    axes: usize,
    half: &[usize],
    power: impl Fn(f64, usize) -> T + Copy,
    mul: impl Fn(T, T) -> T + Copy,
    add: impl Fn(T, T) -> T + Copy,
) -> T {
    let Some((&exponent, rest)) = half.split_first() else {
        // What remains may be arranged in any order: a multinomial coefficient, exact in f64 for our sizes.
        let mut ways = 1.0;
        let mut placed = 0;
        for &(_, count) in left.iter() {
            for k in 1..=count {
                placed += 1;
                ways = ways * placed as f64 / k as f64;
            }
        }
        debug_assert_eq!(placed, axes);
        return T::from(ways);
    };
    let mut sum = T::from(0.0);
    for i in 0..left.len() {
        let (value, count) = left[i];
        if count == 0 || (value == 0.0 && exponent > 0) {
            continue;
        }
        left[i].1 -= 1;
        sum = add(sum, mul(power(value, exponent), moment(left, axes - 1, rest, power, mul, add)));
        left[i].1 += 1;
    }
    sum
}

/// Lists the points by filling one axis after the other.
fn place(left: &mut Vec<(f64, usize)>, axis: usize, point: &mut Vec<f64>, points: &mut Vec<Vec<f64>>) {
    if axis == point.len() {
        return points.push(point.clone());
    }
    for i in 0..left.len() {
        let (value, count) = left[i];
        if count == 0 {
            continue;
        }
        left[i].1 -= 1;
        for signed in [value, -value] {
            point[axis] = signed;
            place(left, axis + 1, point, points);
            if value == 0.0 {
                break;
            }
        }
        left[i].1 += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_the_sums_over_the_points() {
        for generator in [&[][..], &[0.5], &[0.5, 0.5], &[0.5, 0.25], &[0.3, 0.7, 0.7], &[0.9; 4]] {
            let orbit = Orbit::new(4, generator);
            let points = orbit.points();
            assert_eq!(points.len(), orbit.len());
            for half in [&[][..], &[1], &[2, 1], &[1, 1, 1], &[3, 2, 1, 1]] {
                let monomial = |p: &Vec<f64>| -> f64 { half.iter().zip(p).map(|(k, x)| x.powi(2 * *k as i32)).product() };
                let direct: f64 = points.iter().map(monomial).sum();
                let closed: f64 = orbit.moment(half);
                assert!((direct - closed).abs() <= 1e-13 * (1.0 + direct.abs()), "{generator:?} {half:?}");
            }
        }
    }
}
