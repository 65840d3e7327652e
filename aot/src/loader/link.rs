//! Copies sections to their place and fills in addresses.

use object::read::elf::ElfSymbol;
use object::{
    LittleEndian, Object, ObjectSection, ObjectSymbol, Relocation, RelocationFlags,
    RelocationTarget, SectionKind, SymbolSection,
};

use super::layout::{ENTRY, Layout, STUB};
use super::machine::{Fixup, Machine, Misfit, Need};
use super::memory::WritableMemory;
use super::{Elf, LoadError};

/// Where a relocation changes something: the object, the offset in memory, and how.
#[derive(Clone, Copy)]
struct Place {
    object: usize,
    at: usize,
    kind: u32,
}

/// Who knows the addresses of symbols that an object does not define.
type Find<'f> = &'f dyn Fn(&str) -> Option<usize>;

/// A symbol of an object.
type Symbol<'l, 'd> = ElfSymbol<'d, 'l, object::elf::FileHeader64<LittleEndian>>;

/// Linking of objects; each is known by its number.
pub struct Linker<'l, 'd> {
    objects: &'l [Elf<'d>],
    machine: &'static Machine,
    layout: &'l Layout,
    memory: WritableMemory,
    start: u64,
}

impl<'l, 'd> Linker<'l, 'd> {
    /// Memory is as large as the layout.
    pub fn new(
        objects: &'l [Elf<'d>],
        machine: &'static Machine,
        layout: &'l Layout,
        memory: WritableMemory,
    ) -> Linker<'l, 'd> {
        let start = memory.start() as u64;
        Linker {
            objects,
            machine,
            layout,
            memory,
            start,
        }
    }

    /// The memory, linked.
    pub fn into_memory(self) -> WritableMemory {
        self.memory
    }

    /// Copies what the file has of each section; the rest is zero already.
    pub fn copy_sections(&mut self) -> Result<(), LoadError> {
        for (object, elf) in self.objects.iter().enumerate() {
            for section in elf.sections() {
                let Some(at) = self.layout.section(object, section.index()) else {
                    continue;
                };
                if section.kind() != SectionKind::UninitializedData {
                    self.field(at, section.data()?.len())?
                        .copy_from_slice(section.data()?);
                }
            }
        }
        Ok(())
    }

    /// Carries out all relocations of sections that are in memory; `find` knows the addresses of symbols that an object does not define.
    pub fn relocate(&mut self, find: Find<'_>) -> Result<(), LoadError> {
        (0..self.objects.len()).try_for_each(|object| self.relocate_one(object, find))
    }

    fn relocate_one(&mut self, object: usize, find: Find<'_>) -> Result<(), LoadError> {
        for section in self.objects[object].sections() {
            let Some(at) = self.layout.section(object, section.index()) else {
                continue;
            };
            for (offset, relocation) in section.relocations() {
                let RelocationFlags::Elf { r_type: kind } = relocation.flags() else {
                    return Err(damaged("a relocation that is not of ELF"));
                };
                let len = (self.machine.field_len)(kind) as u64;
                if offset > section.size() || len > section.size() - offset {
                    return Err(damaged("a relocation outside its section"));
                }
                let place = Place {
                    object,
                    at: at + offset as usize,
                    kind,
                };
                self.apply(place, &relocation, find)?;
            }
        }
        Ok(())
    }

    fn apply(
        &mut self,
        place: Place,
        relocation: &Relocation,
        find: Find<'_>,
    ) -> Result<(), LoadError> {
        let Place { object, at, kind } = place;
        let RelocationTarget::Symbol(index) = relocation.target() else {
            return Err(damaged("a relocation without a symbol"));
        };
        if relocation.has_implicit_addend() {
            return Err(damaged("a relocation without an addend"));
        }
        let symbol = self.objects[object].symbol_by_index(index)?;
        let name = symbol.name().unwrap_or("?").to_owned();
        let address = self.address(object, &symbol, find)? as u64;
        let addend = relocation.addend();
        let need = self.machine.need(kind)?;
        let wanted = match need {
            Need::Entry => self.entry(self.layout.entry(object, index), address)?,
            Need::Address | Need::Stub => address,
        };
        let mut result = self.patch(at, kind, wanted.wrapping_add_signed(addend))?;
        if result == Err(Misfit::Range) && need == Need::Stub {
            let stub = self.stub(self.layout.stub(object, index), address)?;
            result = self.patch(at, kind, stub.wrapping_add_signed(addend))?;
        }
        result.map_err(|misfit| match misfit {
            Misfit::Range => LoadError::OutOfRange(name),
            Misfit::Alignment => damaged("an address that is not aligned"),
            Misfit::Kind => LoadError::Unsupported(format!("a relocation of kind {kind}")),
        })
    }

    fn patch(
        &mut self,
        at: usize,
        kind: u32,
        target: u64,
    ) -> Result<Result<(), Misfit>, LoadError> {
        let fixup = Fixup {
            kind,
            place: self.start + at as u64,
            target,
        };
        let apply = self.machine.apply;
        let field = self.field(at, (self.machine.field_len)(kind))?;
        Ok(apply(&fixup, field))
    }

    /// Fills an entry of the table; gives its address.
    fn entry(&mut self, at: Option<usize>, address: u64) -> Result<u64, LoadError> {
        let at = at.ok_or_else(|| damaged("a symbol without an entry"))?;
        self.field(at, ENTRY)?
            .copy_from_slice(&address.to_le_bytes());
        Ok(self.start + at as u64)
    }

    /// Writes a stub; gives its address.
    fn stub(&mut self, at: Option<usize>, address: u64) -> Result<u64, LoadError> {
        let at = at.ok_or_else(|| damaged("a symbol without a stub"))?;
        let stub = (self.machine.stub)(address);
        self.field(at, STUB)?.copy_from_slice(&stub);
        Ok(self.start + at as u64)
    }

    fn field(&mut self, at: usize, len: usize) -> Result<&mut [u8], LoadError> {
        let end = at.checked_add(len);
        let field = end.and_then(|end| self.memory.bytes().get_mut(at..end));
        field.ok_or_else(|| damaged("contents outside their section"))
    }

    /// The address of a symbol.
    pub fn address(
        &self,
        object: usize,
        symbol: &Symbol<'_, '_>,
        find: Find<'_>,
    ) -> Result<usize, LoadError> {
        match symbol.section() {
            SymbolSection::Section(index) => {
                let section = self.objects[object].section_by_index(index)?;
                let at = self.layout.section(object, index);
                let at = at.ok_or_else(|| damaged("a symbol in a section without memory"))?;
                if symbol.address() > section.size() {
                    return Err(damaged("a symbol outside its section"));
                }
                Ok((self.start + at as u64 + symbol.address()) as usize)
            }
            SymbolSection::Undefined => {
                let name = symbol.name()?;
                find(name).ok_or_else(|| LoadError::UnknownSymbol(name.to_owned()))
            }
            _ => Err(LoadError::Unsupported(format!(
                "a symbol `{}` without a section",
                symbol.name().unwrap_or("?")
            ))),
        }
    }
}

fn damaged(what: &str) -> LoadError {
    LoadError::Damaged(what.to_owned())
}
