//! Formulas that begin with a minus, which would be taken for options.

use super::arguments::Arguments;
use clap::{Command, CommandFactory};
use std::ffi::OsString;

/// The words of the command line, with a space before each formula of `integrate` that begins with a minus. It is then no option,
/// and the space is dropped when the formula is read.
///
/// A formula of letters that are options themselves (`-h`, `-v`) stays an option: it can be written in parentheses.
pub(super) fn protect(words: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let program = Arguments::command();
    let integrate = program.find_subcommand("integrate").expect("it is among the commands");
    let (mut inside, mut is_value) = (false, false);
    let protected = words.map(|word| {
        let Some(text) = word.to_str() else { return word };
        let formula = inside && !is_value && is_negative(text, integrate);
        // After `--` there are no options.
        inside = (inside || text == "integrate") && text != "--";
        is_value = takes_value(text, integrate);
        if formula { OsString::from(format!(" {text}")) } else { word }
    });
    protected.collect()
}

/// Whether a word with one minus is more than a group of options of one letter.
fn is_negative(word: &str, command: &Command) -> bool {
    let is_option = |letter| "hV".contains(letter) || command.get_arguments().any(|option| option.get_short() == Some(letter));
    word.strip_prefix('-').is_some_and(|rest| !rest.is_empty() && !rest.starts_with('-') && !rest.chars().all(is_option))
}

/// Whether the word after this one belongs to it.
fn takes_value(word: &str, command: &Command) -> bool {
    let named = |name| command.get_arguments().find(|option| option.get_long() == Some(name));
    word.strip_prefix("--").and_then(named).is_some_and(|option| option.get_action().takes_values())
}
