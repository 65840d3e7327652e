//! Natives of the module `Node`.

use snow_bytecode::types::TypeId;
use snow_node::accept;
use snow_node::facts::Signature;
use snow_node::launch::{CookieSource, Launch, TlsArgs};
use snow_node::name::NodeName;
use snow_node::node::Node;
use snow_node::questions;
use snow_node::spawn::{self, Asked, Given, Refusal, Request, SPAWN_REQUEST_ID};
use snow_node::wire::frame::LinkKind;
use snow_vm::actor::entry::{Signal, drop_element};
use snow_vm::actor::{Pid, Reason, ops};
use snow_vm::carrier;
use snow_vm::native::{Call, Fault};
use snow_vm::remote::{Passed, Undelivered};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use crate::support::{Outcome, natives, string_list};

natives! {
    "snow_cluster_start" Blocking "(String, String, String, String, Int, String, Int, String, String, String, String) -> String" = start;
    "snow_cluster_start_from_environment" Blocking "() -> String" = start_from_environment;
    "snow_cluster_stop" Blocking "() -> ()" = |call| { call.ctx.runtime()?.leave_cluster(); call.return_unit() };
    "snow_cluster_self" Large "() -> String" = |call| { let node = Node::of(&*call.ctx.runtime()?); call.return_str(node.as_ref().map_or("", |node| node.name.as_str())) };
    "snow_cluster_list" Large "() -> List<String>" = list;
    "snow_cluster_connect" Blocking "(String) -> String" = connect;
    "snow_cluster_disconnect" Large "(String) -> Bool" = disconnect;
    "snow_cluster_ping" Blocking "(String) -> Bool" = ping;
    "snow_cluster_watch" Large "(String, Int) -> ()" = watch;
    "snow_cluster_request" Handing "<M, R, A>(String, String, own A, Int, Int, Option<M>, Option<R>) -> Ref" = |call| request_for(call, None);
    "snow_cluster_request_call" Handing "<M, R, A>(String, String, own A, Int, Int, Option<M>, Option<R>, Ref) -> Ref" = |call| { let answer = call.word(7); request_for(call, Some(answer)) };
    "snow_cluster_abandon" Large "(Ref) -> ()" = abandon;
    "snow_cluster_tick" Large "() -> Int" = |call| { let tick = node(call)?.map_or(0, |node| node.tick()); call.return_int(tick as i64) };
    "snow_cluster_full_name" Small "(String) -> String" = |call| { let name = full_name(call.str(0)).unwrap_or_else(|| call.str(0).to_owned()); call.return_str(&name) };
    "snow_cluster_room" Large "(String) -> Ref" = room;
    "snow_cluster_signature" Large "(Bool) -> String" = mismatch;
    "snow_cluster_pid" Small "<M>(Int) -> Pid<M>" = |call| { let word = call.word(0); call.return_word(word) };
    "snow_cluster_pid_node" Large "<M>(Pid<M>) -> String" = pid_node;
    "snow_cluster_send" Handing "<M>(String, String, own M) -> ()" = send_named;
    "snow_cluster_peers" Large "(String) -> List<String>" = peers;
    "snow_cluster_is_own" Large "(String) -> Bool" = is_own;
    "snow_cluster_ask" Large "(String, Int, String) -> Ref" = ask_node;
    "snow_cluster_name_there" Large "<M>(String, Pid<M>) -> Ref" = name_there;
    "snow_cluster_there" Large "<M>(String, Int) -> Option<Pid<M>>" = there;
    "snow_cluster_traffic_names" Large "() -> List<String>" = traffic_names;
    "snow_cluster_traffic" Large "(String) -> List<Int>" = traffic;
}

/// Bits of the last argument of the start.
const HIDDEN: i64 = 1;
const NO_MESH: i64 = 2;

pub(crate) fn node(call: &Call<'_>) -> Result<Option<Arc<Node>>, Fault> {
    Ok(Node::of(&*call.ctx.runtime()?))
}

/// The node, which must have been started.
pub(crate) fn started(call: &Call<'_>, what: &str) -> Result<Arc<Node>, Fault> {
    node(call)?.ok_or_else(|| Fault::Crash(format!("{what}: Node.start was not called")))
}

/// Gives why the node did not start, or an empty text.
fn start(call: &mut Call<'_>) -> Outcome {
    let reason = begin(call).err().unwrap_or_default();
    call.return_str(&reason)
}

fn begin(call: &mut Call<'_>) -> Result<(), String> {
    let flags = call.int(6);
    let text = |index: usize| Some(call.str(index).to_owned()).filter(|text| !text.is_empty());
    let launch = Launch {
        name: call.str(0).to_owned(),
        cookie: match (text(1), text(2)) {
            (Some(text), _) => CookieSource::Text(text),
            (None, Some(file)) => CookieSource::File(file.into()),
            (None, None) => CookieSource::User,
        },
        listen: text(3),
        tick: Some(u64::try_from(call.int(4)).unwrap_or(0)),
        spawn: text(5),
        hidden: flags & HIDDEN != 0,
        no_mesh: flags & NO_MESH != 0,
        connect: Vec::new(),
        discover: text(7),
        tls: TlsArgs {
            ca: text(8).map(PathBuf::from),
            cert: text(9).map(PathBuf::from),
            key: text(10).map(PathBuf::from),
        },
    };
    start_in(call, &launch)
}

fn start_in(call: &Call<'_>, launch: &Launch) -> Result<(), String> {
    let runtime = call.ctx.runtime();
    let runtime = runtime.map_err(|_| "no program runs".to_owned())?;
    let started = launch.start(runtime);
    started.map(|_| ()).map_err(|error| error.to_string())
}

/// Gives `?` when the environment names no node, else as the start.
fn start_from_environment(call: &mut Call<'_>) -> Outcome {
    match Launch::from_environment() {
        None => call.return_str("?"),
        Some(launch) => {
            let reason = start_in(call, &launch).err().unwrap_or_default();
            call.return_str(&reason)
        }
    }
}

fn list(call: &mut Call<'_>) -> Outcome {
    let mut names: Vec<String> = match node(call)? {
        Some(node) => node
            .members()
            .into_iter()
            .map(|name| name.as_str().to_owned())
            .collect(),
        None => Vec::new(),
    };
    names.sort_unstable();
    let list = string_list(call, call.ret_type(), names);
    call.return_word(list)
}

/// Gives why there is no connection, or an empty text.
fn connect(call: &mut Call<'_>) -> Outcome {
    let node = started(call, "Node.connect")?;
    let done = NodeName::parse(call.str(0))
        .map_err(|error| error.to_string())
        .and_then(|name| accept::connect_for_good(&node, &name).map_err(|error| error.to_string()));
    call.return_str(&done.err().unwrap_or_default())
}

fn disconnect(call: &mut Call<'_>) -> Outcome {
    let node = started(call, "Node.disconnect")?;
    if let Ok(name) = NodeName::parse(call.str(0)) {
        node.keeper().leave(&name);
    }
    let session = full_name(call.str(0)).and_then(|name| node.session_with(&name));
    if let Some(session) = &session {
        session.finish();
        ops::note_passed(call.ctx, Passed::On)?;
    }
    call.return_bool(session.is_some())
}

/// A name with its port.
fn full_name(text: &str) -> Option<String> {
    let name = NodeName::parse(text).ok()?;
    Some(name.as_str().to_owned())
}

fn ping(call: &mut Call<'_>) -> Outcome {
    let node = started(call, "Node.ping")?;
    let Ok(name) = NodeName::parse(call.str(0)) else {
        return call.return_bool(false);
    };
    let answers = name == *node.name
        || (accept::connect(&node, &name).is_ok()
            && node
                .session_with(name.as_str())
                .is_some_and(|session| session.answers(Duration::from_secs(5))));
    call.return_bool(answers)
}

/// Begins or ends to tell the actor at hand of a node, or of all.
fn watch(call: &mut Call<'_>) -> Outcome {
    let node = started(call, "Node.monitor")?;
    let me = call.ctx.me()?;
    let name: Option<Arc<str>> = match call.str(0) {
        "" => None,
        text => Some(
            full_name(text)
                .ok_or("Node.monitor: this is no name of a node")?
                .into(),
        ),
    };
    match call.int(1) {
        0 => node.unwatch(me, name.as_deref()),
        _ => node.watch_for(call.ctx, name)?,
    }
    call.return_unit()
}

/// Asks for a function to be started; gives the reference under which the answer comes.
fn request_for(call: &mut Call<'_>, answer: Option<u64>) -> Outcome {
    let types = call.native_types().type_args.clone();
    let (all, word) = (types[2], call.word(2));
    let result = ask(call, (types[0], types[1], all), word, answer);
    if result == Err(Fault::Pending) {
        return Err(Fault::Pending);
    }
    // SAFETY: the native owns the arguments.
    unsafe { drop_element(&mut call.ctx.heap, all, word) };
    let reference = result?;
    call.return_word(reference)
}

fn ask(
    call: &mut Call<'_>,
    (message, ret, all): (TypeId, TypeId, TypeId),
    word: u64,
    answer: Option<u64>,
) -> Result<u64, Fault> {
    let node = started(call, "Node.spawn")?;
    let target = full_name(call.str(0)).unwrap_or_default();
    let types = Arc::clone(node.facts.types());
    let count = usize::try_from(call.int(3)).unwrap_or(0);
    let is_open = node.facts.is_open(message);
    let request = Request {
        requester: call.ctx.me()?,
        node: &target,
        name: call.str(1),
        link: LinkKind::of(call.word(4)).unwrap_or(LinkKind::None),
        call: answer,
        given: Given::Values {
            signature: Signature {
                params: spawn::parameters(&types, all, count),
                ret,
                mailbox: (!is_open).then_some(message),
            },
            args: (all, word),
        },
    };
    let ctx = &raw mut *call.ctx;
    // Writing a value needs more stack than what small natives have.
    // SAFETY: the context is that of the running actor, which is on its carrier, if on any; no Snow code runs meanwhile. The arguments are live, and the native's own until all is written.
    let asked = unsafe {
        carrier::on_system_stack(ctx, || match target == node.name.as_str() {
            true => node.spawn_here(&request),
            false => node.request_spawn(&request, &mut (*ctx).departing),
        })
    };
    let (reference, answer) = match asked {
        Ok(Asked::More) => return Err(Fault::Pending),
        Ok(Asked::Request(number, passed)) => {
            ops::note_passed(call.ctx, passed)?;
            (spawn::reference(number), None)
        }
        Ok(Asked::Started(pid)) => (next_reference(), Some(pid.word())),
        Err(Refusal::Status(status)) => (next_reference(), Some(status as u64)),
        Err(Refusal::Unsendable(why)) => return Err(Fault::Crash(why)),
    };
    ops::call_prepare_under(call.ctx, reference)?;
    if let (Some(word), Some(int)) = (answer, node.facts.int) {
        ops::call_settle(call.ctx, reference, int, word)?;
    }
    Ok(reference)
}

fn next_reference() -> u64 {
    spawn::reference(SPAWN_REQUEST_ID.fetch_add(1, Relaxed))
}

fn abandon(call: &mut Call<'_>) -> Outcome {
    if let Some(node) = node(call)? {
        node.abandon_spawn(spawn::request(call.word(0)));
    }
    call.return_unit()
}

/// The name of a pid's node; empty when there is none.
fn pid_node(call: &mut Call<'_>) -> Outcome {
    let pid = Pid::from_word(call.word(0));
    let life = node(call)?.and_then(|node| node.peers.life(pid.node()));
    call.return_str(life.as_ref().map_or("", |life| life.name.as_str()))
}

/// Sends to whoever has a name on a node.
fn send_named(call: &mut Call<'_>) -> Outcome {
    let ty = call.native_types().type_args[0];
    let word = call.word(2);
    let sent = send_away(call, ty, word);
    if sent == Err(Fault::Pending) {
        return Err(Fault::Pending);
    }
    // SAFETY: the native owns the message.
    unsafe { drop_element(&mut call.ctx.heap, ty, word) };
    sent?;
    call.return_unit()
}

fn send_away(call: &mut Call<'_>, ty: TypeId, word: u64) -> Result<(), Fault> {
    let node = started(call, "Process.send_named")?;
    let target = full_name(call.str(1)).unwrap_or_default();
    let (me, name, ctx) = (call.ctx.me()?, call.str(0), &raw mut *call.ctx);
    // Writing a value needs more stack than what small natives have.
    // SAFETY: the context is that of the running actor, which is on its carrier, if on any; no Snow code runs meanwhile. The message is live, and the native's own until it was sent.
    let sent = unsafe {
        carrier::on_system_stack(ctx, || {
            let departing = &mut (*ctx).departing;
            node.send_named(me, (&target, name), (ty, word), departing)
        })
    };
    match sent {
        Ok(passed) => ops::note_passed(call.ctx, passed),
        Err(Undelivered::Unsendable(why)) => Err(Fault::Crash(why)),
        Err(_) => Ok(()),
    }
}

/// The members that another node has told of.
fn peers(call: &mut Call<'_>) -> Outcome {
    let name = full_name(call.str(0));
    let session = node(call)?
        .zip(name)
        .and_then(|(node, name)| node.session_with(&name));
    let names = session.map_or_else(Vec::new, |session| session.outbox().told_peers.clone());
    let list = string_list(call, call.ret_type(), names);
    call.return_word(list)
}

/// The names of connected members.
fn traffic_names(call: &mut Call<'_>) -> Outcome {
    let traffic = node(call)?.map_or_else(Vec::new, |node| node.traffic());
    let names = traffic.into_iter().map(|(name, _)| name);
    let list = string_list(call, call.ret_type(), names);
    call.return_word(list)
}

/// Numbers of the connection with a member; an empty list when there is none.
fn traffic(call: &mut Call<'_>) -> Outcome {
    let traffic = node(call)?.map_or_else(Vec::new, |node| node.traffic());
    let found = traffic.into_iter().find(|(name, _)| name == call.str(0));
    let numbers = found.map_or_else(Vec::new, |(_, numbers)| numbers.to_vec());
    let list = crate::support::new_list(call, call.ret_type(), &numbers);
    call.return_word(list)
}

/// Asks a node something; gives the reference under which the answer comes. Where the node is not connected the call is over at once.
fn ask_node(call: &mut Call<'_>) -> Outcome {
    let number = full_name(call.str(0))
        .zip(node(call)?)
        .and_then(|(name, node)| node.number_of(&name));
    let kind = u64::try_from(call.int(1))
        .ok()
        .and_then(questions::Kind::of);
    let to = number.map(|number| (number, 0));
    ask_about(call, to.zip(kind), 2)
}

/// Gives an actor of another node a name there; the reference under which is said whether that was done.
fn name_there(call: &mut Call<'_>) -> Outcome {
    let pid = Pid::from_word(call.word(1));
    let to = (pid.node(), pid.serial());
    ask_about(call, Some((to, questions::Kind::Register)), 0)
}

/// Asks a question about a name, which is this parameter.
fn ask_about(
    call: &mut Call<'_>,
    question: Option<((u32, u64), questions::Kind)>,
    name: usize,
) -> Outcome {
    let reference = ops::call_prepare(call.ctx)?;
    let asker = (call.ctx.me()?, reference);
    let asked = match question.zip(node(call)?) {
        Some(((to, kind), node)) => node.ask(to, asker, kind, call.str(name)),
        None => Err(Undelivered::NoConnection),
    };
    match asked {
        Ok(passed) => ops::note_passed(call.ctx, passed)?,
        Err(_) => {
            let down = Signal::Down(reference, asker.0, Reason::NoConnection);
            ops::signal_self(call.ctx, down)?;
        }
    }
    call.return_word(reference)
}

/// The actor of a serial on a node.
fn there(call: &mut Call<'_>) -> Outcome {
    let number = full_name(call.str(0))
        .zip(node(call)?)
        .and_then(|(name, node)| node.number_of(&name));
    let serial = u64::try_from(call.int(1)).unwrap_or(0);
    let pid = number.filter(|_| serial != 0);
    call.return_option(pid.map(|number| Pid::foreign(number, serial).word()))
}

/// Whether a name is that of this node.
fn is_own(call: &mut Call<'_>) -> Outcome {
    let name = full_name(call.str(0));
    let own = node(call)?.zip(name);
    call.return_bool(own.is_some_and(|(node, name)| node.name.as_str() == name))
}

/// Gives the reference of a call that is answered when a node can be asked for one more function.
fn room(call: &mut Call<'_>) -> Outcome {
    let reference = ops::call_prepare(call.ctx)?;
    let asker = (call.ctx.me()?, reference);
    let awaited = match full_name(call.str(0)).zip(node(call)?) {
        Some((name, node)) => node.await_room(&name, asker),
        None => Err(Undelivered::NoConnection),
    };
    if awaited.is_err() {
        let down = Signal::Down(reference, asker.0, Reason::NoConnection);
        ops::signal_self(call.ctx, down)?;
    }
    call.return_word(reference)
}

/// What the actor at hand expected of the function that it could not start, or what that has.
fn mismatch(call: &mut Call<'_>) -> Outcome {
    let me = call.ctx.me()?;
    let found = node(call)?.map(|node| node.mismatch(me));
    let (ours, theirs) = found.unwrap_or_default();
    call.return_str(if call.bool(0) { &theirs } else { &ours })
}
