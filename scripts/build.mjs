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
 * What libraries load at every start and this program never comes to use: commander loads child processes
 * for subcommands that are programs of their own, the sign-in library a signer (with semver, six lodashes
 * and Node's key checks) for certificates. Loaded late here, so that it still works where it is called.
 */
const LATE = [
  {
    source: "node:child_process",
    importer: /[/\\]commander[/\\]lib[/\\]/,
    code: `module.exports = { spawn: (...args) => require("node:child_process").spawn(...args) };`,
  },
  {
    source: "jsonwebtoken",
    importer: /[/\\]msal-node[/\\]/,
    code: `module.exports = { sign: (...args) => require("jsonwebtoken").sign(...args) };`,
  },
];
const late = {
  name: "late",
  resolveId: (source, importer = "") => {
    const index = LATE.findIndex((one) => one.source === source && one.importer.test(importer));
    // Beside its importer, so that the package itself is found from there.
    return index === -1 ? undefined : path.join(path.dirname(importer), `late-${index}.cjs`);
  },
  load: (id) => LATE[/late-(\d+)\.cjs$/.exec(id)?.[1] ?? -1]?.code,
};

rmSync(dist, { recursive: true, force: true });
const bundle = await rolldown({
  cwd: root,
  input: { main: "src/main.ts" },
  platform: "node",
  plugins: [licences, late],
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
  entryFileNames: "[name].cjs",
  chunkFileNames: "c/[name]-[hash].cjs",
});
