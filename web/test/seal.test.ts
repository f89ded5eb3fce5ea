// SPDX-License-Identifier: EUPL-1.2
import assert from "node:assert/strict";
import test from "node:test";
import * as seal from "../src/seal";
import { hex, newId, random } from "../src/seal";
import { epoch, policyOf, receipt, release, segment, signedNote, signer, world } from "./factory";

const pick = (below: number): number => Math.floor(Math.random() * below);

test("a cover opens exactly its range, whatever the range", () => {
  const root = random(32);
  for (let round = 0; round < 40; round++) {
    const from = pick(4096);
    const to = from + 1 + pick(4096 - from);
    const positions = seal.coverPositions(from, to);
    assert.ok(positions.length <= seal.MAX_COVER);
    assert.equal(positions.reduce((slots, { depth }) => slots + 2 ** (12 - depth), 0), to - from);
    const nodes = seal.cover(root, from, to);
    for (const slot of [from, to - 1, from + pick(to - from)]) assert.equal(hex(seal.leafFromCover(positions, nodes, slot)), hex(seal.leaf(root, slot)));
    for (const slot of [from - 1, to, pick(4096)].filter((each) => each >= 0 && each < 4096 && (each < from || each >= to))) {
      assert.throws(() => seal.leafFromCover(positions, nodes, slot), { code: "range" });
    }
  }
});

test("a release opens the released segments and not one before or after", async () => {
  const w = await world(1);
  const range = { epoch: w.ids.epoch, from: 10, to: 20 };
  const keys = await seal.openRelease(seal.verifyRelease(await release(w, [range]), w.unit.key.publicKey).value, w.arcOpen.key);
  const plaintext = random(2000);
  const inside = await segment(w, 19, 0, plaintext);
  assert.equal(hex((await seal.openSegment(keys.leaf(w.ids.epoch, 19), inside)).plaintext), hex(plaintext));
  for (const slot of [9, 20]) assert.throws(() => keys.leaf(w.ids.epoch, slot), { code: "range" });
  const after = await segment(w, 20, 1, plaintext);
  await assert.rejects(seal.openSegment(keys.leaf(w.ids.epoch, 19), after), { code: "open" });
  keys.wipe();
  await assert.rejects(async () => seal.openSegment(keys.leaf(w.ids.epoch, 19), inside));
});

test("a release with another range, recipient or count of nodes is refused", async () => {
  const w = await world(1);
  const good = seal.verifyRelease(await release(w, [{ epoch: w.ids.epoch, from: 10, to: 20 }]), w.unit.key.publicKey).value;
  await assert.rejects(seal.openRelease({ ...good, ranges: [{ epoch: w.ids.epoch, from: 10, to: 21 }] }, w.arcOpen.key), { code: "open" });
  await assert.rejects(seal.openRelease(good, w.tenant.key), { code: "open" });
  await assert.rejects(release(w, []), { code: "range" });
  await assert.rejects(release(w, [{ epoch: w.ids.epoch, from: 5, to: 9 }, { epoch: w.ids.epoch, from: 8, to: 10 }]), { code: "range" });
  const end = seal.verifyRelease(await release(w, [], true), w.unit.key.publicKey).value;
  assert.equal((await seal.openRelease(end, w.arcOpen.key)).ranges.length, 0);
});

test("a key of one suite is refused in the other", async () => {
  const [one, two] = [await world(1), await world(2)];
  const sealed = seal.verifyEpoch(await epoch(two), two.unit.key.publicKey).value;
  assert.equal(hex(await seal.openEpoch(sealed, two.tenant.key)), hex(two.root));
  await assert.rejects(seal.openEpoch(sealed, one.tenant.key), { code: "suite" });
  await assert.rejects(seal.seal(1, two.tenant.key.publicKey, random(1), random(1)), { code: "length" });
});

test("the next keyset counts only when an owner of the pinned one signed it", async () => {
  const w = await world(1);
  const pinned = seal.verifyKeyset(w.keyset, null);
  const next = { ...pinned.value, number: 2, previous: pinned.hash };
  assert.equal(seal.verifyKeyset(await seal.signKeyset(next, w.owner.key), pinned).value.number, 2);
  const stranger = await signer();
  const coup = { ...next, owners: [{ person: newId(), signKey: stranger.key.publicKey }] };
  const signed = await seal.signKeyset(coup, stranger.key);
  assert.throws(() => seal.verifyKeyset(signed, pinned), { code: "signer" });
  for (const wrong of [{ ...next, number: 3 }, { ...next, previous: random(32) }, { ...next, pairing: newId() }, { ...next, unit: newId() }]) {
    const envelope = await seal.signKeyset(wrong, w.owner.key);
    assert.throws(() => seal.verifyKeyset(envelope, pinned), { code: "chain" });
  }
});

test("a policy of somebody else, or for another keyset, is refused", async () => {
  const w = await world(1);
  const keyset = seal.verifyKeyset(w.keyset, null);
  const stranger = await signer();
  const policy = policyOf(w.ids, keyset.hash, w.owner.key.publicKey);
  const forged = await seal.signPolicy(policy, stranger.key);
  assert.throws(() => seal.verifyPolicy(forged, keyset), { code: "signer" });
  const other = await seal.signPolicy({ ...policy, keyset: random(32) }, w.owner.key);
  assert.throws(() => seal.verifyPolicy(other, keyset), { code: "chain" });
});

test("working hours follow the site's clock, its summer time and its exceptions", () => {
  const { hours } = policyOf({ camera: newId() } as never, random(32), random(32));
  const at = (iso: string): boolean => seal.inWorkingHours(hours, Date.parse(iso));
  assert.ok(at("2026-11-23T06:00:00Z"), "Monday 07:00 in Amsterdam");
  assert.ok(!at("2026-11-23T05:59:59Z"));
  assert.ok(!at("2026-11-23T16:00:00Z"), "17:00: the end is exclusive");
  assert.ok(at("2026-07-20T05:00:00Z"), "in summer 07:00 is an hour earlier in UTC");
  assert.ok(!at("2026-11-22T10:00:00Z"), "Sunday");
  assert.ok(!at("2026-12-25T10:00:00Z"), "a day off");
  assert.ok(at("2026-12-28T09:30:00Z") && !at("2026-12-28T12:00:00Z"), "a short day");
});

test("an old or early command, or one by somebody who is not listed, is refused", async () => {
  const w = await world(1);
  const policy = policyOf(w.ids, w.keysetHash, w.owner.key.publicKey);
  const command = { version: 1 as const, unit: w.ids.unit, pairing: w.ids.pairing, counter: 1, person: w.ids.person, action: "arm" as const, issuedMs: 1_000_000, untilMs: null, part: null };
  const envelope = await seal.signCommand(command, w.owner.key);
  assert.equal(seal.verifyCommand(envelope, policy, 1_000_000).value.action, "arm");
  assert.throws(() => seal.verifyCommand(envelope, policy, 1_300_001), { code: "expired" });
  assert.throws(() => seal.verifyCommand(envelope, policy, 939_999), { code: "expired" });
  const other = await seal.signCommand({ ...command, person: newId() }, w.owner.key);
  assert.throws(() => seal.verifyCommand(other, policy, 1_000_000), { code: "signer" });
});

test("codes with a slip are told, codes with spaces and small letters are taken", () => {
  const code = seal.newRecoveryCode();
  assert.match(code, /^([A-Z2-7]{4}-){8}[A-Z2-7]{4}$/);
  assert.equal(hex(seal.parseRecoveryCode(` ${code.toLowerCase().replaceAll("-", " ")} `)), hex(seal.parseRecoveryCode(code)));
  const slip = (code[0] === "A" ? "B" : "A") + code.slice(1);
  assert.throws(() => seal.parseRecoveryCode(slip), { code: "code" });
  assert.throws(() => seal.parseRecoveryCode(code.slice(0, -1)), { code: "code" });
  const pairing = seal.formatPairingCode({ fingerprint: random(32), secret: random(32) });
  const typed = pairing.replace("ZEGEL1:", "").toLowerCase().match(/.{1,4}/g)!.join("-");
  assert.equal(seal.formatPairingCode(seal.parsePairingCode(typed)), pairing);
  assert.throws(() => seal.parsePairingCode(pairing.slice(0, -1)), { code: "code" });
});

test("a receipt with any line changed is refused", async () => {
  const w = await world(1);
  const { file } = await receipt(w);
  const key = seal.parseVerifierKey(w.vkey);
  assert.equal(seal.verifyReceipt(file, key).entry.kind, "view");
  const lines = file.split("\n");
  for (const [i, line] of lines.entries()) {
    if (line === "") continue;
    const changed = [...lines];
    changed[i] = (line[0] === "x" ? "y" : "x") + line.slice(1);
    assert.throws(() => seal.verifyReceipt(changed.join("\n"), key), seal.SealError, `line ${i}`);
  }
  const stranger = await signer();
  assert.throws(() => seal.verifyReceipt(file, seal.parseVerifierKey(seal.formatVerifierKey("ledger.example/zegel", stranger.key.publicKey))), { code: "proof" });
});

/** A log of random leaves, with its tiles. */
function log(size: number): { root: (n: number) => Uint8Array; fetchTile: (of: number) => seal.FetchTile } {
  const leaves = Array.from({ length: size }, () => random(32));
  const mth = (part: readonly Uint8Array[]): Uint8Array => {
    if (part.length === 1) return part[0]!;
    const left = 2 ** Math.ceil(Math.log2(part.length) - 1);
    return seal.nodeHash(mth(part.slice(0, left)), mth(part.slice(left)));
  };
  const fetchTile = (of: number): seal.FetchTile => async (path) => {
    const [, level, name, partial] = /^tile\/(\d+)\/([x\d/]+?)(?:\.p\/(\d+))?$/.exec(path)!;
    const index = Number(name!.replaceAll(/[x/]/g, ""));
    const span = 256 ** Number(level);
    const width = partial ? Number(partial) : 256;
    assert.ok((index * 256 + width) * span <= of, `tile ${path} is not yet there in a tree of ${of}`);
    return seal.concat(...Array.from({ length: width }, (_, i) => mth(leaves.slice((index * 256 + i) * span, (index * 256 + i + 1) * span))));
  };
  return { root: (n) => mth(leaves.slice(0, n)), fetchTile };
}

test("a log that grew is accepted from its tiles, one that forked or shrank is not", async () => {
  const { root, fetchTile } = log(1500);
  for (const [from, to] of [[1, 2], [3, 7], [255, 256], [256, 257], [700, 1500], [1024, 1500], [1499, 1500], [1500, 1500]] as const) {
    await seal.checkConsistency({ size: from, root: root(from) }, { size: to, root: root(to) }, fetchTile(to));
    if (from < to) await assert.rejects(seal.checkConsistency({ size: from, root: random(32) }, { size: to, root: root(to) }, fetchTile(to)), { code: "proof" });
  }
  await assert.rejects(seal.checkConsistency({ size: 9, root: root(9) }, { size: 8, root: root(8) }, fetchTile(8)), { code: "proof" });
});

test("tile paths are written as the specification has them", () => {
  assert.equal(seal.tilePath(0, 1234067, 256), "tile/0/x001/x234/067");
  assert.equal(seal.tilePath(1, 5, 17), "tile/1/005.p/17");
});

test("a note needs the log's signature; others' are ignored, a wrong one is not", async () => {
  const key = await signer();
  const vkey = seal.parseVerifierKey(seal.formatVerifierKey("log.example", key.key.publicKey));
  const note = await signedNote("log.example\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n", "log.example", key.key);
  assert.equal(seal.openCheckpoint(note, vkey).size, 0);
  assert.equal(seal.openCheckpoint(`${note}— other.example AAAAAGFiYw==\n`, vkey).size, 0);
  assert.throws(() => seal.openCheckpoint(note.replace("\n0\n", "\n00\n"), vkey), { code: "proof" });
  assert.throws(() => seal.openCheckpoint(note.split("— ")[0]! + "— other.example AAAAAGFiYw==\n", vkey), { code: "proof" });
});

test("half a surrogate pair, a fraction, a negative and a huge number are not encoded", () => {
  for (const value of ["\ud800", "e\u0301", 1.5, -1, -0, 2 ** 53, Number.NaN, undefined, {}, 1n]) {
    assert.throws(() => seal.encode(value as never), { code: "encoding" }, String(value));
  }
});

test("leaves read in any order are the tree's", () => {
  const root = random(32);
  const leaves = new seal.Leaves(seal.copy(root));
  for (const slot of [0, 0, 1, 2, 7, 8, 2047, 2048, 4095, 3, 4094, 4095, 0]) assert.deepEqual(leaves.leaf(slot), seal.leaf(root, slot), String(slot));
  for (let i = 0; i < 50; i++) {
    const slot = Math.floor(Math.random() * seal.SLOTS);
    assert.deepEqual(leaves.leaf(slot), seal.leaf(root, slot), String(slot));
  }
});

test("a picture is sealed to a key that the guard's browser made and will not hand out, and opens with no other", async () => {
  const pair = await seal.newHeldPair();
  assert.equal(pair.privateKey.extractable, false);
  await assert.rejects(crypto.subtle.exportKey("pkcs8", pair.privateKey));
  const [key, jpeg] = [await seal.heldKey(pair), random(5000)];
  const [file, about, recipient] = [newId(), newId(), newId()];
  const made = { file, about, recipient, suite: 1, recipientPublic: key.publicKey, madeMs: 1_700_000_000_000, mediaType: "image/jpeg" };
  const { object, ciphertext } = await seal.sealFile(seal.GUARD_PICTURE, made, jpeg);
  const found = seal.GUARD_PICTURE.decode(object);
  assert.deepEqual([found.file, found.about, found.recipient], [file, about, recipient]);
  assert.deepEqual(await seal.openFile(seal.GUARD_PICTURE, found, key, ciphertext), jpeg);
  await assert.rejects(seal.openFile(seal.GUARD_PICTURE, found, await seal.heldKey(await seal.newHeldPair()), ciphertext), { code: "open" });
  await assert.rejects(seal.openFile(seal.GUARD_PICTURE, { ...found, recipient: newId() }, key, ciphertext), { code: "open" });
  await assert.rejects(seal.openFile(seal.DOCUMENT, found, key, ciphertext), { code: "open" });
  await assert.rejects(seal.sealFile(seal.GUARD_PICTURE, { ...made, mediaType: "image/png" }, jpeg));
});
