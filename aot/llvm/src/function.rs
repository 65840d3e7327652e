//! Lowering a function: how it is entered, and its instructions one after the other.

use inkwell::IntPredicate;
use inkwell::module::Linkage;
use inkwell::values::{FunctionValue, IntValue, PointerValue};
use snow_bytecode::inst::Inst;
use snow_bytecode::module::{FuncId, Mode};
use snow_vm::abi::{layout, status};

use crate::build::{Build, Class, Likely, result};
use crate::crash::Crashes;
use crate::frame::Frame;
use crate::own::{Known, Variant};
use crate::signature::{Convention, Place};
use crate::unit::{Unit, declare_function, field};

/// Lowers a variant of a function of the object.
pub fn lower<'c>(unit: &Unit<'c, '_>, id: FuncId, variant: Variant) -> FunctionValue<'c> {
    let value = unit.function(id, variant);
    let value = value.expect("the function is of this object");
    if let Some(debug) = &unit.debug {
        debug.function(value, unit.program.module.func(id));
    }
    let crashes = Crashes::new(unit.program.module, unit.program.layouts, id);
    let mut frame = Frame::new(unit, id, variant, value, crashes);
    if unit.limit_checks && frame.calls_snow() {
        frame.check_stack();
    }
    frame.receive();
    frame.start(0, frame.lists.entry(variant));
    frame.body();
    value
}

/// Lowers the variant of a function that enters it at a loop header, with the registers of an interpreter's frame: its parameters are the context
/// and the frame's address.
pub fn lower_from<'c>(unit: &Unit<'c, '_>, id: FuncId, header: u32) -> FunctionValue<'c> {
    let b = &unit.b;
    let ty = unit
        .convention(id)
        .ret_type(b)
        .fn_type(&[b.t.ptr.into(), b.t.ptr.into()], false);
    let name = format!("snow.loop{}.{header}", id.0);
    let value = declare_function(b, &unit.llvm, &name, ty, Linkage::Internal);
    let crashes = Crashes::new(unit.program.module, unit.program.layouts, id);
    let mut frame = Frame::new(unit, id, Variant::Any, value, crashes);
    let registers = value
        .get_nth_param(1)
        .expect("the frame's address")
        .into_pointer_value();
    for index in 0..frame.func.regs.len() {
        frame.set_from(
            snow_bytecode::module::Reg(index as u32),
            Class::Row,
            b.word_at(registers, index as u64),
        );
    }
    frame.begin_block_at(header as usize);
    frame.start(header as usize, Known::NOTHING);
    frame.body();
    value
}

impl<'c> Frame<'_, 'c, '_> {
    /// Whether the function calls Snow functions, and so needs stack that it does not know of.
    fn calls_snow(&self) -> bool {
        self.func.code.iter().any(|inst| match inst {
            Inst::TailCall { func, .. } => *func != self.id,
            Inst::Call { .. }
            | Inst::CallClosure { .. }
            | Inst::CallClosureKeep { .. }
            | Inst::TailCallClosure { .. } => true,
            _ => false,
        })
    }

    /// Whether the stack pointer is below the limit.
    pub fn limit_is_hit(&self) -> IntValue<'c> {
        let b = self.b();
        if !self.unit.limit_checks {
            return b.t.bool.const_int(0, false);
        }
        let name = b
            .context
            .metadata_string(self.unit.arch.stack_pointer())
            .into();
        let read = inkwell::intrinsics::Intrinsic::find("llvm.read_register")
            .and_then(|intrinsic| intrinsic.get_declaration(&self.unit.llvm, &[b.t.i64.into()]))
            .expect("LLVM has the intrinsic");
        let pointer =
            result(b.call(read, &[b.context.metadata_node(&[name]).into()])).into_int_value();
        let limit = b.load_int(Class::Context, field(b, self.ctx, layout::LIMIT));
        b.icmp(IntPredicate::ULT, pointer, limit)
    }

    /// The comparison on entry: on failure the call continues through `snow_hop`.
    fn check_stack(&mut self) {
        let b = self.b();
        let (hop, on) = (b.block("hop"), b.block("enter"));
        b.branch(self.limit_is_hit(), hop, on, Likely::Else);
        b.at(hop);
        let target = self.value.as_global_value().as_pointer_value();
        b.store_as(
            Class::Context,
            field(b, self.ctx, layout::HOP_TARGET),
            target,
        );
        let overflow = overflow(self).as_global_value().as_pointer_value();
        b.at(hop);
        self.locate();
        b.store_as(
            Class::Context,
            field(b, self.ctx, layout::HOP_OVERFLOW),
            overflow,
        );
        let args: Vec<_> = self.value.get_param_iter().map(Into::into).collect();
        let address = self
            .unit
            .runtime("snow_hop")
            .as_global_value()
            .as_pointer_value();
        let call = b.call_address(self.convention.fn_type(b), address, &args);
        call.set_tail_call_kind(inkwell::values::LLVMTailCallKind::LLVMTailCallKindMustTail);
        b.ret(&result(call));
        b.at(on);
    }

    /// Stores the arguments in their registers.
    fn receive(&self) {
        for (index, place) in self.convention.param_places.iter().enumerate() {
            let reg = snow_bytecode::module::Reg(index as u32);
            match place {
                Place::Register(number) => {
                    let value = self
                        .value
                        .get_nth_param(number + 1)
                        .expect("the convention's parameter");
                    self.set(reg, value);
                }
                Place::Context(number) => {
                    self.set_from(reg, Class::Row, context_arg(self, *number))
                }
            }
        }
    }

    /// Lowers all versions of blocks that are reached.
    fn body(&mut self) {
        while let Some((index, known, block)) = self.next_open() {
            self.b().at(block);
            self.lower_block(index, known);
        }
    }

    /// Lowers instructions from the begin of a block to its end.
    fn lower_block(&mut self, start: usize, known: Known) {
        let b = self.b();
        self.behind = known;
        let mut index = start;
        while let Some(inst) = self.func.code.get(index) {
            if index > start && self.begins_block(index) {
                let next = self.block(index, self.behind);
                return b.jump(next);
            }
            self.at = index as u32;
            self.known = self.behind;
            if let Some(row) = self.row(index) {
                self.lower_row(index, &row);
                index += row.steps.len();
                continue;
            }
            self.behind = self.lists.after(inst, self.known);
            self.locate();
            self.lower(inst);
            if b.ended() {
                return;
            }
            index += 1;
        }
        b.unreachable();
    }

    fn lower(&mut self, inst: &Inst) {
        match inst {
            Inst::ConstInt { .. }
            | Inst::ConstFloat { .. }
            | Inst::ConstStr { .. }
            | Inst::ConstAtom { .. }
            | Inst::ConstNull { .. }
            | Inst::Move { .. }
            | Inst::Dup { .. }
            | Inst::Drop { .. }
            | Inst::Cast { .. } => self.lower_word(inst),
            Inst::IntBin { .. }
            | Inst::IntBinImm { .. }
            | Inst::IntImmBin { .. }
            | Inst::IntNeg { .. }
            | Inst::IntCmp { .. }
            | Inst::IntCmpImm { .. }
            | Inst::Not { .. } => self.lower_int(inst),
            Inst::FloatBin { .. }
            | Inst::FloatUn { .. }
            | Inst::FloatCmp { .. }
            | Inst::IntToFloat { .. }
            | Inst::FloatToInt { .. } => self.lower_float(inst),
            Inst::Jump { .. }
            | Inst::BranchIf { .. }
            | Inst::BranchUnless { .. }
            | Inst::BranchInt { .. }
            | Inst::BranchIntImm { .. }
            | Inst::BranchFloat { .. }
            | Inst::BranchFloatNot { .. }
            | Inst::BranchNull { .. }
            | Inst::Switch { .. }
            | Inst::SwitchTag { .. }
            | Inst::BranchTagNot { .. }
            | Inst::GetTag { .. }
            | Inst::Crash { .. }
            | Inst::Panic { .. } => self.lower_control(inst),
            Inst::Return { .. }
            | Inst::Call { .. }
            | Inst::TailCall { .. }
            | Inst::CallClosure { .. }
            | Inst::CallClosureKeep { .. }
            | Inst::TailCallClosure { .. }
            | Inst::CallNative { .. }
            | Inst::MakeClosure { .. }
            | Inst::Capture { .. } => self.lower_call(inst),
            Inst::New { .. }
            | Inst::NewReuse { .. }
            | Inst::Load { .. }
            | Inst::LoadDup { .. }
            | Inst::Unpack { .. }
            | Inst::UnpackReuse { .. }
            | Inst::DropReuse { .. }
            | Inst::TakeSlot { .. }
            | Inst::Update { .. }
            | Inst::Box { .. }
            | Inst::Unbox { .. }
            | Inst::UnboxTake { .. } => self.lower_cell(inst),
            Inst::ListNew { .. }
            | Inst::ListLen { .. }
            | Inst::ListGet { .. }
            | Inst::ListGetDup { .. }
            | Inst::ListAppend { .. }
            | Inst::ListPrepend { .. }
            | Inst::ListUncons { .. }
            | Inst::ListDrop { .. }
            | Inst::ListSet { .. }
            | Inst::ListTake { .. }
            | Inst::ListFill { .. }
            | Inst::ListConcat { .. } => self.lower_list(inst),
            Inst::Concat { .. }
            | Inst::AppendText { .. }
            | Inst::Equal { .. }
            | Inst::Compare { .. }
            | Inst::Hash { .. }
            | Inst::StrEqConst { .. }
            | Inst::StrStripPrefix { .. } => self.lower_text(inst),
            Inst::BytesLen { .. }
            | Inst::BytesGet { .. }
            | Inst::BytesGetAt { .. }
            | Inst::BytesScalar { .. }
            | Inst::BytesSlice { .. }
            | Inst::BytesDrop { .. }
            | Inst::BytesNew { .. }
            | Inst::BytesPut { .. }
            | Inst::BytesPutScalar { .. } => self.lower_bytes(inst),
            Inst::MapNew { .. }
            | Inst::MapGet { .. }
            | Inst::MapPut { .. }
            | Inst::MapHas { .. }
            | Inst::MapNext { .. }
            | Inst::MapKeyAt { .. }
            | Inst::MapValueAt { .. }
            | Inst::MapTake { .. }
            | Inst::MapFill { .. } => self.lower_map(inst),
        }
    }
}

/// Address of an argument that is passed in the context.
pub fn context_arg<'c>(frame: &Frame<'_, 'c, '_>, number: u64) -> PointerValue<'c> {
    let b = frame.b();
    let args = b.load_ptr(Class::Context, field(b, frame.ctx, layout::ARGS));
    b.word_at(args, number)
}

/// The function that gives up the arguments of another one for which there is no stack, and crashes. Functions that take and own the same share it.
fn overflow<'c>(frame: &Frame<'_, 'c, '_>) -> FunctionValue<'c> {
    let (unit, b, convention) = (frame.unit, frame.b(), frame.convention);
    let params = frame.func.params.iter();
    let owned = params.map(|param| param.slot.is_ref() && param.mode == Mode::Own);
    let owned: Vec<bool> = owned.collect();
    let marks: String = owned
        .iter()
        .map(|owned| if *owned { 'o' } else { '_' })
        .collect();
    let name = format!("snow.overflow.{}.{marks}", convention.shape());
    if let Some(made) = unit.llvm.get_function(&name) {
        return made;
    }
    let ty = convention.fn_type(b);
    let function = declare_function(b, &unit.llvm, &name, ty, Linkage::Internal);
    b.begin(function);
    let ctx = function
        .get_nth_param(0)
        .expect("the context comes first")
        .into_pointer_value();
    for (place, _) in convention
        .param_places
        .iter()
        .zip(owned)
        .filter(|(_, owned)| *owned)
    {
        let value = match place {
            Place::Register(number) => function
                .get_nth_param(number + 1)
                .expect("the convention's parameter")
                .into_pointer_value(),
            Place::Context(number) => {
                let args = b.load_ptr(Class::Context, field(b, ctx, layout::ARGS));
                b.load_ptr(Class::Row, b.word_at(args, *number))
            }
        };
        b.call(unit.runtime("snow_drop"), &[ctx.into(), value.into()]);
    }
    let none = convention.ret_type(b).get_poison();
    b.ret(&b.insert(none, b.i32(status::CRASH).into(), convention.status_field()));
    function
}

/// Defines the uniform entry of a function: a few instructions that go on, with the function's address, in what functions of this convention share.
pub fn uniform(unit: &Unit<'_, '_>, id: FuncId) {
    let convention = unit.convention(id);
    let shared = unit.shared(&format!("entry.{}", convention.shape()), || {
        let name = format!("snow.s{}", id.0);
        define_shared(unit, &name, convention);
        name
    });
    let code = format!("snow.f{}", id.0);
    unit.add_assembly(&unit.arch.trampoline(&uniform_name(id), &code, &shared));
}

/// The symbol of a function's uniform entry.
pub fn uniform_name(id: FuncId) -> String {
    format!("snow.u{}", id.0)
}

/// Defines what uniform entries of functions of a convention share: `(ctx, args, ret, code) -> status`.
fn define_shared<'c>(unit: &Unit<'c, '_>, name: &str, convention: &Convention) {
    let b = &unit.b;
    let ty = b.t.i32.fn_type(&[b.t.ptr.into(); 4], false);
    let function = unit.declare_shared(name, ty);
    let [ctx, args, ret, code] = pointers(b, function);
    let mut values = vec![ctx.into()];
    for (index, place) in convention.param_places.iter().enumerate() {
        let from = b.word_at(args, index as u64);
        let value = b.load(b.t.slot(convention.params[index]), from);
        match place {
            Place::Register(_) => values.push(value.into()),
            Place::Context(number) => {
                let area = b.load_ptr(Class::Context, field(b, ctx, layout::ARGS));
                b.store(b.word_at(area, *number), value);
            }
        }
    }
    let call = b.call_address(convention.fn_type(b), code, &values);
    store_results(unit, ctx, convention, result(call).into_struct_value(), ret);
}

/// Defines the entry `name` into a loop, which gets the address of an interpreter's frame.
pub fn loop_entry<'c>(
    unit: &Unit<'c, '_>,
    name: &str,
    convention: &Convention,
    target: FunctionValue<'c>,
) {
    let b = &unit.b;
    let [ctx, args, ret] = pointers(b, unit.uniform(name));
    let call = b.call(target, &[ctx.into(), args.into()]);
    // Entered this way it is rarely: a copy of its code would be large and of no use.
    b.never_inline(call);
    store_results(unit, ctx, convention, result(call).into_struct_value(), ret);
}

/// Begins a function of `N` addresses.
fn pointers<'c, const N: usize>(
    b: &Build<'c>,
    function: FunctionValue<'c>,
) -> [PointerValue<'c>; N] {
    b.begin(function);
    std::array::from_fn(|index| {
        let param = function.get_nth_param(index as u32);
        param
            .expect("the function has this parameter")
            .into_pointer_value()
    })
}

/// Ends a uniform entry: stores results when the status is 0, and returns it.
fn store_results<'c>(
    unit: &Unit<'c, '_>,
    ctx: PointerValue<'c>,
    convention: &Convention,
    returned: inkwell::values::StructValue<'c>,
    ret: PointerValue<'c>,
) {
    let b = &unit.b;
    let (store, done) = (b.block("store"), b.block("done"));
    let status = b
        .extract(returned, convention.status_field())
        .into_int_value();
    b.branch(
        b.icmp_to(IntPredicate::EQ, status, 0),
        store,
        done,
        Likely::Then,
    );
    b.at(store);
    for (index, place) in convention.result_places.iter().enumerate() {
        let value = match place {
            Place::Register(number) => b.extract(returned, *number),
            Place::Context(number) => {
                let from = field(b, ctx, layout::RESULTS + 8 * *number as usize);
                b.load(b.t.slot(convention.results[index]), from)
            }
        };
        b.store(b.word_at(ret, index as u64), value);
    }
    b.jump(done);
    b.at(done);
    b.ret(&status);
}
