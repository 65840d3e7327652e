//! What patterns bind.

use crate::syntax::ast::{ListItem, Name, Pattern, PatternKind};

/// The names that a pattern binds, each once.
pub fn bound_names(pattern: &Pattern) -> Vec<Name> {
    let mut names = Vec::new();
    let mut waiting = vec![pattern];
    while let Some(pattern) = waiting.pop() {
        match &pattern.kind {
            PatternKind::Bind(name) => names.push(name.clone()),
            PatternKind::As(inner, name) => {
                names.push(name.name.clone());
                waiting.push(inner);
            }
            PatternKind::Paren(inner) | PatternKind::Prefix(_, inner) => waiting.push(inner),
            PatternKind::Tuple(parts) | PatternKind::Or(parts) | PatternKind::Braces(parts) => {
                waiting.extend(parts);
            }
            PatternKind::Variant { fields, .. } => {
                waiting.extend(fields.iter().flatten().map(|(_, part)| part));
            }
            PatternKind::Struct { fields, .. } => {
                for (name, part) in fields {
                    match part {
                        Some(part) => waiting.push(part),
                        None => names.push(name.name.clone()),
                    }
                }
            }
            PatternKind::Cons(head, tail) => waiting.extend([&**head, &**tail]),
            PatternKind::List(items) => waiting.extend(items.iter().map(|item| match item {
                ListItem::One(part) | ListItem::Splice(part) => part,
            })),
            PatternKind::Map(pairs) => waiting.extend(pairs.iter().map(|(_, part)| part)),
            PatternKind::Bytes(segments) => {
                waiting.extend(segments.iter().map(|segment| &segment.value));
            }
            _ => {}
        }
    }
    names.sort_unstable();
    names.dedup();
    names
}
