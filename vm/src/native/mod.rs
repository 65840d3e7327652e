//! Native functions: their table, the check of a module's imports against it, and what a native sees of a call.
//!
//! A native is declared twice: in the standard library's Snow source, which the type checker reads, and by its line in the table
//! of intrinsics, which the loader and the native tier read. A test of the standard library keeps the two equal.

mod call;
mod entries;
mod signature;

use rustc_hash::FxHashMap;
use snow_bytecode::module::{Mode, Native, ParamSlot};
use snow_bytecode::types::TypeId;

use crate::ctx::{Ctx, Status};
use crate::types::RuntimeTypes;

pub use call::{Call, Fault, enter};
pub use entries::away;
pub use signature::{Signature, SignatureError, SignatureType};

/// The natives of kind [`Kind::Waiting`], by their symbols: code that calls them may be suspended.
pub const WAITING: &[&str] = &["snow_call_wait", "snow_receive_wait", "snow_sleep"];

/// A native function in code.
///
/// `args` points to the argument words in order, `ret` to room for the result words. Arguments that the declaration calls
/// `own` are consumed, also by a crash; the others are borrowed. Arguments and results whose declared type is a bare type variable are in
/// element form, others are their slots side by side. Results are owned by the caller.
pub type NativeFn = unsafe extern "C" fn(
    ctx: *mut Ctx,
    types: *const NativeTypes,
    args: *const u64,
    ret: *mut u64,
) -> Status;

/// Where a native may run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Needs at most 8 KiB of stack and is quick.
    Small,
    /// Needs more stack.
    Large,
    /// As `Small`, but hands a value over to another actor: where that is large others run in between.
    Handing,
    /// Waits for something without holding a thread.
    Waiting,
    /// May block its thread.
    Blocking,
}

/// A line of the table.
#[derive(Clone, Copy)]
pub struct Intrinsic {
    /// Name that declarations and imports use.
    pub symbol: &'static str,
    /// Declared type, e.g. `<K, V>(own Map<K, V>, own K, own V) -> Map<K, V>`.
    pub signature: &'static str,
    /// Where it may run.
    pub kind: Kind,
    /// The code.
    pub function: NativeFn,
}

/// A parameter of an imported native.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NativeParam {
    /// Its type.
    pub ty: TypeId,
    /// Index of its first word among the arguments.
    pub offset: u16,
    /// Whether it is in element form.
    pub is_element: bool,
    /// Whether the native consumes it.
    pub mode: Mode,
}

/// The types of one import, as its native sees them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NativeTypes {
    /// Types for the declaration's type parameters, in order.
    pub type_args: Vec<TypeId>,
    /// Parameters in order.
    pub params: Vec<NativeParam>,
    /// Type of the result.
    pub ret: TypeId,
    /// Whether the result is in element form.
    pub ret_is_element: bool,
}

/// An import: its types, and the native that it is bound to.
#[repr(C)]
pub struct Import {
    /// What the native gets. First, so that an import's address is also that of its types.
    types: NativeTypes,
    intrinsic: &'static Intrinsic,
}

impl Import {
    /// The types.
    pub fn types(&self) -> &NativeTypes {
        &self.types
    }

    /// What the interpreter calls, with the address of the import as that of the types. It suspends its frames when that is pending.
    pub fn interpreted_entry(&self) -> NativeFn {
        match self.intrinsic.kind {
            Kind::Small | Kind::Waiting => self.intrinsic.function,
            Kind::Large => entries::on_system_stack,
            Kind::Handing => entries::in_turns,
            Kind::Blocking => entries::off_scheduler,
        }
    }

    /// What compiled code calls, likewise. Never pending.
    pub fn compiled_entry(&self) -> NativeFn {
        match self.intrinsic.kind {
            Kind::Waiting => entries::until_ready,
            _ => self.interpreted_entry(),
        }
    }
}

/// Why an import cannot be bound.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// No native has this name.
    #[error("unknown native `{0}`: the program needs another version of the standard library")]
    Unknown(String),
    /// The types do not fit the declaration.
    #[error(
        "native `{symbol}` is declared as `{signature}`, which does not fit its import: {detail}"
    )]
    Mismatch {
        /// The native.
        symbol: String,
        /// Its declaration.
        signature: &'static str,
        /// What differs.
        detail: String,
    },
}

/// All natives by name.
#[derive(Default)]
pub struct Intrinsics {
    by_symbol: FxHashMap<&'static str, &'static Intrinsic>,
}

impl Intrinsics {
    /// These natives. Of equal names the last wins.
    pub fn new(natives: impl IntoIterator<Item = &'static Intrinsic>) -> Intrinsics {
        let by_symbol = natives.into_iter().map(|i| (i.symbol, i)).collect();
        Intrinsics { by_symbol }
    }

    /// The native of a name.
    pub fn lookup(&self, symbol: &str) -> Option<&'static Intrinsic> {
        self.by_symbol.get(symbol).copied()
    }

    /// Finds the native of an import and checks that the import fits its declaration.
    pub fn bind(&self, import: &Native, types: &RuntimeTypes) -> Result<Import, ImportError> {
        let intrinsic = self
            .lookup(&import.symbol)
            .ok_or_else(|| ImportError::Unknown(import.symbol.clone()))?;
        let mismatch = |detail: String| ImportError::Mismatch {
            symbol: import.symbol.clone(),
            signature: intrinsic.signature,
            detail,
        };
        let signature =
            Signature::parse(intrinsic.signature).map_err(|error| mismatch(error.to_string()))?;
        let bound = signature.bind(&import.type_args, types).map_err(mismatch)?;
        check_words(&bound, import, types).map_err(mismatch)?;
        Ok(Import {
            types: bound,
            intrinsic,
        })
    }
}

fn check_words(bound: &NativeTypes, import: &Native, types: &RuntimeTypes) -> Result<(), String> {
    let layouts = types.layouts();
    let slots_of = |ty, is_element| {
        if is_element {
            vec![layouts.element(ty)]
        } else {
            layouts.slots(ty).to_vec()
        }
    };
    let mut params = Vec::new();
    for param in &bound.params {
        for slot in slots_of(param.ty, param.is_element) {
            let mode = if slot.is_ref() { param.mode } else { Mode::Own };
            params.push(ParamSlot { slot, mode });
        }
    }
    let same = |(a, b): (&ParamSlot, &ParamSlot)| {
        a.slot == b.slot && (a.mode == b.mode || !a.slot.is_ref())
    };
    if params.len() != import.params.len() || !params.iter().zip(&import.params).all(same) {
        return Err(format!(
            "parameters {:?} instead of {params:?}",
            import.params
        ));
    }
    let results = slots_of(bound.ret, bound.ret_is_element);
    if results != import.results {
        return Err(format!(
            "results {:?} instead of {results:?}",
            import.results
        ));
    }
    Ok(())
}
