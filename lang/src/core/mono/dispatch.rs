//! Static dispatch: which function a method of an interface means at the types of an instance.

use rustc_hash::FxHashMap;
use snow_bytecode::types::TypeId;

use super::Mono;
use crate::core::lower::{Fault, Subst};
use crate::syntax::ast::Span;
use crate::typed::{Bound, Con, FuncId, Imp, Impl, ImplId, InterfaceId, Owner, Program, Ty};

/// Implementations by interface and constructor.
pub type ImplIndex = FxHashMap<(InterfaceId, Con), Vec<ImplId>>;

/// The index of a program's implementations.
pub fn index(program: &Program) -> ImplIndex {
    let mut index = ImplIndex::default();
    for (number, decl) in program.impls.iter().enumerate() {
        if let Some(con) = decl.con() {
            let known = index.entry((decl.interface, con)).or_default();
            known.push(ImplId(number as u32));
        }
    }
    index
}

impl<'a> Mono<'a> {
    /// The function that runs where `id` is called at type arguments: an implementation's, for a method of an interface.
    pub fn dispatch(
        &mut self,
        id: FuncId,
        args: Vec<TypeId>,
        span: Span,
    ) -> Result<(FuncId, Vec<TypeId>), Fault> {
        let func = self.func(id);
        let (Owner::Interface(interface), Imp::Method { number, .. }) = (func.owner, &func.imp)
        else {
            return Ok((id, args));
        };
        let decl = self.program.interface(interface);
        let (slots, inputs) = (decl.slots.len(), decl.params as usize);
        let Some((&on, rest)) = args.split_first() else {
            return Err(Fault::internal(span, "a method without `Self`"));
        };
        let found = self.implementation(interface, on, &rest[..inputs], span)?;
        let Some((at, mut own)) = found else {
            return Ok((id, args));
        };
        match self.program.implementation(at).methods[*number as usize] {
            Some(method) => {
                own.extend(&args[slots..]);
                Ok((method, own))
            }
            None => Ok((id, args)),
        }
    }

    /// The implementation of an interface for a type, with its type arguments; none when the type has it by its structure.
    pub fn implementation(
        &mut self,
        interface: InterfaceId,
        on: TypeId,
        inputs: &[TypeId],
        span: Span,
    ) -> Result<Option<(ImplId, Vec<TypeId>)>, Fault> {
        let con = self.types.key(on).0;
        let Some(ids) = self.impls.get(&(interface, con)) else {
            return Ok(None);
        };
        for id in ids.clone() {
            let decl = self.program.implementation(id);
            let mut found = vec![None; decl.type_params.len()];
            let wanted = std::iter::once((&decl.target, on));
            let mut all = wanted.chain(decl.args.iter().zip(inputs.iter().copied()));
            if all.all(|(pattern, ty)| self.matches(pattern, ty, &mut found)) {
                return Ok(Some((id, self.complete(decl, found, span)?)));
            }
        }
        Err(Fault::internal(
            span,
            format!(
                "no implementation of `{}` fits a type",
                self.program.interface(interface).name
            ),
        ))
    }

    /// Matches a type of an implementation's head; fills in its parameters.
    fn matches(&self, pattern: &Ty, ty: TypeId, found: &mut [Option<TypeId>]) -> bool {
        match pattern {
            Ty::Param(number) => {
                let slot = &mut found[*number as usize];
                *slot.get_or_insert(ty) == ty
            }
            Ty::App(con, parts) => {
                let (known, args) = self.types.key(ty);
                *con == known
                    && parts.len() == args.len()
                    && parts
                        .iter()
                        .zip(args)
                        .all(|(part, &arg)| self.matches(part, arg, found))
            }
        }
    }

    /// Finds the parameters that only bounds mention, which those of the head determine.
    fn complete(
        &mut self,
        decl: &'a Impl,
        mut found: Vec<Option<TypeId>>,
        span: Span,
    ) -> Result<Vec<TypeId>, Fault> {
        while found.contains(&None) {
            let before = found.iter().flatten().count();
            for (number, param) in decl.type_params.iter().enumerate() {
                let Some(on) = found[number] else { continue };
                for bound in &param.bounds {
                    self.determine(bound, on, &mut found, span)?;
                }
            }
            if found.iter().flatten().count() == before {
                return Err(Fault::internal(span, "nothing determines a type parameter"));
            }
        }
        Ok(found.into_iter().flatten().collect())
    }

    fn determine(
        &mut self,
        bound: &Bound,
        on: TypeId,
        found: &mut [Option<TypeId>],
        span: Span,
    ) -> Result<(), Fault> {
        let inputs = self.program.interface(bound.interface).params as usize;
        let mut known = Vec::with_capacity(inputs);
        for arg in &bound.args[..inputs] {
            match self.ground(arg, found, span)? {
                Some(ty) => known.push(ty),
                None => return Ok(()),
            }
        }
        if bound.args.len() == inputs {
            return Ok(());
        }
        let slots = self.slots(bound.interface, on, &known, span)?;
        for (arg, ty) in bound.args.iter().zip(slots) {
            self.matches(arg, ty, found);
        }
        Ok(())
    }

    fn ground(
        &mut self,
        ty: &Ty,
        found: &[Option<TypeId>],
        span: Span,
    ) -> Result<Option<TypeId>, Fault> {
        let known: Option<Vec<TypeId>> = found.iter().copied().collect();
        match (ty, known) {
            (Ty::Param(number), _) => Ok(found[*number as usize]),
            (_, Some(known)) => self.types.of(ty, &Subst::new(known), span).map(Some),
            _ => Ok(None),
        }
    }

    /// The slots of an interface after `Self`, for a type.
    pub fn slots(
        &mut self,
        interface: InterfaceId,
        on: TypeId,
        inputs: &[TypeId],
        span: Span,
    ) -> Result<Vec<TypeId>, Fault> {
        let count = self.program.interface(interface).slots.len() - 1;
        let Some((id, own)) = self.implementation(interface, on, inputs, span)? else {
            // What an operator gives for numbers.
            return Ok(vec![on; count]);
        };
        let subst = Subst::new(own);
        let decl = self.program.implementation(id);
        decl.args
            .iter()
            .map(|arg| self.types.of(arg, &subst, span))
            .collect()
    }
}
