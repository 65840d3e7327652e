//! How an integer or a double lies among bytes.

use std::fmt;

/// A field of up to 64 bits. Written as `u16be@24`: unsigned, 16 bits, the first byte is the highest, from bit 24 on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BitField {
    /// Bits before it, counted from the highest bit of the first byte.
    pub offset: u32,
    /// How many bits it has: 1 to 64.
    pub bits: u8,
    /// Whether its highest bit is a sign.
    pub signed: bool,
    /// Whether its first byte is the lowest; only for whole bytes.
    pub little: bool,
}

/// The first byte.
impl Default for BitField {
    fn default() -> BitField {
        BitField {
            offset: 0,
            bits: 8,
            signed: false,
            little: false,
        }
    }
}

const SIGNED: u64 = 1 << 8;
const LITTLE: u64 = 1 << 9;

impl BitField {
    /// Whether it can be read and written at all.
    pub fn is_valid(self) -> bool {
        (1..=64).contains(&self.bits) && (!self.little || self.bits.is_multiple_of(8))
    }

    /// Bytes from the position that the offset counts from to the end of the field.
    pub fn end(self) -> u64 {
        (u64::from(self.offset) + u64::from(self.bits)).div_ceil(8)
    }

    /// All of it in one word.
    pub fn pack(self) -> u64 {
        let flag = |set: bool, bit: u64| if set { bit } else { 0 };
        u64::from(self.offset) << 16
            | flag(self.little, LITTLE)
            | flag(self.signed, SIGNED)
            | u64::from(self.bits)
    }

    /// What [`Self::pack`] made; `None` for other words.
    pub fn unpack(word: u64) -> Option<BitField> {
        let field = BitField::of_packed(word);
        (field.pack() == word).then_some(field)
    }

    /// The field that [`Self::pack`] made the word of.
    #[inline(always)]
    pub fn of_packed(word: u64) -> BitField {
        BitField {
            offset: (word >> 16) as u32,
            bits: word as u8,
            signed: word & SIGNED != 0,
            little: word & LITTLE != 0,
        }
    }

    /// What its text form says.
    pub fn from_name(name: &str) -> Option<BitField> {
        let (what, offset) = name.split_once('@')?;
        let signed = match what.get(..1)? {
            "s" => true,
            "u" => false,
            _ => return None,
        };
        let (bits, order) = what[1..].split_at_checked(what.len().checked_sub(3)?)?;
        let little = match order {
            "le" => true,
            "be" => false,
            _ => return None,
        };
        Some(BitField {
            offset: offset.parse().ok()?,
            bits: bits.parse().ok()?,
            signed,
            little,
        })
    }
}

impl fmt::Display for BitField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.signed { 's' } else { 'u' };
        let order = if self.little { "le" } else { "be" };
        write!(f, "{sign}{}{order}@{}", self.bits, self.offset)
    }
}

#[cfg(test)]
mod tests {
    use super::BitField;

    #[test]
    fn words_and_names_lead_back() {
        for (signed, little) in [(false, false), (true, false), (false, true), (true, true)] {
            let field = BitField {
                offset: u32::MAX,
                bits: 64,
                signed,
                little,
            };
            assert_eq!(BitField::unpack(field.pack()), Some(field));
            assert_eq!(BitField::from_name(&field.to_string()), Some(field));
        }
        assert_eq!(BitField::unpack(1 << 10), None);
        assert_eq!(BitField::from_name("u@0"), None);
        assert_eq!(BitField::from_name("é8be@0"), None);
    }

    #[test]
    fn fields_have_bits_and_whole_bytes_where_the_order_matters() {
        let field = |bits, little| BitField {
            bits,
            little,
            ..BitField::default()
        };
        assert!(!field(0, false).is_valid() && !field(65, false).is_valid());
        assert!(field(12, false).is_valid() && !field(12, true).is_valid());
        assert_eq!(field(12, false).end(), 2);
    }
}
