//! Tests of allocation and counting.
