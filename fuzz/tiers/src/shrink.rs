//! Makes a program smaller while something stays true of it.

use crate::program::Program;
use crate::tree::{Node, Part, Role};
use crate::types::Type;

/// A change that makes a program smaller: something in the node that a path leads to.
#[derive(Clone, Debug)]
struct Edit {
    path: Vec<Step>,
    change: Change,
    /// How much text it takes away, about.
    gain: usize,
}

/// Which part of a node, and which node of the part.
type Step = (usize, usize);

#[derive(Clone, Debug)]
enum Change {
    /// Nodes of a part are left out.
    Drop { part: usize, from: usize, to: usize },
    /// The node becomes one that lies within it.
    Inner(Vec<Step>),
    /// The node becomes the simplest value.
    Word(String),
}

/// Applies changes as long as the program stays `interesting`, and as long as `go_on` says.
pub fn shrink(
    mut program: Program,
    mut interesting: impl FnMut(&str) -> bool,
    mut go_on: impl FnMut() -> bool,
) -> Program {
    let mut smaller = true;
    while smaller {
        smaller = false;
        let mut at = 0;
        let mut edits = edits(&program);
        while at < edits.len() && go_on() {
            let changed = applied(&program.root, &edits[at]);
            if interesting(&changed.print()) {
                program.root = changed;
                smaller = true;
                edits = self::edits(&program);
            } else {
                at += 1;
            }
        }
    }
    program
}

/// All changes, those that gain most first.
fn edits(program: &Program) -> Vec<Edit> {
    let mut edits = Vec::new();
    collect(program, &program.root, &mut Vec::new(), &mut edits);
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.gain));
    edits
}

fn collect(program: &Program, node: &Node, path: &mut Vec<Step>, edits: &mut Vec<Edit>) {
    if let Role::Expr(ty) = &node.role {
        replacements(program, node, ty, path, edits);
    }
    for (index, part) in node.parts.iter().enumerate() {
        let nodes = part.nodes();
        drops(part, index, path, edits);
        for (child, node) in nodes.iter().enumerate() {
            path.push((index, child));
            collect(program, node, path, edits);
            path.pop();
        }
    }
}

/// Leaves out runs of nodes, from all of them to each one.
fn drops(part: &Part, index: usize, path: &[Step], edits: &mut Vec<Edit>) {
    let nodes = part.nodes();
    let any = matches!(part, Part::Commas(_));
    let droppable = |node: &Node| any || node.role == Role::Line;
    let mut length = nodes.len();
    while length > 0 && !matches!(part, Part::Node(_)) {
        for from in (0..nodes.len()).step_by(length) {
            let to = (from + length).min(nodes.len());
            let dropped = nodes[from..to].iter().filter(|node| droppable(node));
            let gain = dropped.map(|node| node.print().len() + 1).sum();
            if gain > 0 {
                let change = Change::Drop {
                    part: index,
                    from,
                    to,
                };
                edits.push(Edit {
                    path: path.to_vec(),
                    change,
                    gain,
                });
            }
        }
        length /= 2;
    }
}

fn replacements(program: &Program, node: &Node, ty: &Type, path: &[Step], edits: &mut Vec<Edit>) {
    let size = node.print().len();
    let mut add = |change, left: usize| {
        if left < size {
            edits.push(Edit {
                path: path.to_vec(),
                change,
                gain: size - left,
            });
        }
    };
    if let Some(word) = program.simplest.get(ty) {
        add(Change::Word(word.clone()), word.len());
    }
    let mut inner = Vec::new();
    inner_of_type(node, ty, &mut Vec::new(), &mut inner);
    for (path, size) in inner {
        add(Change::Inner(path), size);
    }
}

/// The outermost expressions of a type within a node, with their sizes.
fn inner_of_type(
    node: &Node,
    ty: &Type,
    path: &mut Vec<Step>,
    found: &mut Vec<(Vec<Step>, usize)>,
) {
    for (index, part) in node.parts.iter().enumerate() {
        for (child, node) in part.nodes().iter().enumerate() {
            path.push((index, child));
            match &node.role {
                Role::Expr(inner) if inner == ty => found.push((path.clone(), node.print().len())),
                _ => inner_of_type(node, ty, path, found),
            }
            path.pop();
        }
    }
}

fn applied(root: &Node, edit: &Edit) -> Node {
    let mut root = root.clone();
    let node = follow(&mut root, &edit.path);
    match &edit.change {
        Change::Word(word) => node.parts = vec![Part::Text(word.clone())],
        Change::Inner(path) => *node = follow(node, path).clone(),
        Change::Drop { part, from, to } => {
            let part = &mut node.parts[*part];
            let any = matches!(part, Part::Commas(_));
            let mut at = 0;
            part.keep(|node| {
                at += 1;
                !(*from..*to).contains(&(at - 1)) || !any && node.role != Role::Line
            });
        }
    }
    root
}

fn follow<'n>(root: &'n mut Node, path: &[Step]) -> &'n mut Node {
    let mut node = root;
    for &(part, child) in path {
        node = &mut node.parts[part].nodes_mut()[child];
    }
    node
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program::program;

    #[test]
    fn only_what_matters_stays() {
        let seed = (0..50).find(|seed| program(*seed).root.print().contains("Map.merge"));
        let start = program(seed.expect("some program of fifty merges maps"));
        let small = shrink(start, |text| text.contains("Map.merge"), || true);
        let text = small.root.print();
        assert!(text.contains("Map.merge") && text.len() < 200, "{text}");
    }
}
