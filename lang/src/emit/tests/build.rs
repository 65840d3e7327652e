//! Core programs by hand.

use snow_bytecode::types::{Field, Shows, Type, TypeId, TypeTable, Variant};

use crate::core::ir::*;
use crate::syntax::ast::Span;

/// Number of a type in the table of [`types`].
pub const INT: TypeId = TypeId(0);
pub const BOOL: TypeId = TypeId(2);
pub const UNIT: TypeId = TypeId(3);
pub const STRING: TypeId = TypeId(4);
pub const STRINGS: TypeId = TypeId(5);
pub const INTS: TypeId = TypeId(6);
/// `Some(String) | None`, nullable.
pub const OPTION: TypeId = TypeId(7);
/// `(Int, String)`, unboxed.
pub const PAIR: TypeId = TypeId(8);
/// Struct of four fields: `names :: List<String>`, `n :: Int`, `pair`, boxed.
pub const STATE: TypeId = TypeId(9);
/// `Leaf | Node(Tree, String, Tree)`.
pub const TREE: TypeId = TypeId(10);
/// `Ok(String) | Err(List<String>)`: tag and a shared slot.
pub const RESULT: TypeId = TypeId(11);
pub const PAIRS: TypeId = TypeId(12);
pub const MAP: TypeId = TypeId(13);
/// `Fun(String) -> String`.
pub const FUN: TypeId = TypeId(14);
pub const BYTES: TypeId = TypeId(15);

/// The types that the tests use.
pub fn types() -> TypeTable {
    let field = |name: &str, ty| Field {
        name: name.into(),
        ty,
    };
    let variant = |name: &str, fields: &[TypeId]| Variant {
        name: name.into(),
        fields: fields.iter().map(|ty| field("", *ty)).collect(),
    };
    let sum = |name: &str, variants| Type::Sum {
        module: "Main".into(),
        name: name.into(),
        args: Vec::new(),
        variants,
        shows: Shows::Debug,
    };
    TypeTable {
        types: vec![
            Type::Int,
            Type::Float,
            Type::Bool,
            Type::Unit,
            Type::String,
            Type::List(STRING),
            Type::List(INT),
            sum(
                "Option",
                vec![variant("Some", &[STRING]), variant("None", &[])],
            ),
            Type::Tuple(vec![INT, STRING]),
            Type::Struct {
                module: "Main".into(),
                name: "State".into(),
                args: Vec::new(),
                fields: vec![
                    field("names", STRINGS),
                    field("n", INT),
                    field("pair", PAIR),
                ],
                shows: Shows::Debug,
            },
            sum(
                "Tree",
                vec![variant("Leaf", &[]), variant("Node", &[TREE, STRING, TREE])],
            ),
            sum(
                "Result",
                vec![variant("Ok", &[STRING]), variant("Err", &[STRINGS])],
            ),
            Type::List(PAIR),
            Type::Map(STRING, STRINGS),
            Type::Fun {
                params: vec![STRING],
                ret: STRING,
            },
            Type::Bytes,
        ],
    }
}

/// A function under construction.
pub struct Build {
    func: Func,
    stmts: Vec<Stmt>,
}

/// A function; `fill` gives the end of its body.
pub fn func(
    name: &str,
    params: &[TypeId],
    ret: TypeId,
    fill: impl FnOnce(&mut Build, &[Var]) -> End,
) -> Func {
    build(name, params, ret, |_| FuncKind::Direct, fill)
}

fn build(
    name: &str,
    params: &[TypeId],
    ret: TypeId,
    kind: impl FnOnce(&mut Build) -> FuncKind,
    fill: impl FnOnce(&mut Build, &[Var]) -> End,
) -> Func {
    let mut b = Build {
        func: Func {
            name: name.into(),
            kind: FuncKind::Direct,
            params: Vec::new(),
            ret,
            vars: Vec::new(),
            joins: 0,
            body: Block {
                stmts: Vec::new(),
                end: End::Unreachable,
            },
            inlined: Vec::new(),
            span: Span::default(),
            library: false,
        },
        stmts: Vec::new(),
    };
    b.func.kind = kind(&mut b);
    b.func.params = params.iter().map(|ty| b.var(*ty)).collect();
    let params = b.func.params.clone();
    let end = fill(&mut b, &params);
    b.func.body = Block {
        stmts: b.stmts,
        end,
    };
    b.func
}

/// Code of a closure.
pub fn closure(
    name: &str,
    captures: &[TypeId],
    params: &[TypeId],
    (fun_type, ret): (TypeId, TypeId),
    fill: impl FnOnce(&mut Build, &[Var], &[Var]) -> End,
) -> Func {
    let mut captured = Vec::new();
    let kind = |b: &mut Build| FuncKind::Closure {
        fun_type,
        captures: captures.iter().map(|ty| b.var(*ty)).collect(),
    };
    build(name, params, ret, kind, |b, params| {
        if let FuncKind::Closure { captures, .. } = &b.func.kind {
            captured.extend(captures.iter().copied());
        }
        fill(b, &captured, params)
    })
}

/// A program of these functions and a `main` that does nothing.
pub fn program(mut funcs: Vec<Func>) -> Program {
    let entry = FuncId(funcs.len() as u32);
    funcs.push(func("main", &[], UNIT, |b, _| {
        End::Return(b.op(UNIT, Op::Unit))
    }));
    Program {
        types: types(),
        funcs,
        entry: Some(entry),
        exports: Vec::new(),
    }
}

impl Build {
    pub fn var(&mut self, ty: TypeId) -> Var {
        self.func.vars.push(VarInfo {
            ty,
            name: Default::default(),
        });
        Var(self.func.vars.len() as u32 - 1)
    }

    pub fn op(&mut self, ty: TypeId, op: Op) -> Var {
        let var = self.var(ty);
        let span = Span::default().into();
        self.stmts.push(Stmt::Let { var, op, span });
        var
    }

    pub fn int(&mut self, value: i64) -> Var {
        self.op(INT, Op::Int(value))
    }

    pub fn call(&mut self, ty: TypeId, func: u32, args: &[Var]) -> Var {
        self.op(ty, Op::Call(FuncId(func), args.to_vec()))
    }

    pub fn field(&mut self, ty: TypeId, value: Var, tag: u8, field: u32) -> Var {
        self.op(ty, Op::Project { value, tag, field })
    }

    pub fn block(&mut self, fill: impl FnOnce(&mut Self) -> End) -> Block {
        let outer = std::mem::take(&mut self.stmts);
        let end = fill(self);
        let stmts = std::mem::replace(&mut self.stmts, outer);
        Block { stmts, end }
    }

    pub fn join(
        &mut self,
        looping: bool,
        params: &[TypeId],
        fill: impl FnOnce(&mut Self, JoinId, &[Var]) -> End,
    ) -> JoinId {
        let id = JoinId(self.func.joins);
        self.func.joins += 1;
        let params: Vec<Var> = params.iter().map(|ty| self.var(*ty)).collect();
        let body = self.block(|b| fill(b, id, &params));
        self.stmts.push(Stmt::Join(Box::new(Join {
            id,
            params,
            looping,
            body,
        })));
        id
    }

    pub fn branch(
        &mut self,
        test: Var,
        yes: impl FnOnce(&mut Self) -> End,
        no: impl FnOnce(&mut Self) -> End,
    ) -> End {
        let yes = self.block(yes);
        let no = self.block(no);
        End::If(test, Box::new(yes), Box::new(no))
    }

    pub fn switch(
        &mut self,
        on: Var,
        first: impl FnOnce(&mut Self) -> End,
        second: impl FnOnce(&mut Self) -> End,
    ) -> End {
        let arms = vec![(0, self.block(first)), (1, self.block(second))];
        End::Switch {
            on,
            arms,
            default: None,
        }
    }
}
