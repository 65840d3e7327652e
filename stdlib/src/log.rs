//! Natives of the module `Log`.

use std::fs::OpenOptions;

use snow_vm::actor::log::{Level, Value};
use snow_vm::actor::ops;
use snow_vm::native::Call;
use snow_vm::types::Form;
use snow_vm::value::text;

use crate::support::{Outcome, io_reason, list_words, natives};

natives! {
    "snow_log_level" Small "() -> Int" = |call| { let level = call.ctx.runtime()?.log_level(); call.return_int(level as i64) };
    "snow_log_set_level" Small "(Int) -> ()" = set_level;
    "snow_log_is_plain" Small "<T>(T) -> Bool" = is_plain;
    "snow_log_write" Small "(Int, String, List<String>, List<String>) -> ()" = write;
    "snow_log_to_file" Blocking "(String) -> Result<(), String>" = to_file;
    "snow_log_to_stderr" Small "() -> ()" = to_stderr;
}

/// The first letter of values that JSON can have as they are; other values have another one.
const PLAIN: char = '=';

fn set_level(call: &mut Call<'_>) -> Outcome {
    let level = Level::of(call.int(0));
    call.ctx.runtime()?.set_log_level(level);
    call.return_unit()
}

/// Whether the text of a value can stand in JSON as it is.
fn is_plain(call: &mut Call<'_>) -> Outcome {
    let form = &call.runtime_types().info(call.param_type(0)).form;
    let plain = matches!(form, Form::Int | Form::Float | Form::Bool);
    call.return_bool(plain)
}

fn write(call: &mut Call<'_>) -> Outcome {
    // What was printed before should be seen before. That it cannot be seen is told when something is printed.
    let _ = call.ctx.world.output.lock().flush();
    let (names, values) = (list_words(call, 2), list_words(call, 3));
    let fields: Vec<(&str, Value<'_>)> = names
        .into_iter()
        .zip(values)
        // SAFETY: the elements are strings, which the lists keep alive.
        .map(|(name, value)| unsafe { (text::str(name), marked(text::str(value))) })
        .collect();
    ops::log(call.ctx, Level::of(call.int(0)), call.str(1), &fields)?;
    call.return_unit()
}

fn marked(text: &str) -> Value<'_> {
    let mut letters = text.chars();
    match letters.next() {
        Some(PLAIN) => Value::Plain(letters.as_str()),
        _ => Value::Text(letters.as_str()),
    }
}

fn to_file(call: &mut Call<'_>) -> Outcome {
    let runtime = call.ctx.runtime()?;
    match OpenOptions::new()
        .create(true)
        .append(true)
        .open(call.str(0))
    {
        Ok(file) => {
            runtime.report_to(Some(file));
            call.return_yes(&[0])
        }
        Err(error) => {
            let reason = io_reason(call.str(0), &error);
            call.return_err(&reason)
        }
    }
}

fn to_stderr(call: &mut Call<'_>) -> Outcome {
    call.ctx.runtime()?.report_to(None);
    call.return_unit()
}
