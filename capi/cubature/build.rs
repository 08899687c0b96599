//! The name by which programs find the library at run time: that of Cubature 1.0, so that programs need not even be linked again.

use std::env;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,libcubature.so.0");
    }
}
