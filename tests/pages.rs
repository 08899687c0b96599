//! The commands of the README and of `docs/` are run as they are printed: a page that shows what does not work fails here.
//!
//! Rust blocks are documentation tests of the library (`src/lib.rs`), Python blocks are run by `python/tests/test_pages.py`.

#![cfg(unix)]

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Commands that need a network, another tool or minutes, and that other tests or CI run; whatever else is shown is run here.
const ELSEWHERE: [&str; 7] = [
    "cargo install ",
    "cargo add ",
    "pip install ",
    "sh tests/all.sh",
    "sh capi/install.sh",
    "make compare",
    "cargo run --release -p fubini-algorithms",
];

/// What stands for the program in a clone.
const RUN: &str = "cargo run --release -- ";

#[test]
fn the_commands_of_every_page_work() {
    let program = Path::new(env!("CARGO_BIN_EXE_fubini"));
    let path = format!("{}:{}", program.parent().unwrap().display(), env::var("PATH").unwrap());
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pages");
    let mut count = 0;
    for page in pages() {
        // Pages share no files: what a command needs, an earlier one of the same page has made.
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        for line in commands(&fs::read_to_string(&page).unwrap()) {
            if ELSEWHERE.iter().any(|other| line.starts_with(other)) {
                continue;
            }
            let line = line.replacen(RUN, "fubini ", 1);
            assert!(
                line.starts_with("fubini "),
                "{}: not a command of ours, and not among those run elsewhere: {line}",
                page.display()
            );
            let run = Command::new("sh").args(["-c", &line]).env("PATH", &path).current_dir(&folder).output().unwrap();
            let said = String::from_utf8_lossy(&run.stderr);
            assert!(run.status.success(), "{}: {line}: {}\n{said}", page.display(), run.status);
            count += 1;
        }
    }
    assert!(count >= 30, "only {count} commands were found");
}

#[test]
fn links_and_pictures_lead_to_what_is_there() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let more = ["DESIGN.md", "CONTRIBUTING.md", "CHANGELOG.md"].map(|name| top.join(name));
    let mut count = 0;
    for page in pages().into_iter().chain(more) {
        let text = fs::read_to_string(&page).unwrap();
        let ends = [("](", ')'), ("src=\"", '"'), ("srcset=\"", '"')];
        let links = ends.iter().flat_map(|(start, end)| text.split(start).skip(1).map(|rest| rest.split(*end).next().unwrap()));
        for link in links.filter(|link| !link.starts_with("https://") && !link.starts_with('#')) {
            let file = link.split('#').next().unwrap();
            assert!(page.parent().unwrap().join(file).exists(), "{}: {link} is not there", page.display());
            count += 1;
        }
    }
    assert!(count >= 20, "only {count} links were found");
}

/// The README and the pages of `docs/`.
fn pages() -> Vec<PathBuf> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let docs = fs::read_dir(top.join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let pages = docs.filter(|path| path.extension().is_some_and(|ending| ending == "md"));
    pages.chain([top.join("README.md")]).collect()
}

/// The lines of all `sh` blocks.
fn commands(page: &str) -> Vec<String> {
    let blocks = page.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap_or_default());
    blocks.flat_map(str::lines).filter(|line| !line.is_empty()).map(str::to_string).collect()
}
