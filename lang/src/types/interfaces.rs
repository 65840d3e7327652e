//! Declarations of interfaces: slots, what they require, and signatures of their methods.

use super::convert::{AliasState, Converter};
use super::generics::{Generics, bare, mentioned, types_of};
use super::signature::Signature;
use crate::diagnostics::{Code, Diagnostic};
use crate::resolve::FuncSource;
use crate::syntax::ast::{self, FnBody, FnClause, Name, PatternKind, TypeExpr};
use crate::typed::{Bound, FuncId, InterfaceId, Ty, TypeParam};
use smol_str::format_smolstr;

impl Converter<'_, '_> {
    /// Fills in the slots of all interfaces of this compilation.
    pub fn declare_interfaces(&mut self) {
        for index in 0..self.world.interfaces.len() {
            let (id, _) = self.world.interfaces[index];
            self.resolve_interface(id);
        }
    }

    /// Makes sure that an interface has its slots.
    pub fn resolve_interface(&mut self, id: InterfaceId) {
        let source = self
            .world
            .interfaces
            .iter()
            .position(|(known, _)| *known == id);
        let Some(index) = source else { return };
        match self.interfaces[index] {
            AliasState::Done => {}
            AliasState::Active => self.interface_cycle(id),
            AliasState::New => {
                self.interfaces[index] = AliasState::Active;
                let (_, def) = self.world.interfaces[index];
                let slots = crate::stack::with_stack(|| self.slots(id, def));
                self.world.program.interfaces[id.0 as usize].slots = slots;
                self.interfaces[index] = AliasState::Done;
            }
        }
    }

    fn interface_cycle(&mut self, id: InterfaceId) {
        let interface = self.world.program.interface(id);
        self.sink.push(
            Diagnostic::new(
                Code::INTERFACE_CYCLE,
                interface.span,
                format!("interface `{}` requires itself", interface.name),
            )
            .label("what it requires leads back to it")
            .help("remove one of the requirements"),
        );
    }

    fn slots(&mut self, id: InterfaceId, def: &ast::InterfaceDef) -> Vec<TypeParam> {
        self.type_params(&def.type_params);
        self.assoc_names(def);
        let mut params = vec![bare(&Name::new_static("Self"))];
        params.extend(def.type_params.iter().map(|param| bare(&param.name)));
        let assoc = def.assoc_types.iter();
        params.extend(assoc.map(|(name, _)| bare(&format_smolstr!("Self.{}", name.name))));
        // What the interface is for its own methods, before what it requires is known.
        self.world.program.interfaces[id.0 as usize].slots = params.clone();
        let module = self.world.program.interface(id).module;
        let types = def.supers.iter().chain(types_of(&def.bounds));
        let mut generics = Generics {
            module,
            fixed: &[],
            reported: Vec::new(),
            equal: match id {
                // What a loop takes from an iterator is what the iterable promises.
                InterfaceId::ITERABLE => &[("Self.Item", "Self.Iter.Item")],
                _ => &[],
            },
            mentioned: mentioned(types),
            params,
        };
        let supers: Vec<ast::Bound> = def.supers.iter().map(on_self).collect();
        self.where_clause(&mut generics, &supers);
        self.where_clause(&mut generics, &def.bounds);
        generics.params
    }

    fn assoc_names(&mut self, def: &ast::InterfaceDef) {
        let names = def.assoc_types.iter().map(|(name, _)| name);
        self.distinct(names, "associated type", Code::DUPLICATE);
    }

    /// The signature of a method of an interface, which must be written.
    pub(super) fn method_signature(&mut self, id: FuncId, interface: InterfaceId) -> Signature {
        let index = (id.0 - self.world.first_func) as usize;
        let Some(FuncSource::Clauses(clauses)) = self.world.funcs.get(index) else {
            return Signature::default();
        };
        let clauses = clauses.clone();
        let mut params = self.world.program.interface(interface).slots.clone();
        let args = (1..params.len() as u32).map(Ty::Param).collect();
        params[0].bounds.insert(0, Bound { interface, args });
        let (generics, own) = self.method_generics(id, params, &clauses, &[]);
        let names = generics.names();
        let mut signature = self.written_signature(id, &names, &[], &clauses);
        signature.reported = generics.reported;
        signature.type_params = generics.params;
        signature.own = own;
        self.complete_method(&mut signature, clauses[0]);
        signature
    }

    /// The type parameters of a method: those of what it belongs to, its own, and what bounds bring in. Also gives how many
    /// names it lists itself.
    pub(super) fn method_generics<'f>(
        &mut self,
        id: FuncId,
        mut params: Vec<TypeParam>,
        clauses: &[&FnClause],
        fixed: &'f [(Name, Ty)],
    ) -> (Generics<'f>, u32) {
        let module = self.world.program.funcs[id.0 as usize].module;
        let head = clauses.iter().find(|clause| !clause.type_params.is_empty());
        let own = head.map_or(&[][..], |clause| &clause.type_params);
        self.type_params(own);
        params.extend(own.iter().map(|param| bare(&param.name)));
        let types = clauses.iter().flat_map(|clause| written_types(clause));
        let mut generics = Generics {
            module,
            fixed,
            reported: Vec::new(),
            equal: &[],
            mentioned: mentioned(types),
            params,
        };
        for clause in clauses {
            self.where_clause(&mut generics, &clause.bounds);
        }
        (generics, own.len() as u32)
    }

    /// Fills in the type of `self` and a missing result, and reports what else is missing.
    fn complete_method(&mut self, signature: &mut Signature, clause: &FnClause) {
        for (index, param) in clause.params.iter().enumerate() {
            if signature.params[index].is_some() {
                continue;
            }
            let is_self = index == 0
                && matches!(&param.pattern.kind, PatternKind::Bind(name) if name == "self");
            if !is_self {
                self.sink.push(
                    Diagnostic::new(
                        Code::METHOD_NEEDS_TYPES,
                        param.span,
                        format!("the method `{}` needs a type for this", clause.name.name),
                    )
                    .label("type missing")
                    .note("implementations are written against the types that an interface gives its methods")
                    .help("write `name :: Type`, or `Self` for the type that implements it"),
                );
            }
            signature.params[index] = Some(match is_self {
                true => Ty::Param(0),
                false => super::hole::error_type(),
            });
        }
        if signature.ret.is_none() {
            let missing = matches!(clause.body, Some(FnBody::Expr(_)));
            if missing {
                self.sink.push(
                    Diagnostic::new(
                        Code::METHOD_NEEDS_TYPES,
                        clause.name.span,
                        format!("the method `{}` needs a result type", clause.name.name),
                    )
                    .label("result type missing")
                    .help("write it after the parameters: `-> Type`"),
                );
            }
            signature.ret = Some(match missing {
                true => super::hole::error_type(),
                false => Ty::con(crate::typed::Con::Unit),
            });
        }
    }
}

/// `Self: A` for `interface B: A`.
fn on_self(required: &TypeExpr) -> ast::Bound {
    let name = ast::Ident {
        name: Name::new_static("Self"),
        span: required.span,
    };
    ast::Bound {
        ty: TypeExpr {
            kind: ast::TypeExprKind::Path {
                path: vec![name],
                args: Vec::new(),
            },
            span: required.span,
        },
        interfaces: vec![required.clone()],
        span: required.span,
    }
}

/// All types written in the head of a clause.
pub(super) fn written_types(clause: &FnClause) -> impl Iterator<Item = &TypeExpr> {
    let params = clause.params.iter().filter_map(|param| param.ty.as_ref());
    params.chain(&clause.ret).chain(types_of(&clause.bounds))
}
