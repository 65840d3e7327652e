//! The call graph: an order in which callees come before callers, and which functions are recursive.

use crate::core::ir::{FuncId, Op, Program, Stmt};

/// Functions in order.
#[derive(Debug)]
pub(super) struct Order {
    /// Callees before callers, as far as there are no cycles.
    pub(super) order: Vec<FuncId>,
    /// Whether each function is part of a cycle with others.
    pub(super) recursive: Vec<bool>,
}

/// Orders the functions of a program (Tarjan's components, without recursion).
pub(super) fn callees_first(program: &Program) -> Order {
    let count = program.funcs.len();
    let edges: Vec<Vec<usize>> = (0..count).map(|number| callees(program, number)).collect();
    let mut search = Search {
        edges: &edges,
        index: vec![0; count],
        low: vec![0; count],
        on_stack: vec![false; count],
        stack: Vec::new(),
        next: 1,
        out: Order {
            order: Vec::with_capacity(count),
            recursive: vec![false; count],
        },
    };
    for start in 0..count {
        if search.index[start] == 0 {
            search.from(start);
        }
    }
    search.out
}

struct Search<'e> {
    edges: &'e [Vec<usize>],
    /// Order of discovery, 0 when not discovered.
    index: Vec<usize>,
    low: Vec<usize>,
    on_stack: Vec<bool>,
    stack: Vec<usize>,
    next: usize,
    out: Order,
}

impl Search<'_> {
    fn from(&mut self, start: usize) {
        let mut path: Vec<(usize, usize)> = vec![(start, 0)];
        self.discover(start);
        while let Some((at, edge)) = path.pop() {
            if let Some(&callee) = self.edges[at].get(edge) {
                path.push((at, edge + 1));
                if self.index[callee] == 0 {
                    self.discover(callee);
                    path.push((callee, 0));
                } else if self.on_stack[callee] {
                    self.low[at] = self.low[at].min(self.index[callee]);
                }
                continue;
            }
            if let Some((caller, _)) = path.last() {
                self.low[*caller] = self.low[*caller].min(self.low[at]);
            }
            if self.low[at] == self.index[at] {
                self.close(at);
            }
        }
    }

    fn discover(&mut self, at: usize) {
        self.index[at] = self.next;
        self.low[at] = self.next;
        self.next += 1;
        self.stack.push(at);
        self.on_stack[at] = true;
    }

    /// Takes a whole component off the stack.
    fn close(&mut self, root: usize) {
        let start = self.stack.iter().rposition(|at| *at == root).unwrap_or(0);
        let members = self.stack.split_off(start);
        let cyclic = members.len() > 1;
        for member in members {
            self.on_stack[member] = false;
            self.out.recursive[member] = cyclic;
            self.out.order.push(FuncId(member as u32));
        }
    }
}

/// The functions that a function mentions.
pub(super) fn callees(program: &Program, number: usize) -> Vec<usize> {
    let mut found = Vec::new();
    for block in program.funcs[number].body.all_blocks() {
        for stmt in &block.stmts {
            if let Stmt::Let {
                op: Op::Call(func, _) | Op::Closure(func, _) | Op::FuncValue(func),
                ..
            } = stmt
            {
                found.push(func.0 as usize);
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}
