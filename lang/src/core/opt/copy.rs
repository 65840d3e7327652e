//! Copies of code with fresh variables and joins.

use rustc_hash::FxHashMap;

use crate::core::ir::{Block, End, Join, JoinId, Site, Stmt, Var, VarInfo};
use crate::stack::with_stack;

/// Where a copy's statements say that they come from.
#[derive(Clone, Copy, Debug)]
pub(super) enum Places {
    /// Where the original does, which is in the same function.
    Own,
    /// All from one place.
    At(Site),
    /// Where the original does, as code of inlined calls: what is the original function's own is in entry `own`, what is in its entry 1
    /// is in entry `first`, and so on.
    Inlined {
        /// Entry of the function's own code; 0 makes it the other function's own.
        own: u32,
        /// Entry of the first call that was inlined in it.
        first: u32,
    },
}

impl Places {
    /// Where the copy of code from a site is.
    pub(super) fn of(self, site: Site) -> Site {
        match self {
            Places::Own => site,
            Places::At(site) => site,
            Places::Inlined { own, first } => Site {
                span: site.span,
                inlined: match site.inlined {
                    0 => own,
                    entry => first + entry - 1,
                },
            },
        }
    }
}

/// New names of variables.
pub(super) enum Renamed {
    /// Of a few.
    Few(Vec<(Var, Var)>),
    /// Of those of a whole function, by number.
    Many(Vec<Option<Var>>),
}

impl Renamed {
    /// Names for a piece of code with few variables.
    pub(super) fn few(names: impl Iterator<Item = (Var, Var)>) -> Renamed {
        Renamed::Few(names.collect())
    }

    /// Names for the code of a function with so many variables.
    pub(super) fn many(vars: usize, names: impl Iterator<Item = (Var, Var)>) -> Renamed {
        let mut many = vec![None; vars];
        names.for_each(|(var, name)| many[var.0 as usize] = Some(name));
        Renamed::Many(many)
    }

    fn set(&mut self, var: Var, name: Var) {
        match self {
            Renamed::Few(names) => names.push((var, name)),
            Renamed::Many(names) => names[var.0 as usize] = Some(name),
        }
    }

    fn get(&self, var: Var) -> Option<Var> {
        match self {
            Renamed::Few(names) => {
                let found = names.iter().find(|(known, _)| *known == var);
                found.map(|(_, name)| *name)
            }
            Renamed::Many(names) => names.get(var.0 as usize).copied().flatten(),
        }
    }
}

/// A copy in progress.
pub(super) struct Copier<'f> {
    /// Variables of the function that the original is in, when that is another one.
    pub(super) from: Option<&'f [VarInfo]>,
    /// Variables of the function that the copy is for; fresh ones are added.
    pub(super) vars: &'f mut Vec<VarInfo>,
    /// Number of joins of that function.
    pub(super) joins: &'f mut u32,
    /// Fresh variables by original; those not here stay.
    pub(super) map: Renamed,
    /// Fresh joins by original.
    pub(super) join_map: FxHashMap<JoinId, JoinId>,
    /// Places of the copy.
    pub(super) places: Places,
}

impl Copier<'_> {
    /// A copy of a block.
    pub(super) fn block(&mut self, block: &Block) -> Block {
        with_stack(|| {
            let stmts = block.stmts.iter().map(|stmt| self.stmt(stmt)).collect();
            Block {
                stmts,
                end: self.end(&block.end),
            }
        })
    }

    fn fresh(&mut self, var: Var) -> Var {
        let info = self.from.unwrap_or(&*self.vars)[var.0 as usize].clone();
        self.vars.push(info);
        let fresh = Var(self.vars.len() as u32 - 1);
        self.map.set(var, fresh);
        fresh
    }

    fn place(&self, site: Site) -> Site {
        self.places.of(site)
    }

    fn stmt(&mut self, stmt: &Stmt) -> Stmt {
        match stmt {
            Stmt::Let { var, op, span } => {
                let mut op = op.clone();
                op.operands_mut(&mut |operand| self.rename(operand));
                Stmt::Let {
                    var: self.fresh(*var),
                    op,
                    span: self.place(*span),
                }
            }
            Stmt::Join(join) => {
                let id = JoinId(*self.joins);
                *self.joins += 1;
                self.join_map.insert(join.id, id);
                let params = join.params.iter().map(|param| self.fresh(*param)).collect();
                Stmt::Join(Box::new(Join {
                    id,
                    params,
                    looping: join.looping,
                    body: self.block(&join.body),
                }))
            }
        }
    }

    fn rename(&self, var: &mut Var) {
        if let Some(fresh) = self.map.get(*var) {
            *var = fresh;
        }
    }

    fn end(&mut self, end: &End) -> End {
        match end {
            End::If(on, then, otherwise) => {
                let mut on = *on;
                self.rename(&mut on);
                End::If(
                    on,
                    Box::new(self.block(then)),
                    Box::new(self.block(otherwise)),
                )
            }
            End::Switch { on, arms, default } => {
                let mut on = *on;
                self.rename(&mut on);
                let arms = arms
                    .iter()
                    .map(|(tag, block)| (*tag, self.block(block)))
                    .collect();
                let default = default.as_ref().map(|block| Box::new(self.block(block)));
                End::Switch { on, arms, default }
            }
            End::SwitchInt { on, arms, default } => {
                let mut on = *on;
                self.rename(&mut on);
                let arms = arms
                    .iter()
                    .map(|(value, block)| (*value, self.block(block)))
                    .collect();
                End::SwitchInt {
                    on,
                    arms,
                    default: Box::new(self.block(default)),
                }
            }
            leave => self.leave(leave.clone()),
        }
    }

    fn leave(&self, mut end: End) -> End {
        end.operands_mut(&mut |operand| self.rename(operand));
        match &mut end {
            End::Jump(join, _) => {
                if let Some(fresh) = self.join_map.get(join) {
                    *join = *fresh;
                }
            }
            End::Crash { span, .. } | End::Panic { span, .. } => *span = self.place(*span),
            _ => {}
        }
        end
    }
}
