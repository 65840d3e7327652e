"use strict";
// Runs the work and prints its checksum and how long it took.
exports.bench = function bench(work) {
  const start = performance.now();
  const checksum = work();
  const time = performance.now() - start;
  console.log(`checksum: ${checksum}\ntime_ms: ${time.toFixed(1)}`);
};
