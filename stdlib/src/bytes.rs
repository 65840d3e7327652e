//! Natives of the module `Bytes`.

use snow_vm::native::Call;
use snow_vm::value::text;

use crate::support::{Outcome, list_words, natives, new_list};

natives! {
    "snow_bytes_get" Small "(Bytes, Int) -> Int" = get;
    "snow_bytes_slice" Small "(Bytes, Int, Int) -> Bytes" = slice;
    "snow_bytes_to_hex" Small "(Bytes) -> String" = to_hex;
    "snow_bytes_from_hex" Small "(String) -> Option<Bytes>" = from_hex;
    "snow_bytes_to_base64" Small "(Bytes) -> String" = to_base64;
    "snow_bytes_from_base64" Small "(String) -> Option<Bytes>" = from_base64;
    "snow_bytes_to_list" Small "(Bytes) -> List<Int>" = to_list;
    "snow_bytes_from_list" Small "(List<Int>) -> Bytes" = from_list;
}

const HEX: &[u8; 16] = b"0123456789abcdef";
const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn get(call: &mut Call<'_>) -> Outcome {
    let (bytes, index) = (call.bytes(0), call.int(1));
    match usize::try_from(index).ok().and_then(|i| bytes.get(i)) {
        Some(&byte) => call.return_int(byte.into()),
        None => Err(format!("index {index} out of range for {} bytes", bytes.len()).into()),
    }
}

fn slice(call: &mut Call<'_>) -> Outcome {
    let (word, len) = (call.word(0), call.bytes(0).len());
    let clamp = |at: i64| usize::try_from(at).unwrap_or(0).min(len);
    let from = clamp(call.int(1));
    let to = clamp(call.int(2)).max(from);
    // SAFETY: the range is inside the bytes.
    let word = unsafe { text::slice(&mut call.ctx.heap, word, from, to) };
    call.return_word(word)
}

fn to_hex(call: &mut Call<'_>) -> Outcome {
    let digit = |value: u8| char::from(HEX[usize::from(value)]);
    let text: String = call
        .bytes(0)
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect();
    call.return_str(&text)
}

fn return_bytes(call: &mut Call<'_>, bytes: Option<Vec<u8>>) -> Outcome {
    let word = bytes.map(|bytes| call.new_bytes(&bytes));
    call.return_option(word)
}

fn from_hex(call: &mut Call<'_>) -> Outcome {
    let digits: Option<Vec<u8>> = call
        .str(0)
        .chars()
        .map(|c| c.to_digit(16).map(|digit| digit as u8))
        .collect();
    let bytes = digits.and_then(|digits| {
        let (pairs, rest) = digits.as_chunks::<2>();
        rest.is_empty()
            .then(|| pairs.iter().map(|[high, low]| high << 4 | low).collect())
    });
    return_bytes(call, bytes)
}

fn to_base64(call: &mut Call<'_>) -> Outcome {
    let mut text = String::new();
    for chunk in call.bytes(0).chunks(3) {
        let mut group = [0; 3];
        group[..chunk.len()].copy_from_slice(chunk);
        let bits = u32::from_be_bytes([0, group[0], group[1], group[2]]);
        for i in 0..4 {
            let digit = BASE64[(bits >> (18 - 6 * i)) as usize & 63];
            text.push(if i <= chunk.len() {
                char::from(digit)
            } else {
                '='
            });
        }
    }
    call.return_str(&text)
}

fn from_base64(call: &mut Call<'_>) -> Outcome {
    let bytes = decode_base64(call.str(0));
    return_bytes(call, bytes)
}

/// Padding may be left out; bits that belong to no byte must be zero.
fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let digits = text
        .strip_suffix("==")
        .or_else(|| text.strip_suffix('='))
        .unwrap_or(text);
    if digits.len() != text.len() && !text.len().is_multiple_of(4) {
        return None;
    }
    let mut bytes = Vec::with_capacity(digits.len() * 3 / 4);
    let (mut bits, mut count) = (0u32, 0);
    for c in digits.bytes() {
        let value = BASE64.iter().position(|&digit| digit == c)?;
        bits = bits << 6 | value as u32;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    (count < 6 && bits == 0).then_some(bytes)
}

fn to_list(call: &mut Call<'_>) -> Outcome {
    let words: Vec<u64> = call.bytes(0).iter().map(|&byte| byte.into()).collect();
    let list = new_list(call, call.ret_type(), &words);
    call.return_word(list)
}

fn from_list(call: &mut Call<'_>) -> Outcome {
    let mut bytes = Vec::new();
    for word in list_words(call, 0) {
        match u8::try_from(word) {
            Ok(byte) => bytes.push(byte),
            Err(_) => return Err(format!("Bytes.from_list: {} is no byte", word as i64).into()),
        }
    }
    let word = call.new_bytes(&bytes);
    call.return_word(word)
}
