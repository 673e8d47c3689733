// Runs one solc-js binary on a standard JSON input: node run_solcjs.js SOLJSON < input > output
// The first line of the output is the version that the binary itself states, the rest is the compiler's answer.
// Imports are not served: a standard JSON input carries all its sources.
"use strict";
const fs = require("fs");

const soljson = require(require("path").resolve(process.argv[2]));

function binding(name, returned, argumentTypes) {
  return `_${name}` in soljson ? soljson.cwrap(name, returned, argumentTypes) : null;
}

const version = (binding("solidity_version", "string", []) || binding("version", "string", []))();
const current = binding("solidity_compile", "string", ["string", "number", "number"]);
const legacy = binding("compileStandard", "string", ["string", "number"]);
if (!current && !legacy) {
  process.stderr.write("this compiler has no standard JSON interface\n");
  process.exit(3);
}
const input = fs.readFileSync(0, "utf8");
const answer = current ? current(input, 0, 0) : legacy(input, 0);
const output = Buffer.from(`${version}\n${answer}`, "utf8");
// A pipe takes a part at a time: write synchronously until all is out, so that nothing is lost at exit.
for (let written = 0; written < output.length; ) {
  try {
    written += fs.writeSync(1, output, written);
  } catch (error) {
    if (error.code !== "EAGAIN") throw error;
  }
}
process.exit(0);
