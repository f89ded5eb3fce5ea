// SPDX-License-Identifier: EUPL-1.2
// The same checks of the published vectors in a real browser, with its WebCrypto, its workers and its WebAssembly. The driver
// (tests/e2e/web) calls window.runVectors with the file's contents.
import { CHECKS } from "../vector_checks";

async function runVectors(json: Readonly<Record<string, readonly unknown[]>>): Promise<readonly string[]> {
  const results: string[] = [];
  for (const [topic, check] of Object.entries(CHECKS)) {
    try {
      if (!json[topic]) throw new Error("nothing to check");
      await check(json[topic]);
      results.push(`${topic}: holds`);
    } catch (error) {
      results.push(`${topic}: ${error instanceof Error ? `${error.message} ${error.stack}` : String(error)}`);
    }
  }
  return results;
}

declare global {
  var runVectors: (json: Readonly<Record<string, readonly unknown[]>>) => Promise<readonly string[]>;
}
globalThis.runVectors = runVectors;
document.body.textContent = "ready";
