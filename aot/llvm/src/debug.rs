//! Debug information: where in the sources code comes from, for debuggers and profilers. Crash reports do not need it.

use inkwell::debug_info::{
    AsDIScope, DICompileUnit, DIFile, DIFlags, DIFlagsConstants, DISubprogram, DWARFEmissionKind,
    DWARFSourceLanguage, DebugInfoBuilder,
};
use inkwell::module::{FlagBehavior, Module as LlvmModule};
use inkwell::values::FunctionValue;
use snow_bytecode::module::{Function, Module};

use crate::build::Build;
use crate::frame::Frame;

/// The debug information of an object in the making.
pub struct Debug<'c> {
    builder: DebugInfoBuilder<'c>,
    unit: DICompileUnit<'c>,
    files: Vec<DIFile<'c>>,
}

impl<'c> Debug<'c> {
    /// Begins the debug information of a module.
    pub fn new(b: &Build<'c>, llvm: &LlvmModule<'c>, module: &Module) -> Debug<'c> {
        llvm.add_basic_value_flag("Debug Info Version", FlagBehavior::Warning, b.i32(3));
        let main = module.files.first().map_or("?", String::as_str);
        let (builder, unit) = llvm.create_debug_info_builder(
            true,
            DWARFSourceLanguage::C,
            main,
            ".",
            "snow",
            true,
            "",
            0,
            "",
            DWARFEmissionKind::LineTablesOnly,
            0,
            false,
            false,
            "",
            "",
        );
        let files = module
            .files
            .iter()
            .map(|file| builder.create_file(file, "."))
            .collect();
        Debug {
            builder,
            unit,
            files,
        }
    }

    /// Describes a function.
    pub fn function(&self, value: FunctionValue<'c>, func: &Function) -> DISubprogram<'c> {
        let first = func.lines.first().map(|(_, place)| *place);
        let file = first.and_then(|place| self.files.get(place.file as usize).copied());
        let file = file.unwrap_or_else(|| self.unit.get_file());
        let line = first.map_or(0, |place| place.line);
        let ty = self
            .builder
            .create_subroutine_type(file, None, &[], DIFlags::PUBLIC);
        let scope = file.as_debug_info_scope();
        let symbol = value.get_name().to_str().ok();
        let described = self.builder.create_function(
            scope,
            &func.name,
            symbol,
            file,
            line,
            ty,
            true,
            true,
            line,
            DIFlags::PUBLIC,
            true,
        );
        value.set_subprogram(described);
        described
    }

    /// Completes what is left open.
    pub fn finish(&self) {
        self.builder.finalize();
    }

    /// What a line of a file belongs to, inside a function.
    fn scope(&self, function: DISubprogram<'c>, file: u32) -> inkwell::debug_info::DIScope<'c> {
        match self.files.get(file as usize) {
            Some(file) => self
                .builder
                .create_lexical_block(function.as_debug_info_scope(), *file, 0, 0)
                .as_debug_info_scope(),
            None => function.as_debug_info_scope(),
        }
    }
}

impl Frame<'_, '_, '_> {
    /// Says that the code built from now on belongs to the instruction being lowered.
    pub fn locate(&self) {
        let Some((debug, function)) = self.unit.debug.as_ref().zip(self.value.get_subprogram())
        else {
            return;
        };
        let b = self.b();
        let place = self.func.place_at(self.at);
        let (file, line, column) = place.map_or((u32::MAX, 0, 0), |place| {
            (place.file, place.line, place.column)
        });
        let scope = debug.scope(function, file);
        let location = debug
            .builder
            .create_debug_location(b.context, line, column, scope, None);
        b.raw().set_current_debug_location(location);
    }
}
