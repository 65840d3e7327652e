//! The C interface of registry, nodes and actors: ten functions with fixed types and no context argument, which other code may link to.
//!
//! Each finds the context of the code that calls it and passes it to the function of the same name with `_ctx` behind, which compiled code may call by itself. Those that need a node are in the crate
//! of nodes, so that a program without one does not contain them. Results below 256 are statuses; pids and references are larger.

use super::{FunctionEntry, process_registry};
use crate::abi::{AbiType, RuntimeFunction, Signature};
use crate::actor::{Pid, ops};
use crate::carrier;
use crate::ctx::Ctx;
use crate::runtime_functions;

/// Status: it failed.
pub const FAILURE: i64 = 0;
/// Status of what gives nothing else: it worked. Where a function is started, 1 to 4 are the reasons of the other side.
pub const DONE: i64 = 1;
/// Status: there is no connection to the node.
pub const NOT_CONNECTED: i64 = 5;
/// Status: the time was up.
pub const TIMEOUT: i64 = 6;

/// A line of the table.
#[derive(Clone, Debug)]
pub struct Shell {
    /// Its symbol.
    pub name: &'static str,
    /// The symbol of its form that takes the context.
    pub with_context: &'static str,
    /// Its declared type.
    pub signature: Signature,
}

impl Shell {
    /// The type of the form that takes the context.
    pub fn signature_with_context(&self) -> Signature {
        let mut signature = self.signature.clone();
        signature.params.insert(0, AbiType::Ptr);
        signature
    }
}

macro_rules! shells {
    ($( $name:ident($($arg:tt $of:ident),*) -> $ret:ident; )*) => {
        /// All ten.
        pub fn shells() -> Vec<Shell> {
            vec![$(Shell {
                name: stringify!($name),
                with_context: concat!(stringify!($name), "_ctx"),
                signature: Signature {
                    params: vec![$(AbiType::$of),*],
                    ret: AbiType::$ret,
                },
            }),*]
        }
    };
}

shells! {
    snow_node_start(name Ptr, len I64, cookie Ptr, cookie_len I64, port I64) -> I64;
    snow_node_connect(name Ptr, len I64) -> I64;
    snow_node_self() -> Ptr;
    snow_node_list() -> Ptr;
    snow_node_monitor(node Ptr, len I64) -> I64;
    snow_node_spawn(node Ptr, len I64, function Ptr, function_len I64, args Ptr, size I64, link I8) -> I64;
    snow_register_function(name Ptr, len I64, function Ptr) -> Void;
    snow_process_monitor(pid I64) -> I64;
    snow_process_demonitor(monitor I64) -> I64;
    snow_actor_send_named(name Ptr, len I64, node Ptr, node_len I64, message Ptr, size I64) -> Void;
}

/// Those that need no node, with the types that they have.
pub fn exported() -> Vec<RuntimeFunction> {
    runtime_functions! {
        snow_register_function(_, _, _);
        snow_register_function_ctx(_, _, _, _);
        snow_process_monitor(_);
        snow_process_monitor_ctx(_, _);
        snow_process_demonitor(_);
        snow_process_demonitor_ctx(_, _);
    }
}

/// Registers a function under a name, in the registry of the process.
///
/// # Safety
/// `name` points to `len` bytes, `function` to a [`FunctionEntry`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn snow_register_function(
    name: *const u8,
    len: i64,
    function: *const FunctionEntry,
) {
    // SAFETY: by contract; no context is needed.
    unsafe { snow_register_function_ctx(std::ptr::null_mut(), name, len, function) }
}

/// As [`snow_register_function`].
///
/// # Safety
/// As there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn snow_register_function_ctx(
    _ctx: *mut Ctx,
    name: *const u8,
    len: i64,
    function: *const FunctionEntry,
) {
    // SAFETY: by contract.
    let (name, entry) = unsafe { (std::slice::from_raw_parts(name, len as usize), *function) };
    // Names of functions are text: nobody could ask for another one.
    if let Ok(name) = std::str::from_utf8(name) {
        process_registry().register(name, entry);
    }
}

/// From now on the running actor is told when another one ends; gives the reference of the monitor.
///
/// # Safety
/// None.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn snow_process_monitor(pid: i64) -> i64 {
    // SAFETY: the context is that of the code that calls.
    unsafe { snow_process_monitor_ctx(carrier::current(), pid) }
}

/// As [`snow_process_monitor`].
///
/// # Safety
/// The context is null or that of the running code.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn snow_process_monitor_ctx(ctx: *mut Ctx, pid: i64) -> i64 {
    // SAFETY: by contract; it is used here only.
    let Some(ctx) = (unsafe { ctx.as_mut() }) else {
        return FAILURE;
    };
    let reference = ops::monitor(ctx, Pid::from_word(pid as u64));
    reference.map_or(FAILURE, |reference| reference as i64)
}

/// Ends a monitor of the running actor; a failure where there is none.
///
/// # Safety
/// None.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn snow_process_demonitor(monitor: i64) -> i64 {
    // SAFETY: the context is that of the code that calls.
    unsafe { snow_process_demonitor_ctx(carrier::current(), monitor) }
}

/// As [`snow_process_demonitor`].
///
/// # Safety
/// The context is null or that of the running code.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn snow_process_demonitor_ctx(ctx: *mut Ctx, monitor: i64) -> i64 {
    // SAFETY: by contract; it is used here only.
    let Some(ctx) = (unsafe { ctx.as_mut() }) else {
        return FAILURE;
    };
    let reference = monitor as u64;
    let is_there = ctx
        .process()
        .is_ok_and(|process| process.monitors.contains_key(&reference));
    match ops::demonitor(ctx, reference) {
        Ok(()) if is_there => DONE,
        _ => FAILURE,
    }
}
