//! One Gaussian whose axes are not those of the domain: needles, sheets, correlated normals, ridges.
//!
//! In boxes they keep [`MARGIN`] standard deviations from every face, where the whole of space and the box differ by
//! the rounding error.

use super::mixture::{Bump, Mixture, gaussian_integral, share_inside};
use super::{Member, space};
use crate::draw::Draw;
use crate::matrix::{Rows, rotation, triangular_determinant, whitening};

/// Least distance of a centre from the faces, in standard deviations along the face's axis; 1e-15 lies beyond.
const MARGIN: f64 = 8.0;

/// One long axis.
pub(crate) fn needle(dim: usize, draw: &mut Draw) -> Member {
    let ratio = axis_ratio(dim, draw);
    rotated(draw, (0..dim).map(|i| if i == 0 { 1.0 } else { 1.0 / ratio }).collect())
}

/// One short axis.
pub(crate) fn sheet(dim: usize, draw: &mut Draw) -> Member {
    let ratio = axis_ratio(dim, draw);
    rotated(draw, (0..dim).map(|i| if i == 0 { 1.0 / ratio } else { 1.0 }).collect())
}

/// Long over short axis: from six variables on less, since 1:30 there would fill 1e-16 of the box.
fn axis_ratio(dim: usize, draw: &mut Draw) -> f64 {
    if dim < 5 { draw.log_between(5.0, 30.0) } else { draw.log_between(2.0, 8.0) }
}

/// The Gaussian of these axes, randomly rotated, in a box of ±8 times the longest, which is 1.
fn rotated(draw: &mut Draw, axes: Vec<f64>) -> Member {
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
    let limits = vec![(-MARGIN, MARGIN); dim];
    Member::new(limits, exact, Mixture(vec![Bump { weight: 1.0, centre, rows }]))
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
    let normal = normal(draw, mean);
    let exact = share(&normal.centre, &vec![1.0; dim], half);
    Member::new(vec![(-half, half); dim], exact, Mixture(vec![normal]))
}

/// A normal density with strong correlations and means of some units, in all of space.
pub(crate) fn normal_in_space(dim: usize, draw: &mut Draw) -> Member {
    let mean = (0..dim).map(|_| draw.between(-3.0, 3.0)).collect();
    Member::new(space(dim), 1.0, Mixture(vec![normal(draw, mean)]))
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
    let steepness = width.powi(-2);
    let mut rows: Rows = (0..dim).map(|i| (0..dim).map(|j| if i == j { 1.0 } else { 0.0 }).collect()).collect();
    rows.push(a.iter().map(|a| a / width).collect());
    // The covariance is 1 − a aᵀ / (w² + 1).
    let deviations: Vec<f64> = a.iter().map(|a| (1.0 - a * a / (width * width + 1.0)).sqrt()).collect();
    let centre = vec![0.0; dim];
    let exact = gaussian_integral(dim) / (1.0 + steepness).sqrt() * share(&centre, &deviations, MARGIN);
    Member::new(vec![(-MARGIN, MARGIN); dim], exact, Mixture(vec![Bump { weight: 1.0, centre, rows }]))
}
