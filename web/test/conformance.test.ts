// SPDX-License-Identifier: EUPL-1.2
// Other people's vectors against our use of the primitives. Each test names its source file.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, existsSync, statSync } from "node:fs";
import test from "node:test";
import { inflateSync } from "node:zlib";
import { join } from "node:path";
import { x25519 } from "@noble/curves/ed25519.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256, sha512 } from "@noble/hashes/sha2.js";
import { argon2id } from "hash-wasm";
import { XWing } from "@hpke/hybridkem-x-wing";
import { MlKem768 } from "mlkem";
import { base64, concat, copy, equal, fromBase64, hex } from "../src/seal/bytes";
import { decryptChunked } from "../src/seal/chunked";
import { hkdfExpand } from "../src/seal/kdf";
import { verifyConsistency, verifyInclusion } from "../src/seal/merkle";
import { openingKey, openingPublicKey, verifySignature } from "../src/seal/suite";
import { sharedPath, sharedTest } from "./shared_files";

const bytes = (text: string): Uint8Array<ArrayBuffer> => copy(Buffer.from(text, "hex"));

/** Extract, then our own expand. */
function hkdf(ikm: Uint8Array, salt: Uint8Array, info: Uint8Array, size: number): Uint8Array {
  assert.ok(size <= 255 * 32, "more than HKDF gives");
  return hkdfExpand("sha256", hmac(sha256, salt, ikm), info, size);
}

async function agrees(expected: string, comment: string, run: () => unknown): Promise<boolean> {
  let failed: unknown = null;
  const result = await Promise.resolve().then(run).catch((error: unknown) => ((failed = error), null));
  const accepted = failed === null && result !== false;
  if (expected === "valid") assert.ok(accepted, `${comment}: refused (${String(failed)})`);
  if (expected === "invalid") assert.ok(!accepted, `${comment}: accepted`);
  return accepted;
}

function* cases(json: any): Generator<[any, any]> {
  for (const group of json.testGroups) for (const test of group.tests) yield [group, test];
}

sharedTest("Cobblestone-256 opens what it should and nothing else", "vectors/wycheproof/c2sp_chunked_encryption_aes_256_gcm_test.json", async (json) => {
  for (const [, each] of cases(json)) {
    await agrees(each.result, `tcId ${each.tcId} ${each.comment}`, async () => {
      const plaintext = await decryptChunked(bytes(each.key), bytes(each.ctx), copy(inflateSync(bytes(each.ct))));
      assert.equal(plaintext.length, each.msgLength);
      if (each.msgSha512) assert.equal(hex(sha512(plaintext)), each.msgSha512);
    });
  }
});

sharedTest("AES-256-GCM as WebCrypto does it", "vectors/wycheproof/aes_gcm_test.json", async (json) => {
  for (const [group, each] of cases(json)) {
    if (group.keySize !== 256 || group.ivSize !== 96 || group.tagSize !== 128) continue;
    await agrees(each.result, `tcId ${each.tcId}`, async () => {
      const key = await crypto.subtle.importKey("raw", bytes(each.key), "AES-GCM", false, ["decrypt"]);
      const opened = await crypto.subtle.decrypt({ name: "AES-GCM", iv: bytes(each.iv), additionalData: bytes(each.aad) }, key, bytes(each.ct + each.tag));
      assert.equal(hex(new Uint8Array(opened)), each.msg);
    });
  }
});

sharedTest("Ed25519, strictly", "vectors/wycheproof/ed25519_test.json", async (json) => {
  for (const [group, each] of cases(json)) {
    await agrees(each.result, `tcId ${each.tcId} ${each.comment}`, () => verifySignature(bytes(group.publicKey.pk), bytes(each.msg), bytes(each.sig)));
  }
});

sharedTest("X25519, ours and WebCrypto's", "vectors/wycheproof/x25519_test.json", async (json) => {
  for (const [, each] of cases(json)) {
    // "acceptable" cases (low order, non-canonical) may be refused; an all-zero secret must be
    const secret = bytes(each.shared);
    if (secret.every((byte) => byte === 0)) {
      assert.throws(() => x25519.getSharedSecret(bytes(each.private), bytes(each.public)));
      continue;
    }
    if (each.result === "invalid") continue;
    assert.equal(hex(x25519.getSharedSecret(bytes(each.private), bytes(each.public))), each.shared, `tcId ${each.tcId}`);
    const prefix = bytes("302e020100300506032b656e04220420");
    const own = await crypto.subtle.importKey("pkcs8", concat(prefix, bytes(each.private)), "X25519", false, ["deriveBits"]);
    const other = await crypto.subtle.importKey("raw", bytes(each.public), "X25519", true, []);
    const derived = await crypto.subtle.deriveBits({ name: "X25519", public: other } as AlgorithmIdentifier, own, 256);
    assert.equal(hex(new Uint8Array(derived)), each.shared, `tcId ${each.tcId} in WebCrypto`);
  }
});

sharedTest("HKDF-SHA256", "vectors/wycheproof/hkdf_sha256_test.json", async (json) => {
  for (const [, each] of cases(json)) {
    await agrees(each.result, `tcId ${each.tcId}`, () => assert.equal(hex(hkdf(bytes(each.ikm), bytes(each.salt), bytes(each.info), each.size)), each.okm));
  }
});

sharedTest("HKDF-SHA256 of RFC 5869", "vectors/kdf/rfc-5869-HKDF-SHA256.txt", (text: string) => {
  const blocks = text.split(/COUNT\s*=/).slice(1);
  assert.ok(blocks.length >= 3);
  for (const block of blocks) {
    const field = (name: string): string => new RegExp(`^${name} *= *([0-9a-f]*)`, "im").exec(block)?.[1] ?? "";
    const okm = hkdf(bytes(field("IKM")), bytes(field("salt")), bytes(field("info")), Number(field("L")));
    assert.equal(hex(okm), field("OKM"));
  }
});

sharedTest("HMAC-SHA256", "vectors/wycheproof/hmac_sha256_test.json", async (json) => {
  for (const [group, each] of cases(json)) {
    const size = group.tagSize / 8;
    await agrees(each.result, `tcId ${each.tcId}`, () => equal(hmac(sha256, bytes(each.key), bytes(each.msg)).subarray(0, size), bytes(each.tag)));
  }
});

sharedTest("ML-KEM-768 key generation from a seed", "vectors/wycheproof/mlkem_768_keygen_seed_test.json", async (json) => {
  const kem = new MlKem768();
  for (const [, each] of cases(json)) {
    const [publicKey] = await kem.deriveKeyPair(bytes(each.seed));
    assert.equal(hex(publicKey), each.ek, `tcId ${each.tcId}`);
  }
});

sharedTest("ML-KEM-768 decapsulation", "vectors/wycheproof/mlkem_768_test.json", async (json) => {
  const kem = new MlKem768();
  for (const [, each] of cases(json)) {
    if (!each.seed || !each.c) continue;
    await agrees(each.result, `tcId ${each.tcId}`, async () => {
      const [, privateKey] = await kem.deriveKeyPair(bytes(each.seed));
      return hex(await kem.decap(bytes(each.c), privateKey)) === each.K;
    });
  }
});

const EMPTY = new Uint8Array(0);
const label = (text: string): Uint8Array => new TextEncoder().encode(text);
const i2osp2 = (value: number): Uint8Array => Uint8Array.of(value >> 8, value & 255);

/** RFC 9180's key schedule in base mode with HKDF-SHA256, to hold the vectors' key and nonce against. */
async function keySchedule(kem: number, aead: number, secret: Uint8Array, info: Uint8Array, keySize: number): Promise<{ key: Uint8Array; nonce: Uint8Array }> {
  const { extract, expand } = await import("@noble/hashes/hkdf.js");
  const id = concat(label("HPKE"), i2osp2(kem), i2osp2(1), i2osp2(aead));
  const labeledExtract = (salt: Uint8Array, name: string, ikm: Uint8Array): Uint8Array => extract(sha256, concat(label("HPKE-v1"), id, label(name), ikm), salt);
  const context = concat(Uint8Array.of(0), labeledExtract(EMPTY, "psk_id_hash", EMPTY), labeledExtract(EMPTY, "info_hash", info));
  const prk = labeledExtract(secret, "secret", EMPTY);
  const labeledExpand = (name: string, size: number): Uint8Array => expand(sha256, prk, concat(i2osp2(size), label("HPKE-v1"), id, label(name), context), size);
  return { key: labeledExpand("key", keySize), nonce: labeledExpand("base_nonce", 12) };
}

sharedTest("HPKE suite 1: RFC 9180's X25519 and HKDF-SHA256", "vectors/hpke/test-vectors.json", async (json) => {
  const mine = json.filter((each: any) => each.mode === 0 && each.kem_id === 32 && each.kdf_id === 1 && each.aead_id !== 0xffff);
  assert.ok(mine.some((each: any) => each.aead_id === 2), "a vector of exactly our suite");
  const { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } = await import("@hpke/core");
  for (const each of mine) {
    assert.equal(hex(await openingPublicKey(1, bytes(each.skRm))), each.pkRm);
    const { key, nonce } = await keySchedule(32, each.aead_id, bytes(each.shared_secret), bytes(each.info), each.key.length / 2);
    assert.equal(hex(key), each.key);
    assert.equal(hex(nonce), each.base_nonce);
    if (each.aead_id !== 2) continue;
    const suite = new CipherSuite({ kem: new DhkemX25519HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });
    const recipientKey = await suite.kem.deserializePrivateKey(bytes(each.skRm));
    const context = await suite.createRecipientContext({ recipientKey, enc: bytes(each.enc), info: bytes(each.info) });
    for (const message of each.encryptions.slice(0, 5)) {
      assert.equal(hex(new Uint8Array(await context.open(bytes(message.ct), bytes(message.aad)))), message.pt);
    }
  }
});

sharedTest("HPKE suite 2: X-Wing with HKDF-SHA256", "vectors/hpke/hpke-pq-test-vectors.json", async (json) => {
  const mine = json.filter((each: any) => each.mode === 0 && each.kem_id === 0x647a);
  assert.ok(mine.length > 0);
  const kem = new XWing();
  for (const each of mine) {
    assert.equal(hex(await openingPublicKey(2, bytes(each.skRm))), each.pkRm);
    const recipientKey = await kem.deserializePrivateKey(bytes(each.skRm));
    const secret = new Uint8Array(await kem.decap({ recipientKey, enc: bytes(each.enc) }));
    assert.equal(hex(secret), each.shared_secret);
    if (each.kdf_id !== 1) continue;
    const { key, nonce } = await keySchedule(0x647a, each.aead_id, secret, bytes(each.info), each.key.length / 2);
    assert.equal(hex(key), each.key);
    assert.equal(hex(nonce), each.base_nonce);
  }
});

sharedTest("HPKE sealed by other JavaScript opens here", "vectors/interop-hpke-js-sealed-selfmade.json", async (json) => {
  const suites: Record<string, 1 | 2> = { "32,1,2": 1, "25722,1,2": 2 };
  let opened = 0;
  for (const each of json) {
    const suite = suites[[each.kem, each.kdf, each.aead].join()];
    if (!suite) continue;
    const key = await openingKey(suite, bytes(each.sk));
    assert.equal(hex(await key.open(bytes(each.ct), bytes(each.info))), each.pt);
    await assert.rejects(key.open(bytes(each.ct), bytes(each.info + "00")));
    opened++;
  }
  assert.ok(opened > 0);
});

sharedTest("Argon2id of RFC 9106 and others", "vectors/kdf/argon2id.txt", async (text: string) => {
  let done = 0;
  for (const block of text.split(/COUNT\s*=/).slice(1)) {
    const field = (name: string): string => new RegExp(`^${name} *= *(\\S*)`, "m").exec(block)?.[1] ?? "";
    if (field("ad") || !field("output") || !field("pass")) continue; // hash-wasm takes no associated data and no empty password
    const options = {
      password: bytes(field("pass")), salt: bytes(field("salt")), iterations: Number(field("iter")), parallelism: Number(field("lanes")),
      memorySize: Number(field("memcost")), hashLength: Number(field("length")), outputType: "hex" as const,
    };
    const secret = field("secret");
    assert.equal(await argon2id(secret ? { ...options, secret: bytes(secret) } : options), field("output"));
    done++;
  }
  assert.ok(done > 0);
});

function* jsonFiles(folder: string): Generator<any> {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* jsonFiles(path);
    else if (name.endsWith(".json")) yield { path, ...JSON.parse(readFileSync(path, "utf8")) };
  }
}

for (const kind of ["inclusion", "consistency"] as const) {
  test(`RFC 6962 ${kind} proofs [vectors/rfc6962-merkle/testdata/${kind}]`, (t) => {
    const folder = sharedPath(`vectors/rfc6962-merkle/testdata/${kind}`);
    if (!existsSync(folder)) return t.skip(`NOT RUN: ../shared/vectors/rfc6962-merkle is not there`);
    let count = 0;
    for (const each of jsonFiles(folder)) {
      const hashes = (list: string[] | null): Uint8Array[] => (list ?? []).map((text) => fromBase64(text));
      const check = (): void =>
        kind === "inclusion"
          ? verifyInclusion(each.leafIdx, each.treeSize, fromBase64(each.leafHash ?? ""), hashes(each.proof), fromBase64(each.root ?? ""))
          : verifyConsistency(each.size1, each.size2, fromBase64(each.root1 ?? ""), fromBase64(each.root2 ?? ""), hashes(each.proof));
      if (each.wantErr) assert.throws(check, Error, each.path);
      else check();
      count++;
    }
    assert.equal(count, 98);
  });
}

test("base64 is refused in every form but one", () => {
  for (const text of ["QQ", "QQ=", "QR==", " QQ==", "QQ==\n", "Q-=="]) assert.throws(() => fromBase64(text), Error, text);
  assert.equal(base64(fromBase64("QQ==")), "QQ==");
});
