// SPDX-License-Identifier: EUPL-1.2
// The owner's alarm centre as his browser sees it, another one and another key; and a centre's own next opening key.
import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import * as seal from "../src/seal";
import { base64url, equal, fromBase64url, newId, uuid } from "../src/seal";
import { centreNow, centreNumber, chooseCentre } from "../src/client/centre";
import { type MemberRow, type People, confirmMember, memberWords, openingKeyNow, people, renewOpeningKey } from "../src/client/members";
import { arcCard } from "../src/client/owner";
import type { Session } from "../src/client/session";
import { NOW } from "./factory";
import { FakeServer, enter } from "./server";

const certifying = async (): Promise<seal.SigningKey> => seal.signingKey((await seal.newKeys(1)).signSeed);
const wordsOf = (key: seal.SigningKey): string => seal.words(seal.signingFingerprint(key.publicKey));

interface House {
  readonly session: Session;
  readonly unit: string;
  readonly old: string;
  /** What the server says of each centre. */
  readonly cards: Map<string, { name: string; key: seal.SigningKey }>;
  serving: string;
  /** The unit pins what it was sent, and says so. */
  answers(): void;
  sent(): { arc_party_id: string; units: { unit_id: string; keyset: string; policy: string }[] }[];
}

async function house(t: TestContext): Promise<House> {
  const server = await FakeServer.start(1, "owner");
  t.after(() => server.stop());
  t.mock.method(Date, "now", () => NOW + 20_000);
  await server.pin(server.owner, [server.unitPin()]);
  const w = server.world;
  const [unit, old] = [uuid(w.ids.unit), uuid(w.ids.arc)];
  const cards = new Map([[old, { name: "De Linge", key: w.arc.key }]]);
  let status: string | null = null;
  const sent = (): never[] => (server.bodies["/api/v1/arc/replace"] ?? []) as never[];
  const last = (): { keyset: string; policy: string } | undefined => (sent() as { units: { keyset: string; policy: string }[] }[]).at(-1)?.units[0];
  const place = { serving: old };
  const shape = (id: string): object => ({ party_id: id, name: cards.get(id)!.name, sign_pk: base64url(cards.get(id)!.key.publicKey) });
  server.lies.answer = (path, answer) => {
    if (path === "/units") return { units: [{ id: unit, owner_id: uuid(w.ids.owner), state: "paired", name: "gate" }] };
    if (path === "/arc") return { current: { ...shape(place.serving), since_ms: NOW }, choices: [...cards].filter(([id]) => id !== place.serving).map(([id, { name }]) => ({ party_id: id, name })) };
    if (path === "/arc/replace") return { units: 1 };
    if (path.startsWith("/arc/")) return shape(path.slice(5));
    if (path !== `/units/${unit}/trust` || last() === undefined) return answer;
    const all = (sent() as { units: { keyset: string }[] }[]).map(({ units }) => units[0]!.keyset);
    return { ...answer, keyset: last()!.keyset, keysets: [base64url(w.keyset), ...all], policy: last()!.policy, status: status ?? answer.status };
  };
  const session = await enter(server, server.owner);
  t.after(() => session.end());
  const chain = seal.verifyKeyset(w.keyset, null);
  return Object.assign(place, {
    session, unit, old, cards, sent,
    answers() {
      const keyset = seal.verifyKeyset(fromBase64url(last()!.keyset), chain);
      void seal.signStatus({
        version: 1, unit: w.ids.unit, pairing: w.ids.pairing, atMs: 2, state: "armed", untilMs: null, keyset: keyset.hash, policy: keyset.hash, policyCounter: 2,
        software: "test", cameras: [], releaseHead: null, part: null, commandedBy: null, guardsFromMs: null,
      }, w.unit.key).then((signed) => { status = base64url(signed); });
    },
  }) as House;
}

test("what an owner signed for his units is shown, and that they follow it", async (t) => {
  const place = await house(t);
  const now = await centreNow(place.session);
  assert.deepEqual(now.current, { partyId: place.old, name: "De Linge", sinceMs: NOW });
  assert.deepEqual([now.words, now.signed, now.changed], [wordsOf(place.cards.get(place.old)!.key), true, false]);
  assert.deepEqual(now.units, [{ unitId: place.unit, name: "gate", following: "follows" }]);
});

test("another centre is signed for after its words were compared, and counts when the unit says so itself", async (t) => {
  const place = await house(t);
  const [maas, key] = [uuid(newId()), await certifying()];
  place.cards.set(maas, { name: "Maas", key });
  assert.deepEqual((await centreNow(place.session)).choices, [{ partyId: maas, name: "Maas" }]);
  const card = await arcCard(place.session, maas);
  assert.equal(card.words, wordsOf(key));
  await chooseCentre(place.session, card);
  place.serving = maas;
  const waits = await centreNow(place.session);
  assert.deepEqual([waits.current?.name, waits.words, waits.units[0]!.following], ["Maas", wordsOf(key), "waiting"]);
  place.answers();
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal((await centreNow(place.session)).units[0]!.following, "follows");
});

test("a key that is swapped after its words were compared is signed by nobody", async (t) => {
  const place = await house(t);
  const maas = uuid(newId());
  place.cards.set(maas, { name: "Maas", key: await certifying() });
  const card = await arcCard(place.session, maas);
  place.cards.set(maas, { name: "Maas", key: await certifying() });
  await assert.rejects(chooseCentre(place.session, card), { code: "changed", what: "arc" });
  assert.deepEqual(place.sent(), []);
});

test("a new key of the same centre is told, changes nothing by itself, and is accepted like another centre", async (t) => {
  const place = await house(t);
  const [old, key] = [place.cards.get(place.old)!.key, await certifying()];
  place.cards.set(place.old, { name: "De Linge", key });
  const now = await centreNow(place.session);
  assert.deepEqual([now.changed, now.words, now.units[0]!.following], [true, wordsOf(old), "other_key"]);
  await chooseCentre(place.session, await arcCard(place.session, place.old));
  const after = await centreNow(place.session);
  assert.deepEqual([after.changed, after.words, after.units[0]!.following], [false, wordsOf(key), "waiting"]);
});

test("a server that names another centre than the units were told is found out", async (t) => {
  const place = await house(t);
  const maas = uuid(newId());
  place.cards.set(maas, { name: "Maas", key: await certifying() });
  place.serving = maas;
  assert.equal((await centreNow(place.session)).units[0]!.following, "other_centre");
});

test("a centre's number is read as people copy it", () => {
  for (const text of ["5A4E7A11-0000-4000-8000-7A6567656C01", " 5a4e7a1100004000 80007a6567656c01 "]) assert.equal(centreNumber(text), "5a4e7a11-0000-4000-8000-7a6567656c01");
  for (const text of ["", "5a4e7a11", "5a4e7a11-0000-4000-8000-7a6567656c0g", "5a4e7a11-0000-4000-8000-7a6567656c0100"]) assert.equal(centreNumber(text), null);
});

// --- the centre's own key ------------------------------------------------------------------------------------------------------

interface Centre {
  readonly server: FakeServer;
  readonly session: Session;
  readonly colleague: { readonly row: MemberRow; readonly keys: Awaited<ReturnType<typeof seal.newKeys>> };
  /** Somebody who joined after the new key: only that one was sealed to him. */
  all(): Promise<People>;
  made(): { open_pk: string; sealed: { person_id: string; envelope: string }[]; succession: string }[];
}

async function centre(t: TestContext): Promise<Centre> {
  const server = await FakeServer.start(1, "arc");
  t.after(() => server.stop());
  t.mock.method(Date, "now", () => NOW + 20_000);
  const { world: w, arc } = server;
  const rowOf = (id: seal.Bytes, keys: Awaited<ReturnType<typeof seal.newKeys>>): MemberRow => ({
    membership_id: uuid(newId()), person_id: uuid(id), name: "operator", email: "o@example.nl", role: "operator", since_ms: NOW, suite: 1, holds_key: true,
    sign_pk: base64url(keys.signPublic), open_pk: base64url(keys.openPublic),
  });
  const keys = await seal.newKeys(1);
  const colleague = { keys, row: rowOf(newId(), keys) };
  const made = (): any[] => server.bodies["/api/v1/tenant-keys"] ?? [];
  const certificate = await seal.signArcKey({ version: 1, suite: 1, party: w.ids.arc, openKey: w.arcOpen.key.publicKey, number: 1, issuedMs: NOW, expiresMs: NOW + 1e10 }, w.arc.key);
  server.lies.answer = (path, answer: any) => {
    if (path === "/members") return { key_number: 1 + made().length, members: [rowOf(arc.person, arc.keys), colleague.row], invitations: [] };
    if (path === "/centre/opening-key") return { party_id: uuid(w.ids.arc), sign_pk: base64url(w.arc.key.publicKey), envelope: base64url(certificate), open_pk: made().at(-1)?.open_pk ?? base64url(w.arcOpen.key.publicKey), number: 1 + made().length };
    const [party] = answer.parties ?? [];
    const mine = made().at(-1)?.sealed.find((one: any) => one.person_id === uuid(arc.person))?.envelope;
    if (party === undefined || mine === undefined) return answer;
    return { ...answer, parties: [{ ...party, open_pk: made().at(-1).open_pk, sealed_tenant_key: mine, older_keys: [{ sealed_tenant_key: party.sealed_tenant_key }], successions: made().map(({ succession }) => succession) }] };
  };
  const session = await enter(server, arc);
  t.after(() => session.end());
  return { server, session, colleague, made, all: () => people(session) };
}

test("a centre's next key goes to those whose words were compared, and to nobody before", async (t) => {
  const place = await centre(t);
  await assert.rejects(async () => renewOpeningKey(place.session, await place.all()), { code: "not_compared" });
  assert.deepEqual(place.made(), []);
  await confirmMember(place.session, place.colleague.row, memberWords(place.colleague.row));
  const told = await renewOpeningKey(place.session, await place.all());
  const [made] = place.made();
  assert.equal(made!.sealed.length, 2);
  assert.equal(told, seal.words(seal.openingFingerprint(1, fromBase64url(made!.open_pk))));
  const now = await openingKeyNow(place.session);
  assert.deepEqual([now.number, now.certified, now.ownWords], [2, false, told]);
});

test("who stays opens what was released to either key, and who joins later too", async (t) => {
  const place = await centre(t);
  await confirmMember(place.session, place.colleague.row, memberWords(place.colleague.row));
  await renewOpeningKey(place.session, await place.all());
  const old = place.server.world.arcOpen.key;
  const mine = await place.session.tenantKeys("opening");
  assert.ok(mine.length === 2 && !equal(mine[0]!.fingerprint, old.fingerprint) && equal(mine[1]!.fingerprint, old.fingerprint));
  const [fresh, before] = await (await later(place)).tenantKeys("opening");
  assert.ok(equal(fresh!.fingerprint, mine[0]!.fingerprint) && equal(before!.fingerprint, old.fingerprint), "the old key lies sealed to the new one");
});

/** The same account without copies of its own of older keys. */
async function later(place: Centre): Promise<Session> {
  const { answer } = place.server.lies;
  place.server.lies.answer = (path, said) => {
    const told: any = answer!(path, said);
    return told.parties ? { ...told, parties: told.parties.map((party: any) => ({ ...party, older_keys: [] })) } : told;
  };
  await place.session.refresh();
  return place.session;
}

test("who has not got the new key yet goes on opening with the one of before", async (t) => {
  const place = await centre(t);
  place.session.parties = place.session.parties.map((party) => ({ ...party, sealed_tenant_key: null, older_keys: [{ sealed_tenant_key: party.sealed_tenant_key }] }));
  const [only] = await place.session.tenantKeys("opening");
  assert.ok(equal(only!.fingerprint, place.server.world.arcOpen.key.fingerprint));
});
