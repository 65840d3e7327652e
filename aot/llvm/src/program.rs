//! What the object of a whole program has besides its functions: the table by which the runtime finds them, and the bytecode.

use inkwell::module::Linkage;
use inkwell::values::{BasicValueEnum, PointerValue};
use snow_vm::abi::layout::ABI_VERSION;

use crate::unit::Unit;

/// Defines `snow_program`.
pub fn describe(unit: &Unit<'_, '_>, bytecode: &[u8]) {
    let b = &unit.b;
    let bytes = unit.constant_data(b.context.const_string(bytecode, false));
    let functions = functions(unit);
    let natives = natives(unit);
    let fields: [BasicValueEnum<'_>; 7] = [
        b.i32(ABI_VERSION).into(),
        b.i32(unit.module.funcs.len() as u32).into(),
        bytes.into(),
        b.word(bytecode.len() as u64).into(),
        functions.into(),
        natives.into(),
        b.word(unit.module.natives.len() as u64).into(),
    ];
    let value = b.context.const_struct(&fields, false);
    let global = unit.llvm.add_global(value.get_type(), None, "snow_program");
    global.set_linkage(Linkage::External);
    global.set_constant(true);
    global.set_initializer(&value);
}

/// `{ func: u32, –: u32, uniform, typed }` for every function.
fn functions<'c>(unit: &Unit<'c, '_>) -> PointerValue<'c> {
    let b = &unit.b;
    let rows: Vec<_> = (0..unit.module.funcs.len() as u32)
        .map(|id| {
            let address = |name: String| {
                let function = unit
                    .llvm
                    .get_function(&name)
                    .expect("all functions are defined");
                BasicValueEnum::from(function.as_global_value().as_pointer_value())
            };
            let fields = [
                b.i32(id).into(),
                b.i32(0).into(),
                address(format!("snow.u{id}")),
                address(format!("snow.f{id}")),
            ];
            b.context.const_struct(&fields, false)
        })
        .collect();
    table(unit, &rows)
}

/// `{ symbol, length, code }` for every imported native, in the order of the module's imports: only these become part of an executable.
fn natives<'c>(unit: &Unit<'c, '_>) -> PointerValue<'c> {
    let b = &unit.b;
    let mut rows = Vec::new();
    for native in &unit.module.natives {
        let name = native.symbol.as_bytes();
        let descriptor = format!("snow_native${}", native.symbol);
        let code = match unit.llvm.get_global(&descriptor) {
            Some(global) => global,
            None => unit.llvm.add_global(b.t.i8, None, &descriptor),
        };
        let fields: [BasicValueEnum<'c>; 3] = [
            unit.constant_data(b.context.const_string(name, false))
                .into(),
            b.word(name.len() as u64).into(),
            code.as_pointer_value().into(),
        ];
        rows.push(b.context.const_struct(&fields, false));
    }
    table(unit, &rows)
}

fn table<'c>(unit: &Unit<'c, '_>, rows: &[inkwell::values::StructValue<'c>]) -> PointerValue<'c> {
    match rows.first() {
        Some(first) => unit.constant_data(first.get_type().const_array(rows)),
        None => unit.b.t.ptr.const_null(),
    }
}
