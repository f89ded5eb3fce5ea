// SPDX-License-Identifier: EUPL-1.2
// The lying server, at length: whose keys count, what the log said before, what was logged, and what is left out.
import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import * as seal from "../src/seal";
import { type Bytes, base64url, newId, random, uuid } from "../src/seal";
import { completePairing, sendCommand } from "../src/client/owner";
import type { Session } from "../src/client/session";
import { vault } from "../src/client/vault";
import { type View, type ViewNow, type ViewRequest, openView } from "../src/client/view";
import { NOW, release, signer } from "./factory";
import { FakeServer, enter } from "./server";

interface Scene {
  readonly server: FakeServer;
  readonly unit: string;
  readonly view: ViewRequest;
  enter(): Promise<Session>;
}

async function scene(t: TestContext, who: "owner" | "arc"): Promise<Scene> {
  const server = await FakeServer.start(1, who);
  t.after(() => server.stop());
  t.mock.method(Date, "now", () => NOW + 20_000);
  if (who === "owner") await server.pin(server.owner, [server.unitPin()]);
  const { camera, alarm, epoch, unit } = server.world.ids;
  const own = { cameraId: uuid(camera), track: 1, purpose: "own_use", ranges: [{ epoch: uuid(epoch), from: 10, to: 13 }] } as const;
  const released = { cameraId: uuid(camera), track: 1, purpose: "alarm_verification", alarmId: uuid(alarm) } as const;
  const enterAgain = async (): Promise<Session> => {
    const session = await enter(server, server[who]);
    t.after(() => session.end());
    return session;
  };
  return { server, unit: uuid(unit), view: who === "owner" ? own : released, enter: enterAgain };
}

function until(view: View, wanted: (now: ViewNow) => boolean, withinMs = 8000): Promise<ViewNow> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`still ${JSON.stringify(view.now)}`)), withinMs);
    view.onChange((now) => {
      if (!wanted(now)) return;
      clearTimeout(timer);
      resolve(now);
    });
  });
}

const stopped = (now: ViewNow): boolean => now.phase === "stopped";
/** Looked once, until the log was compared and is remembered. */
async function look(session: Session, request: ViewRequest): Promise<void> {
  await until(await openView(session, request), settled);
  while (session.ledger.largest() === null) await new Promise((resolve) => setTimeout(resolve, 10));
  await new Promise((resolve) => setTimeout(resolve, 100));
}

const settled = ({ phase, proof }: ViewNow): boolean => phase === "complete" && proof === "proved";

/** Answers every question for trust with a unit, keyset and owner of the server's own making. */
async function forgeUnit(server: FakeServer, ownerParty: Bytes, arcParty: Bytes): Promise<void> {
  const { ids, vkey, suite } = server.world;
  const [unit, owner, arc] = await Promise.all([signer(), signer(), signer()]);
  const tenant = await seal.newKeys(suite);
  const keyset = await seal.signKeyset({
    version: 1, suite, unit: ids.unit, pairing: newId(), owner: ownerParty, number: 1, previous: null, issuedMs: NOW, expiresMs: NOW + 1e10,
    owners: [{ person: newId(), signKey: owner.key.publicKey }], tenantKey: tenant.openPublic, arc: { party: arcParty, signKey: arc.key.publicKey },
    log: { origin: "ledger.example/zegel", vkey }, witnesses: [],
  }, owner.key);
  server.lies.answer = (path, answer) => path.endsWith("/trust")
    ? { unit: { ...answer.unit, sign_pk: base64url(unit.key.publicKey) }, keyset: base64url(keyset), keysets: [base64url(keyset)], policy: null, status: null }
    : answer;
}

const pinned = (server: FakeServer): boolean => server.calls.some((call) => call === "PUT /api/v1/me/pins");

// --- whose keys count -------------------------------------------------------------------------------------------------------

test("a keyset that names another owner gets an owner to trust nothing, and pins nothing", async (t) => {
  const { server, unit, enter, view } = await scene(t, "owner");
  await server.pin(server.owner, []);
  await forgeUnit(server, newId(), server.world.ids.arc);
  const session = await enter();
  await assert.rejects(session.trust.unit(unit, "owner"), { code: "refused", what: "keyset" });
  await assert.rejects(sendCommand(session, unit, "disarm"), { code: "refused" });
  await assert.rejects(openView(session, view), { code: "refused" });
  assert.ok(!pinned(server));
});

test("whatever party and role the server tells an owner, a unit that he did not compare is not his", async (t) => {
  const { server, unit, enter, view } = await scene(t, "owner");
  await server.pin(server.owner, []);
  const other = newId();
  await forgeUnit(server, other, other);
  const forged = server.lies.answer!;
  server.lies.answer = (path, answer) =>
    path === "/sign-in" ? { ...answer, parties: [{ ...answer.parties[0], id: uuid(other), role: "operator" }] } : forged(path, answer);
  const session = await enter();
  await assert.rejects(session.trust.unit(unit, "owner"), { code: "not_compared" });
  await assert.rejects(openView(session, view), { code: "not_compared" });
  assert.ok(!pinned(server));
});

test("what was pinned at first use as an alarm centre counts for nothing as an owner", async (t) => {
  const { server, unit, enter } = await scene(t, "owner");
  await server.pin(server.owner, [{ ...server.unitPin(), how: "first_use" }]);
  await assert.rejects((await enter()).trust.unit(unit, "owner"), { code: "not_compared" });
});

test("an alarm centre pins at first use only a unit whose keyset names it", async (t) => {
  const { server, unit, enter, view } = await scene(t, "arc");
  await forgeUnit(server, server.world.ids.owner, newId());
  const session = await enter();
  await assert.rejects(session.trust.unit(unit, "arc"), { code: "refused", what: "keyset" });
  await assert.rejects(openView(session, view), { code: "refused" });
  delete server.lies.answer;
  assert.equal((await session.trust.unit(unit, "arc")).how, "first_use");
});

test("a key that was changed between reading its words and confirming them is not pinned", async (t) => {
  const { server, unit, enter } = await scene(t, "owner");
  await server.pin(server.owner, []);
  const session = await enter();
  await assert.rejects(session.trust.unit(unit, "owner"), { code: "not_compared" });
  await forgeUnit(server, server.world.ids.owner, server.world.ids.arc);
  await assert.rejects(session.trust.confirmUnit(unit, "words"), { code: "changed" });
  assert.ok(!pinned(server));
});

test("rolled-back pins are not believed: what this device saw stays in force, is told, and goes back", async (t) => {
  const { server, unit, enter } = await scene(t, "owner");
  await server.pin(server.owner, []);
  const before = server.owner.pins;
  const first = await enter();
  await assert.rejects(first.trust.unit(unit, "owner"), { code: "not_compared" });
  await first.trust.confirmUnit(unit, "words");
  await first.trust.unit(unit, "owner");
  assert.equal(first.pinsRolledBack, false);
  for (const old of [before, null]) {
    server.owner.pins = old;
    const later = await enter();
    assert.equal(later.pinsRolledBack, true);
    await forgeUnit(server, server.world.ids.owner, server.world.ids.arc);
    await assert.rejects(later.trust.unit(unit, "owner"), { code: "changed", what: "unit" });
    delete server.lies.answer;
    assert.equal((await later.trust.unit(unit, "owner")).how, "words");
    await later.addPins([{ kind: "unit", id: newId(), fingerprint: random(32), how: "words", atMs: 1 }]);
    assert.equal((await enter()).pinsRolledBack, false, "the server has the newer list again");
  }
});

test("two devices of one person keep both their pins", async (t) => {
  const { enter } = await scene(t, "owner");
  const [one, two] = [await enter(), await enter()];
  const pin = (): seal.Pin => ({ kind: "unit", id: newId(), fingerprint: random(32), how: "words", atMs: 1 });
  await one.addPins([pin()]);
  await two.addPins([pin()]);
  assert.equal((await enter()).pins.filter(({ kind }) => kind === "unit").length, 3);
});

test("a list of pins that another key sealed opens no session", async (t) => {
  const { server, enter } = await scene(t, "owner");
  server.owner.pins = await seal.sealPins([], random(32), server.owner.person);
  await assert.rejects(enter(), { code: "open" });
});

test("a party's key that a stranger sealed is not used", async (t) => {
  const { server, unit, enter, view } = await scene(t, "owner");
  const { ids, suite } = server.world;
  const [stranger, tenant] = [await signer(), await seal.newKeys(suite)];
  const parts = { suite, party: ids.owner, person: ids.person, personOpenKey: server.owner.keys.openPublic, tenantKey: tenant.openPublic, tenantPrivate: tenant.openPrivate };
  const forged = base64url(await seal.sealMember(parts, stranger.key));
  server.lies.answer = (path, answer) => (path === "/sign-in" ? { ...answer, parties: [{ ...answer.parties[0], sealed_tenant_key: forged }] } : answer);
  const session = await enter();
  assert.equal((await until(await openView(session, view), stopped)).reason, "not_verified");
  const { owners } = await session.trust.unit(unit, "owner");
  await assert.rejects(session.tenantKeys(owners), { code: "refused", what: "tenant" });
  const start = { unitId: unit, pairingId: uuid(newId()), unitKey: random(32), secret: random(32), fingerprint: random(32), software: "", cameras: [], arc: null };
  const terms = { owners: [{ person: ids.person, signKey: server.owner.keys.signPublic }], tenantKey: tenant.openPublic } as unknown as Parameters<typeof completePairing>[2];
  await assert.rejects(completePairing(session, start, terms), { code: "refused", what: "tenant" });
});

// --- the log, from one session to the next ------------------------------------------------------------------------------------

for (const [what, size] of [["shrank", 2], ["forked at the same size", 4], ["forked and grew", 9]] as const) {
  test(`a log that ${what} between two sessions ends the view`, async (t) => {
    const { server, enter, view } = await scene(t, "owner");
    await look(await enter(), view);
    server.fork(size);
    const session = await enter();
    const reason = await openView(session, view).then(async (opened) => (await until(opened, stopped)).reason, (error: { code: string }) => error.code);
    assert.ok(reason === "not_verified" || reason === "proof", String(reason));
  });

  test(`a log that ${what} is found out on another device of the same person`, async (t) => {
    const { server, enter, view } = await scene(t, "owner");
    await look(await enter(), view);
    assert.ok(pinned(server));
    server.fork(size);
    t.mock.method(vault, "kept", async () => null);
    const session = await enter();
    const reason = await openView(session, view).then(async (opened) => (await until(opened, stopped)).reason, (error: { code: string }) => error.code);
    assert.ok(reason === "not_verified" || reason === "proof", String(reason));
  });
}

test("an honest log that grew between two sessions is let pass", async (t) => {
  const { server, enter, view } = await scene(t, "owner");
  await look(await enter(), view);
  for (let i = 0; i < 40; i++) server.grow();
  await until(await openView(await enter(), view), settled);
});

// --- what was logged ----------------------------------------------------------------------------------------------------------

const otherFacts: readonly (readonly [string, (facts: Record<string, seal.Value>) => Record<string, seal.Value>])[] = [
  ["camera", (facts) => ({ ...facts, camera: newId() })],
  ["track", (facts) => ({ ...facts, track: 3 })],
  ["purpose", (facts) => ({ ...facts, purpose: "maintenance" })],
  ["alarm", (facts) => ({ ...facts, alarm: newId() })],
  ["lease", (facts) => ({ ...facts, lease: newId() })],
  ["slots", (facts) => ({ ...facts, slots: 2 })],
  ["seconds", (facts) => ({ ...facts, seconds: seal.encode([]) })],
  ["times", (facts) => ({ ...facts, to_ms: NOW + 12_000 })],
  ["times", (facts) => ({ ...facts, from_ms: NOW + 11_000 })],
  ["times", (facts) => ({ ...facts, from_ms: null, to_ms: null })],
];
for (const [what, changed] of otherFacts) {
  test(`a view that was logged with another ${what} is stopped`, async (t) => {
    const { server, enter, view } = await scene(t, "owner");
    server.lies.facts = changed;
    const now = await until(await openView(await enter(), view), stopped);
    assert.deepEqual([now.reason, now.detail], ["no_receipt", `the log's entry is not this view: ${what}`]);
  });
}

test("the entry of an earlier look does not prove a second one", async (t) => {
  const { server, enter, view } = await scene(t, "owner");
  let answer: any = null;
  server.lies.answer = (path, said) => (path === "/views" ? (answer ??= said) : said);
  const session = await enter();
  const first = await openView(session, view);
  await until(first, settled);
  await assert.rejects(openView(session, view), { code: "proof" });
  await assert.rejects(openView(await enter(), view), { code: "proof" }, "nor in a later session");
});

test("a renewal that gives more without an entry of its own is stopped", async (t) => {
  const { server, enter, view } = await scene(t, "arc");
  const opened = await openView(await enter(), view);
  const { index } = opened.lease!;
  await until(opened, ({ proof }) => proof === "proved");
  server.lies.answer = (path, said) => (path.endsWith("/renew") ? { ...said, index } : said);
  server.record(13);
  assert.equal((await until(opened, stopped)).reason, "not_verified");
});

// --- chains, and what is left out ---------------------------------------------------------------------------------------------

interface PageParts {
  readonly firstSlot: number;
  readonly slots: number;
  readonly previous?: Bytes | null;
  readonly segments?: readonly { slot: number; seq: number; hash: Bytes }[];
  readonly checkpoint?: { size: number; root: Bytes } | null;
  readonly releaseHead?: Bytes | null;
}

async function page(server: FakeServer, parts: PageParts): Promise<Bytes> {
  const { ids, unit } = server.world;
  return seal.signManifest({
    version: 1, unit: ids.unit, camera: ids.camera, track: 1, epoch: ids.epoch, previous: null, segments: [], releaseHead: null, checkpoint: null,
    madeMs: NOW + 10_000, closed: false, ...parts,
  }, unit.key);
}

const hashOf = (envelope: Bytes): Bytes => seal.objectHash("manifest", seal.parseEnvelope(envelope).body);

async function listedAll(server: FakeServer): Promise<{ slot: number; seq: number; hash: Bytes }[]> {
  return Promise.all([10, 11, 12].map((slot) => server.listed(slot)));
}

test("what the unit's manifests list and the server gives is whole", async (t) => {
  const { server, enter, view } = await scene(t, "owner");
  const first = await page(server, { firstSlot: 0, slots: 11, segments: [await server.listed(10)], checkpoint: server.head() });
  const next = await page(server, { firstSlot: 11, slots: 60, previous: hashOf(first), segments: (await listedAll(server)).slice(1) });
  server.manifests = [next, first];
  const now = await until(await openView(await enter(), view), settled);
  assert.deepEqual([now.opened, now.missing], [3, []]);
});

test("a segment that the server keeps back shows as missing", async (t) => {
  const { server, enter, view } = await scene(t, "owner");
  server.manifests = [await page(server, { firstSlot: 0, slots: 60, segments: await listedAll(server) })];
  server.lies.answer = (path, answer) => (path === "/views" ? { ...answer, segments: answer.segments.filter(({ slot }: { slot: number }) => slot !== 11) } : answer);
  const now = await until(await openView(await enter(), view), settled);
  assert.deepEqual(now.missing, [{ fromMs: NOW + 11_000, toMs: NOW + 12_000, why: "withheld" }]);
});

test("a manifest that the server keeps back shows as a hole", async (t) => {
  const { server, enter, view } = await scene(t, "owner");
  const first = await page(server, { firstSlot: 0, slots: 11, segments: [await server.listed(10)] });
  const kept = await page(server, { firstSlot: 11, slots: 1, previous: hashOf(first), segments: [await server.listed(11)] });
  const last = await page(server, { firstSlot: 12, slots: 60, previous: hashOf(kept), segments: [await server.listed(12)] });
  server.manifests = [first, last];
  server.lies.answer = (path, answer) => (path === "/views" ? { ...answer, segments: answer.segments.filter(({ slot }: { slot: number }) => slot !== 11) } : answer);
  const now = await until(await openView(await enter(), view), settled);
  assert.deepEqual(now.missing, [{ fromMs: NOW + 11_000, toMs: NOW + 12_000, why: "unlisted" }]);
});

const contradictions: readonly (readonly [string, (server: FakeServer) => Promise<Bytes[]>])[] = [
  ["forks", async (server) => {
    const root = random(32);
    return [await page(server, { firstSlot: 100, slots: 10, previous: root }), await page(server, { firstSlot: 200, slots: 10, previous: root })];
  }],
  ["does not follow the one before it", async (server) => [await page(server, { firstSlot: 100, slots: 10 }), await page(server, { firstSlot: 110, slots: 10, previous: random(32) })]],
  ["speaks of slots that another speaks of", async (server) => [await page(server, { firstSlot: 100, slots: 10 }), await page(server, { firstSlot: 105, slots: 10, previous: random(32) })]],
  ["does not list a segment that was given", async (server) => [await page(server, { firstSlot: 0, slots: 60, segments: (await listedAll(server)).slice(0, 2) })]],
  ["lists another segment in its place", async (server) => [await page(server, { firstSlot: 0, slots: 60, segments: (await listedAll(server)).map((each) => ({ ...each, hash: random(32) })) })]],
  ["names a tree that the log never was", async (server) => [await page(server, { firstSlot: 100, slots: 1, checkpoint: { size: 2, root: random(32) } })]],
  ["names a larger log than the server shows", async (server) => [await page(server, { firstSlot: 100, slots: 1, checkpoint: { size: 900, root: random(32) } })]],
];
for (const [what, make] of contradictions) {
  test(`a manifest that ${what} ends the view`, async (t) => {
    const { server, enter, view } = await scene(t, "owner");
    server.manifests = await make(server);
    const reason = await openView(await enter(), view).then(async (opened) => (await until(opened, stopped)).reason, ({ code }: { code: string }) => code);
    assert.ok(reason === "not_verified" || reason === "chain", String(reason));
  });
}

test("a manifest that comes after a segment was shown, and does not list it, ends the view", async (t) => {
  const { server, enter, view } = await scene(t, "arc");
  const opened = await openView(await enter(), view);
  await until(opened, (now) => now.opened === 3);
  server.manifests = [await page(server, { firstSlot: 0, slots: 13, segments: (await listedAll(server)).slice(1) })];
  server.record(13);
  assert.equal((await until(opened, stopped)).reason, "not_verified");
});

test("a release that the server keeps back shows as missing", async (t) => {
  const { server, enter, view } = await scene(t, "arc");
  const opened = await openView(await enter(), view);
  await until(opened, (now) => now.opened === 3);
  server.lies.answer = (path, answer) => (path.endsWith("/renew") ? { ...answer, releases: [], segments: [] } : answer);
  server.record(13);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  delete server.lies.answer;
  server.record(14);
  const now = await until(opened, ({ missing, phase }) => missing.length > 0 || phase === "stopped");
  assert.deepEqual(now.missing, [{ fromMs: NOW + 13_000, toMs: NOW + 14_000, why: "release" }]);
});

test("two releases that claim one part, and releases that fork, end the view", async (t) => {
  for (const [part, previous] of [[1, null], [2, null]] as const) {
    const { server, enter, view } = await scene(t, "arc");
    const other = base64url(await release(server.world, [{ epoch: server.world.ids.epoch, from: 20, to: 21 }], false, part, previous));
    server.lies.answer = (path, answer) => (path === "/views" ? { ...answer, releases: [...answer.releases, other] } : answer);
    await assert.rejects(openView(await enter(), view), { code: "chain" });
  }
});

test("a part of the alarm's other camera is a link of its chain: no hole, and no key of this view", async (t) => {
  const { server, enter, view } = await scene(t, "arc");
  const { world } = server;
  const other = base64url(await release(world, [{ epoch: newId(), from: 3, to: 4 }], false, 7, random(32), newId()));
  server.lies.answer = (path, answer) => (path === "/views" ? { ...answer, releases: [...answer.releases, other] } : answer);
  const opened = await openView(await enter(), view);
  const now = await until(opened, (one) => one.opened === 3 || stopped(one));
  assert.deepEqual([now.phase === "stopped", now.missing], [false, []]);
  await opened.end();
});

test("a manifest that does not know of a release that the unit had made ends the view", async (t) => {
  const { server, enter, view } = await scene(t, "arc");
  const { ids, unit } = server.world;
  server.manifests = [await seal.signManifest({
    version: 1, unit: ids.unit, camera: ids.camera, track: 1, epoch: ids.epoch, firstSlot: 100, slots: 10, previous: null, segments: [], releaseHead: null, checkpoint: null,
    madeMs: NOW + 120_000, closed: false,
  }, unit.key)];
  await assert.rejects(openView(await enter(), view), { code: "chain" });
});

test("a segment that no manifest lists long after is told", async (t) => {
  const { enter, view } = await scene(t, "owner");
  const ended = await until(await openView(await enter(), view), settled);
  assert.deepEqual(ended.missing, []);
  t.mock.method(Date, "now", () => NOW + 3_600_000);
  const later = await openView(await enter(), view);
  const now = await until(later, (each) => settled(each) && each.missing.length > 0);
  assert.deepEqual(now.missing, [{ fromMs: NOW + 10_000, toMs: NOW + 13_000, why: "unlisted" }]);
});
