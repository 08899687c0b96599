//! What limits a run that does not get there, as far as a few hundred lines through the domain tell.

use super::plane::{self, Plane};
use super::probe::{Course, Found, probe};
use crate::exponents::{Growth, of_pullback};
use crate::pullback::Pullback;

/// Evaluations that it takes at most to find out.
pub(super) const COST: u64 = 4_096;
/// Most variables.
pub(super) const MAX_DIM: usize = 32;
/// Part of the lines that must meet something before it is blamed.
const MANY: f64 = 0.12;
/// The same of noise, which all lines meet.
const MOST: f64 = 0.5;
/// Part of the points at which an integrand is not small below which it is a narrow peak.
const NARROW: f64 = 0.03;
/// Number of variables from which on smooth integrands are limited by it.
const MANY_VARIABLES: usize = 5;

/// What limits a run.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Limit {
    /// The integrand jumps, along a plane where one was found.
    Jump(Option<Plane>),
    /// Its slope jumps, or it has a root there.
    Kink(Option<Plane>),
    /// It grows without bound inside the domain, along a plane where one was found.
    Singular(Option<Plane>),
    /// It grows like a power of the distance towards a face, a number or infinity.
    Face(Growth),
    /// Neighbouring points have nothing to do with each other.
    Noise,
    /// All lies in a small part of the domain: about this share of the points along lines have seen it.
    Narrow(f64),
    /// It is smooth along all lines, and has many variables.
    Dimension,
}

impl Limit {
    /// One word for it.
    pub fn name(&self) -> &'static str {
        match self {
            Limit::Jump(_) => "jump",
            Limit::Kink(_) => "kink",
            Limit::Singular(_) => "singular",
            Limit::Face(_) => "face",
            Limit::Noise => "noise",
            Limit::Narrow(_) => "narrow",
            Limit::Dimension => "dimension",
        }
    }

    /// Where it lies, if that is a plane.
    pub fn plane(&self) -> Option<&Plane> {
        match self {
            Limit::Jump(plane) | Limit::Kink(plane) | Limit::Singular(plane) => plane.as_ref(),
            _ => None,
        }
    }
}

/// Looks for what limits an integrand, by one of its components, which is alive at `alive`; says what that took.
pub(super) fn limit(f: &Pullback<'_>, component: usize, alive: &[Vec<f64>]) -> (Option<Limit>, u64) {
    let (Found { courses, bright }, mut evaluations) = probe(f, component, alive);
    let part =
        |is: &dyn Fn(&Course) -> bool| courses.iter().filter(|course| is(course)).count() as f64 / courses.len().max(1) as f64;
    let places = |is: &dyn Fn(&Course) -> bool| -> Vec<Vec<f64>> {
        courses.iter().filter(|course| is(course)).filter_map(|course| course.place().cloned()).collect()
    };
    let lies = |is: &dyn Fn(&Course) -> bool| plane::through(f.axes(), &places(is));
    let is_singular = |course: &Course| matches!(course, Course::Singular(_));
    let is_jump = |course: &Course| matches!(course, Course::Jump(_));
    let is_kink = |course: &Course| matches!(course, Course::Kink(_));
    if part(&|course| matches!(course, Course::Noise)) >= MOST {
        return (Some(Limit::Noise), evaluations);
    }
    if part(&is_singular) >= MANY {
        return (Some(Limit::Singular(lies(&is_singular))), evaluations);
    }
    if part(&is_jump) >= MANY {
        return (Some(Limit::Jump(lies(&is_jump))), evaluations);
    }
    let (grown, cost) = of_pullback(f);
    evaluations += cost;
    if let Some(steepest) = grown.first() {
        return (Some(Limit::Face(*steepest)), evaluations);
    }
    if part(&is_kink) >= MANY {
        return (Some(Limit::Kink(lies(&is_kink))), evaluations);
    }
    let limit =
        if bright < NARROW { Some(Limit::Narrow(bright)) } else { (f.dim() >= MANY_VARIABLES).then_some(Limit::Dimension) };
    (limit, evaluations)
}
