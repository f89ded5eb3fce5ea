// SPDX-License-Identifier: EUPL-1.2
// Bundles the tests and runs them with Node's own runner. `--write-vectors` renews tests/conformance/vectors/typescript_seal.json.
import { build } from "esbuild";
import { spawnSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const web = join(dirname(fileURLToPath(import.meta.url)), "..");
const out = join(web, "dist", "test");
const writing = process.argv.includes("--write-vectors");
const wanted = process.argv.slice(2).filter((word) => !word.startsWith("--"));

const files = readdirSync(join(web, "test"))
  .filter((name) => (writing ? name === "write_vectors.ts" : name.endsWith(".test.ts")))
  .filter((name) => wanted.length === 0 || wanted.some((word) => name.includes(word)))
  .map((name) => join(web, "test", name));

rmSync(out, { recursive: true, force: true });
await build({
  bundle: true, absWorkingDir: web, logLevel: "warning", platform: "node", target: "node20", format: "esm", splitting: true, external: ["zegel:*"],
  outdir: out, outExtension: { ".js": ".mjs" }, entryPoints: files, sourcemap: "inline",
});
const built = readdirSync(out).filter((name) => name.endsWith(".test.mjs") || name === "write_vectors.mjs").map((name) => join(out, name));
const command = writing ? built : ["--test", "--test-reporter=spec", ...built];
process.exit(spawnSync(process.execPath, ["--no-warnings", "--enable-source-maps", ...command], { stdio: "inherit", cwd: web }).status ?? 1);
