//! Programs as trees that can be printed and shrunk.

use crate::types::Type;

/// A piece of a program.
#[derive(Clone, Debug)]
pub struct Node {
    /// What may be done with it when the program is shrunk.
    pub role: Role,
    /// Its text and what stands in it.
    pub parts: Vec<Part>,
}

/// What a node is to the shrinker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// An expression, which another one of the type may replace.
    Expr(Type),
    /// Something that may be left out of the lines it stands in.
    Line,
    /// Only a part of something else.
    Piece,
}

/// A part of a node.
#[derive(Clone, Debug)]
pub enum Part {
    /// Text of one line.
    Text(String),
    /// A node within the line.
    Node(Node),
    /// Nodes on lines of their own, one level deeper.
    Block(Vec<Node>),
    /// The lines of an arm, after which another arm or the `end` comes.
    Arm(Vec<Node>),
    /// Nodes with commas between them; any may be left out.
    Commas(Vec<Node>),
    /// Nodes on lines of their own, as deep as the line itself.
    Lines(Vec<Node>),
    /// Items with empty lines between them.
    Items(Vec<Node>),
}

impl Part {
    /// The nodes in it.
    pub fn nodes(&self) -> &[Node] {
        match self {
            Part::Text(_) => &[],
            Part::Node(node) => std::slice::from_ref(node),
            Part::Block(nodes)
            | Part::Arm(nodes)
            | Part::Commas(nodes)
            | Part::Lines(nodes)
            | Part::Items(nodes) => nodes,
        }
    }

    /// The nodes in it, to be changed.
    pub fn nodes_mut(&mut self) -> &mut [Node] {
        match self {
            Part::Text(_) => &mut [],
            Part::Node(node) => std::slice::from_mut(node),
            Part::Block(nodes)
            | Part::Arm(nodes)
            | Part::Commas(nodes)
            | Part::Lines(nodes)
            | Part::Items(nodes) => nodes,
        }
    }

    /// Keeps only some of several nodes.
    pub fn keep(&mut self, such: impl FnMut(&Node) -> bool) {
        match self {
            Part::Text(_) | Part::Node(_) => {}
            Part::Block(nodes)
            | Part::Arm(nodes)
            | Part::Commas(nodes)
            | Part::Lines(nodes)
            | Part::Items(nodes) => {
                nodes.retain(such);
            }
        }
    }
}

/// Stands for a node in a template; no program contains it.
const HOLE: char = '@';

impl Node {
    /// An expression of one word.
    pub fn word(ty: Type, text: impl Into<String>) -> Node {
        let parts = vec![Part::Text(text.into())];
        Node {
            role: Role::Expr(ty),
            parts,
        }
    }

    /// An expression: the template with the nodes in its holes.
    pub fn expr(ty: Type, template: &str, holes: impl IntoIterator<Item = Node>) -> Node {
        let holes = holes.into_iter().map(Part::Node).collect();
        Node::filled(Role::Expr(ty), template, holes)
    }

    /// A template with parts in its holes.
    pub fn filled(role: Role, template: &str, holes: Vec<Part>) -> Node {
        let mut parts = Vec::new();
        let mut holes = holes.into_iter();
        for (index, text) in template.split(HOLE).enumerate() {
            if index > 0 {
                parts.extend(holes.next());
            }
            if !text.is_empty() {
                parts.push(Part::Text(text.to_owned()));
            }
        }
        Node { role, parts }
    }

    /// A line that may be left out.
    pub fn line(template: &str, holes: Vec<Part>) -> Node {
        Node::filled(Role::Line, template, holes)
    }

    /// An expression as a statement.
    pub fn statement(self) -> Node {
        Node::line("@", vec![Part::Node(self)])
    }

    /// The text of the program.
    pub fn print(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, 0);
        out
    }

    fn write(&self, out: &mut String, depth: usize) {
        for part in &self.parts {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Node(node) => node.write(out, depth),
                Part::Block(lines) => {
                    write_lines(lines, out, depth + 1);
                    new_line(out, depth);
                }
                Part::Arm(lines) => write_lines(lines, out, depth + 1),
                Part::Commas(nodes) => write_between(nodes, ", ", out, depth),
                Part::Lines(nodes) => {
                    let between = format!("\n{}", "  ".repeat(depth));
                    write_between(nodes, &between, out, depth);
                }
                Part::Items(nodes) => write_between(nodes, "\n\n", out, depth),
            }
        }
    }
}

fn write_between(nodes: &[Node], between: &str, out: &mut String, depth: usize) {
    for (index, node) in nodes.iter().enumerate() {
        out.push_str(if index == 0 { "" } else { between });
        node.write(out, depth);
    }
}

fn write_lines(lines: &[Node], out: &mut String, depth: usize) {
    for line in lines {
        new_line(out, depth);
        line.write(out, depth);
    }
}

fn new_line(out: &mut String, depth: usize) {
    out.push('\n');
    out.push_str(&"  ".repeat(depth));
}
