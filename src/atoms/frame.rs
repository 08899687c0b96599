//! The coordinates in which an atom's integrals are taken, and the length scales of their maps.
//!
//! The scales come from the exponent a of ψ ~ exp(−a r), so that ions of any charge look alike in the unit cube.
//! They were chosen by the number of evaluations to a relative error of 1e-6 and 1e-9 of E for helium with
//! β = 0.01, 0.15 and 1 and for H⁻; for helium a factor of two in either direction costs at most that factor.

use super::extent::Extent;
use super::tensor::Kind;
use super::{Hamiltonian, Nuclei};
use crate::RequestError;
use crate::request::require;
use fubini_algorithms::Domain;
use fubini_algorithms::coordinates::{
    AxisMap, Body, Coordinates, Perimetric, Prolate, ProlatePair, Spherical, Tetrahedron, Triangle,
};

/// A choice of coordinates by name.
///
/// ```
/// use fubini::atoms::{Frame, Helium, helium};
/// use fubini::coordinates::Coordinates;
///
/// let trial = Helium { alpha: 2.0, beta: 0.15, charge: 2.0 };
/// assert_eq!(helium(trial, Frame::Auto)?.coordinates.name(), "triangle");
/// assert_eq!(helium(trial, Frame::Box(30.0))?.coordinates.axes().len(), 6);
/// # Ok::<(), fubini::RequestError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Frame {
    /// What is best by measurement: for two electrons [`Frame::Triangle`] where the integrands are functions of distances
    /// alone and [`Frame::Perimetric`] where not, for one electron [`Frame::Spherical`], for three [`Frame::Tetrahedron`] or
    /// [`Frame::Spheroidal`].
    #[default]
    Auto,
    /// x, y, z of every electron over all of space.
    Cartesian,
    /// x, y, z of every electron in [−L, L].
    Box(f64),
    /// Spherical coordinates of every electron in the laboratory frame.
    Spherical,
    /// Two electrons, the second in spherical coordinates about the direction of the first.
    Body,
    /// Two electrons in perimetric coordinates: all coalescence points lie on the boundary.
    Perimetric,
    /// Two electrons in perimetric coordinates with the orientation integrated analytically, three variables for six
    /// dimensions: for integrands that are functions of r1, r2 and r12 alone, as they are for S states.
    Triangle,
    /// Three electrons, the first two in prolate spheroidal coordinates about the nucleus and the third.
    Spheroidal,
    /// The same with the orientation integrated analytically, six variables for nine dimensions: for S states.
    Tetrahedron,
}

/// What depends on the orientation of the atom: the integrands are no functions of the distances alone.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Oriented {
    /// ψ or the name of an expectation value.
    pub(super) what: String,
    /// The first coordinate in it.
    pub(super) coordinate: &'static str,
}

impl Oriented {
    fn refused(self, coordinates: &str, distances: &str, other: &str) -> RequestError {
        let Oriented { what, coordinate } = self;
        let reason = format!(
            "{coordinates} is for functions of {distances} alone, but {what} depends on {coordinate}: use {other} \
             coordinates, or write {what} in distances if it does not depend on the orientation"
        );
        RequestError::Conflict { name: "coordinates", reason }
    }
}

/// Scale of u and v in perimetric coordinates, which ψ² sees as exp(−a u); w falls off twice as fast.
const PERIMETRIC: f64 = 5.0;
/// Scales of u and v, and of w, without the orientation; 4 to 7 for u and v cost at most 2.1 times as much.
const TRIANGLE: [f64; 2] = [5.0, 2.0];
/// Scale of the radii where the second electron follows the first.
const BODY: f64 = 1.5;
/// Scale of the radii in the laboratory frame.
const SPHERICAL: f64 = 0.7;
/// Scales of the third electron's radius, and of the others' distances beyond it.
const TETRAHEDRON: [f64; 2] = [1.0, 1.5];
/// Scale of a radius on its own, in one-electron atoms.
const RADIUS: f64 = 3.0;
/// Scales about two nuclei, in the distance of which a is the unit of length: those of the functions by hand.
const PROLATE: f64 = 5.0;
const PAIR: [f64; 2] = [2.0, 0.7];
/// Scale of the Cartesian coordinates.
const CARTESIAN: f64 = 2.0;

impl Frame {
    /// The frame of this name for so many electrons; `None` is [`Frame::Auto`], or the box if one is given.
    ///
    /// # Errors
    /// A name that does not exist, or a box in other than Cartesian coordinates.
    pub fn named(name: Option<&str>, half_side: Option<f64>, electrons: usize) -> Result<Self, RequestError> {
        if let Some(l) = half_side {
            require("box", l, "half the side of the box must be a number above 0", l > 0.0)?;
        }
        match (name, half_side) {
            (None | Some("cartesian"), Some(l)) => Ok(Frame::Box(l)),
            (Some("cartesian"), None) => Ok(Frame::Cartesian),
            (Some(_), Some(_)) => {
                Err(RequestError::Conflict { name: "box", reason: "a box goes with --coordinates cartesian only".to_string() })
            }
            (Some("spherical"), None) => Ok(Frame::Spherical),
            (Some("body"), None) if electrons == 2 => Ok(Frame::Body),
            (Some("perimetric"), None) if electrons == 2 => Ok(Frame::Perimetric),
            (Some("triangle"), None) if electrons == 2 => Ok(Frame::Triangle),
            (Some("tetrahedron"), None) if electrons == 3 => Ok(Frame::Tetrahedron),
            (Some("spheroidal"), None) if electrons == 3 => Ok(Frame::Spheroidal),
            (None, None) => Ok(Frame::Auto),
            (Some("prolate"), None) => {
                let reason = "prolate is for molecules: `fubini molecule` has no others".to_string();
                Err(RequestError::Conflict { name: "coordinates", reason })
            }
            (Some(word), None) if (2..=3).any(|other| other != electrons && Self::names(other).contains(&word)) => {
                let number = |n: usize| ["no", "one electron", "two electrons", "three electrons"][n.min(3)];
                let other = if Self::names(2).contains(&word) { 2 } else { 3 };
                let own = Self::names(electrons).join(", ");
                let reason = format!("{word} is for {}; for {} there are {own}", number(other), number(electrons));
                Err(RequestError::Conflict { name: "coordinates", reason })
            }
            (Some(word), None) => {
                Err(RequestError::Unknown { name: "coordinates", word: word.to_string(), known: Self::names(electrons).to_vec() })
            }
        }
    }

    /// The names that [`Frame::named`] knows for so many electrons, in the order in which [`Frame::Auto`] prefers them.
    pub fn names(electrons: usize) -> &'static [&'static str] {
        match electrons {
            2 => &["triangle", "perimetric", "body", "spherical", "cartesian"],
            3 => &["tetrahedron", "spheroidal", "spherical", "cartesian"],
            _ => &["spherical", "cartesian"],
        }
    }

    /// The coordinates for two electrons with a wave function of this extent; `oriented` where something depends on the
    /// orientation.
    pub(super) fn two_electrons(self, extent: Extent, oriented: Option<Oriented>) -> Result<Box<dyn Coordinates>, RequestError> {
        let a = extent.a;
        let map = |scale: f64| extent.map(scale / a);
        Ok(match (self, oriented) {
            (Frame::Triangle, Some(oriented)) => return Err(oriented.refused("triangle", "r1, r2 and r12", "perimetric")),
            (Frame::Auto | Frame::Triangle, None) => Box::new(Triangle::new(map(TRIANGLE[0]), map(TRIANGLE[1]))),
            (Frame::Auto | Frame::Perimetric | Frame::Spheroidal | Frame::Tetrahedron, _) => {
                Box::new(Perimetric::new(map(PERIMETRIC), map(PERIMETRIC / 2.0)))
            }
            (Frame::Body, _) => Box::new(Body::new(AxisMap::Above { lo: 0.0, scale: BODY / a })),
            (Frame::Spherical, _) => Box::new(Spherical::new(2, AxisMap::Above { lo: 0.0, scale: SPHERICAL / a })),
            (Frame::Cartesian | Frame::Box(_), _) => self.cartesian(6, a)?,
        })
    }

    /// The same for three electrons.
    pub(super) fn three_electrons(
        self,
        Extent { a, .. }: Extent,
        oriented: Option<Oriented>,
    ) -> Result<Box<dyn Coordinates>, RequestError> {
        let map = |scale: f64| AxisMap::Above { lo: 0.0, scale: scale / a };
        let [radius, outward] = TETRAHEDRON.map(map);
        Ok(match (self, oriented) {
            (Frame::Tetrahedron, Some(oriented)) => return Err(oriented.refused("tetrahedron", "distances", "spheroidal")),
            (Frame::Auto | Frame::Tetrahedron, None) => Box::new(Tetrahedron::new(radius, outward)),
            (Frame::Spherical, _) => Box::new(Spherical::new(3, map(SPHERICAL))),
            (Frame::Cartesian | Frame::Box(_), _) => self.cartesian(9, a)?,
            _ => Box::new(Tetrahedron::oriented(radius, outward)),
        })
    }

    /// The coordinates for one electron with a wave function of this extent.
    pub(super) fn one_electron(self, extent: Extent) -> Result<Box<dyn Coordinates>, RequestError> {
        Ok(match self {
            Frame::Cartesian | Frame::Box(_) => self.cartesian(3, extent.a)?,
            _ => Box::new(Spherical::new(1, extent.map(RADIUS / extent.a))),
        })
    }

    /// The coordinates for electrons in a sphere.
    pub(super) fn confined(self, radius: f64, electrons: usize) -> Result<Box<dyn Coordinates>, RequestError> {
        let inside = AxisMap::Interval { lo: 0.0, hi: radius };
        Ok(match (self, electrons) {
            (Frame::Auto | Frame::Spherical, 1) => Box::new(Spherical::new(1, inside)),
            (Frame::Auto | Frame::Body, 2) => Box::new(Body::new(inside)),
            (Frame::Spherical, 2) => Box::new(Spherical::new(2, inside)),
            (Frame::Auto | Frame::Spherical, 3) => Box::new(Spherical::new(3, inside)),
            _ => {
                let reason = "a sphere is a product of the ranges of spherical coordinates, or body with two electrons, alone";
                return Err(RequestError::Conflict { name: "coordinates", reason: reason.to_string() });
            }
        })
    }

    /// The coordinates for electrons about two nuclei.
    pub(super) fn molecule(self, extent: Extent, bond: f64, electrons: usize) -> Result<Box<dyn Coordinates>, RequestError> {
        if self != Frame::Auto {
            let reason = "molecules are integrated in prolate spheroidal coordinates about their nuclei only".to_string();
            return Err(RequestError::Conflict { name: "coordinates", reason });
        }
        let size = extent.a * bond;
        Ok(match electrons {
            1 => Box::new(Prolate::new(bond, extent.map(PROLATE / size))),
            _ => Box::new(ProlatePair::new(bond, extent.map(PAIR[0] / size), extent.map(PAIR[1] / size.sqrt()))),
        })
    }

    /// The coordinates of a product of Gauss rules for ψ² that falls off as exp(−2a r) exactly, and what integrands are in them: those
    /// of [`Frame::Auto`], whatever was asked for, as the result does not depend on them.
    pub(super) fn tensor(
        self,
        a: f64,
        electrons: usize,
        oriented: bool,
        Hamiltonian { radius, nuclei, .. }: &Hamiltonian,
    ) -> (Box<dyn Coordinates>, Vec<Kind>) {
        use Kind::{Angle, Cosine, Distance, Split};
        let map = |scale: f64| AxisMap::Logarithmic { scale };
        if let Some(Nuclei { bond, .. }) = *nuclei {
            // exp(−a R (ξ1 + ξ2)) with ξ1 = 1 + t and ξ2 = ξ1 + x²: of x it falls as a Gaussian does.
            let size = a * bond;
            return match electrons {
                1 => (Box::new(Prolate::new(bond, map(1.0 / size))), vec![Distance, Distance, Angle]),
                _ => {
                    let pair = ProlatePair::new(bond, map(0.5 / size), map(0.25 / size.sqrt()));
                    (Box::new(pair), vec![Distance, Distance, Distance, Split, Split, Angle])
                }
            };
        }
        // exp(−a (u + v + 2w))
        let (outer, inner) = (map(1.0 / a), map(0.5 / a));
        match (*radius, electrons) {
            (Some(radius), 1) => {
                (Box::new(Spherical::new(1, AxisMap::Interval { lo: 0.0, hi: radius })), vec![Distance, Cosine, Angle])
            }
            (Some(radius), _) => (
                Box::new(Body::new(AxisMap::Interval { lo: 0.0, hi: radius })),
                vec![Distance, Distance, Distance, Cosine, Angle, Angle],
            ),
            (None, 1) => (Box::new(Spherical::new(1, inner)), vec![Distance, Cosine, Angle]),
            (None, _) if oriented => {
                (Box::new(Perimetric::new(outer, inner)), vec![Distance, Distance, Distance, Cosine, Angle, Angle])
            }
            (None, _) => (Box::new(Triangle::new(outer, inner)), vec![Distance; 3]),
        }
    }

    fn cartesian(self, dim: usize, a: f64) -> Result<Box<dyn Coordinates>, RequestError> {
        let domain = match self {
            Frame::Box(l) => Domain::centred(dim, l).map_err(|_| RequestError::Parameter {
                name: "box",
                value: l,
                allowed: "half the side of the box must be a number above 0, and not a huge one",
            })?,
            _ => Domain::from_axes(vec![AxisMap::Line { centre: 0.0, scale: CARTESIAN / a }; dim]),
        };
        Ok(Box::new(domain))
    }
}
