// SPDX-License-Identifier: EUPL-1.2
// The operator's page without its page: the order of the queue, what may move, and actions that are done once.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { start, wanted, PARKED } from "../src/faces/console/model";
import { arrange, compare, inSight, kindOf, passes, reveal, everything } from "../src/faces/console/order";
import { Sending, type Action } from "../src/faces/console/sending";
import { Refusal } from "../src/faces/port";
import { burglary, NIGHT, storm } from "../src/faces/samples";
import type { Alarm, AlarmDetail } from "../src/faces/types";
import { Bell, HUSH_MS } from "../src/kit/ring";

const alarm = (id: string, part: Partial<Alarm> = {}): Alarm => ({ ...burglary, id, ...part });

describe("nothing moves under the cursor", () => {
  it("follows the server's order when nobody looks at a row", () => {
    assert.deepEqual(arrange(["b", "c"], ["a", "b", "c"], null), { ids: ["a", "b", "c"], held: [] });
  });

  it("keeps the row's place: what belongs above is held, what belongs below goes in", () => {
    assert.deepEqual(arrange(["b", "c", "d"], ["a", "b", "x", "c", "y", "d", "z"], "c"), { ids: ["b", "c", "y", "d", "z"], held: ["a", "x"] });
  });

  it("keeps what left as it was, until the cursor goes", () => {
    assert.deepEqual(arrange(["a", "b", "c"], ["b", "c"], "b"), { ids: ["a", "b", "c"], held: [] });
    assert.deepEqual(arrange(["a", "b", "c"], ["b", "c"], null).ids, ["b", "c"]);
  });

  it("never moves the anchor, whatever comes, in any order", () => {
    let seed = 7;
    const random = (n: number): number => (seed = (seed * 1103515245 + 12345) % 2147483648) % n;
    for (let round = 0; round < 300; round += 1) {
      const before = Array.from({ length: 1 + random(30) }, (_, i) => `o${i}`);
      const anchor = before[random(before.length)]!;
      const want = [...before.filter(() => random(5) > 0), ...Array.from({ length: random(20) }, (_, i) => `n${i}`)].sort(() => random(3) - 1);
      const { ids, held } = arrange(before, want, anchor);
      assert.equal(ids.indexOf(anchor), before.indexOf(anchor));
      assert.deepEqual([...ids, ...held].filter((id) => id.startsWith("n")).sort(), want.filter((id) => id.startsWith("n")).sort(), "nothing new is lost or twice");
    }
  });
});

describe("the order of the queue", () => {
  it("is the server's, number by number, and else priority and age", () => {
    assert.ok(compare(alarm("a", { order: [1, 5] }), alarm("b", { order: [1, 7] })) < 0);
    assert.ok(compare(alarm("a", { order: [2], raised_ms: 1 }), alarm("b", { order: [1], raised_ms: 9 })) > 0);
    assert.ok(compare(alarm("a", { priority: 1, raised_ms: 9 }), alarm("b", { priority: 3, raised_ms: 1 })) < 0);
  });

  it("puts fire and hold-up of a storm first and what is parked under its heading", () => {
    const rows = storm.map((one, i) => (i === 20 ? { ...one, parked_until_ms: NIGHT + 60_000 } : one));
    const ids = wanted({ ...start, nowMs: NIGHT, alarms: new Map(rows.map((one) => [one.id, one])) });
    assert.deepEqual(ids.slice(0, 2), ["storm3", "storm7"]);
    assert.deepEqual(ids.slice(-2), [PARKED, "storm20"]);
    assert.equal(ids.length, 501);
  });

  it("takes a signal that nobody knows as seriously as a burglary", () => {
    assert.equal(kindOf({ class: "unknown", cause: "panel", signal_class: "unknown" }), "burglary");
    assert.equal(kindOf({ class: "holdup_duress", cause: "panel", signal_class: "holdup_duress" }), "holdup");
  });

  it("filters by words, by whose, by class", () => {
    const words = (): string => "al-20488 harbour yard north burglary";
    assert.ok(passes(burglary, { ...everything, text: "harbour burg" }, "me", NIGHT, words));
    assert.ok(!passes(burglary, { ...everything, text: "harbour fire" }, "me", NIGHT, words));
    assert.ok(passes(burglary, { ...everything, only: "mine" }, "me", NIGHT, words));
    assert.ok(!passes(burglary, { ...everything, kind: "fire" }, "me", NIGHT, words));
  });

  it("draws what is in sight and a few more, of any number", () => {
    assert.deepEqual(inSight({ top: 68 * 100, height: 680 }, 68, 1000), { from: 94, to: 116 });
    assert.deepEqual(inSight({ top: 0, height: 680 }, 68, 3), { from: 0, to: 3 });
    assert.equal(reveal({ top: 0, height: 680 }, 68, 9), null);
    assert.equal(reveal({ top: 0, height: 680 }, 68, 10), 68);
  });
});

/** A server that may be away, that counts what was really done, and answers the same identifier with the same answer. */
class Server {
  up = true;
  loses = 0;
  faults = 0;
  refuses: Refusal | null = null;
  readonly done: string[] = [];
  readonly asked: string[] = [];
  #answers = new Map<string, AlarmDetail>();

  nowMs = (): number => 0;

  onAlarm = async (alarmId: string, verb: string, _body: unknown, requestId: string): Promise<AlarmDetail> => {
    this.asked.push(`${verb} ${requestId}`);
    await Promise.resolve();
    if (!this.up) throw new Error("unreachable");
    if (this.faults-- > 0) throw new Refusal("failed", "a fault", "", null, true);
    if (this.refuses !== null) throw this.refuses;
    if (!this.#answers.has(requestId)) {
      this.done.push(`${verb} ${alarmId}`);
      this.#answers.set(requestId, { ...burglary, id: alarmId } as AlarmDetail);
    }
    if (this.loses-- > 0) throw new Error("unreachable"); // done, but the answer got lost
    return this.#answers.get(requestId)!;
  };
}

const desk = (server: Server): { sending: Sending; shown: () => readonly Action[] } => {
  let shown: readonly Action[] = [];
  let ids = 0;
  return { sending: new Sending(server, (actions) => (shown = actions), () => `id${(ids += 1)}`), shown: () => shown };
};

describe("what an operator does reaches the server once", () => {
  it("waits while the line is away, in sight and in order, and goes out when it is back", async () => {
    const server = new Server();
    server.up = false;
    const { sending, shown } = desk(server);
    const claim = sending.send({ id: "a", number: 1 }, "claim", {}, "claimed AL-1");
    const note = sending.send({ id: "a", number: 1 }, "note", { text: "x" }, "noted on AL-1");
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.deepEqual(shown().map((one) => [one.verb, one.state]), [["claim", "waiting"], ["note", "waiting"]]);
    server.up = true;
    sending.hurry();
    await Promise.all([claim, note]);
    assert.deepEqual(server.done, ["claim a", "note a"]);
    assert.deepEqual(shown(), []);
  });

  it("is not done twice when only the answer got lost", async () => {
    const server = new Server();
    server.loses = 1;
    const { sending } = desk(server);
    const closed = sending.send({ id: "a", number: 1 }, "close", { code: "test" }, "closed AL-1");
    await new Promise((resolve) => setTimeout(resolve, 10));
    sending.hurry();
    await closed;
    assert.deepEqual(server.done, ["close a"]);
    assert.deepEqual(server.asked, ["close id1", "close id1"]);
  });

  it("says plainly what was refused, and what was to follow goes no further", async () => {
    const server = new Server();
    server.refuses = new Refusal("already_claimed", "Claimed by Anna at 02:31:09.");
    const { sending, shown } = desk(server);
    const first = assert.rejects(sending.send({ id: "a", number: 1 }, "claim", {}, "claimed AL-1"), /Anna/);
    const second = assert.rejects(sending.send({ id: "a", number: 1 }, "note", {}, "noted on AL-1"), /Anna/);
    await Promise.all([first, second]);
    assert.deepEqual(shown().map((one) => [one.verb, one.state, one.message]), [["claim", "refused", "Claimed by Anna at 02:31:09."], ["note", "refused", "Claimed by Anna at 02:31:09."]]);
    sending.putAway("id1");
    assert.equal(shown().length, 1);
    assert.equal(server.asked.length, 1);
  });

  it("lets another alarm's action by while one waits", async () => {
    const server = new Server();
    const { sending } = desk(server);
    server.faults = 1;
    const a = sending.send({ id: "a", number: 1 }, "claim", {}, "");
    await sending.send({ id: "b", number: 2 }, "claim", {}, "");
    sending.hurry();
    await a;
    assert.deepEqual(server.done, ["claim b", "claim a"]);
  });
});

describe("the bell", () => {
  it("gives the most urgent class that nobody has, and a muted seat no lasting peace from a fire", () => {
    let now = 1000;
    const bell = new Bell(() => now);
    bell.ring([["a", "burglary"], ["b", "fire"]]);
    assert.equal(bell.ringing, "fire");
    bell.mute(true);
    assert.equal(bell.breaksMs, now + HUSH_MS);
    now += 5000;
    bell.ring([["a", "burglary"], ["b", "fire"], ["c", "holdup"]]);
    assert.equal(bell.breaksMs, now, "a new one that endangers people ends the hush");
    bell.mute(true);
    bell.ring([["a", "burglary"]]);
    assert.equal(bell.ringing, "burglary");
    assert.equal(bell.breaksMs, null, "a burglary stays muted");
    bell.ring([]);
    assert.equal(bell.ringing, null);
  });
});
