//! The worker's side of the protocol.

use std::io::{self, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

use snow_vm::abi::layout::ABI_VERSION;

use crate::protocol::{
    Compiled, Hello, Job, PROTOCOL_VERSION, Request, Response, read_frame, write_frame, write_hello,
};

/// Who compiles.
pub trait Compiler {
    /// See [`Hello::identity`].
    fn identity(&self) -> String;
    /// Takes the program that later jobs are about. An error is one line.
    fn load(&mut self, bytecode: &[u8]) -> Result<(), String>;
    /// Does a job. An error is one line.
    fn compile(&mut self, job: &Job) -> Result<Compiled, String>;
}

/// Answers requests until the other side closes. A panic of the compiler is an answer, too: the program that asked goes on.
pub fn serve(
    compiler: &mut impl Compiler,
    from: &mut impl Read,
    to: &mut impl Write,
) -> io::Result<()> {
    let hello = Hello {
        protocol: PROTOCOL_VERSION,
        abi: ABI_VERSION,
        identity: compiler.identity(),
    };
    write_hello(to, &hello)?;
    while let Some(request) = read_frame(from)? {
        let answer = catch_unwind(AssertUnwindSafe(|| answer(compiler, request)));
        let response = answer.unwrap_or_else(|_| Response::Failed {
            reason: "internal error while compiling".into(),
        });
        write_frame(to, &response)?;
    }
    Ok(())
}

fn answer(compiler: &mut impl Compiler, request: Request) -> Response {
    let result = match request {
        Request::Load { bytecode } => compiler.load(&bytecode).map(|()| Response::Loaded),
        Request::Compile(job) => compiler.compile(&job).map(Response::Code),
    };
    result.unwrap_or_else(|reason| Response::Failed { reason })
}
