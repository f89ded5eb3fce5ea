// SPDX-License-Identifier: EUPL-1.2
import assert from "node:assert/strict";
import { test } from "node:test";
import { mediaSourceOf } from "../src/viewer/film";

const usual = class {} as unknown as typeof MediaSource;
const managed = class {} as unknown as typeof MediaSource;

test("a browser plays by MediaSource where it has one, a telephone by the managed one, and another by none", () => {
  assert.equal(mediaSourceOf({ MediaSource: usual, ManagedMediaSource: managed }), usual);
  assert.equal(mediaSourceOf({ ManagedMediaSource: managed }), managed);
  assert.equal(mediaSourceOf({}), null);
});
