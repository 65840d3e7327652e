//! Reads a module from the bytes of a file. Hostile bytes give an error: memory is never reserved from an announced size, only for what is
//! there. What comes out is well formed, not verified: see [`crate::verify`].

mod reader;
#[cfg(test)]
mod tests;

use crate::inst::{
    BitField, Cond, CrashKind, FloatOp, FloatUnOp, Inst, IntOp, OperandMut, TextForm,
};
use crate::layout::Slot;
use crate::module::{
    Const, ConstId, Export, ExportKind, ExportedCode, FuncId, FuncKind, Function, Inlined, Label,
    Mode, Module, Native, NativeId, ParamSlot, Place, Reg,
};
use crate::types::{Field, Shows, Type, TypeId, TypeTable, Variant};
use crate::wire::{self, FORMAT_VERSION, HEADER_LEN, MAGIC, Section};
use reader::Reader;

/// Why bytes are no module.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The first bytes are others.
    #[error("this is not a Snow bytecode file")]
    NotBytecode,
    /// The format is newer or older.
    #[error(
        "the file has bytecode format {found}, this version of Snow reads format {FORMAT_VERSION}; build it again with this version"
    )]
    Version {
        /// Version in the file.
        found: u32,
    },
    /// Bytes are missing.
    #[error("the bytecode file is truncated: {found} of {announced} bytes are there")]
    Truncated {
        /// Bytes of the body that are there.
        found: u64,
        /// Bytes that the header announces.
        announced: u64,
    },
    /// There are bytes after the end.
    #[error("the bytecode file goes on after its end")]
    Trailing,
    /// The checksum differs.
    #[error("the bytecode file is damaged: its checksum does not match")]
    Checksum,
    /// The content makes no sense.
    #[error("the bytecode file is damaged at byte {offset}: {what}")]
    Invalid {
        /// Offset in the file.
        offset: u64,
        /// What was found or missing.
        what: &'static str,
    },
}

type Decoded<T> = Result<T, DecodeError>;

/// Reads a file.
pub fn decode(bytes: &[u8]) -> Result<Module, DecodeError> {
    let mut reader = Reader::new(unseal(bytes)?, HEADER_LEN);
    let types = TypeTable {
        types: reader.section(Section::Types, |r| r.list(Reader::ty))?,
    };
    let module = Module {
        types,
        consts: reader.section(Section::Consts, |r| r.list(Reader::constant))?,
        files: reader.section(Section::Files, |r| r.list(Reader::text))?,
        natives: reader.section(Section::Natives, |r| r.list(Reader::native))?,
        funcs: reader.section(Section::Functions, |r| r.list(Reader::function))?,
        exports: reader.section(Section::Exports, |r| r.list(Reader::export))?,
        entry: reader.section(Section::Entry, Reader::func_id)?,
    };
    reader.finish()?;
    Ok(module)
}

/// Whether bytes begin like a bytecode file, so that `snow run` can tell it from source text.
pub fn is_bytecode(bytes: &[u8]) -> bool {
    bytes.starts_with(&MAGIC)
}

/// Checks the header and gives the body.
fn unseal(bytes: &[u8]) -> Decoded<&[u8]> {
    if !is_bytecode(bytes) {
        return Err(DecodeError::NotBytecode);
    }
    let header = Header::read(bytes).ok_or(DecodeError::Truncated {
        found: 0,
        announced: HEADER_LEN as u64,
    })?;
    if header.version != FORMAT_VERSION {
        return Err(DecodeError::Version {
            found: header.version,
        });
    }
    let body = &bytes[HEADER_LEN..];
    let found = body.len() as u64;
    if found < header.length {
        return Err(DecodeError::Truncated {
            found,
            announced: header.length,
        });
    }
    if found > header.length {
        return Err(DecodeError::Trailing);
    }
    if wire::checksum(body) != header.checksum {
        return Err(DecodeError::Checksum);
    }
    Ok(body)
}

struct Header {
    version: u32,
    length: u64,
    checksum: u64,
}

impl Header {
    fn read(bytes: &[u8]) -> Option<Header> {
        let (version, rest) = bytes.strip_prefix(&MAGIC)?.split_first_chunk()?;
        let (length, rest) = rest.split_first_chunk()?;
        let (checksum, _) = rest.split_first_chunk()?;
        Some(Header {
            version: u32::from_le_bytes(*version),
            length: u64::from_le_bytes(*length),
            checksum: u64::from_le_bytes(*checksum),
        })
    }
}

impl Reader<'_> {
    fn type_id(&mut self) -> Decoded<TypeId> {
        Ok(TypeId(self.number()?))
    }

    fn func_id(&mut self) -> Decoded<FuncId> {
        Ok(FuncId(self.number()?))
    }

    fn ty(&mut self) -> Decoded<Type> {
        Ok(match self.byte()? {
            wire::ty::INT => Type::Int,
            wire::ty::FLOAT => Type::Float,
            wire::ty::BOOL => Type::Bool,
            wire::ty::UNIT => Type::Unit,
            wire::ty::STRING => Type::String,
            wire::ty::BYTES => Type::Bytes,
            wire::ty::ATOM => Type::Atom,
            wire::ty::RANGE => Type::Range,
            wire::ty::PID => Type::Pid(self.type_id()?),
            wire::ty::REF => Type::Ref,
            wire::ty::LIST => Type::List(self.type_id()?),
            wire::ty::MAP => Type::Map(self.type_id()?, self.type_id()?),
            wire::ty::SET => Type::Set(self.type_id()?),
            wire::ty::FUN => Type::Fun {
                params: self.list(Reader::type_id)?,
                ret: self.type_id()?,
            },
            wire::ty::TUPLE => Type::Tuple(self.list(Reader::type_id)?),
            wire::ty::STRUCT => {
                let (module, name, args, shows) = self.named()?;
                Type::Struct {
                    module,
                    name,
                    args,
                    shows,
                    fields: self.list(Reader::field)?,
                }
            }
            wire::ty::SUM => {
                let (module, name, args, shows) = self.named()?;
                Type::Sum {
                    module,
                    name,
                    args,
                    shows,
                    variants: self.list(Reader::variant)?,
                }
            }
            _ => return self.invalid("unknown type"),
        })
    }

    fn named(&mut self) -> Decoded<(String, String, Vec<TypeId>, Shows)> {
        let (module, name) = (self.text()?, self.text()?);
        let args = self.list(Reader::type_id)?;
        let shows = match self.byte()? {
            wire::shows::DISPLAY => Shows::Display,
            wire::shows::DEBUG => Shows::Debug,
            _ => return self.invalid("unknown text form"),
        };
        Ok((module, name, args, shows))
    }

    fn field(&mut self) -> Decoded<Field> {
        Ok(Field {
            name: self.text()?,
            ty: self.type_id()?,
        })
    }

    fn variant(&mut self) -> Decoded<Variant> {
        Ok(Variant {
            name: self.text()?,
            fields: self.list(Reader::field)?,
        })
    }

    fn constant(&mut self) -> Decoded<Const> {
        Ok(match self.byte()? {
            wire::constant::STR => Const::Str(self.text()?),
            wire::constant::BYTES => Const::Bytes(self.blob()?.to_vec()),
            wire::constant::ATOM => Const::Atom(self.text()?),
            _ => return self.invalid("unknown constant"),
        })
    }

    fn slot(&mut self) -> Decoded<Slot> {
        Ok(match self.byte()? {
            wire::slot::WORD => Slot::Word,
            wire::slot::FLOAT => Slot::Float,
            wire::slot::ANY => Slot::Any,
            wire::slot::REF => Slot::Ref(self.type_id()?),
            wire::slot::NULL => Slot::Null(self.type_id()?),
            wire::slot::TOKEN => Slot::Token(self.number()?),
            _ => return self.invalid("unknown kind"),
        })
    }

    fn param(&mut self) -> Decoded<ParamSlot> {
        let mode = match self.byte()? {
            wire::mode::OWN => Mode::Own,
            wire::mode::BORROW => Mode::Borrow,
            _ => return self.invalid("unknown parameter mode"),
        };
        Ok(ParamSlot {
            slot: self.slot()?,
            mode,
        })
    }

    fn native(&mut self) -> Decoded<Native> {
        Ok(Native {
            symbol: self.text()?,
            type_args: self.list(Reader::type_id)?,
            params: self.list(Reader::param)?,
            results: self.list(Reader::slot)?,
        })
    }

    fn mailbox(&mut self) -> Decoded<Option<TypeId>> {
        let types = self.list(Reader::type_id)?;
        match types.as_slice() {
            [] => Ok(None),
            [one] => Ok(Some(*one)),
            _ => self.invalid("a function with several mailboxes"),
        }
    }

    fn export(&mut self) -> Decoded<Export> {
        let name = self.text()?;
        let kind = match ExportKind::ALL.get(usize::from(self.byte()?)) {
            Some(kind) => *kind,
            None => return self.invalid("unknown kind of export"),
        };
        let code = match self.byte()? {
            wire::export::GENERIC => None,
            wire::export::FUNCTION => Some(ExportedCode {
                func: self.func_id()?,
                params: self.list(Reader::type_id)?,
                ret: self.type_id()?,
                mailbox: self.mailbox()?,
            }),
            _ => return self.invalid("unknown code of an export"),
        };
        Ok(Export { name, kind, code })
    }

    fn function(&mut self) -> Decoded<Function> {
        let name = self.text()?;
        let kind = match self.byte()? {
            wire::kind::DIRECT => FuncKind::Direct,
            wire::kind::CLOSURE => FuncKind::Closure {
                fun_type: self.type_id()?,
                captures: self.list(Reader::slot)?,
            },
            _ => return self.invalid("unknown kind of function"),
        };
        Ok(Function {
            name,
            kind,
            params: self.list(Reader::param)?,
            results: self.list(Reader::slot)?,
            regs: self.list(Reader::slot)?,
            code: self.list(Reader::inst)?,
            lines: self.lines()?,
            inlined: self.list(Reader::inlined)?,
        })
    }

    fn lines(&mut self) -> Decoded<Vec<(u32, Place)>> {
        let (mut index, mut last) = (
            0u32,
            Place {
                file: 0,
                line: 0,
                column: 0,
                inlined: 0,
            },
        );
        self.list(|r| {
            index = index.wrapping_add(r.number()?);
            last.file = r.difference(last.file)?;
            last.line = r.difference(last.line)?;
            last.column = r.number()?;
            last.inlined = r.number()?;
            Ok((index, last))
        })
    }

    fn inlined(&mut self) -> Decoded<Inlined> {
        let function = self.text()?;
        let call = match self.byte()? {
            0 => None,
            1 => Some(Place {
                file: self.number()?,
                line: self.number()?,
                column: self.number()?,
                inlined: self.number()?,
            }),
            _ => return self.invalid("unknown kind of inlined call"),
        };
        Ok(Inlined { function, call })
    }

    fn inst(&mut self) -> Decoded<Inst> {
        let Some(mut inst) = Inst::blank(self.byte()?) else {
            return self.invalid("unknown instruction");
        };
        let mut outcome = Ok(());
        inst.operands_mut(&mut |operand| {
            if outcome.is_ok() {
                outcome = self.operand(operand);
            }
        });
        outcome.map(|()| inst)
    }

    fn operand(&mut self, operand: OperandMut<'_>) -> Decoded<()> {
        match operand {
            OperandMut::Def(reg) | OperandMut::Use(reg) | OperandMut::Take(reg) => {
                *reg = self.reg()?
            }
            OperandMut::Defs(regs)
            | OperandMut::Uses(regs)
            | OperandMut::Takes(regs)
            | OperandMut::Args(regs) => {
                *regs = self.list(Reader::reg)?;
            }
            OperandMut::OptDefs(regs) => *regs = self.list(Reader::opt_reg)?,
            OperandMut::FieldTakes(fields) => {
                *fields = self.list(|r| Ok((r.number()?, r.reg()?)))?
            }
            OperandMut::Imm(value) => *value = self.signed()?,
            OperandMut::FloatBits(bits) => *bits = self.bits()?,
            OperandMut::Field(number) => *number = self.number()?,
            OperandMut::Tag(tag) => *tag = self.byte()?,
            OperandMut::Type(id) => *id = self.type_id()?,
            OperandMut::Func(id) => *id = self.func_id()?,
            OperandMut::NativeRef(id) => *id = NativeId(self.number()?),
            OperandMut::Const(id) => *id = ConstId(self.number()?),
            OperandMut::Target(label) => *label = Label(self.number()?),
            OperandMut::Targets(labels) => *labels = self.list(|r| Ok(Label(r.number()?)))?,
            OperandMut::IntOp(op) => *op = self.coded(IntOp::from_code)?,
            OperandMut::FloatOp(op) => *op = self.coded(FloatOp::from_code)?,
            OperandMut::FloatUnOp(op) => *op = self.coded(FloatUnOp::from_code)?,
            OperandMut::Cond(cond) => *cond = self.coded(Cond::from_code)?,
            OperandMut::CrashKind(kind) => *kind = self.coded(CrashKind::from_code)?,
            OperandMut::TextForm(form) => *form = self.coded(TextForm::from_code)?,
            OperandMut::Bits(field) => *field = self.bit_field()?,
        }
        Ok(())
    }

    fn bit_field(&mut self) -> Decoded<BitField> {
        match BitField::unpack(self.number()?) {
            Some(field) => Ok(field),
            None => self.invalid("unknown field among bytes"),
        }
    }

    fn coded<T>(&mut self, from_code: fn(u8) -> Option<T>) -> Decoded<T> {
        match from_code(self.byte()?) {
            Some(value) => Ok(value),
            None => self.invalid("unknown operation"),
        }
    }

    fn reg(&mut self) -> Decoded<Reg> {
        Ok(Reg(self.number()?))
    }

    fn opt_reg(&mut self) -> Decoded<Option<Reg>> {
        let number: u32 = self.number()?;
        Ok(number.checked_sub(1).map(Reg))
    }
}
