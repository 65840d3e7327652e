//! What is made once for an object: declarations of the runtime, constants, helper functions, and the Snow functions in it.

use std::cell::RefCell;

use inkwell::GlobalVisibility;
use inkwell::attributes::AttributeLoc;
use inkwell::context::Context;
use inkwell::module::{Linkage, Module as LlvmModule};
use inkwell::targets::TargetMachine;
use inkwell::types::{BasicMetadataTypeEnum, BasicType};
use inkwell::values::{FunctionValue, GlobalValue, PointerValue};
use rustc_hash::FxHashMap;
use snow_bytecode::layout::{Layouts, Slot};
use snow_bytecode::module::{Const, ConstId, FuncId, Module};
use snow_bytecode::types::{Type, TypeId};
use snow_vm::abi::kept::KEPT;
use snow_vm::abi::{AbiType, Signature, layout, table};
use snow_vm::heap::{STATIC, header_word};
use snow_vm::registry::intrinsics::shells;

use crate::analysis::Analysis;
use crate::build::{Build, FAST, PRESERVE_MOST};
use crate::debug::Debug;
use crate::helpers::Helpers;
use crate::live::{self, Needed};
use crate::own::Variant;
use crate::parts::Part;
use crate::signature::{Convention, Place};
use crate::target::Arch;

/// What an object is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// An executable: it has all functions.
    Program,
    /// A running program: functions that are not compiled are reached through the context, and may be in the interpreter.
    Unit,
}

/// An object in the making.
pub struct Unit<'c, 'm> {
    /// The builder.
    pub b: Build<'c>,
    /// LLVM's module.
    pub llvm: LlvmModule<'c>,
    /// The architecture that it is for.
    pub arch: Arch,
    /// The program, and what is known about it.
    pub program: &'m Analysis<'m>,
    /// What the object is for.
    pub scope: Scope,
    /// Whether code compares the stack pointer with the limit.
    pub limit_checks: bool,
    /// Where code comes from, when that is wanted.
    pub debug: Option<Debug<'c>>,
    /// Functions that are written in LLVM's terms.
    pub helpers: Helpers<'c>,
    /// Which functions are here.
    part: &'m Part,
    /// The functions that are declared so far.
    functions: RefCell<FxHashMap<u32, FunctionValue<'c>>>,
    /// Their variants for own lists, as far as something calls them.
    own_functions: RefCell<FxHashMap<u32, FunctionValue<'c>>>,
    /// Variants that are called and not lowered yet.
    open: RefCell<Vec<FuncId>>,
    /// Code that functions share, by what makes it the same for them: the symbols.
    shared: RefCell<FxHashMap<String, String>>,
    /// Functions that are written in assembly.
    assembly: RefCell<String>,
    /// Static cells made so far.
    statics: RefCell<FxHashMap<String, PointerValue<'c>>>,
}

impl<'c, 'm> Unit<'c, 'm> {
    /// An empty object for the machine, for these functions.
    pub fn new(
        context: &'c Context,
        machine: &TargetMachine,
        program: &'m Analysis<'m>,
        part: &'m Part,
        scope: Scope,
    ) -> Unit<'c, 'm> {
        let b = Build::new(context);
        let llvm = context.create_module("snow");
        // Before the first type: nothing may be laid out for another machine.
        llvm.set_triple(&machine.get_triple());
        llvm.set_data_layout(&machine.get_target_data().get_data_layout());
        declare_runtime(&b, &llvm);
        let helpers = Helpers::define(&b, &llvm);
        Unit {
            b,
            llvm,
            arch: Arch::of(machine),
            program,
            scope,
            limit_checks: true,
            debug: None,
            helpers,
            part,
            functions: RefCell::default(),
            own_functions: RefCell::default(),
            open: RefCell::default(),
            shared: RefCell::default(),
            assembly: RefCell::default(),
            statics: RefCell::default(),
        }
    }

    fn declare(&self, id: FuncId, suffix: &str, linkage: Linkage) -> FunctionValue<'c> {
        let convention = self.convention(id);
        let name = format!("snow.f{}{suffix}", id.0);
        let ty = convention.fn_type(&self.b);
        let function = declare_function(&self.b, &self.llvm, &name, ty, linkage);
        describe_params(&self.b, function, convention, |ty| {
            smallest(self.program.module, self.program.layouts, ty)
        });
        function
    }

    /// Adds debug information to functions that are lowered from now on.
    pub fn describe_sources(&mut self) {
        self.debug = Some(Debug::new(&self.b, &self.llvm, self.program.module));
    }

    /// How a function is called.
    pub fn convention(&self, func: FuncId) -> &'m Convention {
        &self.program.conventions[func.0 as usize]
    }

    /// A function that can be called directly, since it is compiled, here or in another part.
    pub fn function(&self, func: FuncId, variant: Variant) -> Option<FunctionValue<'c>> {
        if !self.program.funcs.contains(&func) {
            return None;
        }
        Some(match variant {
            Variant::Any => self.any_function(func),
            Variant::Own => self.own_function(func),
        })
    }

    fn any_function(&self, func: FuncId) -> FunctionValue<'c> {
        let made = self.functions.borrow().get(&func.0).copied();
        made.unwrap_or_else(|| {
            let function = self.declare(func, "", self.linkage(func));
            self.share(function);
            self.functions.borrow_mut().insert(func.0, function);
            function
        })
    }

    /// Who sees a function.
    fn linkage(&self, func: FuncId) -> Linkage {
        match self.scope {
            Scope::Program if self.is_whole() => Linkage::Internal,
            _ if self.part.copies.contains(&func) => Linkage::AvailableExternally,
            _ => Linkage::External,
        }
    }

    /// Whether there is no other object.
    fn is_whole(&self) -> bool {
        self.part.home.len() == self.program.funcs.len()
    }

    /// Symbols that objects share are nobody else's, so that calls need no table.
    fn share(&self, function: FunctionValue<'c>) {
        if !self.is_whole() {
            let global = function.as_global_value();
            global.set_visibility(GlobalVisibility::Hidden);
        }
    }

    /// The uniform entry `name` of a function: that of this object, or another one's.
    pub fn uniform(&self, name: &str) -> FunctionValue<'c> {
        let ty = self.b.t.i32.fn_type(&[self.b.t.ptr.into(); 3], false);
        let made = self.llvm.get_function(name);
        made.unwrap_or_else(|| self.declare_shared(name, ty))
    }

    /// The symbol of code that functions share, which is made when there is none yet.
    pub fn shared(&self, key: &str, make: impl FnOnce() -> String) -> String {
        if let Some(found) = self.shared.borrow().get(key) {
            return found.clone();
        }
        let made = make();
        self.shared
            .borrow_mut()
            .insert(key.to_owned(), made.clone());
        made
    }

    /// Declares a function with a symbol that only objects of this program see, and calls as in C.
    pub fn declare_shared(
        &self,
        name: &str,
        ty: inkwell::types::FunctionType<'c>,
    ) -> FunctionValue<'c> {
        let function = self.llvm.add_function(name, ty, Some(Linkage::External));
        self.b
            .attribute(function, AttributeLoc::Function, "nounwind");
        let global = function.as_global_value();
        global.set_visibility(GlobalVisibility::Hidden);
        function
    }

    /// Adds a function that is written in assembly.
    pub fn add_assembly(&self, function: &str) {
        self.assembly.borrow_mut().push_str(function);
    }

    /// Puts the assembly into the object.
    pub fn finish_assembly(&self) {
        let functions = self.assembly.borrow();
        if !functions.is_empty() {
            self.llvm
                .set_inline_assembly(&format!("\t.text\n{functions}"));
        }
    }

    fn own_function(&self, func: FuncId) -> FunctionValue<'c> {
        let made = self.own_functions.borrow().get(&func.0).copied();
        made.unwrap_or_else(|| {
            let function = self.declare(func, ".own", Linkage::Internal);
            self.own_functions.borrow_mut().insert(func.0, function);
            self.open.borrow_mut().push(func);
            function
        })
    }

    /// A function whose variant for own lists is called and has not been lowered yet: it is to be now.
    pub fn next_own(&self) -> Option<FuncId> {
        self.open.borrow_mut().pop()
    }

    /// Where a function may be suspended, and which registers it needs then.
    pub fn needed(&self, func: FuncId) -> Needed {
        let waits = &self.program.waits;
        if waits.function(func) {
            live::needed(
                self.program.module,
                self.program.module.func(func),
                |inst| waits.when(inst),
            )
        } else {
            Needed::default()
        }
    }

    /// A function of the runtime.
    pub fn runtime(&self, name: &str) -> FunctionValue<'c> {
        self.llvm
            .get_function(name)
            .unwrap_or_else(|| panic!("`{name}` is not in the runtime's table"))
    }

    /// A static cell with this payload.
    pub fn static_cell(&self, ty: TypeId, tag: u8, payload: &[u64]) -> PointerValue<'c> {
        let mut words = vec![header_word(ty, tag, STATIC)];
        words.extend_from_slice(payload);
        if payload.is_empty() {
            words.push(0);
        }
        let key = format!("cell.{}.{tag}.{}", ty.0, payload.len());
        self.interned(key, || {
            let words: Vec<_> = words.iter().map(|word| self.b.word(*word)).collect();
            self.constant_data(self.b.t.i64.const_array(&words))
        })
    }

    fn interned(&self, key: String, make: impl FnOnce() -> PointerValue<'c>) -> PointerValue<'c> {
        if let Some(found) = self.statics.borrow().get(&key) {
            return *found;
        }
        let made = make();
        self.statics.borrow_mut().insert(key, made);
        made
    }

    /// Constant data, aligned to words, that only this object sees.
    pub fn constant_data(&self, value: impl inkwell::values::BasicValue<'c>) -> PointerValue<'c> {
        let value = value.as_basic_value_enum();
        let global = self.llvm.add_global(value.get_type(), None, "");
        set_private(global);
        global.set_initializer(&value);
        global.as_pointer_value()
    }

    /// The static cell of a string or bytes constant.
    pub fn text_constant(&self, id: ConstId) -> PointerValue<'c> {
        let (ty, bytes) = match self.program.module.constant(id) {
            Const::Str(text) => (Type::String, text.as_bytes()),
            Const::Bytes(bytes) => (Type::Bytes, bytes.as_slice()),
            Const::Atom(_) => unreachable!("the verifier saw that the constant is a text"),
        };
        let ty = self.type_id(&ty);
        self.interned(format!("const.{}", id.0), || {
            let words = bytes.len().div_ceil(8);
            let head = [
                header_word(ty, 0, STATIC),
                bytes.len() as u64,
                words as u64 * 8,
            ];
            let mut padded = bytes.to_vec();
            padded.resize(words * 8, 0);
            let (chunks, _) = padded.as_chunks::<8>();
            let body = chunks.iter().map(|chunk| u64::from_ne_bytes(*chunk));
            let words: Vec<_> = head
                .into_iter()
                .chain(body)
                .map(|word| self.b.word(word))
                .collect();
            self.constant_data(self.b.t.i64.const_array(&words))
        })
    }

    /// The number that the runtime gives to String or Bytes: that of the module's table, or the one behind it in which the runtime adds them.
    fn type_id(&self, ty: &Type) -> TypeId {
        let types = &self.program.module.types.types;
        let position = |ty: &Type| types.iter().position(|known| known == ty);
        let added =
            types.len() + usize::from(*ty == Type::Bytes && position(&Type::String).is_none());
        TypeId(position(ty).unwrap_or(added) as u32)
    }
}

fn set_private(global: GlobalValue<'_>) {
    global.set_linkage(Linkage::Private);
    global.set_constant(true);
    global.set_alignment(8);
    global.set_unnamed_address(inkwell::values::UnnamedAddress::Global);
}

/// Declares a Snow function of the object.
pub fn declare_function<'c>(
    b: &Build<'c>,
    llvm: &LlvmModule<'c>,
    name: &str,
    ty: inkwell::types::FunctionType<'c>,
    linkage: Linkage,
) -> FunctionValue<'c> {
    let function = llvm.add_function(name, ty, Some(linkage));
    function.set_call_conventions(FAST);
    b.attribute(function, AttributeLoc::Function, "nounwind");
    let probe = b
        .context
        .create_string_attribute("probe-stack", "inline-asm");
    function.add_attribute(AttributeLoc::Function, probe);
    function
}

/// Says how much of the cells that parameters refer to is certain to be there, so that loads may be taken out of loops that would not always do them.
fn describe_params<'c>(
    b: &Build<'c>,
    function: FunctionValue<'c>,
    convention: &Convention,
    words: impl Fn(TypeId) -> Option<usize>,
) {
    for (slot, place) in convention.params.iter().zip(&convention.param_places) {
        if let (Slot::Ref(ty), Place::Register(number)) = (slot, place)
            && let Some(words) = words(*ty)
        {
            let param = AttributeLoc::Param(number + 1);
            b.attribute_with(function, param, "dereferenceable", words as u64 * 8);
            b.attribute_with(function, param, "align", 8);
        }
    }
}

/// Words of the smallest cell of a type, where these can be read even when the cell has been freed, as LLVM expects of a parameter: memory of small
/// cells stays with the heap.
fn smallest(module: &Module, layouts: &Layouts, ty: TypeId) -> Option<usize> {
    let words = match module.types.get(ty) {
        Type::List(_) => Some(layout::LIST_WORDS),
        _ => {
            let cells = layouts.cells(ty).iter();
            cells.map(|cell| cell.slots.len().max(1) + 1).min()
        }
    };
    words.filter(|words| *words <= layout::MAX_SMALL_WORDS)
}

fn declare_runtime<'c>(b: &Build<'c>, llvm: &LlvmModule<'c>) {
    let basic = |ty: &AbiType| -> Option<inkwell::types::BasicTypeEnum<'c>> {
        Some(match ty {
            AbiType::Ptr => b.t.ptr.into(),
            AbiType::I64 => b.t.i64.into(),
            AbiType::I32 => b.t.i32.into(),
            AbiType::I8 => b.t.i8.into(),
            AbiType::F64 => b.t.f64.into(),
            AbiType::Void => return None,
        })
    };
    let declare = |name: &str, signature: &Signature| {
        let params: Vec<BasicMetadataTypeEnum<'c>> = signature
            .params
            .iter()
            .filter_map(basic)
            .map(Into::into)
            .collect();
        let ty = match basic(&signature.ret) {
            Some(ret) => ret.fn_type(&params, false),
            None => b.context.void_type().fn_type(&params, false),
        };
        let value = llvm.add_function(name, ty, None);
        b.attribute(value, AttributeLoc::Function, "nounwind");
        value
    };
    for shell in shells() {
        declare(shell.name, &shell.signature);
        declare(shell.with_context, &shell.signature_with_context());
    }
    for function in table() {
        let value = declare(function.name, &function.signature);
        if KEPT.contains(&function.name) {
            value.set_call_conventions(PRESERVE_MOST);
        }
        if KEPT.contains(&function.name) || COLD.contains(&function.name) {
            b.attribute(value, AttributeLoc::Function, "cold");
        }
    }
    for name in PURE {
        let function = llvm.get_function(name).expect("a function of the table");
        b.only_reads(function);
    }
    let hop = llvm.add_function("snow_hop", b.context.void_type().fn_type(&[], false), None);
    b.attribute(hop, AttributeLoc::Function, "cold");
}

/// Functions of the runtime that only read.
const PURE: &[&str] = &["snow_bytes_get", "snow_bytes_scalar", "snow_list_get"];

/// Functions of the runtime that touch nothing but headers and the context, as far as compiled code can tell: what a safe point frees is
/// nobody's.
pub const COUNTING: &[&str] = &["snow_dup", "snow_is_unique", "snow_safe_point"];

/// Functions of the runtime that are called rarely, besides those that keep registers.
const COLD: &[&str] = &["snow_bytes_outside", "snow_call_pending"];

/// Bytes from the context to a field of it.
pub fn field<'c>(b: &Build<'c>, ctx: PointerValue<'c>, offset: usize) -> PointerValue<'c> {
    b.offset(ctx, offset as u64)
}

/// A word of the pool.
pub fn pool_word<'c>(b: &Build<'c>, ctx: PointerValue<'c>, index: usize) -> PointerValue<'c> {
    let pool = b
        .load_constant(b.t.ptr, field(b, ctx, layout::POOL))
        .into_pointer_value();
    b.word_at(pool, index as u64)
}
