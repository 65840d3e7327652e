//! Decides how the interpreter dispatches; see `src/interp/dispatch.rs`.

use std::env::var;

fn main() {
    println!("cargo::rustc-check-cfg=cfg(snow_threaded)");
    println!("cargo::rustc-check-cfg=cfg(snow_profile)");
    println!("cargo::rerun-if-env-changed=SNOW_DISPATCH");
    // Threaded dispatch needs every handler to end in a jump. Which calls are inlined, and so whether it does, depends on the build: in some, rare
    // handlers call the next one, and a slice can need more stack than a carrier's first segment has. Until that is ruled out, it is asked for.
    let threaded = match var("SNOW_DISPATCH").as_deref() {
        Ok("profile") => {
            println!("cargo::rustc-cfg=snow_profile");
            false
        }
        choice => choice == Ok("threaded"),
    };
    if threaded {
        println!("cargo::rustc-cfg=snow_threaded");
    }
}
