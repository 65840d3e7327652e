//! The C interface of registry and nodes: ten functions with fixed types and no context argument, which other code may link to.
//!
//! Only registration has its meaning yet. There are no nodes and no processes, so the others answer what they will answer where no node is started: a
//! status for failure or for "not connected", null for no value.

use super::{FunctionEntry, process_registry};
use crate::abi::AbiType;
use crate::abi::signature::{Callable, Signature};
use crate::native::Kind;

/// Status: it failed.
pub const FAILURE: i64 = 0;
/// Status: there is no connection to the node.
pub const NOT_CONNECTED: i64 = 5;

/// A line of the table.
#[derive(Clone, Debug)]
pub struct Shell {
    /// Its symbol.
    pub name: &'static str,
    /// Its declared type.
    pub signature: Signature,
    /// Where it may run.
    pub kind: Kind,
    /// Its address in this process.
    pub address: usize,
    /// The type that the function has.
    #[cfg(test)]
    pub(super) actual: Signature,
}

macro_rules! shells {
    ($( $name:ident($($arg:tt $of:ident),*) -> $ret:ident, $kind:ident; )*) => {
        /// All ten.
        pub fn shells() -> Vec<Shell> {
            vec![$({
                let function: unsafe extern "C" fn($(shells!(@any $of)),*) -> _ = $name;
                Shell {
                    name: stringify!($name),
                    signature: Signature {
                        params: vec![$(AbiType::$of),*],
                        ret: AbiType::$ret,
                    },
                    kind: Kind::$kind,
                    address: function.address(),
                    #[cfg(test)]
                    actual: function.signature(),
                }
            }),*]
        }
    };
    (@any $of:ident) => { _ };
}

shells! {
    snow_node_start(name Ptr, len I64, cookie Ptr, cookie_len I64, port I64) -> I64, Blocking;
    snow_node_connect(name Ptr, len I64) -> I64, Waiting;
    snow_node_self() -> Ptr, Small;
    snow_node_list() -> Ptr, Small;
    snow_node_monitor(node Ptr, len I64) -> I64, Small;
    snow_node_spawn(node Ptr, len I64, function Ptr, function_len I64, args Ptr, size I64, link I8) -> I64, Waiting;
    snow_register_function(name Ptr, len I64, function Ptr) -> Void, Small;
    snow_process_monitor(pid I64) -> I64, Small;
    snow_process_demonitor(monitor I64) -> I64, Small;
    snow_actor_send_named(name Ptr, len I64, node Ptr, node_len I64, message Ptr, size I64) -> Void, Small;
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
    // SAFETY: by contract.
    let (name, entry) = unsafe { (std::slice::from_raw_parts(name, len as usize), *function) };
    // Names of functions are text: nobody could ask for another one.
    if let Ok(name) = std::str::from_utf8(name) {
        process_registry().register(name, entry);
    }
}

/// Starts this process's node. It fails: there are no nodes yet.
///
/// # Safety
/// The names point to as many bytes as stated.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn snow_node_start(
    _name: *const u8,
    _len: i64,
    _cookie: *const u8,
    _cookie_len: i64,
    _port: i64,
) -> i64 {
    FAILURE
}

/// Connects to a node. There is no connection: no node is started.
///
/// # Safety
/// As [`snow_node_start`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn snow_node_connect(_name: *const u8, _len: i64) -> i64 {
    NOT_CONNECTED
}

/// The name of this node; null: none is started.
///
/// # Safety
/// None.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn snow_node_self() -> *mut u8 {
    std::ptr::null_mut()
}

/// The nodes this one is connected to; null: none is started.
///
/// # Safety
/// None.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn snow_node_list() -> *mut u8 {
    std::ptr::null_mut()
}

/// Watches a node. There is no connection: no node is started.
///
/// # Safety
/// As [`snow_node_start`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn snow_node_monitor(_node: *const u8, _len: i64) -> i64 {
    NOT_CONNECTED
}

/// Starts a process on a node. There is no connection: no node is started.
///
/// # Safety
/// As [`snow_node_start`]; `args` points to `size` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn snow_node_spawn(
    _node: *const u8,
    _len: i64,
    _function: *const u8,
    _function_len: i64,
    _args: *const u8,
    _size: i64,
    _link: i8,
) -> i64 {
    NOT_CONNECTED
}

/// Watches a process. It fails: there are none yet.
///
/// # Safety
/// None.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn snow_process_monitor(_pid: i64) -> i64 {
    FAILURE
}

/// Ends the watching of a process. It fails: there are none yet.
///
/// # Safety
/// None.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn snow_process_demonitor(_monitor: i64) -> i64 {
    FAILURE
}

/// Sends a message to a named process. Nobody gets it: there are none yet.
///
/// # Safety
/// As [`snow_node_start`]; `message` points to `size` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn snow_actor_send_named(
    _name: *const u8,
    _len: i64,
    _node: *const u8,
    _node_len: i64,
    _message: *const u8,
    _size: i64,
) {
}
