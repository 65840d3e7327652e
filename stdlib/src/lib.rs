//! The standard library: Snow sources and the Rust natives they declare.
