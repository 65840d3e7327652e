//! What is fuzzed.

use std::fs;
use std::path::{Path, PathBuf};

use snow_lang::diagnostics::{FileSet, Sink};

use crate::mutate::{self, Numbers};
use crate::{modules, nodes, sources};

/// A reader of untrusted input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Lexer, layout and parser.
    Parse,
    /// The checker, and for programs without mistakes all that comes behind it.
    Check,
    /// Decoder and verifier of bytecode.
    Decode,
    /// The interpreter, with modules that the verifier accepts.
    Execute,
    /// What other nodes say: handshake, frames, descriptions of types, values.
    Node,
}

impl Target {
    /// All targets.
    pub const ALL: &[Target] = &[
        Target::Parse,
        Target::Check,
        Target::Decode,
        Target::Execute,
        Target::Node,
    ];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Target::Parse => "parse",
            Target::Check => "check",
            Target::Decode => "decode",
            Target::Execute => "execute",
            Target::Node => "node",
        }
    }

    /// Reads the input.
    pub fn run(self, input: &[u8]) {
        match self {
            Target::Parse => parse(&String::from_utf8_lossy(input)),
            Target::Check => sources::check(&String::from_utf8_lossy(input)),
            Target::Decode => decode(input),
            Target::Execute => modules::execute(&snow_bytecode::encode::seal(input)),
            Target::Node => nodes::read(input),
        }
    }

    /// Inputs to start from; never empty.
    pub fn corpus(self) -> Vec<Vec<u8>> {
        match self {
            Target::Parse | Target::Check => programs(),
            Target::Decode => vec![rich_module()],
            Target::Execute => vec![modules::sample()],
            Target::Node => nodes::corpus(),
        }
    }

    /// An input made of the corpus.
    pub fn input(self, corpus: &[Vec<u8>], numbers: &mut Numbers) -> Vec<u8> {
        match self {
            Target::Parse | Target::Decode | Target::Node => mutate::mutate(corpus, numbers),
            Target::Check => sources::mutate(corpus, numbers),
            Target::Execute => modules::mutate(corpus, numbers),
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

/// The body of a module with many types and instructions.
fn rich_module() -> Vec<u8> {
    let assembled = snow_bytecode::asm::assemble(include_str!("module.txt"));
    modules::body(&assembled.expect("the module beside this file is well formed"))
}
