//! Snapshot tests of lowering.

mod build;
mod by_hand;

use crate::core::{ir, mono, opt, print, validate};
use crate::diagnostics::Sink;
use crate::typed::Program;

fn lowered(program: &Program) -> ir::Program {
    let mut sink = Sink::new();
    let Some(core) = mono::lower_program(program, &mut sink) else {
        panic!("{:?}", sink.diagnostics());
    };
    validate::assert_valid(&core, "lowering");
    core
}

/// Core after optimisation.
fn optimised(program: &Program) -> String {
    let mut core = lowered(program);
    opt::optimise(&mut core);
    validate::assert_valid(&core, "optimisation");
    print::program(&core)
}

fn text(program: &Program) -> String {
    print::program(&lowered(program))
}
