//! What depends on the processor.

use object::Architecture;

use super::layout::STUB;
use super::{LoadError, aarch64, x86_64};

/// What a relocation needs besides the symbol's address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Nothing.
    Address,
    /// A stub, when the symbol is too far.
    Stub,
    /// An entry of the table.
    Entry,
}

/// Why a relocation cannot be carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// The value does not fit the field.
    Range,
    /// The address is not aligned as the instruction needs it.
    Alignment,
    /// The kind is not among those that compiled code uses.
    Kind,
}

/// A relocation, as the processors' files see it.
#[derive(Clone, Copy, Debug)]
pub struct Fixup {
    /// Its number in the processor's ABI.
    pub kind: u32,
    /// Address of the field.
    pub place: u64,
    /// Address that it is about: symbol and addend.
    pub target: u64,
}

impl Fixup {
    /// The distance from the field to the target.
    pub fn distance(&self) -> i64 {
        self.target.wrapping_sub(self.place) as i64
    }
}

/// A processor's relocations and stubs.
pub struct Machine {
    architecture: Architecture,
    need: fn(u32) -> Option<Need>,
    /// Bytes that a kind of relocation changes.
    pub field_len: fn(u32) -> usize,
    /// Fills in a field of that length.
    pub apply: fn(&Fixup, &mut [u8]) -> Result<(), Misfit>,
    /// Code that jumps to an address.
    pub stub: fn(u64) -> [u8; STUB],
}

/// All processors that there is native code for.
static MACHINES: [Machine; 2] = [
    Machine {
        architecture: Architecture::X86_64,
        need: x86_64::need,
        field_len: x86_64::field_len,
        apply: x86_64::apply,
        stub: x86_64::stub,
    },
    Machine {
        architecture: Architecture::Aarch64,
        need: aarch64::need,
        field_len: aarch64::field_len,
        apply: aarch64::apply,
        stub: aarch64::stub,
    },
];

impl Machine {
    /// The processor of this machine, when an object is for it.
    pub fn of(object: Architecture) -> Result<&'static Machine, LoadError> {
        let here = match std::env::consts::ARCH {
            "x86_64" => Architecture::X86_64,
            "aarch64" => Architecture::Aarch64,
            _ => Architecture::Unknown,
        };
        MACHINES
            .iter()
            .find(|machine| machine.architecture == object && object == here)
            .ok_or(LoadError::Architecture(object))
    }

    /// What a kind of relocation needs.
    pub fn need(&self, kind: u32) -> Result<Need, LoadError> {
        (self.need)(kind).ok_or_else(|| {
            LoadError::Unsupported(format!(
                "a relocation of kind {kind}, which compiled code never needs"
            ))
        })
    }
}
