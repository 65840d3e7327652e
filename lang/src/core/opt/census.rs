//! Counting: uses of variables, jumps to joins, and what joins are entered with.

use crate::core::ir::{Block, End, Func, JoinId, Op, Stmt, Var};

/// What is known about a join from all jumps to it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Entered {
    /// Number of jumps.
    pub(super) jumps: u32,
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
    /// Position in the code where each variable is bound.
    pub(super) bound_at: Vec<u32>,
    /// Position where each join is declared.
    pub(super) declared_at: Vec<u32>,
    position: u32,
    /// The parameters of all joins, each with the one variable that all jumps hand over (jumps that hand on the parameter itself aside).
    params: Vec<(Var, Same)>,
    constructed: Vec<bool>,
    /// Whether a jump hands a variable over.
    handed_over: Vec<bool>,
}

impl Census {
    /// Counts a function.
    pub(super) fn of(func: &Func) -> Census {
        let (vars, joins) = (func.vars.len(), func.joins as usize);
        let mut census = Census {
            joins: vec![Entered::default(); joins],
            bound_at: vec![0; vars],
            declared_at: vec![0; joins],
            position: 1,
            params: Vec::new(),
            constructed: vec![false; vars],
            handed_over: vec![false; vars],
        };
        census.block(&func.body);
        census
    }

    /// How often a join is jumped to.
    pub(super) fn jumps(&self, join: JoinId) -> u32 {
        self.joins[join.0 as usize].jumps
    }

    /// Whether some jump hands a variable over.
    pub(super) fn is_handed_over(&self, var: Var) -> bool {
        self.handed_over
            .get(var.0 as usize)
            .copied()
            .unwrap_or(false)
    }

    /// The variable that stands for a parameter of a join on all paths, if it is bound before the join is declared.
    pub(super) fn invariant(&self, join: JoinId, param: usize) -> Option<Var> {
        let first = self.joins[join.0 as usize].params as usize;
        let (_, Same::One(var)) = self.params[first + param] else {
            return None;
        };
        let before = self.bound_at[var.0 as usize] < self.declared_at[join.0 as usize];
        before.then_some(var)
    }

    fn block(&mut self, block: &Block) {
        crate::stack::with_stack(|| {
            for stmt in &block.stmts {
                self.position += 1;
                match stmt {
                    Stmt::Let { var, op, .. } => {
                        self.bound_at[var.0 as usize] = self.position;
                        self.constructed[var.0 as usize] =
                            matches!(op, Op::Bool(_) | Op::Construct(..) | Op::Int(_));
                    }
                    Stmt::Join(join) => {
                        self.declared_at[join.id.0 as usize] = self.position;
                        self.position += 1;
                        for param in &join.params {
                            self.bound_at[param.0 as usize] = self.position;
                        }
                        self.joins[join.id.0 as usize].params = self.params.len() as u32;
                        let params = join.params.iter();
                        self.params
                            .extend(params.map(|param| (*param, Same::Nothing)));
                        self.block(&join.body);
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
        for (number, arg) in args.iter().enumerate() {
            entered.known |= self.constructed[arg.0 as usize];
            self.handed_over[arg.0 as usize] = true;
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
