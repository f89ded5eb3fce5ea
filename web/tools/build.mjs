// SPDX-License-Identifier: EUPL-1.2
// Builds the pages' modules, the styles and the Node client. Same input, same bytes: no time stamp, no path, no address gets in.
import { build, context } from "esbuild";
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { brotliCompressSync, constants, gunzipSync, gzipSync } from "node:zlib";
import { dirname, join, relative } from "node:path";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const web = join(dirname(fileURLToPath(import.meta.url)), "..");
const out = join(web, "..", "src", "zegel", "server", "static", "zegel", "dist");
const watch = process.argv.includes("--watch");

/** Entry points of one folder, by name: src/pages/console.ts becomes console.js. */
function entries(folder, ending, prefix = "") {
  const where = join(web, folder);
  if (!existsSync(where)) return {};
  const names = readdirSync(where).filter((name) => name.endsWith(ending) && !name.startsWith("_"));
  return Object.fromEntries(names.map((name) => [prefix + name.slice(0, -ending.length), join(where, name)]));
}

/** The service worker speaks four languages too, and carries no more of them than it says. */
const pushWords = {
  name: "push-words",
  setup({ onResolve, onLoad }) {
    const source = join(web, "src", "faces", "portal", "notifications", "push_words.ts");
    onResolve({ filter: /^zegel:push-words$/ }, ({ path }) => ({ path, namespace: "zegel" }));
    onLoad({ filter: /.*/, namespace: "zegel" }, () => {
      const said = [...readFileSync(source, "utf8").matchAll(/(?<![\w.])t\(("(?:[^"\\]|\\.)*")/g)].map(([, text]) => JSON.parse(text));
      const read = (language) => JSON.parse(readFileSync(join(web, "src", "i18n", `${language}.json`), "utf8"));
      const of = (all) => Object.fromEntries(said.filter((text) => typeof all[text] === "string").map((text) => [text, all[text]]));
      return { contents: JSON.stringify(Object.fromEntries(["nl", "sv", "de"].map((language) => [language, of(read(language))]))), loader: "json", watchFiles: [source] };
    });
  },
};

/** Passwords that leaked: Django's list, which is here with the server. A page fetches it when somebody chooses one. */
const leakedPasswords = {
  name: "leaked-passwords",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^zegel:leaked-passwords$/ }, ({ path }) => ({ path, namespace: "zegel-leaked" }));
    onLoad({ filter: /.*/, namespace: "zegel-leaked" }, () => {
      const lib = join(web, "..", ".venv", "lib");
      const found = (existsSync(lib) ? readdirSync(lib) : []).map((python) => join(lib, python, "site-packages", "django", "contrib", "auth", "common-passwords.txt.gz")).find(existsSync);
      if (found === undefined) throw new Error("Django's list of passwords is not there: run make setup");
      const words = gunzipSync(readFileSync(found)).toString("utf8").split("\n").filter((word) => word.length >= 5);
      return { contents: `export default ${JSON.stringify([...new Set(words)].sort().join("\n"))}`, loader: "js", watchFiles: [found] };
    });
  },
};

/** What is one file can't fetch its language: it has all of them. */
const oneFile = {
  name: "one-file",
  setup: ({ onResolve }) => onResolve({ filter: /^\.\/catalogue$/ }, () => ({ path: join(web, "src", "kit", "every_catalogue.ts") })),
};

/** Pages that one person goes between share what they have in common. With all of them in one, each page is cut wherever any other
 *  one is: the console came in 49 files instead of 6, each with its own headers. */
function families(pages) {
  const of = [["console", "centre"], ["backoffice", "settings", "plans", "privacy"], ["service"], ["partner"], ["kit"]];
  const rest = Object.keys(pages).filter((name) => !of.flat().includes(name));
  return [rest, ...of].map((names) => Object.fromEntries(names.filter((name) => name in pages).map((name) => [name, pages[name]]))).filter((one) => Object.keys(one).length > 0);
}

const common = { bundle: true, absWorkingDir: web, logLevel: "warning", legalComments: "none", charset: "utf8", treeShaking: true };
const browser = { ...common, platform: "browser", target: ["es2022", "chrome120", "firefox128", "safari17"], plugins: [pushWords, leakedPasswords], minify: !watch, sourcemap: watch };

const jobs = [
  ...families(entries("src/pages", ".ts")).map((entryPoints) => ({ ...browser, format: "esm", splitting: true, outdir: out, entryNames: "[name]", chunkNames: "chunk-[hash]", entryPoints })),
  { ...browser, format: "iife", plugins: [pushWords, oneFile], outdir: out, entryPoints: entries("src/workers", ".ts", "worker-") },
  { ...browser, format: "esm", outdir: out, entryPoints: entries("src/finder", ".ts") },
  { ...browser, format: "iife", plugins: [], outdir: out, entryPoints: entries("src/embed", ".ts") },
  { ...browser, outdir: out, entryPoints: entries("src/styles", ".css"), loader: { ".woff2": "file" }, assetNames: "fonts/[name]-[hash]", external: ["/static/*"] },
  { ...browser, format: "esm", outdir: join(web, "dist", "bench"), entryPoints: entries("bench", ".ts") },
  { ...browser, format: "esm", outdir: join(web, "dist", "browser-test"), entryPoints: entries("test/browser", "vectors.ts", "vectors"), alias: { "node:assert/strict": "./test/browser/assert.ts" } },
  { ...browser, format: "esm", outdir: join(web, "dist", "browser-test"), entryPoints: entries("test/browser", "picture.ts", "picture"), loader: { ".woff2": "empty" }, external: ["/static/*"] },
  { ...browser, format: "iife", plugins: [pushWords, oneFile], outdir: join(web, "dist", "browser-test"), entryPoints: entries("src/workers", ".ts", "worker-") },
  { ...common, platform: "node", target: "node20", format: "esm", outfile: join(web, "dist", "client.mjs"), entryPoints: [join(web, "src", "client", "cli.ts")] },
].filter((job) => Array.isArray(job.entryPoints) ? existsSync(job.entryPoints[0]) : Object.keys(job.entryPoints).length > 0);

/** Of a catalogue only the sentences that these sources speak. */
function spokenOnly(...folders) {
  const sources = folders.flatMap((folder) => readdirSync(join(web, folder)).filter((name) => name.endsWith(".ts")).map((name) => readFileSync(join(web, folder, name), "utf8"))).join("\n");
  return {
    name: "spoken-only",
    setup(build) {
      build.onLoad({ filter: /[\\/]i18n[\\/]\w+\.json$/ }, ({ path }) => {
        const all = Object.entries(JSON.parse(readFileSync(path, "utf8"))).filter(([words]) => sources.includes(JSON.stringify(words)));
        return { contents: JSON.stringify(Object.fromEntries(all)), loader: "json" };
      });
    },
  };
}

/** The page that opens what somebody was given: one file with everything in it, whose own policy allows no network. */
async function writeOffline() {
  const made = await build({ ...browser, format: "iife", write: false, sourcemap: false, minify: true, entryPoints: [join(web, "src", "offline", "main.ts")], plugins: [oneFile, spokenOnly("src/offline", "src/kit")] });
  const script = made.outputFiles[0].text.replaceAll("</script", "<\\/script").trim();
  const style = readFileSync(join(web, "src", "offline", "style.css"), "utf8").trim();
  const hash = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  const policy = `default-src 'none'; script-src ${hash(script)}; style-src ${hash(style)}; media-src blob:; connect-src 'none'; base-uri 'none'; form-action 'none'`;
  writeFileSync(join(out, "open.html"), `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer"><title>Zegel</title><style>${style}</style></head><body><main></main><script>${script}</script></body></html>\n`);
}

/** What was served can be checked: the hash of every file, and one over all of them (sorted by name). */
function writeManifest() {
  const files = readdirSync(out, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== "manifest.json")
    .map((entry) => relative(out, join(entry.parentPath ?? entry.path, entry.name)))
    .sort();
  const hashes = Object.fromEntries(files.map((file) => [file, createHash("sha256").update(readFileSync(join(out, file))).digest("hex")]));
  const whole = createHash("sha256").update(files.map((file) => `${hashes[file]}  ${file}\n`).join("")).digest("hex");
  writeFileSync(join(out, "manifest.json"), JSON.stringify({ sha256: whole, files: hashes }, null, 1) + "\n");
}

/** The sources of each page, with what it fetches later: paths, by the name of its module. */
function sourcesOf({ outputs }) {
  const read = (output, seen) => {
    if (seen.has(output) || outputs[output] === undefined) return seen;
    seen.add(output);
    for (const { path } of outputs[output].imports) read(path, seen);
    return seen;
  };
  const pages = Object.entries(outputs).filter(([, { entryPoint }]) => entryPoint?.startsWith("src/pages/"));
  return new Map(pages.map(([output, { entryPoint }]) => {
    const inputs = [...read(output, new Set())].flatMap((one) => Object.keys(outputs[one].inputs));
    return [entryPoint.slice("src/pages/".length, -3), new Set(inputs.filter((path) => path.startsWith("src/") && path.endsWith(".ts")))];
  }));
}

/** Of each page, in each language, the sentences that it speaks, as a script before its module: words-portal-nl.js. What stands in
 *  no source as it is said (it is put together somewhere) goes to every page. Without `meta` every page has them all. */
function writeCatalogues(meta) {
  const pages = meta === undefined ? new Map(Object.keys(entries("src/pages", ".ts")).map((name) => [name, new Set()])) : sourcesOf(meta);
  const sources = [...new Set([...pages.values()].flatMap((paths) => [...paths]))].map((path) => [path, readFileSync(join(web, path), "utf8")]);
  const standing = new Map(); // a sentence -> the sources in which it stands
  const where = (text) => {
    if (!standing.has(text)) standing.set(text, sources.filter(([, source]) => source.includes(JSON.stringify(text))).map(([path]) => path));
    return standing.get(text);
  };
  for (const language of ["nl", "sv", "de"]) {
    const words = Object.entries(JSON.parse(readFileSync(join(web, "src", "i18n", `${language}.json`), "utf8")));
    for (const [name, paths] of pages) {
      const spoken = words.filter(([text]) => where(text).length === 0 || where(text).some((path) => paths.has(path)));
      const said = JSON.stringify(Object.fromEntries(spoken));
      writeFileSync(join(out, `words-${name}-${language}.js`), `globalThis.zegelWords=JSON.parse(${JSON.stringify(said)});\n`);
    }
  }
}

/** Beside each file of text what a browser rather takes; made once here, and not at each request. */
function compressFiles() {
  for (const entry of readdirSync(out, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/\.(js|css|json|svg|wasm)$/.test(entry.name)) continue;
    const path = join(entry.parentPath ?? entry.path, entry.name);
    const bytes = readFileSync(path);
    if (entry.name.endsWith(".wasm")) {
      writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 6 })); // large, and fetched by few: not worth a slow build
      continue;
    }
    if (bytes.length < 1000) continue;
    writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }));
    writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
  }
}

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
cpSync(join(web, "node_modules", "htmx.org", "dist", "htmx.min.js"), join(out, "htmx.js"));
cpSync(join(web, "node_modules", "onnxruntime-web", "dist", "ort-wasm-simd-threaded.wasm"), join(out, "ort.wasm"));
if (watch) {
  for (const job of jobs) await (await context(job)).watch();
  writeCatalogues();
} else {
  const built = await Promise.all(jobs.map((job) => build({ ...job, metafile: true })));
  for (const page of readdirSync(join(web, "bench")).filter((name) => name.endsWith(".html"))) cpSync(join(web, "bench", page), join(web, "dist", "bench", page));
  if (existsSync(join(web, "src", "offline", "main.ts"))) await writeOffline();
  cpSync(join(web, "src", "offline", "readme.txt"), join(out, "package-readme.txt"));
  writeCatalogues({ outputs: Object.assign({}, ...built.map(({ metafile }) => metafile.outputs)) });
  writeManifest();
  compressFiles();
}
