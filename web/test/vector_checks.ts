// SPDX-License-Identifier: EUPL-1.2
// What one implementation made, the other opens. Run by Node (vectors.test.ts) and by a browser (browser/vectors.ts).
import assert from "node:assert/strict";
import * as seal from "../src/seal";
import { stretch } from "../src/client/stretch";
import { copy, fromHex, hex } from "../src/seal";
import type { Kind } from "../src/seal/schema";

const KINDS: Readonly<Record<string, Kind<any>>> = Object.fromEntries(
  [
    seal.KEYSET, seal.POLICY, seal.COMMAND, seal.PAIRED, seal.EPOCH, seal.MANIFEST, seal.ALARM, seal.ARC_KEY, seal.RELEASE, seal.GRANT, seal.MEMBER,
    seal.SUCCESSION, seal.STATUS, seal.PROMISE, seal.TIME, seal.MAIL_PICTURE, seal.KEPT, seal.EXPORTED, seal.REDACTED, seal.ASSENT, seal.CENTRAL_WORD,
  ].map((kind) => [kind.object, kind]),
);

type Items = readonly any[];

export const CHECKS: Readonly<Record<string, (items: Items) => Promise<void> | void>> = {
  encoding(items) {
    for (const { value_hex, canonical, why } of items) {
      if (canonical) assert.equal(hex(seal.encode(seal.decode(fromHex(value_hex)))), value_hex);
      else assert.throws(() => seal.decode(fromHex(value_hex)), seal.SealError, why);
    }
  },
  tree(items) {
    for (const { root, leaves, covers } of items) {
      for (const [slot, leaf] of leaves) assert.equal(hex(seal.leaf(fromHex(root), slot)), leaf);
      for (const { from, to, positions, nodes } of covers) {
        assert.deepEqual(seal.coverPositions(from, to).map(({ depth, index }) => [depth, index]), positions);
        assert.deepEqual(seal.cover(fromHex(root), from, to).map(hex), nodes);
      }
    }
  },
  fingerprints(items) {
    for (const { kind, suite, public_key, fingerprint, words } of items) {
      const made = kind === 1 ? seal.signingFingerprint(fromHex(public_key)) : seal.openingFingerprint(suite, fromHex(public_key));
      assert.equal(hex(made), fingerprint);
      assert.equal(seal.words(made), words);
    }
  },
  async segments(items) {
    for (const each of items) {
      const bytes = fromHex(each.segment);
      const { header, plaintext } = await seal.openSegment(fromHex(each.leaf), bytes);
      assert.equal(hex(plaintext), each.plaintext);
      assert.deepEqual([header.slot, header.seq, header.randomAccess, header.wallMs, header.durationMs, header.codec],
        [each.slot, each.seq, each.random_access, each.wall_ms, each.duration_ms, each.codec]);
      assert.equal(hex(seal.encodeHeader(header)), each.segment.slice(0, 134));
      await refusesFlips(bytes, 397, (changed) => seal.openSegment(fromHex(each.leaf), changed));
      await assert.rejects(seal.openSegment(seal.random(32), bytes));
      await assert.rejects(seal.openSegment(fromHex(each.leaf), bytes.subarray(0, -1)));
    }
  },
  refused(items) {
    const read = items.filter(({ object, body }) => {
      try {
        KINDS[object]!.decode(fromHex(body));
        return true;
      } catch (error) {
        assert.ok(error instanceof seal.SealError, `${object}: ${error}`);
        return false;
      }
    });
    assert.deepEqual(read.map(({ object, why }) => `${object}: ${why}`), []);
  },
  async objects(items) {
    for (const { object, envelope, sign_pk, hash } of items) {
      const kind = KINDS[object];
      if (!kind) continue; // link authentication is between unit and server
      const bytes = fromHex(envelope);
      const { value, hash: made } = seal.verifyObject(kind, bytes, fromHex(sign_pk));
      assert.equal(hex(made), hash, object);
      assert.equal(hex(kind.encode(value)), hex(seal.parseEnvelope(bytes).body), `${object} encodes to the same bytes`);
      assert.throws(() => seal.verifyObject(kind, bytes, seal.random(32)), seal.SealError);
      await refusesFlips(bytes, bytes.length > 700 ? 41 : 7, (changed) => seal.verifyObject(kind, changed, fromHex(sign_pk)));
    }
    const seen = new Set(items.map(({ object }) => object));
    for (const name of Object.keys(KINDS)) assert.ok(seen.has(name), `a ${name} among the vectors`);
  },
  async epochs(items) {
    for (const each of items) {
      const { value } = seal.verifyEpoch(fromHex(each.envelope), fromHex(each.unit_pk));
      assert.equal(hex(await seal.openEpoch(value, await seal.openingKey(each.suite, fromHex(each.tenant_private)))), each.root);
      await assert.rejects(seal.openEpoch({ ...value, startMs: value.startMs + 1 }, await seal.openingKey(each.suite, fromHex(each.tenant_private))));
      await assert.rejects(seal.openEpoch(value, await seal.openingKey(each.suite, seal.random(32))));
    }
  },
  async releases(items) {
    for (const each of items) {
      const { value } = seal.verifyRelease(fromHex(each.envelope), fromHex(each.unit_pk));
      const recipient = await seal.openingKey(each.suite, fromHex(each.recipient_private));
      await exactly(await seal.openRelease(value, recipient), each);
      await assert.rejects(seal.openRelease({ ...value, reason: "other" }, recipient));
    }
  },
  async grants(items) {
    for (const each of items) {
      const { value } = seal.verifyObject(seal.GRANT, fromHex(each.envelope), fromHex(each.sign_pk));
      await exactly(await seal.openGrant(value, await seal.openingKey(each.suite, fromHex(each.recipient_private))), each);
    }
  },
  async mailpictures(items) {
    for (const each of items) {
      const { value } = seal.verifyMailPicture(fromHex(each.envelope), fromHex(each.sign_pk));
      const recipient = await seal.openingKey(each.suite, fromHex(each.recipient_private));
      const ciphertext = fromHex(each.ciphertext);
      assert.equal(hex(await seal.openFile(seal.MAIL_PICTURE, value, recipient, ciphertext)), each.picture);
      await assert.rejects(seal.openFile(seal.MAIL_PICTURE, { ...value, madeMs: value.madeMs + 1 }, recipient, ciphertext));
      await assert.rejects(seal.openFile(seal.MAIL_PICTURE, value, recipient, ciphertext.subarray(1)));
      await assert.rejects(seal.openFile(seal.MAIL_PICTURE, value, await seal.openingKey(each.suite, seal.random(32)), ciphertext));
    }
  },
  async documents(items) {
    for (const each of items) {
      const found = seal.DOCUMENT.decode(fromHex(each.object));
      const recipient = await seal.openingKey(each.suite, fromHex(each.recipient_private));
      const ciphertext = fromHex(each.ciphertext);
      assert.equal(hex(await seal.openFile(seal.DOCUMENT, found, recipient, ciphertext)), each.content);
      await assert.rejects(seal.openFile(seal.DOCUMENT, { ...found, madeMs: found.madeMs + 1 }, recipient, ciphertext));
      await assert.rejects(seal.openFile(seal.DOCUMENT, { ...found, size: found.size + 1 }, recipient, ciphertext));
      await assert.rejects(seal.openFile(seal.MAIL_PICTURE, found, recipient, ciphertext), "what is of one kind opens as no other");
      await assert.rejects(seal.openFile(seal.DOCUMENT, found, await seal.openingKey(each.suite, seal.random(32)), ciphertext));
    }
  },
  async members(items) {
    for (const each of items) {
      const { value } = seal.verifyMember(fromHex(each.envelope), fromHex(each.sign_pk));
      const tenant = await seal.openMember(value, await seal.openingKey(each.suite, fromHex(each.person_private)));
      assert.equal(hex(tenant.publicKey), hex(await seal.openingPublicKey(each.suite, fromHex(each.tenant_private))));
    }
  },
  async successions(items) {
    for (const each of items) {
      const { value } = seal.verifySuccession(fromHex(each.envelope), fromHex(each.sign_pk));
      const old = await seal.openSuccession(value, await seal.openingKey(each.suite, fromHex(each.new_private)));
      assert.equal(hex(old.publicKey), hex(await seal.openingPublicKey(each.suite, fromHex(each.old_private))));
    }
  },
  pairings(items) {
    for (const each of items) {
      const { fingerprint, secret } = seal.parsePairingCode(each.code);
      assert.deepEqual([hex(fingerprint), hex(secret)], [each.fingerprint, each.secret]);
      assert.equal(seal.formatPairingCode({ fingerprint, secret }), each.code);
      assert.equal(hex(seal.pairingMac(secret, seal.PAIRING.decode(fromHex(each.body)))), each.mac);
    }
  },
  async accounts(items) {
    for (const each of items) {
      const { authKey, wrapKey } = await seal.accountKeys(each.password, each.email, each.origin, stretch);
      assert.deepEqual([hex(seal.accountSalt(each.origin, each.email)), hex(authKey), hex(wrapKey)], [each.salt, each.auth_key, each.wrap_key]);
      const person = fromHex(each.person);
      for (const [wrapper, key, wrapped] of [["password", wrapKey, each.wrapped_password], ["recovery", seal.recoveryKey(each.recovery_code), each.wrapped_recovery]] as const) {
        const bundle = await seal.unwrapBundle(fromHex(wrapped), wrapper, key, person, each.suite);
        assert.deepEqual([hex(bundle.signSeed), hex(bundle.openPrivate)], [each.sign_seed, each.open_private]);
        await assert.rejects(seal.unwrapBundle(fromHex(wrapped), "passkey", key, person, each.suite));
      }
      assert.ok((await seal.openPins(fromHex(each.pins), seal.pinsKey(fromHex(each.sign_seed)), person)).length > 0);
    }
  },
  receipts(items) {
    for (const each of items) {
      const key = seal.parseVerifierKey(each.vkey);
      const receipt = seal.verifyReceipt(each.file, key);
      assert.equal(receipt.index, each.index);
      assert.equal(hex(receipt.body), each.body);
      assert.throws(() => seal.verifyReceipt(each.file.replace(`index ${each.index}`, `index ${each.index + 1}`), key), seal.SealError);
    }
  },
};

async function exactly(keys: seal.RangeKeys, each: { leaves: [string, number, string][]; outside: [string, number][] }): Promise<void> {
  for (const [epoch, slot, leaf] of each.leaves) assert.equal(hex(keys.leaf(fromHex(epoch), slot)), leaf);
  for (const [epoch, slot] of each.outside) assert.throws(() => keys.leaf(fromHex(epoch), slot), seal.SealError);
}

/** Every `stride`-th byte, a different bit each time. (Python flips every byte of the same objects.) */
async function refusesFlips(bytes: Uint8Array, stride: number, open: (changed: seal.Bytes) => unknown): Promise<void> {
  for (let at = 0; at < bytes.length; at += stride) {
    const changed = copy(bytes);
    changed[at]! ^= 1 << (at % 8);
    await assert.rejects(async () => open(changed), `byte ${at} changed and accepted`);
  }
}
