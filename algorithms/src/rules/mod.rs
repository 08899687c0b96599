//! Fully symmetric integration rules with the null rules from which errors are estimated.
//!
//! A rule is given by its generators and its degree; [`moments`] solves for everything else. Sources:
//! A. C. Genz, A. A. Malik, J. Comput. Appl. Math. 6 (1980) 295 (degree 7, here [`Rule::genz_malik`]);
//! J. Berntsen, T. O. Espelid, A. Genz, ACM Trans. Math. Softw. 17 (1991) 437 and 452 (degrees 7, 9, 11, 13);
//! R. Piessens et al., QUADPACK, Springer 1983 (Kronrod's 15 points, for one dimension).

mod families;
mod moments;
mod nodes;
mod odd;
mod orbit;

pub(crate) use families::{MAX_CORNER_DIM, MAX_DIM};
pub(crate) use nodes::{Nodes, OFFSETS};
pub use orbit::Orbit;

/// Where the outer nodes of most rules leave a gap to the faces and corners: sentinels see kinks and jumps there.
const SENTINEL: f64 = 0.999;

/// A fully symmetric rule on [−1, 1]^n with its null rules and face sentinels.
#[derive(Clone, Debug)]
pub struct Rule {
    dim: usize,
    degree: usize,
    orbits: Vec<Orbit>,
    weights: Vec<f64>,
    /// All null rules, over the orbits; those of level `l` are `levels[l]..levels[l + 1]`.
    nulls: Vec<Vec<f64>>,
    levels: [usize; 4],
    estimator: Estimator,
    /// The nodes, sentinels included: `nodes[d][p]` is coordinate `d` of point `p`.
    nodes: Vec<Vec<f64>>,
    by_offset: Nodes,
    /// Coefficients of all nodes in the null rule for odd functions, see [`odd`].
    odd: Vec<f64>,
    axis_orbits: Vec<AxisOrbit>,
    /// The ranges of nodes of the orbits off the axes.
    outer_orbits: Vec<OuterOrbit>,
    /// Coefficient of the centre in every axis' sentinel and fourth difference.
    centre: Probe,
    /// Σ |w| over all points.
    stability: f64,
    points_of_orbits: usize,
}

/// What characterises a rule beside its generators.
struct Design {
    /// The even degree up to which the moment equations fix the weights.
    moments: usize,
    /// The degree of exactness.
    degree: usize,
    /// The two axis orbits of the fourth difference, the inner one first.
    fourth: [usize; 2],
    estimator: Estimator,
    /// Whether pairs of sentinels on the axes are part of the error estimate.
    axis_sentinels: bool,
    /// Whether an orbit next to the corners, without weight, takes part in the null rules, and its importance there.
    corners: Option<f64>,
}

/// How the null-rule levels become an error.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Estimator {
    /// Factor on the estimate where the levels fall off as they do for a smooth function.
    pub(crate) smooth: f64,
    /// Whether a fast fall-off of the higher levels may be extrapolated, F2²/F3.
    pub(crate) extrapolate: bool,
    /// Weight of the discrepancy between a parent and its children.
    pub(crate) discrepancy: f64,
    /// How much larger the error of few regions is stated.
    pub(crate) few: Few,
    /// Largest value of the null rule for odd functions, in units of the largest value, at which nodes follow the integrand.
    pub(crate) odd: f64,
}

/// A factor on the sum of the errors of n regions, 1 + more/(1 + (n/many)²). Few regions are each cut along a few of the axes
/// only, and neither null rules nor parents tell what cuts along the others would change.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Few {
    /// What is added to 1 where there is hardly a region.
    pub(crate) more: f64,
    /// Regions of which there are no longer few.
    pub(crate) many: f64,
}

impl Few {
    /// No factor.
    pub(crate) const NONE: Few = Few { more: 0.0, many: 1.0 };
}

/// An orbit on the axes, of which the sum over each axis' pair of points is needed by itself. After the centre come the
/// points of all these orbits, one orbit after the other: pairs (+, −), axis by axis.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AxisOrbit {
    /// Its place among the rule's orbits; `None` for the sentinels, which are no part of the rule.
    pub(crate) orbit: Option<usize>,
    pub(crate) probe: Probe,
}

/// An orbit off the axes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OuterOrbit {
    /// Its place among the rule's orbits.
    pub(crate) orbit: usize,
    /// Its first point.
    pub(crate) start: usize,
    /// The point after its last one.
    pub(crate) end: usize,
}

/// Coefficients of one orbit in the two one-dimensional differences that are taken along each axis.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Probe {
    /// In the null rule of highest degree through the sentinels and all axis nodes.
    pub(crate) sentinel: f64,
    /// In the fourth difference, by which the axis to split is chosen.
    pub(crate) fourth: f64,
}

impl Rule {
    /// Builds the rule of these generators, the centre and the orbits on the axes first.
    fn build(dim: usize, generators: &[Vec<f64>], design: Design, sentinels: bool) -> Self {
        let mut orbits: Vec<Orbit> = generators.iter().map(|g| Orbit::new(dim, g)).collect();
        let mut importance = vec![1.0; orbits.len()];
        if let (Some(rho), true) = (design.corners, sentinels) {
            orbits.push(Orbit::new(dim, &vec![SENTINEL; dim]));
            importance.push(rho);
        }
        let solution = moments::solve(dim, &orbits, &importance, design.moments);
        let mut levels = [0; 4];
        for l in 0..3 {
            levels[l + 1] = levels[l] + solution.levels[l].len();
        }
        let mut rule = Rule {
            dim,
            degree: design.degree,
            weights: solution.weights,
            nulls: solution.levels.into_iter().flatten().collect(),
            levels,
            estimator: design.estimator,
            nodes: vec![Vec::new(); dim],
            by_offset: Nodes::default(),
            odd: Vec::new(),
            axis_orbits: Vec::new(),
            outer_orbits: Vec::new(),
            centre: Probe::default(),
            stability: 0.0,
            points_of_orbits: 0,
            orbits,
        };
        rule.stability = rule.orbits.iter().zip(&rule.weights).map(|(o, w)| o.len() as f64 * w.abs()).sum();
        rule.points_of_orbits = rule.orbits.iter().map(Orbit::len).sum();
        rule.lay_out(design.fourth, sentinels && design.axis_sentinels);
        rule
    }

    /// Lists the nodes in the order the engine reads: centre, axis orbits, sentinels, the others.
    fn lay_out(&mut self, fourth: [usize; 2], sentinels: bool) {
        let on_axes: Vec<(usize, f64)> =
            self.orbits.iter().enumerate().filter_map(|(o, orbit)| Some((o, orbit.on_axes()?))).collect();
        assert!(self.orbits[0].is_centre() && on_axes.iter().zip(1..).all(|((o, _), k)| *o == k));
        let square = |k: usize| on_axes[k].1 * on_axes[k].1;
        let (s2, q) = (SENTINEL * SENTINEL, square(fourth[0]) / square(fourth[1]));
        for (k, &(o, _)) in on_axes.iter().enumerate() {
            // Lagrange's form of the one-dimensional null rule that vanishes on h², h⁴, …, one power per orbit.
            let others = (0..on_axes.len()).filter(|j| *j != k);
            let lagrange: f64 = others.map(|j| (s2 - square(j)) / (square(k) - square(j))).product();
            let fourth = if k == fourth[0] {
                1.0
            } else if k == fourth[1] {
                -q
            } else {
                0.0
            };
            let probe = Probe { sentinel: -s2 / square(k) * lagrange, fourth };
            self.axis_orbits.push(AxisOrbit { orbit: Some(o), probe });
        }
        let sum = |part: fn(&Probe) -> f64| -> f64 { self.axis_orbits.iter().map(|a| part(&a.probe)).sum() };
        self.centre = Probe { sentinel: -2.0 * (1.0 + sum(|p| p.sentinel)), fourth: -2.0 * sum(|p| p.fourth) };
        let extra = sentinels.then(|| Orbit::new(self.dim, &[SENTINEL]));
        if sentinels {
            let probe = Probe { sentinel: 1.0, fourth: 0.0 };
            self.axis_orbits.push(AxisOrbit { orbit: None, probe });
        }
        let (inner, outer) = self.orbits.split_at(1 + on_axes.len());
        let mut start = 1 + 2 * self.dim * self.axis_orbits.len();
        for (orbit, len) in outer.iter().map(Orbit::len).enumerate() {
            self.outer_orbits.push(OuterOrbit { orbit: inner.len() + orbit, start, end: start + len });
            start += len;
        }
        for point in inner.iter().chain(&extra).chain(outer).flat_map(Orbit::points) {
            self.nodes.iter_mut().zip(point).for_each(|(column, x)| column.push(x));
        }
        self.by_offset = Nodes::new(&self.nodes);
        let pairs = 2 * self.dim;
        let on_axes = (0..self.axis_orbits.len()).map(|k| 1 + pairs * k..1 + pairs * (k + 1));
        let ranges: Vec<_> = on_axes.chain(self.outer_orbits.iter().map(|outer| outer.start..outer.end)).collect();
        self.odd = odd::coefficients(&self.nodes, &ranges);
    }

    /// Number of variables.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// Largest total degree of the polynomials that the rule integrates exactly.
    pub fn degree(&self) -> usize {
        self.degree
    }

    /// Number of points of all orbits: without the face sentinels.
    pub(crate) fn points_of_orbits(&self) -> usize {
        self.points_of_orbits
    }

    /// Number of points, face sentinels included.
    pub fn points(&self) -> usize {
        self.nodes[0].len()
    }

    /// The orbits, the centre first.
    pub fn orbits(&self) -> &[Orbit] {
        &self.orbits
    }

    /// The weight of each orbit's points; they sum to 1 over all points.
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// The null rules of level 0, 1 or 2, over the orbits: orthonormal in the inner product Σ n_o u_o v_o.
    pub fn nulls(&self, level: usize) -> &[Vec<f64>] {
        &self.nulls[self.levels[level]..self.levels[level + 1]]
    }

    /// Σ |w| over all points: how much rounding errors of values are magnified.
    pub fn stability(&self) -> f64 {
        self.stability
    }

    /// Coordinate `d` of all nodes in [−1, 1].
    pub fn node_column(&self, d: usize) -> &[f64] {
        &self.nodes[d]
    }

    /// Whether the face sentinels are among the nodes.
    pub(crate) fn has_sentinels(&self) -> bool {
        self.axis_orbits.iter().any(|a| a.orbit.is_none())
    }

    pub(crate) fn all_nulls(&self) -> &[Vec<f64>] {
        &self.nulls
    }

    pub(crate) fn level_bounds(&self) -> [usize; 4] {
        self.levels
    }

    pub(crate) fn axis_orbits(&self) -> &[AxisOrbit] {
        &self.axis_orbits
    }

    pub(crate) fn centre(&self) -> Probe {
        self.centre
    }

    pub(crate) fn estimator(&self) -> Estimator {
        self.estimator
    }

    pub(crate) fn by_offset(&self) -> &Nodes {
        &self.by_offset
    }

    /// The coefficient of every node in the null rule for odd functions; their squares sum to 1.
    pub(crate) fn odd(&self) -> &[f64] {
        &self.odd
    }

    pub(crate) fn outer_orbits(&self) -> &[OuterOrbit] {
        &self.outer_orbits
    }
}
