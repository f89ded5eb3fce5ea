// SPDX-License-Identifier: EUPL-1.2
// Which alarm centre an owner's units follow, by what they signed, and what the server says of it. Principles:
//  - the words that count are those of the key in the units' signed keysets; the server's key is shown only to be compared;
//  - a key of the same centre that differs from the units' one changes nothing by itself: it is told, and accepted like another centre,
//    after its words were compared with the agreement (`replaceArc`);
//  - a unit follows when its own signed status names the keyset, not before.
import { equal, fromBase64url, fromUuid, hex } from "../seal/bytes";
import { signingFingerprint } from "../seal/suite";
import { words } from "../seal/words";
import { TrustError } from "./errors";
import { type ArcCard, arcCard, replaceArc } from "./owner";
import type { Session } from "./session";
import type { UnitTrust } from "./trust";

/** `follows`: it says so, signed. `waiting`: an owner signed, the unit has not answered. `other_centre`, `other_key`: its newest keyset
 * names another centre, or another key of this one, than the server shows. `unknown`: this device could not verify it. */
export type Following = "follows" | "waiting" | "other_centre" | "other_key" | "unknown";

export interface UnitCentre {
  readonly unitId: string;
  readonly name: string;
  readonly following: Following;
}

export interface CentreNow {
  readonly current: { readonly partyId: string; readonly name: string; readonly sinceMs: number } | null;
  /** Of the key that the units' keysets name; the server's, to be compared, where no keyset says anything. Null: there is none. */
  readonly words: string | null;
  /** Whether `words` come from what an owner signed. */
  readonly signed: boolean;
  /** The server shows another key of the same centre than a unit follows. */
  readonly changed: boolean;
  readonly choices: readonly { readonly partyId: string; readonly name: string }[];
  readonly units: readonly UnitCentre[];
}

interface Answer {
  readonly current: { readonly party_id: string; readonly name: string; readonly since_ms: number; readonly sign_pk: string | null } | null;
  readonly choices: readonly { readonly party_id: string; readonly name: string }[];
}

interface Row {
  readonly id: string;
  readonly owner_id: string;
  readonly state: string;
  readonly name: string;
}

export async function centreNow(session: Session): Promise<CentreNow> {
  const [answer, { units }] = await Promise.all([session.api.get<Answer>("/arc"), session.api.get<{ units: readonly Row[] }>("/units")]);
  const mine = units.filter(({ owner_id, state }) => owner_id === session.actingParty?.id && state === "paired");
  const trusted = await Promise.all(mine.map(async (unit) => ({ unit, trust: await session.trust.unit(unit.id, "owner", true).catch(stopped) })));
  const { current } = answer;
  const shown = current?.sign_pk == null ? null : fromBase64url(current.sign_pk);
  const told = trusted.map(({ unit, trust }): UnitCentre => ({ unitId: unit.id, name: unit.name, following: followingOf(trust, current?.party_id ?? null, shown) }));
  const named = trusted.flatMap(({ trust }) => (trust?.keyset.value.arc && current !== null && equal(trust.keyset.value.arc.party, fromUuid(current.party_id)) ? [trust.keyset.value.arc.signKey] : []));
  // Where units name two keys (one follows already), the older one is shown until all of them follow.
  const key = named.find((one) => shown === null || !equal(one, shown)) ?? named[0] ?? shown;
  return {
    current: current === null ? null : { partyId: current.party_id, name: current.name, sinceMs: current.since_ms },
    words: key === null ? null : words(signingFingerprint(key)), signed: named.length > 0, changed: told.some(({ following }) => following === "other_key"),
    choices: answer.choices.map(({ party_id, name }) => ({ partyId: party_id, name })), units: told,
  };
}

/** A unit that can't be believed here is told as such; that the server is away is no matter of belief. */
function stopped(error: unknown): null {
  if (error instanceof TrustError) return null;
  throw error;
}

function followingOf(trust: UnitTrust | null, partyId: string | null, shown: Uint8Array | null): Following {
  if (trust === null) return "unknown";
  const { arc } = trust.keyset.value;
  if (partyId === null ? arc !== null : arc === null || !equal(arc.party, fromUuid(partyId))) return "other_centre";
  if (arc !== null && shown !== null && !equal(arc.signKey, shown)) return "other_key";
  return trust.status?.value.keyset && equal(trust.status.value.keyset, trust.keyset.hash) ? "follows" : "waiting";
}

/** As it stands in an agreement: with or without its strokes. Null when it is no number. */
export function centreNumber(text: string): string | null {
  const digits = text.trim().toLowerCase().replaceAll(/[-\s]/g, "");
  return /^[0-9a-f]{32}$/.test(digits) ? digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5") : null;
}

/**
 * Signs for that centre, whose words (`compared`) the person found in his agreement. The server is asked for its card once more, so that
 * what is signed is what was compared and what it will check against. TrustError `changed` when that differs; nothing is signed then.
 */
export async function chooseCentre(session: Session, compared: ArcCard, nowMs = Date.now()): Promise<ReadonlyMap<string, string>> {
  const again = await arcCard(session, compared.partyId);
  if (!equal(again.signKey, compared.signKey)) throw new TrustError("changed", "arc", "the server gives another key of this alarm centre than the one that was compared", again.words);
  const hashes = await replaceArc(session, compared, nowMs);
  session.trust.forget();
  return new Map([...hashes].map(([unit, hash]) => [unit, hex(hash)]));
}
