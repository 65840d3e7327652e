//! Reading and writing MessagePack. A reader works on bytes that are here, so that no length it meets can make it reserve memory or wait.

use super::{Malformed, Read};
use rmp::Marker;
use rmp::{decode, encode};

/// Reads MessagePack from the bytes of a frame.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

/// What a value begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An integer.
    Int,
    /// An array.
    Array,
    /// Anything else.
    Other,
}

impl<'a> Reader<'a> {
    /// A reader of these bytes.
    pub fn new(bytes: &'a [u8]) -> Reader<'a> {
        Reader { rest: bytes }
    }

    /// The bytes that are left.
    pub fn rest(self) -> &'a [u8] {
        self.rest
    }

    /// Whether nothing is left.
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Checks that nothing is left.
    pub fn end(&self) -> Read<()> {
        match self.rest {
            [] => Ok(()),
            _ => Err(Malformed("something follows")),
        }
    }

    /// What comes next.
    pub fn peek(&self) -> Read<Kind> {
        let first = self.rest.first().ok_or(Malformed("it ends too early"))?;
        Ok(match Marker::from_u8(*first) {
            Marker::FixPos(_)
            | Marker::FixNeg(_)
            | Marker::U8
            | Marker::U16
            | Marker::U32
            | Marker::U64
            | Marker::I8
            | Marker::I16
            | Marker::I32
            | Marker::I64 => Kind::Int,
            Marker::FixArray(_) | Marker::Array16 | Marker::Array32 => Kind::Array,
            _ => Kind::Other,
        })
    }

    /// An integer that fits.
    pub fn int(&mut self) -> Read<i64> {
        decode::read_int(&mut self.rest).map_err(|_| Malformed("an integer was expected"))
    }

    /// A number from 0 on.
    pub fn number(&mut self) -> Read<u64> {
        decode::read_int(&mut self.rest).map_err(|_| Malformed("a number was expected"))
    }

    /// A small number.
    pub fn small<T: TryFrom<u64>>(&mut self) -> Read<T> {
        T::try_from(self.number()?).map_err(|_| Malformed("a number is too large"))
    }

    /// A float, in all its bits.
    pub fn float(&mut self) -> Read<f64> {
        decode::read_f64(&mut self.rest).map_err(|_| Malformed("a float was expected"))
    }

    /// A truth value.
    pub fn bool(&mut self) -> Read<bool> {
        decode::read_bool(&mut self.rest).map_err(|_| Malformed("a truth value was expected"))
    }

    /// Nothing.
    pub fn nil(&mut self) -> Read<()> {
        decode::read_nil(&mut self.rest).map_err(|_| Malformed("nil was expected"))
    }

    /// How many elements follow. There may be fewer.
    pub fn array(&mut self) -> Read<usize> {
        let len = decode::read_array_len(&mut self.rest);
        len.map(|len| len as usize)
            .map_err(|_| Malformed("an array was expected"))
    }

    /// An array of so many elements.
    pub fn array_of(&mut self, len: usize) -> Read<()> {
        match self.array()? == len {
            true => Ok(()),
            false => Err(Malformed("an array has another length")),
        }
    }

    /// How many pairs follow. There may be fewer.
    pub fn map(&mut self) -> Read<usize> {
        let len = decode::read_map_len(&mut self.rest);
        len.map(|len| len as usize)
            .map_err(|_| Malformed("a map was expected"))
    }

    /// Bytes.
    pub fn bytes(&mut self) -> Read<&'a [u8]> {
        let len = self.bytes_header()?;
        self.take(len)
    }

    /// The beginning of bytes: how many follow. There may be fewer.
    pub fn bytes_header(&mut self) -> Read<usize> {
        let len = decode::read_bin_len(&mut self.rest);
        len.map(|len| len as usize)
            .map_err(|_| Malformed("bytes were expected"))
    }

    /// So many bytes of those of which the beginning was read.
    pub fn some_bytes(&mut self, len: usize) -> Read<&'a [u8]> {
        self.take(len)
    }

    /// So many bytes.
    pub fn exactly<const N: usize>(&mut self) -> Read<[u8; N]> {
        let bytes = self.bytes()?;
        bytes
            .try_into()
            .map_err(|_| Malformed("bytes have another length"))
    }

    /// A text.
    pub fn text(&mut self) -> Read<&'a str> {
        let len = self.text_header()?;
        utf8(self.take(len)?)
    }

    /// The beginning of a text: how many bytes follow. There may be fewer.
    pub fn text_header(&mut self) -> Read<usize> {
        let len = decode::read_str_len(&mut self.rest);
        len.map(|len| len as usize)
            .map_err(|_| Malformed("a text was expected"))
    }

    /// A piece of a text of which the beginning was read and `left` bytes follow: at most so many, and some if there are any.
    pub fn some_text(&mut self, left: usize, most: usize) -> Read<&'a str> {
        let mut end = left.min(most);
        let is_inside = |at: usize| self.rest.get(at).is_some_and(|byte| byte & 0xc0 == 0x80);
        // Characters have at most four bytes.
        while end < left && is_inside(end) && most - end < 3 {
            end -= 1;
        }
        utf8(self.take(end)?)
    }

    /// How many bytes the text or the bytes have that come next; 0 when it is neither.
    pub fn text_length(&self) -> Read<usize> {
        match self.rest.first().map(|first| Marker::from_u8(*first)) {
            Some(Marker::Str32) => (*self).clone().text_header(),
            Some(Marker::Bin32) => (*self).clone().bytes_header(),
            // Shorter ones have fewer bytes for their length.
            _ => Ok(0),
        }
    }

    fn take(&mut self, len: usize) -> Read<&'a [u8]> {
        let (taken, rest) = self
            .rest
            .split_at_checked(len)
            .ok_or(Malformed("it ends too early"))?;
        self.rest = rest;
        Ok(taken)
    }

    /// Passes over one value, however deeply it is nested.
    pub fn skip(&mut self) -> Read<()> {
        let mut left: u64 = 1;
        while left > 0 {
            left -= 1;
            left = left.saturating_add(self.skip_one()?);
        }
        Ok(())
    }

    /// Passes over the beginning of a value; gives how many values are in it.
    fn skip_one(&mut self) -> Read<u64> {
        let first = self.rest.first().ok_or(Malformed("it ends too early"))?;
        let width = match Marker::from_u8(*first) {
            Marker::FixArray(_) | Marker::Array16 | Marker::Array32 => {
                return Ok(self.array()? as u64);
            }
            Marker::FixMap(_) | Marker::Map16 | Marker::Map32 => return Ok(2 * self.map()? as u64),
            Marker::FixStr(_) | Marker::Str8 | Marker::Str16 | Marker::Str32 => {
                return self.text().map(|_| 0);
            }
            Marker::Bin8 | Marker::Bin16 | Marker::Bin32 => return self.bytes().map(|_| 0),
            Marker::FixPos(_) | Marker::FixNeg(_) | Marker::Null | Marker::True | Marker::False => {
                1
            }
            Marker::U8 | Marker::I8 => 2,
            Marker::U16 | Marker::I16 => 3,
            Marker::U32 | Marker::I32 | Marker::F32 => 5,
            Marker::U64 | Marker::I64 | Marker::F64 => 9,
            _ => return Err(Malformed("an unknown kind of value")),
        };
        self.take(width).map(|_| 0)
    }
}

fn utf8(bytes: &[u8]) -> Read<&str> {
    std::str::from_utf8(bytes).map_err(|_| Malformed("a text is not UTF-8"))
}

/// Writes MessagePack.
#[derive(Debug, Default)]
pub struct Writer {
    /// What was written.
    pub bytes: Vec<u8>,
}

/// Writing into memory cannot fail.
macro_rules! write {
    ($call:expr) => {
        $call.expect("memory takes all bytes");
    };
}

impl Writer {
    /// An integer.
    pub fn int(&mut self, value: i64) {
        write!(encode::write_sint(&mut self.bytes, value));
    }

    /// A number from 0 on.
    pub fn number(&mut self, value: u64) {
        write!(encode::write_uint(&mut self.bytes, value));
    }

    /// A float.
    pub fn float(&mut self, value: f64) {
        write!(encode::write_f64(&mut self.bytes, value));
    }

    /// A truth value.
    pub fn bool(&mut self, value: bool) {
        write!(encode::write_bool(&mut self.bytes, value));
    }

    /// Nothing.
    pub fn nil(&mut self) {
        write!(encode::write_nil(&mut self.bytes));
    }

    /// The beginning of an array.
    pub fn array(&mut self, len: usize) {
        write!(encode::write_array_len(&mut self.bytes, length(len)));
    }

    /// The beginning of a map.
    pub fn map(&mut self, len: usize) {
        write!(encode::write_map_len(&mut self.bytes, length(len)));
    }

    /// A text.
    pub fn text(&mut self, value: &str) {
        write!(encode::write_str(&mut self.bytes, value));
    }

    /// Bytes.
    pub fn bytes(&mut self, value: &[u8]) {
        write!(encode::write_bin(&mut self.bytes, value));
    }

    /// The beginning of a text.
    pub fn text_header(&mut self, len: usize) {
        write!(encode::write_str_len(&mut self.bytes, length(len)));
    }

    /// The beginning of bytes.
    pub fn bytes_header(&mut self, len: usize) {
        write!(encode::write_bin_len(&mut self.bytes, length(len)));
    }

    /// The beginning of bytes whose number is not known yet; gives where they begin.
    pub fn open_bytes(&mut self) -> usize {
        self.bytes.extend([Marker::Bin32.to_u8(), 0, 0, 0, 0]);
        self.bytes.len()
    }

    /// The end of the bytes that begin there.
    pub fn close_bytes(&mut self, start: usize) {
        let len = length(self.bytes.len() - start);
        self.bytes[start - 4..start].copy_from_slice(&len.to_be_bytes());
    }
}

/// Messages end long before their lengths do.
fn length(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn all_kinds_come_back() {
        let mut out = Writer::default();
        out.int(i64::MIN);
        out.number(u64::MAX);
        out.float(-0.5);
        out.bool(true);
        out.nil();
        out.text("schnee ❄");
        out.bytes(&[0, 255]);
        out.array(2);
        out.map(70_000);
        let start = out.open_bytes();
        out.nil();
        out.close_bytes(start);
        let mut read = Reader::new(&out.bytes);
        assert_eq!(read.int(), Ok(i64::MIN));
        assert_eq!(read.number(), Ok(u64::MAX));
        assert_eq!(read.float(), Ok(-0.5));
        assert_eq!(read.bool(), Ok(true));
        assert_eq!(read.nil(), Ok(()));
        assert_eq!(read.text(), Ok("schnee ❄"));
        assert_eq!(read.bytes(), Ok(&[0, 255][..]));
        assert_eq!(read.array(), Ok(2));
        assert_eq!(read.map(), Ok(70_000));
        assert_eq!(read.bytes(), Ok(&[0xc0][..]));
        assert_eq!(read.end(), Ok(()));
    }

    #[test]
    fn announced_lengths_are_not_believed() {
        let huge_text = [0xdb, 0xff, 0xff, 0xff, 0xff, b'x'];
        assert!(Reader::new(&huge_text).text().is_err());
        let huge_array = [0xdd, 0xff, 0xff, 0xff, 0xff];
        assert!(Reader::new(&huge_array).skip().is_err());
    }

    #[test]
    fn deep_values_are_passed_over() {
        let mut bytes = vec![0x91; 1_000_000];
        bytes.push(0xc0);
        let mut read = Reader::new(&bytes);
        assert_eq!((read.skip(), read.is_empty()), (Ok(()), true));
    }

    proptest! {
        #[test]
        fn no_bytes_do_harm(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let mut read = Reader::new(&bytes);
            while !read.is_empty() && read.skip().is_ok() {}
            let _ = Reader::new(&bytes).int();
            let _ = Reader::new(&bytes).text();
            let _ = Reader::new(&bytes).bytes();
            let _ = Reader::new(&bytes).map();
        }
    }
}
