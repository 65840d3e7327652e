//! Natives of the module `System`.

use std::process::Command;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use snow_vm::native::{Call, Fault};

use crate::support::{Outcome, io_reason, list_words, natives};

natives! {
    "snow_system_exit" Small "<T>(Int) -> T" = exit;
    "snow_system_time" Small "() -> Int" = time;
    "snow_system_monotonic_ns" Small "() -> Int" = monotonic_ns;
    "snow_system_cpu_count" Small "() -> Int" = cpu_count;
    "snow_system_pid" Small "() -> Int" = |call| call.return_int(std::process::id().into());
    "snow_system_os" Small "() -> String" = |call| call.return_str(std::env::consts::OS);
    "snow_system_arch" Small "() -> String" = |call| call.return_str(std::env::consts::ARCH);
    "snow_system_version" Small "() -> String" = |call| call.return_str(env!("CARGO_PKG_VERSION"));
    "snow_system_hostname" Blocking "() -> String" = hostname;
    "snow_system_exec" Blocking "(String, List<String>) -> Result<(Int, String, String), String>" = exec;
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

fn time(call: &mut Call<'_>) -> Outcome {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    call.return_int(since.map_or(0, |age| age.as_millis() as i64))
}

fn monotonic_ns(call: &mut Call<'_>) -> Outcome {
    let start = *call.ctx.start.get_or_insert_with(Instant::now);
    call.return_int(start.elapsed().as_nanos() as i64)
}

fn cpu_count(call: &mut Call<'_>) -> Outcome {
    call.return_size(std::thread::available_parallelism().map_or(1, |count| count.get()))
}

fn hostname(call: &mut Call<'_>) -> Outcome {
    let known = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let name = known.or_else(|| std::env::var("HOSTNAME").ok());
    call.return_str(name.as_deref().unwrap_or("localhost").trim())
}

/// Exit code, output and error output of a command; a command that a signal ended has the code 128 + signal, as in shells.
fn exec(call: &mut Call<'_>) -> Outcome {
    let name = call.str(0);
    // SAFETY: the elements are strings, which the list keeps alive.
    let args = list_words(call, 1)
        .into_iter()
        .map(|word| unsafe { snow_vm::value::text::str(word) });
    // What was printed before should be seen before the command's output.
    let _ = call.ctx.output.flush();
    match Command::new(name).args(args).envs(&call.ctx.env).output() {
        Ok(output) => {
            let code = output
                .status
                .code()
                .unwrap_or_else(|| 128 + signal(output.status));
            let stdout = call.new_str(&String::from_utf8_lossy(&output.stdout));
            let stderr = call.new_str(&String::from_utf8_lossy(&output.stderr));
            call.return_yes(&[i64::from(code) as u64, stdout, stderr])
        }
        Err(error) => {
            let reason = io_reason(name, &error);
            call.return_err(&reason)
        }
    }
}

#[cfg(unix)]
fn signal(status: std::process::ExitStatus) -> i32 {
    std::os::unix::process::ExitStatusExt::signal(&status).unwrap_or(0)
}

#[cfg(not(unix))]
fn signal(_: std::process::ExitStatus) -> i32 {
    0
}
