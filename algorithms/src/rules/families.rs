//! The rules by name: generators and degree of each. The weights follow from these.

use super::{Design, Estimator, Few, Rule};

/// Largest dimension of the rules with 2^n corner points.
pub(crate) const MAX_DIM: usize = 15;

/// Up to so many dimensions the corners get sentinels; beyond, they cost more evaluations than they save.
pub(crate) const MAX_CORNER_DIM: usize = 5;
/// Importance of the corners in the null rules of degree 7, and of degree 9.
const CORNERS_7: f64 = 100.0;
const CORNERS_9: f64 = 1.0;
/// See [`Estimator::odd`]: the more orbits there are, the higher the degree of that null rule, and the smaller it is on what is
/// resolved. By calibration: half of the first costs half as many evaluations again on oblique kinks, the others cost none.
const ODD_7: f64 = 0.1;
const ODD: f64 = 0.02;
const ODD_1: f64 = 1e-6;
/// More than it ever is: beyond five variables it was not calibrated.
const UNUSED: f64 = 1e3;

// The constants of the error estimate were chosen with the example `calibrate` on the Genz families and on oblique
// kinks, and checked on other seeds and difficulties; the README shows the coverage. Those of Kronrod's rule, and of
// degree 7 (Berntsen et al.) above five dimensions, are carried over from their neighbours.

impl Rule {
    /// Genz and Malik's rule of degree 7, for two dimensions or more: 1 + 4n + 2n(n−1) + 2ⁿ points.
    ///
    /// # Panics
    /// In fewer than 2 or more than 15 dimensions, as all rules of this file do outside of their range.
    pub fn genz_malik(dim: usize, sentinels: bool) -> Self {
        assert!((2..=MAX_DIM).contains(&dim));
        let [l2, l4, l5] = [9.0 / 70.0, 9.0 / 10.0, 9.0 / 19.0_f64].map(f64::sqrt);
        let generators = [vec![], vec![l2], vec![l4], vec![l4; 2], vec![l5; dim]];
        let low = dim <= MAX_CORNER_DIM;
        let estimator = Estimator {
            smooth: 1.0,
            extrapolate: true,
            discrepancy: if low { 1.0 } else { 0.75 },
            few: few(dim, [4.0, 1.0]),
            odd: if low { ODD_7 } else { UNUSED },
        };
        let corners = low.then_some(CORNERS_7);
        let design = Design { moments: 6, degree: 7, fourth: [0, 1], estimator, axis_sentinels: !low, corners };
        Rule::build(dim, &generators, design, sentinels)
    }

    /// The rule of degree 7 of Berntsen, Espelid and Genz, for two dimensions or more.
    pub fn degree7(dim: usize, sentinels: bool) -> Self {
        assert!((2..=MAX_DIM).contains(&dim));
        let [l0, l1, l2, _] = shared_generators();
        // 0.75 carries no weight; it gives the null rules another direction.
        let generators = [vec![], vec![l2], vec![l1], vec![0.75], vec![l1; 2], vec![l0; dim]];
        // In two dimensions the moments would not fix another orbit.
        let low = (3..=MAX_CORNER_DIM).contains(&dim);
        let estimator = Estimator {
            smooth: 1.5,
            extrapolate: true,
            discrepancy: if low { 1.0 } else { 0.75 },
            few: few(dim, [4.0, 1.0]),
            odd: if dim <= MAX_CORNER_DIM { ODD_7 } else { UNUSED },
        };
        let corners = low.then_some(CORNERS_7);
        let design = Design { moments: 6, degree: 7, fourth: [0, 1], estimator, axis_sentinels: !low, corners };
        Rule::build(dim, &generators, design, sentinels)
    }

    /// The rule of degree 9, for two dimensions or more.
    pub fn degree9(dim: usize, sentinels: bool) -> Self {
        assert!((2..=MAX_DIM).contains(&dim));
        let [l0, l1, l2, l3] = shared_generators();
        // 0.25 carries no weight; it gives the null rules another direction.
        let mut generators = vec![vec![], vec![l1], vec![l2], vec![l3], vec![0.25], vec![l1; 2], vec![l1, l2]];
        if dim >= 3 {
            generators.push(vec![l1; 3]);
        }
        generators.push(vec![l0; dim]);
        let estimator = Estimator {
            smooth: 2.5,
            extrapolate: false,
            discrepancy: 0.75,
            few: few(dim, [2.0, 6.0]),
            odd: if dim <= MAX_CORNER_DIM { ODD } else { UNUSED },
        };
        let corners = (dim <= MAX_CORNER_DIM).then_some(CORNERS_9);
        let design = Design { moments: 8, degree: 9, fourth: [1, 0], estimator, axis_sentinels: true, corners };
        Rule::build(dim, &generators, design, sentinels)
    }

    /// The rule of degree 11 in three dimensions, 127 points.
    pub fn degree11(sentinels: bool) -> Self {
        let half = DEGREE_11.map(|g| 2.0 * g);
        let [h0, h1, h2, h3, h4, h5, h6, h7, h8, h9, h10, h11, h12, h13] = half;
        let axes = [vec![], vec![h0], vec![h1], vec![h2], vec![h3], vec![h4]];
        let others = [vec![h5; 2], vec![h6; 2], vec![h7; 3], vec![h8; 3], vec![h9; 3], vec![h10, h11, h11], vec![h12, h12, h13]];
        // Its own nodes lie close to faces and corners: no sentinels.
        let estimator = Estimator { smooth: 10.0, extrapolate: false, discrepancy: 0.5, few: few(3, [2.0, 0.0]), odd: ODD };
        let design = Design { moments: 10, degree: 11, fourth: [1, 4], estimator, axis_sentinels: false, corners: None };
        Rule::build(3, &[&axes[..], &others[..]].concat(), design, sentinels)
    }

    /// The rule of degree 13 in two dimensions, 65 points.
    pub fn degree13(sentinels: bool) -> Self {
        let half = DEGREE_13.map(|g| 2.0 * g);
        let [g0, g1, g2, g3, g4, g5, g6, g7, g8, g9, g10, g11, g12, g13, g14, g15] = half;
        let axes = [vec![], vec![g0], vec![g1], vec![g2], vec![g3], vec![g4]];
        let others =
            [vec![g5; 2], vec![g6; 2], vec![g7; 2], vec![g8; 2], vec![g9; 2], vec![g10, g11], vec![g12, g13], vec![g14, g15]];
        // Its own nodes lie close to faces and corners: no sentinels.
        let estimator = Estimator { smooth: 20.0, extrapolate: true, discrepancy: 1.0, few: Few::NONE, odd: ODD };
        let design = Design { moments: 12, degree: 13, fourth: [4, 2], estimator, axis_sentinels: false, corners: None };
        Rule::build(2, &[&axes[..], &others[..]].concat(), design, sentinels)
    }

    /// Kronrod's extension of Gauss's 7 points to 15, for one dimension: degree 23.
    pub fn kronrod(sentinels: bool) -> Self {
        let mut generators = vec![vec![]];
        generators.extend(KRONROD_15.map(|g| vec![g]));
        // Eight orbits are fixed by the degrees up to 14; Kronrod's choice of nodes gives the rest for nothing.
        let estimator = Estimator { smooth: 3.0, extrapolate: false, discrepancy: 1.0, few: Few::NONE, odd: ODD_1 };
        let design = Design { moments: 14, degree: 23, fourth: [4, 0], estimator, axis_sentinels: true, corners: None };
        Rule::build(1, &generators, design, sentinels)
    }
}

/// The caution about few regions: what is added in three to five variables, and beyond. By calibration: beyond, on powers of the distance
/// from a corner, pairs of points and the suites of other integrators; in three to five on sums of kinks along the axes, of which 5 to
/// 15 % exceeded errors stated to 1e-2 without it. Smooth integrands pay 1 to 5 % at 1e-3.
fn few(dim: usize, [more, beyond]: [f64; 2]) -> Few {
    match dim {
        ..3 => Few::NONE,
        3..=MAX_CORNER_DIM => Few { more, many: 4.0 },
        _ => Few { more: beyond, many: 1500.0 },
    }
}

/// Generators λ0, λ1, λ2, λ3 that the rules of degree 7 and 9 share, from the closed form of TOMS 17 (1991) 437.
fn shared_generators() -> [f64; 4] {
    let l0: f64 = 0.4707;
    let l1 = 4.0 / (15.0 - 5.0 / l0);
    let rho = (1.0 - l1 / l0) / 27.0;
    let l2 = (5.0 - 7.0 * l1 - 35.0 * rho) / (7.0 - 35.0 * l1 / 3.0 - 35.0 * rho / l0);
    let r9 = rho * (1.0 - l2 / l0) / 3.0;
    let l3 = (7.0 - 9.0 * (l2 + l1) + 63.0 * l2 * l1 / 5.0 - 63.0 * r9)
        / (9.0 - 63.0 * (l2 + l1) / 5.0 + 21.0 * l2 * l1 - 63.0 * r9 / l0);
    [l0, l1, l2, l3].map(f64::sqrt)
}

/// Generators of the degree-11 rule on [−1/2, 1/2]³ (TOMS 17 (1991) 452).
const DEGREE_11: [f64; 14] = [
    0.095,
    0.25,
    0.375,
    0.4,
    0.4975,
    0.49936724991757,
    0.38968518428362114,
    0.49998494965443835,
    0.3951318612385894,
    0.22016983438253684,
    0.4774686911397297,
    0.2189239229503431,
    0.4830546566815374,
    0.2288552938881567,
];

/// Generators of the degree-13 rule on [−1/2, 1/2]² (TOMS 17 (1991) 452).
const DEGREE_13: [f64; 16] = [
    0.12585646717265545,
    0.3506966822267133,
    0.4795480315809981,
    0.4978005239276064,
    0.25,
    0.07972723291487795,
    0.1904495567970094,
    0.3291384627633596,
    0.43807365825146577,
    0.499121592026599,
    0.4895111329084231,
    0.32461421628226944,
    0.43637106005656195,
    0.1791307322940614,
    0.2833333333333333,
    0.1038888888888889,
];

/// The positive nodes of the 15-point Kronrod rule (QUADPACK).
const KRONROD_15: [f64; 7] = [
    0.9914553711208126,
    0.9491079123427585,
    0.8648644233597691,
    0.7415311855993945,
    0.5860872354676911,
    0.4058451513773972,
    0.20778495500789845,
];
