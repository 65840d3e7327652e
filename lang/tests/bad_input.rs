//! Programs that nobody should write: clear errors, or none, in bounded time and with messages of bounded length.

mod support;

use std::fmt::Write;
use std::time::{Duration, Instant};

use snow_lang::diagnostics::{Diagnostic, Severity};

/// Far above what any of them takes on a busy machine, far below what a mistake in the bounds would take.
const LIMIT: Duration = Duration::from_secs(20);
/// No message is longer, whatever the types in it.
const LONGEST: usize = 4000;

/// Checks a program within the limits and gives its errors.
fn errors(name: &str, text: &str) -> Vec<Diagnostic> {
    let start = Instant::now();
    let (diagnostics, files) = support::diagnose(&[("main.snow".to_owned(), text.to_owned())]);
    let time = start.elapsed();
    assert!(time < LIMIT, "{name}: {time:?}");
    for diagnostic in &diagnostics {
        let length = support::rendered(std::slice::from_ref(diagnostic), &files).len();
        assert!(length < LONGEST, "{name}: a message of {length} bytes");
    }
    let is_error = |found: &Diagnostic| found.severity == Severity::Error;
    diagnostics.into_iter().filter(is_error).collect()
}

fn codes(name: &str, text: &str) -> Vec<String> {
    let codes = errors(name, text);
    codes.iter().map(|error| error.code.to_string()).collect()
}

/// Gives `count` lines, with each line's number.
fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).fold(String::new(), |mut text, number| {
        let _ = writeln!(text, "{}", line(number));
        text
    })
}

const MAIN: &str = "\nfn main() do\n  println(1)\nend\n";

#[test]
fn types_that_contain_themselves() {
    for (text, code) in [
        ("fn f(x) = x(x)\n", "E0010"),
        ("fn f(x) = [x, f([x])]\n", "E0010"),
        (
            "fn f(x) do\n  let g = fn y -> y(y) end\n  g(x)\nend\n",
            "E0010",
        ),
        (
            "fn f(n) = if n == 0 do (n, n) else f((n, n)) end\n",
            "E0001",
        ),
    ] {
        let found = codes(text, &format!("{text}{MAIN}"));
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        assert!(found[0] == code || found[0] == "E0010", "{text}: {found:?}");
    }
}

#[test]
fn functions_that_call_themselves_with_other_types() {
    let text = "fn f<T>(x :: T, n :: Int) -> Int = if n == 0 do 0 else f([x], n - 1) end\n";
    assert_eq!(codes("annotated", &format!("{text}{MAIN}")), ["E0001"]);
    let text = "fn f(x, n) = if n == 0 do 0 else g([x], n) end\nfn g(x, n) = f(x, n - 1)\n";
    assert_eq!(codes("two functions", &format!("{text}{MAIN}")), ["E0010"]);
}

#[test]
fn interfaces_and_implementations_that_need_each_other() {
    let text = "
interface A do
  fn a(self) -> Int
end
interface B do
  fn b(self) -> Int
end
struct Box<T> do
  value :: T
end
impl A for Box<T> where T: B do
  fn a(self) = self.value.b()
end
impl B for Box<T> where T: A do
  fn b(self) = self.value.a()
end
fn main() do
  let x = Box { value: Box { value: Box { value: 1 } } }
  println(x.a())
end
";
    let found = codes("bounds in turn", text);
    assert_eq!(found, ["E0013"]);
    let chain = lines(1500, |n| {
        format!("interface I{n}: I{} do\nend", (n + 1) % 1500)
    });
    let found = codes("a ring of interfaces", &format!("{chain}{MAIN}"));
    assert_eq!(found, ["E0054"]);
    let chain = lines(800, |n| match n {
        799 => "interface I799 do\n  fn last(self) -> Int\nend".to_owned(),
        n => format!("interface I{n}: I{} do\nend", n + 1),
    });
    let uses = "fn f<T>(x :: T) -> Int where T: I0 = x.last()\n";
    let found = codes("a chain of interfaces", &format!("{chain}{uses}{MAIN}"));
    assert_eq!(found, [""; 0]);
}

#[test]
fn aliases_that_stand_for_each_other() {
    let ring = lines(2000, |n| format!("type A{n} = List<A{}>", (n + 1) % 2000));
    assert_eq!(
        codes("a ring of aliases", &format!("{ring}{MAIN}")),
        ["E0025"]
    );
}

#[test]
fn messages_about_large_types_are_short() {
    let pairs = lines(10, |n| format!("  let x{} = (x{n}, [x{n}])", n + 1));
    let text =
        format!("fn main() do\n  let x0 = 1\n{pairs}  let n :: Int = x10\n  println(n)\nend\n");
    let found = codes("a large type", &text);
    assert!(found.contains(&"E0001".to_owned()), "{found:?}");
    let fields = lines(400, |n| format!("  field_number_{n} :: Int"));
    let text = format!("struct Wide do\n{fields}end\nfn f(w :: Wide) = w.fild\n{MAIN}");
    assert_eq!(codes("a wide struct", &text), ["E0005"]);
    let variants = lines(3000, |n| format!("  Variant{n}(Int)"));
    let text = format!(
        "type Many do\n{variants}end\nfn f(m) = case m do\n  Variant7(n) -> n\n  Variant8(n) -> n\nend\n{MAIN}"
    );
    assert_eq!(codes("many variants", &text), ["E0012"]);
    let text = format!(
        "fn main() do\n  let x :: Int = \"{}\"\n  println(x)\nend\n",
        "long ".repeat(20_000)
    );
    assert_eq!(codes("a long line", &text), ["E0001"]);
}

#[test]
fn large_programs_are_checked_in_time() {
    let arms = lines(4000, |n| format!("    {n} -> {}", n * 2));
    let text = format!("fn f(n) do\n  case n do\n{arms}    _ -> 0\n  end\nend\n{MAIN}");
    assert_eq!(codes("many arms", &text), [""; 0]);
    let elements = lines(20_000, |n| format!("    {n},"));
    let text = format!("fn main() do\n  println(List.length([\n{elements}    0\n  ]))\nend\n");
    assert_eq!(codes("a long list", &text), [""; 0]);
    let calls = lines(3000, |n| format!("  let x{} = f(x{n})", n + 1));
    let text = format!("fn f(x) = x\nfn main() do\n  let x0 = 1\n{calls}  println(x3000)\nend\n");
    assert_eq!(codes("many lets", &text), [""; 0]);
    let opens = "fn x -> ".repeat(100);
    let ends = " end".repeat(100);
    let text = format!("fn main() do\n  let f = {opens}1{ends}\n  println(1)\nend\n");
    assert_eq!(codes("closures in closures", &text), [""; 0]);
}

#[test]
fn patterns_with_too_many_combinations() {
    let fields = lines(20, |n| format!("  a{n} :: Bool\n  b{n} :: Bool"));
    let arms = lines(20, |n| {
        format!("    Pairs {{ a{n}: true, b{n}: true }} -> {n}")
    });
    let text = format!(
        "struct Pairs do\n{fields}end\nfn f(p) do\n  case p do\n{arms}    _ -> 99\n  end\nend\n{MAIN}"
    );
    let found = codes("pairs", &text);
    assert!(found.is_empty() || found == ["E0071"], "{found:?}");
    let text =
        format!("struct Pairs do\n{fields}end\nfn f(p) do\n  case p do\n{arms}  end\nend\n{MAIN}");
    let found = codes("pairs without a last arm", &text);
    assert!(found == ["E0012"] || found == ["E0071"], "{found:?}");
}

#[test]
fn many_mistakes_are_all_counted() {
    let text = lines(3000, |n| format!("fn f{n}() = unknown_{n}"));
    let found = errors("many mistakes", &format!("{text}{MAIN}"));
    assert!(found.len() >= 500, "{}", found.len());
}
