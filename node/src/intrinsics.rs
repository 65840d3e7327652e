//! The C interface of nodes: those of the ten functions of [`snow_vm::registry::intrinsics`] that need one.
//!
//! Arguments and messages come as they travel: the fingerprint of the function or of the message's type in 16 bytes, then the values as a MessagePack array. In it 0 is the index of this node and 1
//! that of the other one. What waits parks the code that calls, so its actor goes on in whichever thread has time.

use crate::accept;
use crate::arguments::Arguments;
use crate::facts::Print;
use crate::home::Sides;
use crate::launch::{CookieSource, Launch};
use crate::name::NodeName;
use crate::node::Node;
use crate::peers::HERE;
use crate::spawn::{self, Asked, Given, Refusal, Request, Status};
use crate::value::decode::Words;
use crate::wire::frame::LinkKind;
use crate::wire::pack::Reader;
use snow_bytecode::types::TypeId;
use snow_vm::abi::RuntimeFunction;
use snow_vm::actor::entry::drop_element;
use snow_vm::actor::ops::{self, CallEnd};
use snow_vm::carrier;
use snow_vm::ctx::{Ctx, Fate};
use snow_vm::native::{Fault, away};
use snow_vm::registry::intrinsics::{DONE, FAILURE, NOT_CONNECTED, TIMEOUT};
use snow_vm::remote::{Departing, Passed};
use snow_vm::runtime_functions;
use snow_vm::value::{list, text};
use std::sync::Arc;

/// Milliseconds that the answer to a request may take.
const ANSWER_TIME: i64 = 5000;

/// The functions, with the types that they have.
pub fn exported() -> Vec<RuntimeFunction> {
    runtime_functions! {
        snow_node_start(_, _, _, _, _);
        snow_node_start_ctx(_, _, _, _, _, _);
        snow_node_connect(_, _);
        snow_node_connect_ctx(_, _, _);
        snow_node_self();
        snow_node_self_ctx(_);
        snow_node_list();
        snow_node_list_ctx(_);
        snow_node_monitor(_, _);
        snow_node_monitor_ctx(_, _, _);
        snow_node_spawn(_, _, _, _, _, _, _);
        snow_node_spawn_ctx(_, _, _, _, _, _, _, _);
        snow_actor_send_named(_, _, _, _, _, _);
        snow_actor_send_named_ctx(_, _, _, _, _, _, _);
    }
}

/// Functions that find their context, and the forms that take it.
macro_rules! interface {
    ($($(#[$doc:meta])* fn $name:ident / $with_context:ident($($arg:ident: $ty:ty),*) $(-> $ret:ty)? = $body:path;)*) => {$(
        $(#[$doc])*
        ///
        /// # Safety
        /// Addresses come with as many bytes as stated.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name($($arg: $ty),*) $(-> $ret)? {
            // SAFETY: by contract; the context is that of the code that calls.
            unsafe { $with_context(carrier::current(), $($arg),*) }
        }

        #[doc = concat!("As [`", stringify!($name), "`].")]
        ///
        /// # Safety
        /// As there. The context is null, or that of the code that calls, which is on its carrier.
        #[allow(clippy::too_many_arguments, reason = "the type of the function is given")]
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $with_context(ctx: *mut Ctx, $($arg: $ty),*) $(-> $ret)? {
            // SAFETY: by contract.
            unsafe { $body(ctx, $($arg),*) }
        }
    )*};
}

interface! {
    /// Makes the program a node. Without a cookie it has the user's; port 0 is that of the name.
    fn snow_node_start / snow_node_start_ctx(name: *const u8, len: i64, cookie: *const u8, cookie_len: i64, port: i64) -> i64 = start;

    /// Connects with a node, also again when the connection is lost.
    fn snow_node_connect / snow_node_connect_ctx(name: *const u8, len: i64) -> i64 = connect;

    /// The name of this node, a String that the caller owns; null when the program is none.
    fn snow_node_self / snow_node_self_ctx() -> *mut u8 = own_name;

    /// The names of the members that are connected, a List<String> that the caller owns; null when the program is no node, or has no such type.
    fn snow_node_list / snow_node_list_ctx() -> *mut u8 = members;

    /// From now on the running actor is told when a node comes and goes, and at once when it is not connected.
    fn snow_node_monitor / snow_node_monitor_ctx(node: *const u8, len: i64) -> i64 = monitor;

    /// Starts a function on a node, linked with the running actor or not, and waits until it runs. Gives its pid, or a status.
    fn snow_node_spawn / snow_node_spawn_ctx(node: *const u8, len: i64, function: *const u8, function_len: i64, args: *const u8, size: i64, link: i8) -> i64 = spawn;

    /// Sends a message to whoever has a name on a node. Nothing happens where nobody has it or takes such messages.
    fn snow_actor_send_named / snow_actor_send_named_ctx(name: *const u8, len: i64, node: *const u8, node_len: i64, message: *const u8, size: i64) = send_named;
}

/// # Safety
/// So many bytes lie there for as long as they are used.
unsafe fn bytes<'a>(start: *const u8, len: i64) -> Option<&'a [u8]> {
    let len = usize::try_from(len).ok()?;
    match len {
        0 => Some(&[]),
        _ if start.is_null() => None,
        // SAFETY: by contract.
        _ => Some(unsafe { std::slice::from_raw_parts(start, len) }),
    }
}

/// # Safety
/// As [`bytes`].
unsafe fn text_of<'a>(start: *const u8, len: i64) -> Option<&'a str> {
    // SAFETY: by contract.
    std::str::from_utf8(unsafe { bytes(start, len)? }).ok()
}

/// # Safety
/// As [`bytes`].
unsafe fn name_of(start: *const u8, len: i64) -> Option<NodeName> {
    // SAFETY: by contract.
    NodeName::parse(unsafe { text_of(start, len)? }).ok()
}

/// The fingerprint, and what follows it.
///
/// # Safety
/// As [`bytes`].
unsafe fn printed<'a>(start: *const u8, len: i64) -> Option<(Print, &'a [u8])> {
    // SAFETY: by contract.
    let (print, rest) = unsafe { bytes(start, len)? }.split_first_chunk()?;
    Some((*print, rest))
}

/// The node of the program, if it is one.
///
/// # Safety
/// The context is null or valid.
unsafe fn node_of(ctx: *mut Ctx) -> Option<Arc<Node>> {
    // SAFETY: by contract.
    let runtime = unsafe { ctx.as_ref()? }.runtime().ok()?;
    Node::of(&runtime)
}

unsafe fn start(
    ctx: *mut Ctx,
    name: *const u8,
    len: i64,
    cookie: *const u8,
    cookie_len: i64,
    port: i64,
) -> i64 {
    // SAFETY: by contract of the function.
    let done = unsafe {
        launch(name, len, cookie, cookie_len, port)
            .zip(ctx.as_ref().and_then(|ctx| ctx.runtime().ok()))
            .map(|(launch, runtime)| away(ctx, || launch.start(runtime).is_ok()).0)
    };
    done.map_or(FAILURE, i64::from)
}

/// # Safety
/// As [`bytes`].
unsafe fn launch(
    name: *const u8,
    len: i64,
    cookie: *const u8,
    cookie_len: i64,
    port: i64,
) -> Option<Launch> {
    // SAFETY: by contract.
    let (name, cookie) = unsafe { (name_of(name, len)?, text_of(cookie, cookie_len)?) };
    let name = match u16::try_from(port).ok()? {
        0 => name,
        port => name.with_port(port),
    };
    let cookie = match cookie {
        "" => CookieSource::User,
        text => CookieSource::Text(text.to_owned()),
    };
    Some(Launch {
        name: name.as_str().to_owned(),
        cookie,
        ..Launch::default()
    })
}

unsafe fn connect(ctx: *mut Ctx, name: *const u8, len: i64) -> i64 {
    // SAFETY: by contract of the function.
    let is_done = unsafe {
        node_of(ctx)
            .zip(name_of(name, len))
            .is_some_and(|(node, name)| {
                away(ctx, || accept::connect_for_good(&node, &name).is_ok()).0
            })
    };
    if is_done { DONE } else { NOT_CONNECTED }
}

unsafe fn own_name(ctx: *mut Ctx) -> *mut u8 {
    // SAFETY: by contract of the function.
    let made = unsafe {
        node_of(ctx).map(|node| {
            let string = node.facts.types().string();
            text::new(&mut (*ctx).heap, string, node.name.as_str().as_bytes())
        })
    };
    made.map_or(std::ptr::null_mut(), |word| word as *mut u8)
}

unsafe fn members(ctx: *mut Ctx) -> *mut u8 {
    // SAFETY: by contract of the function.
    let made = unsafe {
        node_of(ctx).and_then(|node| {
            let ty = node.facts.texts?;
            Some(carrier::on_system_stack(ctx, || {
                list_of_names(&mut *ctx, &node, ty)
            }))
        })
    };
    made.map_or(std::ptr::null_mut(), |word| word as *mut u8)
}

fn list_of_names(ctx: &mut Ctx, node: &Node, ty: TypeId) -> u64 {
    let string = node.facts.types().string();
    let mut names = node.members();
    names.sort_unstable();
    let words: Vec<u64> = names
        .iter()
        .map(|name| text::new(&mut ctx.heap, string, name.as_str().as_bytes()))
        .collect();
    // SAFETY: the type is a list of texts.
    unsafe { list::new(&mut ctx.heap, ty, &words) }
}

unsafe fn monitor(ctx: *mut Ctx, name: *const u8, len: i64) -> i64 {
    // SAFETY: by contract of the function.
    unsafe {
        let Some(node) = node_of(ctx) else {
            return NOT_CONNECTED;
        };
        let Some(name) = name_of(name, len) else {
            return FAILURE;
        };
        let watched = || node.watch_for(&mut *ctx, Some(name.as_str().into()));
        match carrier::on_system_stack(ctx, watched) {
            Ok(()) => DONE,
            Err(_) => FAILURE,
        }
    }
}

#[allow(
    clippy::too_many_arguments,
    reason = "the type of the function is given"
)]
unsafe fn spawn(
    ctx: *mut Ctx,
    node: *const u8,
    len: i64,
    function: *const u8,
    function_len: i64,
    args: *const u8,
    size: i64,
    link: i8,
) -> i64 {
    // SAFETY: by contract of the function.
    unsafe {
        let Some(own) = node_of(ctx) else {
            return NOT_CONNECTED;
        };
        let names = name_of(node, len).zip(text_of(function, function_len));
        let (Some((target, name)), Some((fingerprint, args))) = (names, printed(args, size)) else {
            return FAILURE;
        };
        if !is_one_value(args) {
            return Status::BadSignature as i64;
        }
        let Ok(requester) = (*ctx).me() else {
            return FAILURE;
        };
        let request = Request {
            requester,
            node: target.as_str(),
            name,
            link: match link {
                0 => LinkKind::None,
                _ => LinkKind::Link,
            },
            call: None,
            given: Given::Bytes { fingerprint, args },
        };
        ask(ctx, &own, &request)
    }
}

/// What is sent elsewhere must at least be a value.
fn is_one_value(args: &[u8]) -> bool {
    let mut read = Reader::new(args);
    read.skip().is_ok() && read.is_empty()
}

/// Asks, and waits for what comes of it; where too many requests are unanswered already, until there are fewer.
///
/// # Safety
/// The context is that of the calling code, which is on its carrier.
unsafe fn ask(ctx: *mut Ctx, node: &Arc<Node>, request: &Request<'_>) -> i64 {
    // SAFETY: by contract; the arguments are bytes.
    unsafe {
        loop {
            let is_here = request.node == node.name.as_str();
            let asked = carrier::on_system_stack(ctx, || match is_here {
                true => node.spawn_here(request),
                // What is bytes already is not written in turns.
                false => node.request_spawn(request, &mut Departing::default()),
            });
            match asked {
                Ok(Asked::More) => {}
                Ok(Asked::Started(pid)) => return pid.word() as i64,
                Ok(Asked::Request(number, passed)) => {
                    let reference = spawn::reference(number);
                    let noted = ops::note_passed(&mut *ctx, passed)
                        .and_then(|()| ops::call_prepare_under(&mut *ctx, reference));
                    let abandon = || node.abandon_spawn(number);
                    return match noted {
                        Ok(()) => outcome(ctx, node, reference, abandon).unwrap_or_else(|why| why),
                        Err(_) => FAILURE,
                    };
                }
                Err(Refusal::Status(Status::Full)) => {
                    if let Err(why) = await_room(ctx, node, request) {
                        return why;
                    }
                }
                Err(Refusal::Status(status)) => return status as i64,
                Err(Refusal::Unsendable(_)) => return FAILURE,
            }
        }
    }
}

/// Waits until one more request can be made; the status if there will be no room, or the actor is to end.
///
/// # Safety
/// As [`ask`].
unsafe fn await_room(ctx: *mut Ctx, node: &Arc<Node>, request: &Request<'_>) -> Result<(), i64> {
    // SAFETY: by contract.
    unsafe {
        let Ok(reference) = ops::call_prepare(&mut *ctx) else {
            return Err(FAILURE);
        };
        let asker = (request.requester, reference);
        let awaited = carrier::on_system_stack(ctx, || node.await_room(request.node, asker));
        match awaited {
            // The answer 0 says that there is room.
            Ok(()) => match outcome(ctx, node, reference, || ())? {
                0 => Ok(()),
                other => Err(other),
            },
            Err(_) => {
                // There will be no answer.
                let _ = ops::call_end(&mut *ctx, reference);
                Err(NOT_CONNECTED)
            }
        }
    }
}

/// The number that answers a call, or the status that says that there was none. `abandon` says to whoever should answer that nobody waits any more.
///
/// # Safety
/// As [`ask`].
unsafe fn outcome(
    ctx: *mut Ctx,
    node: &Node,
    reference: u64,
    abandon: impl FnOnce(),
) -> Result<i64, i64> {
    // SAFETY: by contract; no reference to the context lasts while the code is parked.
    unsafe {
        let mut end = wait(ctx, reference, ANSWER_TIME);
        if end == Some(CallEnd::Timeout) {
            abandon();
            // It may have come just before it was given up.
            end = wait(ctx, reference, 0);
        }
        let answer = match (end, node.facts.int) {
            (Some(CallEnd::Answered), Some(int)) => ops::call_answer(&mut *ctx, reference, int),
            _ => Err(Fault::Pending),
        };
        if let Ok(word) = answer {
            return Ok(word as i64);
        }
        // It is over, whatever it was.
        let _ = ops::call_end(&mut *ctx, reference);
        Err(match end {
            Some(CallEnd::Gone) => NOT_CONNECTED,
            Some(CallEnd::Timeout) => TIMEOUT,
            _ => FAILURE,
        })
    }
}

/// Waits for the end of a call; none when the actor is to end.
///
/// # Safety
/// As [`ask`].
unsafe fn wait(ctx: *mut Ctx, reference: u64, time: i64) -> Option<CallEnd> {
    // SAFETY: by contract.
    unsafe {
        loop {
            match ops::call_wait(&mut *ctx, reference, time) {
                Ok(end) => return Some(end),
                Err(Fault::Pending) if Ctx::wait(ctx) == Fate::GoOn => {}
                Err(_) => return None,
            }
        }
    }
}

unsafe fn send_named(
    ctx: *mut Ctx,
    name: *const u8,
    len: i64,
    node: *const u8,
    node_len: i64,
    message: *const u8,
    size: i64,
) {
    // SAFETY: by contract of the function.
    unsafe {
        let Some(own) = node_of(ctx) else { return };
        let names = text_of(name, len).zip(name_of(node, node_len));
        let (Some((name, target)), Some(message)) = (names, printed(message, size)) else {
            return;
        };
        let sent = carrier::on_system_stack(ctx, || match target == *own.name {
            true => send_here(&mut *ctx, &own, name, message),
            false => send_there(&mut *ctx, &own, (&target, name), message),
        });
        // Nobody gets what cannot be sent.
        let _ = sent;
    }
}

/// Sends to an actor of this node, if it takes messages of exactly this type.
fn send_here(
    ctx: &mut Ctx,
    node: &Node,
    name: &str,
    (print, message): (Print, &[u8]),
) -> Result<(), Fault> {
    let runtime = &node.runtime;
    let Some(pid) = runtime.whereis(name) else {
        return Ok(());
    };
    let mailbox = runtime.slots.of(pid).ok().and_then(|slot| slot.mailbox());
    let Some(ty) = mailbox.filter(|ty| node.facts.describe(*ty).fingerprint == print) else {
        return Ok(());
    };
    match value(ctx, node, HERE, ty, message) {
        Some(word) => ops::send_at_once(ctx, pid, ty, word),
        None => Ok(()),
    }
}

fn send_there(
    ctx: &mut Ctx,
    node: &Node,
    (target, name): (&NodeName, &str),
    (print, message): (Print, &[u8]),
) -> Result<(), Fault> {
    let session = node.session_with(target.as_str());
    let Some((session, ty)) = session.zip(node.facts.type_of(&print)) else {
        return Ok(());
    };
    let Some(word) = value(ctx, node, session.node, ty, message) else {
        return Ok(());
    };
    let me = ctx.me()?;
    let mut departing = Departing::default();
    let sent = loop {
        let names = (target.as_str(), name);
        // SAFETY: the value is owned.
        let sent = unsafe { node.send_named(me, names, (ty, word), &mut departing) };
        // The caller cannot be called again.
        if sent != Ok(Passed::More) {
            break sent;
        }
    };
    // SAFETY: nobody uses the value any more.
    unsafe { drop_element(&mut ctx.heap, ty, word) };
    match sent {
        Ok(passed) => ops::note_passed(ctx, passed),
        Err(_) => Ok(()),
    }
}

/// The one value of an array, in element form.
fn value(ctx: &mut Ctx, node: &Node, other: u32, ty: TypeId, bytes: &[u8]) -> Option<u64> {
    let read = Arguments::new(vec![(None, ty)]);
    let words = read.read_all(node, &mut ctx.heap, &mut Sides(other), bytes);
    let mut all: Words = [0; 3];
    let words = words.ok()?;
    all[..words.len()].copy_from_slice(&words);
    let elem = ctx.types().info(ty).elem;
    // SAFETY: the words are of the type.
    Some(unsafe { snow_vm::value::build::element(&mut ctx.heap, elem, &all) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use snow_vm::registry::intrinsics::{self, shells};

    #[test]
    fn every_declaration_is_that_of_its_function() {
        let exported: Vec<_> = exported()
            .into_iter()
            .chain(intrinsics::exported())
            .collect();
        let actual = |name: &str| {
            let found = exported.iter().find(|function| function.name == name);
            found.map(|function| function.signature.clone())
        };
        for shell in shells() {
            let (own, with) = (shell.signature.clone(), shell.signature_with_context());
            assert_eq!(actual(shell.name), Some(own), "{}", shell.name);
            assert_eq!(actual(shell.with_context), Some(with), "{}", shell.name);
        }
        assert_eq!(exported.len(), 2 * shells().len());
    }

    #[test]
    fn where_no_code_runs_there_is_no_node() {
        let name = "a@127.0.0.1:0";
        let (start, len) = (name.as_ptr(), name.len() as i64);
        let null = std::ptr::null();
        // SAFETY: the texts have these lengths.
        unsafe {
            assert_eq!(snow_node_start(start, len, start, len, 0), FAILURE);
            assert_eq!(snow_node_connect(start, len), NOT_CONNECTED);
            assert!(snow_node_self().is_null() && snow_node_list().is_null());
            assert_eq!(snow_node_monitor(start, len), NOT_CONNECTED);
            let started = snow_node_spawn(start, len, start, len, null, 0, 1);
            assert_eq!(started, NOT_CONNECTED);
            snow_actor_send_named(start, len, start, len, null, 0);
        }
    }

    #[test]
    fn arguments_must_be_one_whole_value() {
        assert!(is_one_value(&[0x92, 1, 2]));
        for bad in [&[][..], &[0x92, 1], &[0x90, 1], &[0xc1]] {
            assert!(!is_one_value(bad), "{bad:?}");
        }
    }
}
