//! Relocations of aarch64: "ELF for the Arm 64-bit Architecture", 5.7.

use object::elf::{
    R_AARCH64_ABS64, R_AARCH64_ADD_ABS_LO12_NC, R_AARCH64_ADR_GOT_PAGE, R_AARCH64_ADR_PREL_PG_HI21,
    R_AARCH64_CALL26, R_AARCH64_JUMP26, R_AARCH64_LD64_GOT_LO12_NC, R_AARCH64_LDST8_ABS_LO12_NC,
    R_AARCH64_LDST16_ABS_LO12_NC, R_AARCH64_LDST32_ABS_LO12_NC, R_AARCH64_LDST64_ABS_LO12_NC,
    R_AARCH64_LDST128_ABS_LO12_NC, R_AARCH64_NONE, R_AARCH64_PREL32, R_AARCH64_PREL64,
};

use super::layout::STUB;
use super::machine::{Fixup, Misfit, Need};

/// What a kind needs; `None` for kinds that position-independent code of the worker does not have.
pub fn need(kind: u32) -> Option<Need> {
    Some(match kind {
        R_AARCH64_CALL26 | R_AARCH64_JUMP26 => Need::Stub,
        R_AARCH64_ADR_GOT_PAGE | R_AARCH64_LD64_GOT_LO12_NC => Need::Entry,
        R_AARCH64_NONE
        | R_AARCH64_ABS64
        | R_AARCH64_PREL32
        | R_AARCH64_PREL64
        | R_AARCH64_ADR_PREL_PG_HI21
        | R_AARCH64_ADD_ABS_LO12_NC
        | R_AARCH64_LDST8_ABS_LO12_NC
        | R_AARCH64_LDST16_ABS_LO12_NC
        | R_AARCH64_LDST32_ABS_LO12_NC
        | R_AARCH64_LDST64_ABS_LO12_NC
        | R_AARCH64_LDST128_ABS_LO12_NC => Need::Address,
        _ => return None,
    })
}

/// Bytes that a kind changes.
pub fn field_len(kind: u32) -> usize {
    match kind {
        R_AARCH64_NONE => 0,
        R_AARCH64_ABS64 | R_AARCH64_PREL64 => 8,
        _ => 4,
    }
}

/// Fills in a field of that length.
pub fn apply(fixup: &Fixup, field: &mut [u8]) -> Result<(), Misfit> {
    match fixup.kind {
        R_AARCH64_NONE => Ok(()),
        R_AARCH64_ABS64 => {
            field.copy_from_slice(&fixup.target.to_le_bytes());
            Ok(())
        }
        R_AARCH64_PREL64 => {
            field.copy_from_slice(&fixup.distance().to_le_bytes());
            Ok(())
        }
        R_AARCH64_PREL32 => {
            let distance = i32::try_from(fixup.distance()).map_err(|_| Misfit::Range)?;
            field.copy_from_slice(&distance.to_le_bytes());
            Ok(())
        }
        _ => instruction(fixup, field),
    }
}

/// Fills in the immediate of an instruction.
fn instruction(fixup: &Fixup, field: &mut [u8]) -> Result<(), Misfit> {
    let bytes: [u8; 4] = (&*field).try_into().map_err(|_| Misfit::Kind)?;
    let word = u32::from_le_bytes(bytes);
    let filled = match fixup.kind {
        R_AARCH64_CALL26 | R_AARCH64_JUMP26 => branch(word, fixup.distance())?,
        R_AARCH64_ADR_PREL_PG_HI21 | R_AARCH64_ADR_GOT_PAGE => page(word, fixup)?,
        R_AARCH64_ADD_ABS_LO12_NC | R_AARCH64_LDST8_ABS_LO12_NC => low_bits(word, fixup, 0)?,
        R_AARCH64_LDST16_ABS_LO12_NC => low_bits(word, fixup, 1)?,
        R_AARCH64_LDST32_ABS_LO12_NC => low_bits(word, fixup, 2)?,
        R_AARCH64_LDST64_ABS_LO12_NC | R_AARCH64_LD64_GOT_LO12_NC => low_bits(word, fixup, 3)?,
        R_AARCH64_LDST128_ABS_LO12_NC => low_bits(word, fixup, 4)?,
        _ => return Err(Misfit::Kind),
    };
    field.copy_from_slice(&filled.to_le_bytes());
    Ok(())
}

/// `bl` and `b`: 26 bits of distance in words.
fn branch(word: u32, distance: i64) -> Result<u32, Misfit> {
    if distance & 3 != 0 {
        return Err(Misfit::Alignment);
    }
    let field = signed_field(distance >> 2, 26)?;
    Ok(word & !0x03ff_ffff | field)
}

/// `adrp`: 21 bits of distance in pages of 4 KiB, the lowest two of them apart.
fn page(word: u32, fixup: &Fixup) -> Result<u32, Misfit> {
    let page = |address: u64| address & !0xfff;
    let distance = page(fixup.target).wrapping_sub(page(fixup.place)) as i64;
    let field = signed_field(distance >> 12, 21)?;
    let (low, high) = (field & 3, field >> 2);
    Ok(word & !(3 << 29 | 0x7_ffff << 5) | low << 29 | high << 5)
}

/// `add`, `ldr`, `str`: the low twelve bits of the address, in units of the access.
fn low_bits(word: u32, fixup: &Fixup, scale: u32) -> Result<u32, Misfit> {
    let low = (fixup.target & 0xfff) as u32;
    if low & ((1 << scale) - 1) != 0 {
        return Err(Misfit::Alignment);
    }
    Ok(word & !(0xfff << 10) | (low >> scale) << 10)
}

/// A number as a field of `bits` bits.
fn signed_field(value: i64, bits: u32) -> Result<u32, Misfit> {
    let limit = 1_i64 << (bits - 1);
    if value < -limit || value >= limit {
        return Err(Misfit::Range);
    }
    Ok(value as u32 & ((1 << bits) - 1))
}

/// `ldr x16, #8`, `br x16`, then the target.
pub fn stub(target: u64) -> [u8; STUB] {
    let mut stub = [0; STUB];
    stub[..4].copy_from_slice(&0x5800_0050_u32.to_le_bytes());
    stub[4..8].copy_from_slice(&0xd61f_0200_u32.to_le_bytes());
    stub[8..].copy_from_slice(&target.to_le_bytes());
    stub
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The instruction `word` at `place`, after the fixup.
    fn filled(kind: u32, word: u32, place: u64, target: u64) -> Result<u32, Misfit> {
        let mut field = word.to_le_bytes();
        let fixup = Fixup {
            kind,
            place,
            target,
        };
        apply(&fixup, &mut field)?;
        Ok(u32::from_le_bytes(field))
    }

    // The expected words are what an assembler makes of the instructions named beside them.

    #[test]
    fn branches_reach_128_mebibytes() {
        let bl = 0x9400_0000;
        assert_eq!(
            filled(R_AARCH64_CALL26, bl, 0x1000, 0x1008),
            Ok(0x9400_0002)
        ); // bl .+8
        assert_eq!(
            filled(R_AARCH64_JUMP26, 0x1400_0000, 0x1000, 0xffc),
            Ok(0x17ff_ffff)
        ); // b .-4
        assert_eq!(filled(R_AARCH64_CALL26, bl, 0, 1 << 27), Err(Misfit::Range));
        assert_eq!(filled(R_AARCH64_CALL26, bl, 1 << 27, 0), Ok(0x9600_0000));
        assert_eq!(filled(R_AARCH64_CALL26, bl, 0, 2), Err(Misfit::Alignment));
    }

    #[test]
    fn pages_and_offsets_make_an_address() {
        let (place, target) = (0x0040_0ffc, 0x0041_2348);
        let adrp = 0x9000_0000; // adrp x0, 0
        // 0x412 - 0x400 pages: adrp x0, #0x12000
        assert_eq!(
            filled(R_AARCH64_ADR_PREL_PG_HI21, adrp, place, target),
            Ok(0xd000_0080)
        );
        // adrp x0, #-0x12000
        assert_eq!(
            filled(R_AARCH64_ADR_GOT_PAGE, adrp, target, place),
            Ok(0xd0ff_ff60)
        );
        // add x0, x0, #0x348
        assert_eq!(
            filled(R_AARCH64_ADD_ABS_LO12_NC, 0x9100_0000, place, target),
            Ok(0x910d_2000)
        );
        // ldr x0, [x0, #0x348]
        assert_eq!(
            filled(R_AARCH64_LDST64_ABS_LO12_NC, 0xf940_0000, place, target),
            Ok(0xf941_a400)
        );
        assert_eq!(
            filled(R_AARCH64_LD64_GOT_LO12_NC, 0xf940_0000, place, target),
            Ok(0xf941_a400)
        );
        // ldrb w0, [x0, #0x348]
        assert_eq!(
            filled(R_AARCH64_LDST8_ABS_LO12_NC, 0x3940_0000, place, target),
            Ok(0x394d_2000)
        );
        // ldr q0, [x0, #0x340]
        assert_eq!(
            filled(
                R_AARCH64_LDST128_ABS_LO12_NC,
                0x3dc0_0000,
                place,
                target - 8
            ),
            Ok(0x3dc0_d000)
        );
        let unaligned = filled(R_AARCH64_LDST128_ABS_LO12_NC, 0x3dc0_0000, place, target);
        assert_eq!(unaligned, Err(Misfit::Alignment));
    }

    #[test]
    fn the_stub_loads_the_word_behind_it() {
        let stub = stub(0x1122_3344_5566_7788);
        assert_eq!(stub[8..], 0x1122_3344_5566_7788_u64.to_le_bytes());
        // ldr x16, .+8; br x16
        assert_eq!(stub[..8], [0x50, 0, 0, 0x58, 0, 0x02, 0x1f, 0xd6]);
    }
}
