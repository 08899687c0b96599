//! The complete elliptic integrals of the parameter m = k².

use std::f64::consts::FRAC_PI_2;

/// The first kind, `∫ dθ / √(1 - m sin²θ)` over a quarter period, by the arithmetic-geometric mean; infinite at 1, not a number
/// beyond.
pub(crate) fn elliptic_k(m: f64) -> f64 {
    let (mut a, mut b) = (1.0, (1.0 - m).sqrt());
    if b == 0.0 {
        return f64::INFINITY;
    }
    // Half of the digits are enough: the last step doubles them. Not a number and infinity end here.
    while (a - b).abs() > 1e-8 * a {
        (a, b) = (0.5 * (a + b), (a * b).sqrt());
    }
    FRAC_PI_2 / (0.5 * (a + b))
}

/// The second kind, `∫ √(1 - m sin²θ) dθ` over a quarter period; not a number beyond 1.
pub(crate) fn elliptic_e(m: f64) -> f64 {
    let rest = 1.0 - m;
    if rest == 0.0 {
        return 1.0;
    }
    if !(rest > 0.0 && rest.is_finite()) {
        return if rest == f64::INFINITY { rest } else { f64::NAN };
    }
    // DLMF 19.25.1: positive terms alone, where differences from K would lose digits near 1.
    rest * (carlson_rd(rest, 1.0) + carlson_rd(1.0, rest)) / 3.0
}

/// Carlson's symmetric integral `R_D(0, y, z)` by duplication (Carlson, Numerical Algorithms 10, 1995; DLMF 19.36.2).
fn carlson_rd(mut y: f64, mut z: f64) -> f64 {
    let (mut x, mut sum, mut factor) = (0.0_f64, 0.0, 1.0);
    loop {
        let mean = (x + y + 3.0 * z) / 5.0;
        let (dx, dy) = (1.0 - x / mean, 1.0 - y / mean);
        // What is left out of the series is of the sixth order.
        if dx.abs().max(dy.abs()) < 1e-3 {
            let dz = -(dx + dy) / 3.0;
            let (xy, zz) = (dx * dy, dz * dz);
            let (e2, e3, e4, e5) = (xy - 6.0 * zz, (3.0 * xy - 8.0 * zz) * dz, 3.0 * (xy - zz) * zz, xy * zz * dz);
            let series =
                -3.0 / 14.0 * e2 + e3 / 6.0 + 9.0 / 88.0 * e2 * e2 - 3.0 / 22.0 * e4 - 9.0 / 52.0 * e2 * e3 + 3.0 / 26.0 * e5;
            return 3.0 * sum + factor * (1.0 + series) / (mean * mean.sqrt());
        }
        let (u, v, w) = (x.sqrt(), y.sqrt(), z.sqrt());
        let lambda = u * v + u * w + v * w;
        sum += factor / (w * (z + lambda));
        factor *= 0.25;
        (x, y, z) = (0.25 * (x + lambda), 0.25 * (y + lambda), 0.25 * (z + lambda));
    }
}
