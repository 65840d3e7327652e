//! Calls replaced by the code of the callee.

use rustc_hash::FxHashMap;

use super::copy::{Copier, Places};
use super::dead::is_pure;
use super::loops;
use crate::core::ir::{
    Block, End, Func, FuncId, FuncKind, Inlined, Join, JoinId, Op, Program, Site, Stmt, Var,
};
use crate::stack::with_stack;

/// Largest callee that is inlined wherever it is called.
const SMALL: usize = 14;

/// Largest callee that is inlined when it is called in one place only.
const ONCE: usize = 40;

/// Largest library function that is inlined where it is given a known function.
const HIGHER_ORDER: usize = 120;

/// Largest function whose calls to itself are inlined.
const RECURSIVE: usize = 24;

/// Largest closure that is inlined when it is called in several places.
const SMALL_CLOSURE: usize = 30;

/// How many statements a function may still grow by.
pub(super) struct Room(usize);

impl Room {
    /// The room of a function before anything is inlined into it.
    pub(super) fn for_func(func: &Func) -> Room {
        Room(300 + 2 * size(func))
    }
}

/// What is known about finished functions.
pub(super) struct Callees {
    finished: Vec<Option<Callee>>,
    /// In how many places other functions call each function.
    places: Vec<u32>,
}

#[derive(Clone, Copy)]
struct Callee {
    size: usize,
    cannot_crash: bool,
}

impl Callees {
    /// No function is finished.
    pub(super) fn new(program: &Program) -> Callees {
        let mut places = vec![0; program.funcs.len()];
        for (number, func) in program.funcs.iter().enumerate() {
            let id = FuncId(number as u32);
            calls_of(func)
                .filter(|callee| *callee != id)
                .for_each(|callee| places[callee.0 as usize] += 1);
        }
        Callees {
            finished: vec![None; program.funcs.len()],
            places,
        }
    }

    /// Takes note of a function that will not change any more. Functions that are recursive are never inlined.
    pub(super) fn finish(&mut self, program: &Program, id: FuncId, inlinable: bool) {
        let func = &program.funcs[id.0 as usize];
        if inlinable && !calls_itself(func, id) {
            self.know(func, id);
        }
    }

    fn know(&mut self, func: &Func, id: FuncId) {
        let callee = Callee {
            size: size(func),
            cannot_crash: cannot_crash(func),
        };
        self.finished[id.0 as usize] = Some(callee);
    }
}

/// Replaces calls in a function; whether there were any to replace.
pub(super) fn calls(program: &mut Program, id: FuncId, callees: &Callees, room: &mut Room) -> bool {
    let body = std::mem::replace(&mut program.funcs[id.0 as usize].body, empty());
    calls_in(body, program, id, callees, room)
}

/// Replaces the calls to itself in a small recursive function by its code, once: half of the calls are saved at least, and more where a
/// turn makes several.
pub(super) fn recursion(program: &mut Program, id: FuncId, callees: &mut Callees) -> bool {
    let func = &program.funcs[id.0 as usize];
    if size(func) > RECURSIVE || !calls_itself(func, id) || loops::repeats(func, id) || builds(func)
    {
        return false;
    }
    let (body, mut room) = (func.body.clone(), Room::for_func(func));
    callees.know(func, id);
    let changed = calls_in(body, program, id, callees, &mut room);
    callees.finished[id.0 as usize] = None;
    changed
}

fn calls_in(
    body: Block,
    program: &mut Program,
    id: FuncId,
    callees: &Callees,
    room: &mut Room,
) -> bool {
    let index = id.0 as usize;
    let choice = Choice {
        program,
        callees,
        closures: known_functions(&body),
        home: &program.funcs[index].name,
    };
    if !choice.any(&body, room) {
        program.funcs[index].body = body;
        return false;
    }
    let mut target = program.funcs[index].clone();
    let mut pass = Inline {
        choice,
        target: &mut target,
        room,
    };
    target.body = pass.block(body);
    program.funcs[index] = target;
    true
}

fn empty() -> Block {
    Block {
        stmts: Vec::new(),
        end: End::Unreachable,
    }
}

/// Number of statements and branches.
pub(super) fn size(func: &Func) -> usize {
    func.body
        .all_blocks()
        .map(|block| block.stmts.len() + 1)
        .sum()
}

/// A variable that holds a known function.
#[derive(Clone)]
struct Known {
    func: FuncId,
    captures: Vec<Var>,
    /// How often the variable is read.
    uses: u32,
}

fn known_functions(body: &Block) -> FxHashMap<Var, Known> {
    let mut known: FxHashMap<Var, Known> = FxHashMap::default();
    for block in body.all_blocks() {
        for stmt in &block.stmts {
            match stmt {
                Stmt::Let {
                    var,
                    op: Op::Closure(func, captures),
                    ..
                } => {
                    known.insert(
                        *var,
                        Known {
                            func: *func,
                            captures: captures.clone(),
                            uses: 0,
                        },
                    );
                }
                Stmt::Let {
                    var,
                    op: Op::FuncValue(func),
                    ..
                } => {
                    known.insert(
                        *var,
                        Known {
                            func: *func,
                            captures: Vec::new(),
                            uses: 0,
                        },
                    );
                }
                _ => {}
            }
        }
    }
    let mut count = |var: Var| {
        if let Some(known) = known.get_mut(&var) {
            known.uses += 1;
        }
    };
    for block in body.all_blocks() {
        for stmt in &block.stmts {
            if let Stmt::Let { op, .. } = stmt {
                op.operands(&mut count);
            }
        }
        block.end.operands(&mut count);
    }
    known
}

/// Which calls of a function are replaced.
struct Choice<'p> {
    program: &'p Program,
    callees: &'p Callees,
    closures: FxHashMap<Var, Known>,
    /// Name of the function.
    home: &'p str,
}

struct Inline<'p> {
    choice: Choice<'p>,
    /// The function that is changed, without its body.
    target: &'p mut Func,
    room: &'p mut Room,
}

/// As what a stack trace shows code that has been inlined.
#[derive(Clone, Copy)]
enum Traced {
    /// The call.
    Call,
    /// Its own places, as if it were the caller's code.
    Caller,
    /// A frame of its own.
    Frame,
}

/// The callee, the values of its captures and parameters, and how its code is traced.
type Replacement = (FuncId, Vec<(Var, Var)>, Traced);

/// Code to put in a call's place.
struct Call<'a> {
    callee: FuncId,
    /// Values of the callee's captures and parameters.
    values: Vec<(Var, Var)>,
    result: Var,
    traced: Traced,
    site: Site,
    rest: &'a mut Vec<Stmt>,
}

impl Choice<'_> {
    /// Whether any call is replaced. Most functions have none, and need not be built anew.
    fn any(&self, body: &Block, room: &Room) -> bool {
        body.all_blocks().any(|block| {
            block.stmts.iter().any(|stmt| {
                matches!(stmt, Stmt::Let { op, span, .. } if self.of(op, *span, room).is_some())
            })
        })
    }

    /// What a call is to be replaced by.
    fn of(&self, op: &Op, site: Site, room: &Room) -> Option<Replacement> {
        match op {
            Op::Call(func, args) => {
                let (callee, known) = self.usable(*func, room)?;
                let given_function = args.iter().any(|arg| self.closures.contains_key(arg));
                let once = self.callees.places[func.0 as usize] == 1 && known.size <= ONCE;
                let fits = known.size <= SMALL
                    || once
                    || (callee.library && given_function && known.size <= HIGHER_ORDER);
                let traced = match callee.library || known.cannot_crash {
                    true => Traced::Call,
                    false => Traced::Frame,
                };
                let values = callee.params.iter().copied().zip(args.iter().copied());
                fits.then(|| (*func, values.collect(), traced))
            }
            Op::CallClosure(closure, args) => {
                let value = self.closures.get(closure)?;
                let (callee, known) = self.usable(value.func, room)?;
                let FuncKind::Closure { captures, .. } = &callee.kind else {
                    return None;
                };
                if value.uses > 1 && known.size > SMALL_CLOSURE {
                    return None;
                }
                let traced = self.closure_traced(callee, site);
                let captured = captures.iter().copied().zip(value.captures.iter().copied());
                let values =
                    captured.chain(callee.params.iter().copied().zip(args.iter().copied()));
                Some((value.func, values.collect(), traced))
            }
            _ => None,
        }
    }

    /// A function that may be inlined here at all.
    fn usable(&self, func: FuncId, room: &Room) -> Option<(&Func, Callee)> {
        let known = self
            .callees
            .finished
            .get(func.0 as usize)
            .copied()
            .flatten()?;
        (known.size <= room.0).then_some((&self.program.funcs[func.0 as usize], known))
    }

    /// How a closure's code is traced when it moves into this function: where the closure is written, it is the function's own.
    fn closure_traced(&self, closure: &Func, site: Site) -> Traced {
        if closure.library {
            return Traced::Call;
        }
        let home = closure.name.trim_end_matches("/fn");
        let here = self.home.trim_end_matches("/fn");
        match home == here && site.inlined == 0 {
            true => Traced::Caller,
            false => Traced::Frame,
        }
    }
}

impl Inline<'_> {
    fn block(&mut self, block: Block) -> Block {
        with_stack(|| {
            let Block { stmts, end } = block;
            let mut out = Vec::with_capacity(stmts.len());
            let mut rest: Vec<Stmt> = stmts.into_iter().rev().collect();
            while let Some(stmt) = rest.pop() {
                match stmt {
                    Stmt::Let { var, op, span } => match self.choice.of(&op, span, self.room) {
                        Some((callee, values, traced)) => {
                            let call = Call {
                                callee,
                                values,
                                result: var,
                                traced,
                                site: span,
                                rest: &mut rest,
                            };
                            return self.replace(call, out, end);
                        }
                        None => out.push(Stmt::Let { var, op, span }),
                    },
                    Stmt::Join(join) => {
                        let body = self.block(join.body);
                        out.push(Stmt::Join(Join { body, ..join }));
                    }
                }
            }
            let end = self.end(end);
            Block { stmts: out, end }
        })
    }

    fn end(&mut self, mut end: End) -> End {
        for block in end.blocks_mut() {
            *block = self.block(std::mem::replace(block, empty()));
        }
        end
    }

    /// The block with a call replaced.
    fn replace(&mut self, call: Call<'_>, mut out: Vec<Stmt>, end: End) -> Block {
        let in_tail = call.rest.is_empty() && matches!(end, End::Return(var) if var == call.result);
        let places = self.places(&call, in_tail);
        let callee = &self.choice.program.funcs[call.callee.0 as usize];
        self.room.0 = self.room.0.saturating_sub(size(callee));
        let mut copier = Copier {
            from: Some(&callee.vars),
            vars: &mut self.target.vars,
            joins: &mut self.target.joins,
            map: call.values.iter().copied().collect(),
            join_map: FxHashMap::default(),
            places,
        };
        let mut code = copier.block(&callee.body);
        let rest = Block {
            stmts: std::mem::take(call.rest).into_iter().rev().collect(),
            end,
        };
        if !in_tail {
            let straight = code
                .stmts
                .iter()
                .all(|stmt| matches!(stmt, Stmt::Let { .. }));
            if let (true, End::Return(value)) = (straight, &code.end) {
                let value = *value;
                // Straight code: no join needed.
                out.append(&mut code.stmts);
                out.push(Stmt::Let {
                    var: call.result,
                    op: Op::Copy(value),
                    span: call.site,
                });
                let rest = self.block(rest);
                out.extend(rest.stmts);
                return Block {
                    stmts: out,
                    end: rest.end,
                };
            }
            let join = JoinId(self.target.joins);
            self.target.joins += 1;
            code.for_each_block_mut(&mut |block| {
                if let End::Return(value) = block.end {
                    block.end = End::Jump(join, vec![value]);
                }
            });
            let body = self.block(rest);
            out.push(Stmt::Join(Join {
                id: join,
                params: vec![call.result],
                looping: false,
                body,
            }));
        }
        out.append(&mut code.stmts);
        Block {
            stmts: out,
            end: code.end,
        }
    }

    /// Takes note of an inlined call, and says where its code is then.
    fn places(&mut self, call: &Call<'_>, in_tail: bool) -> Places {
        let callee = &self.choice.program.funcs[call.callee.0 as usize];
        let entries = &mut self.target.inlined;
        let around = |entries: &[Inlined], entry: u32| {
            let entry = entries.get(entry.checked_sub(1)? as usize)?;
            entry.call
        };
        let own = match call.traced {
            Traced::Call => return Places::At(call.site),
            Traced::Caller => call.site.inlined,
            Traced::Frame => {
                let caller = match in_tail {
                    true => around(entries, call.site.inlined),
                    false => Some(call.site),
                };
                entries.push(Inlined {
                    function: callee.name.clone(),
                    call: caller,
                });
                entries.len() as u32
            }
        };
        let first = entries.len() as u32 + 1;
        let places = Places::Inlined { own, first };
        for inner in &callee.inlined {
            let call = match inner.call {
                Some(site) => Some(places.of(site)),
                None => around(entries, own),
            };
            entries.push(Inlined {
                function: inner.function.clone(),
                call,
            });
        }
        places
    }
}

/// Whether a function builds values: when it also takes some apart, each cell becomes the next one of the same turn, which would be the wrong
/// pairs with two turns in one.
fn builds(func: &Func) -> bool {
    let mut stmts = func.body.all_blocks().flat_map(|block| &block.stmts);
    stmts.any(|stmt| {
        matches!(
            stmt,
            Stmt::Let {
                op: Op::Construct(..) | Op::Update(..),
                ..
            }
        )
    })
}

fn calls_itself(func: &Func, id: FuncId) -> bool {
    calls_of(func).any(|callee| callee == id)
}

/// The functions that a function calls, once for each place.
fn calls_of(func: &Func) -> impl Iterator<Item = FuncId> {
    let stmts = func.body.all_blocks().flat_map(|block| &block.stmts);
    stmts.filter_map(|stmt| match stmt {
        Stmt::Let {
            op: Op::Call(callee, _),
            ..
        } => Some(*callee),
        _ => None,
    })
}

/// Whether no crash can happen in a function, in what it calls neither.
fn cannot_crash(func: &Func) -> bool {
    func.body.all_blocks().all(|block| {
        let ends_well = !matches!(block.end, End::Crash { .. } | End::Panic { .. });
        let pure = |stmt: &Stmt| match stmt {
            Stmt::Let { op, .. } => is_pure(op),
            Stmt::Join(join) => !join.looping,
        };
        ends_well && block.stmts.iter().all(pure)
    })
}
