//! A parameter of a join that every jump builds with the same constructor, and that is only taken apart, becomes its fields.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::core::ir::{Block, End, Func, JoinId, Op, Stmt, Var};

/// Values with more fields stay whole: each takes a register.
const MAX_FIELDS: usize = 8;

/// Takes parameters apart; whether there were any.
pub(super) fn spread(func: &mut Func) -> bool {
    let mut plan = candidates(func);
    if plan.is_empty() {
        return false;
    }
    see_jumps(func, &mut plan);
    plan.retain(|_, param| param.built.is_some());
    if plan.is_empty() {
        return false;
    }
    name_fields(func, &mut plan);
    let built = constructions(func);
    let places: FxHashSet<(JoinId, usize)> = plan.values().map(|param| param.at).collect();
    func.body.for_each_block_mut(&mut |block| {
        take_apart(block, &plan);
        hand_over_fields(block, &places, &built);
    });
    true
}

/// A parameter that may go.
struct Param {
    /// Its join, and its number there.
    at: (JoinId, usize),
    /// Tag and fields, as some jump has them; none when jumps disagree or do not say.
    built: Option<(u8, Vec<Var>)>,
    /// The constructor that it is taken apart by.
    tag: u8,
    /// The variables of its fields.
    fields: Vec<Var>,
}

type Plan = FxHashMap<Var, Param>;

/// Parameters of joins that are only taken apart, by one constructor.
fn candidates(func: &Func) -> Plan {
    let blocks = || func.body.all_blocks();
    let mut reads = vec![Reads::None; func.vars.len()];
    let mut plan = Plan::default();
    for join in blocks().flat_map(|block| &block.stmts).filter_map(joined) {
        for (number, param) in join.params.iter().enumerate() {
            reads[param.0 as usize] = Reads::NoneOfParam((join.id, number));
        }
    }
    if reads.iter().all(|reads| matches!(reads, Reads::None)) {
        return plan;
    }
    for block in blocks() {
        for stmt in &block.stmts {
            match stmt {
                Stmt::Let {
                    op: Op::Project { value, tag, .. },
                    ..
                } => reads[value.0 as usize].add_part(*tag),
                Stmt::Let { op, .. } => op.operands(&mut |var| {
                    reads[var.0 as usize] = Reads::Whole;
                }),
                Stmt::Join(_) => {}
            }
        }
        block.end.operands(&mut |var| {
            reads[var.0 as usize] = Reads::Whole;
        });
    }
    for (var, reads) in reads.iter().enumerate() {
        if let Reads::Parts(at, tag) = *reads {
            let whole = Param {
                at,
                built: None,
                tag,
                fields: Vec::new(),
            };
            plan.insert(Var(var as u32), whole);
        }
    }
    plan
}

/// What is read of a variable.
#[derive(Clone, Copy)]
enum Reads {
    /// It is no parameter of a join, or is read otherwise.
    None,
    /// Nothing so far of the parameter with this join and number.
    NoneOfParam((JoinId, usize)),
    /// Fields of one constructor.
    Parts((JoinId, usize), u8),
    /// All of it.
    Whole,
}

impl Reads {
    fn add_part(&mut self, tag: u8) {
        *self = match *self {
            Reads::NoneOfParam(at) => Reads::Parts(at, tag),
            Reads::Parts(at, known) if known == tag => Reads::Parts(at, tag),
            Reads::None => Reads::None,
            _ => Reads::Whole,
        };
    }
}

fn joined(stmt: &Stmt) -> Option<&crate::core::ir::Join> {
    match stmt {
        Stmt::Join(join) if !join.looping => Some(join),
        _ => None,
    }
}

/// Constructor and fields of each variable that is built.
fn constructions(func: &Func) -> FxHashMap<Var, (u8, Vec<Var>)> {
    let mut built = FxHashMap::default();
    for stmt in func.body.all_blocks().flat_map(|block| &block.stmts) {
        if let Stmt::Let {
            var,
            op: Op::Construct(tag, fields),
            ..
        } = stmt
        {
            built.insert(*var, (*tag, fields.clone()));
        }
    }
    built
}

/// Finds out what jumps hand over.
fn see_jumps(func: &Func, plan: &mut Plan) {
    let built = constructions(func);
    let by_place: FxHashMap<(JoinId, usize), Var> =
        plan.iter().map(|(var, param)| (param.at, *var)).collect();
    let mut refused = Vec::new();
    for block in func.body.all_blocks() {
        let End::Jump(join, args) = &block.end else {
            continue;
        };
        for (number, arg) in args.iter().enumerate() {
            let Some(var) = by_place.get(&(*join, number)) else {
                continue;
            };
            let Some(param) = plan.get_mut(var) else {
                continue;
            };
            match built.get(arg) {
                Some((tag, fields)) if *tag == param.tag && fields.len() <= MAX_FIELDS => {
                    param.built = Some((*tag, fields.clone()));
                }
                _ => refused.push(*var),
            }
        }
    }
    refused.iter().for_each(|var| {
        plan.remove(var);
    });
}

/// Makes variables for the fields.
fn name_fields(func: &mut Func, plan: &mut Plan) {
    let mut params: Vec<(&Var, &mut Param)> = plan.iter_mut().collect();
    params.sort_by_key(|(var, _)| **var);
    for (_, param) in params {
        let fields = param.built.iter().flat_map(|(_, fields)| fields);
        param.fields = fields
            .map(|field| {
                let info = func.vars[field.0 as usize].clone();
                func.vars.push(info);
                Var(func.vars.len() as u32 - 1)
            })
            .collect();
    }
}

/// Puts fields in the place of parameters and of what is read of them.
fn take_apart(block: &mut Block, plan: &Plan) {
    for stmt in &mut block.stmts {
        match stmt {
            Stmt::Let { op, .. } => {
                if let Op::Project { value, field, .. } = op
                    && let Some(param) = plan.get(value)
                {
                    *op = Op::Copy(param.fields[*field as usize]);
                }
            }
            Stmt::Join(join) => {
                let params = std::mem::take(&mut join.params);
                let spread = params.into_iter().flat_map(|param| match plan.get(&param) {
                    Some(known) => known.fields.clone(),
                    None => vec![param],
                });
                join.params = spread.collect();
            }
        }
    }
}

fn hand_over_fields(
    block: &mut Block,
    places: &FxHashSet<(JoinId, usize)>,
    built: &FxHashMap<Var, (u8, Vec<Var>)>,
) {
    let End::Jump(join, args) = &mut block.end else {
        return;
    };
    let goes = |number: usize| places.contains(&(*join, number));
    if !(0..args.len()).any(goes) {
        return;
    }
    let numbered = args.iter().enumerate();
    let spread = numbered.flat_map(|(number, arg)| match built.get(arg) {
        Some((_, fields)) if goes(number) => fields.clone(),
        _ => vec![*arg],
    });
    *args = spread.collect();
}
