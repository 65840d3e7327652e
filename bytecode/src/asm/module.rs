//! Tables and functions.

use super::{Parsed, Parser};
use crate::layout::Slot;
use crate::module::{
    Const, Export, ExportKind, ExportedCode, FuncId, FuncKind, Function, Inlined, Mode, Module,
    Native, ParamSlot, Place, Reg,
};
use crate::types::{Field, Shows, Type, TypeId, TypeTable, Variant};

/// Registers that one `reg` line may declare: no more than a frame has.
const MAX_REGS: u32 = 1 << 16;

impl Parser {
    pub(super) fn module(&mut self) -> Parsed<Module> {
        let mut module = Module {
            types: TypeTable::default(),
            consts: Vec::new(),
            funcs: Vec::new(),
            natives: Vec::new(),
            exports: Vec::new(),
            files: Vec::new(),
            entry: FuncId(0),
        };
        while self.peek().is_some() {
            match self.word("a section")?.as_str() {
                "types" => self.entries("t", &mut module.types.types, Parser::ty)?,
                "consts" => self.entries("c", &mut module.consts, Parser::constant)?,
                "natives" => self.entries("n", &mut module.natives, Parser::native)?,
                "files" => {
                    while let Ok(file) = self.text() {
                        module.files.push(file);
                    }
                }
                "fn" => {
                    self.numbered("f", module.funcs.len())?;
                    let func = self.function()?;
                    module.funcs.push(func);
                }
                "export" => {
                    let export = self.export()?;
                    module.exports.push(export);
                }
                "entry" => module.entry = self.func()?,
                other => return self.fail(format!("unknown section `{other}`")),
            }
        }
        Ok(module)
    }

    /// Entries `t0 = …`, `t1 = …` of a table, as long as they go on.
    fn entries<T>(
        &mut self,
        prefix: &str,
        table: &mut Vec<T>,
        item: impl Fn(&mut Parser) -> Parsed<T>,
    ) -> Parsed<()> {
        while self.take_word(&format!("{prefix}{}", table.len())) {
            self.mark("=")?;
            table.push(item(self)?);
        }
        Ok(())
    }

    fn numbered(&mut self, prefix: &str, number: usize) -> Parsed<()> {
        let name = format!("{prefix}{number}");
        if self.take_word(&name) {
            Ok(())
        } else {
            self.expected(&format!("`{name}`"))
        }
    }

    pub(super) fn type_id(&mut self) -> Parsed<TypeId> {
        Ok(TypeId(self.id("t", "a type like `t0`")?))
    }

    pub(super) fn func(&mut self) -> Parsed<FuncId> {
        Ok(FuncId(self.id("f", "a function like `f0`")?))
    }

    pub(super) fn reg(&mut self) -> Parsed<Reg> {
        Ok(Reg(self.id("r", "a register like `r0`")?))
    }

    fn export(&mut self) -> Parsed<Export> {
        let name = self.text()?;
        let mut kinds = ExportKind::ALL.into_iter();
        let kind = kinds
            .find(|kind| kind.keyword().is_some_and(|word| self.take_word(word)))
            .unwrap_or_default();
        if self.take_word("generic") {
            let code = None;
            return Ok(Export { name, kind, code });
        }
        let func = self.func()?;
        let params = self.list("(", ")", Parser::type_id)?;
        self.mark("->")?;
        let ret = self.type_id()?;
        let mailbox = match self.take_word("receives") {
            true => Some(self.type_id()?),
            false => None,
        };
        let code = Some(ExportedCode {
            func,
            params,
            ret,
            mailbox,
        });
        Ok(Export { name, kind, code })
    }

    fn ty(&mut self) -> Parsed<Type> {
        Ok(match self.word("a type")?.as_str() {
            "Int" => Type::Int,
            "Float" => Type::Float,
            "Bool" => Type::Bool,
            "Unit" => Type::Unit,
            "String" => Type::String,
            "Bytes" => Type::Bytes,
            "Atom" => Type::Atom,
            "Range" => Type::Range,
            "Ref" => Type::Ref,
            "Pid" => Type::Pid(self.type_id()?),
            "List" => Type::List(self.type_id()?),
            "Set" => Type::Set(self.type_id()?),
            "Map" => Type::Map(self.type_id()?, self.type_id()?),
            "Tuple" => Type::Tuple(self.list("(", ")", Parser::type_id)?),
            "Fun" => {
                let params = self.list("(", ")", Parser::type_id)?;
                self.mark("->")?;
                Type::Fun {
                    params,
                    ret: self.type_id()?,
                }
            }
            "struct" => {
                let (module, name, args, shows) = self.named()?;
                Type::Struct {
                    module,
                    name,
                    args,
                    shows,
                    fields: self.fields()?,
                }
            }
            "sum" => {
                let (module, name, args, shows) = self.named()?;
                let variant = |p: &mut Parser| {
                    Ok(Variant {
                        name: p.text()?,
                        fields: p.fields()?,
                    })
                };
                Type::Sum {
                    module,
                    name,
                    args,
                    shows,
                    variants: self.list("[", "]", variant)?,
                }
            }
            other => return self.fail(format!("unknown type `{other}`")),
        })
    }

    fn named(&mut self) -> Parsed<(String, String, Vec<TypeId>, Shows)> {
        let (module, name) = (self.text()?, self.text()?);
        let args = self.list("[", "]", Parser::type_id)?;
        let shows = match self.word("`display` or `debug`")?.as_str() {
            "display" => Shows::Display,
            "debug" => Shows::Debug,
            other => return self.fail(format!("`display` or `debug` is expected, not `{other}`")),
        };
        Ok((module, name, args, shows))
    }

    fn fields(&mut self) -> Parsed<Vec<Field>> {
        self.list("(", ")", |p| {
            Ok(Field {
                name: p.text()?,
                ty: p.type_id()?,
            })
        })
    }

    fn constant(&mut self) -> Parsed<Const> {
        if self.take_word("atom") {
            return Ok(Const::Atom(self.text()?));
        }
        if self.take_word("bytes") {
            return Ok(Const::Bytes(self.list("[", "]", |p| p.id("", "a byte"))?));
        }
        Ok(Const::Str(self.text()?))
    }

    fn native(&mut self) -> Parsed<Native> {
        let symbol = self.text()?;
        let type_args = self.list("[", "]", Parser::type_id)?;
        let params = self.list("(", ")", Parser::param)?;
        self.mark("->")?;
        Ok(Native {
            symbol,
            type_args,
            params,
            results: self.list("(", ")", Parser::slot)?,
        })
    }

    fn param(&mut self) -> Parsed<ParamSlot> {
        let mode = if self.take_word("borrow") {
            Mode::Borrow
        } else {
            Mode::Own
        };
        Ok(ParamSlot {
            slot: self.slot()?,
            mode,
        })
    }

    fn slot(&mut self) -> Parsed<Slot> {
        Ok(match self.word("a kind")?.as_str() {
            "word" => Slot::Word,
            "float" => Slot::Float,
            "any" => Slot::Any,
            "ref" => Slot::Ref(self.type_id()?),
            "null" => Slot::Null(self.type_id()?),
            "token" => Slot::Token(self.id("", "a number of words")?),
            other => return self.fail(format!("unknown kind `{other}`")),
        })
    }

    fn function(&mut self) -> Parsed<Function> {
        let name = self.text()?;
        let kind = if self.take_word("closure") {
            FuncKind::Closure {
                fun_type: self.type_id()?,
                captures: self.list("[", "]", Parser::slot)?,
            }
        } else {
            FuncKind::Direct
        };
        let params = self.list("(", ")", Parser::param)?;
        self.mark("->")?;
        let results = self.list("(", ")", Parser::slot)?;
        self.mark("{")?;
        let regs = self.registers(&params)?;
        let inlined = self.inlined()?;
        let (code, lines) = self.code()?;
        Ok(Function {
            name,
            kind,
            params,
            results,
            regs,
            code,
            lines,
            inlined,
        })
    }

    fn registers(&mut self, params: &[ParamSlot]) -> Parsed<Vec<Slot>> {
        let mut regs: Vec<Slot> = params.iter().map(|param| param.slot).collect();
        while self.take_word("reg") {
            self.numbered("r", regs.len())?;
            let end = if self.take_mark("..") {
                self.reg()?.0
            } else {
                regs.len() as u32 + 1
            };
            if end > MAX_REGS || (end as usize) < regs.len() {
                return self.fail("registers are declared in order, up to r65536");
            }
            let slot = self.slot()?;
            regs.resize(end as usize, slot);
        }
        Ok(regs)
    }

    pub(super) fn line(&mut self) -> Parsed<Place> {
        let file = self.id("", "a file number")?;
        Ok(Place {
            file,
            line: self.id("", "a line")?,
            column: self.id("", "a column")?,
            inlined: match self.take_word("in") {
                true => self.id("", "a number of an inlined call")?,
                false => 0,
            },
        })
    }

    fn inlined(&mut self) -> Parsed<Vec<Inlined>> {
        let mut entries = Vec::new();
        while self.take_word("inlined") {
            let function = self.text()?;
            let call = match self.take_word("from") {
                true => Some(self.line()?),
                false => None,
            };
            entries.push(Inlined { function, call });
        }
        Ok(entries)
    }
}
