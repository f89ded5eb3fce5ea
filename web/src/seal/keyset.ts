// SPDX-License-Identifier: EUPL-1.2
// Whose keys count, for one pairing of one unit. An owner of the predecessor signs the next; the first signs itself and is
// believed only because its fingerprints were compared another way.
import { type Bytes, equal, hex } from "./bytes";
import { type Verified, parseEnvelope, signObject, verifyObject } from "./envelope";
import { must } from "./errors";
import { Algorithm, parseVerifierKey } from "./note";
import { type TypeOf, hash, id, kind, list, ms, nullable, openPublicKey, publicKey, record, suiteNumber, text, uint, version } from "./schema";
import { type SigningKey, isSigningKey, openingFingerprint } from "./suite";

const FIELDS = record({
  version,
  suite: suiteNumber,
  unit: id,
  pairing: id,
  owner: id,
  number: uint(2 ** 32, 1),
  previous: nullable(hash),
  issuedMs: ms,
  expiresMs: ms,
  owners: list(record({ person: id, signKey: publicKey }), 64, 1),
  tenantKey: openPublicKey,
  arc: nullable(record({ party: id, signKey: publicKey })),
  log: record({ origin: text(), vkey: text(500) }),
  witnesses: list(record({ name: text(), vkey: text(500) }), 16),
});

export type Keyset = TypeOf<typeof FIELDS>;

export const KEYSET = kind("keyset", FIELDS, (keyset: Keyset) => {
  openingFingerprint(keyset.suite, keyset.tenantKey);
  must([...keyset.owners, ...(keyset.arc ? [keyset.arc] : [])].every(({ signKey }) => isSigningKey(signKey)), "field", "a signing key that is none");
  must((keyset.number === 1) === (keyset.previous === null), "chain", "only the first keyset has no predecessor");
  must(keyset.issuedMs < keyset.expiresMs, "field", "a keyset must expire after it is issued");
  checkNamedKey(keyset.log.origin, keyset.log.vkey, Algorithm.ed25519);
  for (const { name, vkey } of keyset.witnesses) checkNamedKey(name, vkey, Algorithm.cosignature);
  must(new Set(keyset.owners.map(({ signKey }) => hex(signKey))).size === keyset.owners.length, "field", "two owners with one key");
  must(keyset.witnesses.every(({ name }, i) => i === 0 || keyset.witnesses[i - 1]!.name < name), "field", "witnesses must be sorted by name, each once");
  const people = keyset.owners.map(({ person }) => hex(person));
  must(people.every((person, i) => i === 0 || people[i - 1]! < person), "field", "owners must be sorted by identifier, each once");
});

export function checkNamedKey(name: string, vkey: string, algorithm: number): void {
  const key = parseVerifierKey(vkey);
  must(key.name === name && key.algorithm === algorithm, "field", `the key of ${name} was expected`);
}

export function signKeyset(keyset: Keyset, owner: SigningKey): Promise<Bytes> {
  return signObject(KEYSET, keyset, owner);
}

/** `predecessor` null: the first of a pairing, signed by an owner in itself. The caller compares fingerprints and expiry. */
export function verifyKeyset(envelope: Uint8Array, predecessor: Verified<Keyset> | null): Verified<Keyset> {
  if (predecessor === null) {
    const claimed = KEYSET.decode(parseKeyset(envelope));
    must(claimed.number === 1, "chain", "the first keyset of a pairing has number 1");
    return verifyObject(KEYSET, envelope, ...signKeys(claimed));
  }
  const next = verifyObject(KEYSET, envelope, ...signKeys(predecessor.value));
  const { value } = next;
  const follows = value.number === predecessor.value.number + 1 && value.previous !== null && equal(value.previous, predecessor.hash);
  must(follows, "chain", `keyset ${value.number} does not follow the keyset that is pinned`);
  must(value.suite >= predecessor.value.suite, "suite", "a weaker suite than the one that is pinned");
  must(value.issuedMs >= predecessor.value.issuedMs, "chain", "older than its predecessor");
  const same = equal(value.unit, predecessor.value.unit) && equal(value.pairing, predecessor.value.pairing) && equal(value.owner, predecessor.value.owner);
  must(same, "chain", "a keyset of another unit, pairing or owner");
  return next;
}

function parseKeyset(envelope: Uint8Array): Bytes {
  const { object, body } = parseEnvelope(envelope);
  must(object === "keyset", "object", `a keyset was expected, this is a ${object}`);
  return body;
}

export function signKeys(keyset: Keyset): readonly Bytes[] {
  return keyset.owners.map(({ signKey }) => signKey);
}
