//! Strongly connected components of a graph between types, without recursion.

use crate::types::{Type, TypeId, TypeTable};

/// A graph whose nodes are the types of a table.
pub(crate) struct TypeGraph {
    /// Edges of type `t` are `targets[starts[t]..starts[t + 1]]`.
    starts: Vec<u32>,
    targets: Vec<u32>,
}

/// One component.
pub(crate) struct Component {
    /// Its types.
    pub members: Vec<TypeId>,
    /// Whether its types lead back to themselves.
    pub cyclic: bool,
}

impl TypeGraph {
    /// Builds a graph from what `edges` visits for each type; all ids must be valid.
    pub(crate) fn new(
        table: &TypeTable,
        edges: impl Fn(&Type, &mut dyn FnMut(TypeId)),
    ) -> TypeGraph {
        let mut graph = TypeGraph {
            starts: vec![0],
            targets: Vec::new(),
        };
        for ty in &table.types {
            edges(ty, &mut |child| graph.targets.push(child.0));
            graph.starts.push(graph.targets.len() as u32);
        }
        graph
    }

    fn edges(&self, node: u32) -> &[u32] {
        &self.targets[self.starts[node as usize] as usize..self.starts[node as usize + 1] as usize]
    }

    /// All components, each after those that it refers to (Tarjan's algorithm with an explicit stack).
    pub(crate) fn components(&self) -> Vec<Component> {
        let count = self.starts.len() - 1;
        let mut search = Search {
            graph: self,
            next: 0,
            index: vec![UNSEEN; count],
            low: vec![0; count],
            open: vec![false; count],
            pending: Vec::new(),
            found: Vec::new(),
        };
        for node in 0..count as u32 {
            if search.index[node as usize] == UNSEEN {
                search.run(node);
            }
        }
        search.found
    }
}

const UNSEEN: u32 = u32::MAX;

struct Search<'g> {
    graph: &'g TypeGraph,
    next: u32,
    index: Vec<u32>,
    low: Vec<u32>,
    open: Vec<bool>,
    pending: Vec<u32>,
    found: Vec<Component>,
}

impl Search<'_> {
    fn run(&mut self, root: u32) {
        let graph = self.graph;
        let mut path = vec![(self.enter(root), 0usize)];
        while let Some((node, edge)) = path.last_mut() {
            let node = *node;
            let Some(&child) = graph.edges(node).get(*edge) else {
                path.pop();
                self.leave(node);
                if let Some(&(parent, _)) = path.last() {
                    self.lower(parent, self.low[node as usize]);
                }
                continue;
            };
            *edge += 1;
            if self.index[child as usize] == UNSEEN {
                path.push((self.enter(child), 0));
            } else if self.open[child as usize] {
                self.lower(node, self.index[child as usize]);
            }
        }
    }

    fn enter(&mut self, node: u32) -> u32 {
        self.index[node as usize] = self.next;
        self.low[node as usize] = self.next;
        self.open[node as usize] = true;
        self.next += 1;
        self.pending.push(node);
        node
    }

    fn lower(&mut self, node: u32, to: u32) {
        let low = &mut self.low[node as usize];
        *low = (*low).min(to);
    }

    /// Closes a component when `node` is its root.
    fn leave(&mut self, node: u32) {
        if self.low[node as usize] != self.index[node as usize] {
            return;
        }
        let mut members = Vec::new();
        while let Some(member) = self.pending.pop() {
            self.open[member as usize] = false;
            members.push(TypeId(member));
            if member == node {
                break;
            }
        }
        let cyclic = members.len() > 1 || self.graph.edges(node).contains(&node);
        self.found.push(Component { members, cyclic });
    }
}
