//! Loads objects into this process: what the system's linker and loader do for an executable, for relocatable ELF objects of the worker that refer to
//! each other.
//!
//! All sections that take memory go into one mapping, so that objects reach each other, see [`layout`]; symbols of the runtime are in [`symbols`]; [`link`] fills in addresses as
//! the relocations say, for each architecture in a file of its own. Then code becomes executable and, with constants, read-only.
//!
//! Objects come from another process and from caches, so nothing here trusts them: every offset, length and number is checked, and what does
//! not fit is an error. (Wrong *code* is beyond what a loader can see; cached objects have a checksum.)

mod aarch64;
mod layout;
mod link;
mod machine;
mod memory;
mod symbols;
#[cfg(test)]
mod tests;
mod x86_64;

use std::collections::HashMap;
use std::io;

use object::elf::FileHeader64;
use object::read::elf::ElfFile;
use object::{Architecture, LittleEndian, Object, ObjectKind, ObjectSymbol};

use layout::{Layout, Segment};
use link::Linker;
use machine::Machine;
use memory::{Memory, WritableMemory};

pub use symbols::Symbols;

/// Sections, relocations and symbols of an object.
type Elf<'d> = ElfFile<'d, FileHeader64<LittleEndian>>;

/// Why an object cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The bytes are no such object, or a damaged one.
    #[error("damaged object: {0}")]
    Damaged(String),
    /// The object asks for something that compiled code never needs.
    #[error("the object has {0}")]
    Unsupported(String),
    /// It is for another processor.
    #[error("the object is for another processor ({0:?})")]
    Architecture(Architecture),
    /// A symbol that neither the objects nor the runtime have.
    #[error("unknown symbol `{0}`")]
    UnknownSymbol(String),
    /// Something is too far from where it is used.
    #[error("`{0}` is too far from the code that uses it")]
    OutOfRange(String),
    /// There is no memory for it.
    #[error("cannot get memory for code: {0}")]
    Memory(#[from] io::Error),
}

impl From<object::Error> for LoadError {
    fn from(error: object::Error) -> LoadError {
        LoadError::Damaged(error.to_string())
    }
}

/// Names that objects export, and their addresses.
type Exports = HashMap<String, usize>;

/// Objects that were loaded together. Their code goes away with this.
#[derive(Debug)]
pub struct Loaded {
    exports: Exports,
    memory: Memory,
}

impl Loaded {
    /// Address of a symbol that an object exports.
    pub fn address(&self, symbol: &str) -> Option<*const u8> {
        let address = self.exports.get(symbol)?;
        Some(std::ptr::with_exposed_provenance(*address))
    }

    /// The names that they export.
    pub fn exports(&self) -> impl Iterator<Item = &str> {
        self.exports.keys().map(String::as_str)
    }

    /// Bytes of memory that they take.
    pub fn size(&self) -> usize {
        self.memory.len()
    }
}

/// Loads objects that use the same symbols of the runtime.
pub struct Loader {
    symbols: Symbols,
    /// Where to ask for memory: near the runtime, so that calls reach it without a stub.
    hint: usize,
}

/// How far below the runtime code goes. Far enough for the program's own file, near enough for every call instruction of x86-64.
const DISTANCE: usize = 64 << 20;

impl Loader {
    /// A loader for objects that use these symbols.
    pub fn new(symbols: Symbols) -> Loader {
        let near = symbols.lowest().unwrap_or(0);
        Loader {
            symbols,
            hint: near.saturating_sub(DISTANCE),
        }
    }

    /// Loads objects that refer to each other.
    pub fn load(&mut self, objects: &[Vec<u8>]) -> Result<Loaded, LoadError> {
        let objects = objects.iter().map(|bytes| parse(bytes));
        let objects: Vec<Elf<'_>> = objects.collect::<Result<_, _>>()?;
        let machine = machine_of(&objects)?;
        let layout = Layout::of(&objects, machine)?;
        let memory = WritableMemory::new(layout.len(), self.hint)?;
        self.hint = memory.start().saturating_sub(layout.len());
        let mut linker = Linker::new(&objects, machine, &layout, memory);
        linker.copy_sections()?;
        let exports = exports(&objects, &linker)?;
        linker.relocate(&|name| {
            let runtime = self.symbols.lookup(name);
            runtime.or_else(|| exports.get(name).copied())
        })?;
        let memory = linker.into_memory().protect(
            layout.range(Segment::Text),
            layout.range(Segment::Constants),
        )?;
        Ok(Loaded { exports, memory })
    }
}

/// The processor that all objects are for.
fn machine_of(objects: &[Elf<'_>]) -> Result<&'static Machine, LoadError> {
    let mut machines = objects.iter().map(|elf| Machine::of(elf.architecture()));
    let first = machines.next();
    let first = first.unwrap_or_else(|| Err(LoadError::Damaged("no object".into())))?;
    machines.try_for_each(|machine| machine.map(|_| ()))?;
    Ok(first)
}

fn parse(bytes: &[u8]) -> Result<Elf<'_>, LoadError> {
    let elf = Elf::parse(bytes)?;
    if elf.kind() != ObjectKind::Relocatable {
        return Err(LoadError::Unsupported("no relocations".into()));
    }
    Ok(elf)
}

fn exports(objects: &[Elf<'_>], linker: &Linker<'_, '_>) -> Result<Exports, LoadError> {
    let mut exports = Exports::new();
    for (object, elf) in objects.iter().enumerate() {
        for symbol in elf.symbols() {
            if !symbol.is_definition() || !symbol.is_global() {
                continue;
            }
            let name = symbol.name()?;
            let address = linker.address(object, &symbol, &|_: &str| None)?;
            if exports.insert(name.to_owned(), address).is_some() {
                let what = format!("two objects define `{name}`");
                return Err(LoadError::Damaged(what));
            }
        }
    }
    Ok(exports)
}
