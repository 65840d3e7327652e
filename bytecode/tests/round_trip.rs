//! Any module, sensible or not, comes back from its file and from its listing as it was.

use proptest::prelude::*;
use snow_bytecode::asm::assemble;
use snow_bytecode::decode::decode;
use snow_bytecode::disasm::disassemble;
use snow_bytecode::encode::encode;
use snow_bytecode::inst::{
    BitField, Cond, CrashKind, FloatOp, FloatUnOp, Inst, IntOp, OperandMut, TABLE, TextForm,
};
use snow_bytecode::layout::Slot;
use snow_bytecode::module::{
    Const, ConstId, Export, ExportKind, ExportedCode, FuncId, FuncKind, Function, Inlined, Label,
    Mode, Module, Native, NativeId, ParamSlot, Place, Reg,
};
use snow_bytecode::types::{Field, Shows, Type, TypeId, TypeTable, Variant};

fn type_id() -> impl Strategy<Value = TypeId> {
    (0..40u32).prop_map(TypeId)
}

fn name() -> impl Strategy<Value = String> {
    "[a-z\"\\\\\n#é ]{0,6}"
}

fn types<T: std::fmt::Debug>(item: impl Strategy<Value = T>) -> impl Strategy<Value = Vec<T>> {
    prop::collection::vec(item, 0..4)
}

fn fields() -> impl Strategy<Value = Vec<Field>> {
    types((name(), type_id()).prop_map(|(name, ty)| Field { name, ty }))
}

fn shows() -> impl Strategy<Value = Shows> {
    prop_oneof![Just(Shows::Display), Just(Shows::Debug)]
}

fn ty() -> impl Strategy<Value = Type> {
    let variants = types((name(), fields()).prop_map(|(name, fields)| Variant { name, fields }));
    prop_oneof![
        Just(Type::Int),
        Just(Type::Float),
        Just(Type::Bool),
        Just(Type::Unit),
        Just(Type::String),
        Just(Type::Bytes),
        Just(Type::Atom),
        Just(Type::Range),
        Just(Type::Ref),
        type_id().prop_map(Type::Pid),
        type_id().prop_map(Type::List),
        type_id().prop_map(Type::Set),
        (type_id(), type_id()).prop_map(|(key, value)| Type::Map(key, value)),
        (types(type_id()), type_id()).prop_map(|(params, ret)| Type::Fun { params, ret }),
        types(type_id()).prop_map(Type::Tuple),
        (name(), name(), types(type_id()), fields(), shows()).prop_map(
            |(module, name, args, fields, shows)| Type::Struct {
                module,
                name,
                args,
                fields,
                shows
            }
        ),
        (name(), name(), types(type_id()), variants, shows()).prop_map(
            |(module, name, args, variants, shows)| Type::Sum {
                module,
                name,
                args,
                variants,
                shows
            }
        ),
    ]
}

fn constant() -> impl Strategy<Value = Const> {
    prop_oneof![
        name().prop_map(Const::Str),
        name().prop_map(Const::Atom),
        prop::collection::vec(any::<u8>(), 0..5).prop_map(Const::Bytes),
    ]
}

fn slot() -> impl Strategy<Value = Slot> {
    prop_oneof![
        Just(Slot::Word),
        Just(Slot::Float),
        Just(Slot::Any),
        type_id().prop_map(Slot::Ref),
        type_id().prop_map(Slot::Null),
        any::<u16>().prop_map(Slot::Token),
    ]
}

fn param() -> impl Strategy<Value = ParamSlot> {
    let mode = prop_oneof![Just(Mode::Own), Just(Mode::Borrow)];
    (slot(), mode).prop_map(|(slot, mode)| ParamSlot { slot, mode })
}

/// An instruction whose operands are taken from a list of numbers.
fn inst() -> impl Strategy<Value = Inst> {
    (0..TABLE.len(), prop::collection::vec(any::<u64>(), 24)).prop_map(|(index, numbers)| {
        let mut inst = Inst::blank(TABLE[index].code).expect("every code of the table");
        let mut numbers = numbers.into_iter().cycle();
        inst.operands_mut(&mut |operand| fill(operand, &mut numbers));
        inst
    })
}

fn pick<T: Copy>(all: &[T], number: u64) -> T {
    all[number as usize % all.len()]
}

fn fill(operand: OperandMut<'_>, numbers: &mut impl Iterator<Item = u64>) {
    let mut next = || numbers.next().unwrap_or(0);
    let reg = |number: u64| Reg(number as u32 % 70_000);
    match operand {
        OperandMut::Def(place) | OperandMut::Use(place) | OperandMut::Take(place) => {
            *place = reg(next())
        }
        OperandMut::Defs(regs)
        | OperandMut::Uses(regs)
        | OperandMut::Takes(regs)
        | OperandMut::Args(regs) => {
            *regs = (0..next() % 4).map(|_| reg(next())).collect();
        }
        OperandMut::OptDefs(regs) => {
            *regs = (0..next() % 4)
                .map(|_| Some(reg(next())).filter(|reg| reg.0 % 2 == 0))
                .collect();
        }
        OperandMut::FieldTakes(fields) => {
            *fields = (0..next() % 4)
                .map(|_| (next() as u16, reg(next())))
                .collect()
        }
        OperandMut::Imm(value) => *value = next() as i64,
        OperandMut::FloatBits(bits) => *bits = next(),
        OperandMut::Field(number) => *number = next() as u16,
        OperandMut::Tag(tag) => *tag = next() as u8,
        OperandMut::Type(id) => *id = TypeId(next() as u32),
        OperandMut::Func(id) => *id = FuncId(next() as u32),
        OperandMut::NativeRef(id) => *id = NativeId(next() as u32),
        OperandMut::Const(id) => *id = ConstId(next() as u32),
        OperandMut::Target(label) => *label = Label(next() as u32),
        OperandMut::Targets(labels) => {
            *labels = (0..next() % 4).map(|_| Label(next() as u32)).collect()
        }
        OperandMut::IntOp(op) => *op = pick(IntOp::ALL, next()),
        OperandMut::FloatOp(op) => *op = pick(FloatOp::ALL, next()),
        OperandMut::FloatUnOp(op) => *op = pick(FloatUnOp::ALL, next()),
        OperandMut::Cond(cond) => *cond = pick(Cond::ALL, next()),
        OperandMut::CrashKind(kind) => *kind = pick(CrashKind::ALL, next()),
        OperandMut::TextForm(form) => *form = pick(TextForm::ALL, next()),
        OperandMut::Bits(field) => {
            *field = BitField {
                offset: next() as u32,
                bits: next() as u8,
                signed: next() % 2 == 0,
                little: next() % 2 == 0,
            }
        }
    }
}

fn function() -> impl Strategy<Value = Function> {
    let kind = prop_oneof![
        Just(FuncKind::Direct),
        (type_id(), types(slot()))
            .prop_map(|(fun_type, captures)| FuncKind::Closure { fun_type, captures }),
    ];
    let place = (0..5u32, any::<u32>(), any::<u32>(), 0..3u32);
    let place = place.prop_map(|(file, line, column, inlined)| Place {
        file,
        line,
        column,
        inlined,
    });
    let inlined = (name(), prop::option::of(place.clone()));
    let inlined = inlined.prop_map(|(function, call)| Inlined { function, call });
    let inlined = prop::collection::vec(inlined, 0..3);
    let lines = (prop::collection::vec(place, 0..3), inlined);
    let signature = (name(), kind, types(param()), types(slot()));
    let regs = prop::collection::vec(slot(), 0..6);
    (signature, regs, prop::collection::vec(inst(), 3..9), lines).prop_map(
        |(signature, others, code, (places, inlined))| {
            let (name, kind, params, results) = signature;
            let regs = params
                .iter()
                .map(|param| param.slot)
                .chain(others)
                .collect();
            let lines = (0..).zip(places).collect();
            Function {
                name,
                kind,
                params,
                results,
                regs,
                code,
                lines,
                inlined,
            }
        },
    )
}

fn module() -> impl Strategy<Value = Module> {
    let native = (name(), types(type_id()), types(param()), types(slot())).prop_map(
        |(symbol, type_args, params, results)| Native {
            symbol,
            type_args,
            params,
            results,
        },
    );
    let mailbox = prop::option::of(type_id());
    let code = (any::<u32>(), types(type_id()), type_id(), mailbox).prop_map(
        |(func, params, ret, mailbox)| ExportedCode {
            func: FuncId(func),
            params,
            ret,
            mailbox,
        },
    );
    let kind = prop::sample::select(ExportKind::ALL.to_vec());
    let export = (name(), kind, prop::option::of(code)).prop_map(|(name, kind, code)| Export {
        name,
        kind,
        code,
    });
    let tables = (
        types(ty()),
        types(constant()),
        types(name()),
        types(native),
        types(export),
    );
    (tables, types(function()), any::<u32>()).prop_map(|(tables, funcs, entry)| {
        let (types, consts, files, natives, exports) = tables;
        Module {
            types: TypeTable { types },
            consts,
            funcs,
            natives,
            exports,
            files,
            entry: FuncId(entry),
        }
    })
}

proptest! {
    #[test]
    fn a_file_gives_back_the_module(module in module()) {
        prop_assert_eq!(decode(&encode(&module)).expect("what was encoded decodes"), module);
    }

    #[test]
    fn a_listing_gives_back_the_module(module in module()) {
        let listing = disassemble(&module);
        prop_assert_eq!(assemble(&listing).map_err(|error| format!("{error}\n{listing}")), Ok(module));
    }
}
