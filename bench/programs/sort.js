"use strict";
const { bench } = require("./bench.js");

const xs = new Float64Array(1_000_000);
let seed = 42;
for (let i = 0; i < xs.length; i++) {
  seed = seed * 16807 % 2147483647;
  xs[i] = seed;
}

bench(() => {
  const sorted = xs.toSorted();
  return sorted[500_000] + sorted[0] + xs[0];
});
