//! Warnings for imports and private functions that nothing uses.

use super::{Project, World};
use crate::diagnostics::{Code, Diagnostic, Sink};
use crate::syntax::ast::Span;
use crate::typed::{FuncId, Owner};

/// Warns about unused imports and functions of the user's modules.
pub fn report(world: &World<'_>, project: &Project, sink: &mut Sink) {
    imports(world, sink);
    functions(world, project, sink);
}

fn imports(world: &World<'_>, sink: &mut Sink) {
    let mut unused: Vec<(Span, &str)> = Vec::new();
    for scope in &world.scopes {
        for (name, imported) in &scope.imports {
            let through_type = imported
                .items
                .iter()
                .any(|item| matches!(item, super::Item::Type(_)));
            let variants_used = through_type && !scope.import_variants.is_empty();
            if !world.used_imports.contains(&imported.span) && !variants_used {
                unused.push((imported.span, name));
            }
        }
    }
    unused.sort_unstable();
    for (span, name) in unused {
        sink.push(
            Diagnostic::new(
                Code::UNUSED_IMPORT,
                span,
                format!("`{name}` is imported but never used"),
            )
            .label("unused import")
            .help("remove it"),
        );
    }
}

fn functions(world: &World<'_>, project: &Project, sink: &mut Sink) {
    for (index, used) in world.used_funcs.iter().enumerate() {
        let func = &world.program.funcs[world.first_func as usize + index];
        let id = FuncId(world.first_func + index as u32);
        let entry =
            world.program.main == Some(id) || (func.name == "main" && project.main.is_none());
        let method = func.owner != Owner::Module;
        // Other nodes may start an actor.
        let quiet =
            *used || func.public || func.is_actor || entry || method || func.name.starts_with('_');
        if quiet || world.is_std(func.module) {
            continue;
        }
        sink.push(
            Diagnostic::new(
                Code::UNUSED_FUNCTION,
                func.span,
                format!("function `{}` is never used", func.name),
            )
            .label("unused function")
            .help("remove it, make it `pub`, or start its name with `_`"),
        );
    }
}
