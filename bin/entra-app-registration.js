#!/usr/bin/env node
// Starts the built program. In syntax that every Node understands, so that an old one gives a sentence and
// not a stack. Node 20 has no compile cache, hence the default import.
import module from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

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

if (module.enableCompileCache) module.enableCompileCache();
const packageFolder = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const { main } = module.createRequire(import.meta.url)("../dist/main.cjs");
main(packageFolder);
