//! Declared types of natives as text, and their meaning in a loaded module.

use snow_bytecode::module::Mode;
use snow_bytecode::types::{Type, TypeId};

use super::{NativeParam, NativeTypes};
use crate::types::{Form, RuntimeTypes};

/// A type in a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignatureType {
    /// `Int`, `List<T>`, or a type variable.
    Named(String, Vec<SignatureType>),
    /// `(A, B)`, or `()`.
    Tuple(Vec<SignatureType>),
    /// `Fun(A, B) -> C`.
    Fun(Vec<SignatureType>, Box<SignatureType>),
}

/// A parsed signature: `<T, …>(own A, B) -> C`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// Type parameters in order.
    pub type_params: Vec<String>,
    /// Modes and types of the parameters.
    pub params: Vec<(Mode, SignatureType)>,
    /// Type of the result.
    pub ret: SignatureType,
}

/// A signature that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("malformed signature: expected {expected} at `{rest}`")]
pub struct SignatureError {
    expected: &'static str,
    rest: String,
}

impl Signature {
    /// Reads a signature.
    pub fn parse(text: &str) -> Result<Signature, SignatureError> {
        let mut parser = Parser { rest: text };
        let mut type_params = Vec::new();
        if parser.eat("<") {
            type_params = parser.list(">", Parser::name)?;
        }
        parser.expect("(", "`(`")?;
        let params = parser.list(")", |p| {
            let mode = if p.eat("own ") {
                Mode::Own
            } else {
                Mode::Borrow
            };
            Ok((mode, p.ty()?))
        })?;
        parser.expect("->", "`->`")?;
        let ret = parser.ty()?;
        if !parser.rest.trim().is_empty() {
            return Err(parser.error("the end"));
        }
        Ok(Signature {
            type_params,
            params,
            ret,
        })
    }

    /// The types that the signature means with these type arguments.
    pub fn bind(&self, args: &[TypeId], types: &RuntimeTypes) -> Result<NativeTypes, String> {
        if args.len() != self.type_params.len() {
            return Err(format!("{} type arguments", args.len()));
        }
        if let Some(bad) = args
            .iter()
            .find(|ty| ty.0 as usize >= types.table().types.len())
        {
            return Err(format!("unknown type {}", bad.0));
        }
        let binder = Binder {
            signature: self,
            args,
            types,
        };
        let mut params = Vec::new();
        let mut offset = 0;
        for (mode, ty) in &self.params {
            let is_element = binder.variable(ty).is_some();
            let ty = binder.ty(ty)?;
            params.push(NativeParam {
                ty,
                offset,
                is_element,
                mode: *mode,
            });
            offset += if is_element {
                1
            } else {
                types.layouts().slots(ty).len() as u16
            };
        }
        Ok(NativeTypes {
            type_args: args.to_vec(),
            params,
            ret: binder.ty(&self.ret)?,
            ret_is_element: binder.variable(&self.ret).is_some(),
        })
    }
}

struct Parser<'t> {
    rest: &'t str,
}

impl<'t> Parser<'t> {
    fn error(&self, expected: &'static str) -> SignatureError {
        SignatureError {
            expected,
            rest: self.rest.to_owned(),
        }
    }

    fn eat(&mut self, token: &str) -> bool {
        let found = self.rest.trim_start().strip_prefix(token);
        self.rest = found.unwrap_or(self.rest);
        found.is_some()
    }

    fn expect(&mut self, token: &str, expected: &'static str) -> Result<(), SignatureError> {
        if self.eat(token) {
            Ok(())
        } else {
            Err(self.error(expected))
        }
    }

    fn name(&mut self) -> Result<String, SignatureError> {
        let text = self.rest.trim_start();
        let end = text
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(text.len());
        if end == 0 {
            return Err(self.error("a name"));
        }
        self.rest = &text[end..];
        Ok(text[..end].to_owned())
    }

    fn list<T>(
        &mut self,
        close: &str,
        mut item: impl FnMut(&mut Self) -> Result<T, SignatureError>,
    ) -> Result<Vec<T>, SignatureError> {
        let mut items = Vec::new();
        while !self.eat(close) {
            if !items.is_empty() {
                self.expect(",", "`,`")?;
            }
            items.push(item(self)?);
        }
        Ok(items)
    }

    fn ty(&mut self) -> Result<SignatureType, SignatureError> {
        if self.eat("(") {
            return Ok(SignatureType::Tuple(self.list(")", Parser::ty)?));
        }
        let name = self.name()?;
        if name == "Fun" {
            self.expect("(", "`(`")?;
            let params = self.list(")", Parser::ty)?;
            self.expect("->", "`->`")?;
            return Ok(SignatureType::Fun(params, Box::new(self.ty()?)));
        }
        let args = if self.eat("<") {
            self.list(">", Parser::ty)?
        } else {
            Vec::new()
        };
        Ok(SignatureType::Named(name, args))
    }
}

struct Binder<'b> {
    signature: &'b Signature,
    args: &'b [TypeId],
    types: &'b RuntimeTypes,
}

impl Binder<'_> {
    fn variable(&self, ty: &SignatureType) -> Option<TypeId> {
        match ty {
            SignatureType::Named(name, args) if args.is_empty() => {
                let index = self.signature.type_params.iter().position(|p| p == name)?;
                Some(self.args[index])
            }
            _ => None,
        }
    }

    fn ty(&self, ty: &SignatureType) -> Result<TypeId, String> {
        if let Some(bound) = self.variable(ty) {
            return Ok(bound);
        }
        let (name, args) = match ty {
            SignatureType::Named(name, args) => (name.as_str(), args),
            SignatureType::Tuple(items) if items.is_empty() => ("Unit", items),
            SignatureType::Tuple(items) => ("(…)", items),
            SignatureType::Fun(params, ret) => return self.function(params, ret),
        };
        let args = args
            .iter()
            .map(|arg| self.ty(arg))
            .collect::<Result<Vec<_>, _>>()?;
        let plain = match (name, args.as_slice()) {
            ("Int", []) => Type::Int,
            ("Float", []) => Type::Float,
            ("Bool", []) => Type::Bool,
            ("Unit", []) => Type::Unit,
            ("String", []) => return Ok(self.types.string()),
            ("Bytes", []) => return Ok(self.types.bytes()),
            ("Atom", []) => Type::Atom,
            ("Range", []) => Type::Range,
            ("Ref", []) => Type::Ref,
            ("Pid", [message]) => Type::Pid(*message),
            ("List", [elem]) => Type::List(*elem),
            ("Map", [key, value]) => Type::Map(*key, *value),
            ("Set", [key]) => Type::Set(*key),
            ("(…)", items) => Type::Tuple(items.to_vec()),
            ("Option" | "Result", args) => return self.outcome(name, args),
            _ => return Err(format!("a type `{name}` that natives cannot have")),
        };
        self.types
            .find(&plain)
            .ok_or_else(|| format!("type `{name}` is not in the module"))
    }

    fn function(&self, params: &[SignatureType], ret: &SignatureType) -> Result<TypeId, String> {
        let params = params
            .iter()
            .map(|param| self.ty(param))
            .collect::<Result<_, _>>()?;
        let ret = self.ty(ret)?;
        self.types
            .find(&Type::Fun { params, ret })
            .ok_or_else(|| "type `Fun` is not in the module".to_owned())
    }

    /// `Option<T>` or `Result<T, E>`: looked up by name, and checked to be what natives build.
    fn outcome(&self, wanted: &str, wanted_args: &[TypeId]) -> Result<TypeId, String> {
        let is_it = |ty: &Type| matches!(ty, Type::Sum { name, args, .. } if name == wanted && args == wanted_args);
        let fits = |id: TypeId| {
            let Form::Aggregate(form) = &self.types.info(id).form else {
                return false;
            };
            let Some((yes, no)) = form.outcome else {
                return false;
            };
            let fields = |tag: u8| {
                form.variants[usize::from(tag)]
                    .fields
                    .iter()
                    .map(|f| f.ty)
                    .collect::<Vec<_>>()
            };
            fields(yes) == wanted_args[..1] && fields(no) == wanted_args[1..]
        };
        let table = &self.types.table().types;
        (0..table.len())
            .map(|i| TypeId(i as u32))
            .find(|&id| is_it(self.types.table().get(id)) && fits(id))
            .ok_or_else(|| format!("type `{wanted}` is not in the module"))
    }
}
