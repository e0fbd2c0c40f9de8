// Bundles src/ into dist/: split, minified CommonJS with nothing to install beside it, and the licences of
// what went in. CommonJS because Node starts it faster than ES modules (docs/adr/0002-one-bundle.md).
// `--if-missing` leaves a build alone that is there; `--into <folder>` builds somewhere else than dist/.
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const into = process.argv.indexOf("--into");
const dist = path.resolve(into === -1 ? path.join(root, "dist") : (process.argv[into + 1] ?? ""));

if (process.argv.includes("--if-missing") && existsSync(path.join(dist, "main.cjs"))) {
  process.exit(0);
}

const manifest = (folder) => JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));

/** The package folder that a bundled module belongs to, or undefined for the product's own. */
function packageOf(moduleId) {
  let folder = path.dirname(moduleId.replace(/^\0/, "").replace(/\?.*$/, ""));
  if (!folder.includes("node_modules")) return undefined;
  while (!existsSync(path.join(folder, "package.json")) || !manifest(folder).version) {
    folder = path.dirname(folder);
  }
  return folder;
}

/** Collects the licence text of every bundled package; an unknown licence stops the build. */
const licences = {
  name: "licences",
  generateBundle(_options, bundle) {
    const folders = new Set();
    for (const chunk of Object.values(bundle)) {
      for (const id of chunk.moduleIds ?? []) {
        const folder = packageOf(id);
        if (folder) folders.add(folder);
      }
    }
    const texts = [...folders].map((folder) => {
      const { name, version, license } = manifest(folder);
      const text = readdirSync(folder)
        .filter((file) => /^(licen[cs]e|notice|copying)/i.test(file))
        .map((file) => readFileSync(path.join(folder, file), "utf8").trim())
        .join("\n\n");
      if (!/^(MIT|ISC|0BSD|Apache-2\.0|BSD-[23]-Clause)$/.test(license) || !text) {
        throw new Error(`${name}: licence ${license} ${text ? "" : "(no text)"} is not on the list`);
      }
      return `${name} ${version} (${license})\n\n${text}`;
    });
    const source = `${texts.sort().join(`\n\n${"-".repeat(60)}\n\n`)}\n`;
    this.emitFile({ type: "asset", fileName: "THIRD_PARTY_LICENSES.txt", source });
  },
};

/**
 * What libraries bring along and this program has no use for: a third of what would be packed. Each importer gets
 * the least that it needs to load.
 *
 * - commander: child processes, for subcommands that are programs of their own; loaded late, for Node takes a while.
 * - msal-node: a signer (with semver and six lodashes) for certificates; `src/signin/client-certificate.ts` signs.
 * - identity: what opens browsers; `src/ports/node/programs.ts` does, and gives the page to the person as well.
 * - the proxy agent: a log of everything on the wire, switched on by a variable that others may have set.
 * - ora: ninety animations, of which one is shown.
 */
const REPLACED = [
  {
    source: "node:child_process",
    importer: /[/\\]commander[/\\]lib[/\\]/,
    code: `module.exports = { spawn: (...args) => require("node:child_process").spawn(...args) };`,
  },
  { source: "jsonwebtoken", importer: /[/\\]msal-node[/\\]/, code: unused("jsonwebtoken") },
  { source: "open", importer: /[/\\]@azure[/\\]identity[/\\]/, code: unused("open") },
  {
    source: "debug",
    importer: /[/\\](https?-proxy-agent|agent-base)[/\\]/,
    code: `module.exports = () => Object.assign(() => undefined, { enabled: false });`,
  },
  {
    source: "cli-spinners",
    importer: /[/\\]ora[/\\]/,
    code: `module.exports = { dots: { interval: 80, frames: [..."⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"] }, line: { interval: 130, frames: [..."-\\\\|/"] } };`,
  },
];

/** A module that fails where somebody comes to use it after all. */
function unused(name) {
  return `module.exports = new Proxy({}, { get(_, key) { if (key === "__esModule" || typeof key === "symbol") return undefined; return () => { throw new Error("${name} is not in this package"); }; } });`;
}

const replaced = {
  name: "replaced",
  resolveId: (source, importer = "") => {
    // A stand-in asks for the original.
    if (/replaced-\d+\.cjs$/.test(importer)) return undefined;
    const index = REPLACED.findIndex((one) => one.source === source && one.importer.test(importer));
    // Beside its importer, so that the package itself is found from there.
    return index === -1 ? undefined : path.join(path.dirname(importer), `replaced-${index}.cjs`);
  },
  load: (id) => REPLACED[/replaced-(\d+)\.cjs$/.exec(id)?.[1] ?? -1]?.code,
};

/**
 * What one run loads at one time stands in one file, the first of these that it is part of: to find and open another
 * takes longer than to compile a few lines that are not needed. Each is named by the modules that bring the rest along.
 */
const LOADED_TOGETHER = {
  start: ["src/main.ts"],
  // What is known of a token is read by those ways of signing in as well that need no library.
  register: ["src/cli/commands/register.ts", "src/signin/claims.ts"],
  "sign-in": ["src/signin/device-code.ts"],
  "signed-in": ["src/flow/register-signed-in.ts"],
};

const together = Object.entries(LOADED_TOGETHER).map(([name, files], index, all) => ({
  name,
  test: (id) => files.some((file) => id === path.join(root, file)),
  priority: all.length - index,
}));

rmSync(dist, { recursive: true, force: true });
const bundle = await rolldown({
  cwd: root,
  input: { main: "src/main.ts" },
  platform: "node",
  // The ways of signing in that a command does not take need not come along with the one that it takes.
  treeshake: { moduleSideEffects: [{ test: /[/\\]@azure[/\\]msal-(node|common)[/\\]/, sideEffects: false }] },
  plugins: [licences, replaced],
  resolve: { mainFields: ["module", "main"] }, // the Graph client's ES modules, so that unused parts fall away
  transform: { target: "node20", define: { PRODUCT_VERSION: JSON.stringify(manifest(root).version) } },
  onLog(level, log) {
    if (level === "warn") throw new Error(`${log.code}: ${log.message}`);
  },
});
await bundle.write({
  dir: dist,
  format: "cjs",
  minify: true,
  charset: "ascii", // one letter beyond it, and Node takes half as long again to read and compile the whole file
  entryFileNames: "[name].cjs",
  chunkFileNames: "c/[name]-[hash].cjs",
  codeSplitting: { groups: together },
});
