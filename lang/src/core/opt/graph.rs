//! The call graph: an order in which callees come before callers, and which functions are recursive.

use crate::core::ir::{FuncId, Op, Program, Stmt};

/// The functions that each function mentions, and how often each is called.
#[derive(Debug)]
pub(super) struct Graph {
    /// By function, each mentioned one once.
    callees: Vec<Vec<usize>>,
    /// By function of the library, each called one; no function of the program is here.
    called: Vec<Option<Vec<usize>>>,
    /// In how many places other functions call each function.
    pub(super) places: Vec<u32>,
}

impl Graph {
    /// Looks through a program.
    pub(super) fn of(program: &Program) -> Graph {
        let mut places = vec![0; program.funcs.len()];
        let mut called = vec![None; program.funcs.len()];
        let callees = (0..program.funcs.len()).map(|number| {
            let (mut found, mut calls) = (Vec::new(), Vec::new());
            mentions(program, number, |callee, is_call| {
                found.push(callee);
                if is_call {
                    calls.push(callee);
                    places[callee] += u32::from(callee != number);
                }
            });
            called[number] = program.funcs[number].library.then_some(calls);
            found.sort_unstable();
            found.dedup();
            found
        });
        Graph {
            callees: callees.collect(),
            called,
            places,
        }
    }

    /// The members of a cycle with callees before callers, if all are functions of the library and none leads back to itself by calls: the cycle
    /// is one of closures that make closures of their kind, as the steps of lazy sequences are.
    fn by_calls(&self, members: &[usize]) -> Option<Vec<usize>> {
        let mut left = members.to_vec();
        let mut order = Vec::with_capacity(left.len());
        while !left.is_empty() {
            let mut now = Vec::new();
            for &member in &left {
                let called = self.called[member].as_ref()?;
                let waits = |callee: &usize| *callee != member && left.contains(callee);
                if !called.iter().any(waits) {
                    now.push(member);
                }
            }
            if now.is_empty() {
                return None;
            }
            left.retain(|member| !now.contains(member));
            order.extend(now);
        }
        Some(order)
    }

    /// Whether a function mentions itself.
    pub(super) fn mentions_itself(&self, id: FuncId) -> bool {
        let number = id.0 as usize;
        self.callees[number].binary_search(&number).is_ok()
    }
}

/// Calls `visit` with each function that a function mentions, and whether it calls it there.
pub(super) fn mentions(program: &Program, number: usize, mut visit: impl FnMut(usize, bool)) {
    for block in program.funcs[number].body.all_blocks() {
        for stmt in &block.stmts {
            match stmt {
                Stmt::Let {
                    op: Op::Call(func, _),
                    ..
                } => visit(func.0 as usize, true),
                Stmt::Let {
                    op: Op::Closure(func, _) | Op::FuncValue(func),
                    ..
                } => visit(func.0 as usize, false),
                _ => {}
            }
        }
    }
}

/// Functions in order.
#[derive(Debug)]
pub(super) struct Order {
    /// Callees before callers, as far as there are no cycles.
    pub(super) order: Vec<FuncId>,
    /// Whether each function is part of a cycle with others.
    pub(super) recursive: Vec<bool>,
}

/// Orders the functions of a program (Tarjan's components, without recursion).
pub(super) fn callees_first(graph: &Graph) -> Order {
    let count = graph.callees.len();
    let mut search = Search {
        graph,
        edges: &graph.callees,
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
    graph: &'e Graph,
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
        let by_calls = match members.len() {
            1 => None,
            _ => self.graph.by_calls(&members),
        };
        let cyclic = members.len() > 1 && by_calls.is_none();
        for member in by_calls.unwrap_or(members) {
            self.on_stack[member] = false;
            self.out.recursive[member] = cyclic;
            self.out.order.push(FuncId(member as u32));
        }
    }
}
