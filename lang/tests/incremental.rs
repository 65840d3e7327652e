//! A check that remembers the last one says what a check from scratch says, whatever was changed in between.

mod support;

use snow_lang::incremental::{Memory, Outcome, Source, check};
use support::random::Random;

/// The modules of a project: paths and texts.
type Files = Vec<(String, String)>;

const MAIN: &str = "\
import Shapes
import Tools.Text
from Store import Box, put

fn helper(n) = n + 1

fn main() do
  let b = put(Box { items: [] }, 3)
  println(Text.shout(\"hello\"))
  println(Shapes.area(Shapes.Circle(2.0)))
  println(helper(List.length(b.items)))
  send(Shapes.counter_start(), 1)
end
";

const SHAPES: &str = "\
from Tools.Text import shout

pub type Shape do
  Circle(Float)
  Square(side :: Float)
end

pub interface Named do
  fn name(self) -> String
  fn loud(self) -> String = shout(self.name())
end

impl Named for Shape do
  fn name(self) = case self do
    Circle(_) -> \"circle\"
    Square(side: _) -> \"square\"
  end
end

pub fn area(shape) do
  case shape do
    Circle(r) -> r * r * pi()
    Square(side: s) -> s * s
  end
end

fn pi() = 3.14

pub actor counter(n :: Int) do
  receive do
    m -> counter(n + m)
  end
end

pub fn counter_start() = spawn(counter, 0)
";

const STORE: &str = "\
pub struct Box<T> do
  items :: List<T>
end

pub fn put(b, item) = %{b | items: [item, ...b.items]}

pub fn first<T>(b :: Box<T>) -> T? do
  let all = b.items
  List.first(all)
end

module Inner do
  pub fn twice(x) = (x, x)
end

pub fn pairs(xs) = List.map(xs, fn x -> Inner.twice(x) end)

test \"put\" do
  assert List.length(put(Box { items: [] }, 1).items) == 1
end
";

const TEXT: &str = "\
##! Texts.

## Louder.
pub fn shout(text) = String.to_upper(text) <> \"!\"

pub fn parse(text :: String) -> Int!String do
  Option.to_result(String.to_int(text), \"no number\")
end

pub fn twice(text) do
  let n = parse(text)?
  Ok(n * 2)
end
";

fn project() -> Files {
    let files = [
        ("main.snow", MAIN),
        ("shapes.snow", SHAPES),
        ("store.snow", STORE),
        ("tools/text.snow", TEXT),
    ];
    files
        .map(|(path, text)| (path.to_owned(), text.to_owned()))
        .to_vec()
}

fn run(files: &Files, memory: Memory) -> Outcome {
    let names: Vec<String> = files
        .iter()
        .map(|(path, _)| support::module_name(path))
        .collect();
    let sources: Vec<Source<'_>> = files
        .iter()
        .zip(&names)
        .map(|((path, text), module)| Source { path, module, text })
        .collect();
    check(&sources, support::std_image(), memory)
}

/// Checks with what is remembered and from scratch, and gives what is remembered now.
fn same(files: &Files, memory: Memory, what: &str) -> (Memory, usize) {
    let again = run(files, memory);
    let scratch = run(files, Memory::default());
    let text = |outcome: &Outcome| support::rendered(&outcome.diagnostics, &outcome.files);
    assert_eq!(text(&again), text(&scratch), "{what}");
    (again.memory, again.inferred)
}

#[test]
fn a_check_from_scratch_says_what_a_compilation_says() {
    for (_, text) in support::sources(&support::root().join("tests/programs/diagnostics")) {
        let files = vec![("main.snow".to_owned(), text)];
        let outcome = run(&files, Memory::default());
        let (whole, set) = support::diagnose(&files);
        assert_eq!(
            support::rendered(&outcome.diagnostics, &outcome.files),
            support::rendered(&whole, &set)
        );
    }
}

#[test]
fn only_what_a_change_reaches_is_inferred() {
    let mut files = project();
    let first = run(&files, Memory::default());
    assert_eq!(first.inferred, 4, "{:?}", first.diagnostics);
    let (memory, inferred) = same(&files, first.memory, "nothing changed");
    assert_eq!(inferred, 0);
    // The body of a function whose type stays.
    files[1].1 = SHAPES.replace("3.14", "3.15");
    let (memory, inferred) = same(&files, memory, "a body");
    assert_eq!(inferred, 1);
    // A comment moves all places of a module.
    files[1].1 = format!("# Shapes.\n{}", files[1].1);
    let (memory, inferred) = same(&files, memory, "a comment");
    assert_eq!(inferred, 1);
    // The inferred type of a function that another module uses.
    files[3].1 = TEXT.replace(" <> \"!\"", " |> String.length()");
    let (memory, inferred) = same(&files, memory, "an inferred type");
    assert_eq!(inferred, 3);
    // And back.
    files[3].1 = TEXT.to_owned();
    let (memory, _) = same(&files, memory, "the old type");
    // A new function: other items have other numbers now.
    files[2].1.push_str("\npub fn none() = None\n");
    let (memory, inferred) = same(&files, memory, "an item");
    assert_eq!(inferred, 4);
    let (_, inferred) = same(&files, memory, "nothing changed again");
    assert_eq!(inferred, 0);
}

#[test]
fn what_is_remembered_has_a_serialised_form() {
    let files = project();
    let memory = run(&files, Memory::default()).memory;
    let bytes = memory.encode().expect("serialised");
    let back = Memory::decode(bytes.clone(), 0).expect("read back");
    let (_, inferred) = same(&files, back, "after reading it back");
    assert_eq!(inferred, 0);
    for cut in [0, 1, bytes.len() / 2, bytes.len() - 1] {
        // Whatever it is read as, or not: it does not panic.
        let _ = Memory::decode(bytes[..cut].to_vec(), 0);
    }
}

#[test]
fn random_changes_are_checked_as_from_scratch() {
    for seed in 0..25 {
        let mut random = Random::new(seed + 1);
        let mut files = project();
        let mut memory = Memory::default();
        let mut history = Vec::new();
        for _ in 0..12 {
            history.push(change(&mut files, &mut random));
            let what = format!("seed {seed}: {history:?}\n{files:#?}");
            memory = same(&files, memory, &what).0;
        }
    }
}

/// Changes something, for better or worse, and says what.
fn change(files: &mut Files, random: &mut Random) -> String {
    let at = random.below(files.len());
    let original = project();
    let (path, text) = &mut files[at];
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let line = random.below(lines.len());
    let what = match random.below(14) {
        0 => {
            lines.remove(line);
            "line removed"
        }
        1 => {
            let copy = lines[line].clone();
            lines.insert(line, copy);
            "line doubled"
        }
        2 => {
            lines.insert(line, "# a note".to_owned());
            "comment"
        }
        3 => {
            lines.insert(line, "  let unused = 1".to_owned());
            "let"
        }
        4 => {
            lines.push(format!(
                "fn more{}() = {}",
                random.below(3),
                random.below(9)
            ));
            "function"
        }
        5 => {
            lines[line] = lines[line].replacen("pub ", "", 1);
            "made private"
        }
        6 => {
            lines[line] = lines[line].replacen("text", "txet", 1);
            "misspelt"
        }
        7 => {
            lines[line] = lines[line].replace(['2', '3'], "\"x\"");
            "number to text"
        }
        8 => {
            lines[line].push_str(" )");
            "bracket"
        }
        9 => {
            lines[line] = lines[line]
                .replace(" :: Float", "")
                .replace(" -> Int!String", "");
            "annotation removed"
        }
        10 => {
            lines[line] = lines[line]
                .replace("Ok(n * 2)", "Ok(\"${n}\")")
                .replace("(x, x)", "[x]");
            "another result"
        }
        // Often back to what is correct, so that mistakes do not only pile up.
        _ => {
            let known = original.iter().find(|(known, _)| known == path);
            lines = known.map_or(lines, |(_, text)| text.lines().map(str::to_owned).collect());
            "restored"
        }
    };
    *text = lines.join("\n") + "\n";
    if random.below(40) == 0 && files.len() > 2 {
        files.pop();
        return "module removed".to_owned();
    }
    if random.below(20) == 0 && files.len() < original.len() {
        files.push(original[files.len()].clone());
        return "module added".to_owned();
    }
    format!("{what} in {at}")
}
