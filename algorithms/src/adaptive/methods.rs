//! The adaptive integrators by name.

use super::refine;
use crate::integrator::{Integrator, Observer};
use crate::pullback::Pullback;
use crate::rules::{MAX_DIM, Rule};
use crate::run::Identity;
use crate::{Error, ErrorKind, ErrorLevel, Options, Report};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

/// Genz and Malik's rule of degree 7, globally adaptive; Kronrod's rule in one dimension.
///
/// For one to about eight dimensions. Takes the fewest points per region, which pays for integrands with kinks
/// or at modest tolerances.
///
/// ```
/// use fubini_algorithms::{Domain, GenzMalik, Integrator, Options, scalar};
/// let tent = scalar(2, |x| (x[0] - 0.3).abs() + x[1]);
/// let report = GenzMalik::default().integrate(&tent, &Domain::unit(2), &Options::default().rtol(1e-4))?;
/// assert!(report.converged() && (report.integrals[0].value - 0.79).abs() <= report.integrals[0].error);
/// # Ok::<(), fubini_algorithms::Error>(())
/// ```
#[must_use = "setters return what they have changed"]
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct GenzMalik {}

/// The rules of Berntsen, Espelid and Genz as used by DCUHRE and Cuhre, globally adaptive: degree 13 in two
/// dimensions, 11 in three, 9 beyond; Kronrod's rule in one.
///
/// For one to about eight dimensions. The choice for smooth integrands and tight tolerances.
///
/// ```
/// use fubini_algorithms::{Cuhre, Domain, Integrator, Options, scalar};
/// let smooth = scalar(3, |x| (x[0] + x[1] + x[2]).exp());
/// let report = Cuhre::default().integrate(&smooth, &Domain::unit(3), &Options::default().rtol(1e-10))?;
/// let exact = (std::f64::consts::E - 1.0).powi(3);
/// assert!(report.converged() && (report.integrals[0].value - exact).abs() <= report.integrals[0].error);
/// # Ok::<(), fubini_algorithms::Error>(())
/// ```
#[must_use = "setters return what they have changed"]
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Cuhre {
    degree: Option<usize>,
}

impl Cuhre {
    /// Degrees of the rules that there are, in words.
    pub const DEGREES: &'static str = "7 or 9 from two dimensions on, 11 in three, 13 in two; by default the highest";

    /// Sets the degree of the rule: 7 or 9 (two dimensions or more), 11 (three only) or 13 (two only).
    pub fn degree(mut self, degree: usize) -> Self {
        self.degree = Some(degree);
        self
    }

    fn rule(&self, dim: usize, sentinels: bool) -> Result<Arc<Rule>, Error> {
        match (self.degree, dim) {
            (None, 1) => Ok(kept(Family::Kronrod, dim, sentinels)),
            (None | Some(13), 2) => Ok(kept(Family::Degree13, dim, sentinels)),
            (None | Some(11), 3) => Ok(kept(Family::Degree11, dim, sentinels)),
            (None | Some(9), 2..) => Ok(kept(Family::Degree9, dim, sentinels)),
            (Some(7), 2..) => Ok(kept(Family::Degree7, dim, sentinels)),
            (Some(degree), _) => Err(Error::Setting { name: "degree", value: degree as f64, allowed: Self::DEGREES }),
            (None, 0) => unreachable!("checked before"),
        }
    }
}

impl Integrator for GenzMalik {
    fn name(&self) -> &'static str {
        "genz-malik"
    }

    fn error_kind(&self) -> ErrorKind {
        ErrorKind::Bound
    }

    fn refine(&self, f: &Pullback<'_>, options: &Options, observer: &mut Observer<'_>) -> Result<Report, Error> {
        check_dim(self.name(), f.dim())?;
        let sentinels = options.error_level != ErrorLevel::Fast;
        let family = if f.dim() == 1 { Family::Kronrod } else { Family::GenzMalik };
        let rule = kept(family, f.dim(), sentinels);
        refine(&Identity::new(self.name(), self, f, options), &rule, f, options, observer)
    }
}

impl Integrator for Cuhre {
    fn name(&self) -> &'static str {
        "cuhre"
    }

    fn error_kind(&self) -> ErrorKind {
        ErrorKind::Bound
    }

    fn refine(&self, f: &Pullback<'_>, options: &Options, observer: &mut Observer<'_>) -> Result<Report, Error> {
        check_dim(self.name(), f.dim())?;
        let rule = self.rule(f.dim(), options.error_level != ErrorLevel::Fast)?;
        refine(&Identity::new(self.name(), self, f, options), &rule, f, options, observer)
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Family {
    Kronrod,
    GenzMalik,
    Degree7,
    Degree9,
    Degree11,
    Degree13,
}

/// The rule, solved for once and kept: in many variables that takes longer than an easy integral.
fn kept(family: Family, dim: usize, sentinels: bool) -> Arc<Rule> {
    type Kept = HashMap<(Family, usize, bool), Arc<Rule>>;
    static KEPT: LazyLock<Mutex<Kept>> = LazyLock::new(Mutex::default);
    let solve = || match family {
        Family::Kronrod => Rule::kronrod(sentinels),
        Family::GenzMalik => Rule::genz_malik(dim, sentinels),
        Family::Degree7 => Rule::degree7(dim, sentinels),
        Family::Degree9 => Rule::degree9(dim, sentinels),
        Family::Degree11 => Rule::degree11(sentinels),
        Family::Degree13 => Rule::degree13(sentinels),
    };
    // A panic while one is solved for leaves nothing half done in the table.
    let mut kept = KEPT.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    Arc::clone(kept.entry((family, dim, sentinels)).or_insert_with(|| Arc::new(solve())))
}

fn check_dim(method: &'static str, dim: usize) -> Result<(), Error> {
    if (1..=MAX_DIM).contains(&dim) { Ok(()) } else { Err(Error::Unsupported { method, dim, min: 1, max: MAX_DIM }) }
}
