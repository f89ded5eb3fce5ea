// SPDX-License-Identifier: EUPL-1.2
// Alarms of panels that report to the alarm centre, as an owner allows them: in a unit's signed keyset and policy, and then alarm
// by alarm with his own word. The unit waits 30 seconds after such a word, and shows nothing of before.
import { sha256 } from "@noble/hashes/sha2.js";
import { type Bytes, base64url, fromUuid, hex, utf8 } from "../seal/bytes";
import { type CentralWord, signCentral } from "../seal/central";
import { SealError } from "../seal/errors";
import { type Keyset, signKeyset, verifyKeyset } from "../seal/keyset";
import { parseVerifierKey } from "../seal/note";
import { type Policy, signPolicy } from "../seal/policy";
import { words } from "../seal/words";
import { aYearOn } from "./owner";
import type { Session } from "./session";

/** A witness of the log as the server names it. It counts for nothing until its words were compared. */
export interface WitnessCard {
  readonly name: string;
  readonly vkey: string;
  readonly words: string;
}

export const witnessWords = (vkey: string): string => words(sha256(utf8(vkey)) as Bytes);

export async function witnessCards(session: Session): Promise<readonly WitnessCard[]> {
  const { witnesses } = await session.api.get<{ witnesses: readonly string[] }>("/ledger/witnesses");
  return witnesses.map((vkey) => ({ name: parseVerifierKey(vkey).name, vkey, words: witnessWords(vkey) }));
}

/** As a keyset names them. */
export const named = (compared: readonly WitnessCard[]): Keyset["witnesses"] => [...compared].sort((a, b) => (a.name < b.name ? -1 : 1)).map(({ name, vkey }) => ({ name, vkey }));

/** Burglaries of panels are what this is for: without the class the unit would show nothing. */
const CLASS = "burglary";

/** The unit's next keyset, with the compared witnesses, and the policy that takes such alarms (null: takes none any more). */
export async function setCentral(session: Session, unitId: string, central: Policy["central"], compared: readonly WitnessCard[] | null, nowMs = Date.now()): Promise<Bytes> {
  const trust = await session.trust.unit(unitId, "owner", true);
  if (!trust.policy) throw new SealError("object", "this unit has no policy yet: it gets its first one at pairing");
  const before = trust.policy.value;
  let keyset = trust.keyset;
  if (compared !== null && !sameWitnesses(keyset.value, compared)) {
    const witnesses = named(compared);
    const next = await signKeyset({ ...keyset.value, number: keyset.value.number + 1, previous: keyset.hash, issuedMs: nowMs, expiresMs: aYearOn(keyset.value.expiresMs, nowMs), witnesses }, session.signing);
    await session.api.post(`/units/${unitId}/keyset`, { envelope: base64url(next) });
    keyset = verifyKeyset(next, keyset);
  }
  const shows = (names: readonly string[]): readonly string[] => (central === null || names.includes(CLASS) ? names : [...names, CLASS].sort());
  const policy: Policy = {
    ...before, alarmClasses: shows(before.alarmClasses), releaseClasses: shows(before.releaseClasses), central,
    counter: before.counter + 1, issuedMs: nowMs, expiresMs: aYearOn(before.expiresMs, nowMs), keyset: keyset.hash,
  };
  const envelope = await signPolicy(policy, session.signing);
  await session.api.post(`/units/${unitId}/policy`, { envelope: base64url(envelope) });
  session.trust.forget();
  return envelope;
}

const sameWitnesses = (keyset: Keyset, compared: readonly WitnessCard[]): boolean =>
  keyset.witnesses.length === compared.length && compared.every(({ vkey }) => keyset.witnesses.some((one) => one.vkey === vkey));

export interface PanelAlarm {
  readonly id: string;
  readonly panelId: string;
  readonly class: string;
  readonly zone: string;
}

/** This alarm may show these cameras of this unit: signed here, judged by the unit. */
export async function allowPictures(session: Session, unitId: string, alarm: PanelAlarm, cameras: readonly string[], nowMs = Date.now()): Promise<void> {
  const { unit, keyset } = await session.trust.unit(unitId, "owner");
  const said: CentralWord = {
    version: 1, unit, pairing: keyset.value.pairing, alarm: fromUuid(alarm.id), panel: fromUuid(alarm.panelId), class: alarm.class, zone: alarm.zone.slice(0, 64),
    cameras: cameras.map(fromUuid).sort((a, b) => (hex(a) < hex(b) ? -1 : 1)), saidMs: nowMs,
  };
  await session.api.post(`/alarms/${alarm.id}/allow-pictures`, { unit_id: unitId, envelope: base64url(await signCentral(said, session.signing)) });
}
