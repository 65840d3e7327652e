//! The portable bytecode format: types, layouts, functions, instructions.
