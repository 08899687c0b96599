//! Every rule is exact to its degree and not beyond; its null rules vanish as stated; its points are counted.

use fubini_algorithms::rules::Rule;

/// All rules with their published number of points.
fn rules() -> Vec<(&'static str, Rule, usize)> {
    let genz_malik = [17, 33, 57, 93, 149, 241, 401, 693, 1245];
    let degree9 = [33, 77, 153, 273, 453, 717, 1105, 1689, 2605];
    let degree7 = [21, 39, 65, 103, 161, 255, 417, 711, 1265];
    let mut rules = vec![
        ("degree 13", Rule::degree13(false), 65),
        ("degree 11", Rule::degree11(false), 127),
        ("Kronrod", Rule::kronrod(false), 15),
    ];
    for n in 2..=10 {
        rules.push(("Genz-Malik", Rule::genz_malik(n, false), genz_malik[n - 2]));
        rules.push(("degree 9", Rule::degree9(n, false), degree9[n - 2]));
        rules.push(("degree 7", Rule::degree7(n, false), degree7[n - 2]));
    }
    rules
}

/// Σ over orbits of coefficient times Σ of the monomial over the orbit's points, from the nodes themselves.
fn apply(rule: &Rule, coefficients: &[f64], exponents: &[usize]) -> f64 {
    let sizes: Vec<usize> = rule.orbits().iter().map(|o| o.len()).collect();
    let mut point = 0;
    let mut sum = 0.0;
    for (size, coefficient) in sizes.iter().zip(coefficients) {
        let monomial =
            |p: usize| -> f64 { exponents.iter().enumerate().map(|(d, e)| rule.node_column(d)[p].powi(*e as i32)).product() };
        sum += coefficient * (point..point + size).map(monomial).sum::<f64>();
        point += size;
    }
    assert_eq!(point, rule.points());
    sum
}

/// The mean of a monomial over [−1, 1]^n.
fn mean(exponents: &[usize]) -> f64 {
    exponents.iter().map(|e| if e % 2 == 0 { 1.0 / (*e as f64 + 1.0) } else { 0.0 }).product()
}

/// All exponents of total degree `degree` up to order, at most one per axis, largest first. The rules are
/// symmetric under permutations, so that these stand for all.
fn monomials(degree: usize, axes: usize) -> Vec<Vec<usize>> {
    fn extend(left: usize, axes: usize, most: usize) -> Vec<Vec<usize>> {
        if left == 0 {
            return vec![vec![]];
        }
        if axes == 0 {
            return vec![];
        }
        let head = |e: usize| extend(left - e, axes - 1, e).into_iter().map(move |tail| [vec![e], tail].concat());
        (1..=most.min(left)).flat_map(head).collect()
    }
    extend(degree, axes, degree)
}

#[test]
fn rules_have_the_published_numbers_of_points() {
    for (name, rule, points) in rules() {
        assert_eq!(rule.points(), points, "{name} in {} dimensions", rule.dim());
    }
    assert_eq!(Rule::genz_malik(6, true).points(), 149 + 12, "two sentinels per axis");
}

#[test]
fn rules_are_exact_to_their_degree() {
    for (name, rule, _) in rules() {
        for exponents in (0..=rule.degree()).flat_map(|degree| monomials(degree, rule.dim())) {
            let error = (apply(&rule, rule.weights(), &exponents) - mean(&exponents)).abs();
            let allowed = 4.0 * f64::EPSILON * rule.stability();
            assert!(error <= allowed, "{name} in {} dimensions, {exponents:?}: {error:e} > {allowed:e}", rule.dim());
        }
    }
}

#[test]
fn rules_fail_one_degree_beyond() {
    for (name, rule, _) in rules() {
        let beyond = monomials(rule.degree() + 1, rule.dim());
        let worst = beyond.iter().map(|e| (apply(&rule, rule.weights(), e) - mean(e)).abs()).fold(0.0, f64::max);
        // Kronrod's rule fails by 1.6e-12 only.
        assert!(worst > 1e-13, "{name} in {} dimensions is exact beyond degree {}", rule.dim(), rule.degree());
    }
}

#[test]
fn null_rules_vanish_below_their_degree_and_not_beyond() {
    for (name, rule, _) in rules() {
        // Level l vanishes up to degree 2(m − l) − 1 where the weights were fixed by degrees up to 2m.
        let m = if name == "Kronrod" { 7 } else { (rule.degree() - 1) / 2 };
        for level in 0..3 {
            assert!(!rule.nulls(level).is_empty());
            for null in rule.nulls(level) {
                let apply = |e: &Vec<usize>| apply(&rule, null, e).abs();
                let size: f64 = rule.orbits().iter().zip(null).map(|(o, b)| o.len() as f64 * b.abs()).sum();
                for exponents in (0..2 * (m - level)).flat_map(|degree| monomials(degree, rule.dim())) {
                    assert!(apply(&exponents) <= 1e-14 * size, "{name}, level {level}, {exponents:?}");
                }
                let beyond = monomials(2 * (m - level), rule.dim());
                assert!(beyond.iter().any(|e| apply(e) > 1e-6 * size), "{name}, level {level}: degree too high");
            }
        }
    }
}

#[test]
fn null_rules_are_orthonormal() {
    for (name, rule, _) in rules() {
        let all: Vec<&Vec<f64>> = (0..3).flat_map(|level| rule.nulls(level)).collect();
        let inner = |a: &[f64], b: &[f64]| -> f64 {
            rule.orbits().iter().zip(a.iter().zip(b)).map(|(o, (a, b))| o.len() as f64 * a * b).sum()
        };
        for (i, a) in all.iter().enumerate() {
            for (j, b) in all.iter().enumerate() {
                assert!((inner(a, b) - f64::from(i == j)).abs() < 1e-13, "{name}: {i} {j}");
            }
        }
    }
}

#[test]
fn weights_sum_in_size_to_the_published_stability() {
    let published = [1.39, 2.11, 2.75, 3.50, 4.50, 5.59, 6.75, 8.00, 9.33];
    for (n, published) in (2..).zip(published) {
        assert!((Rule::genz_malik(n, true).stability() - published).abs() < 0.0051, "Genz-Malik, {n}");
    }
    for rule in [Rule::degree11(true), Rule::degree13(true)] {
        assert!((rule.stability() - 1.0).abs() < 1e-12, "no negative weight");
    }
}

#[test]
fn weights_agree_with_genz_and_maliks_formulas() {
    for n in 2..=10 {
        let x = n as f64;
        let published = [
            (12824.0 - 9120.0 * x + 400.0 * x * x) / 19683.0,
            980.0 / 6561.0,
            (1820.0 - 400.0 * x) / 19683.0,
            200.0 / 19683.0,
            6859.0 / 19683.0 / 2f64.powi(n),
        ];
        for (weight, published) in Rule::genz_malik(n as usize, true).weights().iter().zip(published) {
            // The formulas hold for the exact generators; ours are rounded.
            approx::assert_relative_eq!(*weight, published, max_relative = 1e-13, epsilon = 1e-14);
        }
    }
}
