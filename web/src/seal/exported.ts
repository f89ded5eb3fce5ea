// SPDX-License-Identifier: EUPL-1.2
// A person's signed statement about what leaves his hands: a film, or sealed originals whose keys lie here under a code.
import { decryptWith, encryptWith, parseRecoveryCode } from "./account";
import { type Bytes, wipe } from "./bytes";
import { encode } from "./encoding";
import { type Verified, signObject, signedBytes, verifyObject } from "./envelope";
import { must } from "./errors";
import { hkdf32 } from "./kdf";
import { RANGES, RangeKeys, checkRanges, decodeCovers, encodeCovers } from "./ranges";
import { type TypeOf, bytes, hash, id, kind, list, ms, nullable, oneOf, publicKey, record, text, trackNumber, uint, version, word } from "./schema";
import type { SigningKey } from "./suite";

export const LONGEST_MS = 3_600_000;
export const MAX_SEGMENTS = 8000;
const envelope = bytes({ min: 1, max: 1 << 18 });

const HEADER_SHAPE = {
  version, export: id, form: oneOf("film", "originals"), unit: id, unitKey: publicKey, camera: id, track: trackNumber, cameraName: text(200, 0), siteName: text(200, 0), zone: text(64),
  fromMs: ms, toMs: ms, ranges: RANGES, person: id, purpose: word, recipient: text(), madeMs: ms, keysets: list(envelope, 64, 1), epochs: list(envelope, 64, 1), manifests: list(envelope, 1500),
  segments: list(record({ epoch: id, seq: uint(2 ** 32 - 1), hash }), MAX_SEGMENTS, 1), film: nullable(hash),
};
const HEADER = record(HEADER_SHAPE);
const FIELDS = record({ ...HEADER_SHAPE, keys: nullable(bytes({ min: 28, max: 1 << 17 })) });

export type ExportHeader = TypeOf<typeof HEADER>;
export type Exported = TypeOf<typeof FIELDS>;
export const EXPORTED = kind("exported", FIELDS, ({ ranges, fromMs, toMs, form, film, keys }: Exported) => {
  checkRanges(ranges);
  must(toMs > fromMs && toMs - fromMs <= LONGEST_MS, "field", "an export is of more than nothing and of an hour at most");
  must((form === "film") === (film !== null) && (form === "originals") === (keys !== null), "field", "a film has the hash of its file, originals have their sealed keys");
});

function keyOf(code: string): Bytes {
  const secret = parseRecoveryCode(code);
  const key = hkdf32(secret, "zegel/exported/v1");
  wipe(secret);
  return key;
}

const context = (header: ExportHeader): Bytes => signedBytes("exported", encode(HEADER.write(header)));

export async function sealKeys(header: ExportHeader, covers: readonly (readonly Uint8Array[])[], code: string): Promise<Exported> {
  const [key, plain] = [keyOf(code), encodeCovers(covers)];
  try {
    return { ...header, keys: await encryptWith(key, plain, context(header)) };
  } finally {
    wipe(key, plain);
  }
}

/** `code`: a slip of the finger; `open`: another file's code. The caller wipes the keys. */
export async function openKeys(exported: Exported, code: string): Promise<RangeKeys> {
  const key = keyOf(code);
  const { keys, ...header } = exported;
  must(keys !== null, "object", "a film has no keys");
  try {
    const plain = await decryptWith(key, keys, context(header), "this code does not open this file");
    try {
      return new RangeKeys(exported.ranges, decodeCovers(plain, exported.ranges));
    } finally {
      wipe(plain);
    }
  } finally {
    wipe(key);
  }
}

export function signExported(exported: Exported, person: SigningKey): Promise<Bytes> {
  return signObject(EXPORTED, exported, person);
}

export function verifyExported(data: Uint8Array, ...signers: readonly Uint8Array[]): Verified<Exported> {
  return verifyObject(EXPORTED, data, ...signers);
}
