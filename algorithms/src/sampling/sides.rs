//! Sides of the unit cube: intervals are mapped as points are placed, the others afterwards.

use crate::coordinates::AxisMap;

/// The lower end and the length of a side that is an interval; of another the unit interval, which changes nothing.
pub(crate) fn interval(side: &AxisMap) -> (f64, f64) {
    if let AxisMap::Interval { lo, hi } = *side { (lo, hi - lo) } else { (0.0, 1.0) }
}

/// What is left of the sides when intervals have been dealt with: these are the unit interval now.
pub(crate) fn curved(sides: &[AxisMap]) -> Vec<AxisMap> {
    let unit = AxisMap::Interval { lo: 0.0, hi: 1.0 };
    sides.iter().map(|side| if side.constant_jacobian().is_some() { unit } else { *side }).collect()
}
