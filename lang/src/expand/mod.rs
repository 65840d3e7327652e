//! Constructs that are others in the syntax tree: they are rewritten before anything else looks at it, so later phases do not know them.

mod actor;

use crate::syntax::ast::{File, Item, ItemKind};

/// Rewrites a file.
pub fn expand(file: &mut File) {
    crate::derive::expand(file);
    items(&mut file.items);
}

fn items(items: &mut [Item]) {
    for item in items {
        item_here(item);
    }
}

fn item_here(item: &mut Item) {
    match &mut item.kind {
        ItemKind::Actor(def) => item.kind = ItemKind::Fn(actor::function(def)),
        ItemKind::Module(def) => items(&mut def.items),
        _ => {}
    }
}
