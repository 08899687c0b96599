//! Everything that ends the program with status 2.

use fubini::RequestError;
use fubini::algorithms::Error;
use fubini::expressions::ErrorKind;
use fubini::variation::VariationError;
use std::collections::HashSet;
use std::fmt;

/// A message that names the option, the value and the remedy.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
}

impl Failure {
    pub(crate) fn words(message: impl Into<String>) -> Self {
        Failure { message: message.into() }
    }

    /// Refuses a name that is given twice to the same option: either could be meant.
    pub(crate) fn unless_once<'a>(option: &str, names: impl IntoIterator<Item = &'a String>) -> Result<(), Self> {
        let mut seen = HashSet::new();
        match names.into_iter().find(|name| !seen.insert(*name)) {
            Some(name) => Err(Failure::words(format!("{option}: {name} is set twice, and either could be meant: give it once"))),
            None => Ok(()),
        }
    }

    /// Writes the names of settings as they are typed on the command line.
    fn spelled(message: &str) -> Self {
        let (first, rest) = message.split_once([' ', ':']).map_or((message, ""), |(f, _)| (f, &message[f.len()..]));
        let is_option = matches!(
            first,
            "rtol"
                | "atol"
                | "max_evals"
                | "max_memory"
                | "threads"
                | "beta"
                | "alpha"
                | "charge"
                | "charges"
                | "from"
                | "moment"
                | "box"
                | "coordinates"
                | "method"
                | "knob"
                | "degree"
                | "over"
                | "break"
                | "region"
                | "ratio"
                | "psi"
                | "electrons"
                | "to"
                | "hint"
                | "bond"
                | "function"
                | "list"
                | "set"
                | "zeta"
                | "gaussian"
                | "vary"
                | "expect"
                | "potential"
                | "repulsion"
                | "mass"
                | "radius"
                | "spin"
                | "terms"
                | "linear"
                | "levels"
        );
        let first = match first {
            "degree" | "walkers" | "acceptance" | "points" | "replicates" => format!("--knob {first}"),
            _ if is_option => format!("--{}", first.replace('_', "-")),
            _ => first.to_string(),
        };
        Failure { message: first + rest }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<RequestError> for Failure {
    fn from(error: RequestError) -> Self {
        let mut message = Failure::spelled(&error.to_string()).message;
        // Of a name that is no slip of the pen, what it was meant to be.
        if let RequestError::Expression { what, error } = &error
            && let ErrorKind::UnknownName { name, suggestion: None } = error.kind()
            && what == "formula"
        {
            message += &format!("\n  to integrate over it add --over {name}=LO:HI; to give it a value, --set {name}=VALUE");
        }
        // Names that stand for distances beside --terms and in the catalogue.
        if let RequestError::Expression { what, error } = &error
            && let ErrorKind::UnknownName { name, .. } = error.kind()
            && let Some((name, text)) = [("s", "r1+r2"), ("t", "r2-r1"), ("u", "r12")].iter().find(|(known, _)| known == name)
            && what == "psi"
        {
            message += &format!("\n  {name} stands for {text} where there are --terms; without, add --let {name}={text}");
        }
        Failure { message }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::spelled(&error.to_string())
    }
}

impl From<VariationError> for Failure {
    fn from(error: VariationError) -> Self {
        Failure::spelled(&error.to_string())
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Failure::words(format!("cannot write the result: {error}"))
    }
}
