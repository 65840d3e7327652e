//! The `snow` command.
fn main() {}
