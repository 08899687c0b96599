//! Sums of products of integrals: their values and errors from those of the factors, and what is asked of the factors for their sake.

use super::DARK;
use crate::standing::multiple;
use crate::{Estimate, Options, Ratio, Target};
use ndarray::Array2;

/// A number times a product of integrals.
#[derive(Clone, Debug, PartialEq)]
pub struct Product {
    /// The number.
    pub number: f64,
    /// Which integrals, counted from 0; one that stands there twice counts twice.
    pub factors: Vec<usize>,
}

/// Part of a tolerance that is given to the factors: the rest is for products of two errors.
const SHARE: f64 = 0.9;
/// A tolerance that is never asked for.
const ANYTHING: f64 = 1e300;
/// Largest relative error of a denominator with which a ratio is believed.
const DENOMINATOR_RTOL: f64 = 0.05;

/// Quantities that are asked for, each a sum of products.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Products {
    pub(super) sums: Vec<Vec<Product>>,
    /// What is asked of the sums and of their ratios.
    pub(super) asked: Box<Options>,
}

/// What is known of a quantity to first order.
struct Linear {
    value: f64,
    /// Derivatives by the factors.
    gradient: Vec<f64>,
}

impl Products {
    /// The error that component `c` may have, for factors with these values.
    pub(crate) fn tolerance_of(&self, c: usize, factor: &dyn Fn(usize) -> f64) -> f64 {
        let named = self.sums.iter().flatten().flat_map(|product| &product.factors);
        let count = named.max().map_or(0, |last| last + 1).max(c + 1);
        let factors: Vec<f64> = (0..count).map(factor).collect();
        let share = |quantity: &Linear, tolerance: f64| -> f64 {
            let (slope, involved) = (quantity.gradient[c].abs(), quantity.gradient.iter().filter(|g| **g != 0.0).count());
            if slope == 0.0 { ANYTHING } else { SHARE * tolerance / (slope * involved as f64) }
        };
        // Where it does not stand anything will do: of thousands of sums few are to be looked at.
        let holds = |sum: &[Product]| sum.iter().any(|product| product.factors.contains(&c));
        let value = |s: usize| value(&self.sums[s], &factors);
        let tolerance: f64 = match self.asked.target {
            Target::Each => {
                let each = |(s, sum): (usize, &Vec<Product>)| match self.asked.tolerance_of(s, value) {
                    // Nothing is small enough, not even beside another factor that is zero.
                    0.0 => 0.0,
                    tolerance => share(&linear(sum, &factors), tolerance),
                };
                self.sums.iter().enumerate().filter(|(_, sum)| holds(sum)).map(each).fold(ANYTHING, f64::min)
            }
            Target::Ratio => {
                let each = |r: &Ratio| {
                    let [numerator, denominator] = [r.numerator, r.denominator].map(|s| linear(&self.sums[s], &factors));
                    let ratio = quotient(&numerator, &denominator);
                    let known = share(&denominator, DENOMINATOR_RTOL * denominator.value.abs());
                    share(&ratio, self.asked.tolerance(ratio.value)).min(known)
                };
                let named = |r: &&Ratio| [r.numerator, r.denominator].iter().any(|s| holds(&self.sums[*s]));
                self.asked.ratios.iter().filter(named).map(each).fold(ANYTHING, f64::min)
            }
        };
        if tolerance.is_nan() { 0.0 } else { tolerance }
    }

    /// The sums, with errors that follow from those of the factors: bounds add up, standard deviations by the covariance.
    pub(super) fn sums(&self, factors: &[Estimate], covariance: Option<&Array2<f64>>) -> Vec<Estimate> {
        let values: Vec<f64> = factors.iter().map(|e| e.value).collect();
        let sum = |sum: &Vec<Product>| {
            let Linear { value, gradient } = linear(sum, &values);
            let rounding: f64 = sum.iter().map(|p| product(p, &values).abs()).sum::<f64>() * f64::EPSILON;
            let beyond = beyond(sum, factors);
            estimate(value, first_order(&gradient, factors, covariance), beyond + rounding, covariance.is_some())
        };
        self.sums.iter().map(sum).collect()
    }

    /// The ratios that are asked for, by the errors of factors: what numerator and denominator share cancels.
    pub(super) fn ratios(&self, factors: &[Estimate], covariance: Option<&Array2<f64>>) -> Vec<Estimate> {
        let values: Vec<f64> = factors.iter().map(|e| e.value).collect();
        let all = self.sums(factors, covariance);
        let ratio = |r: &Ratio| {
            let [n, d] = [r.numerator, r.denominator].map(|s| linear(&self.sums[s], &values));
            let Linear { value, gradient } = quotient(&n, &d);
            let relative = all[r.denominator].error / d.value.abs();
            let second = |s: usize| beyond(&self.sums[s], factors);
            let beyond = (second(r.numerator) + value.abs() * second(r.denominator)) / d.value.abs();
            let first = first_order(&gradient, factors, covariance);
            // As for any ratio, a denominator that is hardly known leaves little known of it.
            let first = if relative < 0.5 { first / (1.0 - relative) } else { f64::INFINITY };
            estimate(value, first, beyond + f64::EPSILON * value.abs(), covariance.is_some())
        };
        self.asked.ratios.iter().map(ratio).collect()
    }

    /// Factors that were found to be as good as zero, and their products with them.
    pub(super) fn drops(&self, factors: &[Estimate]) -> Vec<usize> {
        let is_zero = |c: &usize| factors[*c].value.abs() + factors[*c].error <= DARK;
        let mut dropped: Vec<usize> =
            self.sums.iter().flatten().flat_map(|product| &product.factors).copied().filter(is_zero).collect();
        dropped.sort_unstable();
        dropped.dedup();
        dropped
    }

    /// Covariance of the sums, to first order.
    pub(super) fn covariance(&self, factors: &[Estimate], covariance: &Array2<f64>) -> Array2<f64> {
        let values: Vec<f64> = factors.iter().map(|e| e.value).collect();
        let spread = Spread::new(factors, covariance);
        let weights: Vec<Weights> = self.sums.iter().map(|sum| spread.weights(&linear(sum, &values).gradient)).collect();
        Array2::from_shape_fn((weights.len(), weights.len()), |(s, t)| spread.product(&weights[s], &weights[t]))
    }

    /// The quantities that must meet the tolerance.
    pub(super) fn targets(&self, factors: &[Estimate]) -> Vec<Estimate> {
        match self.asked.target {
            Target::Each => self.sums(factors, None),
            Target::Ratio => self.ratios(factors, None),
        }
    }

    /// Whether these meet the tolerance, rounding apart.
    pub(super) fn is_met(&self, targets: &[Estimate]) -> bool {
        let value = |s: usize| targets[s].value;
        let tolerance = |s: usize| match self.asked.target {
            Target::Each => self.asked.tolerance_of(s, value),
            Target::Ratio => self.asked.tolerance(value(s)),
        };
        (0..targets.len()).all(|s| multiple(targets[s].error, tolerance(s)) <= 1.0)
    }
}

fn product(product: &Product, values: &[f64]) -> f64 {
    product.factors.iter().fold(product.number, |product, c| product * values[*c])
}

fn linear(sum: &[Product], values: &[f64]) -> Linear {
    let mut gradient = vec![0.0; values.len()];
    for Product { number, factors } in sum {
        for (i, c) in factors.iter().enumerate() {
            let others = factors.iter().enumerate().filter(|(j, _)| *j != i);
            gradient[*c] += others.fold(*number, |product, (_, c)| product * values[*c]);
        }
    }
    Linear { value: value(sum, values), gradient }
}

fn value(sum: &[Product], values: &[f64]) -> f64 {
    sum.iter().fold(0.0, |value, own| value + product(own, values))
}

fn quotient(n: &Linear, d: &Linear) -> Linear {
    let value = n.value / d.value;
    Linear { value, gradient: n.gradient.iter().zip(&d.gradient).map(|(n, d_c)| (n - value * d_c) / d.value).collect() }
}

/// What products of two and more errors may add.
fn beyond(sum: &[Product], factors: &[Estimate]) -> f64 {
    let of_product = |Product { number, factors: list }: &Product| {
        let (mut least, mut most, mut first) = (1.0, 1.0, 0.0);
        for c in list {
            let Estimate { value, error } = factors[*c];
            // (p + δ)(v + e) = p v + (p e + δ v) + …
            first = first * value.abs() + least * error;
            least *= value.abs();
            most *= value.abs() + error;
        }
        number.abs() * (most - least - first).max(0.0)
    };
    let beyond = sum.iter().map(of_product).sum::<f64>();
    if beyond.is_nan() { f64::INFINITY } else { beyond }
}

fn first_order(gradient: &[f64], factors: &[Estimate], covariance: Option<&Array2<f64>>) -> f64 {
    let by_bounds = || gradient.iter().zip(factors).map(|(g, e)| if *g == 0.0 { 0.0 } else { g.abs() * e.error }).sum();
    let Some(covariance) = covariance else { return by_bounds() };
    let spread = Spread::new(factors, covariance);
    // What a covariance cannot hold, factors may share in any way.
    let is_known = gradient.iter().zip(&spread.is_known).all(|(g, known)| *g == 0.0 || *known);
    if is_known { spread.size(&spread.weights(gradient)) } else { by_bounds() }
}

/// A covariance as deviations and correlations, so that squares of large and small numbers neither overflow nor vanish.
struct Spread<'a> {
    covariance: &'a Array2<f64>,
    deviations: Vec<f64>,
    /// Whether the variance of a factor is a number, and zero only where its error is.
    is_known: Vec<bool>,
}

/// Derivatives times deviations, in units of the largest: of those factors for which it is not zero, few of many.
struct Weights {
    unit: f64,
    weights: Vec<(usize, f64)>,
}

impl<'a> Spread<'a> {
    fn new(factors: &[Estimate], covariance: &'a Array2<f64>) -> Self {
        let variance = |c: usize| covariance[[c, c]];
        let is_known: Vec<bool> =
            (0..factors.len()).map(|c| variance(c).is_finite() && (variance(c).is_normal() || factors[c].error == 0.0)).collect();
        let deviation = |c: usize| if is_known[c] { variance(c).max(0.0).sqrt() } else { factors[c].error };
        Spread { covariance, deviations: (0..factors.len()).map(deviation).collect(), is_known }
    }

    fn weights(&self, gradient: &[f64]) -> Weights {
        let weight = |(c, (g, d)): (usize, (&f64, &f64))| if *g == 0.0 || *d == 0.0 { None } else { Some((c, g * d)) };
        let mut weights: Vec<(usize, f64)> = gradient.iter().zip(&self.deviations).enumerate().filter_map(weight).collect();
        let unit = weights.iter().fold(0.0, |unit, (_, w)| f64::max(unit, w.abs()));
        if unit > 0.0 && unit.is_finite() {
            weights.iter_mut().for_each(|(_, w)| *w /= unit);
        }
        Weights { unit, weights }
    }

    fn correlation(&self, c: usize, d: usize) -> f64 {
        match c == d {
            true => 1.0,
            // Nothing is known of what a variance that is none shares with others.
            false if !(self.is_known[c] && self.is_known[d]) => 0.0,
            false => (self.covariance[[c, d]] / self.deviations[c] / self.deviations[d]).clamp(-1.0, 1.0),
        }
    }

    /// Sum of the correlations of two linear functions, in their units.
    fn sum(&self, a: &Weights, b: &Weights) -> f64 {
        let row = |c: usize| b.weights.iter().map(|(d, v)| v * self.correlation(c, *d)).sum::<f64>();
        a.weights.iter().map(|(c, u)| u * row(*c)).sum()
    }

    fn product(&self, a: &Weights, b: &Weights) -> f64 {
        if a.unit == 0.0 || b.unit == 0.0 { 0.0 } else { a.unit * self.sum(a, b) * b.unit }
    }

    fn size(&self, a: &Weights) -> f64 {
        if a.unit == 0.0 { 0.0 } else { a.unit * self.sum(a, a).max(0.0).sqrt() }
    }
}

fn estimate(value: f64, first: f64, beyond: f64, is_deviation: bool) -> Estimate {
    // Sums of nothing are -0.
    let error = 0.0 + if is_deviation { first.hypot(beyond) } else { first + beyond };
    Estimate { value, error: if error.is_nan() { f64::INFINITY } else { error } }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(value: f64, error: f64) -> Estimate {
        Estimate { value, error }
    }

    fn products(sums: Vec<Vec<Product>>, asked: Options) -> Products {
        Products { sums, asked: Box::new(asked) }
    }

    #[test]
    fn bounds_of_products_hold_the_worst_case_and_factors_that_meet_theirs_meet_the_whole() {
        let sum = vec![Product { number: 2.0, factors: vec![0, 1] }, Product { number: -1.0, factors: vec![0, 0] }];
        let products = products(vec![sum], Options::default().rtol(1e-2));
        let factors = [known(3.0, 0.1), known(-5.0, 0.2)];
        let found = products.sums(&factors, None)[0];
        assert_eq!(found.value, -39.0);
        for (a, b) in [(1.0, 1.0), (1.0, -1.0), (-1.0, 1.0), (-1.0, -1.0)] {
            let (x, y) = (3.0 + 0.1 * a, -5.0 + 0.2 * b);
            let off: f64 = 2.0 * x * y - x * x + 39.0;
            assert!(off.abs() <= found.error, "{off} {found:?}");
        }
        // Not by much: the derivatives by x and y are −16 and 6.
        assert!(found.error < 1.05 * (16.0 * 0.1 + 6.0 * 0.2), "{found:?}");
        let values = [3.0, -5.0];
        let at_most = [0, 1].map(|c| known(values[c], products.tolerance_of(c, &|k| values[k])));
        let found = products.targets(&at_most);
        assert!(products.is_met(&found) && found[0].error > 0.8 * 0.39, "{found:?}");
    }

    #[test]
    fn zeros_are_never_claimed_for_nothing() {
        let sum = vec![Product { number: 1.0, factors: vec![0, 1] }];
        let products = products(vec![sum], Options::default());
        assert_eq!([0, 1].map(|c| products.tolerance_of(c, &|_| 0.0)), [0.0; 2]);
        let found = products.sums(&[known(0.0, 0.1), known(0.0, 0.2)], None)[0];
        assert!((found.error - 0.02).abs() < 1e-12, "{found:?}");
    }

    #[test]
    fn what_numerator_and_denominator_share_cancels() {
        let sum = |factors: &[usize]| vec![Product { number: 1.0, factors: factors.to_vec() }];
        let products = products(vec![sum(&[0, 1]), sum(&[0, 2])], Options::default().ratio(0, 1));
        let factors = [known(3.0, 0.3), known(2.0, 1e-9), known(4.0, 1e-9)];
        let found = products.ratios(&factors, None)[0];
        assert!(found.value == 0.5 && found.error < 0.1, "{found:?}");
        // Its standard deviation does not know of the common factor at all, to first order.
        let mut covariance = Array2::zeros((3, 3));
        covariance[[0, 0]] = 0.09;
        assert!(products.ratios(&[known(3.0, 0.3), known(2.0, 0.0), known(4.0, 0.0)], Some(&covariance))[0].error < 1e-12);
        let factors = [known(3.0, 0.3), known(2.0, 0.0), known(4.0, 0.0)];
        assert!((products.covariance(&factors, &covariance)[[0, 1]] - 0.09 * 8.0).abs() < 1e-15);
    }

    #[test]
    fn deviations_have_the_units_of_their_factors() {
        // Relative errors of 3 and 4 parts in a thousand, whatever the units.
        for (number, first, second) in [
            (1.0, 1.0, 1.0),
            (1e-200, 1.0, 1.0),
            (1e200, 1.0, 1.0),
            (1.0, 1e-174, 1e174),
            (1e-100, 1e160, 1e-160),
            (1.0, 1e-140, 1e140),
        ] {
            let sum = vec![Product { number, factors: vec![0, 1] }];
            let products = products(vec![sum.clone(), sum], Options::default());
            let factors = [known(first, 3e-3 * first), known(second, 4e-3 * second)];
            let mut covariance = Array2::zeros((2, 2));
            (0..2).for_each(|c| covariance[[c, c]] = factors[c].error.powi(2));
            let value = number * first * second;
            let error = products.sums(&factors, Some(&covariance))[0].error / value;
            let is_known = (0..2).all(|c: usize| covariance[[c, c]].is_finite() && covariance[[c, c]].is_normal());
            // Where a variance is no number, the deviations add up.
            let expected = if is_known { 5e-3 } else { 7e-3 };
            assert!((error / expected - 1.0).abs() < 1e-3, "{number} {first} {second}: {error}");
            let found = products.covariance(&factors, &covariance);
            let variance = number.powi(2) * (first * second).powi(2) * 25e-6;
            if variance.is_normal() {
                assert!((found[[0, 1]] / variance - 1.0).abs() < 1e-9 && found[[0, 0]] == found[[1, 1]], "{found}");
            }
        }
    }

    #[test]
    fn thousands_of_products_take_no_cube_of_their_number() {
        // A signal waited seconds for the tolerances of a thousand factors. Here, with all factors for every sum, it would
        // take minutes.
        const MANY: usize = 4_000;
        let sum = |s: usize| vec![Product { number: 1.0, factors: vec![s, MANY] }];
        let products = products((0..MANY).map(sum).collect(), Options::default().rtol(1e-2));
        let value = |c: usize| 1.0 + c as f64;
        for c in 0..MANY {
            let exact = SHARE * 1e-2 * value(c) * value(MANY) / (value(MANY) * 2.0);
            assert!((products.tolerance_of(c, &value) / exact - 1.0).abs() < 1e-12);
        }
        let most = products.tolerance_of(MANY, &value);
        assert!((most / (SHARE * 1e-2 * value(MANY) / 2.0) - 1.0).abs() < 1e-12, "{most}");
    }
}
