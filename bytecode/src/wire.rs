//! Parts that encoder and decoder share: header, sections, checksum, and the codes of types, constants and kinds.

/// First bytes of every file.
pub(crate) const MAGIC: [u8; 4] = *b"SNOW";

/// Version of the format, raised with every change that old readers or old files would not survive.
pub const FORMAT_VERSION: u32 = 5;

/// Bytes before the body: magic, version, length of the body, checksum of the body.
pub(crate) const HEADER_LEN: usize = 24;

/// The sections in the order in which they stand, each as code, length and content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Section {
    Types = 1,
    Consts = 2,
    Files = 3,
    Natives = 4,
    Functions = 5,
    Exports = 6,
    Entry = 7,
}

/// Codes of [`crate::types::Type`].
pub(crate) mod ty {
    pub(crate) const INT: u8 = 0;
    pub(crate) const FLOAT: u8 = 1;
    pub(crate) const BOOL: u8 = 2;
    pub(crate) const UNIT: u8 = 3;
    pub(crate) const STRING: u8 = 4;
    pub(crate) const BYTES: u8 = 5;
    pub(crate) const ATOM: u8 = 6;
    pub(crate) const RANGE: u8 = 7;
    pub(crate) const LIST: u8 = 8;
    pub(crate) const MAP: u8 = 9;
    pub(crate) const SET: u8 = 10;
    pub(crate) const FUN: u8 = 11;
    pub(crate) const TUPLE: u8 = 12;
    pub(crate) const STRUCT: u8 = 13;
    pub(crate) const SUM: u8 = 14;
    pub(crate) const PID: u8 = 15;
    pub(crate) const REF: u8 = 16;
}

/// Codes of [`crate::types::Shows`].
pub(crate) mod shows {
    pub(crate) const DISPLAY: u8 = 0;
    pub(crate) const DEBUG: u8 = 1;
}

/// Codes of [`crate::layout::Slot`].
pub(crate) mod slot {
    pub(crate) const WORD: u8 = 0;
    pub(crate) const FLOAT: u8 = 1;
    pub(crate) const ANY: u8 = 2;
    pub(crate) const REF: u8 = 3;
    pub(crate) const NULL: u8 = 4;
    pub(crate) const TOKEN: u8 = 5;
}

/// Codes of [`crate::module::Mode`].
pub(crate) mod mode {
    pub(crate) const OWN: u8 = 0;
    pub(crate) const BORROW: u8 = 1;
}

/// Codes of [`crate::module::Const`].
pub(crate) mod constant {
    pub(crate) const STR: u8 = 0;
    pub(crate) const BYTES: u8 = 1;
    pub(crate) const ATOM: u8 = 2;
}

/// Codes of [`crate::module::FuncKind`].
pub(crate) mod kind {
    pub(crate) const DIRECT: u8 = 0;
    pub(crate) const CLOSURE: u8 = 1;
}

/// What stands behind the name of an export.
pub(crate) mod export {
    pub(crate) const GENERIC: u8 = 0;
    pub(crate) const FUNCTION: u8 = 1;
}

/// FNV-1a with 64 bits: finds damage, not malice.
pub(crate) fn checksum(bytes: &[u8]) -> u64 {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, step)
}
