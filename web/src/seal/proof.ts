// SPDX-License-Identifier: EUPL-1.2
// Receipts: a C2SP tlog-proof that carries its entry, so that anybody with the log's public key can check it without us.
import { type Bytes, copy, fromBase64, fromUtf8 } from "./bytes";
import { type Checkpoint, openCheckpoint } from "./checkpoint";
import { type Value, decode } from "./encoding";
import { must } from "./errors";
import { commitment, leafHash, verifyInclusion } from "./merkle";
import type { VerifierKey } from "./note";
import { type Field, type TypeOf, bytes, id, kind, list, ms, nullable, oneOf, record, text, version, word } from "./schema";

const HEAD = "c2sp.org/tlog-proof@v1";
const MAX_PROOF = 1 << 18;

export interface TlogProof {
  readonly extra: Bytes | null;
  readonly index: number;
  readonly hashes: readonly Bytes[];
  readonly checkpoint: string;
}

export function parseProof(file: string): TlogProof {
  must(file.length <= MAX_PROOF, "proof", "the proof is too long");
  const at = file.indexOf("\n\n");
  must(at > 0, "proof", "not a tlog-proof");
  const lines = file.slice(0, at).split("\n");
  must(lines.shift() === HEAD, "proof", `a proof begins with ${HEAD}`);
  const extra = lines[0]?.startsWith("extra ") ? fromBase64(lines.shift()!.slice(6)) : null;
  const index = /^index (0|[1-9]\d{0,15})$/.exec(lines.shift() ?? "");
  must(index !== null && Number.isSafeInteger(Number(index[1])), "proof", "the proof names no index");
  const hashes = lines.map((line) => fromBase64(line));
  must(hashes.length <= 63 && hashes.every(({ length }) => length === 32), "proof", "a proof's line is not a hash");
  return { extra, index: Number(index[1]), hashes, checkpoint: file.slice(at + 2) };
}

/** Facts are texts, numbers, bytes, truth values, or nothing. */
const FACT: Field<Value> = { read: (value) => value, write: (value) => value };

const ENTRY_FIELDS = record({
  version,
  kind: word,
  atMs: ms,
  owner: nullable(id),
  actorKind: oneOf("person", "unit", "system"),
  actor: nullable(id),
  actorParty: nullable(id),
  facts: list(record({ key: text(64), value: FACT }), 64),
});
export type Entry = TypeOf<typeof ENTRY_FIELDS>;
export const ENTRY = kind("entry", ENTRY_FIELDS, ({ facts }: Entry) => {
  must(facts.every(({ key }, i) => i === 0 || facts[i - 1]!.key < key), "field", "facts must be sorted, each once");
});

const EXTRA = record({ salt: bytes(32), body: bytes({ min: 1, max: 1 << 16 }) });

export interface Receipt {
  readonly index: number;
  readonly leaf: Bytes;
  readonly entry: Entry;
  readonly body: Bytes;
  readonly checkpoint: Checkpoint;
}

/** What the log, by the pinned key, proves to hold; `proof` or `encoding` when it does not. */
export function verifyReceipt(file: string | Uint8Array, log: VerifierKey, witnesses: readonly VerifierKey[] = []): Receipt {
  const proof = parseProof(typeof file === "string" ? file : fromUtf8(file));
  must(proof.extra !== null, "proof", "the receipt does not carry its entry");
  const { salt, body } = EXTRA.read(decode(proof.extra), "extra");
  const checkpoint = openCheckpoint(proof.checkpoint, log, witnesses);
  const leaf = leafHash(commitment(salt, body));
  verifyInclusion(proof.index, checkpoint.size, leaf, proof.hashes, checkpoint.root);
  return { index: proof.index, leaf, entry: ENTRY.decode(body), body: copy(body), checkpoint };
}
