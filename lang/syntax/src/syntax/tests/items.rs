use super::items;

#[test]
fn functions() {
    insta::assert_snapshot!(items(
        "fn area(w :: Float, h :: Float) -> Float do\n  w * h\nend\n\nfn double(x) = x * 2\ndef fib(0) = 0\nfn fib(n) when n > 1 = fib(n - 1)\npub fn identity<T>(x :: T) -> T = x\nfn largest<T>(xs :: List<T>) -> T?\n  where T: Ord + Display, U: Eq\ndo\n  None\nend\nfn or(a) = a\nfn f((a, b), [x, ...rest], Some(1 | 2)) = a\n"
    ));
}

#[test]
fn natives() {
    insta::assert_snapshot!(items(
        "pub native fn put<K, V>(m :: own Map<K, V>, key :: K) -> Map<K, V> where K: Hash + Eq = \"snow_map_put\"\n"
    ));
}

#[test]
fn structs_and_types() {
    insta::assert_snapshot!(items(
        "## A point.\nstruct Point do\n  ## Across.\n  x :: Int\n  y :: List<Int>\nend deriving(Eq, Ord)\npub struct Box<T> do value :: T end\ntype Shape<T> do\n  Circle(Float)\n  ## Both.\n  Rectangle(width :: Float, height :: Float)\n  Unknown\nend\nderiving()\ntype Mapper<T> = Fun(T) -> String\n"
    ));
}

#[test]
fn interfaces() {
    insta::assert_snapshot!(items(
        "interface Container: Eq + Ord do\n  type Item\n  ## The first.\n  fn first(self) -> Self.Item\n  fn size(self) -> Int = 0\n  fn empty() -> Self\nend\nimpl Container for Stack<T> where T: Display do\n  type Item = List<T>\n  fn first(self) -> T = self.x\nend\ntrait From<T> do\n  fn from(x :: T) -> Self\nend\n"
    ));
}

#[test]
fn modules() {
    insta::assert_snapshot!(items(
        "import Math.Vector\nimport Math as M\nfrom Math import add,\n  Shape as S\nfrom M import *\npub module Inner do\n  import A\n  fn f() = 1\n  module Deep do end\nend\ntest \"adds\" do assert add(1, 2) == 3 end\n"
    ));
}

#[test]
fn actors() {
    insta::assert_snapshot!(items(
        "actor counter(total :: Int) do\n  receive do\n    Add(n) -> counter(total + n)\n    Get(reply) -> send(reply, total)\n      counter(total)\n    Stop -> ()\n  after 60_000 -> ()\n  end\nterminate do\n  println(\"bye\")\nend\nend\n"
    ));
}

#[test]
fn services() {
    insta::assert_snapshot!(items(
        "service Store do\n  fn init(start :: Int) -> Int do start end\n  ## Reads.\n  call Get() :: Int do |state| (state, state) end\n  call Set(v :: Int) :: Int do |_state, caller| v end\n  cast Clear() do |_state| 0 end\n  info NodeDown(name) do |state| state end\n  terminate do |state| () end\nend\n"
    ));
}

#[test]
fn supervisors() {
    insta::assert_snapshot!(items(
        "supervisor App(config :: Config) do\n  strategy: one_for_one\n  max_restarts: 3\n\n  child cache do\n    start: fn -> Store.start(0) end\n    restart: permanent\n    shutdown: 5000\n  end\nend\nsupervisor Empty do end\n"
    ));
}
