"use strict";
const { bench } = require("./bench.js");

function flips(p, q) {
  for (let i = 0; i < p.length; i++) q[i] = p[i];
  let n = 0;
  while (q[0] !== 0) {
    for (let i = 0, j = q[0]; i < j; i++, j--) {
      const x = q[i];
      q[i] = q[j];
      q[j] = x;
    }
    n++;
  }
  return n;
}

function run(n) {
  const p = Array.from({ length: n }, (_, i) => i);
  const q = p.slice();
  const counts = new Array(n).fill(0);
  let index = 0, most = 0, sum = 0;
  for (;;) {
    const f = flips(p, q);
    sum += index % 2 === 0 ? f : -f;
    most = Math.max(most, f);
    index++;
    for (let r = 1; ; r++) {
      if (r === n) return sum * 1000 + most;
      const first = p[0];
      for (let i = 0; i < r; i++) p[i] = p[i + 1];
      p[r] = first;
      counts[r]++;
      if (counts[r] <= r) break;
      counts[r] = 0;
    }
  }
}

bench(() => run(10));
