//! The adaptive integrators by name.

use super::refine;
use crate::integrator::{Integrator, Observer};
use crate::pullback::Pullback;
use crate::rules::{MAX_DIM, Rule};
use crate::state::Identity;
use crate::{Error, ErrorLevel, Options, Report};

/// Genz and Malik's rule of degree 7, globally adaptive; Kronrod's rule in one dimension.
///
/// For one to about eight dimensions. Takes the fewest points per region, which pays for integrands with kinks
/// or at modest tolerances.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct GenzMalik {}

/// The rules of Berntsen, Espelid and Genz as used by DCUHRE and Cuhre, globally adaptive: degree 13 in two
/// dimensions, 11 in three, 9 beyond; Kronrod's rule in one.
///
/// For one to about eight dimensions. The choice for smooth integrands and tight tolerances.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Cuhre {
    degree: Option<usize>,
}

impl Cuhre {
    /// Sets the degree of the rule: 7 or 9 (two dimensions or more), 11 (three only) or 13 (two only).
    pub fn degree(mut self, degree: usize) -> Self {
        self.degree = Some(degree);
        self
    }

    fn rule(&self, dim: usize, sentinels: bool) -> Result<Rule, Error> {
        match (self.degree, dim) {
            (None, 1) => Ok(Rule::kronrod(sentinels)),
            (None | Some(13), 2) => Ok(Rule::degree13(sentinels)),
            (None | Some(11), 3) => Ok(Rule::degree11(sentinels)),
            (None | Some(9), 2..) => Ok(Rule::degree9(dim, sentinels)),
            (Some(7), 2..) => Ok(Rule::degree7(dim, sentinels)),
            (Some(degree), _) => Err(Error::Setting {
                name: "degree",
                value: degree as f64,
                allowed: "7 or 9 from two dimensions on, 11 in three, 13 in two",
            }),
            (None, 0) => unreachable!("checked before"),
        }
    }
}

impl Integrator for GenzMalik {
    fn name(&self) -> &'static str {
        "genz-malik"
    }

    fn refine(&self, f: &Pullback<'_>, options: &Options, observer: &mut Observer<'_>) -> Result<Report, Error> {
        check_dim(self.name(), f.dim())?;
        let sentinels = options.error_level != ErrorLevel::Fast;
        let rule = if f.dim() == 1 { Rule::kronrod(sentinels) } else { Rule::genz_malik(f.dim(), sentinels) };
        refine(&Identity::new(self.name(), self, f, options), &rule, f, options, observer)
    }
}

impl Integrator for Cuhre {
    fn name(&self) -> &'static str {
        "cuhre"
    }

    fn refine(&self, f: &Pullback<'_>, options: &Options, observer: &mut Observer<'_>) -> Result<Report, Error> {
        check_dim(self.name(), f.dim())?;
        let rule = self.rule(f.dim(), options.error_level != ErrorLevel::Fast)?;
        refine(&Identity::new(self.name(), self, f, options), &rule, f, options, observer)
    }
}

fn check_dim(method: &'static str, dim: usize) -> Result<(), Error> {
    if (1..=MAX_DIM).contains(&dim) { Ok(()) } else { Err(Error::Unsupported { method, dim, min: 1, max: MAX_DIM }) }
}
