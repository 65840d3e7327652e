//! Import cycles: finds each once and shows it.

use rustc_hash::FxHashMap;

use super::World;
use super::imports::Edge;
use crate::diagnostics::{Code, Diagnostic, Sink};
use crate::typed::ModuleId;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Active,
    Done,
}

/// Reports the import cycles among files.
pub fn report(world: &World<'_>, edges: &[(ModuleId, Vec<Edge>)], sink: &mut Sink) {
    let graph: FxHashMap<ModuleId, &[Edge]> = edges
        .iter()
        .map(|(id, out)| (*id, out.as_slice()))
        .collect();
    let mut marks: FxHashMap<ModuleId, Mark> = FxHashMap::default();
    for &(start, _) in edges {
        if !marks.contains_key(&start) {
            walk(world, &graph, start, &mut marks, sink);
        }
    }
}

/// Depth-first search from `start` with an explicit stack: `(module, next edge)`.
fn walk(
    world: &World<'_>,
    graph: &FxHashMap<ModuleId, &[Edge]>,
    start: ModuleId,
    marks: &mut FxHashMap<ModuleId, Mark>,
    sink: &mut Sink,
) {
    let mut path: Vec<(ModuleId, usize)> = vec![(start, 0)];
    marks.insert(start, Mark::Active);
    while let Some((module, next)) = path.last_mut() {
        let out = graph.get(module).copied().unwrap_or_default();
        let Some(edge) = out.get(*next).copied() else {
            marks.insert(*module, Mark::Done);
            path.pop();
            continue;
        };
        *next += 1;
        match marks.get(&edge.to) {
            None => {
                marks.insert(edge.to, Mark::Active);
                path.push((edge.to, 0));
            }
            Some(Mark::Active) => sink.push(cycle(world, graph, &path, edge)),
            Some(Mark::Done) => {}
        }
    }
}

/// The error for the cycle that `closing` completes.
fn cycle(
    world: &World<'_>,
    graph: &FxHashMap<ModuleId, &[Edge]>,
    path: &[(ModuleId, usize)],
    closing: Edge,
) -> Diagnostic {
    let from = path
        .iter()
        .position(|&(module, _)| module == closing.to)
        .unwrap_or(0);
    let members = &path[from..];
    let mut names: Vec<&str> = members
        .iter()
        .map(|&(module, _)| world.module_name(module).as_str())
        .collect();
    names.push(world.module_name(closing.to));
    let mut diagnostic = Diagnostic::new(
        Code::IMPORT_CYCLE,
        closing.span,
        format!(
            "modules import each other in a cycle: {}",
            names.join(" → ")
        ),
    )
    .label("this import closes the cycle")
    .help("move what they share to a module of its own that both import");
    for &(module, next) in &members[..members.len() - 1] {
        let edges = graph.get(&module).copied().unwrap_or_default();
        if let Some(edge) = next.checked_sub(1).and_then(|taken| edges.get(taken)) {
            diagnostic = diagnostic.secondary(
                edge.span,
                format!(
                    "`{}` imports `{}`",
                    world.module_name(module),
                    world.module_name(edge.to)
                ),
            );
        }
    }
    diagnostic
}
