"use strict";
const { bench } = require("./bench.js");

function a(i, j) {
  return 1.0 / ((i + j) * (i + j + 1) / 2 + i + 1);
}

function times(v) {
  return v.map((_, i) => {
    let sum = 0.0;
    for (let j = 0; j < v.length; j++) sum += a(i, j) * v[j];
    return sum;
  });
}

function transposed(v) {
  return v.map((_, i) => {
    let sum = 0.0;
    for (let j = 0; j < v.length; j++) sum += a(j, i) * v[j];
    return sum;
  });
}

function both(v) {
  return transposed(times(v));
}

function dot(u, v) {
  let sum = 0.0;
  for (let i = 0; i < u.length; i++) sum += u[i] * v[i];
  return sum;
}

bench(() => {
  let u = new Float64Array(1000).fill(1.0);
  let v;
  for (let k = 0; k < 10; k++) {
    v = both(u);
    u = both(v);
  }
  return Math.floor(Math.sqrt(dot(u, v) / dot(v, v)) * 1.0e9);
});
