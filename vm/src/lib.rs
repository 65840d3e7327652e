//! The runtime both tiers share: heap, values, registry and the bytecode interpreter.
