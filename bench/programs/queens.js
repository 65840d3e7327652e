"use strict";
const { bench } = require("./bench.js");

function safe(q, placed) {
  for (let i = placed.length - 1; i >= 0; i--) {
    const c = placed[i], d = placed.length - i;
    if (q === c || q === c + d || q === c - d) return false;
  }
  return true;
}

function place(n, placed) {
  if (placed.length === n) return 1;
  let count = 0;
  for (let q = 1; q <= n; q++) {
    if (safe(q, placed)) {
      placed.push(q);
      count += place(n, placed);
      placed.pop();
    }
  }
  return count;
}

bench(() => place(12, []));
