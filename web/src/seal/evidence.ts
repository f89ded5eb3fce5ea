// SPDX-License-Identifier: EUPL-1.2
// The signed list of an evidence package: every file by its hash, on which order, for whom, and who had it in hand when.
import type { Bytes } from "./bytes";
import { type Verified, signObject, verifyObject } from "./envelope";
import { must } from "./errors";
import { type TypeOf, hash, id, kind, list, ms, nullable, oneOf, publicKey, record, rising, text, uint, version, word } from "./schema";
import type { SigningKey } from "./suite";

const NAME = /^[a-z0-9][a-z0-9._-]{0,79}(\/[a-z0-9][a-z0-9._-]{0,79})?$/;

const FIELDS = record({
  version, package: id, maker: oneOf("owner", "arc", "provider"), form: oneOf("originals", "film", "ciphertext"), signerKey: publicKey, order: nullable(id), authority: text(200, 0), reference: text(200, 0), ground: word, article: text(200, 0),
  scope: text(2000, 0), recipient: text(), person: id, party: id, second: nullable(id), madeMs: ms, log: text(400), files: list(record({ name: text(161), size: uint(), hash }), 500, 1),
  custody: list(record({ atMs: ms, what: word, who: text(200, 0), index: nullable(uint()) }), 2000),
});

export type Evidence = TypeOf<typeof FIELDS>;
export const EVIDENCE = kind("evidence", FIELDS, ({ files, maker, form }: Evidence) => {
  rising(files.map(({ name }) => name), "files");
  must(files.every(({ name }) => NAME.test(name)), "field", "a plain file name was expected, in one folder at most");
  must((maker === "provider") === (form === "ciphertext"), "field", "a provider hands over ciphertext, and nobody else does");
});

export function signEvidence(evidence: Evidence, key: SigningKey): Promise<Bytes> {
  return signObject(EVIDENCE, evidence, key);
}

export function verifyEvidence(data: Uint8Array, ...signers: readonly Uint8Array[]): Verified<Evidence> {
  return verifyObject(EVIDENCE, data, ...signers);
}
