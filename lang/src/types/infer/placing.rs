//! Which argument fills which parameter of a call, and what does not fit.

use smol_str::SmolStr;

use super::Infer;
use super::args::{Args, Placed, fill};
use super::call::{Target, arguments};
use crate::diagnostics::{Code, Diagnostic, did_you_mean};
use crate::syntax::ast::{Ident, Span};
use crate::types::messages;

impl Infer<'_, '_> {
    /// Gives each argument its parameter: `(parameter, value)` in order of evaluation. Reports what does not fit.
    pub(super) fn place<'e>(
        &mut self,
        args: Args<'e>,
        names: &[SmolStr],
        target: Target,
        name_span: Span,
    ) -> Option<Vec<(usize, Placed<'e>)>> {
        let keywords: Vec<&Ident> = args.items.iter().filter_map(|arg| arg.name).collect();
        let by_name = keywords.iter().any(|k| names.contains(&k.name));
        if by_name && let Some(odd) = keywords.iter().find(|k| !names.contains(&k.name)) {
            self.unknown_keyword(odd, names, target);
            return None;
        }
        if matches!(target, Target::Shape(_)) && !keywords.is_empty() && !by_name {
            self.unknown_keyword(keywords[0], names, target);
            return None;
        }
        let mut slots: Vec<Option<usize>> = vec![None; args.items.len()];
        let mut open: Vec<usize> = (0..names.len()).collect();
        if by_name {
            for (at, arg) in args.items.iter().enumerate() {
                let Some(name) = arg.name else { continue };
                let index = names.iter().position(|n| *n == name.name)?;
                let Some(free) = open.iter().position(|&free| free == index) else {
                    self.repeated_keyword(name);
                    return None;
                };
                open.remove(free);
                slots[at] = Some(index);
            }
        }
        let keywords = keywords.len();
        match fill(args, slots, open) {
            Ok(placed) => Some(placed),
            Err(args) => {
                self.count_mismatch(target, names, args.items.len(), keywords, name_span);
                self.absorb(args, name_span);
                None
            }
        }
    }

    pub(super) fn unknown_keyword(&mut self, odd: &Ident, names: &[SmolStr], target: Target) {
        let name = self.target_name(target);
        let what = match target {
            Target::Func(_) => "parameter",
            Target::Shape(_) => "field",
            Target::Value(_) => "argument",
        };
        let known: Vec<&str> = names
            .iter()
            .map(|n| n.as_str())
            .filter(|n| !n.is_empty())
            .collect();
        let diagnostic = Diagnostic::new(
            Code::KEYWORD_ARGUMENT,
            odd.span,
            format!("`{name}` has no {what} `{}`", odd.name),
        )
        .label(format!("no such {what}"))
        .maybe_help(did_you_mean(&odd.name, known.iter().copied()));
        let diagnostic = match known.is_empty() {
            true => diagnostic,
            false => diagnostic.note(format!("its {what}s are: {}", known.join(", "))),
        };
        self.sink.push(diagnostic);
    }

    fn repeated_keyword(&mut self, name: &Ident) {
        self.sink.push(
            Diagnostic::new(
                Code::KEYWORD_ARGUMENT,
                name.span,
                format!("`{}` is given twice", name.name),
            )
            .label("given again here"),
        );
    }

    fn target_name(&self, target: Target) -> SmolStr {
        match target {
            Target::Func(id) => self.world.program.funcs[id.0 as usize].name.clone(),
            Target::Shape(shaped) => self.shaped_name(shaped),
            Target::Value(_) => SmolStr::new_static("this function"),
        }
    }

    fn count_mismatch(
        &mut self,
        target: Target,
        names: &[SmolStr],
        given: usize,
        keywords: usize,
        name_span: Span,
    ) {
        let name = self.target_name(target);
        let expected = arguments(names.len());
        let were = messages::are(given);
        let diagnostic = Diagnostic::new(
            Code::ARGUMENT_COUNT,
            name_span,
            format!("`{name}` takes {expected}, but {were} given"),
        )
        .label("wrong number of arguments");
        let diagnostic = self.declared_as(diagnostic, target, names);
        let diagnostic = match self.is_piped_into(name_span) {
            true => diagnostic.note("the value before `|>` is the first argument"),
            false => diagnostic,
        };
        let diagnostic = match (target, names.len()) {
            (Target::Shape(_), 0) => diagnostic.help(format!("write `{name}` without parentheses")),
            _ if keywords > 0 => {
                diagnostic.note("keyword arguments that name no parameter count as one map")
            }
            _ => diagnostic,
        };
        self.sink.push(diagnostic);
    }

    /// Adds the signature of what is called.
    fn declared_as(&self, diagnostic: Diagnostic, target: Target, names: &[SmolStr]) -> Diagnostic {
        let Target::Func(id) = target else {
            return diagnostic;
        };
        let func = &self.world.program.funcs[id.0 as usize];
        let ours = id.0.checked_sub(self.world.first_func);
        let known = ours.is_none_or(|index| self.ready[index as usize]);
        let signature = match known {
            true => self.shower().signature(func),
            false => format!("fn {}({})", func.name, names.join(", ")),
        };
        match ours {
            Some(_) => diagnostic.secondary(func.span, format!("declared as `{signature}`")),
            None => diagnostic.note(format!("declared as `{signature}`")),
        }
    }
}
