//! Where the sections of objects go: code and stubs, then constants and the table of addresses, then what can be written, each from a page
//! of its own.
//!
//! A *stub* jumps to an address that a call instruction may not reach; the *table* (GOT) holds addresses that code loads. Each symbol that is
//! called, or loaded, gets one of either.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use object::elf::{
    FileHeader64, SHF_ALLOC, SHF_EXECINSTR, SHF_TLS, SHF_WRITE, SHT_FINI_ARRAY, SHT_INIT_ARRAY,
};
use object::read::elf::{ElfSection, SectionHeader};
use object::{
    LittleEndian, Object, ObjectSection, RelocationFlags, RelocationTarget, SectionIndex,
    SymbolIndex,
};

use super::machine::{Machine, Need};
use super::memory::page_size;
use super::{Elf, LoadError};

/// Bytes of a stub: a jump and its target.
pub const STUB: usize = 16;
/// Bytes of an entry of the table.
pub const ENTRY: usize = 8;

/// More than any object of the worker has.
const MAX_LEN: usize = 1 << 30;

type Section<'f, 'd> = ElfSection<'d, 'f, FileHeader64<LittleEndian>>;

/// Parts of the memory with different protection, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Segment {
    /// Executable.
    Text,
    /// Only readable.
    Constants,
    /// Writable.
    Data,
}

const SEGMENTS: [Segment; 3] = [Segment::Text, Segment::Constants, Segment::Data];

/// Something of one of the objects, by the object's number.
type Of<T> = (usize, T);
/// Symbols of objects.
type SymbolList = Vec<Of<SymbolIndex>>;

/// Offsets of everything.
#[derive(Debug, Default)]
pub struct Layout {
    sections: HashMap<Of<SectionIndex>, usize>,
    stubs: HashMap<Of<SymbolIndex>, usize>,
    entries: HashMap<Of<SymbolIndex>, usize>,
    ends: [usize; SEGMENTS.len()],
}

impl Layout {
    /// Lays objects out.
    pub fn of(objects: &[Elf<'_>], machine: &Machine) -> Result<Layout, LoadError> {
        let mut layout = Layout::default();
        let sections = sections(objects)?;
        let (called, loaded) = indirections(&sections, machine)?;
        let mut end = 0;
        for (index, segment) in SEGMENTS.into_iter().enumerate() {
            for (object, section, _) in sections.iter().filter(|(.., of)| *of == segment) {
                let start = place(&mut end, section.size(), section.align())?;
                layout.sections.insert((*object, section.index()), start);
            }
            match segment {
                Segment::Text => place_all(&mut layout.stubs, &called, &mut end, STUB)?,
                Segment::Constants => place_all(&mut layout.entries, &loaded, &mut end, ENTRY)?,
                Segment::Data => {}
            }
            end = end.next_multiple_of(page_size());
            layout.ends[index] = end;
        }
        Ok(layout)
    }

    /// Bytes in all.
    pub fn len(&self) -> usize {
        self.ends[SEGMENTS.len() - 1]
    }

    /// Where a segment lies.
    pub fn range(&self, segment: Segment) -> Range<usize> {
        let index = segment as usize;
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        start..self.ends[index]
    }

    /// Where a section lies; `None` for those that take no memory.
    pub fn section(&self, object: usize, index: SectionIndex) -> Option<usize> {
        self.sections.get(&(object, index)).copied()
    }

    /// The stub of a symbol.
    pub fn stub(&self, object: usize, symbol: SymbolIndex) -> Option<usize> {
        self.stubs.get(&(object, symbol)).copied()
    }

    /// The place of a symbol's address in the table.
    pub fn entry(&self, object: usize, symbol: SymbolIndex) -> Option<usize> {
        self.entries.get(&(object, symbol)).copied()
    }
}

/// The sections that take memory, each with the number of its object.
fn sections<'f, 'd>(
    objects: &'f [Elf<'d>],
) -> Result<Vec<(usize, Section<'f, 'd>, Segment)>, LoadError> {
    let mut sections = Vec::new();
    for (object, elf) in objects.iter().enumerate() {
        for section in elf.sections() {
            if let Some(segment) = segment_of(&section)? {
                sections.push((object, section, segment));
            }
        }
    }
    Ok(sections)
}

/// What kind of memory a section needs, if any.
fn segment_of(section: &Section<'_, '_>) -> Result<Option<Segment>, LoadError> {
    let header = section.elf_section_header();
    let flags = header.sh_flags(LittleEndian);
    let flag = |flag: u32| flags & u64::from(flag) != 0;
    if !flag(SHF_ALLOC) {
        return Ok(None);
    }
    let unsupported = |what: &str| Err(LoadError::Unsupported(what.into()));
    match header.sh_type(LittleEndian) {
        SHT_INIT_ARRAY | SHT_FINI_ARRAY => return unsupported("code that runs at start or exit"),
        _ if flag(SHF_TLS) => return unsupported("variables of threads"),
        _ => {}
    }
    Ok(Some(match (flag(SHF_EXECINSTR), flag(SHF_WRITE)) {
        (true, true) => return unsupported("writable code"),
        (true, false) => Segment::Text,
        (false, false) => Segment::Constants,
        (false, true) => Segment::Data,
    }))
}

/// The symbols that need a stub, and those that need an entry of the table, in order of first use.
fn indirections(
    sections: &[(usize, Section<'_, '_>, Segment)],
    machine: &Machine,
) -> Result<(SymbolList, SymbolList), LoadError> {
    let (mut called, mut loaded) = (Vec::new(), Vec::new());
    for (object, section, _) in sections {
        for (_, relocation) in section.relocations() {
            let (RelocationTarget::Symbol(symbol), RelocationFlags::Elf { r_type }) =
                (relocation.target(), relocation.flags())
            else {
                continue;
            };
            match machine.need(r_type)? {
                Need::Stub => called.push((*object, symbol)),
                Need::Entry => loaded.push((*object, symbol)),
                Need::Address => {}
            }
        }
    }
    for list in [&mut called, &mut loaded] {
        let mut seen = HashSet::new();
        list.retain(|symbol| seen.insert(*symbol));
    }
    Ok((called, loaded))
}

fn place_all(
    places: &mut HashMap<Of<SymbolIndex>, usize>,
    symbols: &[Of<SymbolIndex>],
    end: &mut usize,
    size: usize,
) -> Result<(), LoadError> {
    for symbol in symbols {
        places.insert(*symbol, place(end, size as u64, size as u64)?);
    }
    Ok(())
}

/// Takes room at the end.
fn place(end: &mut usize, size: u64, align: u64) -> Result<usize, LoadError> {
    let damaged = || LoadError::Damaged("a section of impossible size".into());
    let align = usize::try_from(align.max(1)).map_err(|_| damaged())?;
    let size = usize::try_from(size).map_err(|_| damaged())?;
    if !align.is_power_of_two() || align > page_size() || size > MAX_LEN {
        return Err(damaged());
    }
    let start = end.next_multiple_of(align);
    *end = start + size;
    if *end > MAX_LEN {
        return Err(damaged());
    }
    Ok(start)
}
