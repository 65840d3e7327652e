//! The operations, conditions and forms that instructions carry as operands, with their codes and names.

macro_rules! coded_enums {
    ($( $(#[$outer:meta])* $ty:ident { $( $(#[$inner:meta])* $variant:ident = $code:literal $name:literal ),* $(,)? } )*) => { $(
        $(#[$outer])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $ty { $( $(#[$inner])* $variant ),* }

        impl $ty {
            /// All values, in order of their codes.
            pub const ALL: &[$ty] = &[$( $ty::$variant ),*];

            /// The byte that stands for it in a file.
            pub fn code(self) -> u8 { match self { $( $ty::$variant => $code ),* } }

            /// What a byte in a file stands for.
            pub fn from_code(code: u8) -> Option<$ty> { match code { $( $code => Some($ty::$variant), )* _ => None } }

            /// Its name in disassembly.
            pub fn name(self) -> &'static str { match self { $( $ty::$variant => $name ),* } }

            /// The value with a name.
            pub fn from_name(name: &str) -> Option<$ty> { match name { $( $name => Some($ty::$variant), )* _ => None } }
        }

        /// The first one: what a blank instruction has before it is filled in.
        impl Default for $ty {
            fn default() -> $ty { $ty::ALL[0] }
        }
    )* };
}

coded_enums! {
    /// Checked, wrapping and bitwise integer operations.
    IntOp {
        /// Crash "integer overflow".
        Add = 0 "add",
        /// Crash "integer overflow".
        Sub = 1 "sub",
        /// Crash "integer overflow".
        Mul = 2 "mul",
        /// Truncating; crash "division by zero" or "integer overflow".
        Div = 3 "div",
        /// Sign of the dividend; crash "division by zero"; by -1 is 0.
        Rem = 4 "rem",
        /// Modulo 2^64.
        WrappingAdd = 5 "wrapping.add",
        /// Modulo 2^64.
        WrappingSub = 6 "wrapping.sub",
        /// Modulo 2^64.
        WrappingMul = 7 "wrapping.mul",
        /// Bitwise and.
        And = 8 "and",
        /// Bitwise or.
        Or = 9 "or",
        /// Bitwise exclusive or.
        Xor = 10 "xor",
        /// Left shift; a count outside 0..=63 crashes.
        Shl = 11 "shl",
        /// Arithmetic right shift; a count outside 0..=63 crashes.
        Shr = 12 "shr",
    }

    /// IEEE operations.
    #[allow(missing_docs)]
    FloatOp { Add = 0 "add", Sub = 1 "sub", Mul = 2 "mul", Div = 3 "div", Rem = 4 "rem" }

    /// Operations on one float.
    #[allow(missing_docs)]
    FloatUnOp { Neg = 0 "neg", Abs = 1 "abs", Sqrt = 2 "sqrt", Floor = 3 "floor", Ceil = 4 "ceil", Trunc = 5 "trunc" }

    /// Comparison conditions; for floats the IEEE ones (false on NaN, `Ne` true).
    #[allow(missing_docs)]
    Cond { Eq = 0 "eq", Ne = 1 "ne", Lt = 2 "lt", Le = 3 "le", Gt = 4 "gt", Ge = 5 "ge" }

    /// Crashes without a computed text.
    CrashKind {
        /// No clause of a function, closure, `cond` or `let` matched; text from the constant.
        NoMatchingClause = 0 "no.clause",
        /// The constant is the whole reason.
        Message = 1 "message",
    }

    /// Which text form an instruction appends.
    TextForm {
        /// As `${}` shows it.
        Display = 0 "display",
        /// As `inspect` shows it.
        Debug = 1 "debug",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_names_lead_back() {
        for op in IntOp::ALL {
            assert_eq!(IntOp::from_code(op.code()), Some(*op));
            assert_eq!(IntOp::from_name(op.name()), Some(*op));
        }
        assert_eq!(Cond::from_code(6), None);
        assert_eq!(Cond::from_name("eq"), Some(Cond::Eq));
    }
}
