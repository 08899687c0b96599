//! What the program was asked to do.

use crate::subject::{Group, Subject};
use fubini_algorithms::{Auto, Cuhre, ErrorLevel, GenzMalik, Integrator, Mixture, ProductRule, Qmc, Train, Vegas};
use std::str::FromStr;

/// Printed on `--help` and after a mistake.
pub(crate) const USAGE: &str = "\
Measures how often stated errors are too small, on random integrals with known values.

calibrate [--method NAMES] [--family NAMES] [--dim 3] [--rtol 1e-3] [--difficulty 1] [--seed 1]
          [--count 400] [--max-evals 1000000] [--level fast|standard|guarded] [--jobs 1]
          [--csv FILE] [--plot FILE.svg] [--ratio] [--race [--singles FILE]]

Methods: genz-malik, cuhre, cuhre7, cuhre9, cuhre11 (3-D), cuhre13 (2-D), product (to 4-D), vegas, qmc, mixture,
train, auto.
Families: numbers or names, or genz (1 to 8, the default) or oblique (all others, where they have members of that dim).
  1 oscillatory, 2 product-peak, 3 corner-peak, 4 gaussian, 5 c0, 6 discontinuous, 7 oblique-kink, 8 oblique-step
  9 needle, 10 sheet     rotated Gaussians with one long or one short axis, 1:5 to 1:30 (from 5-D on 1:2 to 1:8),
                         in ±8 times the longest axis; sheet from 3-D on
  11 normal-box          normal densities, correlations of 0.9 to 0.998, in boxes of ±8 to ±100 standard deviations
  12 normal-inf          the same in all of space, means of up to ±3
  13 bumps-inf           two to four Gaussians in all of space, 3 to 15 from the origin
  14 bumps-box           two to four Gaussians of width 0.02 to 0.05 in the unit cube
  15 round-inf           one round Gaussian in all of space, width 1e-3 to 1e6, up to eight widths off the origin
  16 offset-axis         exp(-|x - c|^2) in all of space, c on an axis, 5 to 50 from the origin
  17 ridge               exp(-(a.x/w)^2/2 - |x|^2/2) in ±8, w of 0.03 to 0.5
  18 rosenbrock          pairs of Rosenbrock's valleys in ±5 or all of space, and ridges that wind through all variables in ±8
  19 ordered             where(x1 + s < x2, x2 + s < x3, ...), times 1 or a polynomial
  20 pairs               1/|p - q|^a for two points of the unit cube, as it is or with |x - y| mapped to x y;
                         2, 4, 6, 8-D
  21 power               (sum x^2)^p and (sum x)^p, p of 0.5 to 11
  22 box-peers           the suite of PAGANI; 5-D to 8-D
  23 tail                Student's densities in all of space
  24 vertex, 25 corner   r^-a and (sum x)^-a, a of 0.5 to (d + 1)/2
  26 eggbox              exp((2 + cos(x/2) cos(y/2))^n), n of 4 or 5, with 2 to 18 equal peaks; 2-D
  27 bump-on-hill        a Gaussian of width 0.01 to 0.08 on one as wide as the unit cube, with a tenth of its integral to all of it
--difficulty is for families 1 to 8 only.
Lists are separated by commas; every combination is a cell of `count` integrals.
--ratio runs random quotients of two integrals instead of single ones.
--race compares auto with every single method, on 151 integrals of other libraries' suites to 1e-3 and 1e-6 and on
`count` random ones of all families in 2 to 12 variables to 1e-2 to 1e-8; what single methods take is kept in --singles.
The table says how often stated errors are exceeded, and which results are silently wrong: convergence claimed, no
suspicion, error exceeded. Its last lines explain the columns.";

/// The settings of a run, every list a dimension of the table.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Arguments {
    /// Names of methods; default genz-malik and cuhre9.
    pub(crate) methods: Vec<String>,
    /// Families; default those of Genz's group.
    pub(crate) subjects: Vec<Subject>,
    /// Numbers of variables; default 3.
    pub(crate) dims: Vec<usize>,
    /// Relative tolerances; default 1e-3.
    pub(crate) rtols: Vec<f64>,
    /// Factors on the difficulty; default 1.
    pub(crate) difficulties: Vec<f64>,
    /// Keys of the random integrals; default 1.
    pub(crate) seeds: Vec<u64>,
    /// Integrals per cell; default 400.
    pub(crate) count: u64,
    /// Ceiling on the evaluations of an integral; default a million.
    pub(crate) max_evals: u64,
    /// Level of caution; default standard.
    pub(crate) level: ErrorLevel,
    /// Integrals computed side by side; default 1.
    pub(crate) jobs: usize,
    /// Where the table goes as well; default nowhere.
    pub(crate) csv: Option<String>,
    /// SVG file for the picture; default none.
    pub(crate) plot: Option<String>,
    /// Ratios instead of integrals; default no.
    pub(crate) ratio: bool,
    /// The comparison of auto with all others; default no.
    pub(crate) race: bool,
    /// Where the results of the others are kept; default nowhere.
    pub(crate) singles: Option<String>,
}

impl Default for Arguments {
    fn default() -> Self {
        Arguments {
            methods: vec!["genz-malik".into(), "cuhre9".into()],
            subjects: Group::Genz.subjects(),
            dims: vec![3],
            rtols: vec![1e-3],
            difficulties: vec![1.0],
            seeds: vec![1],
            count: 400,
            max_evals: 1_000_000,
            level: ErrorLevel::Standard,
            jobs: 1,
            csv: None,
            plot: None,
            ratio: false,
            race: false,
            singles: None,
        }
    }
}

impl Arguments {
    /// Reads the words of the command line.
    ///
    /// # Errors
    /// What was not understood, or `USAGE` where it was asked for.
    pub(crate) fn parse(words: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let mut arguments = Arguments::default();
        let mut named = Vec::new();
        let mut words = words.into_iter();
        while let Some(word) = words.next() {
            match word.as_str() {
                "--help" | "-h" => return Err(USAGE.into()),
                "--ratio" => {
                    arguments.ratio = true;
                    continue;
                }
                "--race" => {
                    arguments.race = true;
                    continue;
                }
                _ => {}
            }
            let value = words.next().ok_or_else(|| format!("{word}: no value, or no such option\n\n{USAGE}"))?;
            match word.as_str() {
                "--method" => arguments.methods = list(&word, &value)?,
                "--family" => {
                    arguments.subjects.clear();
                    for name in value.split(',') {
                        let group = Group::named(name);
                        let subject = Subject::named(name).into_iter();
                        named.extend(subject.clone());
                        arguments.subjects.extend(group.map_or_else(|| subject.collect(), Group::subjects));
                        if group.is_none() && Subject::named(name).is_none() {
                            return Err(format!("{word}: no family {name}"));
                        }
                    }
                }
                "--dim" => arguments.dims = list(&word, &value)?,
                "--rtol" => arguments.rtols = list(&word, &value)?,
                "--difficulty" => arguments.difficulties = list(&word, &value)?,
                "--seed" => arguments.seeds = list(&word, &value)?,
                "--count" => arguments.count = number(&word, &value)?,
                // Accepts 1e6.
                "--max-evals" => arguments.max_evals = number::<f64>(&word, &value)? as u64,
                "--level" => arguments.level = level(&value)?,
                "--jobs" => arguments.jobs = number(&word, &value)?,
                "--csv" => arguments.csv = Some(value),
                "--singles" => arguments.singles = Some(value),
                "--plot" => arguments.plot = Some(value),
                _ => return Err(format!("{word}: no such option\n\n{USAGE}")),
            }
        }
        arguments.check(&named)?;
        Ok(arguments)
    }

    /// Refuses what has no meaning; `named` are the families that were asked for by name or number.
    fn check(&self, named: &[Subject]) -> Result<(), String> {
        if self.dims.iter().any(|d| *d < 2) {
            return Err("--dim: the families need two variables or more".into());
        }
        for subject in named {
            if let Some(dim) = self.dims.iter().find(|d| !subject.has(**d)) {
                return Err(format!("--dim: {} has no members in {dim} variables: {}", subject.name(), subject.dims()));
            }
        }
        if let Some(dim) = self.dims.iter().find(|d| !self.subjects.iter().any(|s| s.has(**d))) {
            return Err(format!("--dim: no family has members in {dim} variables"));
        }
        let scaled = self.difficulties.iter().any(|d| *d != 1.0);
        if let Some(subject) = self.subjects.iter().find(|s| scaled && !s.has_difficulty()) {
            return Err(format!("--difficulty: {} has none", subject.name()));
        }
        if self.count == 0 {
            return Err("--count: at least one integral".into());
        }
        self.methods.iter().try_for_each(|m| method(m).map(drop))
    }
}

/// The method of that name.
///
/// # Errors
/// If there is none.
pub(crate) fn method(name: &str) -> Result<Box<dyn Integrator>, String> {
    Ok(match name {
        "genz-malik" => Box::new(GenzMalik::default()),
        "cuhre" => Box::new(Cuhre::default()),
        "cuhre7" => Box::new(Cuhre::default().degree(7)),
        "cuhre9" => Box::new(Cuhre::default().degree(9)),
        "cuhre11" => Box::new(Cuhre::default().degree(11)),
        "cuhre13" => Box::new(Cuhre::default().degree(13)),
        "auto" => Box::new(Auto::default()),
        "qmc" => Box::new(Qmc::default()),
        "mixture" => Box::new(Mixture::default()),
        "product" => Box::new(ProductRule::default()),
        "train" => Box::new(Train::default()),
        "vegas" => Box::new(Vegas::default()),
        _ => return Err(format!("--method: no method {name}")),
    })
}

fn level(value: &str) -> Result<ErrorLevel, String> {
    match value {
        "fast" => Ok(ErrorLevel::Fast),
        "standard" => Ok(ErrorLevel::Standard),
        "guarded" => Ok(ErrorLevel::Guarded),
        _ => Err(format!("--level: {value} is none of fast, standard, guarded")),
    }
}

fn number<T: FromStr>(word: &str, value: &str) -> Result<T, String> {
    value.trim().parse().map_err(|_| format!("{word}: {value} is no number of the right kind"))
}

fn list<T: FromStr>(word: &str, value: &str) -> Result<Vec<T>, String> {
    value.split(',').map(|item| number(word, item)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::families::Family;
    use crate::kinds::Kind;

    fn parse(line: &str) -> Result<Arguments, String> {
        Arguments::parse(line.split_whitespace().map(String::from))
    }

    #[test]
    fn lists_and_numbers_are_read() {
        let read =
            parse("--method cuhre,genz-malik --dim 3,5 --rtol 1e-3 --family 7 --max-evals 5e5 --level fast --ratio").unwrap();
        assert_eq!((read.methods.len(), read.dims, read.max_evals), (2, vec![3, 5], 500_000));
        assert_eq!((read.subjects, read.level, read.ratio), (vec![Subject::Genz(Family::ObliqueKink)], ErrorLevel::Fast, true));
        assert_eq!(parse(""), Ok(Arguments::default()));
    }

    #[test]
    fn families_are_read_by_number_name_or_group() {
        let expected = vec![Subject::Genz(Family::CornerPeak), Subject::Oblique(Kind::Ridge), Subject::Oblique(Kind::Needle)];
        assert_eq!(parse("--family corner-peak,ridge,9").unwrap().subjects, expected);
        let all = parse("--family genz,oblique --dim 2").unwrap().subjects;
        assert_eq!(all.len(), Family::ALL.len() + Kind::ALL.len());
        for subject in all {
            assert_eq!(Subject::named(&subject.number().to_string()), Some(subject));
            assert_eq!(Subject::named(subject.name()), Some(subject));
        }
    }

    #[test]
    fn mistakes_are_named() {
        for line in
            ["--dim 1", "--dim x", "--family 28", "--family 0", "--method simpson", "--nonsense 1", "--count", "--level brave"]
        {
            let message = parse(line).unwrap_err();
            assert!(message.contains(line.split(' ').next().unwrap()), "{message}");
        }
        assert!(parse("--family eggbox --dim 2,3").unwrap_err().contains("eggbox has no members in 3 variables"));
        assert!(parse("--family oblique --dim 9").unwrap_err().contains("in 9 variables"));
        assert!(parse("--family ridge --difficulty 2").unwrap_err().contains("ridge"));
    }
}
