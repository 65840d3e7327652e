//! The instructions that the standard library may name: `native fn length<T>(xs :: List<T>) -> Int = "list.len"`.
//!
//! A symbol that starts with `snow_` is a native function of the runtime; any other one must stand in this table. Parameters are declared
//! as shown (`own` where the instruction consumes its operand); `T`, `K`, `V`, `N` are type parameters.
//!
//! | symbol | declaration |
//! |---|---|
//! | `int.add` `int.sub` `int.mul` `int.div` `int.rem` | `(Int, Int) -> Int`, checked |
//! | `int.wrapping_add` `int.wrapping_sub` `int.wrapping_mul` | `(Int, Int) -> Int` |
//! | `int.and` `int.or` `int.xor` `int.shl` `int.shr` | `(Int, Int) -> Int` |
//! | `int.neg` | `(Int) -> Int` |
//! | `int.to_float` `float.to_int` | `(Int) -> Float`, `(Float) -> Int` (truncates, crashes when it does not fit) |
//! | `float.add` `float.sub` `float.mul` `float.div` `float.rem` | `(Float, Float) -> Float` |
//! | `float.neg` `float.abs` `float.sqrt` `float.floor` `float.ceil` `float.trunc` | `(Float) -> Float` |
//! | `number.zero` `number.one` | `() -> N`, N is Int or Float |
//! | `comparison.sign` | `(N) -> Int`, N is Int or Ordering: negative, 0 or positive |
//! | `eq` | `(T, T) -> Bool` |
//! | `compare` | `(T, T) -> Ordering` |
//! | `hash` | `(T) -> Int` |
//! | `concat` | `(own String, String) -> String`, or Bytes |
//! | `text.display` `text.debug` | `(T) -> String` |
//! | `range.new` `range.start` `range.end` | `(Int, Int) -> Range`, `(Range) -> Int` |
//! | `list.new` | `() -> List<T>` |
//! | `list.len` | `(List<T>) -> Int` |
//! | `list.get` | `(List<T>, Int) -> T`, crashes out of range |
//! | `list.append` | `(own List<T>, own T) -> List<T>` |
//! | `list.prepend` | `(own List<T>, own T) -> List<T>` |
//! | `list.drop` | `(own List<T>, Int) -> List<T>`, clamped |
//! | `list.set` | `(own List<T>, Int, own T) -> List<T>`, crashes out of range |
//! | `list.take` | `(own List<T>, Int) -> (T, List<T>)`: moves the element out; the list may only be given to `list.fill` |
//! | `list.fill` | `(own List<T>, Int, own T) -> List<T>` |
//! | `list.concat` | `(own List<T>, own List<T>) -> List<T>` |
//! | `map.new` `set.new` | `() -> Map<K, V>`, `() -> Set<T>` |
//! | `map.get` | `(Map<K, V>, K) -> V`, crashes when absent |
//! | `map.has` `set.has` | `(Map<K, V>, K) -> Bool`, `(Set<T>, T) -> Bool` |
//! | `map.put` | `(own Map<K, V>, own K, own V) -> Map<K, V>` |
//! | `map.next` `set.next` | `(Map<K, V>, Int) -> Int`: number of the first entry at or after a number, or -1 |
//! | `map.key` `set.key` | `(Map<K, V>, Int) -> K` of an entry number |
//! | `map.value` | `(Map<K, V>, Int) -> V` of an entry number |
//! | `map.take` | `(own Map<K, V>, K) -> (V, Map<K, V>)`: as `list.take`; crashes when absent |
//! | `tuple.first` `tuple.second` `tuple.nth` `tuple.size` | tuples of every size; these are typed in `types/infer/tuple.rs` and never get here |
//! | `map.fill` | `(own Map<K, V>, K, own V) -> Map<K, V>` |

use snow_bytecode::inst::{FloatOp, FloatUnOp, IntOp, TextForm};

use crate::core::ir::{Op, Var};

/// An operation that a symbol names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Intrinsic {
    Int(IntOp),
    IntNeg,
    IntToFloat,
    FloatToInt,
    Float(FloatOp),
    FloatUn(FloatUnOp),
    /// The Int or Float of this value.
    Number(u8),
    Sign,
    Equal,
    Compare,
    Hash,
    Concat,
    Text(TextForm),
    RangeNew,
    RangeStart,
    RangeEnd,
    BytesLen,
    ListNew,
    ListLen,
    ListGet,
    ListAppend,
    ListPrepend,
    ListDrop,
    ListSet,
    ListTake,
    ListFill,
    ListConcat,
    MapNew,
    MapGet,
    MapHas,
    MapPut,
    MapNext,
    MapKey,
    MapValue,
    MapTake,
    MapFill,
}

/// All symbols.
pub const TABLE: &[(&str, Intrinsic)] = &[
    ("int.add", Intrinsic::Int(IntOp::Add)),
    ("int.sub", Intrinsic::Int(IntOp::Sub)),
    ("int.mul", Intrinsic::Int(IntOp::Mul)),
    ("int.div", Intrinsic::Int(IntOp::Div)),
    ("int.rem", Intrinsic::Int(IntOp::Rem)),
    ("int.wrapping_add", Intrinsic::Int(IntOp::WrappingAdd)),
    ("int.wrapping_sub", Intrinsic::Int(IntOp::WrappingSub)),
    ("int.wrapping_mul", Intrinsic::Int(IntOp::WrappingMul)),
    ("int.and", Intrinsic::Int(IntOp::And)),
    ("int.or", Intrinsic::Int(IntOp::Or)),
    ("int.xor", Intrinsic::Int(IntOp::Xor)),
    ("int.shl", Intrinsic::Int(IntOp::Shl)),
    ("int.shr", Intrinsic::Int(IntOp::Shr)),
    ("int.neg", Intrinsic::IntNeg),
    ("int.to_float", Intrinsic::IntToFloat),
    ("float.to_int", Intrinsic::FloatToInt),
    ("float.add", Intrinsic::Float(FloatOp::Add)),
    ("float.sub", Intrinsic::Float(FloatOp::Sub)),
    ("float.mul", Intrinsic::Float(FloatOp::Mul)),
    ("float.div", Intrinsic::Float(FloatOp::Div)),
    ("float.rem", Intrinsic::Float(FloatOp::Rem)),
    ("float.neg", Intrinsic::FloatUn(FloatUnOp::Neg)),
    ("float.abs", Intrinsic::FloatUn(FloatUnOp::Abs)),
    ("float.sqrt", Intrinsic::FloatUn(FloatUnOp::Sqrt)),
    ("float.floor", Intrinsic::FloatUn(FloatUnOp::Floor)),
    ("float.ceil", Intrinsic::FloatUn(FloatUnOp::Ceil)),
    ("float.trunc", Intrinsic::FloatUn(FloatUnOp::Trunc)),
    ("number.zero", Intrinsic::Number(0)),
    ("number.one", Intrinsic::Number(1)),
    ("comparison.sign", Intrinsic::Sign),
    ("eq", Intrinsic::Equal),
    ("compare", Intrinsic::Compare),
    ("hash", Intrinsic::Hash),
    ("concat", Intrinsic::Concat),
    ("text.display", Intrinsic::Text(TextForm::Display)),
    ("text.debug", Intrinsic::Text(TextForm::Debug)),
    ("range.new", Intrinsic::RangeNew),
    ("range.start", Intrinsic::RangeStart),
    ("range.end", Intrinsic::RangeEnd),
    ("bytes.len", Intrinsic::BytesLen),
    ("list.new", Intrinsic::ListNew),
    ("list.len", Intrinsic::ListLen),
    ("list.get", Intrinsic::ListGet),
    ("list.append", Intrinsic::ListAppend),
    ("list.prepend", Intrinsic::ListPrepend),
    ("list.drop", Intrinsic::ListDrop),
    ("list.set", Intrinsic::ListSet),
    ("list.take", Intrinsic::ListTake),
    ("list.fill", Intrinsic::ListFill),
    ("list.concat", Intrinsic::ListConcat),
    ("map.new", Intrinsic::MapNew),
    ("set.new", Intrinsic::MapNew),
    ("map.get", Intrinsic::MapGet),
    ("map.has", Intrinsic::MapHas),
    ("set.has", Intrinsic::MapHas),
    ("map.put", Intrinsic::MapPut),
    ("map.next", Intrinsic::MapNext),
    ("set.next", Intrinsic::MapNext),
    ("map.key", Intrinsic::MapKey),
    ("set.key", Intrinsic::MapKey),
    ("map.value", Intrinsic::MapValue),
    ("map.take", Intrinsic::MapTake),
    ("map.fill", Intrinsic::MapFill),
];

impl Intrinsic {
    /// The operation of a symbol.
    pub fn by_symbol(symbol: &str) -> Option<Intrinsic> {
        TABLE
            .iter()
            .find(|(name, _)| *name == symbol)
            .map(|(_, intrinsic)| *intrinsic)
    }

    /// The operation of Core that it is with these operands; `None` for those that stay natives until code is emitted.
    pub fn operation(self, args: &[Var]) -> Option<Op> {
        Some(match (self, args) {
            (Intrinsic::Int(op), &[a, b]) => Op::IntBin(op, a, b),
            (Intrinsic::IntNeg, &[a]) => Op::IntNeg(a),
            (Intrinsic::Float(op), &[a, b]) => Op::FloatBin(op, a, b),
            (Intrinsic::FloatUn(op), &[a]) => Op::FloatUn(op, a),
            (Intrinsic::Equal, &[a, b]) => Op::Equal(a, b),
            (Intrinsic::Compare, &[a, b]) => Op::Compare(a, b),
            (Intrinsic::Hash, &[a]) => Op::Hash(a),
            (Intrinsic::Concat, &[a, b]) => Op::Concat(a, b),
            (Intrinsic::Text(form), &[text, value]) => Op::AppendText(form, text, value),
            (Intrinsic::RangeNew, &[a, b]) => Op::Range(a, b),
            (Intrinsic::RangeStart, &[a]) => Op::RangeStart(a),
            (Intrinsic::RangeEnd, &[a]) => Op::RangeEnd(a),
            (Intrinsic::BytesLen, &[a]) => Op::BytesLen(a),
            (Intrinsic::ListNew, []) => Op::List(Vec::new()),
            (Intrinsic::ListLen, &[a]) => Op::ListLen(a),
            (Intrinsic::ListGet, &[a, index]) => Op::ListGet(a, index),
            (Intrinsic::ListAppend, &[a, value]) => Op::ListAppend(a, value),
            (Intrinsic::ListPrepend, &[a, value]) => Op::ListPrepend(a, value),
            (Intrinsic::ListDrop, &[a, count]) => Op::ListDrop(a, count),
            (Intrinsic::ListSet, &[a, index, value]) => Op::ListSet(a, index, value),
            (Intrinsic::ListConcat, &[a, b]) => Op::ListConcat(a, b),
            (Intrinsic::MapNew, []) => Op::MapNew,
            (Intrinsic::MapGet, &[map, key]) => Op::MapGet(map, key),
            (Intrinsic::MapHas, &[map, key]) => Op::MapHas(map, key),
            (Intrinsic::MapPut, &[map, key, value]) => Op::MapPut(map, key, value),
            (Intrinsic::MapNext, &[map, from]) => Op::MapNext(map, from),
            (Intrinsic::MapKey, &[map, entry]) => Op::MapKeyAt(map, entry),
            (Intrinsic::MapValue, &[map, entry]) => Op::MapValueAt(map, entry),
            _ => return None,
        })
    }
}
