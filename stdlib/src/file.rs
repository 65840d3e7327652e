//! Natives of the module `File`. Errors are `Err` with a text that names the path.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::UNIX_EPOCH;

use parking_lot::Mutex;
use snow_vm::native::Call;

use crate::support::{Outcome, io_reason, natives, store, string_list, yes_type};

natives! {
    "snow_file_read" Blocking "(String) -> Result<String, String>" = read;
    "snow_file_read_bytes" Blocking "(String) -> Result<Bytes, String>" = read_bytes;
    "snow_file_write" Blocking "(String, String) -> Result<(), String>" = |call| unit(call, fs::write(call.str(0), call.bytes(1)));
    "snow_file_write_bytes" Blocking "(String, Bytes) -> Result<(), String>" = |call| unit(call, fs::write(call.str(0), call.bytes(1)));
    "snow_file_append" Blocking "(String, String) -> Result<(), String>" = |call| unit(call, append(call.str(0), call.bytes(1)));
    "snow_file_delete" Blocking "(String) -> Result<(), String>" = |call| unit(call, fs::remove_file(call.str(0)));
    "snow_file_exists" Blocking "(String) -> Bool" = |call| call.return_bool(fs::exists(call.str(0)).unwrap_or(false));
    "snow_file_copy" Blocking "(String, String) -> Result<(), String>" = |call| unit(call, fs::copy(call.str(0), call.str(1)).map(|_| ()));
    "snow_file_rename" Blocking "(String, String) -> Result<(), String>" = |call| unit(call, fs::rename(call.str(0), call.str(1)));
    "snow_file_stat" Blocking "(String) -> Result<(Int, Bool, Int), String>" = stat;
    "snow_file_list" Blocking "(String) -> Result<List<String>, String>" = list;
    "snow_file_make_dir" Blocking "(String) -> Result<(), String>" = |call| unit(call, fs::create_dir_all(call.str(0)));
    "snow_file_remove_dir" Blocking "(String) -> Result<(), String>" = |call| unit(call, fs::remove_dir(call.str(0)));
    "snow_file_temp" Blocking "() -> Result<String, String>" = temp;
    "snow_file_lines" Blocking "(String) -> Result<List<String>, String>" = lines;
    "snow_file_open" Blocking "(String) -> Result<Int, String>" = open;
    "snow_file_read_line" Blocking "(Int) -> Result<String, String>" = read_line;
    "snow_file_close" Blocking "(Int) -> ()" = close;
}

/// Returns the result of an operation on the path in the first parameter.
fn unit(call: &mut Call<'_>, result: io::Result<()>) -> Outcome {
    match result {
        Ok(()) => call.return_yes(&[0]),
        Err(error) => fail(call, &error),
    }
}

fn fail(call: &mut Call<'_>, error: &io::Error) -> Outcome {
    let reason = io_reason(call.str(0), error);
    call.return_err(&reason)
}

fn read(call: &mut Call<'_>) -> Outcome {
    match fs::read_to_string(call.str(0)) {
        Ok(text) => {
            let word = call.new_str(&text);
            call.return_yes(&[word])
        }
        Err(error) => fail(call, &error),
    }
}

fn read_bytes(call: &mut Call<'_>) -> Outcome {
    match fs::read(call.str(0)) {
        Ok(bytes) => {
            let word = call.new_bytes(&bytes);
            call.return_yes(&[word])
        }
        Err(error) => fail(call, &error),
    }
}

fn append(path: &str, bytes: &[u8]) -> io::Result<()> {
    OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)?
        .write_all(bytes)
}

/// Size, whether it is a folder, and milliseconds since 1970 of the last change.
fn stat(call: &mut Call<'_>) -> Outcome {
    match fs::metadata(call.str(0)) {
        Ok(data) => {
            let modified = data
                .modified()
                .ok()
                .and_then(|t| t.duration_since(UNIX_EPOCH).ok());
            let millis = modified.map_or(0, |age| age.as_millis() as u64);
            call.return_yes(&[data.len(), data.is_dir().into(), millis])
        }
        Err(error) => fail(call, &error),
    }
}

fn return_strings(call: &mut Call<'_>, result: io::Result<Vec<String>>) -> Outcome {
    match result {
        Ok(items) => {
            let list = string_list(call, yes_type(call), items);
            call.return_yes(&[list])
        }
        Err(error) => fail(call, &error),
    }
}

fn list(call: &mut Call<'_>) -> Outcome {
    let names = fs::read_dir(call.str(0)).and_then(|entries| {
        let name =
            |entry: io::Result<fs::DirEntry>| Ok(entry?.file_name().to_string_lossy().into_owned());
        let mut names = entries.map(name).collect::<io::Result<Vec<_>>>()?;
        names.sort();
        Ok(names)
    });
    return_strings(call, names)
}

fn lines(call: &mut Call<'_>) -> Outcome {
    let lines = File::open(call.str(0)).and_then(|file| BufReader::new(file).lines().collect());
    return_strings(call, lines)
}

/// Makes an empty folder that did not exist.
fn temp(call: &mut Call<'_>) -> Outcome {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    loop {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("snow-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        let text = path.to_string_lossy();
        return match fs::create_dir(&path) {
            Ok(()) => {
                let word = call.new_str(&text);
                call.return_yes(&[word])
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
            Err(error) => call.return_err(&io_reason(&text, &error)),
        };
    }
}

fn open(call: &mut Call<'_>) -> Outcome {
    match File::open(call.str(0)) {
        Ok(file) => {
            let file = Arc::new(Mutex::new(BufReader::new(file)));
            let handle = store(&mut call.ctx.world.files.lock(), file);
            call.return_yes(&[handle])
        }
        Err(error) => fail(call, &error),
    }
}

fn read_line(call: &mut Call<'_>) -> Outcome {
    let handle = usize::try_from(call.int(0)).unwrap_or(usize::MAX);
    let file = call.ctx.world.files.lock().get(handle).cloned();
    let Some(Some(file)) = file else {
        return call.return_err("the file is closed");
    };
    let mut line = String::new();
    let read = file.lock().read_line(&mut line);
    match read {
        Ok(_) => {
            let word = call.new_str(&line);
            call.return_yes(&[word])
        }
        Err(error) => call.return_err(&io_reason("file", &error)),
    }
}

fn close(call: &mut Call<'_>) -> Outcome {
    let handle = usize::try_from(call.int(0)).unwrap_or(usize::MAX);
    if let Some(file) = call.ctx.world.files.lock().get_mut(handle) {
        *file = None;
    }
    call.return_unit()
}
