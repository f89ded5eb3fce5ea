// SPDX-License-Identifier: EUPL-1.2
// A photo of a partner's phone is sealed to a firm's key that a person compared, and to no other that a server tells.
import assert from "node:assert/strict";
import { test } from "node:test";
import { photo } from "../src/faces/partner/jobs/photo";
import { comparedNow, sealTo, standing, together, wordsOf } from "../src/faces/partner/jobs/trust";
import type { Sheet } from "../src/faces/partner/jobs/types";
import type { Session } from "../src/client/session";
import { base64url, fromBase64url, fromUuid } from "../src/seal/bytes";
import type { Pin } from "../src/seal/account";

const FIRM = "0190a000-0000-7000-8000-000000000001";
const NOW = 1_790_000_000_000;

function sheet(key: number | null, firm = FIRM): Sheet {
  const to = key === null ? null : { suite: 1, number: 1, open_pk: base64url(new Uint8Array(32).fill(key)) };
  return { id: "s", step_id: FIRM, tenant: "Noordman", tenant_id: firm, kind: "visit", fields: {}, said: {}, seal_to: to, outcomes: [], made_ms: NOW, changed_ms: NOW, ended_ms: null, gone_ms: null };
}

test("a key that nobody compared seals nothing, the compared one does, and another one in its place does not", async () => {
  assert.equal(standing(sheet(1), []), "new");
  assert.throws(() => sealTo(sheet(1), []));
  await assert.rejects(() => photo(sheet(1), new Blob([]), [], NOW));
  const compared = comparedNow(sheet(1), [], NOW);
  assert.equal(sealTo(sheet(1), compared).number, 1);
  assert.equal(standing(sheet(2), compared), "changed");
  assert.throws(() => sealTo(sheet(2), compared));
  assert.equal(standing(sheet(1, "0190a000-0000-7000-8000-000000000002"), compared), "new");
  assert.equal(standing(sheet(null), compared), "none");
  assert.notEqual(wordsOf(sheet(1)), wordsOf(sheet(2)));
  assert.equal(standing(sheet(2), comparedNow(sheet(2), compared, NOW + 1)), "compared");
});

test("what was compared without a line is pinned in the person's own list, and an older word does not undo a newer one", async () => {
  const pins: Pin[] = [];
  const session = { get pins() { return pins; }, addPins: async (more: readonly Pin[]) => void pins.splice(0, pins.length, ...more) } as unknown as Session;
  const here = comparedNow(sheet(1), [], NOW);
  assert.deepEqual(await together(session, here), here);
  assert.deepEqual(pins.map(({ kind, how }) => [kind, how]), [["firm", "words"]]);
  const later: Pin = { kind: "firm", id: fromUuid(FIRM), fingerprint: fromBase64url(comparedNow(sheet(2), [], NOW)[0]!.fingerprint), how: "words", atMs: NOW + 5 };
  pins.splice(0, pins.length, later); // on another phone
  assert.equal(standing(sheet(2), await together(session, here)), "compared");
  assert.deepEqual(await together(session, []), await together(session, here));
});
