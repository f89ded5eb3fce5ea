// SPDX-License-Identifier: EUPL-1.2
// Writes tests/conformance/vectors/typescript_seal.json, which Python checks. Layout: the README there.
import { writeFileSync } from "node:fs";
import * as seal from "../src/seal";
import { hex, newId, random } from "../src/seal";
import { account, epoch, grant, opener, receipt, release, segment, signedObjects, signer, world } from "./factory";
import { ownVectors } from "./shared_files";

const REFUSED: readonly [string, string][] = [
  ["1800", "24 bits too long a form of 0"], ["190017", "two bytes for 23"], ["1a00000100", "four bytes for 256"], ["1b0000000100000000ff", "a byte after the end"],
  ["1b0000000000000001", "eight bytes for 1"], ["1b0020000000000000", "2^53"], ["20", "a negative number"], ["f97e00", "NaN"], ["fb3ff0000000000000", "a float"],
  ["f7", "undefined"], ["a0", "a map"], ["c000", "a tag"], ["c249010000000000000000", "a bignum"], ["9fff", "an array of indefinite length"], ["5f4100ff", "bytes of indefinite length"],
  ["6141cc88".replace("6141", "6341"), "text not in normal form C"], ["61ff", "text not in UTF-8"], ["63eda080", "half a surrogate pair"], ["82", "an array cut off"], ["4200", "bytes cut off"],
  ["81".repeat(17) + "00", "seventeen levels"], ["", "nothing"], ["e0", "a simple value"], ["f800", "a simple value in two bytes"], ["1c", "a reserved length"],
];
const CANONICAL = ["00", "17", "1818", "18ff", "190100", "1a00010000", "1b001fffffffffffff", "40", "4100", "60", "62c3a5", "80", "8301f5f6", "f4", `${"81".repeat(16)}00`];

async function ofSuite(suite: seal.Suite): Promise<Record<string, unknown[]>> {
  const w = await world(suite);
  const ranges = [{ epoch: w.ids.epoch, from: 3, to: 4 }, { epoch: w.ids.epoch, from: 4, to: 5 }, { epoch: w.ids.epoch, from: 6, to: 1029 }];
  const leaves = [3, 4, 6, 500, 1028].map((slot) => [hex(w.ids.epoch), slot, hex(seal.leaf(w.root, slot))]);
  const outside = [[hex(w.ids.epoch), 2], [hex(w.ids.epoch), 5], [hex(w.ids.epoch), 1029], [hex(newId()), 3]];
  const [person, next, owner] = [await opener(suite), await opener(suite), await signer()];
  const member = await seal.sealMember({ suite, party: w.ids.owner, person: w.ids.person, personOpenKey: person.key.publicKey, tenantKey: w.tenant.key.publicKey, tenantPrivate: w.tenant.secret }, owner.key);
  const plaintexts = [new Uint8Array(0), random(1000), random(16384), random(40_000)];
  const { file, index, body } = await receipt(w);
  const pairing = { version: 1 as const, unit: w.ids.unit, pairing: w.ids.pairing, keyset: w.keysetHash, policy: w.policyHash };
  const photo = random(5000);
  const document = { file: newId(), about: newId(), recipient: w.ids.owner, suite, recipientPublic: w.tenant.key.publicKey, madeMs: 1_800_000_000_000, mediaType: "image/png" };
  const sealed = await seal.sealFile(seal.DOCUMENT, document, photo);
  const code = { fingerprint: w.unit.key.fingerprint, secret: random(32) };
  return {
    fingerprints: [
      { kind: 1, suite: 1, public_key: hex(w.unit.key.publicKey), fingerprint: hex(w.unit.key.fingerprint), words: seal.words(w.unit.key.fingerprint) },
      { kind: 2, suite, public_key: hex(w.tenant.key.publicKey), fingerprint: hex(w.tenant.key.fingerprint), words: seal.words(w.tenant.key.fingerprint) },
    ],
    segments: await Promise.all(plaintexts.map(async (plaintext, i) => {
      const bytes = await segment(w, 7 * i, i, plaintext);
      const { header } = await seal.openSegment(seal.leaf(w.root, 7 * i), bytes);
      return {
        leaf: hex(seal.leaf(w.root, 7 * i)), segment: hex(bytes), plaintext: hex(plaintext), slot: header.slot, seq: header.seq, random_access: header.randomAccess,
        wall_ms: header.wallMs, duration_ms: header.durationMs, codec: header.codec,
      };
    })),
    objects: (await signedObjects(w)).map(({ object, envelope, signKey }) => ({
      object, envelope: hex(envelope), sign_pk: hex(signKey), hash: hex(seal.objectHash(object, seal.parseEnvelope(envelope).body)),
    })),
    epochs: [{ envelope: hex(await epoch(w)), unit_pk: hex(w.unit.key.publicKey), suite, tenant_private: hex(w.tenant.secret), root: hex(w.root) }],
    releases: [{ envelope: hex(await release(w, ranges)), unit_pk: hex(w.unit.key.publicKey), suite, recipient_private: hex(w.arcOpen.secret), leaves, outside }],
    grants: [{ envelope: hex(await grant(w, ranges)), sign_pk: hex(w.owner.key.publicKey), suite, recipient_private: hex(w.arcOpen.secret), leaves, outside }],
    documents: [{ object: hex(sealed.object), suite, recipient_private: hex(w.tenant.secret), ciphertext: hex(sealed.ciphertext), content: hex(photo) }],
    members: [{ envelope: hex(member), sign_pk: hex(owner.key.publicKey), suite, person_private: hex(person.secret), tenant_private: hex(w.tenant.secret) }],
    successions: [{
      envelope: hex(await seal.sealSuccession(suite, w.ids.owner, w.tenant.secret, next.key.publicKey, owner.key)), sign_pk: hex(owner.key.publicKey), suite,
      new_private: hex(next.secret), old_private: hex(w.tenant.secret),
    }],
    pairings: [{ code: seal.formatPairingCode(code), fingerprint: hex(code.fingerprint), secret: hex(code.secret), body: hex(seal.PAIRING.encode(pairing)), mac: hex(seal.pairingMac(code.secret, pairing)) }],
    accounts: [await account(suite)],
    receipts: [{ file, vkey: w.vkey, index, body: hex(body) }],
  };
}

function tree(): unknown {
  const root = random(32);
  const spans: [number, number][] = [[0, 4096], [0, 1], [4095, 4096], [1, 4095], [5, 77], [2047, 2049], [1024, 2048]];
  return {
    root: hex(root),
    leaves: [0, 1, 2047, 2048, 4095].map((slot) => [slot, hex(seal.leaf(root, slot))]),
    covers: spans.map(([from, to]) => ({ from, to, positions: seal.coverPositions(from, to).map(({ depth, index }) => [depth, index]), nodes: seal.cover(root, from, to).map(hex) })),
  };
}

const [one, two] = [await ofSuite(1), await ofSuite(2)];
const both = Object.fromEntries(Object.keys(one).map((name) => [name, [...one[name]!, ...two[name]!]]));
const encoding = [
  ...CANONICAL.map((value_hex) => ({ value_hex, canonical: true })),
  ...REFUSED.map(([value_hex, why]) => ({ value_hex, canonical: false, why })),
];
writeFileSync(ownVectors("typescript_seal.json"), JSON.stringify({ encoding, tree: [tree()], ...both }, null, 1) + "\n");
