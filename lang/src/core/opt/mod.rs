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
mod exits;
mod fold;
mod graph;
mod hoist;
mod in_place;
mod inline;
mod loops;
mod shapes;
mod simplify;
mod spread;
mod sweep;
mod walk;

use rustc_hash::FxHashSet;
use snow_bytecode::types::TypeTable;

use crate::core::ir::{Func, FuncId, JoinId, Program};

/// Rounds of simplification after which a function is left as it is.
const ROUNDS: usize = 6;

/// Rounds of inlining in versions of loops: a chain of closures takes one for each of them.
const DEEP_ROUNDS: usize = 32;

/// How often versions of loops are made in a function, each time for what inlining has brought to light.
const TURNS: usize = 12;

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
    simplify_with(func, types, &FxHashSet::default());
}

/// Simplifies a function to some of whose joins there will be other jumps.
fn simplify_with(func: &mut Func, types: &TypeTable, open: &FxHashSet<JoinId>) {
    for _ in 0..ROUNDS {
        let changed = simplify::simplify(func, types, open);
        if !dead::remove(func, open) && !changed && !spread::spread(func) {
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
    let mut versions = shapes::Versions::default();
    for _ in 0..TURNS {
        inline_fully(program, id, callees, (&mut room, &versions.open));
        let Program { types, funcs, .. } = &mut *program;
        let func = &mut funcs[id.0 as usize];
        let Some(made) = versions.make(func, types) else {
            break;
        };
        room.extend(made);
        simplify_with(func, types, &versions.open);
    }
    if !versions.open.is_empty() {
        let Program { types, funcs, .. } = &mut *program;
        simplify_fully(&mut funcs[id.0 as usize], types);
        inline_fully(program, id, callees, (&mut room, &FxHashSet::default()));
    }
}

fn inline_fully(
    program: &mut Program,
    id: FuncId,
    callees: &inline::Callees,
    (room, open): (&mut inline::Room, &FxHashSet<JoinId>),
) {
    let rounds = match open.is_empty() {
        true => ROUNDS,
        false => DEEP_ROUNDS,
    };
    for _ in 0..rounds {
        if !inline::calls(program, id, callees, room) {
            break;
        }
        let Program { types, funcs, .. } = &mut *program;
        simplify_with(&mut funcs[id.0 as usize], types, open);
    }
}
