//! Whole programs.

use std::collections::HashMap;

use crate::expr::{FUEL, GENERIC};
use crate::generate::{Frame, Gen};
use crate::tree::{Node, Part, Role};
use crate::types::{Decl, Field, Shape, Type};

/// What a whole program may cost.
const BUDGET: u64 = 120_000;

/// What one may cost that runs long.
const LONG_BUDGET: u64 = 6_000_000;

/// A program, and what the shrinker needs to know.
#[derive(Clone, Debug)]
pub struct Program {
    /// All its items.
    pub root: Node,
    /// The simplest expression of a type.
    pub simplest: HashMap<Type, String>,
}

/// The program of a seed. It compiles, and it ends.
pub fn program(seed: u64) -> Program {
    let mut generator = Gen::new(seed);
    let mut items: Vec<Node> = Vec::new();
    // Large ones find more each, but native code for them takes seconds.
    let most = if generator.choices.chance(75) { 5 } else { 16 };
    for _ in 0..1 + generator.choices.below(most) {
        let functions = generator.functions();
        items.extend(functions);
    }
    let main = generator.main();
    let mut all: Vec<Node> = generator
        .decls
        .0
        .iter()
        .map(|decl| declaration(&generator, decl))
        .collect();
    all.extend(generic_functions());
    all.append(&mut items);
    let decls = generator.decls.clone();
    all.extend(generator.helpers.items(&decls));
    all.push(main);
    let parts = vec![Part::Items(all), Part::Text("\n".into())];
    Program {
        root: Node {
            role: Role::Piece,
            parts,
        },
        simplest: generator.helpers.all_simplest(&decls),
    }
}

impl Gen {
    /// Calls every function, and prints what it gives.
    fn main(&mut self) -> Node {
        self.scope.clear();
        let budget = if self.long { LONG_BUDGET } else { BUDGET };
        self.frame = Frame::new(Type::Unit, budget);
        let mut lines = Vec::new();
        let mut funcs = self.funcs.clone();
        self.choices.shuffle(&mut funcs);
        for func in funcs {
            for _ in 0..1 + self.choices.below(3) {
                lines.extend(self.statement(FUEL));
            }
            for _ in 0..1 + self.choices.below(4) {
                let Some(call) = self.call_of(&func, FUEL - 1) else {
                    continue;
                };
                let name = self.name("v");
                self.bind(&name, &func.ret);
                lines.push(Node::line(
                    &format!("let {name} = @"),
                    vec![Part::Node(call)],
                ));
                lines.push(Node::line(
                    &format!("println(\"{}: ${{inspect({name})}}\")", func.name),
                    Vec::new(),
                ));
            }
        }
        lines.extend(self.print());
        if self.danger && self.choices.chance(50) {
            let ty = self.any_type();
            let crash = self.crash(&ty);
            lines.push(Node::line("let _ = @", vec![Part::Node(crash)]));
        }
        lines.push(Node::filled(Role::Piece, "()", Vec::new()));
        Node::filled(Role::Piece, "fn main() do@end", vec![Part::Block(lines)])
    }
}

fn generic_functions() -> Vec<Node> {
    let functions = GENERIC.trim_end().split("\n\n");
    let mut nodes: Vec<Node> = functions.map(|text| item(text.to_owned())).collect();
    nodes.push(item("fn only_zero(0, x) = x".into()));
    nodes
}

fn declaration(generator: &Gen, decl: &Decl) -> Node {
    let name = match decl.generic {
        true => format!("{}<T>", decl.name),
        false => decl.name.clone(),
    };
    let field = |field: &Field| format!("{} :: {}", field.name, generator.show(&field.ty));
    let (keyword, lines): (&str, Vec<String>) = match &decl.shape {
        Shape::Struct(fields) => ("struct", fields.iter().map(field).collect()),
        Shape::Sum(variants) => {
            let variant = |variant: &crate::types::Variant| {
                let each = variant.fields.iter().map(|f| match variant.named {
                    true => field(f),
                    false => generator.show(&f.ty),
                });
                crate::helpers::applied(&variant.name, &each.collect::<Vec<_>>())
            };
            ("type", variants.iter().map(variant).collect())
        }
    };
    item(format!(
        "{keyword} {name} do\n  {}\nend",
        lines.join("\n  ")
    ))
}

fn item(text: String) -> Node {
    Node {
        role: Role::Line,
        parts: vec![Part::Text(text)],
    }
}
