//! A service is a type for its messages, and a module with its handlers, its loop and what callers use.
//!
//! `service Store do … end` becomes, in the place where it stands,
//!
//! - `type Store do Get(Service.Caller<Int>) Clear … end`: a variant a handler, calls with the caller as last field;
//! - `module Store do … end` with the functions written in it, a function a handler (`call Get`), the loop (`serve`), and public functions: `start`,
//!   `start_link`, `stop`, for each call `get` and `try_get`, for each cast `clear`.

use super::build::Build;
use super::patterns::bound_names;
use crate::diagnostics::{Code, Diagnostic, Sink};
use crate::syntax::ast::*;

/// What `spawn(Store, …)` runs.
pub const RUN: &str = "(run)";
const SERVE: &str = "(serve)";
const FIRST_STATE: &str = "(first state)";
const TERMINATE: &str = "(terminate)";
/// The message that ends a service.
const STOP: &str = "Stop!";

/// A service being rewritten.
struct Service<'d> {
    def: &'d ServiceDef,
    name: &'d str,
    /// The module that it stands in.
    module: &'d str,
    build: Build,
    functions: Vec<Item>,
    arms: Vec<Arm>,
    variants: Vec<VariantDef>,
}

/// The items that a service is. Reports what it lacks.
pub fn items<'d>(
    def: &'d ServiceDef,
    module: &'d str,
    public: bool,
    doc: Option<String>,
    sink: &mut Sink,
) -> Vec<Item> {
    let build = Build {
        span: def.name.span,
    };
    let mut service = Service {
        def,
        name: &def.name.name,
        module,
        build,
        functions: Vec::new(),
        arms: Vec::new(),
        variants: Vec::new(),
    };
    service.members(sink);
    service.lifetime(sink);
    let messages = SumDef {
        name: def.name.clone(),
        type_params: Vec::new(),
        bounds: Vec::new(),
        variants: service.variants,
        deriving: None,
    };
    let module = ModuleDef {
        name: def.name.clone(),
        items: service.functions,
    };
    let messages = build.item(public, ItemKind::Sum(messages));
    let mut module = build.item(public, ItemKind::Module(module));
    module.doc = doc;
    vec![messages, module]
}

impl<'d> Service<'d> {
    fn members(&mut self, sink: &mut Sink) {
        let mut last: Option<&str> = None;
        for (index, member) in self.def.members.iter().enumerate() {
            match member {
                ServiceMember::Fn(clause) => {
                    let item = ItemKind::Fn(clause.clone());
                    self.functions
                        .push(Build { span: clause.span }.item(false, item));
                }
                ServiceMember::Call(handler) => {
                    self.handler("call", handler, last, sink);
                    last = Some(&handler.name.name);
                }
                ServiceMember::Cast(handler) => {
                    self.handler("cast", handler, last, sink);
                    last = Some(&handler.name.name);
                }
                ServiceMember::Info(info) => self.info(index, info),
                ServiceMember::Terminate(block) => self.terminate(block),
            }
        }
    }

    fn add(&mut self, public: bool, function: FnClause) {
        let span = function.span;
        let item = Build { span }.item(public, ItemKind::Fn(function));
        self.functions.push(item);
    }

    /// A function of what a handler's block does: its parameters, then those of the block.
    fn block_function(&mut self, name: &str, params: &[Param], block: &TrailingBlock, span: Span) {
        let build = Build { span };
        let params = params.iter().chain(&block.params).cloned().collect();
        let stmts = block.body.stmts.clone();
        let mut function = build.function(name, params, None, Vec::new());
        function.body = Some(FnBody::Block(Block {
            stmts,
            span: block.body.span,
        }));
        self.add(false, function);
    }

    /// A call or cast. Of several with one name, which are clauses of one function, the first says the types.
    fn handler(&mut self, kind: &str, handler: &Handler, last: Option<&str>, sink: &mut Sink) {
        let name = &handler.name.name;
        let build = Build {
            span: handler.name.span,
        };
        let function = format!("{kind} {name}");
        self.block_function(
            &function,
            &handler.params,
            &handler.block,
            handler.name.span,
        );
        if last == Some(name) {
            return;
        }
        let is_call = kind == "call";
        if !(typed(handler, is_call, sink) && fits(handler, is_call, sink)) {
            return;
        }
        self.message(handler, is_call);
        let names: Vec<String> = (0..handler.params.len())
            .map(|at| format!("_{at}"))
            .collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut args: Vec<Expr> = names.iter().map(|name| build.name(name)).collect();
        let mut fields: Vec<Pattern> = names.iter().map(|name| build.bind(name)).collect();
        args.push(build.name("state"));
        if is_call {
            fields.push(build.bind("caller"));
        }
        let pattern = build.variant_pattern(&[self.name, name], fields);
        let body = match (is_call, handler.block.params.len()) {
            (true, 2) => {
                args.push(build.name("caller"));
                self.turn(build, build.call(&function, args))
            }
            (true, _) => self.answered(build, build.call(&function, args)),
            (false, _) => self.turn(build, build.call(&function, args)),
        };
        self.arms.push(build.arm(pattern, body));
        match is_call {
            true => self.call_functions(handler),
            false => self.cast_function(handler),
        }
    }

    /// `Service.serving(caller); let (state, reply) = value; Service.reply(caller, reply); serve(state)`.
    fn answered(&self, build: Build, value: Expr) -> Vec<Stmt> {
        let caller = || build.name("caller");
        vec![
            Stmt::Expr(build.std("Service", "serving", vec![caller()])),
            build.let_pair(["state", "reply"], value),
            Stmt::Expr(build.std("Service", "reply", vec![caller(), build.name("reply")])),
            Stmt::Expr(build.call(SERVE, vec![build.name("state")])),
        ]
    }

    /// `serve(value)`.
    fn turn(&self, build: Build, value: Expr) -> Vec<Stmt> {
        vec![Stmt::Expr(build.call(SERVE, vec![value]))]
    }

    fn message(&mut self, handler: &Handler, is_call: bool) {
        let build = Build {
            span: handler.name.span,
        };
        let mut fields: Vec<(Option<Ident>, TypeExpr)> = handler
            .params
            .iter()
            .filter_map(|param| Some((None, param.ty.clone()?)))
            .collect();
        if is_call {
            let reply = handler.reply.iter().cloned().collect();
            fields.push((None, build.ty(&["Service", "Caller"], reply)));
        }
        self.variants.push(VariantDef {
            doc: handler.doc.clone(),
            name: handler.name.clone(),
            fields,
            span: handler.name.span,
        });
    }

    /// `get(target, …, timeout)`, which crashes when there is no answer, and `try_get`.
    fn call_functions(&mut self, handler: &Handler) {
        let build = Build {
            span: handler.name.span,
        };
        let name = snake_case(&handler.name.name);
        let mut params = caller_params(build, handler);
        params.push(build.param(
            "timeout",
            Some(build.ty(&["Service", "Timeout"], Vec::new())),
        ));
        let mut fields: Vec<Expr> = param_names(handler).map(|name| build.name(&name)).collect();
        fields.push(build.name("caller"));
        let message = build.variant(&[self.name, &handler.name.name], fields);
        let message = build.closure(&["caller"], vec![Stmt::Expr(message)]);
        let tail = vec![build.name("target"), build.name("timeout"), message];
        let mut all = vec![build.text(&format!("{}.{name}", self.name))];
        all.extend(tail.clone());
        let call = build.std("Service", "call", all);
        let request = build.std("Service", "request", tail);
        let ret = handler.reply.clone();
        let error = build.ty(&["Service", "CallError"], Vec::new());
        let tried = ret.clone().map(|ret| TypeExpr {
            kind: TypeExprKind::Result(Box::new(ret), Box::new(error)),
            span: build.span,
        });
        let function = build.function(&name, params.clone(), ret, vec![Stmt::Expr(call)]);
        self.add_documented(function, handler);
        let name = format!("try_{name}");
        let function = build.function(&name, params, tried, vec![Stmt::Expr(request)]);
        self.add(true, function);
    }

    fn cast_function(&mut self, handler: &Handler) {
        let build = Build {
            span: handler.name.span,
        };
        let fields = param_names(handler).map(|name| build.name(&name)).collect();
        let message = build.variant(&[self.name, &handler.name.name], fields);
        let cast = build.std("Service", "cast", vec![build.name("target"), message]);
        let name = snake_case(&handler.name.name);
        let params = caller_params(build, handler);
        let function = build.function(&name, params, None, vec![Stmt::Expr(cast)]);
        self.add_documented(function, handler);
    }

    fn add_documented(&mut self, function: FnClause, handler: &Handler) {
        self.add(true, function);
        if let Some(item) = self.functions.last_mut() {
            item.doc = handler.doc.clone();
        }
    }

    /// A signal: what its pattern binds is passed on to a function of the block.
    fn info(&mut self, index: usize, info: &InfoHandler) {
        let build = Build { span: info.span };
        let names = bound_names(&info.pattern);
        let params: Vec<Param> = names.iter().map(|name| build.param(name, None)).collect();
        let function = format!("info {index}");
        self.block_function(&function, &params, &info.block, info.pattern.span);
        let mut args: Vec<Expr> = names.iter().map(|name| build.name(name)).collect();
        args.push(build.name("state"));
        let value = build.call(&function, args);
        let body = self.turn(build, value);
        self.arms.push(build.arm(info.pattern.clone(), body));
    }

    fn terminate(&mut self, block: &TrailingBlock) {
        let build = Build { span: block.span };
        self.block_function(TERMINATE, &[], block, block.span);
        // After `Service.stop`, `terminate` sees the state that it was given.
        let state = || build.name("state");
        let last = build.std("Service", "last_state", vec![state()]);
        let code = vec![
            Stmt::Expr(build.call(TERMINATE, vec![last])),
            Stmt::Expr(build.unit()),
        ];
        let code = build.closure(&[], code);
        let register = build.std("Process", "on_terminate", vec![code]);
        let function = build.function(
            "(watch)",
            vec![build.param("state", None)],
            None,
            vec![Stmt::Expr(register)],
        );
        self.add(false, function);
    }

    /// The first state, the loop, and what starts and stops a service.
    fn lifetime(&mut self, sink: &mut Sink) {
        let build = self.build;
        let init = self.def.members.iter().find_map(|member| match member {
            ServiceMember::Fn(clause) if clause.name.name == "init" => Some(clause),
            _ => None,
        });
        let Some(init) = init else {
            sink.push(
                Diagnostic::new(
                    Code::BAD_SERVICE,
                    build.span,
                    format!("service `{}` lacks `init`", self.name),
                )
                .label("nothing gives its first state")
                .help("add `fn init() do … end`, whose value is the first state"),
            );
            return;
        };
        self.loop_function();
        self.first_state(init);
        let stop = VariantDef {
            doc: None,
            name: build.ident(STOP),
            fields: Vec::new(),
            span: build.span,
        };
        self.variants.push(stop);
        let end = build.upper(&[self.name, STOP]);
        let stop = build.std("Service", "shut", vec![build.name("target"), end]);
        let params = vec![build.param("target", None)];
        self.add(
            true,
            build.function("stop", params, None, vec![Stmt::Expr(stop)]),
        );
        self.starts(init);
    }

    fn loop_function(&mut self) {
        let build = self.build;
        let mut arms = std::mem::take(&mut self.arms);
        let end = build.variant_pattern(&[self.name, STOP], Vec::new());
        arms.push(build.arm(end, vec![Stmt::Expr(build.unit())]));
        let mut body = Vec::new();
        let has_terminate = |member| matches!(member, &ServiceMember::Terminate(_));
        if self.def.members.iter().any(has_terminate) {
            let watch = build.call("(watch)", vec![build.name("state")]);
            body.push(Stmt::Expr(watch));
        }
        body.push(Stmt::Expr(build.receive(arms)));
        let params = vec![build.param("state", None)];
        self.add(false, build.function(SERVE, params, None, body));
    }

    /// `Ok(init(…))`; of an `init` that may fail, its value with the error as text.
    fn first_state(&mut self, init: &FnClause) {
        let build = self.build;
        let (params, args) = init_params(build, init);
        let value = build.call("init", args);
        let value = match gives_result(init) {
            false => build.variant(&["Ok"], vec![value]),
            true => {
                let kept = build.variant(&["Ok"], vec![build.name("state")]);
                let text = build.shown(build.name("error"));
                let failed = build.variant(&["Err"], vec![text]);
                let ok = build.variant_pattern(&["Ok"], vec![build.bind("state")]);
                let err = build.variant_pattern(&["Err"], vec![build.bind("error")]);
                let arms = vec![
                    build.arm(ok, vec![Stmt::Expr(kept)]),
                    build.arm(err, vec![Stmt::Expr(failed)]),
                ];
                build.case(value, arms)
            }
        };
        let function = build.function(FIRST_STATE, params, None, vec![Stmt::Expr(value)]);
        self.add(false, function);
    }

    /// `start`, `start_link`, and what `spawn` runs.
    fn starts(&mut self, init: &FnClause) {
        let build = self.build;
        let pid = build.ty(&["Pid"], vec![build.ty(&[self.name], Vec::new())]);
        for (name, link) in [("start", false), ("start_link", true)] {
            let (params, args) = init_params(build, init);
            let first = build.call(FIRST_STATE, args);
            let first = build.closure(&[], vec![Stmt::Expr(first)]);
            let args = vec![
                build.text(&format!("{}.{}", self.module, self.name)),
                build.bool(link),
                first,
                build.name(SERVE),
            ];
            let start = build.std("Service", "start", args);
            let body = vec![Stmt::Expr(start)];
            self.add(true, build.function(name, params, Some(pid.clone()), body));
        }
        let (params, args) = init_params(build, init);
        let first = build.call(FIRST_STATE, args);
        let first = build.closure(&[], vec![Stmt::Expr(first)]);
        let run = build.std("Service", "run", vec![first, build.name(SERVE)]);
        self.add(
            true,
            build.function(RUN, params, None, vec![Stmt::Expr(run)]),
        );
    }
}

/// Whether the types of a handler are written, which its message needs.
fn typed(handler: &Handler, is_call: bool, sink: &mut Sink) -> bool {
    let name = &handler.name.name;
    if let Some(param) = handler.params.iter().find(|param| param.ty.is_none()) {
        sink.push(
            Diagnostic::new(
                Code::BAD_SERVICE,
                param.span,
                format!("a parameter of `{name}` lacks its type"),
            )
            .label("write its type: `name :: Type`")
            .note("it travels in a message, whose type cannot be inferred"),
        );
        return false;
    }
    if is_call && handler.reply.is_none() {
        sink.push(
            Diagnostic::new(
                Code::BAD_SERVICE,
                handler.name.span,
                format!("`call {name}` lacks the type of its reply"),
            )
            .label("what do callers get?")
            .help(format!(
                "write it after the parameters: `call {name}(…) :: Int do |state| … end`"
            )),
        );
        return false;
    }
    true
}

/// Whether a handler's block takes what it gets.
fn fits(handler: &Handler, is_call: bool, sink: &mut Sink) -> bool {
    let (allowed, help) = match is_call {
        true => (
            1..=2,
            "`|state|` gives the new state and the reply, `|state, caller|` only the new state",
        ),
        false => (1..=1, "`|state|` gives the new state"),
    };
    let fits = allowed.contains(&handler.block.params.len());
    if !fits {
        sink.push(
            Diagnostic::new(
                Code::BAD_SERVICE,
                handler.block.span,
                format!(
                    "the block of `{}` has the wrong parameters",
                    handler.name.name
                ),
            )
            .label(format!("takes {}", handler.block.params.len()))
            .help(help),
        );
    }
    fits
}

fn param_names(handler: &Handler) -> impl Iterator<Item = String> + '_ {
    let names = handler.params.iter().enumerate();
    names.map(|(at, param)| param_name(at, param))
}

/// The name that callers may give a parameter by.
fn param_name(at: usize, param: &Param) -> String {
    match &param.pattern.kind {
        PatternKind::Bind(name) => name.trim_start_matches('_').to_owned(),
        _ => format!("arg{at}"),
    }
}

/// `target`, and the parameters of a handler.
fn caller_params(build: Build, handler: &Handler) -> Vec<Param> {
    let mut params = vec![build.param("target", None)];
    let own = handler.params.iter().zip(param_names(handler));
    params.extend(own.map(|(param, name)| build.param(&name, param.ty.clone())));
    params
}

/// The parameters of `init` for another function, and as arguments.
fn init_params(build: Build, init: &FnClause) -> (Vec<Param>, Vec<Expr>) {
    let named = init.params.iter().enumerate().map(|(at, param)| {
        let name = param_name(at, param);
        (build.param(&name, param.ty.clone()), build.name(&name))
    });
    named.unzip()
}

/// Whether `init` gives a Result: its type says so, or its last expression is an `Ok` or `Err`.
fn gives_result(init: &FnClause) -> bool {
    if let Some(ret) = &init.ret {
        return match &ret.kind {
            TypeExprKind::Result(..) => true,
            TypeExprKind::Path { path, .. } => {
                path.last().is_some_and(|name| name.name == "Result")
            }
            _ => false,
        };
    }
    match &init.body {
        Some(FnBody::Expr(expr)) => is_outcome(expr),
        Some(FnBody::Block(block)) => ends_in_outcome(block),
        None => false,
    }
}

fn ends_in_outcome(block: &Block) -> bool {
    matches!(block.stmts.last(), Some(Stmt::Expr(last)) if is_outcome(last))
}

fn is_outcome(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Call(call) => {
            matches!(&call.callee.kind, ExprKind::Upper(name) if name == "Ok" || name == "Err")
        }
        ExprKind::If(parts) => {
            ends_in_outcome(&parts.then) || parts.otherwise.as_ref().is_some_and(ends_in_outcome)
        }
        ExprKind::Case(case) => case.arms.iter().any(|arm| ends_in_outcome(&arm.body)),
        ExprKind::Cond(arms) => arms.iter().any(|(_, body)| ends_in_outcome(body)),
        ExprKind::Block(block) => ends_in_outcome(block),
        ExprKind::Paren(inner) => is_outcome(inner),
        _ => false,
    }
}

/// `GetAll` as `get_all`.
fn snake_case(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 2);
    for (at, c) in name.char_indices() {
        if c.is_uppercase() && at > 0 {
            out.push('_');
        }
        out.extend(c.to_lowercase());
    }
    out
}
