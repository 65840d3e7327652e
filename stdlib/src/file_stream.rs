//! Natives of `File.stream`: a file in portions of whole lines. No file stays open between two portions.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::MetadataExt;

use snow_bytecode::types::TypeId;
use snow_vm::native::Call;
use snow_vm::types::Form;

use crate::support::{Outcome, io_reason, natives, string_list, yes_type};

natives! {
    "snow_file_identify" Blocking "(String) -> Result<Int, String>" = identify;
    "snow_file_portion" Blocking "(String, Int, Int) -> Result<(List<String>, Int), String>" = portion;
}

/// Bytes that are read at a time; more for a line that is longer.
const PORTION: usize = 64 * 1024;

/// A number that another file under the same path does not have (or with a probability that does not matter).
fn identify(call: &mut Call<'_>) -> Outcome {
    let path = call.str(0);
    match open(path) {
        Ok((_, identity)) => call.return_yes(&[identity]),
        Err(reason) => call.return_err(&reason),
    }
}

/// The file, open, and what identifies it.
fn open(path: &str) -> Result<(File, u64), String> {
    let opened = File::open(path).and_then(|file| Ok((file.metadata()?, file)));
    let (data, file) = opened.map_err(|error| io_reason(path, &error))?;
    match data.is_file() {
        true => Ok((file, data.ino() ^ data.dev().rotate_left(32))),
        false => Err(format!("{path}: not a file")),
    }
}

fn portion(call: &mut Call<'_>) -> Outcome {
    let (path, identity, offset) = (call.str(0), call.int(1) as u64, call.int(2) as u64);
    match lines_from(path, identity, offset) {
        Ok((lines, end)) => {
            let ty = lines_type(call);
            let list = string_list(call, ty, lines.iter().map(|line| line.as_str()));
            call.return_yes(&[list, end])
        }
        Err(reason) => call.return_err(&reason),
    }
}

fn lines_type(call: &Call<'_>) -> TypeId {
    match &call.runtime_types().info(yes_type(call)).form {
        Form::Aggregate(form) => form.variants[0].fields[0].ty,
        _ => unreachable!("the signature says a tuple"),
    }
}

/// Some lines from an offset on, none at the end, and the offset behind them.
fn lines_from(path: &str, identity: u64, offset: u64) -> Result<(Vec<String>, u64), String> {
    let (mut file, found) = open(path)?;
    if found != identity {
        return Err(format!("{path}: replaced while it was read"));
    }
    let bytes = whole_lines(&mut file, offset).map_err(|error| io_reason(path, &error))?;
    let text = valid(&bytes);
    if text.is_empty() && !bytes.is_empty() {
        return Err(format!("{path}: the line at byte {offset} is not UTF-8"));
    }
    let lines = text.lines().map(str::to_owned).collect();
    Ok((lines, offset + text.len() as u64))
}

/// Bytes from an offset on, to the end of a line or of the file.
fn whole_lines(file: &mut File, offset: u64) -> io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(offset))?;
    let mut bytes = Vec::new();
    loop {
        // A long line is read in portions that double, so that it is looked through a bounded number of times.
        let wanted = PORTION.max(bytes.len());
        let before = bytes.len();
        file.by_ref().take(wanted as u64).read_to_end(&mut bytes)?;
        if bytes.len() - before < wanted {
            return Ok(bytes);
        }
        if let Some(end) = bytes[before..].iter().rposition(|byte| *byte == b'\n') {
            bytes.truncate(before + end + 1);
            return Ok(bytes);
        }
    }
}

/// The lines before the first that is not UTF-8.
fn valid(bytes: &[u8]) -> &str {
    let valid = match std::str::from_utf8(bytes) {
        Ok(text) => return text,
        Err(error) => &bytes[..error.valid_up_to()],
    };
    let end = valid.iter().rposition(|byte| *byte == b'\n');
    let lines = &valid[..end.map_or(0, |end| end + 1)];
    std::str::from_utf8(lines).unwrap_or_default()
}
