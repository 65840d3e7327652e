//! The table of atoms: names by number and numbers by name.

use rustc_hash::FxHashMap;

/// Interned names.
#[derive(Clone, Default)]
pub struct Atoms {
    names: Vec<Box<str>>,
    numbers: FxHashMap<Box<str>, u64>,
}

impl Atoms {
    /// The number of a name, new if it must be.
    pub fn intern(&mut self, name: &str) -> u64 {
        if let Some(&number) = self.numbers.get(name) {
            return number;
        }
        let number = self.names.len() as u64;
        self.names.push(name.into());
        self.numbers.insert(name.into(), number);
        number
    }

    /// The number of a name that was given one.
    pub fn number(&self, name: &str) -> Option<u64> {
        self.numbers.get(name).copied()
    }

    /// The name of a number; `?` for one that was never given out.
    pub fn name(&self, number: u64) -> &str {
        usize::try_from(number)
            .ok()
            .and_then(|i| self.names.get(i))
            .map_or("?", |name| name)
    }
}
