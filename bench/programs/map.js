"use strict";
const { bench } = require("./bench.js");

bench(() => {
  const n = 1_000_000;
  const m = new Map();
  for (let i = 0; i < n; i++) m.set(i * 7919 % 1_000_003, i);
  let sum = m.size;
  for (let i = 0; i < n; i++) sum += m.get(i * 7919 % 1_000_003) % 7;
  return sum;
});
