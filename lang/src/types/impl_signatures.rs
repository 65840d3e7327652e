//! Signatures of methods of implementations: what the interface says about them, held against what is written.

use smol_str::format_smolstr;

use super::convert::Converter;
use super::generics::{bare, filled};
use super::hole;
use super::signature::Signature;
use crate::diagnostics::{Code, Diagnostic};
use crate::resolve::{FuncSource, parameters};
use crate::syntax::ast::{FnClause, Name, Span, TypeExpr};
use crate::typed::{FuncId, ImplId, InterfaceId, Ty, TypeParam};

impl Converter<'_, '_> {
    /// The signature of a method of an implementation: what the interface says about it, which annotations may repeat.
    pub(super) fn impl_signature(&mut self, id: FuncId, owner: ImplId) -> Signature {
        let index = (id.0 - self.world.first_func) as usize;
        let Some(FuncSource::Clauses(clauses)) = self.world.funcs.get(index) else {
            return Signature::default();
        };
        let clauses = clauses.clone();
        let decl = self.world.program.implementation(owner);
        let number = decl.methods.iter().position(|method| *method == Some(id));
        let Some(number) = number else {
            return ownerless(&clauses);
        };
        let interface = self.world.program.interface(decl.interface);
        let method = interface.methods[number];
        let wanted = self.wanted_signature(owner, method);
        let fixed = self.fixed(
            self.world.program.implementation(owner).interface,
            &self.world.program.implementation(owner).target.clone(),
            &self.world.program.implementation(owner).args.clone(),
        );
        self.agree(id, method, wanted, fixed, &clauses)
    }

    /// A method's signature in terms of an implementation's parameters.
    fn wanted_signature(&self, owner: ImplId, method: FuncId) -> Signature {
        let decl = self.world.program.implementation(owner);
        let func = &self.world.program.funcs[method.0 as usize];
        let slots = self.world.program.interface(decl.interface).slots.len();
        let mut args = vec![decl.target.clone()];
        args.extend(decl.args.iter().cloned());
        args.resize(slots, hole::error_type());
        let first_own = decl.type_params.len() as u32;
        let own = func.type_params.len().saturating_sub(slots) as u32;
        args.extend((0..own).map(|number| Ty::Param(first_own + number)));
        let mut type_params = decl.type_params.clone();
        type_params.extend(
            func.type_params
                .iter()
                .skip(slots)
                .map(|param| bare(&param.name)),
        );
        for (number, param) in func.type_params.iter().enumerate() {
            let implied = if number < slots {
                slot_bounds(self, decl.interface, number)
            } else {
                0
            };
            let Ty::Param(to) = args[number] else {
                continue;
            };
            for bound in param.bounds.iter().skip(implied) {
                let bound = crate::typed::Bound {
                    interface: bound.interface,
                    args: bound.args.iter().map(|arg| filled(arg, &args)).collect(),
                };
                if let Some(param) = type_params.get_mut(to as usize)
                    && !param.bounds.contains(&bound)
                {
                    param.bounds.push(bound);
                }
            }
        }
        Signature {
            type_params,
            params: func
                .params
                .iter()
                .map(|(_, ty)| Some(filled(ty, &args)))
                .collect(),
            ret: Some(filled(&func.ret, &args)),
            own: first_own,
            ..Signature::default()
        }
    }

    /// Holds what is written against what the interface wants.
    fn agree(
        &mut self,
        id: FuncId,
        method: FuncId,
        mut wanted: Signature,
        fixed: Vec<(Name, Ty)>,
        clauses: &[&FnClause],
    ) -> Signature {
        let first_own = wanted.own as usize;
        self.own_names(&mut wanted.type_params[first_own..], method, clauses);
        let names: Vec<Name> = wanted.type_params.iter().map(|p| p.name.clone()).collect();
        let written = self.written_signature(id, &names, &fixed, clauses);
        if written.params.len() != wanted.params.len() {
            self.other_arity(method, wanted.params.len(), clauses[0]);
            return ownerless(clauses);
        }
        let annotated = |index: usize| {
            let mut types = clauses
                .iter()
                .filter_map(|c| c.params.get(index)?.ty.as_ref());
            types.next()
        };
        let ret = clauses.iter().find_map(|clause| clause.ret.as_ref());
        let places: Vec<Option<&TypeExpr>> = (0..wanted.params.len())
            .map(annotated)
            .chain([ret])
            .collect();
        let all = wanted.params.iter().chain([&wanted.ret]);
        let both: Vec<(Ty, Ty, Span)> = all
            .zip(written.params.iter().chain([&written.ret]))
            .zip(places)
            .filter_map(|((want, found), place)| Some((want.clone()?, found.clone()?, place?.span)))
            .collect();
        for (want, found, span) in both {
            if want != found && !has_hole(&want) && !has_hole(&found) {
                self.other_type(method, &names, [&want, &found], span);
                wanted.skipped = true;
            }
        }
        wanted.fixed = fixed;
        wanted
    }

    /// Parameters of a method keep the names that the implementation gives them.
    fn own_names(&mut self, own: &mut [TypeParam], method: FuncId, clauses: &[&FnClause]) {
        let head = clauses.iter().find(|clause| !clause.type_params.is_empty());
        let Some(head) = head else { return };
        let listed = own.iter().filter(|param| !param.name.contains('.')).count();
        if head.type_params.len() != listed {
            let func = &self.world.program.funcs[method.0 as usize];
            self.sink.push(
                Diagnostic::new(
                    Code::METHOD_SIGNATURE,
                    head.name.span,
                    format!(
                        "`{}` has {} type parameters here, but {listed} in its interface",
                        head.name.name,
                        head.type_params.len()
                    ),
                )
                .label("another number of type parameters")
                .secondary(func.span, "the method of the interface"),
            );
            return;
        }
        let old: Vec<Name> = own.iter().map(|param| param.name.clone()).collect();
        for (number, param) in own.iter_mut().enumerate() {
            let (root, rest) = match old[number].split_once('.') {
                Some((root, rest)) => (root, Some(rest)),
                None => (old[number].as_str(), None),
            };
            let at = old.iter().position(|name| name == root).unwrap_or(number);
            let Some(renamed) = head.type_params.get(at) else {
                continue;
            };
            param.name = match rest {
                Some(rest) => format_smolstr!("{}.{rest}", renamed.name),
                None => renamed.name.clone(),
            };
        }
    }

    fn other_arity(&mut self, method: FuncId, wanted: usize, clause: &FnClause) {
        let func = &self.world.program.funcs[method.0 as usize];
        let mut diagnostic = Diagnostic::new(
            Code::METHOD_SIGNATURE,
            clause.name.span,
            format!(
                "`{}` takes {} here, but {} in its interface",
                func.name,
                parameters(clause.params.len()),
                parameters(wanted)
            ),
        )
        .label("another number of parameters")
        .secondary(func.span, "the method of the interface");
        if clause.params.len() + 1 == wanted {
            diagnostic = diagnostic.help("the first parameter is `self`, the value before the dot");
        }
        self.sink.push(diagnostic);
    }

    fn other_type(&mut self, method: FuncId, names: &[Name], types: [&Ty; 2], span: Span) {
        let func = &self.world.program.funcs[method.0 as usize];
        let module = func.module;
        let shower = super::show::Shower::new(&self.world.program, module);
        let [want, found] = types.map(|ty| shower.closed(ty, names));
        self.sink.push(
            Diagnostic::new(
                Code::TYPE_MISMATCH,
                span,
                format!("types differ: expected `{want}`, found `{found}`"),
            )
            .label(format!("this is `{found}`"))
            .secondary(
                func.span,
                format!("`{}` of the interface has `{want}` here", func.name),
            ),
        );
    }
}

/// How many bounds of a slot come from the interface itself and not from a method's `where`.
fn slot_bounds(converter: &Converter<'_, '_>, interface: InterfaceId, slot: usize) -> usize {
    let slots = &converter.world.program.interface(interface).slots;
    // A method's `Self` has the interface itself, and what it requires.
    slots[slot].bounds.len() + usize::from(slot == 0)
}

fn has_hole(ty: &Ty) -> bool {
    match ty {
        Ty::Param(_) => hole::as_type(ty).is_some(),
        Ty::App(_, parts) => parts.iter().any(has_hole),
    }
}

/// A method of an implementation that was reported, or that no interface has: it is not checked.
fn ownerless(clauses: &[&FnClause]) -> Signature {
    let arity = clauses.first().map_or(0, |clause| clause.params.len());
    Signature {
        params: vec![Some(hole::error_type()); arity],
        ret: Some(hole::error_type()),
        skipped: true,
        ..Signature::default()
    }
}
