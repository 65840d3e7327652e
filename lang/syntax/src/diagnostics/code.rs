//! The registry of diagnostic codes: every code the compiler can report, with a short title.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How bad a diagnostic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Severity {
    /// The program cannot be built.
    Error,
    /// The program can be built, but something in it is likely a mistake.
    Warning,
}

impl Severity {
    /// `error` or `warning`.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

/// A stable diagnostic code, printed as `E0001` or `W0001`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Code {
    severity: Severity,
    number: u16,
}

impl Code {
    /// The severity that codes of this family have.
    pub fn severity(self) -> Severity {
        self.severity
    }

    /// The short title in the registry.
    pub fn title(self) -> &'static str {
        Code::ALL
            .iter()
            .find(|info| info.code == self)
            .map_or("", |info| info.title)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letter = match self.severity {
            Severity::Error => 'E',
            Severity::Warning => 'W',
        };
        write!(f, "{letter}{:04}", self.number)
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A row of the registry.
#[derive(Clone, Copy, Debug)]
pub struct CodeInfo {
    /// The code.
    pub code: Code,
    /// What the mistake is, in a few words.
    pub title: &'static str,
}

/// Declares each code once: constant, number and title.
macro_rules! codes {
    ($($severity:ident $number:literal $name:ident = $title:literal;)*) => {
        impl Code {
            $(
                #[doc = $title]
                pub const $name: Code = Code { severity: Severity::$severity, number: $number };
            )*

            /// Every code, in the order of the registry.
            pub const ALL: &'static [CodeInfo] = &[
                $(CodeInfo { code: Code::$name, title: $title }),*
            ];
        }
    };
}

// E0001-E0099: names, types and patterns. E0101-E0199: syntax. E0901-: the compiler itself.
codes! {
    Error 1 TYPE_MISMATCH = "types differ";
    Error 2 UNKNOWN_NAME = "unknown name";
    Error 3 UNKNOWN_TYPE = "unknown type";
    Error 4 ARGUMENT_COUNT = "wrong number of arguments";
    Error 5 UNKNOWN_FIELD = "unknown field";
    Error 6 MISSING_FIELD = "missing field";
    Error 7 REPEATED_FIELD = "field given twice";
    Error 8 UNKNOWN_VARIANT = "unknown variant";
    Error 9 DUPLICATE = "name defined twice";
    Error 10 INFINITE_TYPE = "infinite type";
    Error 11 AMBIGUOUS_TYPE = "type not determined";
    Error 12 NON_EXHAUSTIVE = "match not exhaustive";
    Error 13 UNMET_BOUND = "type without a needed interface";
    Error 14 NOT_A_FUNCTION = "call of something that is not a function";
    Error 15 KEYWORD_ARGUMENT = "keyword argument that does not fit";
    Error 17 PATTERN_BINDINGS = "alternatives that bind different names";
    Error 18 CHILD_START = "child start does not give a pid";
    Error 19 IMPORT_CYCLE = "import cycle";
    Error 20 STAR_IMPORT = "import of everything";
    Error 21 SCATTERED_CLAUSES = "clauses of a function apart";
    Error 22 CLAUSE_AFTER_CATCH_ALL = "clause after a catch-all";
    Error 23 TYPE_ARGUMENTS = "wrong number of type arguments";
    Error 24 ARITY_CLASH = "one name with several arities";
    Error 25 ALIAS_CYCLE = "alias defined by itself";
    Error 26 TYPE_TOO_LARGE = "type too large";
    Error 27 AMBIGUOUS_NAME = "ambiguous name";
    Error 28 UNKNOWN_DERIVE = "unknown trait in deriving";
    Error 29 ORD_WITHOUT_EQ = "Ord without Eq";
    Error 30 NATIVE_OUTSIDE_STD = "native function outside the standard library";
    Error 31 MODULE_NOT_FOUND = "module not found";
    Error 32 BREAK_OUTSIDE_LOOP = "break outside a loop or across a closure";
    Error 33 CONTINUE_OUTSIDE_LOOP = "continue outside a loop or across a closure";
    Error 34 NOT_EXPORTED = "name not exported by the module";
    Error 35 PRIVATE_ITEM = "private item";
    Error 36 TRY_OUTSIDE_RESULT = "`?` in a function that returns neither Option nor Result";
    Error 37 TRY_ON_OTHER = "`?` on a value that is neither Option nor Result";
    Error 38 NOT_SERIALIZABLE = "field not serialisable";
    Error 39 NOT_MAPPABLE = "field not mappable from a row";
    Error 40 MISSING_ASSOCIATED_TYPE = "associated type missing";
    Error 41 UNDECLARED_ASSOCIATED_TYPE = "associated type not declared";
    Error 42 UNKNOWN_METHOD = "unknown method";
    Error 43 ELSE_MUST_LEAVE = "else of a let that goes on";
    Error 44 BAD_MAIN = "main that cannot be started";
    Error 45 MIXED_FIELDS = "variant with named and unnamed fields";
    Error 46 CLAUSE_ARITY = "clauses of a closure with different numbers of parameters";
    Error 47 DERIVE_FIELD = "field without a derived interface";
    Error 48 UNKNOWN_INTERFACE = "unknown interface";
    Error 49 MISSING_METHOD = "method missing in an implementation";
    Error 50 FOREIGN_METHOD = "method that the interface does not have";
    Error 51 DUPLICATE_IMPL = "interface implemented twice for a type";
    Error 52 ORPHAN_IMPL = "implementation of a foreign interface for a foreign type";
    Error 53 AMBIGUOUS_METHOD = "method of several interfaces";
    Error 54 INTERFACE_CYCLE = "interface that requires itself";
    Error 55 METHOD_SIGNATURE = "method with other parameters than in its interface";
    Error 56 IMPL_TARGET = "implementation for every type";
    Error 57 INTERFACE_AS_TYPE = "interface in the place of a type";
    Error 58 METHOD_NEEDS_TYPES = "method of an interface without types";
    Error 59 BOUND_ON_TYPE = "bound on something that is no type parameter";
    Error 60 MAILBOX_CLASH = "actor with several types of messages";
    Error 61 STORED_RECEIVE = "function that receives, in data";
    Error 62 METHOD_RECEIVES = "method of an interface that receives";
    Error 63 SIGNAL_CLASH = "pattern that means a signal and a message";
    Error 64 BAD_SERVICE = "service that lacks something";
    Error 65 BAD_SUPERVISOR = "supervisor with a wrong setting";
    Error 66 NOT_REMOTE = "function that other nodes do not find";
    Error 67 BAD_SEGMENT = "byte segment that does not work";
    Error 70 ENDLESS_INSTANCES = "instances that nest without end";
    Error 71 PATTERNS_TOO_COMPLEX = "patterns too complex";
    Error 72 TOO_MANY_VALUES = "function that keeps too many values at once";

    Warning 70 UNREACHABLE_ARM = "arm that nothing reaches";
    Warning 71 MISSING_CLAUSE = "clauses not exhaustive";

    Error 101 UNEXPECTED_TOKEN = "unexpected token";
    Error 102 MISSING_END = "missing end";
    Error 103 UNMATCHED_CLOSER = "closing token without an opening one";
    Error 104 UNCLOSED_BRACKET = "bracket never closed";
    Error 105 UNTERMINATED_STRING = "string never closed";
    Error 106 UNTERMINATED_COMMENT = "block comment never closed";
    Error 107 BAD_ESCAPE = "unknown escape in a string";
    Error 108 BAD_NUMBER = "malformed number";
    Error 109 NUMBER_OUT_OF_RANGE = "number out of range";
    Error 110 UNKNOWN_CHARACTER = "character that starts no token";
    Error 111 TOO_DEEP = "nested too deeply";
    Error 112 FILE_TOO_LARGE = "source file too large";
    Error 113 FOREIGN_SYNTAX = "syntax of another language";
    Error 114 MISSING_DO = "missing do";
    Error 115 BAD_INDENTATION = "text block line indented less than its closing quotes";
    Error 116 NAME_CASE = "name in the wrong case";
    Error 117 ITEM_EXPECTED = "only items may stand here";

    Warning 1 UNUSED_VARIABLE = "unused variable";
    Warning 2 UNUSED_IMPORT = "unused import";
    Warning 3 UNUSED_FUNCTION = "unused function";
    Warning 4 UNREACHABLE = "unreachable code";
    Warning 5 IGNORED_RESULT = "ignored Result";
    Warning 6 KEPT_COLLECTION = "collection kept for terminate";
    Warning 7 NEEDLESS_RETURN = "return that is not needed";
    Warning 8 UNTYPED_API = "public function without written types";

    Error 901 INTERNAL = "internal compiler error";
    Error 902 NOT_SUPPORTED = "not supported yet";
}
