//! A result that was paid for is printed, whatever goes wrong with the way in which it was to be shown.

use super::warning;
use crate::cli::Failure;
use std::fmt::Debug;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The document that was asked for; if its making fails or panics, the one for programs; and as a last resort the numbers as
/// the program itself keeps them.
pub(super) fn document(
    wanted: impl FnOnce() -> Result<String, Failure>,
    plain: impl FnOnce() -> String,
    found: &impl Debug,
) -> String {
    let attempt = catch_unwind(AssertUnwindSafe(wanted));
    let why = match attempt {
        Ok(Ok(document)) => return document,
        Ok(Err(failure)) => failure.to_string(),
        Err(_) => "this is a defect of the program, please report it".to_string(),
    };
    warning(&format!("the result cannot be shown as it was asked for: {why}"));
    catch_unwind(AssertUnwindSafe(plain)).unwrap_or_else(|_| format!("{found:#?}\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_while_a_result_is_shown_costs_its_form_and_not_the_result() {
        let wanted = || Ok("as asked".to_string());
        let plain = || "for programs".to_string();
        assert_eq!(document(wanted, plain, &1), "as asked");
        assert_eq!(document(|| Err(Failure::words("no room")), plain, &1), "for programs");
        assert_eq!(document(|| panic!("too wide"), plain, &1), "for programs");
        assert_eq!(document(|| panic!("too wide"), || panic!("too deep"), &[2.5]), "[\n    2.5,\n]\n");
    }
}
