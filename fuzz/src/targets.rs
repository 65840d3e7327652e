//! What is fuzzed.

use std::fs;
use std::path::{Path, PathBuf};

use snow_lang::diagnostics::{FileSet, Sink};

/// A reader of untrusted input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Lexer, layout and parser.
    Parse,
    /// Decoder and verifier of bytecode.
    Decode,
}

impl Target {
    /// All targets.
    pub const ALL: &[Target] = &[Target::Parse, Target::Decode];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Target::Parse => "parse",
            Target::Decode => "decode",
        }
    }

    /// Reads the input.
    pub fn run(self, input: &[u8]) {
        match self {
            Target::Parse => parse(&String::from_utf8_lossy(input)),
            Target::Decode => decode(input),
        }
    }

    /// Inputs to start from; never empty.
    pub fn corpus(self) -> Vec<Vec<u8>> {
        match self {
            Target::Parse => programs(),
            Target::Decode => modules(),
        }
    }
}

fn parse(text: &str) {
    let mut files = FileSet::new();
    let file = files.add("fuzz.snow", text);
    let mut sink = Sink::new();
    snow_lang::syntax::parse(file, text, &mut sink);
}

fn decode(bytes: &[u8]) {
    // The checksum would stop nearly every mutation; with it made right, decoder and verifier must hold.
    let sealed = snow_bytecode::encode::seal(bytes);
    for bytes in [bytes, &sealed] {
        if let Ok(module) = snow_bytecode::decode::decode(bytes) {
            // Any verdict is fine.
            let _ = snow_bytecode::verify::verify(&module);
        }
    }
}

/// The test programs and examples.
fn programs() -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut pending: Vec<PathBuf> = vec![
        root.join("tests/programs"),
        root.join("examples"),
        root.join("stdlib/snow"),
    ];
    let mut found = vec![b"fn main() do\n  println(1)\nend\n".to_vec()];
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                pending.push(path);
            } else if path
                .extension()
                .is_some_and(|extension| extension == "snow")
            {
                found.extend(fs::read(&path));
            }
        }
    }
    found.sort();
    found
}

/// Bodies of modules, without their headers.
fn modules() -> Vec<Vec<u8>> {
    let assembled = snow_bytecode::asm::assemble(include_str!("module.txt"));
    let module = assembled.expect("the module beside this file is well formed");
    vec![body(&snow_bytecode::encode::encode(&module))]
}

/// What stands behind the header of an encoded module; `seal` puts a header before it again.
fn body(file: &[u8]) -> Vec<u8> {
    let header = snow_bytecode::encode::seal(&[]).len();
    file[header..].to_vec()
}
