//! What shells and `man` know of the program: completions and manual pages, made from the words themselves.

use super::arguments::Arguments;
use super::{Action, Failure, Format, Request};
use clap::CommandFactory;
use clap_complete::Shell;

/// The completions of the program for a shell.
pub(super) fn completions(shell: Shell) -> Request {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "fubini", &mut script);
    page(script)
}

/// The manual page of the program, or of one of its commands.
pub(super) fn manual(name: Option<&str>) -> Result<Request, Failure> {
    let mut program = Arguments::command();
    // Fills in the names of the commands as they are called: `fubini integrate`.
    program.build();
    let command = match name {
        None => program,
        Some(name) => program.find_subcommand(name).cloned().ok_or_else(|| {
            Failure::words(format!("man {name}: there is no command of that name; `fubini --help` lists those there are"))
        })?,
    };
    let title = command.get_display_name().unwrap_or("fubini").to_string();
    let mut roff = Vec::new();
    clap_mangen::Man::new(command).title(title).render(&mut roff)?;
    Ok(page(roff))
}

fn page(text: Vec<u8>) -> Request {
    Request { action: Action::Page(text), format: Format::Text, watch: false, profile: None }
}
