//! Bytecode behind the contents of an executable: the bytes of a `.snowb` file, their length (eight bytes, little endian), and a mark.

/// The last bytes of an executable that carries bytecode.
const MARK: [u8; 8] = *b"snowprog";

/// Bytes of length and mark.
const TRAILER: usize = 16;

/// An executable with a program behind it.
pub fn append(executable: &[u8], bytecode: &[u8]) -> Vec<u8> {
    let mut file = Vec::with_capacity(executable.len() + bytecode.len() + TRAILER);
    file.extend(executable);
    file.extend(bytecode);
    file.extend((bytecode.len() as u64).to_le_bytes());
    file.extend(MARK);
    file
}

/// The program behind an executable; `None` when there is none.
pub fn find(file: &[u8]) -> Option<&[u8]> {
    let (rest, mark) = file.split_last_chunk::<8>()?;
    let (rest, len) = rest.split_last_chunk::<8>()?;
    let len = usize::try_from(u64::from_le_bytes(*len)).ok()?;
    let start = rest.len().checked_sub(len)?;
    (*mark == MARK).then(|| &rest[start..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_appended_is_found() {
        let file = append(b"executable", b"program");
        assert_eq!(find(&file), Some(&b"program"[..]));
        assert_eq!(find(b"executable"), None);
        for len in 0..file.len() {
            assert_eq!(find(&file[..len]), None);
        }
    }

    #[test]
    fn a_length_beyond_the_file_is_no_program() {
        let mut file = append(b"x", b"y");
        let at = file.len() - TRAILER;
        file[at..at + 8].fill(0xff);
        assert_eq!(find(&file), None);
    }
}
