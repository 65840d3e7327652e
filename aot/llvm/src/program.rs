//! What the object of a whole program has besides its functions: the table by which the runtime finds them, and the bytecode.

use inkwell::module::Linkage;
use inkwell::values::{BasicValueEnum, FunctionValue, PointerValue};
use snow_bytecode::module::FuncId;
use snow_vm::abi::executable::{NATIVE_PREFIX, PROGRAM_SYMBOL};
use snow_vm::abi::layout::ABI_VERSION;

use crate::function::uniform_name;
use crate::own::Variant;
use crate::unit::Unit;

/// Defines `snow_program`; its form is `snow_vm::abi::executable::CompiledProgram`.
pub fn describe(unit: &Unit<'_, '_>, bytecode: &[u8], entries: &[(FuncId, u32)]) {
    let b = &unit.b;
    let bytes = unit.constant_data(b.context.const_string(bytecode, false));
    let functions = functions(unit);
    let natives = natives(unit);
    let entry_table = entry_rows(unit, entries);
    let fields: [BasicValueEnum<'_>; 9] = [
        b.i32(ABI_VERSION).into(),
        b.i32(unit.program.module.funcs.len() as u32).into(),
        bytes.into(),
        b.word(bytecode.len() as u64).into(),
        functions.into(),
        natives.into(),
        b.word(unit.program.module.natives.len() as u64).into(),
        entry_table.into(),
        b.word(entries.len() as u64).into(),
    ];
    let value = b.context.const_struct(&fields, false);
    let global = unit.llvm.add_global(value.get_type(), None, PROGRAM_SYMBOL);
    global.set_linkage(Linkage::External);
    global.set_constant(true);
    global.set_initializer(&value);
}

/// `{ func: u32, –: u32, uniform, typed }` for every function.
fn functions<'c>(unit: &Unit<'c, '_>) -> PointerValue<'c> {
    let b = &unit.b;
    let rows: Vec<_> = (0..unit.program.module.funcs.len() as u32)
        .map(|id| {
            let typed = unit.function(FuncId(id), Variant::Any);
            let typed = typed.expect("all functions are in the executable");
            let fields = [
                b.i32(id).into(),
                b.i32(0).into(),
                address(unit.uniform(&uniform_name(FuncId(id)))),
                address(typed),
            ];
            b.context.const_struct(&fields, false)
        })
        .collect();
    table(unit, &rows)
}

/// `{ func: u32, inst: u32, entry }` for every entry.
fn entry_rows<'c>(unit: &Unit<'c, '_>, entries: &[(FuncId, u32)]) -> PointerValue<'c> {
    let b = &unit.b;
    let row = |(id, inst): &(FuncId, u32)| {
        let entry = unit.uniform(&format!("snow.o{}.{inst}", id.0));
        let fields = [b.i32(id.0).into(), b.i32(*inst).into(), address(entry)];
        b.context.const_struct(&fields, false)
    };
    let rows: Vec<_> = entries.iter().map(row).collect();
    table(unit, &rows)
}

/// Addresses of the descriptions of all imported natives: only these become part of an executable.
fn natives<'c>(unit: &Unit<'c, '_>) -> PointerValue<'c> {
    let b = &unit.b;
    let natives = unit.program.module.natives.iter().map(|native| {
        let name = format!("{NATIVE_PREFIX}{}", native.symbol);
        let found = unit.llvm.get_global(&name);
        let described = found.unwrap_or_else(|| unit.llvm.add_global(b.t.i8, None, &name));
        described.as_pointer_value()
    });
    let natives: Vec<_> = natives.collect();
    unit.constant_data(b.t.ptr.const_array(&natives))
}

fn address(function: FunctionValue<'_>) -> BasicValueEnum<'_> {
    function.as_global_value().as_pointer_value().into()
}

fn table<'c>(unit: &Unit<'c, '_>, rows: &[inkwell::values::StructValue<'c>]) -> PointerValue<'c> {
    match rows.first() {
        Some(first) => unit.constant_data(first.get_type().const_array(rows)),
        None => unit.b.t.ptr.const_null(),
    }
}
