//! Tokens of the assembler's language.

use super::AsmError;

/// One token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A word or number: letters, digits, `_`, and dots and signs inside.
    Word(String),
    /// A string, unescaped.
    Text(String),
    /// `@name`.
    Label(String),
    /// One of `( ) [ ] { } , : =`, or `->`, `..`.
    Mark(&'static str),
}

impl std::fmt::Display for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Token::Word(word) => write!(f, "`{word}`"),
            Token::Text(text) => write!(f, "{text:?}"),
            Token::Label(name) => write!(f, "`@{name}`"),
            Token::Mark(mark) => write!(f, "`{mark}`"),
        }
    }
}

const MARKS: [&str; 11] = ["->", "..", "(", ")", "[", "]", "{", "}", ",", ":", "="];

/// Splits a text into tokens with their lines.
pub(super) fn tokens(text: &str) -> Result<Vec<(Token, u32)>, AsmError> {
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let number = index as u32 + 1;
        let mut rest = line.trim_start();
        while !rest.is_empty() && !rest.starts_with('#') {
            let (token, after) = token(rest).ok_or_else(|| AsmError {
                line: number,
                message: format!("cannot read `{rest}`"),
            })?;
            found.push((token, number));
            rest = after.trim_start();
        }
    }
    Ok(found)
}

fn token(text: &str) -> Option<(Token, &str)> {
    if let Some(mark) = MARKS.iter().find(|mark| text.starts_with(**mark)) {
        return Some((Token::Mark(mark), &text[mark.len()..]));
    }
    if let Some(rest) = text.strip_prefix('"') {
        return string(rest);
    }
    if let Some(rest) = text.strip_prefix('@') {
        let (name, rest) = word(rest)?;
        return Some((Token::Label(name), rest));
    }
    let (word, rest) = word(text)?;
    Some((Token::Word(word), rest))
}

/// A word ends before anything else than letters, digits, `_`, `+`, `-`, `@` and single dots; `r1..r2` is three tokens.
fn word(text: &str) -> Option<(String, &str)> {
    let mut end = text
        .find(|c: char| !(c.is_alphanumeric() || "_.+-@".contains(c)))
        .unwrap_or(text.len());
    end = text[..end].find("..").unwrap_or(end);
    end = text[..end].find("->").unwrap_or(end);
    (end > 0).then(|| (text[..end].to_string(), &text[end..]))
}

fn string(text: &str) -> Option<(Token, &str)> {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((index, c)) = chars.next() {
        match c {
            '"' => return Some((Token::Text(value), &text[index + 1..])),
            '\\' => value.push(match chars.next()?.1 {
                'n' => '\n',
                'u' => unicode(&mut chars)?,
                c => c,
            }),
            c => value.push(c),
        }
    }
    None
}

/// `{1F600}` after `\u`.
fn unicode(chars: &mut std::str::CharIndices<'_>) -> Option<char> {
    let digits: String = chars
        .map(|(_, c)| c)
        .skip(1)
        .take_while(|c| *c != '}')
        .collect();
    char::from_u32(u32::from_str_radix(&digits, 16).ok()?)
}
