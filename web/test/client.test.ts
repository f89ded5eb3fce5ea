// SPDX-License-Identifier: EUPL-1.2
// The client against a server that is honest, and against one that lies in every way it can.
import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import * as seal from "../src/seal";
import { base64url, newId, random, uuid } from "../src/seal";
import { Api } from "../src/client/api";
import { stretchHere } from "../src/client/stretch_here";
import { EventParser, type ZegelEvent } from "../src/client/events";
import { sendCommand } from "../src/client/owner";
import { type Session, restore, signIn } from "../src/client/session";
import { type View, type ViewNow, type ViewRequest, openView } from "../src/client/view";
import { NOW, signer } from "./factory";
import { type Account, FakeServer, PASSWORD, enter } from "./server";

interface Scene {
  readonly server: FakeServer;
  readonly session: Session;
  readonly alarmView: ViewRequest;
  readonly ownView: ViewRequest;
}

async function scene(t: TestContext, who: "owner" | "arc", suite: seal.Suite = 1, stretch?: seal.Stretch, compared = true): Promise<Scene> {
  const server = await FakeServer.start(suite, who, stretch);
  t.after(() => server.stop());
  t.mock.method(Date, "now", () => NOW + 20_000);
  if (who === "owner" && compared) await server.pin(server.owner, [server.unitPin()]);
  const account: Account = server[who];
  const session = stretch ? await signIn(account.email, PASSWORD, { api: new Api(server.origin) }) : await enter(server, account);
  t.after(() => session.end());
  const { camera, alarm, epoch } = server.world.ids;
  return {
    server,
    session,
    alarmView: { cameraId: uuid(camera), track: 1, purpose: "alarm_verification", alarmId: uuid(alarm) },
    ownView: { cameraId: uuid(camera), track: 1, purpose: "own_use", ranges: [{ epoch: uuid(epoch), from: 10, to: 13 }] },
  };
}

function until(view: View, wanted: (now: ViewNow) => boolean, withinMs = 5000): Promise<ViewNow> {
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

test("the password is never sent", async (t) => {
  const { server } = await scene(t, "owner", 1, stretchHere);
  const sent = JSON.stringify(server.bodies);
  assert.ok(!sent.includes(PASSWORD));
  assert.deepEqual(Object.keys(server.bodies["/api/v1/sign-in"]![0]).sort(), ["auth_key", "email"]);
});

test("a wrong password is refused by the server and leaves nothing behind", async (t) => {
  const { server } = await scene(t, "owner", 1, stretchHere);
  await assert.rejects(signIn(server.owner.email, "another password", { api: new Api(server.origin) }), { status: 401 });
});

test("a session can be taken up again, and not after signing out", async (t) => {
  const { session } = await scene(t, "owner", 1, stretchHere);
  const again = await restore(session.api);
  assert.equal(again?.person.id, session.person.id);
  assert.equal(again?.fingerprintWords("signing"), session.fingerprintWords("signing"));
  again.end();
  await session.signOut();
  assert.equal(await restore(session.api), null);
});

for (const suite of [1, 2] as const) {
  test(`the owner opens his recordings with a verified receipt (suite ${suite})`, async (t) => {
    const { session, ownView } = await scene(t, "owner", suite);
    const view = await openView(session, ownView);
    const slots: number[] = [];
    view.onSegment(({ header }) => slots.push(header.slot));
    const now = await until(view, ({ phase, proof }) => phase === "complete" && proof === "proved");
    assert.deepEqual(slots, [10, 11, 12]);
    assert.deepEqual(now.missing, []);
  });

  test(`the alarm centre opens what was released, then what follows (suite ${suite})`, async (t) => {
    const { server, session, alarmView } = await scene(t, "arc", suite);
    const view = await openView(session, alarmView);
    const slots: number[] = [];
    view.onSegment(({ header }) => slots.push(header.slot));
    await until(view, ({ opened, proof }) => opened === 3 && proof === "proved");
    server.record(13);
    await until(view, ({ opened }) => opened === 4);
    assert.deepEqual(slots, [10, 11, 12, 13]);
    await view.end();
  });
}

test("when the customer recalls, the view stops at once and its keys are gone", async (t) => {
  const { server, session, alarmView } = await scene(t, "arc");
  const view = await openView(session, alarmView);
  await until(view, ({ opened }) => opened === 3);
  const at = performance.now();
  server.endWindow();
  const now = await until(view, stopped);
  assert.ok(performance.now() - at < 1000);
  assert.equal(now.reason, "window_ended");
  await assert.rejects(openView(session, alarmView), { status: 403 });
});

test("a window that ends without a word ends the view with the next renewal", async (t) => {
  const { server, session, alarmView } = await scene(t, "arc");
  const view = await openView(session, alarmView);
  await until(view, ({ opened }) => opened === 3);
  server.closeWindowSilently();
  assert.equal((await until(view, stopped, 2500)).reason, "window_ended");
});

test("a receipt that does not come within two seconds stops the view", async (t) => {
  const { server, session, ownView } = await scene(t, "owner");
  server.lies.withholdReceipt = true;
  const view = await openView(session, ownView);
  const at = performance.now();
  const now = await until(view, stopped);
  assert.deepEqual([now.reason, now.proof], ["no_receipt", "failed"]);
  assert.ok(performance.now() - at < 2300);
});

test("what is asked of many units in one breath is one request; who is left out is asked for by itself", async (t) => {
  const { server, session } = await scene(t, "owner");
  const [unit, stranger] = [uuid(server.world.ids.unit), uuid(random(16))];
  server.calls.length = 0;
  const [same, again, other] = await Promise.allSettled([session.trust.unit(unit, "owner", true), session.trust.unit(unit, "owner", true), session.trust.unit(stranger, "owner", true)]);
  assert.deepEqual([same!.status, again!.status, other!.status], ["fulfilled", "fulfilled", "rejected"]);
  const asked = server.calls.filter((call) => call.includes("trust")).map((call) => call.split("?")[0]);
  assert.deepEqual(asked, ["GET /api/v1/trust", `GET /api/v1/units/${stranger}/trust`]);
});

test("a receipt of another tree stops the view", async (t) => {
  const { server, session, ownView } = await scene(t, "owner");
  server.lies.forgeReceipt = true;
  assert.equal((await until(await openView(session, ownView), stopped)).reason, "no_receipt");
});

test("a log that forks between two receipts is found out", async (t) => {
  const { server, session, ownView } = await scene(t, "owner");
  const first = await openView(session, ownView);
  await until(first, ({ proof }) => proof === "proved");
  const { log } = await session.trust.unit(uuid(server.world.ids.unit), "owner");
  while (session.ledger.head(log) === null) await new Promise((resolve) => setTimeout(resolve, 10));
  const head = session.ledger.head(log)!;
  await assert.rejects(session.ledger.observe({ size: head.size - 1, root: random(32) }, log), { code: "proof" });
  await assert.rejects(session.ledger.observe({ size: head.size, root: random(32) }, log), { code: "proof" });
});

test("a promise signed by another log is refused before anything is shown", async (t) => {
  const { server, session, ownView } = await scene(t, "owner");
  const other = await signer();
  const forged = await seal.signObject(seal.PROMISE, { version: 1, origin: "ledger.example/zegel", index: 3, leaf: random(32), atMs: 1 }, other.key);
  server.lies.answer = (path, answer) => (path === "/views" ? { ...answer, promise: base64url(forged) } : answer);
  await assert.rejects(openView(session, ownView), { code: "signer" });
});

test("a changed segment stops the view and is not shown", async (t) => {
  const { server, session, ownView } = await scene(t, "owner");
  server.lies.segment = (bytes) => {
    const changed = seal.copy(bytes);
    changed[150]! ^= 1;
    return changed;
  };
  const view = await openView(session, ownView);
  view.onSegment(() => assert.fail("a changed segment was shown"));
  assert.equal((await until(view, stopped)).reason, "not_verified");
});

test("a segment under another slot's name is refused", async (t) => {
  const { server, session, alarmView } = await scene(t, "arc");
  server.lies.answer = (path, answer) =>
    path === "/views" ? { ...answer, segments: answer.segments.map((each: any) => ({ ...each, slot: each.slot === 10 ? 11 : each.slot === 11 ? 10 : each.slot })) } : answer;
  assert.equal((await until(await openView(session, alarmView), stopped)).reason, "not_verified");
});

test("an epoch of another unit's key is refused", async (t) => {
  const { server, session, ownView } = await scene(t, "owner");
  const other = await FakeServer.start();
  t.after(() => other.stop());
  const { epoch } = await import("./factory");
  const foreign = base64url(await epoch({ ...other.world, ids: server.world.ids }));
  server.lies.answer = (path, answer) => (path === "/views" ? { ...answer, epochs: [foreign] } : answer);
  await assert.rejects(openView(session, ownView), { code: "signer" });
});

test("a unit's key that changed stops the work and shows the new words", async (t) => {
  const { server, session } = await scene(t, "owner");
  const other = await signer();
  server.lies.answer = (path, answer) => (path.endsWith("/trust") ? { ...answer, unit: { ...answer.unit, sign_pk: base64url(other.key.publicKey) } } : answer);
  await assert.rejects(session.trust.unit(uuid(server.world.ids.unit), "owner"), { code: "changed", words: seal.words(other.key.fingerprint) });
});

test("an owner who never compared a unit's key is told its words, and goes on once he did", async (t) => {
  const { server, session } = await scene(t, "owner", 1, undefined, false);
  const unit = uuid(server.world.ids.unit);
  await assert.rejects(session.trust.unit(unit, "owner"), { code: "not_compared", words: seal.words(server.world.unit.key.fingerprint) });
  await session.trust.confirmUnit(unit, "words");
  assert.equal((await session.trust.unit(unit, "owner")).how, "words");
  const later = await enter(server, server.owner);
  t.after(() => later.end());
  assert.equal((await later.trust.unit(unit, "owner")).how, "words", "the pin waits, sealed, at the server");
});

test("a keyset that an unknown owner signed is refused, also as the successor of the pinned one", async (t) => {
  const { server, session } = await scene(t, "owner");
  const unit = uuid(server.world.ids.unit);
  const { keyset } = await session.trust.unit(unit, "owner");
  const stranger = await signer();
  const coup = await seal.signKeyset({ ...keyset.value, owners: [{ person: newId(), signKey: stranger.key.publicKey }] }, stranger.key);
  server.lies.answer = (path, answer) => (path.endsWith("/trust") ? { ...answer, keyset: base64url(coup), keysets: [base64url(coup)], policy: null } : answer);
  await assert.rejects(session.trust.unit(unit, "owner", true), { code: "changed", what: "keyset" });
  const next = await seal.signKeyset({ ...keyset.value, number: 2, previous: keyset.hash, owners: [{ person: newId(), signKey: stranger.key.publicKey }] }, stranger.key);
  server.lies.answer = (path, answer) => (path.endsWith("/trust") ? { ...answer, keyset: base64url(next), policy: null } : answer);
  await assert.rejects(session.trust.unit(unit, "owner", true), { code: "refused", what: "keyset" });
});

test("a policy that the unit has not confirmed is told apart from one that it has", async (t) => {
  const { server, session } = await scene(t, "owner");
  const unit = uuid(server.world.ids.unit);
  assert.equal((await session.trust.unit(unit, "owner")).confirmed, true);
  const { policy } = await session.trust.unit(unit, "owner");
  const newer = await seal.signPolicy({ ...policy!.value, counter: 2 }, server.world.owner.key);
  server.lies.answer = (path, answer) => (path.endsWith("/trust") ? { ...answer, policy: base64url(newer) } : answer);
  assert.equal((await session.trust.unit(unit, "owner", true)).confirmed, false);
});

test("a command is signed by the person and names unit, pairing and a rising counter", async (t) => {
  const { server, session } = await scene(t, "owner");
  const unit = uuid(server.world.ids.unit);
  await sendCommand(session, unit, "disarm");
  const [sent] = server.bodies[`/api/v1/units/${unit}/command`]!;
  const { policy } = await session.trust.unit(unit, "owner");
  const command = seal.verifyCommand(seal.fromBase64url(sent.envelope), policy!.value, Date.now()).value;
  assert.equal(command.action, "disarm");
  assert.ok(command.counter > 1_700_000_000_000);
});

test("signing out stops every view", async (t) => {
  const { session, alarmView } = await scene(t, "arc");
  const view = await openView(session, alarmView);
  await session.signOut();
  assert.equal(view.now.reason, "signed_out");
});

test("events come through any cut of the stream, and after the line was lost", async (t) => {
  const { server, session } = await scene(t, "arc");
  const heard: ZegelEvent[] = [];
  const opened = withResolvers();
  const again = withResolvers();
  let opens = 0;
  session.events((event) => heard.push(event), (state) => state === "open" && (++opens === 1 ? opened.resolve(null) : again.resolve(null)));
  await opened.promise;
  server.cut();
  await again.promise;
  server.emit("alarm.opened", { alarm_id: "x" });
  while (heard.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepEqual([heard[0]!.topic, heard[0]!.data], ["alarm.opened", { alarm_id: "x" }]);
});

test("the event format is read whole, in pieces, and with carriage returns", () => {
  const heard: ZegelEvent[] = [];
  const parser = new EventParser((event) => heard.push(event));
  const text = "retry: 1000\n\n: hello\r\n\r\nevent: a\r\nid: 7\r\ndata: {\"x\":1,\r\ndata: \"y\":2}\r\n\r\ndata: [1]\n\nevent: b\n\n";
  for (const char of text) parser.push(char);
  assert.deepEqual(heard.map(({ id, topic, data }) => [id, topic, data]), [["7", "a", { x: 1, y: 2 }], ["7", "message", [1]], ["7", "b", {}]]);
});

function withResolvers(): { promise: Promise<unknown>; resolve: (value: unknown) => void } {
  let resolve: (value: unknown) => void = () => {};
  const promise = new Promise((done) => (resolve = done));
  return { promise, resolve };
}
