//! The words of texts that are ASCII only, found eight bytes at a time.

/// A byte of each value in a word.
const ONES: u64 = u64::MAX / 255;

/// What is between white space; as `split_whitespace`, which looks at one character at a time.
pub(crate) struct AsciiWords<'t> {
    /// ASCII.
    rest: &'t [u8],
}

impl<'t> AsciiWords<'t> {
    /// The words of a text, which is ASCII.
    pub fn of(text: &'t str) -> AsciiWords<'t> {
        debug_assert!(text.is_ascii());
        AsciiWords {
            rest: text.as_bytes(),
        }
    }
}

impl<'t> Iterator for AsciiWords<'t> {
    type Item = &'t str;

    #[inline]
    fn next(&mut self) -> Option<&'t str> {
        let begin = self.rest.iter().position(|byte| !is_space(*byte))?;
        let (word, rest) = self.rest[begin..].split_at(word_len(&self.rest[begin..]));
        // What ends a word is white space.
        self.rest = rest.get(1..).unwrap_or_default();
        // SAFETY: ASCII is UTF-8, wherever it is cut.
        Some(unsafe { std::str::from_utf8_unchecked(word) })
    }
}

/// The ASCII characters that Unicode calls white space.
fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

/// Bytes before the first white space.
fn word_len(bytes: &[u8]) -> usize {
    let (chunks, _) = bytes.as_chunks::<8>();
    let mut len = 0;
    for chunk in chunks {
        // The first byte that is a space or less; one that is less may be no white space.
        let found = below(u64::from_le_bytes(*chunk), b' ' + 1);
        if found != 0 {
            len += found.trailing_zeros() as usize / 8;
            break;
        }
        len += 8;
    }
    let rest = bytes[len..].iter().position(|byte| is_space(*byte));
    rest.map_or(bytes.len(), |more| len + more)
}

/// The high bit of the first byte that is less than `limit`, and of some behind it; 0 where there is none. All are ASCII.
fn below(word: u64, limit: u8) -> u64 {
    word.wrapping_sub(ONES * u64::from(limit)) & !word & (ONES << 7)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) {
        let found: Vec<&str> = AsciiWords::of(text).collect();
        assert_eq!(
            found,
            text.split_whitespace().collect::<Vec<_>>(),
            "{text:?}"
        );
    }

    #[test]
    fn every_ascii_character_is_in_a_word_or_between() {
        for byte in 0..128u8 {
            let one = char::from(byte);
            for len in 0..20 {
                let long = "x".repeat(len);
                check(&format!("{one}{long}{one}"));
                check(&format!("{long}{one}{long}{one}{one}{long}"));
            }
        }
    }

    #[test]
    fn there_are_none_in_white_space() {
        check("");
        check("                    \n\t\r\x0b\x0c");
        check(" a  bb   ccc    0123456 01234567 012345678 \x01 end");
    }
}
