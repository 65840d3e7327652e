//! Natives of the module `Env`. What a program sets is its own: it is seen by `Env.get` and by commands that the program starts, and the
//! process's environment stays as it is.

use snow_bytecode::types::Type;
use snow_vm::native::Call;
use snow_vm::value::map;

use crate::support::{Outcome, natives, string_list};

natives! {
    "snow_env_get" Small "(String) -> Option<String>" = get;
    "snow_env_set" Small "(String, String) -> ()" = set;
    "snow_env_all" Small "() -> Map<String, String>" = all;
    "snow_env_args" Small "() -> List<String>" = args;
}

fn get(call: &mut Call<'_>) -> Outcome {
    let name = call.str(0);
    let value = call
        .ctx
        .world
        .env
        .lock()
        .get(name)
        .cloned()
        .or_else(|| std::env::var(name).ok());
    let word = value.map(|value| call.new_str(&value));
    call.return_option(word)
}

fn set(call: &mut Call<'_>) -> Outcome {
    let (name, value) = (call.str(0), call.str(1));
    if name.is_empty() || name.contains(['=', '\0']) || value.contains('\0') {
        return Err(format!("Env.set: {name:?} cannot be set to {value:?}").into());
    }
    call.ctx
        .world
        .env
        .lock()
        .insert(name.to_owned(), value.to_owned());
    call.return_unit()
}

fn all(call: &mut Call<'_>) -> Outcome {
    let ty = call.ret_type();
    debug_assert!(matches!(
        call.runtime_types().table().get(ty),
        Type::Map(..)
    ));
    let process = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let own = call.ctx.world.env.lock().clone();
    let mut word = map::empty(&call.ctx.heap, ty);
    for (name, value) in process.chain(own) {
        let (name, value) = (call.new_str(&name), call.new_str(&value));
        // SAFETY: keys and values of the result are strings by the signature.
        word = unsafe { map::put(&mut call.ctx.heap, word, name, value) };
    }
    call.return_word(word)
}

fn args(call: &mut Call<'_>) -> Outcome {
    let args = call.ctx.world.args.clone();
    let list = string_list(call, call.ret_type(), args);
    call.return_word(list)
}
