//! Symbols of compiled functions; `docs/native.md` lists them.

use crate::protocol::LoopEntry;

/// What a symbol of an object stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Name {
    /// `snow.fN`: the typed code of a function.
    Typed(u32),
    /// `snow.uN`: its uniform entry.
    Uniform(u32),
    /// `snow.oN.K`: the entry into a loop.
    Loop(LoopEntry),
}

impl Name {
    /// What a symbol stands for, if it is one of these.
    pub fn of_symbol(symbol: &str) -> Option<Name> {
        let rest = symbol.strip_prefix("snow.")?;
        let (kind, numbers) = rest.split_at_checked(1)?;
        match kind {
            "f" => numbers.parse().ok().map(Name::Typed),
            "u" => numbers.parse().ok().map(Name::Uniform),
            "o" => {
                let (func, header) = numbers.split_once('.')?;
                let (func, header) = (func.parse().ok()?, header.parse().ok()?);
                Some(Name::Loop(LoopEntry { func, header }))
            }
            _ => None,
        }
    }
}

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Name::Typed(func) => write!(f, "snow.f{func}"),
            Name::Uniform(func) => write!(f, "snow.u{func}"),
            Name::Loop(entry) => write!(f, "snow.o{}.{}", entry.func, entry.header),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        let entry = LoopEntry {
            func: 7,
            header: 31,
        };
        for name in [Name::Typed(0), Name::Uniform(12), Name::Loop(entry)] {
            assert_eq!(Name::of_symbol(&name.to_string()), Some(name));
        }
        for other in [
            "snow_drop",
            "snow.",
            "snow.x1",
            "snow.f",
            "snow.o1",
            "snow.é1",
            "f1",
        ] {
            assert_eq!(Name::of_symbol(other), None, "{other}");
        }
    }
}
