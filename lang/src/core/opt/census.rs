//! Counting: uses of variables, jumps to joins, and what joins are entered with.

use crate::core::ir::{Block, End, Func, JoinId, Op, Stmt, Var};

/// What is known about a join from all jumps to it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Entered {
    /// Number of jumps.
    pub(super) jumps: u32,
    /// Number of jumps from the join's own code.
    own_jumps: u32,
    /// Whether the census is in the join's code.
    inside: bool,
    /// Position where it is declared.
    pub(super) declared_at: u32,
    /// Where its parameters are among those of all joins.
    params: u32,
    /// Some jump hands over a value whose constructor is known.
    pub(super) known: bool,
}

/// What is handed over for a parameter, over all jumps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Same {
    /// No jump seen yet.
    Nothing,
    /// Always this variable.
    One(Var),
    /// Different variables.
    Many,
}

/// How often each variable of a function is read.
pub(super) fn uses(func: &Func) -> Vec<u32> {
    let mut uses = vec![0; func.vars.len()];
    for block in func.body.all_blocks() {
        for stmt in &block.stmts {
            if let Stmt::Let { op, .. } = stmt {
                op.operands(&mut |operand| uses[operand.0 as usize] += 1);
            }
        }
        let end = &block.end;
        end.operands(&mut |operand| uses[operand.0 as usize] += 1);
    }
    uses
}

/// The counts of a function.
#[derive(Debug)]
pub(super) struct Census {
    /// Per join.
    pub(super) joins: Vec<Entered>,
    /// Per variable.
    pub(super) vars: Vec<Seen>,
    position: u32,
    /// The parameters of all joins, each with the one variable that all jumps hand over (jumps that hand on the parameter itself aside).
    params: Vec<(Var, Same)>,
}

/// What is known about a variable.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen {
    /// Position in the code where it is bound.
    pub(super) bound_at: u32,
    constructed: bool,
    /// Whether a jump hands it over.
    handed_over: bool,
}

impl Census {
    /// Counts a function.
    pub(super) fn of(func: &Func) -> Census {
        let mut census = Census {
            joins: vec![Entered::default(); func.joins as usize],
            vars: vec![Seen::default(); func.vars.len()],
            position: 1,
            params: Vec::new(),
        };
        census.block(&func.body);
        census
    }

    /// How often a join is jumped to.
    pub(super) fn jumps(&self, join: JoinId) -> u32 {
        self.joins[join.0 as usize].jumps
    }

    /// Whether nothing leads to a join, its own code aside.
    pub(super) fn is_unreachable(&self, join: JoinId) -> bool {
        let entered = &self.joins[join.0 as usize];
        entered.jumps == entered.own_jumps
    }

    /// Whether some jump hands a variable over.
    pub(super) fn is_handed_over(&self, var: Var) -> bool {
        self.vars
            .get(var.0 as usize)
            .is_some_and(|seen| seen.handed_over)
    }

    /// The variable that stands for a parameter of a join on all paths, if it is bound before the join is declared.
    pub(super) fn invariant(&self, join: JoinId, param: usize) -> Option<Var> {
        let entered = &self.joins[join.0 as usize];
        let (_, Same::One(var)) = self.params[entered.params as usize + param] else {
            return None;
        };
        let before = self.vars[var.0 as usize].bound_at < entered.declared_at;
        before.then_some(var)
    }

    fn block(&mut self, block: &Block) {
        crate::stack::with_stack(|| {
            for stmt in &block.stmts {
                self.position += 1;
                match stmt {
                    Stmt::Let { var, op, .. } => {
                        let seen = &mut self.vars[var.0 as usize];
                        seen.bound_at = self.position;
                        seen.constructed =
                            matches!(op, Op::Bool(_) | Op::Construct(..) | Op::Int(_));
                    }
                    Stmt::Join(join) => {
                        let entered = &mut self.joins[join.id.0 as usize];
                        entered.declared_at = self.position;
                        entered.inside = true;
                        entered.params = self.params.len() as u32;
                        self.position += 1;
                        for param in &join.params {
                            self.vars[param.0 as usize].bound_at = self.position;
                        }
                        let params = join.params.iter();
                        self.params
                            .extend(params.map(|param| (*param, Same::Nothing)));
                        self.block(&join.body);
                        self.joins[join.id.0 as usize].inside = false;
                    }
                }
            }
            if let End::Jump(join, args) = &block.end {
                self.jump(*join, args);
            }
            for inner in block.end.blocks() {
                self.block(inner);
            }
        });
    }

    fn jump(&mut self, join: JoinId, args: &[Var]) {
        let entered = &mut self.joins[join.0 as usize];
        entered.jumps += 1;
        entered.own_jumps += u32::from(entered.inside);
        for (number, arg) in args.iter().enumerate() {
            let seen = &mut self.vars[arg.0 as usize];
            entered.known |= seen.constructed;
            seen.handed_over = true;
            let (param, same) = &mut self.params[entered.params as usize + number];
            if param == arg {
                continue;
            }
            *same = match *same {
                Same::Nothing => Same::One(*arg),
                Same::One(var) if var == *arg => Same::One(var),
                _ => Same::Many,
            };
        }
    }
}
