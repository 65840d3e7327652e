//! Buffered standard output.

use std::io::{self, IsTerminal, Write};

/// Exit code of a program whose output nobody reads any more, as a shell reports the signal.
pub const BROKEN_PIPE: u8 = 141;

/// Bytes after which the buffer is written.
const LIMIT: usize = 32 * 1024;

/// Where the output goes.
enum Sink {
    Stdout { is_terminal: bool },
    Memory(Vec<u8>),
}

/// Standard output of a program: buffered, and flushed at the end of a line on a terminal, before blocking reads and at exit.
pub struct Output {
    buffer: Vec<u8>,
    sink: Sink,
}

impl Output {
    /// Writes to the standard output of the process.
    pub fn stdout() -> Output {
        let is_terminal = io::stdout().is_terminal();
        Output {
            buffer: Vec::new(),
            sink: Sink::Stdout { is_terminal },
        }
    }

    /// Collects the output, for tests.
    pub fn memory() -> Output {
        Output {
            buffer: Vec::new(),
            sink: Sink::Memory(Vec::new()),
        }
    }

    /// Appends bytes. An error means that nobody reads the output any more, or that it cannot be written.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.buffer.extend_from_slice(bytes);
        let line_on_terminal =
            matches!(self.sink, Sink::Stdout { is_terminal: true }) && bytes.contains(&b'\n');
        if self.buffer.len() >= LIMIT || line_on_terminal {
            self.flush()
        } else {
            Ok(())
        }
    }

    /// Writes what is buffered.
    pub fn flush(&mut self) -> io::Result<()> {
        match &mut self.sink {
            Sink::Memory(all) => all.append(&mut self.buffer),
            Sink::Stdout { .. } => {
                let result = write_all_raw(&self.buffer);
                self.buffer.clear();
                result?;
            }
        }
        Ok(())
    }

    /// Takes what a memory sink has collected so far; empty for another sink.
    pub fn take_collected(&mut self) -> Vec<u8> {
        match &mut self.sink {
            Sink::Memory(all) => {
                all.append(&mut self.buffer);
                std::mem::take(all)
            }
            Sink::Stdout { .. } => Vec::new(),
        }
    }
}

fn write_all_raw(bytes: &[u8]) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(bytes)?;
    stdout.flush()
}
