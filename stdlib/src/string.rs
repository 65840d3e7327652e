//! Natives of the module `String`. Positions count grapheme clusters.

use std::borrow::Cow;

use snow_vm::native::Call;
use snow_vm::value::{list, text};
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

use crate::repeated::Repeated;
use crate::support::{Outcome, natives, new_list, string_list};
use crate::words::AsciiWords;

natives! {
    "snow_string_length" Small "(String) -> Int" = |call| call.return_size(length(call.str(0)));
    "snow_string_byte_size" Small "(String) -> Int" = |call| call.return_size(call.str(0).len());
    "snow_string_codepoints" Small "(String) -> List<Int>" = codepoints;
    "snow_string_from_codepoint" Small "(Int) -> Option<String>" = from_codepoint;
    "snow_string_graphemes" Small "(String) -> List<String>" = graphemes;
    "snow_string_grapheme_from" Small "(String, Int) -> String" = grapheme_from;
    "snow_string_at" Small "(String, Int) -> Option<String>" = at;
    "snow_string_slice" Small "(String, Int, Int) -> String" = slice;
    "snow_string_reverse" Small "(String) -> String" = reverse;
    "snow_string_concat" Small "(List<String>) -> String" = concat;
    "snow_string_split" Small "(String, String) -> List<String>" = split;
    "snow_string_split_once" Small "(String, String) -> Option<(String, String)>" = split_once;
    "snow_string_lines" Small "(String) -> List<String>" = lines;
    "snow_string_words" Small "(String) -> List<String>" = words;
    "snow_string_trim" Small "(String) -> String" = |call| part(call, str::trim);
    "snow_string_trim_start" Small "(String) -> String" = |call| part(call, str::trim_start);
    "snow_string_trim_end" Small "(String) -> String" = |call| part(call, str::trim_end);
    "snow_string_to_upper" Small "(String) -> String" = |call| call.return_str(&call.str(0).to_uppercase());
    "snow_string_to_lower" Small "(String) -> String" = |call| call.return_str(&call.str(0).to_lowercase());
    "snow_string_contains" Small "(String, String) -> Bool" = |call| call.return_bool(call.str(0).contains(call.str(1)));
    "snow_string_starts_with" Small "(String, String) -> Bool" = |call| call.return_bool(call.str(0).starts_with(call.str(1)));
    "snow_string_ends_with" Small "(String, String) -> Bool" = |call| call.return_bool(call.str(0).ends_with(call.str(1)));
    "snow_string_index_of" Small "(String, String) -> Option<Int>" = index_of;
    "snow_string_replace" Small "(String, String, String) -> String" = |call| call.return_str(&call.str(0).replace(call.str(1), call.str(2)));
    "snow_string_replace_first" Small "(String, String, String) -> String" = |call| call.return_str(&call.str(0).replacen(call.str(1), call.str(2), 1));
    "snow_string_repeat" Small "(String, Int) -> String" = repeat;
    "snow_string_count" Small "(String, String) -> Int" = |call| call.return_size(call.str(0).matches(call.str(1)).count());
    "snow_string_to_int" Small "(String) -> Option<Int>" = to_int;
    "snow_string_to_float" Small "(String) -> Option<Float>" = to_float;
    "snow_string_to_bytes" Small "(String) -> Bytes" = |call| { let bytes = call.new_bytes(call.bytes(0)); call.return_word(bytes) };
    "snow_string_from_bytes" Small "(Bytes) -> Result<String, String>" = from_bytes;
    "snow_string_equal_fold" Small "(String, String) -> Bool" = |call| call.return_bool(fold(call.str(0)) == fold(call.str(1)));
    "snow_string_normalize" Small "(String) -> String" = |call| call.return_str(&call.str(0).nfc().collect::<String>());
}

/// Whether every byte is a grapheme cluster.
fn is_simple(text: &str) -> bool {
    text.is_ascii() && !text.contains("\r\n")
}

fn length(text: &str) -> usize {
    if is_simple(text) {
        text.len()
    } else {
        text.graphemes(true).count()
    }
}

/// Byte offset of a position; the end for positions past it.
fn offset(text: &str, position: usize) -> usize {
    if is_simple(text) {
        return position.min(text.len());
    }
    text.grapheme_indices(true)
        .nth(position)
        .map_or(text.len(), |(at, _)| at)
}

fn clamp(position: i64) -> usize {
    usize::try_from(position).unwrap_or(0)
}

/// Bytes of the first parameter as a string of their own: a view when they are many.
fn view(call: &mut Call<'_>, from: usize, to: usize) -> u64 {
    let word = call.word(0);
    // SAFETY: callers cut at borders of characters.
    unsafe { text::slice(&mut call.ctx.heap, word, from, to) }
}

/// A piece of the first parameter as a string of its own.
fn piece(call: &mut Call<'_>, piece: &str) -> u64 {
    let from = piece.as_ptr().addr() - call.str(0).as_ptr().addr();
    view(call, from, from + piece.len())
}

/// Returns what `cut` leaves of the first parameter.
fn part(call: &mut Call<'_>, cut: fn(&str) -> &str) -> Outcome {
    let word = piece(call, cut(call.str(0)));
    call.return_word(word)
}

/// Returns pieces of the first parameter as a list.
fn pieces<'t>(call: &mut Call<'_>, all: impl Iterator<Item = &'t str>) -> Outcome {
    let mut list = list::empty(&call.ctx.heap, call.ret_type());
    let mut repeated = Repeated::new();
    for one in all {
        let word = repeated.string(call, one, piece);
        // SAFETY: the list is owned and of the declared type, its elements are strings.
        list = unsafe { list::append(&mut call.ctx.heap, list, word) };
    }
    call.return_word(list)
}

fn codepoints(call: &mut Call<'_>) -> Outcome {
    let words: Vec<u64> = call
        .str(0)
        .chars()
        .map(|c| u64::from(u32::from(c)))
        .collect();
    let list = new_list(call, call.ret_type(), &words);
    call.return_word(list)
}

fn from_codepoint(call: &mut Call<'_>) -> Outcome {
    let found = u32::try_from(call.int(0)).ok().and_then(char::from_u32);
    let word = found.map(|c| call.new_str(c.encode_utf8(&mut [0; 4])));
    call.return_option(word)
}

fn graphemes(call: &mut Call<'_>) -> Outcome {
    let text = call.str(0);
    let list = string_list(call, call.ret_type(), text.graphemes(true));
    call.return_word(list)
}

/// The grapheme cluster at a byte offset that an earlier one ended at; empty at the end.
fn grapheme_from(call: &mut Call<'_>) -> Outcome {
    let rest = call.str(0).get(clamp(call.int(1))..).unwrap_or("");
    let word = piece(call, first_grapheme(rest));
    call.return_word(word)
}

fn first_grapheme(text: &str) -> &str {
    match text.as_bytes() {
        // Of the characters that ASCII has, only a line feed joins to the one before, a carriage return.
        [first, second, ..] if first.is_ascii() && second.is_ascii() && *first != b'\r' => {
            &text[..1]
        }
        _ => text.graphemes(true).next().unwrap_or(""),
    }
}

fn at(call: &mut Call<'_>) -> Outcome {
    let text = call.str(0);
    let position = usize::try_from(call.int(1)).ok();
    let found = position.and_then(|position| {
        let from = offset(text, position);
        text[from..].graphemes(true).next()
    });
    let word = found.map(|one| call.new_str(one));
    call.return_option(word)
}

fn slice(call: &mut Call<'_>) -> Outcome {
    let (text, from, to) = (call.str(0), clamp(call.int(1)), clamp(call.int(2)));
    let start = offset(text, from);
    let end = start + offset(&text[start..], to.saturating_sub(from));
    let word = view(call, start, end);
    call.return_word(word)
}

fn reverse(call: &mut Call<'_>) -> Outcome {
    let reversed: String = call.str(0).graphemes(true).rev().collect();
    call.return_str(&reversed)
}

fn concat(call: &mut Call<'_>) -> Outcome {
    let words = crate::support::list_words(call, 0);
    // SAFETY: the elements are strings, which the list keeps alive.
    let all: String = words
        .into_iter()
        .map(|word| unsafe { text::str(word) })
        .collect();
    call.return_str(&all)
}

fn split(call: &mut Call<'_>) -> Outcome {
    let (text, separator) = (call.str(0), call.str(1));
    if separator.is_empty() {
        return graphemes(call);
    }
    pieces(call, text.split(separator))
}

fn split_once(call: &mut Call<'_>) -> Outcome {
    match call.str(0).split_once(call.str(1)) {
        Some((before, after)) => {
            let words = [piece(call, before), piece(call, after)];
            call.return_yes(&words)
        }
        None => call.return_no(&[]),
    }
}

fn lines(call: &mut Call<'_>) -> Outcome {
    let text = call.str(0);
    pieces(call, text.lines())
}

fn words(call: &mut Call<'_>) -> Outcome {
    let text = call.str(0);
    match text.is_ascii() {
        true => pieces(call, AsciiWords::of(text)),
        false => pieces(call, text.split_whitespace()),
    }
}

fn index_of(call: &mut Call<'_>) -> Outcome {
    let text = call.str(0);
    let found = text.find(call.str(1)).map(|at| length(&text[..at]) as u64);
    call.return_option(found)
}

fn repeat(call: &mut Call<'_>) -> Outcome {
    let (text, count) = (call.str(0), clamp(call.int(1)));
    let mut all = String::new();
    let room = text
        .len()
        .checked_mul(count)
        .map(|len| all.try_reserve_exact(len));
    if !matches!(room, Some(Ok(()))) {
        return Err("String.repeat: the string would be too long".into());
    }
    (0..count).for_each(|_| all.push_str(text));
    call.return_str(&all)
}

fn to_int(call: &mut Call<'_>) -> Outcome {
    let parsed = call.str(0).trim().parse::<i64>().ok();
    call.return_option(parsed.map(|value| value as u64))
}

fn to_float(call: &mut Call<'_>) -> Outcome {
    let parsed = call.str(0).trim().parse::<f64>().ok();
    call.return_option(parsed.map(f64::to_bits))
}

fn from_bytes(call: &mut Call<'_>) -> Outcome {
    match std::str::from_utf8(call.bytes(0)) {
        Ok(text) => {
            let word = call.new_str(text);
            call.return_yes(&[word])
        }
        Err(error) => call.return_err(&format!("not UTF-8 at byte {}", error.valid_up_to())),
    }
}

/// For comparison without regard to case.
fn fold(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        text.to_ascii_lowercase().into()
    } else {
        text.to_lowercase().into()
    }
}
