//! Bytes, numbers, texts and lists of a body.

use super::{DecodeError, Decoded};
use crate::wire::Section;

/// A place in a body, or in one section of it.
pub(super) struct Reader<'b> {
    bytes: &'b [u8],
    next: usize,
    /// Offset of `bytes` in the file.
    base: usize,
}

impl<'b> Reader<'b> {
    pub(super) fn new(bytes: &'b [u8], base: usize) -> Reader<'b> {
        Reader {
            bytes,
            next: 0,
            base,
        }
    }

    /// An error at the current place.
    pub(super) fn invalid<T>(&self, what: &'static str) -> Decoded<T> {
        Err(DecodeError::Invalid {
            offset: (self.base + self.next) as u64,
            what,
        })
    }

    /// Everything was read.
    pub(super) fn finish(&self) -> Decoded<()> {
        if self.next == self.bytes.len() {
            Ok(())
        } else {
            self.invalid("unexpected bytes")
        }
    }

    /// Reads the content of the section that must come next, all of it.
    pub(super) fn section<T>(
        &mut self,
        section: Section,
        content: impl FnOnce(&mut Reader<'b>) -> Decoded<T>,
    ) -> Decoded<T> {
        if self.byte()? != section as u8 {
            return self.invalid("another section is expected");
        }
        let bytes = self.blob()?;
        let mut inner = Reader::new(bytes, self.base + self.next - bytes.len());
        let value = content(&mut inner)?;
        inner.finish()?;
        Ok(value)
    }

    pub(super) fn byte(&mut self) -> Decoded<u8> {
        let Some(byte) = self.bytes.get(self.next) else {
            return self.invalid("unexpected end");
        };
        self.next += 1;
        Ok(*byte)
    }

    fn leb(&mut self) -> Decoded<u64> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let part = u64::from(byte & 0x7f);
            if shift == 63 && part > 1 {
                break;
            }
            value |= part << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        self.invalid("a number is too large")
    }

    /// A number that fits its type.
    pub(super) fn number<N: TryFrom<u64>>(&mut self) -> Decoded<N> {
        let value = self.leb()?;
        N::try_from(value).or_else(|_| self.invalid("a number is too large"))
    }

    pub(super) fn signed(&mut self) -> Decoded<i64> {
        let value = self.leb()?;
        Ok((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    /// A number as difference to another.
    pub(super) fn difference(&mut self, from: u32) -> Decoded<u32> {
        let sum = i64::from(from).checked_add(self.signed()?);
        match sum.and_then(|sum| u32::try_from(sum).ok()) {
            Some(value) => Ok(value),
            None => self.invalid("a number is too large"),
        }
    }

    pub(super) fn bits(&mut self) -> Decoded<u64> {
        let Some((chunk, _)) = self.bytes[self.next..].split_first_chunk() else {
            return self.invalid("unexpected end");
        };
        self.next += 8;
        Ok(u64::from_le_bytes(*chunk))
    }

    pub(super) fn blob(&mut self) -> Decoded<&'b [u8]> {
        let length: usize = self.number()?;
        let Some(bytes) = self.bytes[self.next..].get(..length) else {
            return self.invalid("unexpected end");
        };
        self.next += length;
        Ok(bytes)
    }

    pub(super) fn text(&mut self) -> Decoded<String> {
        match std::str::from_utf8(self.blob()?) {
            Ok(text) => Ok(text.to_string()),
            Err(_) => self.invalid("a text is not UTF-8"),
        }
    }

    /// A list, each of whose items takes a byte at least.
    pub(super) fn list<T>(
        &mut self,
        mut item: impl FnMut(&mut Reader<'b>) -> Decoded<T>,
    ) -> Decoded<Vec<T>> {
        let count: u64 = self.number()?;
        if count > (self.bytes.len() - self.next) as u64 {
            return self.invalid("a list is longer than the file");
        }
        let mut items = Vec::new();
        for _ in 0..count {
            items.push(item(self)?);
        }
        Ok(items)
    }
}
