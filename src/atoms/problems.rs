//! The problems of a family, one for each choice of its numbers, with moments, slopes and levels.

use super::family::vary;
use super::linear::{Program, Solution, WithLevels, linear};
use super::member::Member;
use super::moments::{Combined, Origin};
use super::{Family, Frame};
use crate::problem::{Observable, Reading};
use crate::{Problem, RequestError};
use fubini_algorithms::{Cuhre, Integrand, Integrator, Options};
use fubini_expressions::{Compiled, Moment};
use std::sync::OnceLock;

impl Family {
    /// The energy and what else is wanted, at these values of the parameters that vary.
    ///
    /// The variance is taken about an energy near E, for which this runs cuhre once to 1e-3.
    ///
    /// # Errors
    /// Values for which ψ cannot be normalised; what is wrong with a formula.
    pub fn problem(&self, values: &[f64]) -> Result<Problem, RequestError> {
        let (member, solution) = self.solved(values)?;
        let bare = self.expectations.is_empty() && !self.variance && self.linear.is_empty();
        if bare && (self.varied.is_empty() || !matches!(member, Member::Trial(_))) {
            return member.problem(self.frame);
        }
        let means = self.expectations.iter().map(|(_, formula)| Moment::Mean(formula));
        let wanted: Vec<Moment<'_>> = means.chain(self.variance.then_some(Moment::Square)).collect();
        let program = self.compiled(&self.program, &member, &wanted)?;
        let mean = |(name, _): &(String, String)| Observable { name: name.clone(), reading: Reading::Mean };
        let mut observables: Vec<Observable> = self.expectations.iter().map(mean).collect();
        let mut rows: Vec<Vec<(usize, f64)>> = (0..2 + wanted.len()).map(|k| vec![(k, 1.0)]).collect();
        if self.variance {
            let origin = Origin { energy: self.pilot(&member)?, slopes: Vec::new() };
            observables.push(Observable { name: "variance".to_string(), reading: Reading::Variance { origin: origin.energy } });
            rows[1 + wanted.len()] = origin.square(1 + wanted.len());
        }
        let combined = Combined { integrand: program.clone(), rows };
        // Origins of moments are among the rows.
        let label = format!("; components {:?}", combined.rows);
        let Some((terms, Solution { mut levels, .. })) = solution.filter(|_| self.levels > 1) else {
            return self.combine(&member, &program, combined, label, observables, &self.expectations);
        };
        levels.remove(0);
        observables.extend((2..=self.levels).map(|k| Observable { name: format!("level {k}"), reading: Reading::Mean }));
        let label = format!("{label}; levels {levels:?}");
        let integrand = WithLevels { integrand: combined, terms: terms.terms, levels };
        self.combine(&member, &program, integrand, label, observables, &self.expectations)
    }

    /// The energy with its gradient at these values: for every parameter that varies the mean slope and the covariance,
    /// which [`Origin::gradient`] reads, with moments about `origin` and in these steps.
    pub(crate) fn slopes(&self, values: &[f64], origin: &Origin, steps: &[f64]) -> Result<Problem, RequestError> {
        let member = self.at(values)?;
        let wanted: Vec<Moment<'_>> = self.varied.iter().map(|name| Moment::Slope(name)).collect();
        let program = self.compiled(&self.gradient, &member, &wanted)?;
        let mut rows = vec![vec![(0, 1.0)], vec![(1, 1.0)]];
        let mut observables = Vec::new();
        for (p, name) in self.varied.iter().enumerate() {
            rows.extend(origin.slope(p, 2 + 2 * p, steps[p]));
            observables.extend([0, 1].map(|_| Observable { name: name.clone(), reading: Reading::Mean }));
        }
        let combined = Combined { integrand: program.clone(), rows };
        let label = format!("; components {:?}", combined.rows);
        self.combine(&member, &program, combined, label, observables, &[])
    }

    /// An energy near E at these values, from few evaluations.
    pub(crate) fn near(&self, values: &[f64]) -> Result<f64, RequestError> {
        self.pilot(&self.at(values)?)
    }

    fn pilot(&self, member: &Member) -> Result<f64, RequestError> {
        let problem = member.problem(Frame::Auto)?;
        let options = problem.options(&Options::default().rtol(1e-3).max_evals(100_000));
        let report = Cuhre::default().integrate(&*problem.integrand, &*problem.coordinates, &options);
        // Any number is right: what fails here will fail in earnest, where it can be told.
        let energy = report.ok().and_then(|report| report.ratio()).map_or(0.0, |energy| energy.value);
        Ok(if energy.is_finite() { energy } else { 0.0 })
    }

    /// The atom with these values, and the best ones of linear parameters.
    pub(super) fn at(&self, values: &[f64]) -> Result<Member, RequestError> {
        Ok(self.solved(values)?.0)
    }

    /// The same, with the levels of linear parameters.
    fn solved(&self, values: &[f64]) -> Result<(Member, Option<(Program, Solution)>), RequestError> {
        let mut member = self.with(values)?;
        let Member::Trial(trial) = &member else { return Ok((member, None)) };
        if self.linear.is_empty() {
            return Ok((member, None));
        }
        member.check()?;
        let known = match self.terms.get() {
            Some(known) => known.clone(),
            None => {
                let known = trial.terms(&self.tunable(), &self.linear)?;
                if self.compiles_once() {
                    // Another thread may have been faster, with the same program.
                    _ = self.terms.set(known.clone());
                }
                known
            }
        };
        let program = Program { terms: set_all(known.terms, &member), constant: known.constant };
        let oriented = trial.oriented(&self.tunable(), &[])?;
        if self.varied.is_empty() {
            program.check_extent(trial)?;
        }
        // Where parameters vary, terms may meet on the way.
        if self.varied.is_empty()
            && let Some(k) = program.dependent(trial, self.frame, oriented.clone())?
        {
            let name = self.linear.get(k).map_or("", String::as_str);
            let reason = format!("the term of {name} is a sum of the terms before it, and changes nothing: leave it out");
            return Err(linear(&reason));
        }
        let solution = program.solve(trial, self.frame, oriented, self.levels)?;
        for (name, value) in self.linear.iter().zip(&solution.coefficients) {
            member.set(name, *value);
        }
        Ok((member, Some((program, solution))))
    }

    /// Parameters whose values programs leave open.
    fn tunable(&self) -> Vec<String> {
        [&self.varied[..], &self.linear].concat()
    }

    /// Whether programs do not depend on what varies: the charge and the mass are part of them.
    fn compiles_once(&self) -> bool {
        self.varied.iter().all(|name| name != "charge" && name != "mass")
    }

    /// The atom with these values, and linear parameters as they are.
    fn with(&self, values: &[f64]) -> Result<Member, RequestError> {
        if values.len() != self.varied.len() {
            return Err(vary(format!("{} values for {} parameters that vary", values.len(), self.varied.len())));
        }
        let mut member = self.member.clone();
        self.varied.iter().zip(values).for_each(|(name, value)| member.set(name, *value));
        Ok(member)
    }

    /// The program for these moments with the values of `member`. It is compiled once, unless the charge or the mass
    /// varies, which are part of the program.
    fn compiled(&self, kept: &OnceLock<Compiled>, member: &Member, wanted: &[Moment<'_>]) -> Result<Compiled, RequestError> {
        let program = match kept.get() {
            Some(program) => program.clone(),
            None => {
                let program = member.formula().compile(&self.tunable(), &self.expectations, wanted)?;
                if self.compiles_once() {
                    // Another thread may have been faster, with the same program.
                    _ = kept.set(program.clone());
                }
                program
            }
        };
        Ok(set_all(program, member))
    }

    fn combine(
        &self,
        member: &Member,
        program: &Compiled,
        integrand: impl Integrand + 'static,
        components: String,
        observables: Vec<Observable>,
        expectations: &[(String, String)],
    ) -> Result<Problem, RequestError> {
        let summary = program.summary().to_string();
        let oriented = member.formula().oriented(&self.tunable(), expectations)?;
        let rest: Vec<String> = expectations.iter().map(|(name, text)| format!("; ⟨{name}⟩ = ⟨{text}⟩")).collect();
        let problem = member.with(integrand, summary, self.frame, oriented)?;
        let all = member.parameters();
        let value = |name: &String| all.iter().find(|(known, _)| known == name).cloned();
        let coefficients = self.linear.iter().filter_map(value).collect();
        Ok(Problem { observables, coefficients, label: problem.label.clone() + &rest.concat() + &components, ..problem })
    }
}

/// The program with the values that the atom has.
fn set_all(program: Compiled, member: &Member) -> Compiled {
    let parameters = member.parameters();
    parameters.iter().fold(program, |program, (name, value)| program.with_parameter(name, *value).unwrap_or(program))
}
