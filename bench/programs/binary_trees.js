"use strict";
const { bench } = require("./bench.js");

function make(d) {
  return d === 0 ? { left: null, right: null } : { left: make(d - 1), right: make(d - 1) };
}

function check(node) {
  return node === null ? 0 : 1 + check(node.left) + check(node.right);
}

bench(() => {
  const depth = 16;
  let sum = check(make(depth + 1));
  const long = make(depth);
  for (let d = 4; d <= depth; d += 2) {
    for (let i = 0; i < 1 << (depth - d + 4); i++) sum += check(make(d));
  }
  return sum + check(long);
});
