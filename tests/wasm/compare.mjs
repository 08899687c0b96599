// Compares what the library computes in WebAssembly with exact values.

import { readFile } from "node:fs/promises";

const { instance } = await WebAssembly.instantiate(await readFile(process.argv[2]), {});
const { closure, formula } = instance.exports;
const exact = Math.PI * (1 - Math.exp(-1));
const rows = ["cuhre", "vegas", "qmc", "mixture", "auto"].map((name, k) => [name, () => closure(k), exact, 3e-3]);
rows.push(["formula", formula, 8 / 3, 1e-6]);

let failed = 0;
for (const [name, value, exact, rtol] of rows) {
  const found = value();
  const right = Math.abs(found - exact) <= rtol * exact;
  if (!right) failed += 1;
  console.log(`${name}: ${found}, ${right ? "right" : `not ${exact}`}`);
}
console.log(`${rows.length - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
