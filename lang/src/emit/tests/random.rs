//! Random Core programs: whatever the middle end may make, what is emitted for it verifies.

use proptest::prelude::*;
use snow_bytecode::inst::{Cond, IntOp, TextForm};
use snow_bytecode::types::TypeId;

use super::build::*;
use crate::core::ir::{Block, End, Func, FuncId, JoinId, Op, Program, Var};
use crate::diagnostics::FileSet;

/// Types that variables of random programs have.
const TYPES: &[TypeId] = &[
    INT, STRING, STRINGS, OPTION, PAIR, STATE, TREE, RESULT, PAIRS, MAP, FUN,
];

/// Number of functions besides `main`; the last is the code of a closure that captures a state and a pair.
const FUNCS: usize = 4;
const CLOSURE: usize = FUNCS - 1;

type Signature = (Vec<TypeId>, TypeId);

/// Decisions from random bytes; when they are used up, always the first choice.
struct Choices<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl Choices<'_> {
    fn below(&mut self, count: usize) -> usize {
        let byte = self.bytes.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        usize::from(byte) % count.max(1)
    }

    fn ty(&mut self) -> TypeId {
        TYPES[self.below(TYPES.len())]
    }
}

/// What code at some place may refer to.
#[derive(Clone, Default)]
struct Scope {
    vars: Vec<(Var, TypeId)>,
    joins: Vec<(JoinId, Vec<TypeId>)>,
}

struct Gen<'g, 'b> {
    choices: &'g mut Choices<'b>,
    signatures: &'g [Signature],
    ret: TypeId,
}

impl Gen<'_, '_> {
    /// A value of a type: one in scope, or a new one.
    fn value(&mut self, b: &mut Build, scope: &Scope, ty: TypeId) -> Var {
        let fitting: Vec<Var> = scope
            .vars
            .iter()
            .filter(|(_, other)| *other == ty)
            .map(|(var, _)| *var)
            .collect();
        let pick = self.choices.below(fitting.len() + 1);
        match fitting.get(pick) {
            Some(var) => *var,
            None => self.fresh(b, ty),
        }
    }

    fn fresh(&mut self, b: &mut Build, ty: TypeId) -> Var {
        let op = match ty {
            INT => Op::Int(7),
            STRING => Op::Str("text".into()),
            STRINGS | INTS | PAIRS => Op::List(Vec::new()),
            OPTION => Op::Construct(1, Vec::new()),
            TREE => Op::Construct(0, Vec::new()),
            MAP => Op::MapNew,
            FUN => {
                let (state, pair) = (self.fresh(b, STATE), self.fresh(b, PAIR));
                Op::Closure(FuncId(CLOSURE as u32), vec![state, pair])
            }
            PAIR => Op::Construct(0, vec![self.fresh(b, INT), self.fresh(b, STRING)]),
            RESULT => Op::Construct(0, vec![self.fresh(b, STRING)]),
            STATE => {
                let fields = vec![
                    self.fresh(b, STRINGS),
                    self.fresh(b, INT),
                    self.fresh(b, PAIR),
                ];
                Op::Construct(0, fields)
            }
            _ => Op::Bool(true),
        };
        b.op(ty, op)
    }

    /// One more variable.
    fn statement(&mut self, b: &mut Build, scope: &mut Scope) {
        let kind = self.choices.below(26);
        let (ty, op) = self.operation(b, scope, kind);
        let var = b.op(ty, op);
        scope.vars.push((var, ty));
    }

    fn operation(&mut self, b: &mut Build, scope: &Scope, kind: usize) -> (TypeId, Op) {
        let mut value = |ty| self.value(b, scope, ty);
        match kind {
            0 => (INT, Op::IntBin(IntOp::Add, value(INT), value(INT))),
            1 => (STRING, Op::Concat(value(STRING), value(STRING))),
            2 => (STRINGS, Op::List(vec![value(STRING), value(STRING)])),
            3 => (STRINGS, Op::ListAppend(value(STRINGS), value(STRING))),
            4 => (STRING, Op::ListGet(value(STRINGS), value(INT))),
            5 => (
                STRINGS,
                Op::ListSet(value(STRINGS), value(INT), value(STRING)),
            ),
            6 => (OPTION, Op::Construct(0, vec![value(STRING)])),
            7 => (PAIR, Op::Construct(0, vec![value(INT), value(STRING)])),
            8 => project(value(PAIR), PAIR_FIELDS, 1),
            9 => project(value(STATE), STATE_FIELDS, 0),
            10 => project(value(STATE), STATE_FIELDS, 2),
            11 => {
                let fields = vec![(0, value(STRINGS))];
                (STATE, Op::Update(value(STATE), fields))
            }
            12 => {
                let fields = vec![(2, value(PAIR)), (1, value(INT))];
                (STATE, Op::Update(value(STATE), fields))
            }
            13 => {
                let fields = vec![value(TREE), value(STRING), value(TREE)];
                (TREE, Op::Construct(1, fields))
            }
            14 => (RESULT, Op::Construct(1, vec![value(STRINGS)])),
            15 => (PAIRS, Op::ListAppend(value(PAIRS), value(PAIR))),
            16 => (PAIR, Op::ListGet(value(PAIRS), value(INT))),
            17 => (PAIRS, Op::ListSet(value(PAIRS), value(INT), value(PAIR))),
            18 => (STRINGS, Op::MapGet(value(MAP), value(STRING))),
            19 => (MAP, Op::MapPut(value(MAP), value(STRING), value(STRINGS))),
            20 => (STRING, Op::CallClosure(value(FUN), vec![value(STRING)])),
            21 => (
                STRING,
                Op::AppendText(TextForm::Debug, value(STRING), value(STATE)),
            ),
            22 => (INT, Op::Equal(value(TREE), value(TREE))),
            23 => (INT, Op::ListLen(value(STRINGS))),
            24 => (STRINGS, Op::ListConcat(value(STRINGS), value(STRINGS))),
            _ => self.call(b, scope),
        }
    }

    fn call(&mut self, b: &mut Build, scope: &Scope) -> (TypeId, Op) {
        let index = self.choices.below(CLOSURE);
        let (params, ret) = self.signatures[index].clone();
        let args = params.iter().map(|ty| self.value(b, scope, *ty)).collect();
        (ret, Op::Call(FuncId(index as u32), args))
    }

    fn block(&mut self, b: &mut Build, scope: &Scope, depth: u32) -> Block {
        b.block(|b| self.code(b, &mut scope.clone(), depth))
    }

    fn code(&mut self, b: &mut Build, scope: &mut Scope, depth: u32) -> End {
        for _ in 0..self.choices.below(5) {
            self.statement(b, scope);
        }
        if depth > 0 && self.choices.below(3) == 0 {
            self.join(b, scope, depth);
        }
        match if depth == 0 { 0 } else { self.choices.below(8) } {
            0 => self.leave(b, scope),
            1 => {
                let (ty, op) = self.call(b, scope);
                let value = b.op(ty, op);
                match ty == self.ret {
                    true => End::Return(value),
                    false => self.leave(b, scope),
                }
            }
            2 => self.switch(b, scope, depth, TREE, &[&[], &[TREE, STRING, TREE]]),
            3 => self.switch(b, scope, depth, OPTION, &[&[STRING], &[]]),
            4 => self.switch(b, scope, depth, RESULT, &[&[STRING], &[STRINGS]]),
            5 => self.lists(b, scope, depth),
            6 => self.entry(b, scope, depth),
            _ => {
                let (x, y) = (self.value(b, scope, INT), self.value(b, scope, INT));
                let test = b.op(BOOL, Op::IntCmp(Cond::Lt, x, y));
                let yes = self.block(b, scope, depth - 1);
                let no = self.block(b, scope, depth - 1);
                End::If(test, Box::new(yes), Box::new(no))
            }
        }
    }

    /// Returns, or jumps to a join point in scope.
    fn leave(&mut self, b: &mut Build, scope: &Scope) -> End {
        let choice = self.choices.below(scope.joins.len() + 1);
        match scope.joins.get(choice) {
            Some((id, params)) => {
                let args = params.iter().map(|ty| self.value(b, scope, *ty)).collect();
                End::Jump(*id, args)
            }
            None => {
                let ret = self.ret;
                End::Return(self.value(b, scope, ret))
            }
        }
    }

    fn join(&mut self, b: &mut Build, scope: &mut Scope, depth: u32) {
        let params: Vec<TypeId> = (0..self.choices.below(4))
            .map(|_| self.choices.ty())
            .collect();
        let looping = self.choices.below(2) == 0;
        let id = b.join(looping, &params, |b, id, vars| {
            let mut inner = scope.clone();
            inner
                .vars
                .extend(vars.iter().copied().zip(params.iter().copied()));
            if looping {
                inner.joins.push((id, params.clone()));
            }
            self.code(b, &mut inner, depth - 1)
        });
        scope.joins.push((id, params));
    }

    fn switch(
        &mut self,
        b: &mut Build,
        scope: &Scope,
        depth: u32,
        ty: TypeId,
        variants: &[&[TypeId]],
    ) -> End {
        let on = self.value(b, scope, ty);
        let mut arms = Vec::new();
        for (tag, fields) in variants.iter().enumerate() {
            let arm = b.block(|b| {
                let mut inner = scope.clone();
                for (index, field) in fields.iter().enumerate() {
                    if self.choices.below(3) > 0 {
                        let var = b.field(*field, on, tag as u8, index as u32);
                        inner.vars.push((var, *field));
                    }
                }
                self.code(b, &mut inner, depth - 1)
            });
            arms.push((tag as u8, arm));
        }
        End::Switch {
            on,
            arms,
            default: None,
        }
    }

    /// `[]` and `h :: t`.
    fn lists(&mut self, b: &mut Build, scope: &Scope, depth: u32) -> End {
        let list = self.value(b, scope, STRINGS);
        let len = b.op(INT, Op::ListLen(list));
        let zero = b.int(0);
        let test = b.op(BOOL, Op::IntCmp(Cond::Eq, len, zero));
        let empty = self.block(b, scope, depth - 1);
        let full = b.block(|b| {
            let mut inner = scope.clone();
            let head = b.op(STRING, Op::ListHead(list));
            let one = b.int(1);
            let tail = b.op(STRINGS, Op::ListDrop(list, one));
            inner.vars.extend([(head, STRING), (tail, STRINGS)]);
            self.code(b, &mut inner, depth - 1)
        });
        End::If(test, Box::new(empty), Box::new(full))
    }
    /// The value under a key, if there is one.
    fn entry(&mut self, b: &mut Build, scope: &Scope, depth: u32) -> End {
        let (map, key) = (self.value(b, scope, MAP), self.value(b, scope, STRING));
        let test = b.op(BOOL, Op::MapHas(map, key));
        let found = b.block(|b| {
            let mut inner = scope.clone();
            for _ in 0..self.choices.below(3) {
                self.statement(b, &mut inner);
            }
            let value = b.op(STRINGS, Op::MapGet(map, key));
            inner.vars.push((value, STRINGS));
            if self.choices.below(2) == 0 {
                let put = b.op(MAP, Op::MapPut(map, key, value));
                inner.vars.push((put, MAP));
            }
            self.code(b, &mut inner, depth - 1)
        });
        let absent = self.block(b, scope, depth - 1);
        End::If(test, Box::new(found), Box::new(absent))
    }
}

const PAIR_FIELDS: &[TypeId] = &[INT, STRING];
const STATE_FIELDS: &[TypeId] = &[STRINGS, INT, PAIR];

fn project(value: Var, fields: &[TypeId], field: u32) -> (TypeId, Op) {
    let tag = 0;
    (fields[field as usize], Op::Project { value, tag, field })
}

fn random_program(bytes: &[u8]) -> Program {
    let mut choices = Choices { bytes, at: 0 };
    let mut signatures: Vec<Signature> = (0..CLOSURE)
        .map(|_| {
            let params = (0..choices.below(4)).map(|_| choices.ty()).collect();
            (params, choices.ty())
        })
        .collect();
    signatures.push((vec![STRING], STRING));
    let funcs: Vec<Func> = (0..FUNCS)
        .map(|index| random_func(&mut choices, &signatures, index))
        .collect();
    program(funcs)
}

fn random_func(choices: &mut Choices<'_>, signatures: &[Signature], index: usize) -> Func {
    let (params, ret) = signatures[index].clone();
    let mut generator = Gen {
        choices,
        signatures,
        ret,
    };
    let name = format!("Main.f{index}");
    if index == CLOSURE {
        let captures = [STATE, PAIR];
        return closure(
            &name,
            &captures,
            &params,
            (FUN, ret),
            |b, captured, vars| {
                let mut scope = Scope::default();
                scope.vars.extend(captured.iter().copied().zip(captures));
                scope
                    .vars
                    .extend(vars.iter().copied().zip(params.iter().copied()));
                generator.code(b, &mut scope, 3)
            },
        );
    }
    func(&name, &params, ret, |b, vars| {
        let mut scope = Scope::default();
        scope
            .vars
            .extend(vars.iter().copied().zip(params.iter().copied()));
        generator.code(b, &mut scope, 3)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, max_shrink_iters: 2000, ..ProptestConfig::default() })]

    #[test]
    fn emitted_code_verifies(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let program = random_program(&bytes);
        let emitted = super::super::emit(program.clone(), &FileSet::new());
        if let Err(error) = emitted {
            prop_assert!(false, "{}\n{}\n{}", error.message, crate::core::print::program(&program), super::super::dump(&program));
        }
    }
}
