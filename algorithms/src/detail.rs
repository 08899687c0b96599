//! What a method knows beyond the estimates, by names that programs read.

/// What a method knows beyond the estimates.
///
/// ```
/// use fubini_algorithms::{Cuhre, Detail, Domain, Integrator, Options, scalar};
/// let f = scalar(2, |x| (x[0] * x[1]).exp());
/// let report = Cuhre::default().integrate(&f, &Domain::unit(2), &Options::default())?;
/// if let Detail::Regions { regions, degree, .. } = report.detail {
///     assert!(regions >= 4 && degree == 13);
/// }
/// // The same by names, whatever the method.
/// for (name, fact) in report.detail.facts() {
///     println!("{name}: {fact:?}");
/// }
/// # Ok::<(), fubini_algorithms::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Detail {
    /// Nothing: the domain has no volume, so that the integral needed no work, or the method is not one of this crate.
    None,
    /// Adaptive rules.
    Regions {
        /// Regions into which the cube was cut.
        regions: u64,
        /// Those that rounding error kept from being refined further.
        frozen: u64,
        /// Polynomial degree of the rule.
        degree: usize,
        /// Points of the rule.
        rule_points: usize,
        /// Bytes kept per region.
        bytes_per_region: usize,
    },
    /// Products of one-dimensional rules.
    Grids {
        /// Boxes into which the cube was cut.
        regions: u64,
        /// Those whose error is that of rounding.
        resting: u64,
        /// Those with nodes for singular ends.
        singular: u64,
        /// Most nodes of a box along an axis.
        nodes: u64,
    },
    /// Monte Carlo iterations.
    Iterations {
        /// Iterations that count in the result.
        iterations: usize,
        /// Iterations that only trained the map.
        warmup: usize,
        /// χ² per degree of freedom of the iterations' agreement; about 1 where the stated errors hold.
        chi2_per_dof: f64,
        /// Strata of the last iteration.
        strata: u64,
    },
    /// Replicates of randomised quasi-Monte Carlo.
    Replicates {
        /// Independent replicates.
        replicates: usize,
        /// Points of each of them that count in the result.
        points_per_replicate: u64,
        /// What these are: `sobol`, or a lattice with the transform `tent`, `korobov1`, `korobov2` or `korobov3`.
        sequence: &'static str,
        /// Whether they went through an importance map.
        map: bool,
        /// Kinds of points among which these were chosen, themselves included; 1 where there was no choice.
        candidates: usize,
        /// Evaluations that do not count: they trained the map, or went to kinds that were not chosen.
        training: u64,
    },
    /// Quasi-Monte Carlo over a mixture of distributions.
    Mixture {
        /// Parts of the mixture; none if the integrand fills the domain.
        parts: usize,
        /// Independent replicates.
        replicates: usize,
        /// Points of each of them that count in the result.
        points_per_replicate: u64,
        /// Evaluations that do not count: the mixture was fitted to them.
        training: u64,
    },
    /// Recursive stratified sampling.
    Strata {
        /// Rounds that were averaged.
        rounds: u64,
        /// Boxes of the last round.
        strata: u64,
    },
    /// A tensor train, and quasi-Monte Carlo of the rest.
    Train {
        /// Its ranks between the axes; none if no train was of use.
        ranks: Vec<usize>,
        /// Nodes of every axis.
        nodes: Vec<usize>,
        /// Evaluations to which it was fitted.
        train_evaluations: u64,
        /// Evaluations of the remainder.
        remainder_points: u64,
        /// The largest error of an integral by the spread of the remainder, as a part of the integral.
        statistical_error: f64,
        /// What the pivots leave out of the root of ∫|f|², summed over the cuts, in units of the largest value.
        pivot_bound: f64,
    },
    /// Walks of variational Monte Carlo.
    Walks {
        /// Walkers, each independent of the others.
        walkers: usize,
        /// Steps of each of them that count in the result.
        steps: u64,
        /// Evaluations that do not count: they found the start, adapted the steps, or came before equilibrium.
        equilibration: u64,
        /// Share of proposals that were accepted.
        acceptance: f64,
        /// Evaluations that are worth one independent sample: 1 + 2 Σ ρ_t, the integrated autocorrelation of a walk.
        autocorrelation: f64,
        /// χ² per degree of freedom of the agreement of separate populations; about 1 where the stated errors hold.
        chi2_per_dof: f64,
    },
}

/// A piece of [`Detail`] without its name.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fact {
    /// How many.
    Count(u64),
    /// A measured number.
    Number(f64),
    /// Whether.
    Flag(bool),
    /// Which.
    Word(&'static str),
}

impl From<u64> for Fact {
    fn from(count: u64) -> Self {
        Fact::Count(count)
    }
}

impl From<usize> for Fact {
    fn from(count: usize) -> Self {
        Fact::Count(count as u64)
    }
}

impl From<f64> for Fact {
    fn from(number: f64) -> Self {
        Fact::Number(number)
    }
}

impl From<bool> for Fact {
    fn from(flag: bool) -> Self {
        Fact::Flag(flag)
    }
}

impl From<&'static str> for Fact {
    fn from(word: &'static str) -> Self {
        Fact::Word(word)
    }
}

/// Fields of a struct by their names.
macro_rules! facts {
    ($($field:ident),*) => { vec![$((stringify!($field), Fact::from(*$field))),*] };
}

impl Detail {
    /// All that it holds, fields by their names and in their order, of lists the largest number: what shows them need not know the method.
    ///
    /// ```
    /// use fubini_algorithms::{Detail, Fact};
    /// let detail = Detail::Walks {
    ///     walkers: 2048, steps: 100, equilibration: 0, acceptance: 0.4, autocorrelation: 2.0, chi2_per_dof: 1.0,
    /// };
    /// assert_eq!(detail.facts()[..2], [("walkers", Fact::Count(2048)), ("steps", Fact::Count(100))]);
    /// ```
    pub fn facts(&self) -> Vec<(&'static str, Fact)> {
        match self {
            Detail::None => Vec::new(),
            Detail::Regions { regions, frozen, degree, rule_points, bytes_per_region } => {
                facts![regions, frozen, degree, rule_points, bytes_per_region]
            }
            Detail::Grids { regions, resting, singular, nodes } => facts![regions, resting, singular, nodes],
            Detail::Iterations { iterations, warmup, chi2_per_dof, strata } => facts![iterations, warmup, chi2_per_dof, strata],
            Detail::Replicates { replicates, points_per_replicate, sequence, map, candidates, training } => {
                facts![replicates, points_per_replicate, sequence, map, candidates, training]
            }
            Detail::Mixture { parts, replicates, points_per_replicate, training } => {
                facts![parts, replicates, points_per_replicate, training]
            }
            Detail::Strata { rounds, strata } => facts![rounds, strata],
            Detail::Train { ranks, nodes, train_evaluations, remainder_points, statistical_error, pivot_bound } => {
                let most = |list: &[usize]| list.iter().copied().max().unwrap_or(0);
                let mut all = vec![("rank", Fact::from(most(ranks))), ("nodes", Fact::from(most(nodes)))];
                all.extend(facts![train_evaluations, remainder_points, statistical_error, pivot_bound]);
                all
            }
            Detail::Walks { walkers, steps, equilibration, acceptance, autocorrelation, chi2_per_dof } => {
                facts![walkers, steps, equilibration, acceptance, autocorrelation, chi2_per_dof]
            }
        }
    }
}
