//! Decides how the interpreter dispatches; see `src/interp/dispatch.rs`.

use std::env::var;

fn main() {
    println!("cargo::rustc-check-cfg=cfg(snow_threaded)");
    println!("cargo::rustc-check-cfg=cfg(snow_profile)");
    println!("cargo::rerun-if-env-changed=SNOW_DISPATCH");
    let optimised = matches!(var("OPT_LEVEL").as_deref(), Ok("2" | "3"));
    let plain = var("CARGO_CFG_DEBUG_ASSERTIONS").is_err() && var("CARGO_CFG_MIRI").is_err();
    let known = matches!(
        var("CARGO_CFG_TARGET_ARCH").as_deref(),
        Ok("x86_64" | "aarch64")
    );
    let threaded = match var("SNOW_DISPATCH").as_deref() {
        Ok("loop") => false,
        Ok("profile") => {
            println!("cargo::rustc-cfg=snow_profile");
            false
        }
        Ok("threaded") => true,
        _ => optimised && plain && known,
    };
    if threaded {
        println!("cargo::rustc-cfg=snow_threaded");
    }
}
