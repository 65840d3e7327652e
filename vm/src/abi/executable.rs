//! What the object of an executable says of itself: the symbol `snow_program`, which the linker brings together with the runtime's `main`.

use super::UniformFn;
use super::layout::ABI_VERSION;
use crate::interp::{NativeFunction, NativeLoop, NativeUnit};
use crate::native::{Intrinsic, Intrinsics};
use snow_bytecode::module::FuncId;

/// Symbol of the one [`CompiledProgram`] of an executable.
pub const PROGRAM_SYMBOL: &str = "snow_program";

/// Symbol of the [`Intrinsic`] of a native: this, then the native's own symbol. An object refers to those that its module imports, so the linker
/// leaves all others out.
pub const NATIVE_PREFIX: &str = "snow_native.";

/// A program as its object holds it.
#[repr(C)]
pub struct CompiledProgram {
    /// The [`ABI_VERSION`] that the code was compiled for.
    pub abi_version: u32,
    /// Length of `table`.
    pub functions: u32,
    /// The module as a `.snowb` file.
    pub bytecode: *const u8,
    /// Its length.
    pub bytecode_len: u64,
    /// The compiled functions.
    pub table: *const CompiledFunction,
    /// The natives that the module imports.
    pub natives: *const &'static Intrinsic,
    /// How many.
    pub natives_len: u64,
    /// Entries into functions.
    pub entries: *const CompiledEntry,
    /// How many.
    pub entries_len: u64,
}

/// An entry into a function, for a frame that goes on at an instruction.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct CompiledEntry {
    /// The function's number in the module.
    pub func: u32,
    /// The instruction.
    pub inst: u32,
    /// The entry.
    pub entry: UniformFn,
}

/// A compiled function.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct CompiledFunction {
    /// Its number in the module.
    pub func: u32,
    /// Nothing, 0.
    pub pad: u32,
    /// Its uniform entry.
    pub uniform: UniformFn,
    /// Its typed code.
    pub typed: *const u8,
}

/// The parts of a [`CompiledProgram`].
#[derive(Clone, Copy)]
pub struct ProgramParts<'p> {
    /// The module as a `.snowb` file.
    pub bytecode: &'p [u8],
    functions: &'p [CompiledFunction],
    natives: &'p [&'static Intrinsic],
    entries: &'p [CompiledEntry],
}

impl CompiledProgram {
    /// The parts; `None` when the code was compiled for another version of the runtime.
    ///
    /// # Safety
    /// The program was made by the native tier of this version, or one that begins with its version.
    pub unsafe fn parts(&self) -> Option<ProgramParts<'_>> {
        if self.abi_version != ABI_VERSION {
            return None;
        }
        // SAFETY: by contract the addresses and lengths belong together.
        unsafe {
            Some(ProgramParts {
                bytecode: slice(self.bytecode, self.bytecode_len),
                functions: slice(self.table, self.functions.into()),
                natives: slice(self.natives, self.natives_len),
                entries: slice(self.entries, self.entries_len),
            })
        }
    }
}

impl ProgramParts<'_> {
    /// The compiled functions.
    pub fn unit(&self) -> NativeUnit {
        let functions = self.functions.iter().map(|function| NativeFunction {
            func: FuncId(function.func),
            uniform: function.uniform,
            typed: function.typed,
        });
        let entries = self.entries.iter().map(|entry| NativeLoop {
            func: FuncId(entry.func),
            header: entry.inst,
            entry: entry.entry,
        });
        NativeUnit {
            functions: functions.collect(),
            loops: entries.collect(),
            // The code is part of the process.
            owner: Box::new(()),
        }
    }

    /// The natives that the module imports.
    pub fn intrinsics(&self) -> Intrinsics {
        Intrinsics::new(self.natives.iter().copied())
    }
}

/// # Safety
/// `len` values lie at `start`, unless there are none.
unsafe fn slice<'p, T>(start: *const T, len: u64) -> &'p [T] {
    if len == 0 {
        return &[];
    }
    // SAFETY: by contract.
    unsafe { std::slice::from_raw_parts(start, len as usize) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_of_another_version_is_refused() {
        let program = |abi_version| CompiledProgram {
            abi_version,
            functions: 0,
            bytecode: b"SNOW".as_ptr(),
            bytecode_len: 4,
            table: std::ptr::null(),
            natives: std::ptr::null(),
            natives_len: 0,
            entries: std::ptr::null(),
            entries_len: 0,
        };
        // SAFETY: address and length of the one part that is there belong together.
        unsafe {
            assert!(program(ABI_VERSION + 1).parts().is_none());
            let right = program(ABI_VERSION);
            let parts = right.parts().expect("the right version");
            assert_eq!(parts.bytecode, b"SNOW");
            assert!(parts.functions.is_empty() && parts.natives.is_empty());
        }
    }
}
