//! Types at the border, taken from the Rust types of the functions themselves.

/// A type as LLVM declares it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AbiType {
    /// An address: context, cell, row of words, code.
    Ptr,
    /// A 64-bit word.
    I64,
    /// A status, count or type.
    I32,
    /// A flag.
    I8,
    /// A double.
    F64,
    /// No result.
    Void,
}

/// Type of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// Parameters in order.
    pub params: Vec<AbiType>,
    /// Result.
    pub ret: AbiType,
}

/// A reference to a cell, or null where a function says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(transparent)]
pub struct Ref(pub u64);

/// A Rust type that crosses the border.
pub trait Crosses {
    /// What LLVM calls it.
    const TYPE: AbiType;
}

macro_rules! crosses {
    ($($rust:ty => $abi:ident),* $(,)?) => { $(
        impl Crosses for $rust {
            const TYPE: AbiType = AbiType::$abi;
        }
    )* };
}

crosses! {
    Ref => Ptr, u64 => I64, i64 => I64, u32 => I32, i32 => I32, u8 => I8, i8 => I8, f64 => F64, () => Void,
}

impl<T> Crosses for *const T {
    const TYPE: AbiType = AbiType::Ptr;
}

impl<T> Crosses for *mut T {
    const TYPE: AbiType = AbiType::Ptr;
}

/// A function that can be called from compiled code.
pub trait Callable {
    /// Its type.
    fn signature(&self) -> Signature;
    /// Its address.
    fn address(&self) -> usize;
}

macro_rules! callable {
    ($($arg:ident)*) => {
        impl<R: Crosses, $($arg: Crosses),*> Callable for unsafe extern "C" fn($($arg),*) -> R {
            fn signature(&self) -> Signature {
                Signature { params: vec![$($arg::TYPE),*], ret: R::TYPE }
            }

            fn address(&self) -> usize {
                *self as usize
            }
        }
    };
}

callable!();
callable!(A);
callable!(A B);
callable!(A B C);
callable!(A B C D);
callable!(A B C D E);
callable!(A B C D E F);
callable!(A B C D E F G);
callable!(A B C D E F G H);
