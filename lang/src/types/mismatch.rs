//! Messages for types that differ and interfaces that are missing, with the reasons.

use super::arena::{Clash, Due, Needs, Node, TyId};
use super::infer::Infer;
use super::show::{Qualify, Shower};
use crate::diagnostics::{Code, Diagnostic};
use crate::resolve::{FuncSource, TypeSource};
use crate::syntax::ast::Span;
use crate::typed::{Con, FuncId, InterfaceId, Shape, TypeDefId};

/// Why a type was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// No particular reason.
    Unknown,
    /// An annotation here.
    Annotation(Span),
    /// The result of the function or closure at this place.
    Return(Span),
    /// A parameter of a function.
    Param(FuncId, u32),
    /// A parameter of a function value, which is here.
    ValueParam(Span),
    /// A field of a struct or variant.
    Field(TypeDefId, u32, u32),
    /// A condition: `if`, `while`, `when`, …
    Condition(&'static str),
    /// An earlier branch, whose type is decided here.
    Branch(Span),
    /// An earlier element of a list or map, here.
    Element(Span),
    /// The other operand of an operator, here.
    Operand(&'static str, Span),
    /// What `::` puts in front of a list, here.
    Cons(Span),
    /// An operator that takes this type only.
    Operator(&'static str),
    /// What is matched, here.
    Scrutinee(Span),
    /// The type of a pattern's value, bound here before.
    Binding(Span),
    /// The elements of what is looped over, here.
    Elements(Span),
    /// The index of a list.
    Index,
    /// The text of `panic` and the like.
    Text(&'static str),
    /// What the mailbox receives, because of this place.
    Mailbox(Span),
    /// The messages of the actor that this pid, here, stands for.
    Message(Span),
    /// The first argument of `send`.
    Receiver,
    /// The limit of a `receive`.
    Timeout,
    /// A byte segment, which takes this.
    Segment(&'static str),
    /// The error of a `?`, which the function must return too.
    TryError(Span),
}

/// What was found where another type was wanted.
#[derive(Clone, Copy)]
struct Found {
    ty: TyId,
    span: Span,
}

impl Infer<'_, '_> {
    /// A shower for the module at hand.
    pub fn shower(&self) -> Shower<'_> {
        Shower::new(&self.world.program, self.f.module)
    }

    /// The texts of types, named alike.
    pub fn show<const N: usize>(&self, types: [TyId; N]) -> [String; N] {
        let rigid = |id: super::arena::RigidId| self.rigid[id.0 as usize].param.name.to_string();
        let draw = |qualify| {
            let mut shower = self.shower();
            shower.qualify = qualify;
            types.map(|ty| shower.open(self.arena, &rigid, ty))
        };
        let texts = draw(Qualify::Foreign);
        let clash = texts.iter().enumerate().any(|(i, text)| {
            texts[..i]
                .iter()
                .zip(&types)
                .any(|(t, &ty)| t == text && self.arena.root(ty) != self.arena.root(types[i]))
        });
        if clash { draw(Qualify::All) } else { texts }
    }

    /// The text of one type.
    pub fn show_one(&self, ty: TyId) -> String {
        let [text] = self.show([ty]);
        text
    }

    /// Reports why `found`, at `span`, is not `want`.
    pub fn report_clash(&mut self, span: Span, want: TyId, found: TyId, why: Why, clash: Clash) {
        self.clashed = (span, found);
        let diagnostic = match clash {
            Clash::Differ(..) => self.mismatch(span, want, found, why),
            Clash::Infinite(var, whole) => {
                let [name, whole] = self.show([var, whole]);
                // Once is enough: from here on it agrees with everything.
                let _agrees = self.arena.unify(var, TyId::ERROR);
                Diagnostic::new(
                    Code::INFINITE_TYPE,
                    span,
                    format!("infinite type: `{name}` would have to be `{whole}`"),
                )
                .label("this use needs a type that contains itself")
                .help("a value cannot contain itself; wrap it in a struct or sum type if that is what you mean")
            }
            Clash::TooDeep => self.too_deep(span),
        };
        self.sink.push(diagnostic);
    }

    /// The error for types that nest too deeply.
    pub fn too_deep(&self, span: Span) -> Diagnostic {
        Diagnostic::new(Code::TYPE_TOO_LARGE, span, "the type of this is too large")
            .label(format!("nested more than {} deep", super::arena::MAX_DEPTH))
            .help("use a struct or sum type, which may contain itself")
    }

    fn mismatch(&self, span: Span, want: TyId, found: TyId, why: Why) -> Diagnostic {
        let [want_text, found_text] = self.show([want, found]);
        if let Why::Param(func, 1) = why
            && self.is_child_start(func)
        {
            return self.no_pid(span, &found_text);
        }
        let diagnostic = Diagnostic::new(
            Code::TYPE_MISMATCH,
            span,
            format!("types differ: expected `{want_text}`, found `{found_text}`"),
        )
        .label(format!("this is `{found_text}`"));
        let diagnostic = self.explain(diagnostic, &want_text, why);
        let diagnostic = self.decided_by(diagnostic, span, &found_text);
        let found = Found { ty: found, span };
        self.advise(diagnostic, want, found, why)
    }

    /// Adds the use of a local, which stands at `span`, that decided its type.
    pub fn decided_by(&self, diagnostic: Diagnostic, span: Span, text: &str) -> Diagnostic {
        let name = self.world.files.text_of(span);
        let local = self.f.scope.get(name);
        let decided = local.and_then(|local| *self.f.decided.get(local.0 as usize)?);
        match decided {
            Some(place) if place != span => {
                diagnostic.secondary(place, format!("`{name}` is `{text}` because of this use"))
            }
            _ => diagnostic,
        }
    }

    /// Whether a function answers the call of a service; handlers end in one.
    fn is_reply(&self, func: FuncId) -> bool {
        let decl = &self.world.program.funcs[func.0 as usize];
        let module = &self.world.program.modules[decl.module.0 as usize];
        module.std && module.name == "Service" && decl.name == "reply"
    }

    /// Whether a function's second parameter is the `start` of a supervisor's child.
    fn is_child_start(&self, func: FuncId) -> bool {
        let decl = &self.world.program.funcs[func.0 as usize];
        let module = &self.world.program.modules[decl.module.0 as usize];
        let makes_child = decl.name == "child" || decl.name == "template";
        module.std && module.name == "Supervisor" && makes_child
    }

    fn no_pid(&self, span: Span, found: &str) -> Diagnostic {
        Diagnostic::new(
            Code::CHILD_START,
            span,
            format!("`start` of a child must return Pid, but this is `{found}`"),
        )
        .label("must return Pid")
        .help("start an actor or service: `start: fn -> Store.start(0) end`, `start: fn -> spawn(worker) end`")
    }

    /// Adds where the expectation comes from.
    pub fn explain(&self, diagnostic: Diagnostic, want: &str, why: Why) -> Diagnostic {
        match why {
            Why::Unknown => diagnostic,
            Why::Annotation(span) => {
                diagnostic.secondary(span, format!("`{want}` because of this annotation"))
            }
            Why::Return(span) => diagnostic.secondary(
                span,
                format!("the result is to be `{want}` because of this"),
            ),
            Why::Param(func, index) => self.explain_param(diagnostic, want, func, index),
            Why::ValueParam(span) => {
                diagnostic.secondary(span, format!("this function takes `{want}` here"))
            }
            Why::Field(def, variant, field) => {
                self.explain_field(diagnostic, want, def, variant, field)
            }
            Why::Condition(word) => {
                diagnostic.note(format!("the condition of `{word}` must be `Bool`"))
            }
            Why::Branch(span) => diagnostic
                .secondary(span, format!("this branch is `{want}`"))
                .note("all branches must have one type"),
            Why::Element(span) => diagnostic
                .secondary(span, format!("this one is `{want}`"))
                .note("all elements must have one type"),
            Why::Operand(op, span) => diagnostic
                .secondary(span, format!("this operand of `{op}` is `{want}`"))
                .note(format!("both operands of `{op}` must have one type")),
            Why::Cons(span) => {
                diagnostic.secondary(span, format!("`::` puts this in front of a `{want}`"))
            }
            Why::Operator(op) => diagnostic.note(format!("`{op}` works on `{want}`")),
            Why::Scrutinee(span) => {
                diagnostic.secondary(span, format!("the value matched is `{want}`"))
            }
            Why::Binding(span) => diagnostic.secondary(span, format!("bound as `{want}` here")),
            Why::Elements(span) => {
                diagnostic.secondary(span, format!("the elements of this are `{want}`"))
            }
            Why::Mailbox(span) => diagnostic
                .secondary(span, format!("messages of type `{want}` are received here"))
                .note("an actor has one type of messages"),
            Why::Message(span) => {
                diagnostic.secondary(span, format!("this actor takes messages of type `{want}`"))
            }
            Why::Receiver => {
                diagnostic.note("`send` takes the pid of the receiver, then the message")
            }
            Why::Timeout => diagnostic.note("`after` takes milliseconds, an `Int`"),
            Why::Segment(note) => diagnostic.note(note),
            Why::Index => diagnostic.note(format!("the index must be `{want}`")),
            Why::Text(name) => diagnostic.note(format!("`{name}` takes a `String`")),
            Why::TryError(span) => diagnostic
                .secondary(
                    span,
                    format!("the function returns errors of type `{want}`"),
                )
                .note("`?` passes the error on, so both error types must be one"),
        }
    }

    fn explain_param(
        &self,
        diagnostic: Diagnostic,
        want: &str,
        func: FuncId,
        index: u32,
    ) -> Diagnostic {
        let decl = &self.world.program.funcs[func.0 as usize];
        let Some(source) = self.world.func_source(func) else {
            if self.is_reply(func) {
                return diagnostic.note(format!(
                    "the head of this `call` says that it answers with `{want}`"
                ));
            }
            let signature = self.shower().signature(decl);
            return diagnostic.note(format!("declared as `{signature}`"));
        };
        let index = index as usize;
        let annotated = match source {
            FuncSource::Clauses(clauses) => clauses
                .iter()
                .find_map(|clause| clause.params.get(index)?.ty.as_ref()),
            FuncSource::Native(native) => native.params.get(index).map(|param| &param.ty),
        };
        let first = match source {
            FuncSource::Clauses(clauses) => clauses
                .first()
                .and_then(|clause| clause.params.get(index))
                .map(|p| p.span),
            FuncSource::Native(_) => None,
        };
        let diagnostic = match self.members.iter().any(|member| member.func == func) {
            true if index < decl.params.len() && self.is_rigid_text(func, want) => diagnostic
                .note("within its own body a function has the type parameters that it was called with: it cannot call itself with others"),
            _ => diagnostic,
        };
        match (annotated, first) {
            (Some(ty), _) => {
                diagnostic.secondary(ty.span, format!("`{}` takes `{want}` here", decl.name))
            }
            (None, Some(span)) => diagnostic.secondary(
                span,
                format!("`{}` uses this parameter as `{want}`", decl.name),
            ),
            (None, None) => diagnostic,
        }
    }

    /// Whether a text is the name of a type parameter that a function of the group writes.
    fn is_rigid_text(&self, func: FuncId, text: &str) -> bool {
        let mut rigid = self.rigid.iter().filter(|rigid| rigid.func == Some(func));
        rigid.any(|rigid| rigid.param.name == text)
    }

    /// Where the type of a field is written, if that is in this compilation.
    fn field_place(&self, def: TypeDefId, variant: u32, field: u32) -> Option<Span> {
        let index = def.0.checked_sub(self.world.first_type)? as usize;
        let field = field as usize;
        Some(match self.world.types.get(index)? {
            TypeSource::Struct(def) => def.fields.get(field)?.ty.span,
            TypeSource::Sum(def) => {
                let variant = def.variants.get(variant as usize)?;
                variant.fields.get(field)?.1.span
            }
        })
    }

    fn explain_field(
        &self,
        diagnostic: Diagnostic,
        want: &str,
        def: TypeDefId,
        variant: u32,
        field: u32,
    ) -> Diagnostic {
        let place = self.field_place(def, variant, field);
        let def = &self.world.program.types[def.0 as usize];
        let (owner, fields) = match &def.shape {
            Shape::Struct(fields) => (&def.name, fields),
            Shape::Sum(variants) => {
                let Some(variant) = variants.get(variant as usize) else {
                    return diagnostic;
                };
                (&variant.name, &variant.fields)
            }
        };
        let Some(field) = fields.get(field as usize) else {
            return diagnostic;
        };
        let text = match field.name.as_str() {
            "" => format!("`{owner}` holds `{want}` here"),
            name => format!("field `{name}` of `{owner}` is `{want}`"),
        };
        match place {
            Some(place) => diagnostic.secondary(place, text),
            None => diagnostic.note(text),
        }
    }

    /// Adds what to do about some common differences.
    fn advise(&self, diagnostic: Diagnostic, want: TyId, found: Found, why: Why) -> Diagnostic {
        let con = |ty| self.arena.known(ty).map(|(con, _)| con);
        let known = &self.world.program.known;
        let text = self.world.files.text_of(found.span);
        let arity = self.arity_note(want, found.ty);
        let (want, found) = (con(want), con(found.ty));
        if let Some(help) = self.advice_for(want, found, text, why) {
            return diagnostic.help(help);
        }
        match (want, found) {
            _ if matches!(why, Why::Scrutinee(_)) => diagnostic,
            (Some(Con::Fun), Some(Con::Fun)) => diagnostic.maybe_note(arity),
            (Some(Con::Float), Some(Con::Int)) => {
                diagnostic.help("there is no implicit conversion: use `Int.to_float(x)`, or write a literal like `1.0`")
            }
            (Some(Con::Int), Some(Con::Float)) => {
                diagnostic.help("there is no implicit conversion: use `Float.to_int(x)`, which truncates")
            }
            (Some(Con::String), Some(Con::Int | Con::Float | Con::Bool))
                if !matches!(why, Why::Operand("+", _)) =>
            {
                diagnostic.help("make it text with interpolation: `\"${x}\"`")
            }
            (Some(want), Some(Con::Adt(id))) if Some(id) == known.option && want != Con::Adt(id) => {
                diagnostic.help("the value may be absent: handle `None` with `case`, or use `Option.unwrap_or(x, default)`")
            }
            (Some(want), Some(Con::Adt(id))) if Some(id) == known.result && want != Con::Adt(id) => {
                diagnostic.help("this may have failed: handle `Err` with `case`, or pass it on with `?`")
            }
            (Some(Con::Adt(id)), Some(_)) if Some(id) == known.option => {
                diagnostic.help("wrap the value: `Some(x)`")
            }
            (Some(Con::Adt(id)), Some(_)) if Some(id) == known.result => {
                diagnostic.help("wrap the value: `Ok(x)`")
            }
            _ => diagnostic,
        }
    }

    /// That two function types take different numbers of arguments.
    fn arity_note(&self, want: TyId, found: TyId) -> Option<String> {
        let arity = |ty| match self.arena.known(ty) {
            Some((Con::Fun, parts)) => Some(parts.len() - 1),
            _ => None,
        };
        let (want, found) = (arity(want)?, arity(found)?);
        (want != found).then(|| {
            let wanted = crate::resolve::parameters(want);
            format!("wanted is a function with {wanted}, this one has {found}")
        })
    }

    /// What to do where the place, or the value as it is written, tells more than its type.
    fn advice_for(
        &self,
        want: Option<Con>,
        found: Option<Con>,
        text: &str,
        why: Why,
    ) -> Option<String> {
        let known = &self.world.program.known;
        let is = |con: Option<Con>, id: Option<TypeDefId>| matches!((con, id), (Some(Con::Adt(con)), Some(id)) if con == id);
        if let Why::Condition(_) | Why::Operator("not" | "and" | "or") = why {
            return self.condition_advice(found?, text);
        }
        if found == Some(Con::Unit) {
            return self.unit_advice(is(want, known.option), text, why);
        }
        if let Why::Operand(op, first) = why
            && matches!(
                (want, found),
                (Some(Con::Int), Some(Con::Float)) | (Some(Con::Float), Some(Con::Int))
            )
        {
            let int = match want {
                Some(Con::Int) => self.world.files.text_of(first),
                _ => text,
            };
            return Some(match int.parse::<i64>() {
                Ok(_) => format!("there is no implicit conversion: write the literal as `{int}.0`"),
                Err(_) => format!(
                    "there is no implicit conversion: `Int.to_float({int})` makes both operands of `{op}` a `Float`"
                ),
            });
        }
        if let Why::Operand("==" | "!=" | "<" | ">" | "<=" | ">=", _) = why
            && matches!(
                (want, found),
                (Some(Con::String), Some(Con::Int)) | (Some(Con::Int), Some(Con::String))
            )
        {
            return Some("convert one of them: `\"${n}\"` makes text of a number, `String.to_int(text)` reads one".to_owned());
        }
        None
    }

    /// A condition that is no Bool: what other languages ask with it.
    fn condition_advice(&self, found: Con, text: &str) -> Option<String> {
        let known = &self.world.program.known;
        let text = if text.len() > 30 { "x" } else { text };
        Some(match found {
            Con::Int => format!("compare it: `{text} != 0`"),
            Con::Float => format!("compare it: `{text} != 0.0`"),
            Con::String => format!("compare it: `{text} != \"\"`"),
            Con::List => format!("ask whether it has elements: `not List.is_empty({text})`"),
            Con::Map => format!("ask whether it has entries: `not Map.is_empty({text})`"),
            Con::Adt(id) if Some(id) == known.option => {
                format!(
                    "ask whether there is a value: `Option.is_some({text})`, or take it out with `case`"
                )
            }
            Con::Adt(id) if Some(id) == known.result => {
                format!(
                    "ask whether it worked: `Result.is_ok({text})`, or take the value out with `case`"
                )
            }
            _ => return None,
        })
    }

    /// `()` where a value is wanted.
    fn unit_advice(&self, wants_option: bool, text: &str, why: Why) -> Option<String> {
        if text == "nil" {
            return Some(match (why, wants_option) {
                (Why::Operand(..), true) => {
                    "`nil` is only `()`: compare with `None`, or take the value out with `case`"
                }
                (_, true) => "`nil` is only `()`: the absent value of an `Option` is `None`",
                (Why::Operand(..), false) => {
                    "values are never absent unless their type is an `Option`, so there is nothing to compare"
                }
                _ => "`nil` is only `()`: a value that may be absent is an `Option`, `Some(x)` or `None`",
            }
            .to_owned());
        }
        let is_value = matches!(why, Why::Return(_) | Why::Branch(_) | Why::Annotation(_));
        if is_value && text.starts_with("let ") {
            return Some("a block that ends in a `let` has the value `()`: end it with the value that is wanted".to_owned());
        }
        let prints = ["println(", "print(", "eprintln("];
        if is_value && prints.iter().any(|print| text.starts_with(print)) {
            return Some(
                "printing gives `()`: end the block with the value that is wanted".to_owned(),
            );
        }
        None
    }

    /// Reports that a type lacks an interface.
    pub fn unmet(&mut self, due: Due, part: TyId) {
        let name = &self.world.program.interface(due.need.interface).name;
        if self.world.disowned.contains(name) {
            return;
        }
        let [whole, text] = self.show([due.ty, part]);
        let bound = self.need_text(due.need);
        let need = self.needed_by(due, &bound);
        let diagnostic = if due.need.interface == InterfaceId::JSON {
            Diagnostic::new(
                Code::NOT_SERIALIZABLE,
                due.origin.span,
                format!("`{text}` is not JSON-serializable"),
            )
        } else if due.need.interface == InterfaceId::COLUMN {
            Diagnostic::new(
                Code::NOT_MAPPABLE,
                due.origin.span,
                format!("`{text}` cannot be mapped from a database row"),
            )
        } else if self.is_function(part)
            && matches!(due.need.interface, InterfaceId::EQ | InterfaceId::ORD)
        {
            Diagnostic::new(
                Code::UNMET_BOUND,
                due.origin.span,
                format!("functions cannot be compared: `{text}` has no `{bound}`"),
            )
        } else {
            Diagnostic::new(
                Code::UNMET_BOUND,
                due.origin.span,
                format!("`{text}` has no `{bound}`"),
            )
        };
        let diagnostic = diagnostic.label(need);
        let diagnostic = if whole == text {
            diagnostic
        } else {
            diagnostic.note(format!("it is part of `{whole}`"))
        };
        let diagnostic = self.through(diagnostic, due, &bound);
        let diagnostic = self.remedy(diagnostic, due, part, &text);
        self.sink.push(diagnostic);
    }

    /// What needs an interface, in words.
    fn needed_by(&self, due: Due, bound: &str) -> String {
        let program = &self.world.program;
        match due.origin.why {
            Needs::Operator(op) => format!("`{op}` needs `{bound}`"),
            Needs::Call(func) => {
                let name = &program.funcs[func.0 as usize].name;
                format!("`{name}` needs `{bound}`")
            }
            Needs::MapKey => format!("keys of maps need `{bound}`"),
            Needs::Construct(def) => {
                let name = &program.types[def.0 as usize].name;
                format!("`{name}` needs `{bound}`")
            }
            Needs::Impl(id) => {
                let interface = program.implementation(id).interface;
                let name = &program.interface(interface).name;
                format!("`{name}` requires `{bound}` of types that implement it")
            }
            Needs::Conversion => format!("the conversion needs `{bound}`"),
            Needs::Loop => format!("`for` needs `{bound}`"),
        }
    }

    /// Adds the place that demands the interface: a function's signature, a definition, an implementation's bound.
    fn through(&self, diagnostic: Diagnostic, due: Due, bound: &str) -> Diagnostic {
        let program = &self.world.program;
        if let Some(id) = due.via {
            let decl = program.implementation(id);
            let name = &program.interface(decl.interface).name;
            return diagnostic.secondary(
                decl.span,
                format!("this implementation of `{name}` is for parts with `{bound}`"),
            );
        }
        let place = match due.origin.why {
            Needs::Call(func) => {
                let decl = &program.funcs[func.0 as usize];
                (!self.world.is_std(decl.module)).then_some((decl.span, &decl.name))
            }
            Needs::Construct(def) => {
                let decl = &program.types[def.0 as usize];
                Some((decl.span, &decl.name))
            }
            Needs::Impl(id) => {
                let decl = program.interface(program.implementation(id).interface);
                Some((decl.span, &decl.name))
            }
            _ => None,
        };
        match place {
            Some((span, name)) => diagnostic.secondary(span, format!("`{name}` demands `{bound}`")),
            None => diagnostic,
        }
    }

    fn is_function(&self, ty: TyId) -> bool {
        matches!(self.arena.known(ty), Some((Con::Fun, _)))
    }

    fn remedy(&self, diagnostic: Diagnostic, due: Due, part: TyId, text: &str) -> Diagnostic {
        let interface = due.need.interface;
        let bound = self.need_text(due.need);
        match self.arena.node(part) {
            Node::Rigid(id) => {
                let rigid = &self.rigid[id.0 as usize];
                let diagnostic = match rigid.func {
                    Some(func) => {
                        let func = &self.world.program.funcs[func.0 as usize];
                        diagnostic.secondary(
                            func.span,
                            format!("`{text}` is a type parameter of `{}`", func.name),
                        )
                    }
                    None => diagnostic,
                };
                diagnostic.help(format!(
                    "demand it in the signature: `where {text}: {bound}`"
                ))
            }
            Node::App(Con::Adt(id), _) => self.adt_remedy(diagnostic, interface, id),
            Node::App(Con::String, _) if interface == InterfaceId::ADD => {
                diagnostic.help("strings are joined with `<>`")
            }
            Node::App(Con::List, _)
                if matches!(interface, InterfaceId::ADD | InterfaceId::CONCAT) =>
            {
                diagnostic.help("lists are joined with `++`")
            }
            Node::App(Con::Int | Con::Float | Con::Bool, _) if interface == InterfaceId::CONCAT => {
                diagnostic.help("`<>` joins strings; make it text first: `\"${x}\"`")
            }
            Node::App(..)
                if !self
                    .world
                    .is_std(self.world.program.interface(interface).module) =>
            {
                diagnostic.help(format!("implement it: `impl {bound} for {text} do … end`"))
            }
            _ => diagnostic,
        }
    }

    fn adt_remedy(
        &self,
        diagnostic: Diagnostic,
        interface: InterfaceId,
        id: TypeDefId,
    ) -> Diagnostic {
        let def = &self.world.program.types[id.0 as usize];
        let decl = self.world.program.interface(interface);
        let name = &decl.name;
        let std = self.world.is_std(def.module);
        if std && self.world.is_std(decl.module) {
            return diagnostic;
        }
        if !super::derive::is_derivable(interface) || std {
            let diagnostic = match std || self.names_place(&diagnostic, def.span) {
                true => diagnostic,
                false => diagnostic.secondary(def.span, "defined here"),
            };
            return diagnostic.help(format!(
                "implement it: `impl {name} for {} do … end`",
                def.name
            ));
        }
        let index = (id.0 - self.world.first_type) as usize;
        let source = self.world.types.get(index);
        let listed = source.and_then(|source| source.deriving().as_ref());
        let optional = matches!(interface, InterfaceId::DISPLAY | InterfaceId::DEFAULT);
        match (listed, super::derive::culprit(self.world, id, interface)) {
            (Some(_), _) => diagnostic
                .secondary(def.span, "defined here with a `deriving` list")
                .help(format!(
                    "add `{name}` to the `deriving` list of `{}`",
                    def.name
                )),
            (None, _) if optional => diagnostic
                .secondary(def.span, "defined here")
                .help(format!("add `deriving(…, {name})` to `{}`", def.name)),
            (None, Some((place, part))) => diagnostic.secondary(
                def.span,
                format!("{place} holds `{part}`, which has no `{name}`"),
            ),
            (None, None) => diagnostic.secondary(def.span, "defined here"),
        }
    }

    /// Whether a diagnostic shows a place already.
    fn names_place(&self, diagnostic: &Diagnostic, span: Span) -> bool {
        diagnostic.secondary.iter().any(|label| label.span == span)
    }
}
