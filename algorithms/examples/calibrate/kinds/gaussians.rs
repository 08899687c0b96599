//! One Gaussian whose axes are not those of the domain: needles, sheets, correlated normals, ridges.
//!
//! In boxes they keep [`MARGIN`] standard deviations from every face, where the whole of space and the box differ by
//! the rounding error.

use super::Member;
use super::mixture::{Bump, Mixture, gaussian_integral, share_inside};
use crate::draw::Draw;
use crate::matrix::{Rows, rotation, triangular_determinant, whitening};

/// Least distance of a centre from the faces, in standard deviations along the face's axis; 1e-15 lies beyond.
const MARGIN: f64 = 8.0;

/// One Gaussian over a cube around the origin or all of space.
struct Shape {
    bump: Bump,
    /// Half side of the cube, or infinity.
    half: f64,
    exact: f64,
}

impl From<Shape> for Member {
    fn from(shape: Shape) -> Self {
        let limits = vec![(-shape.half, shape.half); shape.bump.centre.len()];
        Member::new(limits, shape.exact, Mixture(vec![shape.bump]))
    }
}

/// One long axis.
pub(crate) fn needle(dim: usize, draw: &mut Draw) -> Member {
    let ratio = axis_ratio(dim, draw);
    rotated(draw, (0..dim).map(|i| if i == 0 { 1.0 } else { 1.0 / ratio }).collect()).into()
}

/// One short axis.
pub(crate) fn sheet(dim: usize, draw: &mut Draw) -> Member {
    let ratio = axis_ratio(dim, draw);
    rotated(draw, (0..dim).map(|i| if i == 0 { 1.0 / ratio } else { 1.0 }).collect()).into()
}

/// Long over short axis: from six variables on less, since 1:30 there would fill 1e-16 of the box.
fn axis_ratio(dim: usize, draw: &mut Draw) -> f64 {
    if dim < 5 { draw.log_between(5.0, 30.0) } else { draw.log_between(2.0, 8.0) }
}

/// The Gaussian of these axes, randomly rotated, in a box of ±8 times the longest, which is 1.
fn rotated(draw: &mut Draw, axes: Vec<f64>) -> Shape {
    let dim = axes.len();
    let directions = rotation(draw, dim);
    let deviations = (0..dim).map(|i| axes.iter().zip(&directions).map(|(s, r)| (s * r[i]).powi(2)).sum::<f64>().sqrt());
    let deviations: Vec<f64> = deviations.collect();
    // As far off the middle as the margin allows, two long axes at most.
    let centre: Vec<f64> = deviations
        .iter()
        .map(|s| {
            let most = (MARGIN * (1.0 - s)).clamp(0.0, 2.0);
            draw.between(-most, most)
        })
        .collect();
    let rows = axes.iter().zip(&directions).map(|(s, r)| r.iter().map(|r| r / s).collect()).collect();
    let exact = gaussian_integral(dim) * axes.iter().product::<f64>() * share(&centre, &deviations, MARGIN);
    Shape { bump: Bump { weight: 1.0, centre, rows }, half: MARGIN, exact }
}

/// The share inside of a cube of this half side.
fn share(centre: &[f64], deviations: &[f64], half: f64) -> f64 {
    share_inside(centre.iter().zip(deviations).flat_map(|(c, s)| [(half - c) / s, (half + c) / s]))
}

/// A normal density with strong correlations in a box much too large.
pub(crate) fn normal_in_box(dim: usize, draw: &mut Draw) -> Member {
    let half = draw.log_between(MARGIN, 100.0);
    let most = (half - MARGIN).min(3.0);
    let mean = (0..dim).map(|_| draw.between(-most, most)).collect();
    let bump = normal(draw, mean);
    let exact = share(&bump.centre, &vec![1.0; dim], half);
    Shape { bump, half, exact }.into()
}

/// A normal density with strong correlations and means of some units, in all of space.
pub(crate) fn normal_in_space(dim: usize, draw: &mut Draw) -> Member {
    let mean = (0..dim).map(|_| draw.between(-3.0, 3.0)).collect();
    Shape { bump: normal(draw, mean), half: f64::INFINITY, exact: 1.0 }.into()
}

/// A normal density of unit variances and correlations of 0.9 to 0.998.
fn normal(draw: &mut Draw, mean: Vec<f64>) -> Bump {
    let rows = whitening(&correlations(draw, mean.len()));
    Bump { weight: triangular_determinant(&rows) / gaussian_integral(mean.len()), centre: mean, rows }
}

/// All alike, a chain in which each variable depends on the one before it, or one common cause with random signs.
fn correlations(draw: &mut Draw, dim: usize) -> Rows {
    let structure = draw.below(3);
    let mut strong = || 1.0 - draw.log_between(0.002, 0.1);
    let all = strong();
    let loadings: Vec<f64> = (0..dim).map(|_| strong().sqrt()).collect();
    let signed: Vec<f64> = loadings.iter().map(|l| l * draw.sign()).collect();
    let between = |i: usize, j: usize| match structure {
        _ if i == j => 1.0,
        0 => all,
        1 => all.powi(i.abs_diff(j) as i32),
        _ => signed[i] * signed[j],
    };
    (0..dim).map(|i| (0..dim).map(|j| between(i, j)).collect()).collect()
}

/// exp(−((a·x)/w)²/2 − |x|²/2) in [−8, 8]^d with a random direction a: a thin oblique layer in a wide round Gaussian.
pub(crate) fn ridge(dim: usize, draw: &mut Draw) -> Member {
    let (a, width) = (draw.direction(dim), draw.log_between(0.03, 0.5));
    layer(a, width).into()
}

/// The ridge across the unit vector `a`.
fn layer(a: Vec<f64>, width: f64) -> Shape {
    let dim = a.len();
    let steepness = width.powi(-2);
    let mut rows: Rows = (0..dim).map(|i| (0..dim).map(|j| if i == j { 1.0 } else { 0.0 }).collect()).collect();
    rows.push(a.iter().map(|a| a / width).collect());
    // The covariance is 1 − a aᵀ / (w² + 1).
    let deviations: Vec<f64> = a.iter().map(|a| (1.0 - a * a / (width * width + 1.0)).sqrt()).collect();
    let centre = vec![0.0; dim];
    let exact = gaussian_integral(dim) / (1.0 + steepness).sqrt() * share(&centre, &deviations, MARGIN);
    Shape { bump: Bump { weight: 1.0, centre, rows }, half: MARGIN, exact }
}

#[cfg(test)]
mod tests {
    use super::super::quadrature::{at_points, evenly, tensor};
    use super::*;
    use fubini_algorithms::Simd;

    /// (2π)^(d/2) f(centre) / √det P, where the curvature P of −ln f is taken from values of f around the centre.
    fn from_curvature(bump: &Bump) -> f64 {
        let dim = bump.centre.len();
        // Far enough from the centre that the logarithm of f changes by something like 1.
        let step = |i: usize| 1.0 / bump.rows.iter().map(|r| r[i] * r[i]).sum::<f64>().sqrt();
        let moved = |i: usize, j: usize, sign: f64| {
            let mut x = bump.centre.clone();
            x[i] += step(i);
            x[j] += sign * step(j);
            x
        };
        let pairs: Vec<(usize, usize)> = (0..dim).flat_map(|i| (0..dim).map(move |j| (i, j))).collect();
        let points: Vec<Vec<f64>> = pairs.iter().flat_map(|(i, j)| [moved(*i, *j, 1.0), moved(*i, *j, -1.0)]).collect();
        let integrand = Simd(Mixture(vec![bump.clone()]));
        let values = at_points(&integrand, &points);
        let mut curvature: Rows = vec![vec![0.0; dim]; dim];
        for ((i, j), f) in pairs.iter().zip(values.chunks_exact(2)) {
            curvature[*i][*j] = (f[1].ln() - f[0].ln()) / (2.0 * step(*i) * step(*j));
        }
        let height = at_points(&integrand, std::slice::from_ref(&bump.centre))[0];
        height * gaussian_integral(dim) / determinant(curvature).sqrt()
    }

    /// By elimination, pivots on the diagonal.
    fn determinant(mut a: Rows) -> f64 {
        for pivot in 0..a.len() {
            let (above, below) = a.split_at_mut(pivot + 1);
            let top = &above[pivot];
            for row in below {
                let factor = row[pivot] / top[pivot];
                row.iter_mut().zip(top).for_each(|(r, t)| *r -= factor * t);
            }
        }
        triangular_determinant(&a)
    }

    #[test]
    fn values_follow_from_the_curvature_in_all_dimensions() {
        for dim in 2..=8 {
            let mut draw = Draw::new(1, dim, 5, 0);
            let ratio = axis_ratio(dim, &mut draw);
            let mut axes = vec![1.0; dim];
            axes[0] = 1.0 / ratio;
            let sheet = rotated(&mut draw, axes.clone());
            let needle = rotated(&mut draw, axes.iter().map(|a| 1.0 / (a * ratio)).collect());
            let direction = draw.direction(dim);
            let ridge = layer(direction, 0.03);
            let normals = (0..6).map(|_| Shape { bump: normal(&mut draw, vec![0.5; dim]), half: f64::INFINITY, exact: 1.0 });
            for shape in [sheet, needle, ridge].into_iter().chain(normals) {
                let numerical = from_curvature(&shape.bump);
                // Curvatures of strong correlations are nearly singular: 0.002^7 in eight variables.
                assert!((numerical / shape.exact - 1.0).abs() <= 1e-9, "{dim}: {numerical} {}", shape.exact);
            }
        }
    }

    #[test]
    fn values_agree_with_quadrature() {
        for (name, make) in [
            ("needle", needle as fn(usize, &mut Draw) -> Member),
            ("normal in a box", normal_in_box),
            ("normal in space", normal_in_space),
            ("ridge", ridge),
        ] {
            for index in 0..6 {
                let member = make(2, &mut Draw::new(2, 2, 7, index));
                // Twelve deviations from the origin nothing is left; 1200 nodes are 1.5 on the smallest width.
                let (low, high) = (member.limits[0].0.max(-12.0), member.limits[0].1.min(12.0));
                let numerical = tensor(&*member.integrand, &vec![evenly(low, high, 1200); 2]);
                assert!((numerical / member.exact - 1.0).abs() <= 1e-13, "{name}: {numerical} {}", member.exact);
            }
        }
        for axes in [[1.0, 0.25, 0.25], [0.25, 1.0, 1.0]] {
            let member = Member::from(rotated(&mut Draw::new(3, 3, 7, 0), axes.to_vec()));
            let numerical = tensor(&*member.integrand, &vec![evenly(-MARGIN, MARGIN, 120); 3]);
            assert!((numerical / member.exact - 1.0).abs() <= 1e-13, "{numerical} {}", member.exact);
        }
    }

    #[test]
    fn correlations_have_the_strength_they_should() {
        for index in 0..60 {
            let all = correlations(&mut Draw::new(1, 4, 5, index), 4);
            for (i, row) in all.iter().enumerate() {
                assert!(row.iter().enumerate().all(|(j, r)| i == j || (0.72..0.9981).contains(&r.abs())), "{row:?}");
            }
        }
    }
}
