//! `snow test`: which tests there are, running them, and saying what came of them.

mod cases;
mod coverage;
mod diff;
mod report;
mod runner;

pub use cases::{Case, Suite, example_path};
pub use coverage::Covered;
pub use report::{Form, Reporter};
pub use runner::{Outcome, Settings, run};
