//! The assembler: reads what [`crate::disasm`] writes, so that tests of verifier, VM and tools are data.
//!
//! Besides numbers, labels may be names (`@loop: …`, `jump @loop`). Line ends do not matter.

mod inst;
mod lexer;
mod module;
#[cfg(test)]
mod tests;

use crate::module::Module;
use lexer::Token;

/// Where and why a text is no module.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct AsmError {
    /// 1-based line.
    pub line: u32,
    /// What is wrong.
    pub message: String,
}

/// Reads a module. It is well formed but not verified.
pub fn assemble(text: &str) -> Result<Module, AsmError> {
    let tokens = lexer::tokens(text)?;
    let mut parser = Parser { tokens, next: 0 };
    parser.module()
}

type Parsed<T> = Result<T, AsmError>;

struct Parser {
    tokens: Vec<(Token, u32)>,
    next: usize,
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next).map(|(token, _)| token)
    }

    fn fail<T>(&self, message: impl Into<String>) -> Parsed<T> {
        let line = self
            .tokens
            .get(self.next)
            .or(self.tokens.last())
            .map_or(1, |(_, line)| *line);
        Err(AsmError {
            line,
            message: message.into(),
        })
    }

    fn expected<T>(&self, what: &str) -> Parsed<T> {
        match self.peek() {
            Some(token) => self.fail(format!("expected {what}, found {token}")),
            None => self.fail(format!("expected {what}, found the end")),
        }
    }

    fn take(&mut self, token: &Token) -> bool {
        let found = self.peek() == Some(token);
        self.next += usize::from(found);
        found
    }

    fn take_mark(&mut self, mark: &'static str) -> bool {
        self.take(&Token::Mark(mark))
    }

    fn take_word(&mut self, word: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Word(found)) if found == word);
        self.next += usize::from(found);
        found
    }

    fn mark(&mut self, mark: &'static str) -> Parsed<()> {
        if self.take_mark(mark) {
            Ok(())
        } else {
            self.expected(&format!("`{mark}`"))
        }
    }

    fn word(&mut self, what: &str) -> Parsed<String> {
        match self.peek().cloned() {
            Some(Token::Word(word)) => {
                self.next += 1;
                Ok(word)
            }
            _ => self.expected(what),
        }
    }

    fn text(&mut self) -> Parsed<String> {
        match self.peek().cloned() {
            Some(Token::Text(text)) => {
                self.next += 1;
                Ok(text)
            }
            _ => self.expected("a string"),
        }
    }

    /// A word that is a number after a prefix, like `r12`.
    fn id<N: std::str::FromStr>(&mut self, prefix: &str, what: &str) -> Parsed<N> {
        let parsed = match self.peek() {
            Some(Token::Word(word)) => word
                .strip_prefix(prefix)
                .and_then(|number| number.parse().ok()),
            _ => None,
        };
        match parsed {
            Some(number) => {
                self.next += 1;
                Ok(number)
            }
            None => self.expected(what),
        }
    }

    /// Items separated by commas between two marks.
    fn list<T>(
        &mut self,
        open: &'static str,
        close: &'static str,
        mut item: impl FnMut(&mut Parser) -> Parsed<T>,
    ) -> Parsed<Vec<T>> {
        self.mark(open)?;
        let mut items = Vec::new();
        while !self.take_mark(close) {
            if !items.is_empty() {
                self.mark(",")?;
            }
            items.push(item(self)?);
        }
        Ok(items)
    }
}
