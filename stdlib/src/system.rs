//! Natives of the module `System`.

use std::process::{Command, ExitStatus};
use std::sync::atomic::Ordering;

use snow_vm::actor::ops;
use snow_vm::native::{Call, Fault};
use snow_vm::sched::stop::Hope;
use snow_vm::value::text;

use crate::support::{Outcome, io_reason, list_words, natives, store};

natives! {
    "snow_system_covered" Small "(Int) -> ()" = covered;
    "snow_system_exit" Small "<T>(Int) -> T" = exit;
    "snow_stopping" Small "() -> Bool" = |call| { let stopping = ops::is_stopping(call.ctx)?; call.return_bool(stopping) };
    "snow_on_stop" Small "(Bool) -> ()" = on_stop;
    "snow_system_time" Small "() -> Int" = time;
    "snow_system_monotonic_ns" Small "() -> Int" = monotonic_ns;
    "snow_system_cpu_count" Small "() -> Int" = cpu_count;
    "snow_system_pid" Small "() -> Int" = |call| call.return_int(std::process::id().into());
    "snow_system_os" Small "() -> String" = |call| call.return_str(std::env::consts::OS);
    "snow_system_arch" Small "() -> String" = |call| call.return_str(std::env::consts::ARCH);
    "snow_system_version" Small "() -> String" = |call| call.return_str(env!("CARGO_PKG_VERSION"));
    "snow_system_hostname" Blocking "() -> String" = hostname;
    "snow_system_exec" Blocking "(String, List<String>) -> Result<(Int, String, String), String>" = exec;
    "snow_system_spawn_process" Blocking "(String, List<String>) -> Result<Int, String>" = spawn_process;
    "snow_system_wait_process" Blocking "(Int) -> Result<Int, String>" = wait_process;
}

/// Counts, where the run has such a counter.
fn covered(call: &mut Call<'_>) -> Outcome {
    let place = usize::try_from(call.int(0)).ok();
    let counts = call.ctx.world.counts.as_ref();
    if let (Some(counts), Some(place)) = (counts, place)
        && let Some(count) = counts.get(place)
    {
        count.fetch_add(1, Ordering::Relaxed);
    }
    call.return_unit()
}

fn exit(call: &mut Call<'_>) -> Outcome {
    // Exit codes have a byte; other numbers than 0 must not become success.
    let code = call.int(0);
    Err(Fault::Exit(if code == 0 {
        0
    } else {
        ((code & 0xff) as i32).max(1)
    }))
}

fn on_stop(call: &mut Call<'_>) -> Outcome {
    let hope = match call.bool(0) {
        true => Hope::Waits,
        false => Hope::None,
    };
    ops::on_stop(call.ctx, hope)?;
    call.return_unit()
}

fn time(call: &mut Call<'_>) -> Outcome {
    let now = call.ctx.world.platform.unix_millis();
    call.return_int(now as i64)
}

fn monotonic_ns(call: &mut Call<'_>) -> Outcome {
    let now = call.ctx.world.platform.nanos();
    call.return_int(now as i64)
}

fn cpu_count(call: &mut Call<'_>) -> Outcome {
    call.return_size(std::thread::available_parallelism().map_or(1, |count| count.get()))
}

fn hostname(call: &mut Call<'_>) -> Outcome {
    let known = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let name = known.or_else(|| std::env::var("HOSTNAME").ok());
    call.return_str(name.as_deref().unwrap_or("localhost").trim())
}

/// The command in the first two parameters, with the environment that the program has set.
fn command(call: &mut Call<'_>) -> Command {
    // What was printed before should be seen before the command's output.
    let _ = call.ctx.world.output.lock().flush();
    let mut command = Command::new(call.str(0));
    for word in list_words(call, 1) {
        // SAFETY: the elements are strings, which the list keeps alive.
        command.arg(unsafe { text::str(word) });
    }
    command.envs(&*call.ctx.world.env.lock());
    command
}

/// Exit code, output and error output of a command.
fn exec(call: &mut Call<'_>) -> Outcome {
    match command(call).output() {
        Ok(output) => {
            let stdout = call.new_str(&String::from_utf8_lossy(&output.stdout));
            let stderr = call.new_str(&String::from_utf8_lossy(&output.stderr));
            call.return_yes(&[exit_code(output.status), stdout, stderr])
        }
        Err(error) => fail(call, &error),
    }
}

fn fail(call: &mut Call<'_>, error: &std::io::Error) -> Outcome {
    let reason = io_reason(call.str(0), error);
    call.return_err(&reason)
}

/// A handle of a command that runs on.
fn spawn_process(call: &mut Call<'_>) -> Outcome {
    match command(call).spawn() {
        Ok(child) => {
            let handle = store(&mut call.ctx.world.children.lock(), child);
            call.return_yes(&[handle])
        }
        Err(error) => fail(call, &error),
    }
}

/// Waits for a command and gives its exit code. The handle cannot be used again.
fn wait_process(call: &mut Call<'_>) -> Outcome {
    // What was printed before should be seen while waiting.
    let _ = call.ctx.world.output.lock().flush();
    let handle = usize::try_from(call.int(0)).unwrap_or(usize::MAX);
    let child = call
        .ctx
        .world
        .children
        .lock()
        .get_mut(handle)
        .and_then(Option::take);
    let Some(mut child) = child else {
        return call.return_err("the process was waited for already");
    };
    match child.wait() {
        Ok(status) => call.return_yes(&[exit_code(status)]),
        Err(error) => call.return_err(&io_reason("process", &error)),
    }
}

/// Exit code of a process; one that a signal ended has the code 128 + signal, as in shells.
fn exit_code(status: ExitStatus) -> u64 {
    i64::from(status.code().unwrap_or_else(|| 128 + signal(status))) as u64
}

#[cfg(unix)]
fn signal(status: ExitStatus) -> i32 {
    std::os::unix::process::ExitStatusExt::signal(&status).unwrap_or(0)
}

#[cfg(not(unix))]
fn signal(_: ExitStatus) -> i32 {
    0
}
