//! Programs that would take too long, too much memory or too much stack: a clear error in bounded time.

use super::{outcome, unindent};

check! {
    infinite_type: r#"
        fn f(x) = f(x, x)
        fn self_apply(g) = g(g)
        fn main() do println(1) end
    "#;

    alias_cycles: r#"
        type A = List<B>
        type B = A?
        type Own = Own
        fn f(x :: A) = x
        fn main() do println(1) end
    "#;
}

/// Each `let` doubles the type: 2^60 parts, shared in memory but not in the finished type.
#[test]
fn doubling_types() {
    let mut text = String::from("fn main() do\n  let x0 = 1\n");
    for n in 1..60 {
        text.push_str(&format!("  let x{n} = (x{0}, x{0})\n", n - 1));
    }
    text.push_str("  println(x59)\nend\n");
    assert!(outcome(&[("Main", &text)]).contains("E0026"));
}

#[test]
fn doubling_aliases() {
    let mut text = String::from("type T0<A> = (A, A)\n");
    for n in 1..60 {
        text.push_str(&format!("type T{n}<A> = T{0}<T{0}<A>>\n", n - 1));
    }
    text.push_str("fn f(x :: T59<Int>) = x\nfn main() do println(1) end\n");
    assert!(outcome(&[("Main", &text)]).contains("E0026"));
}

#[test]
fn deep_types() {
    let mut text = String::from("fn main() do\n  let x0 = []\n");
    for n in 1..1000 {
        text.push_str(&format!("  let x{n} = [x{}]\n", n - 1));
    }
    text.push_str("  println(x999)\nend\n");
    assert!(outcome(&[("Main", &text)]).contains("E0026"));
}

#[test]
fn long_operator_chains() {
    let sum = vec!["1"; 5_000].join(" + ");
    let text = format!("fn main() do println({sum}) end\n");
    let result = outcome(&[("Main", &text)]);
    assert!(result.starts_with("fn main() -> ()") || result.contains("E0111"));
}

#[test]
fn long_chains_of_functions_and_aliases() {
    let mut text = String::from("type A0 = Int\nfn f0(x) = x\n");
    for n in 1..20_000 {
        text.push_str(&format!(
            "type A{n} = A{}\nfn f{n}(x) = f{}(x)\n",
            n - 1,
            n - 1
        ));
    }
    text.push_str(&unindent(
        "fn main() do\n  let y :: A19999 = f19999(1)\n  println(y)\nend\n",
    ));
    assert!(outcome(&[("Main", &text)]).contains("fn main() -> ()"));
}

/// A pair of pairs of pairs …: few parts, but twice as many ways to them with each.
fn shared_pairs(use_of_last: &str) -> String {
    let mut text = unindent(
        "
        interface Named do
          fn name(self) -> Int
        end
        impl Named for Int do
          fn name(self) = 1
        end
        impl<A, B> Named for (A, B) where A: Named, B: Named do
          fn name((a, b)) = a.name() + b.name()
        end
        fn main() do
          let x0 = 1",
    );
    for n in 1..60 {
        text.push_str(&format!("\n  let x{n} = (x{0}, x{0})", n - 1));
    }
    text.push_str(&format!("\n  println({use_of_last})\nend\n"));
    text
}

#[test]
fn interfaces_of_types_that_share_parts() {
    for use_of_last in ["x59 == x59", "x59.name()", "x59 < x59"] {
        let text = shared_pairs(use_of_last);
        assert!(outcome(&[("Main", &text)]).contains("E0026"));
    }
}
