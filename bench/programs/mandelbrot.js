"use strict";
const { bench } = require("./bench.js");

function inside(cr, ci) {
  let zr = 0.0, zi = 0.0;
  for (let n = 50; ; n--) {
    const r2 = zr * zr, i2 = zi * zi;
    if (r2 + i2 > 4.0) return 0;
    if (n === 0) return 1;
    zi = 2.0 * zr * zi + ci;
    zr = r2 - i2 + cr;
  }
}

bench(() => {
  const size = 1000;
  let count = 0;
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      count += inside(2.0 * x / size - 1.5, 2.0 * y / size - 1.0);
    }
  }
  return count;
});
