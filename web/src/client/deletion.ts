// SPDX-License-Identifier: EUPL-1.2
// The owner deletes a time of a camera, for ever. Principles:
//  - nothing goes without his signature, and that stays as the proof: a session without his key deletes nothing;
//  - what he keeps of an epoch that is deleted in part is sealed to his own tenant key, which his pinned keyset names, before its
//    root dies; he opens it once himself before he lets go of the root;
//  - the server says which slots a time touches, and is held to the time that was asked; what is kept is worked out here: all
//    others of that epoch, those to come too;
//  - a long time goes day by day: what is done is done, and what is left is said.
import { type Bytes, base64url, equal, fromBase64url, fromUuid, hex, random, wipe } from "../seal/bytes";
import { verifyEpoch } from "../seal/epoch";
import { must } from "../seal/errors";
import { type Grant, openGrant, sealGrant, verifyGrant } from "../seal/grant";
import { NO_GRANT, complement, signKept } from "../seal/kept";
import type { Range } from "../seal/ranges";
import type { TrackNumber } from "../seal/segment";
import { openingFingerprint } from "../seal/suite";
import { SLOTS, cover } from "../seal/tree";
import { type EpochHeld, type LeftText, openWhole, verifyLeft } from "./epochs";
import type { Session } from "./session";
import type { UnitTrust } from "./trust";

const FOR_EVER_MS = 100 * 365 * 86_400_000;

export interface Wish {
  readonly cameraId: string;
  readonly unitId: string;
  readonly track: TrackNumber;
  readonly fromMs: number;
  readonly toMs: number;
}

/** The epochs of an answer: as their unit signed them, or as the owner kept them. */
export interface Held {
  readonly epochs: readonly string[];
  readonly kept: readonly LeftText[];
}

interface PlanAnswer extends Held {
  readonly parts: readonly { readonly epoch: string; readonly from: number; readonly to: number; readonly whole: boolean; readonly gone: readonly (readonly [number, number])[] }[];
  readonly seconds: number;
  readonly bytes: number;
  readonly releases: number;
  readonly next_ms: number | null;
}

/** What would be gone: seconds with pictures, bytes, and keys that an alarm centre got. */
export interface Loss {
  readonly seconds: number;
  readonly bytes: number;
  readonly releases: number;
}

const body = ({ cameraId, track }: Wish, fromMs: number, toMs: number): Record<string, unknown> => ({ camera_id: cameraId, track, from_ms: fromMs, to_ms: toMs });

const plan = (session: Session, wish: Wish, fromMs: number): Promise<PlanAnswer> => session.api.post<PlanAnswer>("/recordings/plan", body(wish, fromMs, wish.toMs));

/** Nothing changes. ApiError when the gate says no: an open alarm, a hold, somebody else's. */
export async function lossOf(session: Session, wish: Wish): Promise<Loss> {
  const loss = { seconds: 0, bytes: 0, releases: 0 };
  for (let at: number | null = wish.fromMs; at !== null; ) {
    const answer: PlanAnswer = await plan(session, wish, at);
    loss.seconds += answer.seconds;
    loss.bytes += answer.bytes;
    loss.releases += answer.releases;
    at = answer.next_ms;
  }
  return loss;
}

/** There is no way back. `onProgress`: how much of the time is gone, 0 to 1. */
export async function deleteTime(session: Session, wish: Wish, onProgress: (share: number) => void = () => undefined): Promise<void> {
  const trust = await session.trust.unit(wish.unitId, "owner", true);
  for (let at: number | null = wish.fromMs; at !== null; ) {
    const answer: PlanAnswer = await plan(session, wish, at);
    const until = answer.next_ms ?? wish.toMs;
    if (answer.parts.length > 0) await deleteStep(session, wish, trust, answer, at, until);
    onProgress((until - wish.fromMs) / (wish.toMs - wish.fromMs));
    at = answer.next_ms;
  }
}

async function deleteStep(session: Session, wish: Wish, trust: UnitTrust, answer: PlanAnswer, fromMs: number, toMs: number): Promise<void> {
  const held = await holdings(session, trust, answer);
  try {
    const keeping = await Promise.all(answer.parts.map(async ({ epoch, from, to, whole, gone }) => {
      const of = held.get(hex(fromUuid(epoch)));
      must(of !== undefined && equal(of.value.camera, fromUuid(wish.cameraId)) && of.value.track === wish.track, "object", "an epoch of another camera or track");
      checkTouched(of, [from, to], gone, fromMs, toMs);
      return whole ? drop(session, trust, of, [...gone, [from, to]]) : keep(session, trust, of, [...gone, [from, to]]);
    }));
    await session.api.post("/recordings/delete", { ...body(wish, fromMs, toMs), keeping });
  } finally {
    for (const { keys } of held.values()) keys?.wipe();
  }
}

/**
 * What the owner signs as deleted is what he asked for: slots of the epoch that the time touches, and those that were deleted before,
 * by his own earlier word. A server that says more would have him sign away what it hides.
 */
export function checkTouched(held: Pick<EpochHeld, "value" | "kept">, [from, to]: readonly [number, number], gone: readonly (readonly [number, number])[], fromMs: number, toMs: number): void {
  const first = Math.max(0, Math.floor((fromMs - held.value.startMs) / 1000));
  const last = Math.min(SLOTS, Math.ceil((toMs - held.value.startMs) / 1000));
  must(first <= from && from < to && to <= last, "range", "the server would delete more than you asked for");
  const before = held.kept === null ? [] : complement(held.kept.map((range) => [range.from, range.to] as const));
  must(gone.every(([start, end]) => before.some(([a, b]) => a <= start && end <= b)), "range", "the server says that more was deleted before than you ever signed");
}

export async function holdings(session: Session, trust: UnitTrust, answer: Held): Promise<Map<string, EpochHeld>> {
  const found = new Map<string, EpochHeld>();
  for (const text of answer.epochs) {
    const envelope = fromBase64url(text);
    const { value } = verifyEpoch(envelope, trust.signKey);
    must(equal(value.unit, trust.unit) && trust.keysets.has(hex(value.keyset)), "object", "an epoch of another unit or keyset");
    found.set(hex(value.epoch), { value, sealed: value, kept: null, keys: null, envelope });
  }
  for (const left of answer.kept) {
    const held = await verifyLeft(left, trust, () => session.tenantKeys(trust.owners));
    must(equal(held.value.unit, trust.unit), "object", "what was kept is another unit's");
    found.set(hex(held.value.epoch), held);
  }
  return found;
}

async function coversOf(session: Session, trust: UnitTrust, held: EpochHeld, ranges: readonly Range[]): Promise<readonly (readonly Bytes[])[]> {
  if (held.keys !== null) return held.keys.within(ranges);
  must(held.sealed !== null, "open", "the keys of this epoch were not given");
  const root = await openWhole(await session.tenantKeys(trust.owners), held.sealed);
  try {
    return ranges.map(({ from, to }) => cover(root, from, to));
  } finally {
    wipe(root);
  }
}

/** His word alone: nothing else was recorded in this epoch, so there are no keys to keep. Only what he asked for is said to be deleted. */
async function drop(session: Session, trust: UnitTrust, held: EpochHeld, gone: readonly (readonly [number, number])[]): Promise<{ kept: string }> {
  const { suite, epoch, unit, camera, track, number, startMs, keyset, policy } = held.value;
  const ranges = complement(gone).map(([from, to]) => ({ epoch, from, to }));
  const kept = await signKept({ version: 1, owner: trust.keyset.value.owner, person: fromUuid(session.person.id), grant: NO_GRANT, suite, unit, camera, track, epoch, number, startMs, keyset, policy, ranges, madeMs: Date.now() }, session.signing);
  return { kept: base64url(kept) };
}

/** His word on what is left of an epoch, and its keys, sealed to his own tenant key. */
export async function keep(session: Session, trust: UnitTrust, held: EpochHeld, gone: readonly (readonly [number, number])[]): Promise<{ kept: string; grant: string }> {
  const { suite, tenantKey, owner } = trust.keyset.value;
  const { epoch, unit, camera, track, number, startMs, keyset, policy } = held.value;
  const [id, person, now] = [random(16), fromUuid(session.person.id), Date.now()];
  const ranges = complement(gone).map(([from, to]) => ({ epoch, from, to }));
  const covers = await coversOf(session, trust, held, ranges);
  const header = { version: 1 as const, suite, grant: id, owner, granter: person, party: owner, recipient: openingFingerprint(suite, tenantKey), camera, track, ranges, purpose: "kept", issuedMs: now, expiresMs: now + FOR_EVER_MS };
  try {
    const grant = await sealGrant(header, covers, tenantKey, session.signing);
    await opensForMe(session, trust, verifyGrant(grant, trust.keyset.value).value);
    const kept = await signKept({ version: 1, owner, person, grant: id, suite: held.value.suite, unit, camera, track, epoch, number, startMs, keyset, policy, ranges, madeMs: now }, session.signing);
    return { kept: base64url(kept), grant: base64url(grant) };
  } finally {
    wipe(...covers.flat());
  }
}

/** Before the root goes: what was just sealed does open with the key that this person holds. */
async function opensForMe(session: Session, trust: UnitTrust, grant: Grant): Promise<void> {
  const keys = await session.tenantKeys(trust.owners);
  const mine = keys.find(({ fingerprint }) => equal(fingerprint, grant.recipient));
  must(mine !== undefined, "open", "the key that your unit seals to is not yours to open with yet: sign in again");
  (await openGrant(grant, mine)).wipe();
}
