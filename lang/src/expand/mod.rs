//! Constructs that are others in the syntax tree: they are rewritten before anything else looks at it, so later phases do not know them.

mod actor;
mod build;
mod derive;
mod patterns;
mod service;
mod supervisor;

pub use build::Build;
pub use derive::GENERATED;
pub use patterns::bound_names;
pub use service::RUN;

use crate::diagnostics::Sink;
use crate::syntax::ast::{File, Item, ItemKind};

/// Rewrites the file of a module.
pub fn expand(file: &mut File, module: &str, sink: &mut Sink) {
    derive::expand(file, sink);
    items(&mut file.items, module, sink);
}

fn items(items: &mut Vec<Item>, module: &str, sink: &mut Sink) {
    for item in std::mem::take(items) {
        let Item {
            doc,
            public,
            kind,
            span,
        } = item;
        let kind = match kind {
            ItemKind::Service(def) => {
                items.extend(service::items(&def, module, public, doc, sink));
                continue;
            }
            ItemKind::Supervisor(def) => {
                items.push(supervisor::item(&def, module, public, doc, sink));
                continue;
            }
            ItemKind::Actor(def) => ItemKind::Fn(actor::function(&def)),
            ItemKind::Module(mut def) => {
                let inner = format!("{module}.{}", def.name.name);
                self::items(&mut def.items, &inner, sink);
                ItemKind::Module(def)
            }
            other => other,
        };
        items.push(Item {
            doc,
            public,
            kind,
            span,
        });
    }
}
