//! The functions that compiled code may call: the one table from which LLVM declarations, the loader's symbols and tests are made.

use super::signature::{Callable, Signature};
use super::{
    bytes::*, calls::*, cells::*, counting::*, crashes::*, lists::*, maps::*,
    suspend::snow_suspend, texts::*,
};
use crate::carrier::snow_hop;
use crate::registry::intrinsics;
use std::sync::OnceLock;

/// A function of the runtime.
#[derive(Clone, Debug)]
pub struct RuntimeFunction {
    /// Its symbol.
    pub name: &'static str,
    /// Its type.
    pub signature: Signature,
    /// Its address in this process.
    pub address: usize,
}

/// A symbol that compiled code refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuntimeSymbol {
    /// Its name.
    pub name: &'static str,
    /// Its address in this process.
    pub address: usize,
}

/// Functions of parts of the program that this one does not know.
static FURTHER: OnceLock<fn() -> Vec<RuntimeFunction>> = OnceLock::new();

/// From now on [`symbols`] has these, too; the first call counts.
pub fn export(functions: fn() -> Vec<RuntimeFunction>) {
    FURTHER.get_or_init(|| functions);
}

/// All symbols: the functions of the [`table`], those of the C interface, and `snow_hop`, which has no type, since it continues a call of any.
pub fn symbols() -> Vec<RuntimeSymbol> {
    let further = FURTHER.get().map(|functions| functions());
    let functions = table().into_iter().chain(intrinsics::exported());
    let functions = functions.chain(further.into_iter().flatten());
    let hop: unsafe extern "C" fn() = snow_hop;
    let hop = RuntimeSymbol {
        name: "snow_hop",
        address: hop.address(),
    };
    let symbols = functions.map(|function| RuntimeSymbol {
        name: function.name,
        address: function.address,
    });
    symbols.chain([hop]).collect()
}

/// The functions of a list, with the types that they have.
#[macro_export]
macro_rules! runtime_functions {
    ($($name:ident($($arg:tt),*);)*) => {
        vec![$({
            let function: unsafe extern "C" fn($($arg),*) -> _ = $name;
            $crate::abi::RuntimeFunction {
                name: stringify!($name),
                signature: $crate::abi::signature::Callable::signature(&function),
                address: $crate::abi::signature::Callable::address(&function),
            }
        }),*]
    };
}

/// All functions.
pub fn table() -> Vec<RuntimeFunction> {
    runtime_functions! {
        snow_alloc(_, _, _);
        snow_bytes_drop(_, _, _, _);
        snow_bytes_get(_, _, _);
        snow_bytes_new(_, _, _);
        snow_bytes_outside(_);
        snow_bytes_put(_, _, _, _);
        snow_bytes_put_scalar(_, _, _, _);
        snow_bytes_scalar(_, _);
        snow_bytes_slice(_, _, _, _, _);
        snow_call(_, _, _, _);
        snow_call_pending(_, _);
        snow_compare(_, _, _, _);
        snow_copy_cell(_, _);
        snow_crash(_, _);
        snow_drop(_, _);
        snow_drop_reuse(_, _);
        snow_dup(_);
        snow_equal(_, _, _, _);
        snow_free_token(_, _, _);
        snow_hash(_, _, _);
        snow_is_unique(_);
        snow_leave(_, _, _);
        snow_list_append(_, _, _);
        snow_list_concat(_, _, _);
        snow_list_drop(_, _, _);
        snow_list_get(_, _);
        snow_list_index(_, _, _);
        snow_list_new(_, _, _, _);
        snow_list_own(_, _);
        snow_list_prepend(_, _, _);
        snow_list_set(_, _, _, _, _);
        snow_list_take(_, _, _, _);
        snow_list_uncons(_, _, _);
        snow_map_fill(_, _, _, _, _);
        snow_map_get(_, _, _, _);
        snow_map_has(_, _, _);
        snow_map_key_at(_, _, _, _);
        snow_map_next(_, _);
        snow_map_put(_, _, _, _);
        snow_map_take(_, _, _, _);
        snow_map_value_at(_, _, _, _);
        snow_panic(_, _);
        snow_safe_point(_);
        snow_suspend(_, _, _);
        snow_text_append(_, _, _, _, _);
        snow_text_concat(_, _, _);
        snow_text_equal(_, _);
        snow_text_strip(_, _, _);
        snow_unwind(_, _, _, _);
    }
}
