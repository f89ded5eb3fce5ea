// SPDX-License-Identifier: EUPL-1.2
// An owner signs as deleted what he asked to delete, and nothing that a server adds.
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkTouched } from "../src/client/deletion";
import type { EpochHeld } from "../src/client/epochs";
import { deletedBy, without } from "../src/client/recordings";
import type { UnitTrust } from "../src/client/trust";
import * as seal from "../src/seal";
import { NO_GRANT, signKept } from "../src/seal/kept";
import { NOW } from "./factory";

const epoch = new Uint8Array(16);
const value = { startMs: NOW } as EpochHeld["value"];
const whole = { value, kept: null };
/** Of which 100 … 199 were deleted before. */
const part = { value, kept: [{ epoch, from: 0, to: 100 }, { epoch, from: 200, to: 4096 }] };
const check = (held: Parameters<typeof checkTouched>[0], slots: readonly [number, number], gone: readonly (readonly [number, number])[] = [], from = NOW + 10_500, to = NOW + 20_200): void => checkTouched(held, slots, gone, from, to);

test("the slots that a time touches, floored and ceiled, or fewer of them", () => {
  check(whole, [10, 21]);
  check(whole, [12, 20]);
  check(whole, [0, 4096], [], NOW - 5000, NOW + 9_000_000);
});

test("a second more, before or after, is refused", () => {
  assert.throws(() => check(whole, [9, 21]), /more than you asked/);
  assert.throws(() => check(whole, [10, 22]), /more than you asked/);
  assert.throws(() => check(whole, [0, 4096]), /more than you asked/);
  assert.throws(() => check(whole, [30, 40], [], NOW - 9000, NOW - 1000), /more than you asked/);
});

test("what was deleted before is what the owner signed then", () => {
  check(part, [10, 21], [[100, 150], [150, 200]]);
  assert.throws(() => check(part, [10, 21], [[100, 201]]), /than you ever signed/);
  assert.throws(() => check(whole, [10, 21], [[100, 200]]), /than you ever signed/);
});

test("deleted is what an owner of the unit signed: the server's word, or a stranger's signature, proves nothing", async () => {
  const [owner, stranger] = await Promise.all([seal.newKeys(1), seal.newKeys(1)].map(async (keys) => seal.signingKey((await keys).signSeed)));
  const [party, unit, camera] = [seal.newId(), seal.newId(), seal.newId()];
  const trust = { owners: [owner!.publicKey], unit, keyset: { value: { owner: party } } } as unknown as UnitTrust;
  const word = { version: 1 as const, owner: party, person: seal.newId(), grant: NO_GRANT, suite: 1 as const, unit, camera, track: 1 as const, epoch, number: 1, startMs: NOW, keyset: new Uint8Array(32), policy: new Uint8Array(32), ranges: [{ epoch, from: 60, to: 4096 }], madeMs: NOW };
  const said = seal.base64url(await signKept(word, owner!));
  assert.deepEqual(deletedBy([said], trust, camera), [{ fromMs: NOW, toMs: NOW + 60_000 }]);
  assert.deepEqual(deletedBy([seal.base64url(await signKept(word, stranger!)), "AAAA"], trust, camera), []);
  assert.deepEqual(deletedBy([said], trust, seal.newId()), [], "another camera's");
  await assert.rejects(async () => signKept({ ...word, grant: seal.newId(), ranges: [] }, owner!));
  assert.deepEqual(without({ fromMs: 0, toMs: 100 }, [{ fromMs: 20, toMs: 30 }]), [{ fromMs: 0, toMs: 20 }, { fromMs: 30, toMs: 100 }], "the rest no owner signed");
});
