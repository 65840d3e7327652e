"use strict";
const { bench } = require("./bench.js");

bench(() => {
  let s = "";
  for (let i = 0; i < 5_000_000; i++) s += "snow";
  // Reads the whole string; `s.length` would leave it as five million pieces.
  return Buffer.byteLength(s);
});
