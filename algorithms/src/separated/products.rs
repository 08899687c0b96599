//! Sums of products of integrals: their values and errors from those of the factors, and what is asked of the factors for their sake.

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

    /// Covariance of the sums, to first order.
    pub(super) fn covariance(&self, values: &[f64], covariance: &Array2<f64>) -> Array2<f64> {
        // Few of many factors stand in one sum.
        let sparse = |sum: &Vec<Product>| -> Vec<(usize, f64)> {
            linear(sum, values).gradient.into_iter().enumerate().filter(|(_, g)| *g != 0.0).collect()
        };
        let rows: Vec<Vec<(usize, f64)>> = self.sums.iter().map(sparse).collect();
        let mut all = Array2::zeros((rows.len(), rows.len()));
        for (s, row) in rows.iter().enumerate() {
            let mut left = vec![0.0; values.len()];
            for (c, g) in row {
                left.iter_mut().zip(covariance.row(*c)).for_each(|(sum, covariance)| *sum += g * covariance);
            }
            for (t, other) in rows.iter().enumerate() {
                all[[s, t]] = other.iter().map(|(d, h)| left[*d] * h).sum();
            }
        }
        all
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
    match covariance {
        None => gradient.iter().zip(factors).map(|(g, e)| if *g == 0.0 { 0.0 } else { g.abs() * e.error }).sum(),
        Some(covariance) => {
            let involved: Vec<usize> = (0..gradient.len()).filter(|i| gradient[*i] != 0.0).collect();
            let of = |i: usize| involved.iter().map(|j| gradient[*j] * covariance[[i, *j]]).sum::<f64>();
            involved.iter().map(|i| gradient[*i] * of(*i)).sum::<f64>().max(0.0).sqrt()
        }
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
        assert!((products.covariance(&[3.0, 2.0, 4.0], &covariance)[[0, 1]] - 0.09 * 8.0).abs() < 1e-15);
    }

    #[test]
    fn thousands_of_products_take_no_cube_of_their_number() {
        // Issue 14: a signal waited seconds for the tolerances of a thousand factors. Here, with all factors for every sum, it would
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
