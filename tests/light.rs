//! What a user of the library builds: few crates, and none that only the program needs.

use std::collections::BTreeSet;
use std::process::Command;

/// Most crates that the library may need, itself among them.
const MOST: usize = 44;

/// Names of the crates that `cargo build` makes of this package with these words, as far as `depth` goes.
fn crates(words: &[&str]) -> BTreeSet<String> {
    let tree = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--locked", "--package", "fubini", "--edges", "normal", "--prefix", "none"])
        .args(words)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    // A name may come in two versions, and a repeated line has a mark.
    let text = String::from_utf8(tree.stdout).unwrap();
    text.lines().map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn the_library_is_few_crates_and_none_of_the_programs() {
    let library = crates(&[]);
    assert!(library.len() <= MOST, "{}: {library:#?}", library.len());

    let own = crates(&["--depth", "1"]);
    let program: Vec<String> = crates(&["--depth", "1", "--features", "cli"]).difference(&own).cloned().collect();
    assert!(program.len() >= 10, "these alone are the program's: {program:?}");
    // The core writes states with serde.
    let paid: Vec<_> = program.iter().filter(|name| library.contains(*name) && !name.starts_with("serde ")).collect();
    assert!(paid.is_empty(), "a user of the library builds {paid:?}");
}
