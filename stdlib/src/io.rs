//! Natives of the module `IO`.

use std::io::{self, BufRead, ErrorKind, Read, Write};

use snow_vm::native::{Call, Fault};
use snow_vm::output::BROKEN_PIPE;

use crate::support::{Outcome, io_reason, natives, string_list, yes_type};

natives! {
    "snow_io_print" Small "(String) -> ()" = |call| print(call, "");
    "snow_io_println" Small "(String) -> ()" = |call| print(call, "\n");
    "snow_io_eprintln" Small "(String) -> ()" = eprintln;
    "snow_io_flush" Blocking "() -> ()" = flush;
    "snow_io_read_line" Blocking "() -> Result<String, String>" = read_line;
    "snow_io_read_all" Blocking "() -> Result<String, String>" = read_all;
    "snow_io_read_lines" Blocking "() -> Result<List<String>, String>" = read_lines;
}

fn print(call: &mut Call<'_>, end: &str) -> Outcome {
    let text = call.bytes(0);
    // One lock, so that lines of several actors do not mix.
    let mut output = call.ctx.world.output.lock();
    let written = output
        .write(text)
        .and_then(|()| output.write(end.as_bytes()));
    drop(output);
    written.map_err(|error| output_fault(&error))?;
    call.return_unit()
}

fn output_fault(error: &io::Error) -> Fault {
    match error.kind() {
        ErrorKind::BrokenPipe => Fault::Exit(BROKEN_PIPE.into()),
        _ => Fault::Crash(io_reason("cannot write to standard output", error)),
    }
}

fn eprintln(call: &mut Call<'_>) -> Outcome {
    // What was printed before should be seen before.
    let flushed = call.ctx.world.output.lock().flush();
    flushed.map_err(|error| output_fault(&error))?;
    let mut line = call.bytes(0).to_vec();
    line.push(b'\n');
    // There is nowhere to report that standard error is closed.
    let _ = io::stderr().write_all(&line);
    call.return_unit()
}

fn flush(call: &mut Call<'_>) -> Outcome {
    let flushed = call.ctx.world.output.lock().flush();
    flushed.map_err(|error| output_fault(&error))?;
    call.return_unit()
}

/// Reads from standard input after flushing the output.
fn input<T>(
    call: &mut Call<'_>,
    read: impl FnOnce(&mut io::StdinLock<'static>) -> io::Result<T>,
) -> Result<Result<T, String>, Fault> {
    let flushed = call.ctx.world.output.lock().flush();
    flushed.map_err(|error| output_fault(&error))?;
    Ok(read(&mut io::stdin().lock()).map_err(|error| io_reason("standard input", &error)))
}

fn return_text(call: &mut Call<'_>, text: Result<String, String>) -> Outcome {
    match text {
        Ok(text) => {
            let word = call.new_str(&text);
            call.return_yes(&[word])
        }
        Err(reason) => call.return_err(&reason),
    }
}

fn read_line(call: &mut Call<'_>) -> Outcome {
    let line = input(call, |stdin| {
        let mut line = String::new();
        stdin.read_line(&mut line)?;
        Ok(line)
    })?;
    return_text(call, line)
}

fn read_all(call: &mut Call<'_>) -> Outcome {
    let text = input(call, |stdin| {
        let mut text = String::new();
        stdin.read_to_string(&mut text)?;
        Ok(text)
    })?;
    return_text(call, text)
}

fn read_lines(call: &mut Call<'_>) -> Outcome {
    match input(call, |stdin| stdin.lines().collect::<io::Result<Vec<_>>>())? {
        Ok(lines) => {
            let list = string_list(call, yes_type(call), lines);
            call.return_yes(&[list])
        }
        Err(reason) => call.return_err(&reason),
    }
}
