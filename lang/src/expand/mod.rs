//! Constructs that are others in the syntax tree: they are rewritten before anything else looks at it, so later phases do not know them.

mod actor;
mod build;
mod patterns;
mod service;
mod supervisor;

pub use service::RUN;

use crate::diagnostics::Sink;
use crate::syntax::ast::{File, Item, ItemKind};

/// Rewrites a file.
pub fn expand(file: &mut File, sink: &mut Sink) {
    crate::derive::expand(file);
    items(&mut file.items, sink);
}

fn items(items: &mut Vec<Item>, sink: &mut Sink) {
    for item in std::mem::take(items) {
        let Item {
            doc,
            public,
            kind,
            span,
        } = item;
        let kind = match kind {
            ItemKind::Service(def) => {
                items.extend(service::items(&def, public, doc, sink));
                continue;
            }
            ItemKind::Supervisor(def) => {
                items.push(supervisor::item(&def, public, doc, sink));
                continue;
            }
            ItemKind::Actor(def) => ItemKind::Fn(actor::function(&def)),
            ItemKind::Module(mut def) => {
                self::items(&mut def.items, sink);
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
