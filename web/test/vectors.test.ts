// SPDX-License-Identifier: EUPL-1.2
// python_seal.json must hold here, and so must what we publish ourselves.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import test, { type TestContext } from "node:test";
import { ownVectors } from "./shared_files";
import { CHECKS } from "./vector_checks";

for (const name of ["typescript_seal.json", "python_seal.json"]) {
  const file = ownVectors(name);
  const json = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : null;
  for (const [topic, check] of Object.entries(CHECKS)) {
    if (["refused", "mailpictures"].includes(topic) && name === "typescript_seal.json") continue; // only Python makes these
    test(`${topic} of ${name}`, async (t: TestContext) => {
      if (!json) return t.skip(`NOT RUN: tests/conformance/vectors/${name} was not written yet`);
      assert.ok(json[topic]?.length > 0, `no ${topic}`);
      await check(json[topic]);
    });
  }
}
