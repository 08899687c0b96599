//! Looking for what a mesh or a sample has missed, before a result is believed.
//!
//! Neither nodes nor random points know of a peak that none of them has met. What can be done is to look elsewhere
//! ([`Sample`]), to follow what rises from there ([`climb`]), and to ask points that are distributed as the integrand whether
//! samples have been where they are ([`witnesses`]), or how much lies close to a singular point ([`poles`]).

mod climb;
mod concentration;
mod peaks;
mod poles;
mod tilt;
mod witnesses;

pub(crate) use crate::sampling::Sample;
pub(crate) use climb::{Climb, Start, ascend, cost_of_climb, far_apart};
pub(crate) use concentration::{CONCENTRATED_LEAST, CONCENTRATED_SHARE, MOST_STARTS, concentration};
pub(crate) use peaks::{Peaks, bright, is_concentrated};
