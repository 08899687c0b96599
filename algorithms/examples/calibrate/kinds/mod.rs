//! The kinds of integrands on which refinement along axes goes wrong without a sign: what lies obliquely, far off,
//! or in several places.
//!
//! Every member is random, decided by (kind, dim, seed, index) alone, and has its value in closed form or by a
//! reduction to one variable.

mod bumps;
mod curved;
mod gaussians;
mod mixture;
mod ordered;
pub(crate) mod peers;
#[cfg(test)]
mod quadrature;
mod singular;
mod tails;

use crate::draw::Draw;
use fubini_algorithms::{Domain, Error, Integrand, LaneIntegrand, Simd};
pub(crate) use peers::Owned;
pub(crate) use singular::power_of_squares;

/// One integral with its value.
pub(crate) struct Member {
    /// Lower and upper limit of every axis.
    pub(crate) limits: Vec<(f64, f64)>,
    /// The integrand.
    pub(crate) integrand: Box<dyn Integrand>,
    /// The value of the integral.
    pub(crate) exact: f64,
}

impl Member {
    /// An integrand over a box or all of space.
    pub(crate) fn new(limits: Vec<(f64, f64)>, exact: f64, integrand: impl LaneIntegrand + 'static) -> Self {
        Member { limits, integrand: Box::new(Simd(integrand)), exact }
    }

    /// An integrand over the unit cube.
    pub(crate) fn in_unit_cube(exact: f64, integrand: impl LaneIntegrand + 'static) -> Self {
        Member::new(vec![(0.0, 1.0); integrand.dim()], exact, integrand)
    }

    /// The domain as integrators want it.
    ///
    /// # Errors
    /// As [`Domain::new`].
    pub(crate) fn domain(&self) -> Result<Domain, Error> {
        Domain::new(&self.limits)
    }
}

/// All of space.
pub(crate) fn space(dim: usize) -> Vec<(f64, f64)> {
    vec![(f64::NEG_INFINITY, f64::INFINITY); dim]
}

/// A kind of integrand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Needle,
    Sheet,
    NormalBox,
    NormalInf,
    BumpsInf,
    BumpsBox,
    RoundInf,
    OffsetAxis,
    Ridge,
    Rosenbrock,
    Ordered,
    Pairs,
    Power,
    BoxPeers,
    Tail,
    Vertex,
    Corner,
    Eggbox,
    OnHill,
}

/// The name of a kind, the numbers of variables that it may have, and the function that makes its members.
struct Entry {
    name: &'static str,
    dims: &'static [usize],
    member: fn(usize, &mut Draw) -> Member,
}

/// Variables that most kinds may have.
const MOST: &[usize] = &[2, 3, 4, 5, 6, 7, 8];

impl Kind {
    /// All of them, in the order of their numbers.
    pub(crate) const ALL: [Kind; 19] = [
        Kind::Needle,
        Kind::Sheet,
        Kind::NormalBox,
        Kind::NormalInf,
        Kind::BumpsInf,
        Kind::BumpsBox,
        Kind::RoundInf,
        Kind::OffsetAxis,
        Kind::Ridge,
        Kind::Rosenbrock,
        Kind::Ordered,
        Kind::Pairs,
        Kind::Power,
        Kind::BoxPeers,
        Kind::Tail,
        Kind::Vertex,
        Kind::Corner,
        Kind::Eggbox,
        Kind::OnHill,
    ];

    fn entry(self) -> Entry {
        let entry = |name, dims, member| Entry { name, dims, member };
        match self {
            Kind::Needle => entry("needle", MOST, gaussians::needle),
            // In two variables it would be the needle.
            Kind::Sheet => entry("sheet", &MOST[1..], gaussians::sheet),
            Kind::NormalBox => entry("normal-box", MOST, gaussians::normal_in_box),
            Kind::NormalInf => entry("normal-inf", MOST, gaussians::normal_in_space),
            Kind::BumpsInf => entry("bumps-inf", MOST, bumps::in_space),
            Kind::BumpsBox => entry("bumps-box", MOST, bumps::in_box),
            Kind::RoundInf => entry("round-inf", MOST, bumps::round),
            Kind::OffsetAxis => entry("offset-axis", MOST, bumps::on_axis),
            Kind::Ridge => entry("ridge", MOST, gaussians::ridge),
            Kind::Rosenbrock => entry("rosenbrock", MOST, curved::rosenbrock),
            Kind::Ordered => entry("ordered", MOST, ordered::ordered),
            // Two points of as many coordinates.
            Kind::Pairs => entry("pairs", &[2, 4, 6, 8], singular::pairs),
            Kind::Power => entry("power", MOST, singular::power),
            // Where the peers' suite is used.
            Kind::BoxPeers => entry("box-peers", &[5, 6, 7, 8], peers::suite),
            Kind::Tail => entry("tail", MOST, tails::student),
            Kind::Vertex => entry("vertex", MOST, singular::vertex),
            Kind::Corner => entry("corner", MOST, singular::corner),
            Kind::Eggbox => entry("eggbox", &[2], curved::eggbox),
            Kind::OnHill => entry("bump-on-hill", MOST, bumps::on_hill),
        }
    }

    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        self.entry().name
    }

    /// Its number: those of Genz's families come before.
    pub(crate) fn number(self) -> usize {
        self as usize + 1 + crate::families::Family::ALL.len()
    }

    /// The numbers of variables that it may have.
    pub(crate) fn dims(self) -> &'static [usize] {
        self.entry().dims
    }

    /// Member `index` of the random sequence of a seed, the same for all methods.
    pub(crate) fn member(self, dim: usize, seed: u64, index: u64) -> Member {
        (self.entry().member)(dim, &mut Draw::new(self.number(), dim, seed, index))
    }
}

#[cfg(test)]
mod tests {
    use super::quadrature::at_points;
    use super::*;
    use fubini_algorithms::{Estimate, Integrator, Options, Vegas};
    use std::collections::HashSet;

    /// Everything that can be told of a member from outside.
    fn seen(member: &Member) -> Vec<u64> {
        let finite = |(low, high): &(f64, f64)| if low.is_finite() { (*low, *high) } else { (-3.0, 7.0) };
        let point = |u: f64| member.limits.iter().map(finite).map(|(low, high)| low + (high - low) * u).collect();
        // Indicators of order are zero but on rising points.
        let mut points: Vec<Vec<f64>> = [0.21, 0.47, 0.83].map(point).to_vec();
        points.push((1..=member.limits.len()).map(|i| i as f64 / 10.0).collect());
        let values = at_points(&*member.integrand, &points);
        let limits = member.limits.iter().flat_map(|(low, high)| [*low, *high]);
        limits.chain(values).chain([member.exact]).map(f64::to_bits).collect()
    }

    #[test]
    fn members_depend_on_kind_dim_seed_and_index_alone() {
        for kind in Kind::ALL {
            for dim in kind.dims().iter().copied() {
                let first = seen(&kind.member(dim, 3, 5));
                // Others in between change nothing, and neither does another thread.
                let others: Vec<Vec<u64>> = [(3, 6), (4, 5)].map(|(seed, index)| seen(&kind.member(dim, seed, index))).to_vec();
                let again = std::thread::spawn(move || seen(&kind.member(dim, 3, 5))).join().unwrap();
                assert_eq!(first, again, "{kind:?} {dim}");
                if HARD_TO_TELL.contains(&kind) {
                    continue;
                }
                assert!(others.iter().all(|other| *other != first), "{kind:?} {dim}");
                let many: HashSet<Vec<u64>> = (0..40).map(|i| seen(&kind.member(dim, 3, i))).collect();
                // Powers by halves are drawn again now and then.
                assert!(many.len() >= 32, "{kind:?} {dim}: {}", many.len());
            }
        }
    }

    /// Kinds whose members may look alike: exponents of 1 and plain indicators are drawn more than once; a thread or a bump
    /// somewhere in all of space, whose integral is always the same, is zero wherever one looks.
    const HARD_TO_TELL: [Kind; 4] = [Kind::Pairs, Kind::Ordered, Kind::NormalInf, Kind::OffsetAxis];

    #[test]
    fn values_agree_with_vegas_in_many_variables() {
        // Quadrature has too many nodes there; in more variables a million points are too few for tails and orders.
        let kinds = [Kind::Ordered, Kind::Pairs, Kind::Power, Kind::BoxPeers, Kind::Tail, Kind::Vertex, Kind::Corner];
        for kind in kinds {
            // Of the tails of six variables 200,000 points see nine tenths, and say so.
            let budget = if kind == Kind::Tail { 1_500_000 } else { 200_000 };
            let options = Options::default().rtol(1e-3).max_evals(budget).threads(1);
            let most = if kind == Kind::Ordered { 4 } else { 6 };
            for dim in kind.dims().iter().copied().filter(|d| (4..=most).contains(d)) {
                for index in 0..6 {
                    let member = kind.member(dim, 11, index);
                    let domain = member.domain().unwrap();
                    let report = Vegas::default().integrate(&*member.integrand, &domain, &options).unwrap();
                    let Estimate { value, error } = report.integrals[0];
                    assert!(
                        (value - member.exact).abs() <= 5.0 * error,
                        "{kind:?} {dim} {index}: {value} {error} {}",
                        member.exact
                    );
                    assert!(error <= 0.05 * value, "{kind:?} {dim} {index}: {value} {error}");
                }
            }
        }
    }
}
