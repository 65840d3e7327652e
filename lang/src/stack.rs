//! Recursion over trees whose depth the user's program decides.

/// Runs `f` with enough stack for one level of recursion, on a fresh segment when little is left. The depth itself is
/// bounded elsewhere (nesting of the source, depth of decision trees); this makes the bound independent of the caller's stack.
pub fn with_stack<R>(f: impl FnOnce() -> R) -> R {
    const LEFT: usize = 128 * 1024;
    const SEGMENT: usize = 4 * 1024 * 1024;
    stacker::maybe_grow(LEFT, SEGMENT, f)
}
