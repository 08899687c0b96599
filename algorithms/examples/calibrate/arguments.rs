//! What the program was asked to do.

use crate::families::Family;
use fubini_algorithms::{Cuhre, ErrorLevel, GenzMalik, Integrator, Qmc, Vegas};
use std::str::FromStr;

/// Printed on `--help` and after a mistake.
pub(crate) const USAGE: &str = "\
Measures how often stated errors are too small, on random integrals with known values.

calibrate [--method NAMES] [--family 1,2,...,8] [--dim 3] [--rtol 1e-3] [--difficulty 1] [--seed 1]
          [--count 400] [--max-evals 1000000] [--level fast|standard|guarded] [--jobs 1]
          [--csv FILE] [--plot FILE.svg] [--ratio]

Methods: genz-malik, cuhre, cuhre7, cuhre9, cuhre11 (3-D), cuhre13 (2-D), vegas, qmc.
Lists are separated by commas; every combination is a cell of `count` integrals.
--ratio runs random quotients of two integrals instead of single ones.";

/// The settings of a run, every list a dimension of the table.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Arguments {
    /// Names of methods; default genz-malik and cuhre9.
    pub(crate) methods: Vec<String>,
    /// Families; default all.
    pub(crate) families: Vec<Family>,
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
}

impl Default for Arguments {
    fn default() -> Self {
        Arguments {
            methods: vec!["genz-malik".into(), "cuhre9".into()],
            families: Family::ALL.to_vec(),
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
        let mut words = words.into_iter();
        while let Some(word) = words.next() {
            match word.as_str() {
                "--help" | "-h" => return Err(USAGE.into()),
                "--ratio" => {
                    arguments.ratio = true;
                    continue;
                }
                _ => {}
            }
            let value = words.next().ok_or_else(|| format!("{word}: no value, or no such option\n\n{USAGE}"))?;
            match word.as_str() {
                "--method" => arguments.methods = list(&word, &value)?,
                "--family" => {
                    let numbers: Vec<usize> = list(&word, &value)?;
                    let known = |n: &usize| Family::ALL.get(n.wrapping_sub(1)).copied().ok_or(format!("{word}: no family {n}"));
                    arguments.families = numbers.iter().map(known).collect::<Result<_, _>>()?;
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
                "--plot" => arguments.plot = Some(value),
                _ => return Err(format!("{word}: no such option\n\n{USAGE}")),
            }
        }
        arguments.check()?;
        Ok(arguments)
    }

    fn check(&self) -> Result<(), String> {
        if self.dims.iter().any(|d| *d < 2) {
            return Err("--dim: the families need two variables or more".into());
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
        "qmc" => Box::new(Qmc::default()),
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

    fn parse(line: &str) -> Result<Arguments, String> {
        Arguments::parse(line.split_whitespace().map(String::from))
    }

    #[test]
    fn lists_and_numbers_are_read() {
        let read =
            parse("--method cuhre,genz-malik --dim 3,5 --rtol 1e-3 --family 7 --max-evals 5e5 --level fast --ratio").unwrap();
        assert_eq!((read.methods.len(), read.dims, read.max_evals), (2, vec![3, 5], 500_000));
        assert_eq!((read.families, read.level, read.ratio), (vec![Family::ObliqueKink], ErrorLevel::Fast, true));
        assert_eq!(parse(""), Ok(Arguments::default()));
    }

    #[test]
    fn mistakes_are_named() {
        for line in
            ["--dim 1", "--dim x", "--family 9", "--family 0", "--method simpson", "--nonsense 1", "--count", "--level brave"]
        {
            let message = parse(line).unwrap_err();
            assert!(message.contains(line.split(' ').next().unwrap()), "{message}");
        }
    }
}
