//! Calls replaced by the code of the callee.

use rustc_hash::{FxHashMap, FxHashSet};

use super::copy::{Copier, Places, Renamed};
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

    /// Makes room for what is inlined into new versions of loops.
    pub(super) fn extend(&mut self, versions: usize) {
        self.0 += 200 * versions;
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
    /// No function is finished. `places` says in how many places other functions call each function.
    pub(super) fn new(places: Vec<u32>) -> Callees {
        Callees {
            finished: vec![None; places.len()],
            places,
        }
    }

    /// Takes note of a function that will not change any more, and may be inlined if it does not call itself.
    pub(super) fn finish(&mut self, func: &Func, id: FuncId) {
        let callee = Callee {
            size: size(func),
            cannot_crash: cannot_crash(func),
        };
        self.finished[id.0 as usize] = Some(callee);
    }

    fn size(&self, id: FuncId) -> usize {
        self.finished[id.0 as usize].map_or(0, |callee| callee.size)
    }
}

/// Replaces calls in a function; whether there were any to replace.
pub(super) fn calls(program: &mut Program, id: FuncId, callees: &Callees, room: &mut Room) -> bool {
    let func = &mut program.funcs[id.0 as usize];
    // Nothing asks for the function itself meanwhile: one that calls itself is not finished.
    let target = std::mem::take(func);
    calls_in(target, program, id, callees, room)
}

/// Replaces the calls to itself in a small recursive function by its code, once: half of the calls are saved at least, and more where a
/// turn makes several.
pub(super) fn recursion(program: &mut Program, id: FuncId, callees: &mut Callees) -> bool {
    let func = &program.funcs[id.0 as usize];
    if size(func) > RECURSIVE || !calls_itself(func, id) || loops::repeats(func, id) || builds(func)
    {
        return false;
    }
    let (target, mut room) = (func.clone(), Room::for_func(func));
    callees.finish(func, id);
    let changed = calls_in(target, program, id, callees, &mut room);
    callees.finished[id.0 as usize] = None;
    changed
}

/// Replaces calls in `target`, which becomes the function `id`.
fn calls_in(
    mut target: Func,
    program: &mut Program,
    id: FuncId,
    callees: &Callees,
    room: &mut Room,
) -> bool {
    let mut body = std::mem::take(&mut target.body);
    let name = std::mem::take(&mut target.name);
    let closures = known_functions(&body);
    let choice = Choice {
        program,
        callees,
        carriers: carriers(&body, &closures),
        closures,
        home: &name,
    };
    let any = choice.any(&body, room);
    if any {
        let mut pass = Inline {
            choice,
            target: &mut target,
            room,
        };
        pass.block(&mut body);
    }
    target.body = body;
    target.name = name;
    program.funcs[id.0 as usize] = target;
    any
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

/// The variables that hold known functions, with how often they are read.
fn known_functions(body: &Block) -> FxHashMap<Var, Known> {
    let mut known: FxHashMap<Var, Known> = FxHashMap::default();
    for block in body.all_blocks() {
        for stmt in &block.stmts {
            let (var, func, captures) = match stmt {
                Stmt::Let {
                    var,
                    op: Op::Closure(func, captures),
                    ..
                } => (*var, *func, captures.clone()),
                Stmt::Let {
                    var,
                    op: Op::FuncValue(func),
                    ..
                } => (*var, *func, Vec::new()),
                _ => continue,
            };
            let uses = 0;
            known.insert(
                var,
                Known {
                    func,
                    captures,
                    uses,
                },
            );
        }
    }
    if !known.is_empty() {
        count_reads(body, &mut known);
    }
    known
}

/// The structs that are built of known functions.
fn carriers(body: &Block, closures: &FxHashMap<Var, Known>) -> FxHashSet<Var> {
    if closures.is_empty() {
        return FxHashSet::default();
    }
    let stmts = body.all_blocks().flat_map(|block| &block.stmts);
    let built = stmts.filter_map(|stmt| match stmt {
        Stmt::Let {
            var,
            op: Op::Construct(_, fields),
            ..
        } => Some((*var, fields)),
        _ => None,
    });
    let carries = |fields: &Vec<Var>| fields.iter().any(|field| closures.contains_key(field));
    built
        .filter(|(_, fields)| carries(fields))
        .map(|(var, _)| var)
        .collect()
}

fn count_reads(body: &Block, known: &mut FxHashMap<Var, Known>) {
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
}

/// Which calls of a function are replaced.
struct Choice<'p> {
    program: &'p Program,
    callees: &'p Callees,
    closures: FxHashMap<Var, Known>,
    /// Structs in which known functions are.
    carriers: FxHashSet<Var>,
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
struct Call {
    callee: FuncId,
    /// Values of the callee's captures and parameters.
    values: Vec<(Var, Var)>,
    result: Var,
    traced: Traced,
    site: Site,
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
                let given_function = args.iter().any(|arg| self.has_code(*arg));
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

    /// Whether a variable holds a known function, or a struct with one.
    fn has_code(&self, var: Var) -> bool {
        self.closures.contains_key(&var) || self.carriers.contains(&var)
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
    fn block(&mut self, block: &mut Block) {
        with_stack(|| {
            for at in 0..block.stmts.len() {
                match &mut block.stmts[at] {
                    Stmt::Join(join) => self.block(&mut join.body),
                    Stmt::Let { var, op, span } => {
                        let Some((callee, values, traced)) = self.choice.of(op, *span, self.room)
                        else {
                            continue;
                        };
                        let call = Call {
                            callee,
                            values,
                            result: *var,
                            traced,
                            site: *span,
                        };
                        return self.replace(call, block, at);
                    }
                }
            }
            block.end.blocks_mut().for_each(|block| self.block(block));
        });
    }

    /// Replaces the call that is statement `at` of a block, and goes on behind it.
    fn replace(&mut self, call: Call, block: &mut Block, at: usize) {
        let mut rest = Block {
            stmts: block.stmts.split_off(at + 1),
            end: std::mem::take(&mut block.end),
        };
        block.stmts.pop();
        let in_tail =
            rest.stmts.is_empty() && matches!(rest.end, End::Return(var) if var == call.result);
        let mut code = self.copy(&call, in_tail);
        let mut stmts = code.stmts.iter();
        let straight = stmts.all(|stmt| matches!(stmt, Stmt::Let { .. }));
        match code.end {
            _ if in_tail => block.append(code),
            End::Return(value) if straight => {
                // Straight code: no join needed.
                block.stmts.append(&mut code.stmts);
                block.stmts.push(Stmt::Let {
                    var: call.result,
                    op: Op::Copy(value),
                    span: call.site,
                });
                self.block(&mut rest);
                block.append(rest);
            }
            _ => {
                let join = self.return_to_join(&mut code);
                self.block(&mut rest);
                block.stmts.push(Stmt::Join(Box::new(Join {
                    id: join,
                    params: vec![call.result],
                    looping: false,
                    body: rest,
                })));
                block.append(code);
            }
        }
    }

    /// A copy of the code of a callee with its arguments.
    fn copy(&mut self, call: &Call, in_tail: bool) -> Block {
        let places = self.places(call, in_tail);
        let callee = &self.choice.program.funcs[call.callee.0 as usize];
        let size = self.choice.callees.size(call.callee);
        self.room.0 = self.room.0.saturating_sub(size);
        let mut copier = Copier {
            from: Some(&callee.vars),
            vars: &mut self.target.vars,
            joins: &mut self.target.joins,
            map: Renamed::many(callee.vars.len(), call.values.iter().copied()),
            join_map: FxHashMap::default(),
            places,
        };
        copier.block(&callee.body)
    }

    /// Makes code jump to a new join with what it returned.
    fn return_to_join(&mut self, code: &mut Block) -> JoinId {
        let join = JoinId(self.target.joins);
        self.target.joins += 1;
        code.for_each_block_mut(&mut |block| {
            if let End::Return(value) = block.end {
                block.end = End::Jump(join, vec![value]);
            }
        });
        join
    }

    /// Takes note of an inlined call, and says where its code is then.
    fn places(&mut self, call: &Call, in_tail: bool) -> Places {
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

/// Whether a function calls anything that could be replaced by its code.
pub(super) fn has_calls(func: &Func) -> bool {
    let mut stmts = func.body.all_blocks().flat_map(|block| &block.stmts);
    stmts.any(|stmt| {
        matches!(
            stmt,
            Stmt::Let {
                op: Op::Call(..) | Op::CallClosure(..),
                ..
            }
        )
    })
}

/// Whether a function calls itself.
pub(super) fn calls_itself(func: &Func, id: FuncId) -> bool {
    let mut stmts = func.body.all_blocks().flat_map(|block| &block.stmts);
    stmts.any(|stmt| matches!(stmt, Stmt::Let { op: Op::Call(callee, _), .. } if *callee == id))
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
