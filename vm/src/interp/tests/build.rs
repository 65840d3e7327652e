//! Building modules for tests.

use snow_bytecode::inst::Inst;
use snow_bytecode::layout::Slot;
use snow_bytecode::module::{
    Const, ConstId, FuncId, FuncKind, Function, Label, Mode, Module, Native, ParamSlot, Place, Reg,
};
use snow_bytecode::types::{Field, Shows, Type, TypeId, TypeTable, Variant};

pub const INT: TypeId = TypeId(0);
pub const STRING: TypeId = TypeId(1);
pub const INTS: TypeId = TypeId(2);
pub const STRINGS: TypeId = TypeId(3);
/// `Map<String, String>`
pub const MAP: TypeId = TypeId(4);
/// `Fun(Int) -> Int`
pub const FUN: TypeId = TypeId(5);
/// A boxed struct: `{ a: Int, b: String, c: Int, d: String }`.
pub const BIG: TypeId = TypeId(6);
/// `(Int, String)`: two slots, a box in element form.
pub const PAIR: TypeId = TypeId(7);
/// A boxed sum: `Leaf | Node(Tree, Int, Tree)`.
pub const TREE: TypeId = TypeId(8);
/// A struct of six Ints: a cell with more slots than fit one word of operands.
pub const SIX: TypeId = TypeId(9);
/// `Map<Int, String>`
pub const INT_MAP: TypeId = TypeId(10);

pub const S: Slot = Slot::Ref(STRING);
pub const W: Slot = Slot::Word;

fn fields(fields: &[(&str, TypeId)]) -> Vec<Field> {
    fields
        .iter()
        .map(|(name, ty)| Field {
            name: (*name).to_owned(),
            ty: *ty,
        })
        .collect()
}

fn structure(name: &str, of: &[(&str, TypeId)]) -> Type {
    Type::Struct {
        module: "Main".to_owned(),
        name: name.to_owned(),
        args: Vec::new(),
        fields: fields(of),
        shows: Shows::Debug,
    }
}

fn sum(name: &str, args: Vec<TypeId>, variants: Vec<(&str, Vec<(&str, TypeId)>)>) -> Type {
    Type::Sum {
        module: "Main".to_owned(),
        name: name.to_owned(),
        args,
        variants: variants
            .into_iter()
            .map(|(name, of)| Variant {
                name: name.to_owned(),
                fields: fields(&of),
            })
            .collect(),
        shows: Shows::Debug,
    }
}

fn types() -> Vec<Type> {
    let six: Vec<(&str, TypeId)> = ["a", "b", "c", "d", "e", "f"]
        .into_iter()
        .map(|name| (name, INT))
        .collect();
    vec![
        Type::Int,
        Type::String,
        Type::List(INT),
        Type::List(STRING),
        Type::Map(STRING, STRING),
        Type::Fun {
            params: vec![INT],
            ret: INT,
        },
        structure(
            "Big",
            &[("a", INT), ("b", STRING), ("c", INT), ("d", STRING)],
        ),
        Type::Tuple(vec![INT, STRING]),
        sum(
            "Tree",
            vec![],
            vec![
                ("Leaf", vec![]),
                ("Node", vec![("l", TREE), ("v", INT), ("r", TREE)]),
            ],
        ),
        structure("Six", &six),
        Type::Map(INT, STRING),
    ]
}

/// A module under construction. Function 0 is `main`.
pub struct Builder {
    pub module: Module,
}

impl Builder {
    /// A module with the types above and no functions.
    pub fn new() -> Builder {
        Builder {
            module: Module {
                types: TypeTable { types: types() },
                consts: Vec::new(),
                funcs: Vec::new(),
                natives: Vec::new(),
                exports: Vec::new(),
                files: vec!["main.snow".to_owned()],
                entry: FuncId(0),
            },
        }
    }

    /// A string constant.
    pub fn text(&mut self, text: &str) -> ConstId {
        self.constant(Const::Str(text.to_owned()))
    }

    /// A constant.
    pub fn constant(&mut self, constant: Const) -> ConstId {
        self.module.consts.push(constant);
        ConstId(self.module.consts.len() as u32 - 1)
    }

    /// An import.
    pub fn native(&mut self, native: Native) {
        self.module.natives.push(native);
    }

    /// Adds a function.
    pub fn add(&mut self, code: Code) -> FuncId {
        self.module.funcs.push(code.function);
        FuncId(self.module.funcs.len() as u32 - 1)
    }
}

/// A module of one function without parameters.
pub fn main_only(results: &[Slot], build: impl FnOnce(&mut Builder, &mut Code)) -> Module {
    let mut builder = Builder::new();
    let mut code = Code::new("main", results);
    build(&mut builder, &mut code);
    builder.add(code);
    builder.module
}

/// A function under construction.
pub struct Code {
    pub function: Function,
}

impl Code {
    /// A function without parameters.
    pub fn new(name: &str, results: &[Slot]) -> Code {
        Code {
            function: Function {
                name: name.to_owned(),
                kind: FuncKind::Direct,
                params: Vec::new(),
                results: results.to_vec(),
                regs: Vec::new(),
                code: Vec::new(),
                lines: Vec::new(),
                inlined: Vec::new(),
            },
        }
    }

    /// Makes it the code of closures with these captures; parameter 0 is the closure.
    pub fn closure(mut self, captures: &[Slot]) -> (Code, Reg) {
        self.function.kind = FuncKind::Closure {
            fun_type: FUN,
            captures: captures.to_vec(),
        };
        let closure = self.param(Slot::Ref(FUN), Mode::Own);
        (self, closure)
    }

    /// The next parameter.
    pub fn param(&mut self, slot: Slot, mode: Mode) -> Reg {
        self.function.params.push(ParamSlot { slot, mode });
        self.reg(slot)
    }

    /// A new register.
    pub fn reg(&mut self, slot: Slot) -> Reg {
        self.function.regs.push(slot);
        Reg(self.function.regs.len() as u32 - 1)
    }

    /// The next instruction; it stands on a line of its own.
    pub fn push(&mut self, inst: Inst) -> Label {
        let at = self.function.code.len() as u32;
        self.function.lines.push((
            at,
            Place {
                file: 0,
                line: at + 1,
                column: 1,
                inlined: 0,
            },
        ));
        self.function.code.push(inst);
        Label(at)
    }

    /// The label of the instruction `ahead` after the next one.
    pub fn ahead(&self, ahead: u32) -> Label {
        Label(self.function.code.len() as u32 + ahead)
    }

    /// A register with a number.
    pub fn int(&mut self, value: i64) -> Reg {
        let dst = self.reg(W);
        self.push(Inst::ConstInt { dst, value });
        dst
    }

    /// A register with a float.
    pub fn float(&mut self, value: f64) -> Reg {
        let dst = self.reg(Slot::Float);
        self.push(Inst::ConstFloat {
            dst,
            bits: value.to_bits(),
        });
        dst
    }

    /// A register that owns a fresh string on the heap.
    pub fn string(&mut self, builder: &mut Builder, text: &str) -> Reg {
        let (empty, piece, dst) = (self.reg(S), self.reg(S), self.reg(S));
        let (none, text) = (builder.text(""), builder.text(text));
        self.push(Inst::ConstStr {
            dst: empty,
            value: none,
        });
        self.push(Inst::ConstStr {
            dst: piece,
            value: text,
        });
        self.push(Inst::Concat {
            dst,
            a: empty,
            b: piece,
        });
        self.push(Inst::Drop { src: piece });
        dst
    }

    /// Returns.
    pub fn ret(&mut self, values: &[Reg]) {
        self.push(Inst::Return {
            values: values.to_vec(),
        });
    }
}
