use crate::diagnostics::Sink;
use crate::syntax::ast::{File, FileId};
use crate::syntax::parse;
use crate::syntax::tests::{dump, parse_text, sources};

fn parsed(text: &str) -> Option<File> {
    let mut sink = Sink::new();
    let file = parse(FileId(0), text, &mut sink);
    (!sink.has_errors()).then_some(file)
}

fn format(text: &str) -> String {
    super::format(text, &parsed(text).expect("the source parses"))
}

/// The comments of a file, blanks at line ends aside.
fn comments(text: &str, file: &File) -> Vec<String> {
    let mut found: Vec<String> = file
        .comments
        .iter()
        .map(|comment| {
            text[comment.span.start as usize..comment.span.end as usize]
                .trim()
                .to_owned()
        })
        .collect();
    found.sort();
    found
}

/// Formats, and checks that the tree and the comments are the same and that a second time changes nothing.
fn check(text: &str) -> String {
    let file = parsed(text).unwrap_or_else(|| panic!("{}", parse_text(text).1));
    let formatted = super::format(text, &file);
    let again =
        parsed(&formatted).unwrap_or_else(|| panic!("does not parse any more:\n{formatted}"));
    assert_eq!(
        dump::flat(&file.items),
        dump::flat(&again.items),
        "\n{formatted}"
    );
    assert_eq!(
        comments(text, &file),
        comments(&formatted, &again),
        "\n{formatted}"
    );
    assert_eq!(formatted, super::format(&formatted, &again));
    formatted
}

/// What is broken because it is too wide is broken already the second time.
#[test]
fn members_that_are_too_wide_stand_apart() {
    let text = "impl Show for User do
  fn long(self) = self.first_name |> String.upcase() |> String.trim() |> String.replace(\"a\", \"b\") |> String.reverse()
  fn short(self) = 1
  fn shorter(self) = 2
end
";
    let formatted = check(text);
    assert!(
        formatted.contains("\n\n  fn short(self) = 1\n  fn shorter(self) = 2\nend"),
        "{formatted}"
    );
}

#[test]
fn corpus_keeps_its_meaning() {
    for folder in ["tests/programs", "stdlib", "examples"] {
        for path in sources(folder) {
            let text = std::fs::read_to_string(&path).expect("test sources are UTF-8");
            if parsed(&text).is_some() {
                println!("{}", path.display());
                check(&text);
            }
        }
    }
}

#[test]
fn empty_files() {
    assert_eq!(format(""), "");
    assert_eq!(format("\n\n"), "");
    assert_eq!(check("# only this"), "# only this\n");
}

#[test]
fn functions() {
    insta::assert_snapshot!(check(
        "import  A.B\nfrom X import a,b as c\ndef  f( x,y )=x+y\nfn f(x :: Int)->Int do x end\nfn g<T>(x::T)->T? where T:Ord+Eq when x>1 do\nlet y=1\n\n\n  y\nend\npub native fn put<K>(m :: own Map<K>)->Int=\"s\"\ntest \"a\\\"b\" do assert f(1)==2 end\nfn a_rather_long_name_of_a_function(first_parameter :: Int, second_parameter :: Map<String, Int>, third :: Int) -> Map<String, Int> where T: Display = first_parameter\n"
    ));
}

#[test]
fn definitions() {
    insta::assert_snapshot!(check(
        "struct P<T> do x::Int;y::T end deriving(Eq,Ord)\n## Doc.\ntype S do\n  A\n  B(x::Int,y::Int) # why\n  # last\nend\ntype F=Fun(Int,(A,B))->(Fun()->Int)?\ninterface C : Eq do\ntype Item\nfn first(self)->Self.Item\n  fn size(self)->Int=0\nend\nimpl C for S<T> where T:Eq do\n type Item=T\n fn first(self) do\n  self.x\n end\nend\nmodule M do\nfn f()=1\nmodule N do end\nend\n"
    ));
}

#[test]
fn actors() {
    insta::assert_snapshot!(check(
        "actor c(n :: Int) do\nreceive do\nAdd(m)->c(n+m)\n  # stop\n  Stop->()\nafter 10->f()\n  g()\nend\nterminate do\nprintln(\"x\")\nend\nend\nservice S do\nfn init(s :: Int)->Int do s end\ncall Get()::Int do |s| (s,s) end\ncast Set(v) do |_s|\nv\nend\ninfo NodeDown(n) do |s| s end\nterminate do |s| () end\nend\nsupervisor A(c) do\nstrategy: one_for_one\nchild x do\nstart: fn -> S.start(0) end\nrestart: permanent # always\nend\nend\n"
    ));
}

#[test]
fn expressions() {
    insta::assert_snapshot!(check(
        "fn f() do\n  let x=[1,2,...t];let m=%{\"a\"=>1,\"b\"=>2}\n  let p=Point{x:1,y:2}; %{p|x:5}\n  not a and !b && c || d\n  - 1; -x; -(1); x- -1; 1..n; a::b::c\n  if a do 1 else if b do 2 else 3 end\n  if a do\n    1\n  else\n    if b do 2 end\n  end\n  xs|>f()|2>g(1)\n  xs\n  |> List.map(fn x->x*2 end)\n  |> each() do |x|\n    x\n  end\n  List.map(xs,fn x->\n    x\n  end)\n  fn 0->1|n when n>1->2 end\n  fn ((a,b))->a end\n  case x do A->1;B(y)|C(y)->y; _ -> do_it(1)\n    2 end\n  for x in xs,{k,v} in m when x>1 do x end\n  while true do break end\n  cond do a->1;true->2 end\n  let Ok(y)=e else return end\n  <<1,a:16-little,b:bytes(n)>>\n  \"text ${ x+1 } ${\"n\"}\"\n  s.a().b[1]?.c\nend\n"
    ));
}

#[test]
fn long_lines() {
    insta::assert_snapshot!(check(
        "fn f() do\n  some_function(the_first_argument_of_it, the_second_argument_of_it, [a_list, of_things], fn x -> x end)\n  let a_name = first_operand_of_the_sum + second_operand_of_the_sum * third_operand_of_the_sum - fourth_one\n  let y = xs |> Enumerable.filter_all_of_them(predicate_function) |> Enumerable.map_over(another_function) |> done()\n  case x do\n    SomeVariant(first_field, second_field) -> some_function(the_first_argument_of_it, the_second_argument_of_it_all)\n  end\n  [1000000000, 1000000000, 1000000000, 1000000000, 1000000000, 1000000000, 1000000000, 1000000000, 1000000000]\n  Point { x: some_function(the_first_argument_of_it, the_second), y: some_function(the_first_argument_of_it) }\nend\n"
    ));
}

#[test]
fn comments_stay() {
    insta::assert_snapshot!(check(
        "##! Module.\n\n# before\n\n## Doc.\nfn f(\n  a, # first\n  # own\n  b\n) do # head\n  # start\n  g(1, # one\n    2) # after\n\n  # middle\n  x + # inside\n    y\n  [\n    1, # one\n    # two\n    2\n    # end\n  ]\n  if a do # then\n    1 # one\n    # tail\n  else # other\n    # lead\n    2\n  end # done\n  case x do\n    # first\n    A -> 1 # a\n\n    # second\n    B ->\n      # body\n      2\n    # none\n  end\n  xs # xs\n  # map\n  |> map(f) # mapped\n  |> done()\n  #= block =# z #= after =#\n  # last\nend\n# end\n"
    ));
}
