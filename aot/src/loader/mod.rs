//! Loads objects into this process: what the system's linker and loader do for an executable, for one relocatable ELF object of the worker.
//!
//! All sections that take memory go into one mapping, see [`layout`]; symbols of the runtime are in [`symbols`]; [`link`] fills in addresses as
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
    /// A symbol that neither the object nor the runtime has.
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

/// A loaded object. Its code goes away with it.
#[derive(Debug)]
pub struct LoadedObject {
    exports: HashMap<String, usize>,
    memory: Memory,
}

impl LoadedObject {
    /// Address of a symbol that the object exports.
    pub fn address(&self, symbol: &str) -> Option<*const u8> {
        let address = self.exports.get(symbol)?;
        Some(std::ptr::with_exposed_provenance(*address))
    }

    /// The names that it exports.
    pub fn exports(&self) -> impl Iterator<Item = &str> {
        self.exports.keys().map(String::as_str)
    }

    /// Bytes of memory that it takes.
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

    /// Loads an object.
    pub fn load(&mut self, bytes: &[u8]) -> Result<LoadedObject, LoadError> {
        let elf = parse(bytes)?;
        let machine = Machine::of(elf.architecture())?;
        let layout = Layout::of(&elf, machine)?;
        let memory = WritableMemory::new(layout.len(), self.hint)?;
        self.hint = memory.start().saturating_sub(layout.len());
        let mut linker = Linker::new(&elf, machine, &layout, &self.symbols, memory);
        linker.copy_sections()?;
        linker.relocate()?;
        let exports = exports(&elf, &linker)?;
        let memory = linker.into_memory().protect(
            layout.range(Segment::Text),
            layout.range(Segment::Constants),
        )?;
        Ok(LoadedObject { exports, memory })
    }
}

fn parse(bytes: &[u8]) -> Result<Elf<'_>, LoadError> {
    let elf = Elf::parse(bytes)?;
    if elf.kind() != ObjectKind::Relocatable {
        return Err(LoadError::Unsupported("no relocations".into()));
    }
    Ok(elf)
}

fn exports(elf: &Elf<'_>, linker: &Linker<'_, '_>) -> Result<HashMap<String, usize>, LoadError> {
    let mut exports = HashMap::new();
    for symbol in elf.symbols() {
        if symbol.is_definition() && symbol.is_global() {
            exports.insert(symbol.name()?.to_owned(), linker.address(&symbol)?);
        }
    }
    Ok(exports)
}
