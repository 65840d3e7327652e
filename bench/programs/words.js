"use strict";
const { bench } = require("./bench.js");

// Joined and not appended, so that the text lies in one piece before the clock starts.
function text(n, seed) {
  const words = [];
  for (let i = 0; i < n; i++) {
    seed = seed * 16807 % 2147483647;
    words.push(`word${seed % 10007} `);
  }
  return words.join("");
}

const source = text(2_000_000, 42);
bench(() => {
  const counts = new Map();
  for (const word of source.trim().split(" ")) {
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts.size * 100000 + counts.get("word42");
});
