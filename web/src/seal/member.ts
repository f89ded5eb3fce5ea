// SPDX-License-Identifier: EUPL-1.2
// How a tenant's opening key reaches its people: sealed to each member's personal key; and how an old tenant key is kept
// readable after a new one took its place: sealed to the new one.
import { type Bytes, copy, equal, sized, wipe } from "./bytes";
import { encode } from "./encoding";
import { type Verified, signObject, signedBytes, verifyObject } from "./envelope";
import { must } from "./errors";
import { type TypeOf, hash, id, kind, openPublicKey, record, sealedBytes, suiteNumber, version } from "./schema";
import { type OpeningKey, type SigningKey, type Suite, openingFingerprint, openingKey, seal } from "./suite";

const MEMBER_SHAPE = { version, suite: suiteNumber, party: id, person: id, personKey: hash, tenantFingerprint: hash, tenantKey: openPublicKey };
const MEMBER_HEADER = record(MEMBER_SHAPE);
const MEMBER_FIELDS = record({ ...MEMBER_SHAPE, sealed: sealedBytes });

export type MemberHeader = TypeOf<typeof MEMBER_HEADER>;
export type Member = TypeOf<typeof MEMBER_FIELDS>;
export const MEMBER = kind("member", MEMBER_FIELDS, ({ suite, tenantKey, tenantFingerprint }: Member) => {
  must(equal(openingFingerprint(suite, tenantKey), tenantFingerprint), "field", "the tenant key has another fingerprint");
});

function memberInfo(header: MemberHeader): Bytes {
  return signedBytes("member", encode(MEMBER_HEADER.write(header)));
}

export interface MemberParts {
  readonly suite: Suite;
  readonly party: Bytes;
  readonly person: Bytes;
  readonly personOpenKey: Bytes;
  readonly tenantKey: Bytes;
  readonly tenantPrivate: Uint8Array;
}

export async function sealMember(parts: MemberParts, owner: SigningKey): Promise<Bytes> {
  const { suite, party, person, tenantKey } = parts;
  const header: MemberHeader = {
    version: 1, suite, party, person, tenantKey,
    personKey: openingFingerprint(suite, parts.personOpenKey),
    tenantFingerprint: openingFingerprint(suite, tenantKey),
  };
  const sealed = await seal(suite, parts.personOpenKey, memberInfo(header), sized(parts.tenantPrivate, 32, "a tenant's private key"));
  return signObject(MEMBER, { ...header, sealed }, owner);
}

export function verifyMember(envelope: Uint8Array, ...owners: readonly Uint8Array[]): Verified<Member> {
  return verifyObject(MEMBER, envelope, ...owners);
}

/** The tenant's opening key, and that it really is the one named. */
export async function openMember(member: Member, person: OpeningKey): Promise<OpeningKey> {
  must(member.suite === person.suite, "suite", "this member object is of another suite");
  must(equal(member.personKey, person.fingerprint), "open", "sealed to another person");
  return checkedTenantKey(member.suite, await person.open(member.sealed, memberInfo(member)), member.tenantFingerprint);
}

/** The tenant's private key itself, to be sealed to another member or to its successor; the caller wipes it. */
export async function memberSecret(member: Member, person: OpeningKey): Promise<Bytes> {
  must(member.suite === person.suite, "suite", "this member object is of another suite");
  must(equal(member.personKey, person.fingerprint), "open", "sealed to another person");
  const secret = await person.open(member.sealed, memberInfo(member));
  (await checkedTenantKey(member.suite, copy(secret), member.tenantFingerprint)).wipe();
  return secret;
}

async function checkedTenantKey(suite: Suite, privateKey: Bytes, fingerprint: Uint8Array): Promise<OpeningKey> {
  try {
    const key = await openingKey(suite, privateKey);
    must(equal(key.fingerprint, fingerprint), "open", "the sealed key is not the one that is named");
    return key;
  } finally {
    wipe(privateKey);
  }
}

const SUCCESSION_SHAPE = { version, suite: suiteNumber, party: id, old: hash, new: hash };
const SUCCESSION_HEADER = record(SUCCESSION_SHAPE);
const SUCCESSION_FIELDS = record({ ...SUCCESSION_SHAPE, sealed: sealedBytes });

export type Succession = TypeOf<typeof SUCCESSION_FIELDS>;
export const SUCCESSION = kind("succession", SUCCESSION_FIELDS);

function successionInfo(header: TypeOf<typeof SUCCESSION_HEADER>): Bytes {
  return signedBytes("succession", encode(SUCCESSION_HEADER.write(header)));
}

export async function sealSuccession(suite: Suite, party: Bytes, oldPrivate: Uint8Array, newKey: Uint8Array, owner: SigningKey): Promise<Bytes> {
  const old = await openingKey(suite, oldPrivate);
  const header = { version: 1 as const, suite, party, old: old.fingerprint, new: openingFingerprint(suite, newKey) };
  old.wipe();
  const sealed = await seal(suite, newKey, successionInfo(header), sized(oldPrivate, 32, "a tenant's private key"));
  return signObject(SUCCESSION, { ...header, sealed }, owner);
}

export function verifySuccession(envelope: Uint8Array, ...owners: readonly Uint8Array[]): Verified<Succession> {
  return verifyObject(SUCCESSION, envelope, ...owners);
}

export async function openSuccession(succession: Succession, current: OpeningKey): Promise<OpeningKey> {
  must(succession.suite === current.suite, "suite", "this succession is of another suite");
  must(equal(succession.new, current.fingerprint), "open", "sealed to another tenant key");
  return checkedTenantKey(succession.suite, await current.open(succession.sealed, successionInfo(succession)), succession.old);
}
