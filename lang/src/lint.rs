//! Suggestions that are made only when they are asked for (`snow check --lint`).

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use crate::diagnostics::{Code, Diagnostic};
use crate::resolve::Project;
use crate::syntax::ast::{FnClause, Item, ItemKind, Role, Span};
use crate::typed::{Func, Program};
use crate::types::show::Shower;

/// Public functions of a project that do not say their types, with what was inferred of them.
pub fn untyped(project: &Project, program: &Program) -> Vec<Diagnostic> {
    let by_name: FxHashMap<Span, &Func> =
        program.funcs.iter().map(|func| (func.span, func)).collect();
    let mut clauses = Vec::new();
    for module in &project.modules {
        public_functions(&module.tree.items, &mut clauses);
    }
    // What is generated for a service or supervisor stands at its name.
    let written = |clause: &&FnClause| project.files.text_of(clause.name.span) == clause.name.name;
    let clauses = clauses.into_iter().filter(written);
    let untyped = clauses.filter(|clause| !says_types(clause));
    let known = untyped.filter_map(|clause| by_name.get(&clause.name.span));
    known.map(|func| suggestion(program, func)).collect()
}

/// The first clauses of public functions; others of the same name follow them.
fn public_functions<'t>(items: &'t [Item], found: &mut Vec<&'t FnClause>) {
    let mut last: Option<&SmolStr> = None;
    for item in items {
        match &item.kind {
            ItemKind::Fn(clause) => {
                if item.public && last != Some(&clause.name.name) {
                    found.push(clause);
                }
                last = Some(&clause.name.name);
            }
            ItemKind::Module(def) => public_functions(&def.items, found),
            _ => {}
        }
    }
}

fn says_types(clause: &FnClause) -> bool {
    (clause.ret.is_some() || clause.role == Role::Actor)
        && clause.params.iter().all(|param| param.ty.is_some())
}

/// Gives the type parameters that were inferred names as they are written: capitals that the others do not have. Associated types go with theirs, as in `A.Item`.
fn name_parameters(func: &mut Func) {
    let is_inferred = |name: &str| name.starts_with(|c: char| c.is_ascii_lowercase());
    let names = func.type_params.iter().map(|param| param.name.clone());
    let (inferred, mut taken): (Vec<SmolStr>, Vec<SmolStr>) =
        names.partition(|name| is_inferred(name));
    let mut given: FxHashMap<SmolStr, SmolStr> = FxHashMap::default();
    for name in inferred.iter().filter(|name| !name.contains('.')) {
        let plain = ('A'..='Z').map(|letter| SmolStr::from_iter([letter]));
        let numbered = (1..).map(|n| SmolStr::new(format!("{}{n}", name.to_uppercase())));
        let free = std::iter::once(SmolStr::new(name.to_uppercase()))
            .chain(plain)
            .chain(numbered)
            .find(|new| !taken.contains(new));
        let free = free.expect("there are endlessly many");
        taken.push(free.clone());
        given.insert(name.clone(), free);
    }
    for param in &mut func.type_params {
        let (head, rest) = match param.name.split_once('.') {
            Some((head, rest)) => (head, Some(rest)),
            None => (param.name.as_str(), None),
        };
        if let Some(new) = given.get(head) {
            param.name = match rest {
                Some(rest) => SmolStr::new(format!("{new}.{rest}")),
                None => new.clone(),
            };
        }
    }
}

fn suggestion(program: &Program, func: &Func) -> Diagnostic {
    let mut written = func.clone();
    name_parameters(&mut written);
    let signature = Shower::new(program, func.module).signature(&written);
    Diagnostic::new(
        Code::UNTYPED_API,
        func.span,
        format!("the public function `{}` does not say its types", func.name),
    )
    .label("its types are inferred")
    .help(format!("write `pub {signature}`"))
}
