// SPDX-License-Identifier: EUPL-1.2
// People and keys, as an owner's browser sees them: who is let in, who leaves, and a server that shows someone else's key.
import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import * as seal from "../src/seal";
import { type Bytes, base64url, equal, fromBase64url, newId, random, uuid } from "../src/seal";
import { standsOn } from "../src/client/leaked";
import { goodPassword, sameCode, strength } from "../src/client/account";
import { type MemberRow, type People, admit, confirmMember, memberWords, ownWords, people, renew, replaceKey, standing } from "../src/client/members";
import { type Found, pairUnit } from "../src/client/pair";
import type { Session } from "../src/client/session";
import { NOW } from "./factory";
import { FakeServer, enter } from "./server";

interface Person {
  readonly id: Bytes;
  readonly keys: Awaited<ReturnType<typeof seal.newKeys>>;
  readonly row: MemberRow;
}

interface House {
  readonly server: FakeServer;
  readonly session: Session;
  readonly rows: MemberRow[];
  all(): Promise<People>;
  posted<T>(path: string): T[];
  person(role: string, holds?: boolean): Promise<Person>;
}

/** An owner at his server, one paired unit, and whoever else is there. The server carries what it is given, as the real one does. */
async function house(t: TestContext): Promise<House> {
  const server = await FakeServer.start(1, "owner");
  t.after(() => server.stop());
  t.mock.method(Date, "now", () => NOW + 20_000);
  await server.pin(server.owner, [server.unitPin()]);
  const { world: w, owner } = server;
  const rowOf = (id: Bytes, keys: Person["keys"], role: string, holds: boolean): MemberRow => ({
    membership_id: uuid(newId()), person_id: uuid(id), name: role, email: `${uuid(id)}@example.nl`, role, since_ms: NOW, suite: 1, holds_key: holds,
    sign_pk: base64url(keys.signPublic), open_pk: base64url(keys.openPublic),
  });
  const rows: MemberRow[] = [rowOf(owner.person, owner.keys, "owner", true)];
  const posted = <T>(path: string): T[] => (server.bodies[`/api/v1${path}`] ?? []) as T[];
  const unit = uuid(w.ids.unit);
  server.lies.answer = (path, answer) => {
    if (path === "/units") return { units: [{ id: unit, owner_id: uuid(w.ids.owner), state: "paired", name: "gate" }] };
    if (path === "/members") return { key_number: 1 + posted("/tenant-keys").length, members: rows, invitations: [] };
    if (path === "/sign-in" || path === "/me") return withKey(answer);
    if (path === `/units/${unit}/trust`) return { ...answer, keysets: [base64url(w.keyset), ...posted<{ envelope: string }>(`/units/${unit}/keyset`).map(({ envelope }) => envelope)], keyset: posted<{ envelope: string }>(`/units/${unit}/keyset`).at(-1)?.envelope ?? base64url(w.keyset), policy: posted<{ envelope: string }>(`/units/${unit}/policy`).at(-1)?.envelope ?? base64url(w.policy) };
    return answer;
  };
  const withKey = (me: any): any => {
    const key = posted<{ open_pk: string; sealed: { person_id: string; envelope: string }[]; succession: string }>("/tenant-keys").at(-1);
    const [party] = me.parties;
    const mine = key?.sealed.find(({ person_id }) => person_id === uuid(owner.person))?.envelope;
    return { ...me, parties: [{ ...party, open_pk: key?.open_pk ?? base64url(w.tenant.key.publicKey), sealed_tenant_key: mine ?? party.sealed_tenant_key, successions: key ? [key.succession] : [] }] };
  };
  const session = await enter(server, owner);
  t.after(() => session.end());
  return {
    server, session, rows, posted, all: () => people(session),
    async person(role, holds = false) {
      const [id, keys] = [newId(), await seal.newKeys(1)];
      const row = rowOf(id, keys, role, holds);
      rows.push(row);
      return { id, keys, row };
    },
  };
}

const yes = (): Promise<boolean> => Promise.resolve(true);
const unitPath = (house: House, what: string): string => `/units/${uuid(house.server.world.ids.unit)}/${what}`;

test("nobody gets the party's key before his words were compared", async (t) => {
  const place = await house(t);
  const { row } = await place.person("owner");
  assert.equal(standing(place.session, row), "not_compared");
  await assert.rejects(async () => admit(place.session, row, await place.all(), yes), { code: "not_compared", what: "person", words: memberWords(row) });
  assert.deepEqual(place.posted(`/members/${row.person_id}/key`), []);
  assert.deepEqual(place.posted(unitPath(place, "keyset")), []);
});

test("a compared owner opens the party's key, and the unit's next keyset names him", async (t) => {
  const place = await house(t);
  const { id, keys, row } = await place.person("owner");
  await confirmMember(place.session, row, memberWords(row));
  assert.equal(standing(place.session, row), "compared");
  const following = await admit(place.session, row, await place.all(), yes);
  const [sent] = place.posted<{ number: number; envelope: string }>(`/members/${row.person_id}/key`);
  const { value } = seal.verifyMember(fromBase64url(sent!.envelope), place.session.signing.publicKey);
  const opened = await seal.openMember(value, await seal.openingKey(1, keys.openPrivate));
  assert.ok(equal(opened.fingerprint, place.server.world.tenant.key.fingerprint));
  const first = seal.verifyKeyset(place.server.world.keyset, null);
  const next = seal.verifyKeyset(fromBase64url(place.posted<{ envelope: string }>(unitPath(place, "keyset"))[0]!.envelope), first);
  assert.ok(next.value.owners.some(({ person, signKey }) => equal(person, id) && equal(signKey, keys.signPublic)));
  assert.ok(equal(following[0]!.keyset, next.hash));
  const policy = seal.verifyPolicy(fromBase64url(place.posted<{ envelope: string }>(unitPath(place, "policy"))[0]!.envelope), next);
  assert.ok(policy.value.commanders.some(({ person }) => equal(person, id)));
});

test("a member opens, and no keyset names him", async (t) => {
  const place = await house(t);
  const { row } = await place.person("member");
  await confirmMember(place.session, row, memberWords(row));
  await admit(place.session, row, await place.all(), yes);
  assert.equal(place.posted(`/members/${row.person_id}/key`).length, 1);
  assert.deepEqual(place.posted(unitPath(place, "keyset")), []);
});

test("a server that shows someone else's key after the words were compared is refused and told apart", async (t) => {
  const place = await house(t);
  const { row } = await place.person("owner");
  await confirmMember(place.session, row, memberWords(row));
  for (const name of ["open_pk", "sign_pk"] as const) {
    const keys = await seal.newKeys(1);
    const swapped = { ...row, [name]: base64url(name === "open_pk" ? keys.openPublic : keys.signPublic) };
    assert.equal(standing(place.session, swapped), "changed");
    await assert.rejects(async () => admit(place.session, swapped, await place.all(), yes), { code: "changed", what: "person" });
  }
  assert.deepEqual(place.posted(`/members/${row.person_id}/key`), []);
});

test("a key that was swapped between reading its words and confirming them is not pinned", async (t) => {
  const place = await house(t);
  const { row } = await place.person("owner");
  const other = await seal.newKeys(1);
  await assert.rejects(confirmMember(place.session, { ...row, open_pk: base64url(other.openPublic) }, memberWords(row)), { code: "changed" });
  assert.equal(standing(place.session, row), "not_compared");
});

test("one's own words come from one's own keys, whatever the server says of them", async (t) => {
  const place = await house(t);
  const [mine] = place.rows;
  assert.equal(ownWords(place.session), memberWords(mine!));
  const other = await seal.newKeys(1);
  place.rows[0] = { ...mine!, open_pk: base64url(other.openPublic) };
  assert.notEqual(ownWords(place.session), memberWords(place.rows[0]!));
  assert.equal(standing(place.session, place.rows[0]!), "changed");
});

test("who was removed opens nothing that comes after, and who stays opens all of it", async (t) => {
  const place = await house(t);
  const [stays, leaves] = [await place.person("member", true), await place.person("owner", true)];
  for (const { row } of [stays, leaves]) await confirmMember(place.session, row, memberWords(row));
  await renew(place.session, (await place.all()).members, null, yes);
  const before = place.posted<{ envelope: string }>(unitPath(place, "keyset")).length;
  assert.equal(before, 1, "the second owner is in the keyset first");
  await replaceKey(place.session, await place.all(), leaves.row, yes);
  const [made] = place.posted<{ open_pk: string; sealed: { person_id: string; envelope: string }[]; succession: string }>("/tenant-keys");
  assert.deepEqual(made!.sealed.map(({ person_id }) => person_id).sort(), [uuid(place.server.owner.person), stays.row.person_id].sort());
  // what he has: his own keys, and the old tenant key
  const [his, old] = [await seal.openingKey(1, leaves.keys.openPrivate), place.server.world.tenant.key];
  const root = await seal.seal(1, fromBase64url(made!.open_pk), seal.utf8("an epoch's header"), random(32));
  await assert.rejects(old.open(root, seal.utf8("an epoch's header")), { code: "open" });
  for (const { envelope } of made!.sealed) {
    const { value } = seal.verifyMember(fromBase64url(envelope), place.session.signing.publicKey);
    await assert.rejects(seal.openMember(value, his), { code: "open" });
  }
  const { value: succession } = seal.verifySuccession(fromBase64url(made!.succession), place.session.signing.publicKey);
  await assert.rejects(seal.openSuccession(succession, old), { code: "open" });
  // who stays: the new key, and the old one behind it
  const theirs = made!.sealed.find(({ person_id }) => person_id === stays.row.person_id)!;
  const fresh = await seal.openMember(seal.verifyMember(fromBase64url(theirs.envelope), place.session.signing.publicKey).value, await seal.openingKey(1, stays.keys.openPrivate));
  await fresh.open(root, seal.utf8("an epoch's header"));
  assert.ok(equal((await seal.openSuccession(succession, fresh)).fingerprint, old.fingerprint));
  const mine = await place.session.tenantKeys([place.session.signing.publicKey]);
  assert.deepEqual(mine.map(({ fingerprint }) => seal.hex(fingerprint)), [seal.hex(fresh.fingerprint), seal.hex(old.fingerprint)]);
  // the unit's next keyset and policy are without him, under the new key
  const chain = [seal.verifyKeyset(place.server.world.keyset, null)];
  for (const { envelope } of place.posted<{ envelope: string }>(unitPath(place, "keyset"))) chain.push(seal.verifyKeyset(fromBase64url(envelope), chain.at(-1)!));
  const last = chain.at(-1)!;
  assert.ok(equal(last.value.tenantKey, fresh.publicKey));
  assert.ok(!last.value.owners.some(({ person }) => equal(person, leaves.id)));
  const policy = seal.verifyPolicy(fromBase64url(place.posted<{ envelope: string }>(unitPath(place, "policy")).at(-1)!.envelope), last);
  assert.ok(!policy.value.commanders.some(({ person }) => equal(person, leaves.id)));
  assert.equal(place.posted(`/members/${leaves.row.membership_id}/end`).length, 1);
});

test("a key is replaced only for people whose words were compared", async (t) => {
  const place = await house(t);
  await place.person("member", true);
  await assert.rejects(async () => replaceKey(place.session, await place.all(), null, yes), { code: "not_compared" });
  assert.deepEqual(place.posted("/tenant-keys"), []);
});

test("what was interrupted is finished, and what is finished is left alone", async (t) => {
  const place = await house(t);
  await replaceKey(place.session, await place.all(), null, yes);
  assert.equal(place.posted(unitPath(place, "keyset")).length, 1);
  assert.deepEqual(await renew(place.session, (await place.all()).members, null, yes), []);
  assert.equal(place.posted(unitPath(place, "keyset")).length, 1);
});

test("a key of the party that the server made up is named in no keyset, and is shown", async (t) => {
  const place = await house(t);
  const servers = await seal.newKeys(1);
  const told = place.session.parties.map((party) => ({ ...party, open_pk: base64url(servers.openPublic) }));
  place.session.parties = told;
  const all = await place.all();
  const shown = seal.words(seal.openingFingerprint(1, servers.openPublic));
  await assert.rejects(async () => renew(place.session, all.members, null, yes), { code: "changed", what: "tenant", words: shown });
  await assert.rejects(async () => replaceKey(place.session, all, null, yes), { code: "changed", what: "tenant" });
  assert.deepEqual(place.posted(unitPath(place, "keyset")), []);
  const found = { start: { cameras: [] }, arc: null, log: { origin: "log", vkey: "key", words: "" } } as unknown as Found;
  await assert.rejects(async () => pairUnit(place.session, found, "Europe/Amsterdam"), { code: "changed", what: "tenant" });
  assert.deepEqual(place.posted("/tenant-keys"), []);
});

test("a succession that no owner signed opens nothing", async (t) => {
  const place = await house(t);
  await replaceKey(place.session, await place.all(), null, yes);
  const [made] = place.posted<{ succession: string; open_pk: string }>("/tenant-keys");
  const stranger = await seal.newKeys(1);
  made!.succession = base64url(await seal.sealSuccession(1, place.server.world.ids.owner, random(32), fromBase64url(made!.open_pk), await seal.signingKey(stranger.signSeed)));
  await place.session.refresh();
  assert.equal((await place.session.tenantKeys([place.session.signing.publicKey])).length, 1);
});

test("a password that leaked is known again with what people add to it", () => {
  const known = new Set(["trustno1", "sunshine", "correcthorsebatterystaple", "qwerty123456", "dragon"]);
  for (const leaked of ["Sunshine", "sunshine2024!", "SUNSHINE-SUNSHINE", "5unsh1ne", "Correct Horse Battery Staple", "1234dragon1234", "qwerty123456"]) assert.ok(standsOn(known, leaked), leaked);
  for (const fresh of ["sunshine over the harbour", "koper zwaluw drempel kaneel", "dragonfly", ""]) assert.ok(!standsOn(known, fresh), fresh);
});

test("a password is judged by what it is made of", () => {
  for (const weak of ["password1234", "aaaaaaaaaaaaaaaa", "123456789012345", "anna@vermeer.nl", "welkomwelkomwelkom", "kort"]) assert.ok(!goodPassword(weak, "anna@vermeer.nl"), weak);
  for (const strong of ["koper zwaluw drempel kaneel", "a horse, no battery", "Xk7#pq!vT2mZ9"]) assert.ok(goodPassword(strong, "anna@vermeer.nl"), `${strong} ${strength(strong, "")}`);
});

test("a recovery code is typed back as people type", () => {
  assert.ok(sameCode("abcd efgh-IJKL", "ABCD-EFGH-IJKL"));
  assert.ok(!sameCode("abcd efgh-IJKM", "ABCD-EFGH-IJKL"));
});

test("a server that leaves out an owner of the pinned keyset stops the work, and nothing is signed", async (t) => {
  const place = await house(t);
  const [ada, eve] = [await place.person("owner"), await place.person("owner")];
  await confirmMember(place.session, ada.row, memberWords(ada.row));
  await admit(place.session, ada.row, await place.all(), yes);
  await confirmMember(place.session, eve.row, memberWords(eve.row));
  const before = place.posted(unitPath(place, "keyset")).length;
  for (const lie of [(rows: readonly MemberRow[]) => rows.filter((row) => row !== ada.row), (rows: readonly MemberRow[]) => rows.map((row) => (row === ada.row ? { ...row, role: "member" } : row))]) {
    const told = { ...(await place.all()), members: lie(place.rows) };
    await assert.rejects(async () => admit(place.session, eve.row, told, yes), { code: "left_out", words: seal.words(seal.signingFingerprint(ada.keys.signPublic)) });
    await assert.rejects(async () => renew(place.session, told.members, null, yes), { code: "left_out" });
    await assert.rejects(async () => replaceKey(place.session, told, null, yes), { code: "left_out" });
  }
  assert.equal(place.posted(unitPath(place, "keyset")).length, before);
  assert.deepEqual(place.posted(`/members/${eve.row.person_id}/key`), []);
});

test("what a next keyset changes is shown, and signed only when it was confirmed", async (t) => {
  const place = await house(t);
  const { row, keys } = await place.person("owner");
  await confirmMember(place.session, row, memberWords(row));
  const shown: unknown[] = [];
  await assert.rejects(async () => admit(place.session, row, await place.all(), async (changes) => (shown.push(...changes), false)), { code: "not_confirmed" });
  assert.deepEqual(shown, [{ unitId: uuid(place.server.world.ids.unit), name: "gate", added: [{ name: "owner", words: seal.words(seal.signingFingerprint(keys.signPublic)) }], leftOut: [], newKey: false }]);
  assert.deepEqual(place.posted(unitPath(place, "keyset")), []);
});
