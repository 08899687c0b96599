//! Who takes part in the race, by the number of variables, and how each begins.

use super::contender::Contender;
use super::record::Record;
use crate::integrator::Integrator;
use crate::{Cuhre, ErrorKind, GenzMalik, Mixture, ProductRule, Qmc, Train, Vegas, mixture};

/// Up to so many variables rules begin.
const MAX_RULE_DIM: usize = 15;
/// Up to so many variables they begin first.
const RULES_FIRST: usize = 7;
/// Variables of trains.
const TRAINS: std::ops::RangeInclusive<usize> = 2..=100;
/// Most variables of quasi-Monte Carlo.
const MAX_QMC_DIM: usize = 1000;
/// Points of each replicate with which quasi-Monte Carlo begins: a first look must be cheap.
const FIRST_POINTS: u64 = 8;
/// Points of a rule, in units of those of degree 7, that make a first stretch, and the least of them: rules do not stop with fewer.
const FIRST_RULES: u64 = 8;
const LEAST_OF_RULES: u64 = 1_400;
/// The same in one variable, where an audit takes thousands.
const LEAST_IN_ONE: u64 = 4_000;
/// A first stretch of random points: samplers that look for peaks spend tens of thousands before.
const FIRST_QMC: u64 = 64;
const FIRST_VEGAS: u64 = 40_000;
/// A first stretch of products of rules, and evaluations beyond which they leave it to the others: what is smooth takes fewer, and what
/// singularities leave to them seems to fall fast for long.
const FIRST_PRODUCT: u64 = 500;
const MOST_OF_PRODUCTS: u64 = 4_000;
/// A first stretch of a train, which looks along lines and sweeps twice, and what every variable adds to it.
const FIRST_TRAIN: u64 = 2_000;
const TRAIN_PER_AXIS: u64 = 600;

/// What evaluations count when it is asked who is tried next: up to so many first stretches, and beyond. Of 302 integrals of other
/// libraries a train is the best of all in 145, most of them in five and more variables, and needs two stretches to show it; a fit to
/// peaks is done after its first or not at all; vegas is best in none. In two variables adaptive rules look closer than either, and
/// trains are for jumps along the axes to many digits.
const OF_TRAINS: (f64, u64, f64) = (0.2, 8, 1.0);
const OF_TRAINS_IN_TWO: (f64, u64, f64) = (5.0, 1, 1.0);
const OF_MIXTURES: (f64, u64, f64) = (0.5, 1, 1.0);
const OF_MIXTURES_IN_TWO: (f64, u64, f64) = (1.5, 1, 1.0);
const OF_VEGAS: (f64, u64, f64) = (3.0, 1, 3.0);
/// Evaluations before which quasi-Monte Carlo believes no error.
const BELIEVED_FROM: u64 = 4_096;

/// All contenders, in the order in which they begin; where jumps go unseen no rule takes part.
pub(super) fn all(dim: usize, has_unseen_jumps: bool) -> Vec<Contender> {
    let train = TRAINS.contains(&dim).then(|| -> Box<dyn Integrator> { Box::new(Train::default()) });
    let cuhre: Box<dyn Integrator> = Box::new(Cuhre::default());
    let genz_malik: Box<dyn Integrator> = Box::new(GenzMalik::default());
    let qmc: Box<dyn Integrator> = Box::new(Qmc::default().beginning_with(FIRST_POINTS));
    let vegas: Box<dyn Integrator> = Box::new(Vegas::default());
    let mixture: Box<dyn Integrator> = Box::new(Mixture::default());
    let product: Box<dyn Integrator> = Box::new(ProductRule::default());
    let methods = match dim {
        1 => vec![cuhre, qmc],
        2..=3 => vec![product, cuhre, genz_malik, qmc, vegas, mixture],
        _ if dim <= RULES_FIRST => vec![genz_malik, cuhre, qmc, vegas, mixture],
        _ if dim <= MAX_RULE_DIM => vec![qmc, genz_malik, cuhre, vegas, mixture],
        _ if dim <= mixture::MAX_DIM => vec![qmc, vegas, mixture],
        _ if dim <= MAX_QMC_DIM => vec![qmc, vegas],
        _ => vec![vegas],
    };
    let all = methods.into_iter().chain(train);
    let of_use = all.filter(|method| !(has_unseen_jumps && method.error_kind() == ErrorKind::Bound));
    of_use.map(|method| new(method, dim)).collect()
}

fn new(method: Box<dyn Integrator>, dim: usize) -> Contender {
    let first = match method.name() {
        "qmc" => FIRST_QMC,
        "vegas" => FIRST_VEGAS,
        "mixture" => mixture::first_stretch(dim),
        "train" => FIRST_TRAIN + TRAIN_PER_AXIS * dim as u64,
        "product" => FIRST_PRODUCT,
        _ if dim == 1 => LEAST_IN_ONE,
        _ => (FIRST_RULES * ((1u64 << dim.min(40)) + 2 * (dim * dim + dim) as u64 + 1)).max(LEAST_OF_RULES),
    };
    let (weight, stretches, beyond) = match method.name() {
        "train" if dim == 2 => OF_TRAINS_IN_TWO,
        "train" => OF_TRAINS,
        "mixture" if dim == 2 => OF_MIXTURES_IN_TWO,
        "mixture" => OF_MIXTURES,
        "vegas" => OF_VEGAS,
        _ => (1.0, 0, 1.0),
    };
    let most = if method.name() == "product" { MOST_OF_PRODUCTS } else { u64::MAX };
    let believed_from = if method.name() == "qmc" { BELIEVED_FROM } else { 0 };
    let is_asked = method.name() != "train";
    let record = Record::default();
    let (favour, sigmas) = (stretches * first, 1.0);
    Contender { method, first, weight, favour, beyond, most, believed_from, is_asked, sigmas, record, report: None }
}
