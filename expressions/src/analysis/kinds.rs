//! Surfaces on which something vanishes, and how an integrand behaves next to them.

use crate::graph::Id;

/// How the integrand behaves near a surface, as a function of the distance from it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    /// It or a derivative jumps, and both sides are smooth.
    Switch,
    /// It holds this power.
    Power(f64),
    /// It holds a logarithm.
    Log,
    /// It is as good as zero beyond.
    Peak,
}

impl Kind {
    /// Whether no side is smooth up to the surface.
    pub(super) fn is_singular(self) -> bool {
        matches!(self, Kind::Power(_) | Kind::Log)
    }

    /// Whether it may have no integral next to the surface.
    pub(super) fn is_pole(self) -> bool {
        matches!(self, Kind::Power(p) if p < 0.0)
    }
}

/// A surface on which `function` vanishes.
#[derive(Clone, Debug)]
pub(super) struct Surface {
    pub(super) function: Id,
    pub(super) kinds: Vec<Kind>,
    /// If the function is a sum of terms of one sign: what these vanish with. It is zero only where all of them are.
    pub(super) corner: Option<Vec<Id>>,
    /// Whether the integrand vanishes there by another function's rounded zero, as sin x does at x = π: of the distance from there it
    /// knows no more digits than the variable has.
    pub(super) is_rounded: bool,
}

impl Surface {
    /// Whether the integrand may have no integral next to it.
    pub(super) fn has_pole(&self) -> bool {
        self.kinds.iter().any(|kind| kind.is_pole())
    }

    /// Whether it may jump there.
    pub(super) fn has_switch(&self) -> bool {
        self.kinds.contains(&Kind::Switch)
    }

    /// Whether the integrand has no integral across it: only where it is no more than a corner.
    pub(super) fn is_steep(&self) -> bool {
        self.kinds.iter().any(|kind| matches!(kind, Kind::Power(p) if *p <= -1.0))
    }
}
