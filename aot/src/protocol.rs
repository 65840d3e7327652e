//! What the `snow` command and its worker, the process `snow-llvm`, say to each other over the worker's standard input and output.
//!
//! The worker begins with a [`Hello`], whose form never changes, so that any two versions can tell that they do not fit. Then it answers each
//! [`Request`] with one [`Response`], in order. Both are frames: a length of four bytes (little endian), then postcard.

use std::io::{self, Read, Write};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Changes with every change of the types below.
pub const PROTOCOL_VERSION: u32 = 2;

/// What a [`Hello`] begins with.
const MAGIC: [u8; 8] = *b"snowllvm";

/// Frames longer than this are damage, not data.
const MAX_FRAME: usize = 1 << 30;

/// First words of the worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hello {
    /// Version of the protocol.
    pub protocol: u32,
    /// Version of what compiled code and the runtime know of each other.
    pub abi: u32,
    /// What decides the code that it makes: its own version and that of LLVM. Part of the key of cached code.
    pub identity: String,
}

/// A question to the worker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Request {
    /// The program that later jobs are about, as a `.snowb` file. Once, before any job.
    Load {
        /// The bytes of the file.
        bytecode: Vec<u8>,
    },
    /// Compile something.
    Compile(Job),
}

/// Something to compile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// What.
    pub kind: JobKind,
    /// How.
    pub options: Options,
}

/// What to compile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum JobKind {
    /// Some functions, for a program that is running. Functions outside the unit are called through the runtime.
    Unit {
        /// Functions, each with its typed code and its uniform entry.
        funcs: Vec<u32>,
        /// Loops that get an entry of their own.
        loops: Vec<LoopEntry>,
    },
    /// All functions that `main` reaches, and the description `snow_program` for the runtime of executables.
    Program,
}

/// A loop of a function of a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LoopEntry {
    /// The function.
    pub func: u32,
    /// The instruction that turns of the loop begin with.
    pub header: u32,
}

/// How to compile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Options {
    /// Level of optimisation.
    pub opt: OptLevel,
    /// Processors that the code runs on.
    pub cpu: Cpu,
    /// What to give.
    pub emit: Emit,
    /// Whether debuggers find lines in the code.
    pub debug_info: bool,
}

/// Level of optimisation.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
pub enum OptLevel {
    /// None: compiles fast.
    O0,
    /// Little.
    O1,
    /// What pays nearly always.
    #[default]
    O2,
    /// All.
    O3,
}

/// Processors that code runs on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Cpu {
    /// Every one of the architecture.
    #[default]
    Generic,
    /// This machine's.
    Native,
}

/// Forms of compiled code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Emit {
    /// An ELF object.
    #[default]
    Object,
    /// ELF objects that are to be linked with each other: made on all processors at the same time.
    Objects,
    /// LLVM IR as text, optimised.
    Ir,
    /// Assembly as text.
    Asm,
}

/// An answer of the worker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Response {
    /// The program is loaded.
    Loaded,
    /// Compiled code.
    Code(Compiled),
    /// It could not be done.
    Failed {
        /// Why, in one line.
        reason: String,
    },
}

/// Compiled code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compiled {
    /// Objects, or one text, as was asked for.
    pub files: Vec<Vec<u8>>,
    /// What it took.
    pub stats: Stats,
}

/// What compiling took, on all processors together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stats {
    /// Functions of the program that were compiled.
    pub functions: u32,
    /// Microseconds for making LLVM IR.
    pub lowering: u64,
    /// Microseconds for optimising it.
    pub optimising: u64,
    /// Microseconds for making machine code.
    pub emitting: u64,
}

impl Stats {
    /// All time, in milliseconds.
    pub fn millis(&self) -> f64 {
        (self.lowering + self.optimising + self.emitting) as f64 / 1000.0
    }
}

/// Writes the first words of the worker.
pub fn write_hello(to: &mut impl Write, hello: &Hello) -> io::Result<()> {
    let len = u32::try_from(hello.identity.len()).map_err(io::Error::other)?;
    to.write_all(&MAGIC)?;
    for number in [hello.protocol, hello.abi, len] {
        to.write_all(&number.to_le_bytes())?;
    }
    to.write_all(hello.identity.as_bytes())?;
    to.flush()
}

/// Reads the first words of the worker.
pub fn read_hello(from: &mut impl Read) -> io::Result<Hello> {
    let mut magic = [0; MAGIC.len()];
    from.read_exact(&mut magic)?;
    if magic != MAGIC {
        return Err(damaged("it does not begin as a worker of Snow does"));
    }
    let (protocol, abi, len) = (read_u32(from)?, read_u32(from)?, read_u32(from)?);
    let identity = read_bytes(from, len as usize)?;
    Ok(Hello {
        protocol,
        abi,
        identity: String::from_utf8(identity).map_err(damaged)?,
    })
}

/// Writes a request or response.
pub fn write_frame(to: &mut impl Write, message: &impl Serialize) -> io::Result<()> {
    let bytes = postcard::to_stdvec(message).map_err(io::Error::other)?;
    if bytes.len() > MAX_FRAME {
        return Err(io::Error::other("a message is larger than 1 GiB"));
    }
    to.write_all(&(bytes.len() as u32).to_le_bytes())?;
    to.write_all(&bytes)?;
    to.flush()
}

/// Reads a request or response; `None` when the other side has ended before it began one.
pub fn read_frame<T: DeserializeOwned>(from: &mut impl Read) -> io::Result<Option<T>> {
    let mut first = [0; 1];
    if from.read(&mut first)? == 0 {
        return Ok(None);
    }
    let mut rest = [0; 3];
    from.read_exact(&mut rest)?;
    let len = u32::from_le_bytes([first[0], rest[0], rest[1], rest[2]]) as usize;
    let bytes = read_bytes(from, len)?;
    postcard::from_bytes(&bytes).map(Some).map_err(damaged)
}

fn read_u32(from: &mut impl Read) -> io::Result<u32> {
    let mut bytes = [0; 4];
    from.read_exact(&mut bytes)?;
    Ok(u32::from_le_bytes(bytes))
}

/// Memory grows with what arrives, not with what a length promises.
fn read_bytes(from: &mut impl Read, len: usize) -> io::Result<Vec<u8>> {
    if len > MAX_FRAME {
        return Err(damaged("a message is longer than any can be"));
    }
    let mut bytes = Vec::new();
    from.take(len as u64).read_to_end(&mut bytes)?;
    if bytes.len() < len {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(bytes)
}

fn damaged(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hello() -> Hello {
        Hello {
            protocol: 7,
            abi: 9,
            identity: "test".into(),
        }
    }

    fn job() -> Request {
        Request::Compile(Job {
            kind: JobKind::Unit {
                funcs: vec![1, 2],
                loops: vec![LoopEntry { func: 1, header: 4 }],
            },
            options: Options {
                opt: OptLevel::O3,
                cpu: Cpu::Native,
                emit: Emit::Asm,
                debug_info: true,
            },
        })
    }

    #[test]
    fn what_is_written_is_read() {
        let mut bytes = Vec::new();
        write_hello(&mut bytes, &hello()).expect("written");
        write_frame(&mut bytes, &job()).expect("written");
        let mut from = &bytes[..];
        assert_eq!(read_hello(&mut from).expect("read"), hello());
        assert_eq!(read_frame(&mut from).expect("read"), Some(job()));
        assert_eq!(read_frame::<Request>(&mut from).expect("end"), None);
    }

    #[test]
    fn every_cut_and_every_damaged_length_is_an_error() {
        let mut bytes = Vec::new();
        write_hello(&mut bytes, &hello()).expect("written");
        for len in 0..bytes.len() {
            assert!(read_hello(&mut &bytes[..len]).is_err(), "{len}");
        }
        let mut frame = Vec::new();
        write_frame(&mut frame, &job()).expect("written");
        for len in 1..frame.len() {
            assert!(read_frame::<Request>(&mut &frame[..len]).is_err(), "{len}");
        }
        frame[3] = 0xff;
        assert!(read_frame::<Request>(&mut &frame[..]).is_err());
    }
}
