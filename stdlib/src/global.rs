//! Natives of the modules `Global` and `Group`: names and groups of the whole cluster.

use snow_bytecode::types::TypeId;
use snow_node::node::Node;
use snow_node::wire::frame::MAX_NAME;
use snow_vm::actor::{Pid, ops};
use snow_vm::native::{Call, Fault};
use std::sync::Arc;

use crate::node::{node, started};
use crate::support::{Outcome, natives, new_list, string_list};

natives! {
    "snow_global_register" Large "<M>(String, Pid<M>) -> Ref" = register;
    "snow_global_abandon" Large "(Ref) -> ()" = abandon;
    "snow_global_unregister" Large "(String) -> Bool" = unregister;
    "snow_global_whereis" Large "<M>(String) -> Option<Pid<M>>" = whereis;
    "snow_group_change" Large "<M>(String, Pid<M>, Bool) -> ()" = change;
    "snow_group_watch" Large "(String, Bool) -> ()" = watch;
    "snow_group_members" Large "<M>(String) -> List<Pid<M>>" = members;
    "snow_group_names" Large "() -> List<String>" = names;
}

fn name_of<'a>(call: &'a Call<'_>, what: &str) -> Result<&'a str, Fault> {
    match call.str(0) {
        name if name.len() <= MAX_NAME => Ok(name),
        _ => Err(Fault::Crash(format!(
            "{what}: a name has at most {MAX_NAME} bytes"
        ))),
    }
}

fn in_cluster(call: &Call<'_>, what: &str) -> Result<(Arc<Node>, String), Fault> {
    let name = name_of(call, what)?.to_owned();
    Ok((started(call, what)?, name))
}

/// Gives the reference under which the outcome comes.
fn register(call: &mut Call<'_>) -> Outcome {
    let (node, name) = in_cluster(call, "Global.register")?;
    let reference = ops::call_prepare(call.ctx)?;
    let me = call.ctx.me()?;
    node.register_name(&name, Pid::from_word(call.word(1)), (me, reference));
    call.return_word(reference)
}

fn abandon(call: &mut Call<'_>) -> Outcome {
    let me = call.ctx.me()?;
    if let Some(node) = node(call)? {
        node.abandon_name((me, call.word(0)));
    }
    call.return_unit()
}

fn unregister(call: &mut Call<'_>) -> Outcome {
    let (node, name) = in_cluster(call, "Global.unregister")?;
    let was = node.unregister_name(&name);
    call.return_bool(was)
}

/// Whether what takes messages of a type may be sent to an actor. Of actors of other nodes that is found out there.
fn takes(call: &mut Call<'_>, pid: Pid, mailbox: TypeId) -> Result<bool, Fault> {
    let is_open = node(call)?.is_some_and(|node| node.facts.is_open(mailbox));
    Ok(is_open || pid.node() != 0 || ops::takes(call.ctx, pid, mailbox)?)
}

fn whereis(call: &mut Call<'_>) -> Outcome {
    let mailbox = call.native_types().type_args[0];
    let found = node(call)?.and_then(|node| node.whereis_name(call.str(0)));
    let found = match found {
        Some(pid) if takes(call, pid, mailbox)? => Some(pid.word()),
        _ => None,
    };
    call.return_option(found)
}

fn change(call: &mut Call<'_>) -> Outcome {
    let (node, name) = in_cluster(call, "Group.join")?;
    node.change_group(&name, Pid::from_word(call.word(1)), call.bool(2));
    call.return_unit()
}

fn watch(call: &mut Call<'_>) -> Outcome {
    let (node, name) = in_cluster(call, "Group.monitor")?;
    node.watch_group(&name, call.ctx.me()?, call.bool(1));
    call.return_unit()
}

fn members(call: &mut Call<'_>) -> Outcome {
    let mailbox = call.native_types().type_args[0];
    let all = node(call)?.map_or_else(Vec::new, |node| node.group_members(call.str(0)));
    let mut words = Vec::new();
    for pid in all {
        if takes(call, pid, mailbox)? {
            words.push(pid.word());
        }
    }
    let list = new_list(call, call.ret_type(), &words);
    call.return_word(list)
}

fn names(call: &mut Call<'_>) -> Outcome {
    let names = node(call)?.map_or_else(Vec::new, |node| node.group_names());
    let list = string_list(call, call.ret_type(), names);
    call.return_word(list)
}
