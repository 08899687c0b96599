//! `--file`: formulas, definitions and limits that stand in a file.

use super::Failure;
use crate::seat;
use std::ffi::{OsStr, OsString};
use std::io::Read;
use std::iter::Peekable;

/// What a line may begin with, beside a formula.
const WORDS: [&str; 5] = ["over", "region", "break", "set", "let"];

/// Bytes of the longest file.
const LONGEST: u64 = 1 << 20;

/// The words of the command line, with what stands in a file in the place of `--file FILE` after `integrate`; `-` is the standard input.
pub(super) fn expand(words: impl Iterator<Item = OsString>) -> Result<Vec<OsString>, Failure> {
    let (mut words, mut expanded) = (words.peekable(), Vec::<OsString>::new());
    while let Some(word) = words.next() {
        let file = if expanded.iter().any(|word| word == "integrate") { file_of(&word, &mut words) } else { None };
        match file {
            Some(file) => {
                let text = read(&file)?;
                if let Some(line) = text.lines().find(|line| line.trim_start().starts_with("--")) {
                    let line = line.trim();
                    return Err(Failure::words(format!("--file: `{line}` is an option: give it on the command line")));
                }
                expanded.extend(text.lines().flat_map(of_line).map(OsString::from));
            }
            // After `--` there are no options.
            None if word == "--" => {
                expanded.push(word);
                expanded.extend(words);
                break;
            }
            None => expanded.push(word),
        }
    }
    Ok(expanded)
}

/// The file that this word, or the next one, names.
fn file_of(word: &OsStr, words: &mut Peekable<impl Iterator<Item = OsString>>) -> Option<OsString> {
    if word == "--file" {
        // Without one, the parser of the command line says what is missing.
        return words.next_if(|next| next == "-" || !next.to_string_lossy().starts_with('-'));
    }
    word.to_str()?.strip_prefix("--file=").map(OsString::from)
}

fn read(file: &OsStr) -> Result<String, Failure> {
    let name = if file == "-" { "the standard input".into() } else { file.to_string_lossy() };
    let open = || -> std::io::Result<Box<dyn Read>> {
        Ok(if file == "-" { Box::new(std::io::stdin()) } else { Box::new(std::fs::File::open(file)?) })
    };
    let text = seat::read(|| {
        let mut text = String::new();
        match open().and_then(|reader| reader.take(LONGEST + 1).read_to_string(&mut text)) {
            Ok(read) if read as u64 > LONGEST => Err(format!("--file: {name} is longer than a mebibyte")),
            Ok(_) => Ok(text.into_bytes()),
            Err(error) => Err(format!("--file: {name} can't be read: {error}")),
        }
    });
    text.map(|text| String::from_utf8_lossy(&text).into_owned()).map_err(Failure::words)
}

/// The words of a line: an option with its value, a formula, or nothing.
fn of_line(line: &str) -> Vec<String> {
    let line = line.split('#').next().unwrap_or_default().trim();
    let option = WORDS.iter().find_map(|word| {
        let value = line.strip_prefix(word)?;
        value.starts_with(char::is_whitespace).then(|| (format!("--{word}"), value.trim().to_string()))
    });
    match option {
        Some((option, value)) => vec![format!("{option}={value}")],
        None if line.is_empty() => Vec::new(),
        None => vec![line.to_string()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_options_formulas_or_comments() {
        assert_eq!(of_line("  over x = 0:1  # a side"), ["--over=x = 0:1"]);
        assert_eq!(of_line("let\tr = hypot(x, y)"), ["--let=r = hypot(x, y)"]);
        assert_eq!(of_line("E = x^2"), ["E = x^2"]);
        assert_eq!(of_line("-x^2"), ["-x^2"]);
        assert_eq!(of_line("settle + x"), ["settle + x"]);
        assert!(of_line("# nothing").is_empty() && of_line("").is_empty());
    }
}
