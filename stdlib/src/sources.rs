//! The Snow sources of the standard library.

/// A module of the standard library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// Name of the module.
    pub module: &'static str,
    /// Path for messages.
    pub path: &'static str,
    /// Source text.
    pub text: &'static str,
}

/// Path and text of every module, as the compiler takes them.
pub fn texts() -> Vec<(&'static str, &'static str)> {
    let texts = SOURCES.iter().map(|source| (source.path, source.text));
    texts.collect()
}

macro_rules! sources {
    ($($module:literal $file:literal;)*) => {
        /// All modules.
        pub const SOURCES: &[Source] = &[$(Source {
            module: $module,
            path: concat!("std/", $file),
            text: include_str!(concat!("../snow/", $file)),
        }),*];
    };
}

sources! {
    "Bytes" "bytes.snow";
    "Calls" "calls.snow";
    "Env" "env.snow";
    "File" "file.snow";
    "Float" "float.snow";
    "Global" "global.snow";
    "Group" "group.snow";
    "IO" "io.snow";
    "Int" "int.snow";
    "Interfaces" "interfaces.snow";
    "Iter" "iter.snow";
    "Job" "job.snow";
    "Json" "json.snow";
    "List" "list.snow";
    "Log" "log.snow";
    "Map" "map.snow";
    "MapBy" "map_by.snow";
    "Math" "math.snow";
    "Node" "node.snow";
    "Option" "option.snow";
    "Ordering" "ordering.snow";
    "Path" "path.snow";
    "Prelude" "prelude.snow";
    "Process" "process.snow";
    "Queue" "queue.snow";
    "Random" "random.snow";
    "Range" "range.snow";
    "Result" "result.snow";
    "Row" "row.snow";
    "Service" "service.snow";
    "Set" "set.snow";
    "String" "string.snow";
    "Supervisor" "supervisor.snow";
    "System" "system.snow";
    "Timer" "timer.snow";
    "Tuple" "tuple.snow";
}
