//! Calls natives without compiler and interpreter, and checks that nothing leaks.

use std::sync::Arc;

use snow_bytecode::inst::TextForm;
use snow_bytecode::module::Mode;
use snow_bytecode::types::{Field, Shows, Type, TypeId, TypeTable, Variant};
use snow_vm::atoms::Atoms;
use snow_vm::ctx::{Ctx, Status};
use snow_vm::native::Signature;
use snow_vm::output::Output;
use snow_vm::types::RuntimeTypes;
use snow_vm::value::{list, map, show, text};
use snow_vm::world::World;

pub const INT: TypeId = TypeId(0);
pub const FLOAT: TypeId = TypeId(1);
pub const STRING: TypeId = TypeId(2);
const BYTES: TypeId = TypeId(3);
const UNIT: TypeId = TypeId(4);
const INTS: TypeId = TypeId(6);
const STRINGS: TypeId = TypeId(7);
const FLOATS: TypeId = TypeId(8);
const INT_MAP: TypeId = TypeId(9);
const STRING_SET: TypeId = TypeId(10);

fn sum(name: &str, args: &[TypeId], variants: [(&str, &[TypeId]); 2]) -> Type {
    let field = |&ty: &TypeId| Field {
        name: String::new(),
        ty,
    };
    let variant = |(name, fields): (&str, &[TypeId])| Variant {
        name: name.to_owned(),
        fields: fields.iter().map(field).collect(),
    };
    Type::Sum {
        module: name.to_owned(),
        name: name.to_owned(),
        args: args.to_vec(),
        variants: variants.map(variant).into(),
        shows: Shows::Display,
    }
}

/// Every type that a signature mentions, with `Int`, `Float` or `String` for its variables.
fn table() -> TypeTable {
    let mut types = vec![
        Type::Int,
        Type::Float,
        Type::String,
        Type::Bytes,
        Type::Unit,
        Type::Bool,
        Type::List(INT),
        Type::List(STRING),
        Type::List(FLOAT),
        Type::Map(INT, INT),
        Type::Set(STRING),
        Type::Map(STRING, STRING),
        Type::Map(STRING, INT),
        Type::Set(INT),
        Type::Pid(INT),
        Type::Ref,
        Type::Fun {
            params: Vec::new(),
            ret: INT,
        },
        Type::Fun {
            params: Vec::new(),
            ret: UNIT,
        },
    ];
    let mut add = |ty: Type| {
        types.push(ty);
        TypeId(types.len() as u32 - 1)
    };
    let pair = add(Type::Tuple(vec![STRING, STRING]));
    let stat = add(Type::Tuple(vec![INT, TypeId(5), INT]));
    let output = add(Type::Tuple(vec![INT, STRING, STRING]));
    const PID: TypeId = TypeId(14);
    add(Type::List(PID));
    for some in [INT, FLOAT, STRING, BYTES, pair, PID] {
        add(sum("Option", &[some], [("Some", &[some]), ("None", &[])]));
    }
    let events = add(Type::Tuple(vec![INTS, FLOATS, STRINGS]));
    let portion = add(Type::Tuple(vec![STRINGS, INT]));
    for ok in [
        INT, STRING, BYTES, UNIT, STRINGS, stat, output, events, portion,
    ] {
        add(sum(
            "Result",
            &[ok, STRING],
            [("Ok", &[ok]), ("Err", &[STRING])],
        ));
    }
    TypeTable { types }
}

/// An argument.
#[derive(Clone, Copy)]
pub enum Arg<'a> {
    Int(i64),
    Float(f64),
    Str(&'a str),
    Bytes(&'a [u8]),
    Ints(&'a [i64]),
    Floats(&'a [f64]),
    Strs(&'a [&'a str]),
    /// Keys from 0 on, each its own value.
    Map(u64),
    /// A set of strings.
    Set(&'a [&'a str]),
}

/// What a call came to: the Debug text of its result, or the reason of its crash.
pub type Answer = Result<String, String>;

pub fn context() -> Ctx {
    let types = RuntimeTypes::new(&table(), [0x1234_5678_9abc_def1, 0xfeed_beef_0bad_cafe])
        .expect("the table is fine");
    Ctx::new(
        Arc::new(types),
        Atoms::default(),
        Arc::new(World::new(Output::memory(), vec!["one".to_owned()])),
    )
}

fn make(ctx: &mut Ctx, arg: Arg<'_>) -> u64 {
    let heap = &mut ctx.heap;
    let mut string = |value: &&str| text::new(heap, STRING, value.as_bytes());
    // SAFETY: elements, keys and values are of the types named.
    unsafe {
        match arg {
            Arg::Int(value) => value as u64,
            Arg::Float(value) => value.to_bits(),
            Arg::Str(value) => string(&value),
            Arg::Bytes(value) => text::new(heap, BYTES, value),
            Arg::Ints(items) => {
                let words: Vec<u64> = items.iter().map(|&item| item as u64).collect();
                list::new(heap, INTS, &words)
            }
            Arg::Floats(items) => {
                let words: Vec<u64> = items.iter().map(|item| item.to_bits()).collect();
                list::new(heap, FLOATS, &words)
            }
            Arg::Strs(items) => {
                let words: Vec<u64> = items.iter().map(string).collect();
                list::new(heap, STRINGS, &words)
            }
            Arg::Map(count) => {
                let start = map::empty(heap, INT_MAP);
                (0..count).fold(start, |all, key| map::put(heap, all, key, key))
            }
            Arg::Set(items) => {
                let words: Vec<u64> = items.iter().map(string).collect();
                let start = map::empty(heap, STRING_SET);
                words
                    .into_iter()
                    .fold(start, |all, word| map::add(heap, all, word))
            }
        }
    }
}

/// Calls a native in a context of its own; afterwards nothing may be left.
pub fn call(symbol: &str, type_args: &[TypeId], args: &[Arg<'_>]) -> Answer {
    let mut ctx = context();
    let answer = call_in(&mut ctx, symbol, type_args, args);
    ctx.heap.settle_all();
    assert_eq!(ctx.heap.live(), 0, "{symbol} leaks");
    answer
}

/// Calls a native.
pub fn call_in(ctx: &mut Ctx, symbol: &str, type_args: &[TypeId], args: &[Arg<'_>]) -> Answer {
    let intrinsic = crate::intrinsics()
        .lookup(symbol)
        .expect("a native of the table");
    let signature = Signature::parse(intrinsic.signature).expect("readable");
    let types = signature
        .bind(type_args, ctx.types())
        .expect("the table has all types");
    let words: Vec<u64> = args.iter().map(|&arg| make(ctx, arg)).collect();
    let mut ret = [0u64; 3];
    // SAFETY: tests pass the arguments of the signature.
    let status = unsafe { (intrinsic.function)(ctx, &types, words.as_ptr(), ret.as_mut_ptr()) };
    let layouts = ctx.types().layouts().clone();
    // SAFETY: borrowed arguments and the result are ours.
    unsafe {
        for (param, &word) in types.params.iter().zip(&words) {
            let slot = if param.is_element {
                layouts.element(param.ty)
            } else {
                layouts.slots(param.ty)[0]
            };
            if slot.is_ref() && param.mode == Mode::Borrow {
                ctx.heap.drop_nullable(word);
            }
        }
        if status != Status::Ok {
            return Err(ctx.take_crash());
        }
        let slots = layouts.slots(types.ret);
        let words = &ret[..slots.len()];
        let text = show::to_string(&mut ctx.heap, &ctx.atoms, TextForm::Debug, types.ret, words);
        ctx.heap.drop_slots(slots, ret.as_ptr());
        Ok(text)
    }
}

/// The words of a native's result; at most three are allowed.
pub fn result_words(symbol: &str) -> usize {
    let ctx = context();
    let intrinsic = crate::intrinsics()
        .lookup(symbol)
        .expect("a native of the table");
    let signature = Signature::parse(intrinsic.signature).expect("readable");
    let args = vec![INT; signature.type_params.len()];
    let types = signature
        .bind(&args, ctx.types())
        .unwrap_or_else(|error| panic!("{symbol}: {error}"));
    ctx.types().layouts().slots(types.ret).len()
}
