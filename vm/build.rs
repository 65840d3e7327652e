//! Decides how the interpreter dispatches; see `src/interp/dispatch.rs`.

use std::env::var;

fn main() {
    println!("cargo::rustc-check-cfg=cfg(snow_threaded)");
    println!("cargo::rustc-check-cfg=cfg(snow_profile)");
    println!("cargo::rerun-if-env-changed=SNOW_DISPATCH");
    let threaded = match var("SNOW_DISPATCH").as_deref() {
        Ok("profile") => {
            println!("cargo::rustc-cfg=snow_profile");
            false
        }
        Ok("loop") => false,
        _ => optimised() && switches_stacks(),
    };
    if threaded {
        println!("cargo::rustc-cfg=snow_threaded");
    }
}

/// Whether calls at the ends of functions become jumps.
fn optimised() -> bool {
    matches!(var("OPT_LEVEL").as_deref(), Ok("2" | "3"))
}

/// Whether code runs on stacks of its own, so that it is known how much of them is in use.
fn switches_stacks() -> bool {
    matches!(
        var("CARGO_CFG_TARGET_ARCH").as_deref(),
        Ok("x86_64" | "aarch64")
    )
}
