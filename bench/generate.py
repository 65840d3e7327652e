#!/usr/bin/env python3
"""Writes a Snow project of about 100,000 lines in 500 modules, to measure the compiler.

usage: generate.py FOLDER [MODULES]; prints the number of lines. The modules are what a program
consists of: structs, sum types, recursive functions, matches, closures, generics, pipes and text;
each uses some of the modules before it.
"""
import sys
from pathlib import Path

BLOCK = '''
pub struct Item{k} do
  name :: String
  price :: Int
  tags :: List<String>
end

pub type Event{k} do
  Created{k}(Int)
  Changed{k}(name :: String, amount :: Int)
  Gone{k}
end

pub fn make{k}(name :: String, price :: Int) -> Item{k} do
  Item{k} {{ name: name, price: price, tags: ["new", "item{k}"] }}
end

# What an event does to the total.
pub fn apply{k}(total :: Int, event :: Event{k}) -> Int do
  case event do
    Created{k}(n) when n > 1000 -> total + n % 1000
    Created{k}(n) -> total + n
    Changed{k}(name: "double", amount: a) -> total + a * 2
    Changed{k}(amount: a) -> total + a
    Gone{k} -> 0
  end
end

pub fn total{k}(items :: List<Item{k}>) -> Int do
  items
    |> List.filter(fn i -> i.price > {k} end)
    |> List.map(fn i -> i.price * 2 end)
    |> List.reduce(0, fn a, b -> a + b end)
end

fn walk{k}(n, acc) do
  if n == 0 do
    acc
  else if n % 3 == 0 do
    walk{k}(n - 1, acc + {k})
  else
    walk{k}(n - 1, acc + n)
  end
end

pub fn describe{k}(item :: Item{k}) -> String do
  let count = List.length(item.tags)
  let label = cond do
    count == 0 -> "bare"
    count < 3 -> "tagged"
    true -> "busy"
  end
  "${{item.name}} (${{label}}) costs ${{item.price + walk{k}(3, 0)}}"
end

pub fn pairs{k}(xs :: List<Int>, ys :: List<Int>) do
  for x in xs, y in ys when x != y do
    (x, y)
  end
end

pub fn find{k}(items :: List<Item{k}>, name :: String) -> Item{k}? do
  let found = List.find(items, fn i -> i.name == name end)?
  Some(%{{found | price: found.price + 1}})
end
'''


def module(number):
    """Text of one module: three blocks and a function that uses earlier modules."""
    earlier = sorted({max(0, number - 1), number // 2, number // 7} - {number})
    imports = "".join(f"import Area{n % 10}.Part{n}\n" for n in earlier)
    prices = [f'Part{n}.make0("part", {n}).price' for n in earlier[1:]]
    calls = " + ".join([f"Part{n}.run()" for n in earlier[:1]] + prices + ["total0(items)"])
    body = "".join(BLOCK.format(k=k) for k in range(3))
    run = f'''
pub fn run() -> Int do
  let items = for i in 0..3 do make0("item ${{i}}", i * 10) end
  let changed = apply0(0, Changed0(name: "double", amount: {number}))
  {calls} + changed % 7
end
'''
    return f"##! Part {number}.\n{imports}{body}{run}"


def main():
    folder = Path(sys.argv[1])
    modules = int(sys.argv[2]) if len(sys.argv) > 2 else 500
    lines = 0
    for number in range(modules - 1):
        path = folder / f"area{number % 10}" / f"part{number}.snow"
        path.parent.mkdir(parents=True, exist_ok=True)
        text = module(number)
        lines += text.count("\n")
        path.write_text(text)
    last = modules - 2
    text = f"import Area{last % 10}.Part{last}\n\nfn main() do\n  println(Part{last}.run() % 1000)\nend\n"
    (folder / "main.snow").write_text(text)
    print(lines + text.count("\n"))


if __name__ == "__main__":
    main()
