//! Relocations of x86-64: "System V ABI, AMD64 supplement", 4.4.

use object::elf::{
    R_X86_64_64, R_X86_64_GOTPCREL, R_X86_64_GOTPCRELX, R_X86_64_NONE, R_X86_64_PC32,
    R_X86_64_PC64, R_X86_64_PLT32, R_X86_64_REX_GOTPCRELX,
};

use super::layout::STUB;
use super::machine::{Fixup, Misfit, Need};

/// What a kind needs; `None` for kinds that position-independent code of the worker does not have.
pub fn need(kind: u32) -> Option<Need> {
    Some(match kind {
        R_X86_64_NONE | R_X86_64_64 | R_X86_64_PC32 | R_X86_64_PC64 => Need::Address,
        R_X86_64_PLT32 => Need::Stub,
        R_X86_64_GOTPCREL | R_X86_64_GOTPCRELX | R_X86_64_REX_GOTPCRELX => Need::Entry,
        _ => return None,
    })
}

/// Bytes that a kind changes.
pub fn field_len(kind: u32) -> usize {
    match kind {
        R_X86_64_NONE => 0,
        R_X86_64_64 | R_X86_64_PC64 => 8,
        _ => 4,
    }
}

/// Fills in a field of that length.
pub fn apply(fixup: &Fixup, field: &mut [u8]) -> Result<(), Misfit> {
    match fixup.kind {
        R_X86_64_NONE => {}
        R_X86_64_64 => field.copy_from_slice(&fixup.target.to_le_bytes()),
        R_X86_64_PC64 => field.copy_from_slice(&fixup.distance().to_le_bytes()),
        kind if need(kind).is_some() => {
            let distance = i32::try_from(fixup.distance()).map_err(|_| Misfit::Range)?;
            field.copy_from_slice(&distance.to_le_bytes());
        }
        _ => return Err(Misfit::Kind),
    }
    Ok(())
}

/// `jmp *0(%rip)`, then the target.
pub fn stub(target: u64) -> [u8; STUB] {
    let mut stub = [0; STUB];
    stub[..6].copy_from_slice(&[0xff, 0x25, 2, 0, 0, 0]);
    stub[8..].copy_from_slice(&target.to_le_bytes());
    stub
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_that_do_not_fit_are_refused() {
        let fixup = |place, target| Fixup {
            kind: R_X86_64_PLT32,
            place,
            target,
        };
        let mut field = [0; 4];
        assert_eq!(apply(&fixup(0x1000, 0xffc), &mut field), Ok(()));
        assert_eq!(field, [0xfc, 0xff, 0xff, 0xff]);
        let far = apply(&fixup(0, 1 << 31), &mut field);
        assert_eq!(far, Err(Misfit::Range));
    }
}
