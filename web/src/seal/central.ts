// SPDX-License-Identifier: EUPL-1.2
// The word by which an alarm of a panel that reports to the server may show pictures: a listed panel's, or an owner's who saw the
// alarm on his device. A unit asks for the witnessed proof of it besides, and waits 30 seconds after an owner's.
import { type Bytes, equal, hex } from "./bytes";
import { type Verified, signObject, verifyObject } from "./envelope";
import { must } from "./errors";
import { type Keyset, signKeys } from "./keyset";
import type { Policy } from "./policy";
import { type TypeOf, id, kind, list, ms, record, rising, text, version, word } from "./schema";
import type { SigningKey } from "./suite";

export const OWNER_WAITS_S = 30;

const FIELDS = record({
  version,
  unit: id,
  pairing: id,
  alarm: id,
  panel: id,
  class: word,
  zone: text(64, 0),
  cameras: list(id, 8, 1),
  saidMs: ms,
});

export type CentralWord = TypeOf<typeof FIELDS>;
export const CENTRAL_WORD = kind("central", FIELDS, ({ cameras }: CentralWord) => rising(cameras.map(hex), "cameras"));

export function signCentral(said: CentralWord, signer: SigningKey): Promise<Bytes> {
  return signObject(CENTRAL_WORD, said, signer);
}

/** By a panel of the policy for itself, or by an owner; for this unit and pairing, of a class that releases. */
export function verifyCentral(envelope: Uint8Array, keyset: Keyset, policy: Policy): Verified<CentralWord> {
  must(policy.central !== null, "signer", "the owner's policy takes no central alarms");
  const { panels } = policy.central;
  const said = verifyObject(CENTRAL_WORD, envelope, ...signKeys(keyset), ...panels.map(({ signKey }) => signKey));
  const { value } = said;
  must(equal(value.unit, policy.unit) && equal(value.pairing, policy.pairing), "chain", "a word for another unit or pairing");
  must(policy.releaseClasses.includes(value.class), "signer", `${value.class} is no class that the policy lets release`);
  return said;
}
