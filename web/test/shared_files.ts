// SPDX-License-Identifier: EUPL-1.2
// Other people's vectors are used where they lie, beside the repository; without them a test says loudly that it is skipped.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";

const ROOT = join(process.cwd(), "..");
const SHARED = join(ROOT, "..", "shared");

export function sharedPath(path: string): string {
  return join(SHARED, path);
}

export function ownVectors(name: string): string {
  return join(ROOT, "tests", "conformance", "vectors", name);
}

/** A test that needs a file beside the repository. */
export function sharedTest(name: string, path: string, run: (json: any, t: TestContext) => void | Promise<void>): void {
  test(`${name} [${path}]`, async (t) => {
    const file = sharedPath(path);
    if (!existsSync(file)) return t.skip(`NOT RUN: ../shared/${path} is not there`);
    const text = readFileSync(file, "utf8");
    await run(path.endsWith(".json") ? JSON.parse(text) : text, t);
  });
}
