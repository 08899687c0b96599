//! Build script of all three libraries: the name by which programs find them at run time.

use std::env;

fn main() {
    println!("cargo:rerun-if-changed=../soname.rs");
    let name = match env::var("CARGO_PKG_NAME").as_deref() {
        Ok("fubini-capi") => "fubini.so.0",
        // That of Cubature 1.0, so that programs need not even be linked again.
        Ok("fubini-cubature") => "cubature.so.0",
        _ => "cuba.so",
    };
    if env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,lib{name}");
    }
}
