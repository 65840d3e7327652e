//! What all modules of natives use.

use snow_bytecode::types::TypeId;
use snow_vm::native::{Call, Fault};
use snow_vm::types::Form;
use snow_vm::value::list;

use crate::repeated::Repeated;

/// Result of a native's body.
pub(crate) type Outcome = Result<(), Fault>;

/// Declares the table of a module: `"symbol" Kind "signature" = body;` each. Every native is a static of its own with a symbol of its own, so that
/// an executable links only those that it needs; see `snow_vm::abi::executable`.
macro_rules! natives {
    ($($symbol:literal $kind:ident $signature:literal = $body:expr;)*) => {
        /// The natives of this module.
        pub(crate) const TABLE: &[&snow_vm::native::Intrinsic] = &[$({
            unsafe extern "C" fn entry(
                ctx: *mut snow_vm::ctx::Ctx,
                types: *const snow_vm::native::NativeTypes,
                args: *const u64,
                ret: *mut u64,
            ) -> snow_vm::ctx::Status {
                // SAFETY: the loader has checked the import against this line's signature.
                unsafe { snow_vm::native::enter(ctx, types, args, ret, $body) }
            }
            #[unsafe(export_name = concat!("snow_native.", $symbol))]
            static NATIVE: snow_vm::native::Intrinsic = snow_vm::native::Intrinsic {
                symbol: $symbol,
                signature: $signature,
                kind: snow_vm::native::Kind::$kind,
                function: entry,
            };
            &NATIVE
        }),*];
    };
}

pub(crate) use natives;

/// Type of the value in the result `Option<T>` or `Result<T, E>`.
pub(crate) fn yes_type(call: &Call<'_>) -> TypeId {
    match &call.runtime_types().info(call.ret_type()).form {
        Form::Aggregate(form) => {
            let (yes, _) = form.outcome.expect("the signature says Option or Result");
            form.variants[usize::from(yes)].fields[0].ty
        }
        _ => unreachable!("the signature says Option or Result"),
    }
}

/// A list of a type made of owned element words.
pub(crate) fn new_list(call: &mut Call<'_>, ty: TypeId, elems: &[u64]) -> u64 {
    // SAFETY: callers pass the list type of their signature and elements of its element type.
    unsafe { list::new(&mut call.ctx.heap, ty, elems) }
}

/// A list of strings.
pub(crate) fn string_list<S: AsRef<str>>(
    call: &mut Call<'_>,
    ty: TypeId,
    items: impl IntoIterator<Item = S>,
) -> u64 {
    let mut repeated = Repeated::new();
    let words: Vec<u64> = items
        .into_iter()
        .map(|item| repeated.string(call, item.as_ref(), |call, text| call.new_str(text)))
        .collect();
    new_list(call, ty, &words)
}

/// The words of a list parameter. Borrowed: references stay the list's.
pub(crate) fn list_words(call: &Call<'_>, index: usize) -> Vec<u64> {
    let mut words = Vec::new();
    // SAFETY: the parameter is a list by the signature.
    unsafe {
        list::for_each(call.word(index), |word| {
            words.push(word);
            true
        });
    }
    words
}

/// A reason for `Err` from the operating system: what it was about, and what went wrong.
pub(crate) fn io_reason(subject: &str, error: &std::io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    format!("{subject}: {text}")
}

/// Puts a value in the first free place of a table and gives its number.
pub(crate) fn store<T>(table: &mut Vec<Option<T>>, value: T) -> u64 {
    let free = table.iter().position(Option::is_none).unwrap_or_else(|| {
        table.push(None);
        table.len() - 1
    });
    table[free] = Some(value);
    free as u64
}
