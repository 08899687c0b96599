//! What a row of the table is about: a family of Genz's group, or a kind of the oblique group.

use crate::families::{Family, Problem};
use crate::kinds::{Kind, Member, Owned};

/// A family of either group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    /// Of Genz's group, in any number of variables.
    Genz(Family),
    /// Of the oblique group.
    Oblique(Kind),
}

/// Many families under one name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Group {
    /// Families 1 to 8.
    Genz,
    /// All others.
    Oblique,
}

impl Group {
    /// The group of that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "genz" => Some(Group::Genz),
            "oblique" => Some(Group::Oblique),
            _ => None,
        }
    }

    /// Its families.
    pub(crate) fn subjects(self) -> Vec<Subject> {
        match self {
            Group::Genz => Family::ALL.into_iter().map(Subject::Genz).collect(),
            Group::Oblique => Kind::ALL.into_iter().map(Subject::Oblique).collect(),
        }
    }
}

impl Subject {
    /// The family of that number or name; blanks and capitals of Genz's may be dashes and small letters.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let all = || [Group::Genz, Group::Oblique].into_iter().flat_map(Group::subjects);
        let plain = |name: &str| name.to_lowercase().replace(' ', "-");
        let number: Option<usize> = name.parse().ok();
        all().find(|s| number.map_or_else(|| plain(s.name()) == plain(name), |n| s.number() == n))
    }

    /// Its number.
    pub(crate) fn number(self) -> usize {
        match self {
            Subject::Genz(family) => family.number(),
            Subject::Oblique(kind) => kind.number(),
        }
    }

    /// Its name in tables.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Subject::Genz(family) => family.name(),
            Subject::Oblique(kind) => kind.name(),
        }
    }

    /// Whether it has members in `dim` variables.
    pub(crate) fn has(self, dim: usize) -> bool {
        match self {
            Subject::Genz(_) => dim >= 2,
            Subject::Oblique(kind) => kind.dims().contains(&dim),
        }
    }

    /// The numbers of variables that its members have, in words.
    pub(crate) fn dims(self) -> String {
        match self {
            Subject::Genz(_) => "two or more".into(),
            Subject::Oblique(kind) => kind.dims().iter().map(usize::to_string).collect::<Vec<_>>().join(", "),
        }
    }

    /// Whether a factor on the difficulty changes it.
    pub(crate) fn has_difficulty(self) -> bool {
        matches!(self, Subject::Genz(_))
    }

    /// Member `index` of the random sequence of a seed.
    pub(crate) fn member(self, dim: usize, difficulty: f64, seed: u64, index: u64) -> Member {
        match self {
            Subject::Genz(family) => {
                let problem = Problem::random(family, dim, difficulty, seed, index);
                Member::in_unit_cube(problem.exact(), Owned(problem))
            }
            Subject::Oblique(kind) => kind.member(dim, seed, index),
        }
    }
}
