//! Simplifications that pay in both tiers.
//!
//! Functions are worked on callees first: a function is simplified, its calls to small or higher-order library functions are replaced by
//! their code, and what that uncovers is simplified again. Growth is bounded per function.
//!
//! Crash traces stay true: inlined code of the program keeps its places and the frame that it would have had ([`Inlined`](super::ir::Inlined));
//! code of the library carries the place of the call, so what a trace loses are frames of the library.

mod census;
mod copy;
mod dead;
mod fold;
mod graph;
mod hoist;
mod in_place;
mod inline;
mod loops;
mod simplify;
mod sweep;
mod walk;

use snow_bytecode::types::TypeTable;

use crate::core::ir::{Func, FuncId, Program};

/// Rounds of simplification after which a function is left as it is.
const ROUNDS: usize = 6;

/// Optimises a program in place.
pub fn optimise(program: &mut Program) {
    let graph = graph::Graph::of(program);
    let order = graph::callees_first(&graph);
    let mut callees = inline::Callees::new(graph.places.clone());
    for &id in &order.order {
        let recursive = order.recursive[id.0 as usize];
        // No function comes to call itself while it is optimised: what it takes in are functions that do not lead back to it.
        let repeats = graph.mentions_itself(id);
        function(program, id, &mut callees, repeats && !recursive);
        let func = &program.funcs[id.0 as usize];
        let still_repeats = repeats && inline::calls_itself(func, id);
        if !recursive && !still_repeats {
            callees.finish(func, id);
        }
    }
    sweep::remove_unreachable(program);
}

/// Optimises one function, which `repeats` if it may call itself, and leads back to itself in no other way.
fn function(program: &mut Program, id: FuncId, callees: &mut inline::Callees, repeats: bool) {
    let Program { types, funcs, .. } = program;
    let func = &mut funcs[id.0 as usize];
    simplify_fully(func, types);
    if loops::tail_calls_to_loop(func, id, types) {
        simplify_fully(func, types);
    }
    inline_into(program, id, callees);
    if repeats && inline::recursion(program, id, callees) {
        let Program { types, funcs, .. } = program;
        simplify_fully(&mut funcs[id.0 as usize], types);
    }
    let Program { types, funcs, .. } = program;
    let func = &mut funcs[id.0 as usize];
    if in_place::reuse_lists(func) {
        simplify_fully(func, types);
    }
    hoist::hoist(func);
}

fn simplify_fully(func: &mut Func, types: &TypeTable) {
    for _ in 0..ROUNDS {
        let changed = simplify::simplify(func, types);
        if !dead::remove(func) && !changed {
            break;
        }
    }
}

/// Inlines calls in a function, as long as that uncovers more and the function does not grow too much.
fn inline_into(program: &mut Program, id: FuncId, callees: &inline::Callees) {
    let func = &program.funcs[id.0 as usize];
    if !inline::has_calls(func) {
        return;
    }
    let mut room = inline::Room::for_func(func);
    for _ in 0..ROUNDS {
        if !inline::calls(program, id, callees, &mut room) {
            break;
        }
        let Program { types, funcs, .. } = program;
        simplify_fully(&mut funcs[id.0 as usize], types);
    }
}
