// What plain Slither gets as "solc --standard-json": solc-js on the files of a list, with the outputs that were asked
// for. node plain_solc.js SOLJSON FILES SECONDS < input > output; FILES is JSON (name to text), SECONDS a log of time.
"use strict";
const fs = require("fs");

const started = process.hrtime.bigint();
const [soljsonPath, filesPath, secondsPath] = process.argv.slice(2);
const soljson = require(soljsonPath);
const compile = soljson.cwrap("solidity_compile", "string", ["string", "number", "number"]);
const input = JSON.parse(fs.readFileSync(0, "utf8"));
input.sources = JSON.parse(fs.readFileSync(filesPath, "utf8"));
const output = Buffer.from(compile(JSON.stringify(input), 0, 0), "utf8");
for (let written = 0; written < output.length; ) {
  try {
    written += fs.writeSync(1, output, written);
  } catch (error) {
    if (error.code !== "EAGAIN") throw error;
  }
}
fs.appendFileSync(secondsPath, `${Number(process.hrtime.bigint() - started) / 1e9}\n`);
process.exit(0);
