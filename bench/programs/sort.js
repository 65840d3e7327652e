"use strict";
const { bench } = require("./bench.js");

const xs = [];
let seed = 42;
for (let i = 0; i < 1_000_000; i++) {
  seed = seed * 16807 % 2147483647;
  xs.push(seed);
}

bench(() => {
  const sorted = xs.toSorted((a, b) => a - b);
  return sorted[500_000] + sorted[0] + xs[0];
});
