// SPDX-License-Identifier: EUPL-1.2
// Pairing as an owner does it in his portal: the code on the unit, the alarm centre's and the log's words from the agreement, and
// first terms that guard nobody yet: a unit is armed by its own step, once agreement, purpose and sign are there.
import { sha256 } from "@noble/hashes/sha2.js";
import { type Bytes, fromBase64url, fromUuid, utf8 } from "../seal/bytes";
import type { Verified } from "../seal/envelope";
import { parseVerifierKey } from "../seal/note";
import type { Paired } from "../seal/pairing";
import { NOTHING_LATER } from "../seal/policy";
import { signingFingerprint } from "../seal/suite";
import { words } from "../seal/words";
import { type WitnessCard, named, witnessCards } from "./central";
import { ApiError } from "./errors";
import { aYearOn, completePairing, type FirstTerms, type PairingStart, sendPolicy, startPairing } from "./owner";
import { heldKey, people } from "./members";
import type { Session } from "./session";

const hexOf = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** What was found, before anything is signed. */
export interface Found {
  readonly start: PairingStart;
  readonly log: { readonly origin: string; readonly vkey: string; readonly words: string };
  /** Null: nobody serves as alarm centre; the unit then releases to nobody. */
  readonly arc: { readonly party: Bytes; readonly signKey: Bytes; readonly words: string } | null;
  /** Of the log, where the installation has any: whoever of them was compared is named in the keyset. */
  readonly witnesses: readonly WitnessCard[];
}

/** The unit of that code must be on the link now (`unit_not_seen` otherwise). SealError `code` for a slip in what was typed. */
export async function findUnit(session: Session, code: string, siteId: string, name: string): Promise<Found> {
  const start = await startPairing(session, code, siteId, name);
  const [{ log }, witnesses] = await Promise.all([session.api.get<{ log: { key: string } }>("/me"), witnessCards(session).catch(() => [])]); // without them a unit is paired all the same
  const key = parseVerifierKey(log.key);
  // What a person reads out stands in the agreement: the centre's signing key, and the log's.
  const arc = start.arc;
  return {
    start, witnesses, log: { origin: key.name, vkey: log.key, words: words(sha256(utf8(log.key)) as Bytes) },
    arc: arc === null ? null : { party: fromUuid(arc.party_id), signKey: fromBase64url(arc.sign_pk), words: words(signingFingerprint(fromBase64url(arc.sign_pk))) },
  };
}

/** After the words were compared: first keyset and policy, and the unit's own signed answer. Nothing is armed yet. `witnesses`: those
 * whose words were compared as well; only what a panel elsewhere may show ever asks for them. */
export async function pairUnit(session: Session, found: Found, zone: string, witnesses: readonly WitnessCard[] = []): Promise<Verified<Paired>> {
  const nowMs = Date.now();
  const me = { person: fromUuid(session.person.id), signKey: session.signing.publicKey };
  if (session.actingParty?.open_pk == null) throw new ApiError(0, "no_tenant_key", "your organisation has no key yet");
  const tenantKey = await heldKey(session, (await people(session)).members);
  const cameras = found.start.cameras.map(({ id }) => fromUuid(id)).sort((a, b) => (hexOf(a) < hexOf(b) ? -1 : 1));
  const policy: FirstTerms["policy"] = {
    expiresMs: aYearOn(0, nowMs), armed: false, mode: "activity", hours: { zone, weekly: [], exceptions: [] },
    cameras: cameras.map((camera) => ({ camera, zones: [], privacy: [], ptz: null })),
    alarmClasses: ["animal", "person", "vehicle"], releaseClasses: ["person"], window: { preS: 10, postS: 20, liveEnd: "closed", maxS: 300 },
    caps: { releases: 20, seconds: 3600 }, commanders: [me], local: null, central: null, ...NOTHING_LATER,
  };
  const terms: FirstTerms = {
    owners: [me], tenantKey, arc: found.arc === null ? null : { party: found.arc.party, signKey: found.arc.signKey },
    log: { origin: found.log.origin, vkey: found.log.vkey }, witnesses: named(witnesses), keysetExpiresMs: aYearOn(0, nowMs), policy,
  };
  return completePairing(session, found.start, terms);
}

/** From now on the unit guards. The server refuses without agreement, purpose and sign, and says which is missing. */
export async function armUnit(session: Session, unitId: string): Promise<void> {
  await sendPolicy(session, unitId, { armed: true });
}
