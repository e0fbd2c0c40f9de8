#!/usr/bin/env node
// Starts the built program. In syntax that every Node understands, so that an old one gives a sentence and
// not a stack; as CommonJS (package.json beside it), which Node starts faster.
"use strict";

const module_ = require("node:module");
const path = require("node:path");

const [major, minor] = process.versions.node.split(".").map(Number);
if (
  major < 20 ||
  (major === 20 && minor < 19) ||
  major === 21 ||
  (major === 22 && minor < 13) ||
  major === 23
) {
  process.stderr.write(
    `entra-app-registration needs Node.js 20.19, 22.13, 24 or newer; this is ${process.versions.node}.\n` +
      "Get a newer one from https://nodejs.org and run the same command again.\n",
  );
  process.exit(2);
}

const packageFolder = path.dirname(__dirname);
if (process.argv.length === 3 && ["--version", "-V"].includes(process.argv[2])) {
  // Scripts ask this often, and nothing of the program is needed to answer it.
  process.stdout.write(`${require("../package.json").version}\n`);
} else {
  // Node 20 has no compile cache.
  if (module_.enableCompileCache) module_.enableCompileCache();
  void require("../dist/main.cjs").main(packageFolder);
}
