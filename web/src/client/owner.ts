// SPDX-License-Identifier: EUPL-1.2
// What an owner signs and makes: accounts, the tenant key, keysets, policies, commands, the pairing of a unit. Everything is made
// here, on his device; the server only carries it.
import { type Bundle, accountKeys, newRecoveryCode, recoveryKey, wrapBundle } from "../seal/account";
import { type Bytes, base64url, equal, fromBase64url, fromUuid, newId, random, wipe } from "../seal/bytes";
import { type Command, signCommand } from "../seal/command";
import type { Verified } from "../seal/envelope";
import { SealError, must } from "../seal/errors";
import { type Keyset, signKeyset, verifyKeyset } from "../seal/keyset";
import { sealMember } from "../seal/member";
import { PAIRING, type Paired, type Pairing, pairingMac, parsePairingCode, verifyPaired } from "../seal/pairing";
import { type Policy, signPolicy, verifyPolicy } from "../seal/policy";
import { type Suite, newKeys, openingFingerprint, openingPublicKey, signingFingerprint } from "../seal/suite";
import { words } from "../seal/words";
import type { Session } from "./session";
import { stretch } from "./stretch";

// --- accounts ------------------------------------------------------------------------------------------------------------

export interface NewAccount {
  readonly person: Bytes;
  readonly suite: Suite;
  readonly authKey: Bytes;
  readonly signPublic: Bytes;
  readonly openPublic: Bytes;
  readonly bundlePassword: Bytes;
  readonly bundleRecovery: Bytes;
  /** To be printed and typed back; kept nowhere. */
  readonly recoveryCode: string;
}

export async function makeAccount(email: string, password: string, origin: string, suite: Suite = 1, person: Bytes = newId()): Promise<NewAccount> {
  const [{ authKey, wrapKey }, keys] = await Promise.all([accountKeys(password, email, origin, stretch), newKeys(suite)]);
  const bundle: Bundle = { version: 1, suite, person, signSeed: keys.signSeed, openPrivate: keys.openPrivate };
  const recoveryCode = newRecoveryCode();
  const codeKey = recoveryKey(recoveryCode);
  const [bundlePassword, bundleRecovery] = await Promise.all([wrapBundle(bundle, "password", wrapKey), wrapBundle(bundle, "recovery", codeKey)]);
  wipe(wrapKey, codeKey, keys.signSeed, keys.openPrivate);
  return { person, suite, authKey, signPublic: keys.signPublic, openPublic: keys.openPublic, bundlePassword, bundleRecovery, recoveryCode };
}

export interface NewTenantKey {
  readonly publicKey: Bytes;
  /** One member object per person: the private key, sealed to each. */
  readonly members: readonly Bytes[];
}

/** A party's opening key, sealed to people whose keys the caller compared; the private half exists nowhere else. */
export async function makeTenantKey(session: Session, party: Bytes, people: readonly { readonly person: Bytes; readonly openKey: Bytes }[]): Promise<NewTenantKey> {
  const tenantPrivate = random(32);
  try {
    const tenantKey = await openingPublicKey(session.suite, tenantPrivate);
    const members = await Promise.all(
      people.map(({ person, openKey }) => sealMember({ suite: session.suite, party, person, personOpenKey: openKey, tenantKey, tenantPrivate }, session.signing)),
    );
    return { publicKey: tenantKey, members };
  } finally {
    wipe(tenantPrivate);
  }
}

// --- commands and policies -----------------------------------------------------------------------------------------------

/** Arms, arms a part, or disarms. The counter only has to rise for each person: his clock does, on every device. */
export async function sendCommand(
  session: Session, unitId: string, action: Command["action"], untilMs: number | null = null, nowMs = Date.now(), part: string | null = null,
): Promise<void> {
  const { unit, keyset } = await session.trust.unit(unitId, "owner");
  const command: Command = { version: 1, unit, pairing: keyset.value.pairing, counter: nowMs, person: fromUuid(session.person.id), action, issuedMs: nowMs, untilMs, part };
  await session.api.post(`/units/${unitId}/command`, { envelope: base64url(await signCommand(command, session.signing)) });
}

const YEAR_MS = 365 * 86_400_000;

/** What an owner signs holds for a year from then on: who goes on signing never runs out. */
export const aYearOn = (expiresMs: number, nowMs: number): number => Math.max(expiresMs, nowMs + YEAR_MS);

export type PolicyChange = Partial<Omit<Policy, "version" | "unit" | "pairing" | "counter" | "issuedMs" | "keyset" | "central">>;

/** The next policy: the one that the unit has, with these changes. */
export async function sendPolicy(session: Session, unitId: string, change: PolicyChange, nowMs = Date.now()): Promise<Verified<Policy>> {
  const { policy, keyset } = await session.trust.unit(unitId, "owner", true);
  if (!policy) throw new SealError("object", "this unit has no policy yet: it gets its first one at pairing");
  const next: Policy = { ...policy.value, expiresMs: aYearOn(policy.value.expiresMs, nowMs), ...change, counter: policy.value.counter + 1, issuedMs: nowMs, keyset: keyset.hash };
  const envelope = await signPolicy(next, session.signing);
  await session.api.post(`/units/${unitId}/policy`, { envelope: base64url(envelope) });
  return verifyPolicy(envelope, keyset);
}

// --- another alarm centre ---------------------------------------------------------------------------------------------------

export interface ArcCard {
  readonly partyId: string;
  readonly name: string;
  readonly signKey: Bytes;
  /** To be compared with the agreement, by a person, before anything is signed. */
  readonly words: string;
}

/** What an alarm centre says of itself. It counts for nothing until its words were compared with the agreement. */
export async function arcCard(session: Session, partyId: string): Promise<ArcCard> {
  const said = await session.api.get<{ party_id: string; name: string; sign_pk: string }>(`/arc/${partyId}`);
  const signKey = fromBase64url(said.sign_pk);
  return { partyId, name: said.name, signKey, words: words(signingFingerprint(signKey)) };
}

/**
 * Every unit's next keyset and policy, which name the centre whose words were compared. Nobody visits a unit: from the answer on
 * the old centre gets nothing more; the new one gets the alarms that a unit raises once it follows (see `followsKeyset`).
 * Returns the keysets' hashes by unit.
 */
export async function replaceArc(session: Session, compared: ArcCard, nowMs = Date.now()): Promise<ReadonlyMap<string, Bytes>> {
  const { units } = await session.api.get<{ units: readonly { id: string; owner_id: string; state: string }[] }>("/units");
  const mine = units.filter(({ owner_id, state }) => owner_id === session.actingParty?.id && state === "paired");
  const hashes = new Map<string, Bytes>();
  const signed = await Promise.all(mine.map(async ({ id }) => {
    const { keyset, policy } = await session.trust.unit(id, "owner", true);
    if (!policy) throw new SealError("object", "this unit has no policy yet: it gets its first one at pairing");
    const arc = { party: fromUuid(compared.partyId), signKey: compared.signKey };
    const next = await signKeyset({ ...keyset.value, number: keyset.value.number + 1, previous: keyset.hash, issuedMs: nowMs, expiresMs: aYearOn(keyset.value.expiresMs, nowMs), arc }, session.signing);
    const { hash } = verifyKeyset(next, keyset);
    hashes.set(id, hash);
    const rules = await signPolicy({ ...policy.value, counter: policy.value.counter + 1, issuedMs: nowMs, expiresMs: aYearOn(policy.value.expiresMs, nowMs), keyset: hash }, session.signing);
    return { unit_id: id, keyset: base64url(next), policy: base64url(rules) };
  }));
  await session.api.post("/arc/replace", { arc_party_id: compared.partyId, units: signed });
  return hashes;
}

/** Whether the unit itself says, signed, that it has pinned that keyset. */
export async function followsKeyset(session: Session, unitId: string, hash: Bytes): Promise<boolean> {
  const { status } = await session.trust.unit(unitId, "owner", true);
  return status !== null && equal(status.value.keyset ?? new Uint8Array(), hash);
}

// --- pairing ---------------------------------------------------------------------------------------------------------------

interface PairingAnswer {
  readonly unit_id: string;
  readonly pairing_id: string;
  readonly sign_pk: string;
  readonly software: string;
  readonly cameras: readonly { readonly id: string; readonly name: string }[];
  readonly arc?: { readonly party_id: string; readonly sign_pk: string } | null;
}

export interface PairingStart {
  readonly unitId: string;
  readonly pairingId: string;
  readonly unitKey: Bytes;
  readonly secret: Bytes;
  readonly fingerprint: Bytes;
  readonly software: string;
  readonly cameras: PairingAnswer["cameras"];
  /** The alarm centre as the server shows it: to be compared with the agreement. */
  readonly arc: { readonly party_id: string; readonly sign_pk: string } | null;
}

/** From the code on the unit: asks the server for the unit with that fingerprint, and believes only the key that matches it. */
export async function startPairing(session: Session, code: string, siteId: string, name: string): Promise<PairingStart> {
  const { fingerprint, secret } = parsePairingCode(code);
  const answer = await session.api.post<PairingAnswer>("/pairings", { fingerprint: base64url(fingerprint), site_id: siteId, name });
  const unitKey = fromBase64url(answer.sign_pk);
  must(equal(signingFingerprint(unitKey), fingerprint), "signer", "the server offers another unit than the one whose code was scanned");
  return { unitId: answer.unit_id, pairingId: answer.pairing_id, unitKey, secret, fingerprint, software: answer.software, cameras: answer.cameras, arc: answer.arc ?? null };
}

export interface FirstTerms {
  /** Keys compared another way: co-owners', the alarm centre's (printed in the agreement), the log's. */
  readonly owners: Keyset["owners"];
  readonly tenantKey: Bytes;
  readonly arc: Keyset["arc"];
  readonly log: Keyset["log"];
  readonly witnesses: Keyset["witnesses"];
  readonly keysetExpiresMs: number;
  readonly policy: Omit<Policy, "version" | "unit" | "pairing" | "counter" | "issuedMs" | "keyset">;
}

/** Signs keyset and policy, MACs the pairing, and waits until the unit itself answered for exactly that. */
export async function completePairing(session: Session, start: PairingStart, terms: FirstTerms, waitMs = 60_000): Promise<Verified<Paired>> {
  const nowMs = Date.now();
  const [unit, pairing] = [fromUuid(start.unitId), fromUuid(start.pairingId)];
  const owner = session.actingParty;
  must(owner !== null, "field", "choose first for whom you act");
  const [held] = await session.tenantKeys(terms.owners.map(({ signKey }) => signKey));
  must(equal(held!.fingerprint, openingFingerprint(session.suite, terms.tenantKey)), "signer", "the unit would seal to another key than the one that an owner sealed to you");
  const keyset = await signKeyset({
    version: 1, suite: session.suite, unit, pairing, owner: fromUuid(owner.id), number: 1, previous: null, issuedMs: nowMs, expiresMs: terms.keysetExpiresMs,
    owners: terms.owners, tenantKey: terms.tenantKey, arc: terms.arc, log: terms.log, witnesses: terms.witnesses,
  }, session.signing);
  const verified = verifyKeyset(keyset, null);
  const policy = await signPolicy({ version: 1, unit, pairing, counter: 1, issuedMs: nowMs, keyset: verified.hash, ...terms.policy }, session.signing);
  const asked: Pairing = { version: 1, unit, pairing, keyset: verified.hash, policy: verifyPolicy(policy, verified).hash };
  const mac = pairingMac(start.secret, asked);
  wipe(start.secret);
  await session.api.post(`/pairings/${start.pairingId}`, {
    pairing: base64url(PAIRING.encode(asked)), mac: base64url(mac), keyset: base64url(keyset), policy: base64url(policy),
  });
  const paired = await answered(session, start, asked, waitMs);
  await session.trust.confirmUnit(start.unitId, "qr", start.fingerprint);
  return paired;
}

async function answered(session: Session, start: PairingStart, asked: Pairing, waitMs: number): Promise<Verified<Paired>> {
  const until = performance.now() + waitMs;
  for (;;) {
    const { paired } = await session.api.get<{ state: string; paired: string | null }>(`/pairings/${start.pairingId}`);
    if (paired) return verifyPaired(fromBase64url(paired), start.unitKey, start.fingerprint, asked);
    must(performance.now() < until, "expired", "the unit has not answered: is it switched on and online?");
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
