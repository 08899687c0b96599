//! Nothing but a dependency: Cargo builds the default members of a workspace with the features of all of them, so that
//! `cargo run` and `cargo test` in a clone have the program, while `cargo add fubini` gives the library alone.
