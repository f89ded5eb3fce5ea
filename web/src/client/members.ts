// SPDX-License-Identifier: EUPL-1.2
// An organisation's people, as an owner's browser sees them. Principles:
//  - the server says who is there and with which keys; nobody's key is used before his eight words were compared, and a key that
//    differs from the one that was compared stops the work and is shown;
//  - who is an owner is the server's word too: before a next keyset is signed, what it changes against the pinned one is shown and
//    confirmed; an owner of the pinned keyset whom the server leaves out stops the work;
//  - who joins gets the party's key sealed to his own, and, as an owner, his signing key in each unit's next keyset;
//  - who leaves takes nothing back: what comes after is sealed to a new key, in a keyset without him. It counts, unit by unit,
//    once the unit's own signed word names that keyset; until then the page says which ones are still to follow.
import { sha256 } from "@noble/hashes/sha2.js";
import { type Bytes, base64url, concat, copy, equal, fromBase64url, fromUuid, hex, random, utf8, uuid, wipe } from "../seal/bytes";
import { SealError } from "../seal/errors";
import { verifyArcKey } from "../seal/arckey";
import { signAssent } from "../seal/assent";
import { type Keyset, signKeyset, verifyKeyset } from "../seal/keyset";
import { sealMember, sealSuccession } from "../seal/member";
import { type Policy, signPolicy } from "../seal/policy";
import { openingFingerprint, openingPublicKey, signingFingerprint, suiteOf } from "../seal/suite";
import { words } from "../seal/words";
import { TrustError } from "./errors";
import type { Session } from "./session";
import { aYearOn } from "./owner";
import type { UnitTrust } from "./trust";

export interface MemberRow {
  readonly membership_id: string;
  readonly person_id: string;
  readonly name: string;
  readonly email: string;
  readonly role: string;
  readonly since_ms: number;
  readonly suite: number;
  readonly holds_key: boolean;
  /** Told to owners. */
  readonly second_factor?: boolean;
  readonly sign_pk: string;
  readonly open_pk: string;
}

export interface InvitationRow {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly role: string;
  readonly expires_ms: number;
  readonly expired: boolean;
  readonly sent_ms: number | null;
  readonly letters: number;
}

export interface People {
  readonly key_number: number;
  readonly members: readonly MemberRow[];
  readonly invitations: readonly InvitationRow[];
}

export const people = (session: Session): Promise<People> => session.api.get<People>("/members");

/** Over both of a person's keys, so that eight words stand for both. */
export function personFingerprint(suite: number, signPublic: Uint8Array, openPublic: Uint8Array): Bytes {
  return copy(sha256(concat(utf8("zegel/person/v1"), Uint8Array.of(0, suite), signPublic, openPublic)));
}

const fingerprintOf = (member: MemberRow): Bytes => personFingerprint(member.suite, fromBase64url(member.sign_pk), fromBase64url(member.open_pk));

export const memberWords = (member: MemberRow): string => words(fingerprintOf(member));

/** One's own, from the keys that lie here, never from what the server says. */
export const ownWords = (session: Session): string => words(personFingerprint(session.suite, session.signing.publicKey, session.opening.publicKey));

export type Standing = "me" | "compared" | "not_compared" | "changed";

export function standing(session: Session, member: MemberRow): Standing {
  const own = member.person_id === session.person.id;
  const wanted = own ? personFingerprint(session.suite, session.signing.publicKey, session.opening.publicKey) : pinned(session, member);
  if (wanted === null) return "not_compared";
  if (!equal(wanted, fingerprintOf(member))) return "changed";
  return own ? "me" : "compared";
}

function pinned(session: Session, member: MemberRow): Bytes | null {
  return session.pins.find((pin) => pin.kind === "person" && equal(pin.id, fromUuid(member.person_id)))?.fingerprint ?? null;
}

/** The person compared `told` with what the other read out: exactly these keys are believed from now on. */
export async function confirmMember(session: Session, member: MemberRow, told: string): Promise<void> {
  if (memberWords(member) !== told) throw new TrustError("changed", "person", "the server gives another key than the one that was compared", memberWords(member));
  const [id, atMs] = [fromUuid(member.person_id), Date.now()];
  await session.addPins([
    { kind: "person", id, fingerprint: fingerprintOf(member), how: "words", atMs },
    { kind: "signer", id, fingerprint: signingFingerprint(fromBase64url(member.sign_pk)), how: "words", atMs },
  ]);
}

/** Stops unless these are the keys that were compared. */
function demand(session: Session, member: MemberRow): { readonly signKey: Bytes; readonly openKey: Bytes } {
  const now = standing(session, member);
  if (now === "not_compared") throw new TrustError("not_compared", "person", `${member.name}’s words were not compared yet`, memberWords(member));
  if (now === "changed") throw new TrustError("changed", "person", `${member.name}’s key is not the one that you compared`, memberWords(member));
  return { signKey: fromBase64url(member.sign_pk), openKey: fromBase64url(member.open_pk) };
}

// --- who signs for the party -----------------------------------------------------------------------------------------------

interface UnitRow {
  readonly id: string;
  readonly owner_id: string;
  readonly state: string;
  readonly name: string;
}

async function ownUnits(session: Session): Promise<readonly UnitRow[]> {
  const { units } = await session.api.get<{ units: readonly UnitRow[] }>("/units");
  return units.filter(({ owner_id, state }) => owner_id === session.actingParty?.id && state === "paired");
}

/** Signing keys that may have sealed the party's key: one's own, those of compared owners, and those in the units' keysets. */
export async function ownerKeys(session: Session, all: readonly MemberRow[]): Promise<readonly Bytes[]> {
  const compared = all.filter((member) => member.role === "owner" && standing(session, member) === "compared").map(({ sign_pk }) => fromBase64url(sign_pk));
  const named = await Promise.all((await ownUnits(session)).map(({ id }) => session.trust.unit(id, "owner").then(({ owners }) => owners, () => [])));
  const every = [session.signing.publicKey, ...compared, ...named.flat()];
  return [...new Map(every.map((key) => [hex(key), key])).values()];
}

/** What a unit's next keyset changes against the pinned one. `words`: of the key that would sign for the unit, or did. */
export interface KeysetChange {
  readonly unitId: string;
  readonly name: string;
  readonly added: readonly { readonly name: string; readonly words: string }[];
  readonly leftOut: readonly { readonly name: string; readonly words: string }[];
  readonly newKey: boolean;
}

/** Whether the person, who was shown the changes, wants them. */
export type Confirm = (changes: readonly KeysetChange[]) => Promise<boolean>;

/**
 * The party's key that this person holds: sealed to him by an owner, its private half in his hand. Only that one is named in a keyset;
 * TrustError `changed` when the server tells another one.
 */
export async function heldKey(session: Session, all: readonly MemberRow[]): Promise<Bytes> {
  const told = fromBase64url(session.actingParty!.open_pk!);
  const held = await session.withTenantSecret(await ownerKeys(session, all), async (secret, { suite }) => openingPublicKey(suite, secret));
  if (!equal(held, told)) throw new TrustError("changed", "tenant", "the server tells another key of this organisation than the one that an owner sealed to you", words(openingFingerprint(session.suite, told)));
  return held;
}

// --- joining -----------------------------------------------------------------------------------------------------------------

/** Gives a compared member the party's key, and names an owner in every unit's next keyset. Again is harmless. */
export async function admit(session: Session, member: MemberRow, all: People, confirm: Confirm): Promise<readonly Following[]> {
  const { openKey } = demand(session, member);
  if (member.role === "owner") await nextOf(session, all.members, null, await heldKey(session, all.members)); // stops before anything is sealed
  if (!member.holds_key) await share(session, member, openKey, all, await ownerKeys(session, all.members));
  return member.role === "owner" ? renew(session, all.members, null, confirm) : [];
}

/**
 * An alarm centre's key for a compared operator. It only opens what units released to the key that owners' keysets certify, so whoever
 * sealed it to this person makes no difference to what becomes readable: a wrong key opens nothing.
 */
export async function letIn(session: Session, member: MemberRow, all: People): Promise<void> {
  const { openKey } = demand(session, member);
  if (!member.holds_key) await share(session, member, openKey, all, "opening");
}

function share(session: Session, member: MemberRow, openKey: Bytes, all: People, sealedBy: readonly Bytes[] | "opening"): Promise<void> {
  return session.withTenantSecret(sealedBy, async (tenantPrivate, { tenantKey }) => {
    const parts = { suite: session.suite, party: fromUuid(session.actingParty!.id), person: fromUuid(member.person_id), personOpenKey: openKey, tenantKey, tenantPrivate };
    await session.api.post(`/members/${member.person_id}/key`, { number: all.key_number, envelope: base64url(await sealMember(parts, session.signing)) });
  });
}

// --- leaving, and a new key ----------------------------------------------------------------------------------------------------

/** What a unit is to follow: told when its own signed word names that keyset. */
export interface Following {
  readonly unitId: string;
  readonly name: string;
  readonly keyset: Bytes;
}

/**
 * A new key for the party, sealed to everyone who stays (their words must have been compared), the old one sealed to it, a new keyset
 * and policy for each unit; then `leaving` acts no more. Interrupted anywhere, it is simply done again.
 */
export async function replaceKey(session: Session, all: People, leaving: MemberRow | null, confirm: Confirm): Promise<readonly Following[]> {
  const staying = all.members.filter((member) => member.person_id !== leaving?.person_id);
  const people = [...new Map(staying.filter(({ holds_key }) => holds_key).map((member) => [member.person_id, member])).values()];
  const keys = people.map((member) => ({ member, ...demand(session, member) }));
  await nextOf(session, staying, leaving, await heldKey(session, all.members)); // stops before anything is sealed
  await makeNext(session, keys, await ownerKeys(session, all.members));
  const following = await renew(session, staying, leaving, confirm);
  if (leaving !== null) await session.api.post(`/members/${leaving.membership_id}/end`, {});
  return following;
}

/** A fresh key, sealed to these people, with the one of before sealed to it. Returns its public half. */
async function makeNext(session: Session, people: readonly { readonly member: MemberRow; readonly openKey: Bytes }[], sealedBy: readonly Bytes[] | "opening"): Promise<Bytes> {
  const party = fromUuid(session.actingParty!.id);
  const fresh = random(32);
  try {
    const tenantKey = await openingPublicKey(session.suite, fresh);
    const sealed = await Promise.all(people.map(async ({ member, openKey }) => ({
      person_id: member.person_id,
      envelope: base64url(await sealMember({ suite: session.suite, party, person: fromUuid(member.person_id), personOpenKey: openKey, tenantKey, tenantPrivate: fresh }, session.signing)),
    })));
    const succession = await session.withTenantSecret(sealedBy, (old) => sealSuccession(session.suite, party, old, tenantKey, session.signing));
    await session.api.post("/tenant-keys", { suite: session.suite, open_pk: base64url(tenantKey), sealed, succession: base64url(succession) });
    await session.refresh();
    return tenantKey;
  } finally {
    wipe(fresh);
  }
}

// --- an alarm centre's own key -------------------------------------------------------------------------------------------------

/** Who of a centre holds its key and stays: these get the next one, once their words were compared. */
export const holders = (all: People): readonly MemberRow[] => [...new Map(all.members.filter(({ holds_key }) => holds_key).map((member) => [member.person_id, member])).values()];

/**
 * An alarm centre's next opening key, when somebody left it: sealed to all who hold the one of before (their words must have been
 * compared, or nothing is made), and the one of before sealed to it, so that who joins later still opens older alarms. Units give their
 * releases to it once it was certified from the centre's paper (`zegel certify`): returns its eight words, to be compared there.
 */
export async function renewOpeningKey(session: Session, all: People): Promise<string> {
  const people = holders(all).map((member) => ({ member, openKey: demand(session, member).openKey }));
  return words(openingFingerprint(session.suite, await makeNext(session, people, "opening")));
}

/** The centre's opening key as it stands. `endsMs`: of the certificate that units have. */
export interface OpeningKeyNow {
  readonly number: number;
  readonly certified: boolean;
  readonly endsMs: number;
  /** Of the newest key while it waits for its certificate, when it was made with this person's own keys; else null. */
  readonly ownWords: string | null;
  /** What owners compare with their agreement, as the server shows it: hold it against the paper. */
  readonly centreWords: string;
}

export async function openingKeyNow(session: Session): Promise<OpeningKeyNow> {
  const said = await session.api.get<{ sign_pk: string; envelope: string; open_pk: string; number: number }>("/centre/opening-key");
  const signKey = fromBase64url(said.sign_pk);
  const { value } = verifyArcKey(fromBase64url(said.envelope), signKey);
  const certified = equal(value.openKey, fromBase64url(said.open_pk));
  // Signed by nobody else than oneself: words of a key that another one made, or the server, are not for this page to tell.
  const ownWords = certified ? null : await session.withTenantSecret([], async (_, { tenantFingerprint }) => words(tenantFingerprint)).catch(() => null);
  return { number: said.number, certified, endsMs: value.expiresMs, ownWords, centreWords: words(signingFingerprint(signKey)) };
}

interface Next {
  readonly id: string;
  readonly name: string;
  readonly trust: UnitTrust;
  readonly named: Keyset["owners"];
}

/** What each unit's next keyset would name, where that differs. TrustError `left_out` when the server leaves out a pinned owner. */
async function nextOf(session: Session, staying: readonly MemberRow[], leaving: MemberRow | null, tenantKey: Bytes): Promise<readonly Next[]> {
  const owners = staying.filter(({ role }) => role === "owner");
  const found: Next[] = [];
  for (const { id, name } of await ownUnits(session)) {
    const trust = await session.trust.unit(id, "owner", true);
    const named = ownersOf(session, trust.keyset.value, owners, leaving);
    if (!sameTerms(trust.keyset.value, named, tenantKey)) found.push({ id, name, trust, named });
  }
  return found;
}

function changeOf(session: Session, { id, name, trust, named }: Next, staying: readonly MemberRow[], leaving: MemberRow | null): KeysetChange {
  const before = trust.keyset.value.owners;
  const has = (owners: Keyset["owners"], one: Keyset["owners"][number]): boolean => owners.some(({ person, signKey }) => equal(person, one.person) && equal(signKey, one.signKey));
  const told = ({ person, signKey }: Keyset["owners"][number]): { name: string; words: string } => {
    const member = [...staying, ...(leaving === null ? [] : [leaving])].find(({ person_id }) => person_id === uuid(person));
    return { name: member?.name ?? uuid(person), words: words(signingFingerprint(signKey)) };
  };
  return {
    unitId: id, name, added: named.filter((one) => !has(before, one)).map(told), leftOut: before.filter((one) => !has(named, one)).map(told),
    newKey: !equal(trust.keyset.value.tenantKey, fromBase64url(session.actingParty!.open_pk!)),
  };
}

/** The next keyset and policy of every unit that does not name just these owners and this key, once their changes were confirmed. */
export async function renew(session: Session, staying: readonly MemberRow[], leaving: MemberRow | null, confirm: Confirm): Promise<readonly Following[]> {
  const tenantKey = await heldKey(session, leaving === null ? staying : [...staying, leaving]);
  const nexts = await nextOf(session, staying, leaving, tenantKey);
  if (nexts.length > 0 && !(await confirm(nexts.map((next) => changeOf(session, next, staying, leaving))))) throw new TrustError("not_confirmed", "keyset", "the change of the unit's owners was not confirmed");
  const all: Following[] = [];
  for (const { id, name, trust: { keyset, policy }, named } of nexts) {
    if (!policy) throw new SealError("object", "this unit has no policy yet: it gets its first one at pairing");
    const envelope = await signKeyset({ ...keyset.value, number: keyset.value.number + 1, previous: keyset.hash, issuedMs: Date.now(), expiresMs: aYearOn(keyset.value.expiresMs, Date.now()), owners: named, tenantKey }, session.signing);
    const next = verifyKeyset(envelope, keyset);
    await session.api.post(`/units/${id}/keyset`, { envelope: base64url(envelope) });
    const rules: Policy = { ...withoutHim(policy.value, named, leaving), counter: policy.value.counter + 1, issuedMs: Date.now(), expiresMs: aYearOn(policy.value.expiresMs, Date.now()), keyset: next.hash };
    await session.api.post(`/units/${id}/policy`, { envelope: base64url(await signPolicy(rules, session.signing)) });
    all.push({ unitId: id, name, keyset: next.hash });
  }
  session.trust.forget();
  return all;
}

/** Those whom the keyset names and who stay, and those owners whom this person compared. */
function ownersOf(session: Session, keyset: Keyset, owners: readonly MemberRow[], leaving: MemberRow | null): Keyset["owners"] {
  const stay = keyset.owners.filter(({ person }) => uuid(person) !== leaving?.person_id);
  const lacking = stay.find(({ person }) => !owners.some(({ person_id }) => person_id === uuid(person)));
  if (lacking !== undefined) throw new TrustError("left_out", "person", "an owner whom your unit’s keyset names is not among the server’s owners", words(signingFingerprint(lacking.signKey)));
  const fresh = owners.filter((member) => ["me", "compared"].includes(standing(session, member)) && !stay.some(({ person }) => uuid(person) === member.person_id));
  const all = [...stay, ...fresh.map((member) => ({ person: fromUuid(member.person_id), signKey: demand(session, member).signKey }))];
  return all.sort((a, b) => (hex(a.person) < hex(b.person) ? -1 : 1));
}

function sameTerms(keyset: Keyset, owners: Keyset["owners"], tenantKey: Bytes): boolean {
  return equal(keyset.tenantKey, tenantKey) && keyset.owners.length === owners.length && keyset.owners.every(({ person, signKey }, i) => equal(person, owners[i]!.person) && equal(signKey, owners[i]!.signKey));
}

function withoutHim(policy: Policy, owners: Keyset["owners"], leaving: MemberRow | null): Policy {
  const gone = leaving === null ? null : fromUuid(leaving.person_id);
  const commanders = policy.commanders.filter(({ person }) => gone === null || !equal(person, gone));
  const fresh = owners.filter(({ person }) => !commanders.some((each) => equal(each.person, person)));
  return {
    ...policy, commanders: [...commanders, ...fresh].sort((a, b) => (hex(a.person) < hex(b.person) ? -1 : 1)),
    delegates: policy.delegates.filter(({ id }) => gone === null || !equal(id, gone)),
  };
}

/** Units whose keyset does not have the party's key of now: a removal that was interrupted, or a unit that has not followed yet. */
export async function behind(session: Session): Promise<readonly UnitRow[]> {
  const now = session.actingParty?.open_pk;
  if (!now) return [];
  const found = await Promise.all((await ownUnits(session)).map(async (unit) => {
    const trusted = await session.trust.unit(unit.id, "owner", true).catch(() => null);
    if (trusted === null) return null; // a unit that this person has not compared yet: told on its own card
    const follows = equal(trusted.keyset.value.tenantKey, fromBase64url(now)) && trusted.status !== null && equal(trusted.status.value.keyset ?? new Uint8Array(), trusted.keyset.hash);
    return follows ? null : unit;
  }));
  return found.filter((unit) => unit !== null);
}

export const tenantWords = (session: Session): string => {
  const party = session.actingParty;
  return party?.open_pk ? words(openingFingerprint(suiteOf(session.person.suite), fromBase64url(party.open_pk))) : "";
};

// --- the agreement's signature -----------------------------------------------------------------------------------------------------

export interface DocumentShown {
  readonly id: string;
  readonly language: string;
  readonly hash: string;
  readonly text: string;
  readonly provider_id: string;
}

/** The owner's own key signs the hash of the text that stands on this screen, computed here. */
export async function signAgreement(session: Session, document: DocumentShown, nowMs: number): Promise<void> {
  const hash = copy(sha256(utf8(document.text)));
  if (hex(hash) !== document.hash) throw new SealError("signature", "the text is not the one whose hash the server tells");
  const envelope = await signAssent({ version: 1, owner: fromUuid(session.actingParty!.id), provider: fromUuid(document.provider_id), person: fromUuid(session.person.id), document: hash, signedMs: nowMs }, session.signing);
  await session.api.post("/agreements/sign", { document_id: document.id, envelope: base64url(envelope) });
}
