// SPDX-License-Identifier: EUPL-1.2
// As much of node:assert/strict as the vector checks use, for browsers.
type Expected = string | (new (...args: never[]) => Error) | undefined;

function fail(message: string): never {
  throw new Error(message);
}

function ok(value: unknown, message = "not true"): void {
  if (!value) fail(message);
}

function equal(got: unknown, wanted: unknown, message = ""): void {
  if (!Object.is(got, wanted)) fail(`${message} got ${String(got).slice(0, 80)}, wanted ${String(wanted).slice(0, 80)}`);
}

function deepEqual(got: unknown, wanted: unknown): void {
  equal(JSON.stringify(got), JSON.stringify(wanted));
}

function throws(run: () => unknown, expected?: Expected, message = "accepted"): void {
  try {
    run();
  } catch (error) {
    if (typeof expected === "function" && !(error instanceof expected)) fail(`${message}: threw ${String(error)}`);
    return;
  }
  fail(message);
}

async function rejects(work: Promise<unknown> | (() => unknown), message: Expected = "accepted"): Promise<void> {
  try {
    await (typeof work === "function" ? work() : work);
  } catch {
    return;
  }
  fail(String(message));
}

export default { ok, equal, deepEqual, throws, rejects };
