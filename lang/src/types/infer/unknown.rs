//! Names that mean nothing: what is reported, and what may have been meant.

use super::Infer;
use super::special::Special;
use crate::diagnostics::{Code, Diagnostic, did_you_mean};
use crate::resolve::Item;
use crate::resolve::scope::dotted;
use crate::syntax::ast::{Ident, Name, Span};
use crate::types::messages;

impl Infer<'_, '_> {
    pub(super) fn unknown_variant(&mut self, name: &Ident) {
        let text = name.name.as_str();
        if self.world.is_reported(self.f.module, text) {
            return;
        }
        let module = self
            .world
            .find_module(self.f.module, std::slice::from_ref(name))
            .is_some();
        let ty = self.world.find_type(self.f.module, text);
        let diagnostic = match ty {
            Some(hit) if self.is_struct_item(hit.item) => Diagnostic::new(
                Code::UNKNOWN_VARIANT,
                name.span,
                format!("`{text}` is a struct, not a value"),
            )
            .label("a struct is built with braces")
            .help(format!("write `{text} {{ field: value }}`")),
            Some(_) => Diagnostic::new(
                Code::UNKNOWN_VARIANT,
                name.span,
                format!("`{text}` is a type, not a value"),
            )
            .label("a type cannot stand here"),
            None if module => Diagnostic::new(
                Code::UNKNOWN_VARIANT,
                name.span,
                format!("`{text}` is a module, not a value"),
            )
            .label("a module cannot stand here")
            .help(format!("use one of its functions: `{text}.name(…)`")),
            None => self.no_variant(name),
        };
        self.sink.push(diagnostic);
    }

    fn is_struct_item(&self, item: Item) -> bool {
        matches!(item, Item::Type(id) if !self.is_sum(id))
    }

    fn no_variant(&self, name: &Ident) -> Diagnostic {
        let text = name.name.as_str();
        let diagnostic = Diagnostic::new(
            Code::UNKNOWN_VARIANT,
            name.span,
            format!("unknown variant `{text}`"),
        )
        .label("no variant of this name is in scope");
        let is_variant = |item: &Item| matches!(item, Item::Variant(..));
        if let Some(module) = messages::public_home(self.world, text, is_variant) {
            return diagnostic.help(format!("import it: `from {module} import {text}`"));
        }
        let scope = self.world.scope(self.f.module);
        let prelude = ["Some", "None", "Ok", "Err", "Less", "Equal", "Greater"];
        let known = scope.variants.keys().chain(scope.import_variants.keys());
        let known = known.map(|n| n.as_str()).chain(prelude);
        let near = did_you_mean(text, known);
        diagnostic.maybe_help(near.or_else(|| Self::variant_habit(text)))
    }

    /// Capitals of other languages and what to write.
    fn variant_habit(name: &str) -> Option<String> {
        Some(match name {
            "True" | "TRUE" => "write `true`".to_owned(),
            "False" | "FALSE" => "write `false`".to_owned(),
            "Nil" | "Null" | "NULL" | "Nothing" | "Undefined" => {
                "an absent value of an `Option` is `None`".to_owned()
            }
            "Just" => "write `Some(value)`".to_owned(),
            "Error" | "Failure" | "Left" => "write `Err(reason)`".to_owned(),
            "Success" | "Right" => "write `Ok(value)`".to_owned(),
            _ => "names of values start with a small letter; a capital starts a variant, type or module".to_owned(),
        })
    }

    /// Words of other languages and what to write.
    fn habit(name: &str) -> Option<&'static str> {
        Some(match name {
            "null" | "undefined" => "Snow has no null: use `None` of `Option`, or `()` for nothing",
            "none" => "write `None`",
            "some" => "write `Some(value)`",
            "ok" => "write `Ok(value)`",
            "error" | "err" => "write `Err(reason)`",
            "len" | "length" | "size" | "count" => {
                "use the module of the value: `List.length(xs)`, `String.length(s)`, `Map.size(m)`"
            }
            "puts" | "printf" | "echo" | "console" => "use `println(value)`",
            "raise" | "throw" => "use `panic(\"text\")` to crash, or return an `Err`",
            "str" | "to_string" | "string" => "make text with interpolation: `\"${value}\"`",
            "int" => "use `String.to_int(text)` or `Float.to_int(number)`",
            "this" => "functions get their data as parameters",
            "elif" | "elsif" => "write `else if`",
            "is_nil" => "use `Option.is_none(value)`; a value that is no `Option` is never absent",
            "loop" => "write `while true do … end`, or a function that calls itself",
            "self" => "`self` is the first parameter of a method; the pid of an actor is `self()`",
            "hd" => "write `List.head(xs)`",
            "tl" => "write `List.tail(xs)`",
            "range" => "write a range: `0..n`",
            _ => return None,
        })
    }

    pub(super) fn unknown_name(&mut self, name: &Name, span: Span) {
        if self.world.is_reported(self.f.module, name) {
            return;
        }
        let diagnostic =
            Diagnostic::new(Code::UNKNOWN_NAME, span, format!("unknown name `{name}`"))
                .label("nothing of this name is in scope");
        let is_func = |item: &Item| matches!(item, Item::Func(_));
        let diagnostic = if let Some(near) = self.near_value(name) {
            diagnostic.help(near)
        } else if let Some(module) = messages::public_home(self.world, name, is_func) {
            diagnostic.help(format!("import it: `from {module} import {name}`"))
        } else {
            diagnostic.maybe_help(Self::habit(name).map(str::to_owned))
        };
        let ended = self.f.locals.iter().rev().find(|local| local.name == *name);
        let diagnostic = match ended {
            Some(local) => {
                diagnostic.secondary(local.span, "bound here, but only known within its block")
            }
            None => diagnostic,
        };
        self.sink.push(diagnostic);
    }

    fn near_value(&self, name: &str) -> Option<String> {
        // Who has as many mistakes as this needs no suggestions, and they take time where names are many.
        if self.sink.error_count() > 200 {
            return None;
        }
        let own = self.world.scope(self.f.module);
        let prelude = self.world.prelude.map(|id| self.world.scope(id));
        let names = self
            .f
            .scope
            .keys()
            .chain(own.values.keys())
            .chain(own.imports.keys());
        let names = names.chain(prelude.into_iter().flat_map(|scope| scope.values.keys()));
        let specials = Special::NAMES.iter().map(|(name, _)| *name);
        did_you_mean(name, names.map(|name| name.as_str()).chain(specials))
    }

    pub(super) fn no_type_function(&mut self, path: &[Ident], name: &Ident) {
        self.sink.push(
            Diagnostic::new(
                Code::UNKNOWN_METHOD,
                name.span,
                format!("type `{}` has no function `{}`", dotted(path), name.name),
            )
            .label("types hold no functions of their own")
            .help(format!(
                "call the function of its module: `{}(…)`",
                name.name
            )),
        );
    }
}
