//! A supervisor is a module: `start`, `start_link` and what `spawn` runs, over a specification of its children for the library.

use super::build::Build;
use super::service::RUN;
use crate::diagnostics::{Code, Diagnostic, Sink, did_you_mean};
use crate::syntax::ast::*;

const SPEC: &str = "(specification)";
const STRATEGIES: [(&str, &str); 4] = [
    ("one_for_one", "OneForOne"),
    ("one_for_all", "OneForAll"),
    ("rest_for_one", "RestForOne"),
    ("simple_one_for_one", "SimpleOneForOne"),
];
const RESTARTS: [(&str, &str); 3] = [
    ("permanent", "Permanent"),
    ("transient", "Transient"),
    ("temporary", "Temporary"),
];
const SETTINGS: [&str; 3] = ["strategy", "max_restarts", "max_seconds"];
const CHILD_SETTINGS: [&str; 5] = ["start", "restart", "shutdown", "name", "node"];
/// Milliseconds that a child has to end.
const SHUTDOWN: i64 = 5000;
/// What stands for any other node.
const ANYWHERE: &str = "any";
/// The parameter of the function that starts a child on another node.
const PLACE: &str = "(node)";
/// What stands for killing a child at once.
const BRUTAL_KILL: i64 = -1;

/// The module that a supervisor is. Reports settings that do not fit.
pub fn item(
    def: &SupervisorDef,
    module: &str,
    public: bool,
    doc: Option<String>,
    sink: &mut Sink,
) -> Item {
    let build = Build {
        span: def.name.span,
    };
    let mut functions = vec![specification(def, module, build, sink)];
    let pid = build.ty(&["Pid"], vec![build.ty(&["Supervisor"], Vec::new())]);
    for (name, link) in [("start", false), ("start_link", true)] {
        let args = vec![spec_of(def, build), build.bool(link)];
        let launch = build.std("Supervisor", "launch", args);
        let params = params_of(def, build);
        functions.push(build.function(name, params, Some(pid.clone()), vec![Stmt::Expr(launch)]));
    }
    let run = build.std("Supervisor", "run", vec![spec_of(def, build)]);
    functions.push(build.function(RUN, params_of(def, build), None, vec![Stmt::Expr(run)]));
    let is_public = |function: &FnClause| function.name.name != SPEC;
    let items = functions
        .into_iter()
        .map(|function| build.item(is_public(&function), ItemKind::Fn(function)));
    let module = ModuleDef {
        name: def.name.clone(),
        items: items.collect(),
    };
    let mut item = build.item(public, ItemKind::Module(module));
    item.doc = doc;
    item
}

/// The parameters for another function than the specification, which has the patterns.
fn params_of(def: &SupervisorDef, build: Build) -> Vec<Param> {
    let params = def.params.iter().enumerate();
    params
        .map(|(at, param)| build.param(&param_name(at, param), param.ty.clone()))
        .collect()
}

fn param_name(at: usize, param: &Param) -> String {
    match &param.pattern.kind {
        PatternKind::Bind(name) => name.to_string(),
        _ => format!("arg{at}"),
    }
}

fn spec_of(def: &SupervisorDef, build: Build) -> Expr {
    let args = def.params.iter().enumerate();
    let args = args.map(|(at, param)| build.name(&param_name(at, param)));
    build.call(SPEC, args.collect())
}

fn specification(def: &SupervisorDef, module: &str, build: Build, sink: &mut Sink) -> FnClause {
    known_settings(&def.settings, &SETTINGS, "a supervisor", sink);
    let strategy = match setting(&def.settings, "strategy") {
        Some(value) => choice(value, &STRATEGIES, "strategy", sink),
        None => Some("OneForOne"),
    };
    let strategy = strategy.unwrap_or("OneForOne");
    let number = |name, default| match setting(&def.settings, name) {
        Some(value) => value.clone(),
        None => build.int(default),
    };
    let (max_restarts, max_seconds) = (number("max_restarts", 3), number("max_seconds", 5));
    let simple = strategy == "SimpleOneForOne";
    let none = || build.upper(&["None"]);
    let (children, make) = match simple {
        true => (Vec::new(), template(def, build, sink)),
        false => {
            let children = def
                .children
                .iter()
                .filter_map(|child| child_spec(child, sink));
            (children.collect(), none())
        }
    };
    let spec = build.construct(
        &["Supervisor", "Spec"],
        vec![
            ("name", build.text(&format!("{module}.{}", def.name.name))),
            (
                "strategy",
                build.upper(&["Supervisor", "Strategy", strategy]),
            ),
            ("max_restarts", max_restarts),
            ("max_seconds", max_seconds),
            ("children", build.list(children)),
            ("make", make),
        ],
    );
    build.function(SPEC, def.params.clone(), None, vec![Stmt::Expr(spec)])
}

/// The one child of a `simple_one_for_one`, as what makes children.
fn template(def: &SupervisorDef, build: Build, sink: &mut Sink) -> Expr {
    let [child] = def.children.as_slice() else {
        sink.push(
            Diagnostic::new(
                Code::BAD_SUPERVISOR,
                build.span,
                "a `simple_one_for_one` supervisor has one `child`, which says how all are started",
            )
            .label(format!("has {}", def.children.len())),
        );
        return build.upper(&["None"]);
    };
    let Some(parts) = child_parts(child, sink) else {
        return build.upper(&["None"]);
    };
    let at = Build { span: child.span };
    let made = at.std("Supervisor", "template", parts.plain());
    build.variant(&["Some"], vec![made])
}

fn child_spec(child: &ChildDef, sink: &mut Sink) -> Option<Expr> {
    let parts = child_parts(child, sink)?;
    let at = Build { span: child.span };
    let registered = match &parts.registered {
        Some(name) => at.variant(&["Some"], vec![name.clone()]),
        None => at.upper(&["None"]),
    };
    let mut args = parts.plain();
    args.push(registered);
    let Some(node) = setting(&child.settings, "node") else {
        return Some(at.std("Supervisor", "child", args));
    };
    let at = Build { span: node.span };
    args[1] = elsewhere(&parts.start, at, sink)?;
    if is_name(node, ANYWHERE) {
        return Some(at.std("Supervisor", "child_anywhere", args));
    }
    args.push(node.clone());
    Some(at.std("Supervisor", "child_on", args))
}

/// `fn -> X.start_link(args) end` as `fn node -> X.start_link(args, node: node) end`, and `spawn_link(f, args)` as `Node.spawn_link(node, f, args)`.
fn elsewhere(start: &Expr, at: Build, sink: &mut Sink) -> Option<Expr> {
    let mut start = start.clone();
    let call = last_call(&mut start);
    let is_placed = call.is_some_and(|call| place(call, at));
    if let (true, ExprKind::Closure(closure)) = (is_placed, &mut start.kind) {
        closure.clauses[0].params = vec![at.param(PLACE, None)];
        return Some(start);
    }
    let message = "a child on another node is started by its name";
    sink.push(
        Diagnostic::new(Code::BAD_SUPERVISOR, start.span, message)
            .label("this cannot be said to another node")
            .help("write `fn -> X.start_link(…) end` or `fn -> spawn_link(f, …) end`"),
    );
    None
}

/// The call that a closure without parameters ends with.
fn last_call(start: &mut Expr) -> Option<&mut Call> {
    let ExprKind::Closure(closure) = &mut start.kind else {
        return None;
    };
    let [clause] = closure.clauses.as_mut_slice() else {
        return None;
    };
    match clause.body.stmts.last_mut() {
        Some(Stmt::Expr(Expr {
            kind: ExprKind::Call(call),
            ..
        })) if clause.params.is_empty() => Some(call),
        _ => None,
    }
}

/// Says in a call on which node it starts something; false when it starts nothing.
fn place(call: &mut Call, at: Build) -> bool {
    let node = at.name(PLACE);
    match &call.callee.kind {
        ExprKind::Name(name) if name == "spawn_link" => {
            call.callee = at.field(at.upper(&["Node"]), "spawn_link");
            call.args.insert(
                0,
                Arg {
                    name: None,
                    value: node,
                },
            );
            true
        }
        ExprKind::Field(_, name) if name.name == "start_link" => {
            call.args.push(Arg {
                name: Some(at.ident("node")),
                value: node,
            });
            true
        }
        _ => false,
    }
}

/// What a child says.
struct Parts {
    name: Expr,
    start: Expr,
    restart: Expr,
    shutdown: Expr,
    registered: Option<Expr>,
}

impl Parts {
    /// What children of all supervisors have.
    fn plain(&self) -> Vec<Expr> {
        vec![
            self.name.clone(),
            self.start.clone(),
            self.restart.clone(),
            self.shutdown.clone(),
        ]
    }
}

fn child_parts(child: &ChildDef, sink: &mut Sink) -> Option<Parts> {
    let build = Build {
        span: child.name.span,
    };
    known_settings(&child.settings, &CHILD_SETTINGS, "a child", sink);
    let Some(start) = setting(&child.settings, "start") else {
        sink.push(
            Diagnostic::new(
                Code::BAD_SUPERVISOR,
                child.name.span,
                format!("child `{}` lacks `start`", child.name.name),
            )
            .label("nothing says how it is started")
            .help("add `start: fn -> … end`, which gives the pid of the child"),
        );
        return None;
    };
    let restart = match setting(&child.settings, "restart") {
        Some(value) => choice(value, &RESTARTS, "restart", sink),
        None => Some("Permanent"),
    };
    let shutdown = match setting(&child.settings, "shutdown") {
        Some(value) if is_name(value, "brutal_kill") => build.int(BRUTAL_KILL),
        Some(value) => value.clone(),
        None => build.int(SHUTDOWN),
    };
    Some(Parts {
        name: build.text(&child.name.name),
        start: start.clone(),
        restart: build.upper(&["Supervisor", "Restart", restart?]),
        shutdown,
        registered: setting(&child.settings, "name").cloned(),
    })
}

fn setting<'d>(settings: &'d [(Ident, Expr)], name: &str) -> Option<&'d Expr> {
    let found = settings.iter().find(|(known, _)| known.name == name);
    found.map(|(_, value)| value)
}

fn is_name(value: &Expr, name: &str) -> bool {
    matches!(&value.kind, ExprKind::Name(found) if found == name)
}

/// The variant that one of a few words means.
fn choice(
    value: &Expr,
    words: &[(&'static str, &'static str)],
    what: &str,
    sink: &mut Sink,
) -> Option<&'static str> {
    let found = words.iter().find(|(word, _)| is_name(value, word));
    if let Some((_, variant)) = found {
        return Some(variant);
    }
    let all: Vec<String> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
    let diagnostic = Diagnostic::new(
        Code::BAD_SUPERVISOR,
        value.span,
        format!("unknown `{what}`"),
    )
    .label(format!("may be {}", all.join(", ")));
    let near = match &value.kind {
        ExprKind::Name(name) => did_you_mean(name, words.iter().map(|(word, _)| *word)),
        _ => None,
    };
    sink.push(diagnostic.maybe_help(near));
    None
}

/// Reports settings that are unknown or given twice.
fn known_settings(settings: &[(Ident, Expr)], known: &[&str], of: &str, sink: &mut Sink) {
    for (at, (name, _)) in settings.iter().enumerate() {
        let text = name.name.as_str();
        if !known.contains(&text) {
            sink.push(
                Diagnostic::new(
                    Code::BAD_SUPERVISOR,
                    name.span,
                    format!("{of} has no setting `{text}`"),
                )
                .label("unknown setting")
                .maybe_help(did_you_mean(text, known.iter().copied()))
                .note(format!("its settings are: {}", known.join(", "))),
            );
        }
        if let Some((first, _)) = settings[..at]
            .iter()
            .find(|(other, _)| other.name == name.name)
        {
            sink.push(
                Diagnostic::new(
                    Code::BAD_SUPERVISOR,
                    name.span,
                    format!("`{text}` is given twice"),
                )
                .label("given again here")
                .secondary(first.span, "first given here"),
            );
        }
    }
}
