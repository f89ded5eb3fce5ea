// SPDX-License-Identifier: EUPL-1.2
// A look for maintenance, from both ends. Principles:
//  - the owner seals only to a key whose words he compared with his agreement; it is pinned, another one stops the work;
//  - he grants the picture that begins with his consent and no other: an epoch that his own unit signed, of that camera and the
//    live track, that started after he said yes. An older one could open what somebody kept of his own looks;
//  - a quarter of an hour at most, and never beyond what he consented to: that is all of the future that anybody is given;
//  - the technician's client opens exactly what the grant names, and only when an owner of the unit signed it.
import type { Pin } from "../seal/account";
import { type Bytes, base64url, equal, fromBase64url, fromUuid, hex, newId, wipe } from "../seal/bytes";
import { type Epoch, verifyEpoch } from "../seal/epoch";
import { SealError, must } from "../seal/errors";
import { type Grant, openGrant, sealGrant, verifyGrant } from "../seal/grant";
import type { RangeKeys } from "../seal/ranges";
import { type OpeningKey, type Suite, openingFingerprint, suiteOf } from "../seal/suite";
import { cover } from "../seal/tree";
import { words } from "../seal/words";
import { openWhole } from "./epochs";
import { TrustError } from "./errors";
import type { Session } from "./session";
import type { UnitTrust } from "./trust";

/** A grant of a live track reaches so many of its first seconds, and no more. */
export const LIVE_SECONDS = 900;
/** A still is the first picture of a live epoch of its own; so many of that epoch's seconds are granted. */
export const STILL_SECONDS = 20;
/** A unit's clock may be off by so much and its picture still counts as one that began after the consent. */
export const CLOCK_SLACK_MS = 15_000;
const LIVE_TRACK = 4;
const PIN = "provider";
const ASK_EVERY_MS = 400;
const BEGINS_WITHIN_MS = 25_000;

/** The key of the company that maintains, as the server gives it: it counts for nothing until its words were compared. */
export interface ProviderKey {
  readonly partyId: string;
  readonly name: string;
  readonly suite: Suite;
  readonly openKey: Bytes;
  readonly fingerprint: Bytes;
  readonly words: string;
  readonly compared: boolean;
}

/** TrustError `changed` when it is another one than the owner compared: nothing is sealed to it. */
export async function providerKey(session: Session): Promise<ProviderKey> {
  const said = await session.api.get<{ party_id: string; name: string; suite: number; open_pk: string }>("/maintenance/provider-key");
  const [suite, openKey] = [suiteOf(said.suite), fromBase64url(said.open_pk)];
  const fingerprint = openingFingerprint(suite, openKey);
  const pin = session.pins.find((one) => one.kind === PIN && equal(one.id, fromUuid(said.party_id)));
  if (pin !== undefined && !equal(pin.fingerprint, fingerprint)) {
    throw new TrustError("changed", "tenant", "your provider's key is not the one that you compared", words(fingerprint));
  }
  return { partyId: said.party_id, name: said.name, suite, openKey, fingerprint, words: words(fingerprint), compared: pin !== undefined };
}

/** The owner compared the words with his agreement, or had them read out: from now on only this key counts. */
export async function comparedProvider(session: Session, key: ProviderKey): Promise<ProviderKey> {
  const pin: Pin = { kind: PIN, id: fromUuid(key.partyId), fingerprint: key.fingerprint, how: "words", atMs: Date.now() };
  await session.addPins([pin]);
  return { ...key, compared: true };
}

/** What of a request is needed to seal its next part. `sinceMs`: when the owner said yes to this part, by his own clock. */
export interface Part {
  readonly requestId: string;
  readonly cameraId: string;
  readonly unitId: string;
  readonly untilMs: number;
  readonly sinceMs: number;
  /** The owner said yes to single stills, and not to more. */
  readonly still?: boolean;
}

/** Waits for the picture that begins with the consent; null when the request ended meanwhile. SealError `expired` when none came. */
export async function begunEpoch(session: Session, requestId: string, waitMs = BEGINS_WITHIN_MS): Promise<Bytes | null> {
  const until = performance.now() + waitMs;
  for (;;) {
    const { request, epoch } = await session.api.get<{ request: { state: string; trouble: string }; epoch: string | null }>(`/maintenance/requests/${requestId}/epoch`);
    if (request.state !== "allowed") return null;
    if (epoch !== null) return fromBase64url(epoch);
    if (request.trouble !== "" && request.trouble !== "ended") throw new SealError("object", request.trouble);
    must(performance.now() < until, "expired", "the unit has not begun a picture");
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
  }
}

/** What may be granted of an epoch for a part; SealError when it is not the picture that the owner consented to. */
export function checkBegun(epoch: Epoch, part: Part, trust: Pick<UnitTrust, "keysets" | "unit">, nowMs: number): number {
  must(equal(epoch.unit, trust.unit) && equal(epoch.camera, fromUuid(part.cameraId)), "object", "this is a picture of another camera");
  must(epoch.track === LIVE_TRACK, "object", "this is not the live picture");
  must(trust.keysets.has(hex(epoch.keyset)), "object", "this picture was made under a keyset that you do not know");
  must(epoch.startMs >= part.sinceMs - CLOCK_SLACK_MS, "object", "this picture began before you allowed it");
  must(epoch.startMs <= nowMs + CLOCK_SLACK_MS, "object", "this picture begins in the future: the unit's clock is wrong");
  const seconds = Math.min(part.still ? STILL_SECONDS : LIVE_SECONDS, Math.floor((part.untilMs - epoch.startMs) / 1000));
  must(seconds > 0, "expired", "the time that you allowed is over");
  return seconds;
}

/** Seals and signs one part, and hands it over. Returns until when it reaches (ms). */
export async function grantPart(session: Session, key: ProviderKey, part: Part, envelope: Bytes, nowMs = Date.now()): Promise<number> {
  if (!key.compared) throw new TrustError("not_compared", "tenant", "the provider's key was not compared yet", key.words);
  const trust = await session.trust.unit(part.unitId, "owner");
  const { value: epoch } = verifyEpoch(envelope, trust.signKey);
  const seconds = checkBegun(epoch, part, trust, nowMs);
  const expiresMs = Math.min(part.untilMs, nowMs + seconds * 1000);
  const root = await openWhole(await session.tenantKeys(trust.owners), epoch);
  try {
    const nodes = cover(root, 0, seconds);
    const grant = await sealGrant({
      version: 1, suite: key.suite, grant: newId(), owner: trust.keyset.value.owner, granter: fromUuid(session.person.id), party: fromUuid(key.partyId), recipient: key.fingerprint,
      camera: epoch.camera, track: LIVE_TRACK, ranges: [{ epoch: epoch.epoch, from: 0, to: seconds }], purpose: "maintenance", issuedMs: nowMs, expiresMs,
    }, [nodes], key.openKey, session.signing);
    wipe(...nodes);
    await session.api.post(`/maintenance/requests/${part.requestId}/grant`, { envelope: base64url(grant) });
    return expiresMs;
  } finally {
    wipe(root);
  }
}

// --- the technician's end ------------------------------------------------------------------------------------------------

export interface Granted {
  readonly grant: Grant;
  readonly keys: RangeKeys;
}

/** What an owner granted to the acting party; SealError when he did not, or when it was sealed to somebody else. */
export async function openGranted(session: Session, trust: Pick<UnitTrust, "keyset">, envelope: Uint8Array): Promise<Granted> {
  const { value: grant } = verifyGrant(envelope, trust.keyset.value);
  must(grant.track === LIVE_TRACK && grant.purpose === "maintenance", "object", "this is no grant for maintenance");
  must(grant.ranges.every(({ from, to }) => from === 0 && to <= LIVE_SECONDS), "range", `a live picture is granted for its first ${LIVE_SECONDS} seconds`);
  must(equal(grant.party, fromUuid(session.actingParty?.id ?? "")), "open", "granted to somebody else");
  return { grant, keys: await opened(grant, await session.tenantKeys("opening")) };
}

async function opened(grant: Grant, keys: readonly OpeningKey[]): Promise<RangeKeys> {
  for (const key of keys) {
    if (equal(key.fingerprint, grant.recipient)) return openGrant(grant, key);
  }
  throw new SealError("open", "granted to a key that you do not hold");
}
