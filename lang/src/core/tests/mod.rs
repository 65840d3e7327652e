//! Snapshots of Core, one file a construct; each shows source and result together. The library's functions are not shown.

/// Asserts snapshots of Core as it is lowered.
macro_rules! lower {
    ($($name:ident: $text:literal;)*) => { $(
        #[test]
        fn $name() {
            insta::assert_snapshot!($crate::core::tests::snap($text, $crate::core::tests::Pass::Lowered));
        }
    )* };
}

/// Asserts snapshots of optimised Core.
macro_rules! optimise {
    ($($name:ident: $text:literal;)*) => { $(
        #[test]
        fn $name() {
            insta::assert_snapshot!($crate::core::tests::snap($text, $crate::core::tests::Pass::Optimised));
        }
    )* };
}

mod actors;
mod bytes;
mod closures;
mod collections;
mod escapes;
mod functions;
mod inlining;
mod interfaces;
mod iters;
mod loops;
mod patterns;
mod text;

use crate::check::check;
use crate::core::{ir, mono, opt, print, validate};
use crate::diagnostics::Sink;
use crate::diagnostics::render::{Colours, Renderer};
use crate::types::tests::{std_image, unindent};

/// How far a snapshot goes.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Pass {
    Lowered,
    Optimised,
}

/// A program and its Core, or what is wrong with it.
pub(super) fn snap(text: &str, pass: Pass) -> String {
    let text = unindent(text);
    let std = std_image();
    let mut sink = Sink::new();
    let mut project = std.project();
    project.add("main.snow", "Main", &text, &mut sink);
    project.main = Some(0);
    let program = check(&project, std, &mut sink);
    let core = program
        .and_then(|program| mono::lower_program(&program, mono::Roots::Program, None, &mut sink));
    let mut out = format!("{text}\n----------\n");
    if let Some(mut core) = core {
        validate::assert_valid(&core, "lowering");
        if pass == Pass::Optimised {
            opt::optimise(&mut core);
            validate::assert_valid(&core, "optimisation");
        }
        out.push_str(&users(&core));
    }
    let mut renderer = Renderer::new(&project.files, Colours::Off);
    for diagnostic in sink.into_sorted() {
        out.push_str(&renderer.render(&diagnostic));
    }
    out
}

/// The user's functions.
fn users(core: &ir::Program) -> String {
    let ids = (0..core.funcs.len() as u32).map(ir::FuncId);
    let users = ids.filter(|id| !core.funcs[id.0 as usize].library);
    users
        .map(|id| print::func(core, id))
        .collect::<Vec<_>>()
        .join("\n")
}
