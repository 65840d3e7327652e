//! Trees as text for snapshots: the `Debug` form without places, `Some`, and wrappers.

/// A value in `Debug` syntax.
#[derive(Debug)]
enum Value {
    Word(String),
    /// Name, and fields with or without their names.
    Group(String, char, Vec<(String, Value)>),
}

/// The `Debug` form of a tree, made readable.
pub fn tree(value: &impl std::fmt::Debug) -> String {
    let text = format!("{value:?}");
    let mut reader = Reader { rest: &text };
    let mut out = String::new();
    print(&reader.value(), 0, &mut out);
    out.push('\n');
    out
}

/// The same on one line, for comparisons.
pub fn flat(value: &impl std::fmt::Debug) -> String {
    let text = format!("{value:?}");
    line(&Reader { rest: &text }.value())
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn value(&mut self) -> Value {
        let word = self.word();
        match self.rest.chars().next() {
            Some('(') => Value::Group(word, ')', self.fields(')')),
            Some('[') => Value::Group(word, ']', self.fields(']')),
            Some(' ') if self.rest.starts_with(" {") => {
                self.rest = &self.rest[1..];
                Value::Group(word, '}', self.fields('}'))
            }
            _ => Value::Word(word),
        }
    }

    fn word(&mut self) -> String {
        let mut end = 0;
        if self.rest.starts_with('"') {
            let mut escaped = false;
            for (at, character) in self.rest.char_indices().skip(1) {
                end = at + 1;
                match character {
                    '\\' => escaped = !escaped,
                    '"' if !escaped => break,
                    _ => escaped = false,
                }
            }
        } else {
            end = self
                .rest
                .find(|c: char| " ,()[]{}:".contains(c))
                .unwrap_or(self.rest.len());
        }
        let word = self.rest[..end].to_owned();
        self.rest = &self.rest[end..];
        word
    }

    fn fields(&mut self, close: char) -> Vec<(String, Value)> {
        self.rest = self.rest[1..].trim_start();
        let mut fields = Vec::new();
        while !self.rest.starts_with(close) {
            let before = self.rest;
            let name = self.word();
            let named = close == '}' && self.rest.starts_with(": ");
            if named {
                self.rest = &self.rest[2..];
            } else {
                self.rest = before;
            }
            let value = self.value();
            fields.push((if named { name } else { String::new() }, value));
            self.rest = self.rest.trim_start_matches([',', ' ']);
        }
        self.rest = &self.rest[1..];
        fields
    }
}

/// Fields worth showing.
fn shown(value: &Value) -> Vec<&(String, Value)> {
    let Value::Group(_, _, fields) = value else {
        return Vec::new();
    };
    fields
        .iter()
        .filter(|(name, value)| {
            let place = matches!(value, Value::Group(kind, ..) if kind == "Span");
            let nothing = matches!(value, Value::Word(word) if word == "None" || word == "false" && name == "public")
                || matches!(value, Value::Group(word, ']', fields) if word.is_empty() && fields.is_empty());
            !place && (name.is_empty() || !nothing)
        })
        .collect()
}

/// What a wrapper holds, if the value is one.
fn unwrapped(value: &Value) -> Option<&Value> {
    let Value::Group(name, _, fields) = value else {
        return None;
    };
    match name.as_str() {
        "Expr" | "Pattern" | "TypeExpr" | "Item" | "Ident" | "Param" | "Block" | "FnBody"
        | "Some" => {}
        _ => return None,
    }
    match shown(value).as_slice() {
        [only] if fields.len() > 1 || name == "Some" || name == "Expr" => Some(&only.1),
        _ => None,
    }
}

fn line(value: &Value) -> String {
    if let Some(inside) = unwrapped(value) {
        return line(inside);
    }
    match value {
        Value::Word(word) => word.clone(),
        Value::Group(name, close, _) => {
            let fields: Vec<String> = shown(value)
                .iter()
                .map(|(name, value)| {
                    if name.is_empty() {
                        line(value)
                    } else {
                        format!("{name}: {}", line(value))
                    }
                })
                .collect();
            format!("{name}{}{}{close}", open(*close), fields.join(", "))
        }
    }
}

fn open(close: char) -> char {
    match close {
        ')' => '(',
        ']' => '[',
        _ => '{',
    }
}

fn print(value: &Value, indent: usize, out: &mut String) {
    if let Some(inside) = unwrapped(value) {
        return print(inside, indent, out);
    }
    let short = line(value);
    let Value::Group(name, close, _) = value else {
        return out.push_str(&short);
    };
    if short.chars().count() + indent <= 96 {
        return out.push_str(&short);
    }
    out.push_str(name);
    out.push(open(*close));
    for (name, value) in shown(value) {
        out.push('\n');
        out.push_str(&" ".repeat(indent + 2));
        if !name.is_empty() {
            out.push_str(name);
            out.push_str(": ");
        }
        print(value, indent + 2, out);
    }
    out.push('\n');
    out.push_str(&" ".repeat(indent));
    out.push(*close);
}
