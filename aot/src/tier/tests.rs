//! What is hot is chosen, with what belongs to it.

use super::*;
