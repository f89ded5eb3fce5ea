// SPDX-License-Identifier: EUPL-1.2
// What the operator's picture decides without a page: tiles, the veil, the mark, holding to turn, stills in time.
import assert from "node:assert/strict";
import { test } from "node:test";
import { takeApart, frames } from "../src/viewer/boxes";
import { type Order, REPEAT_MS, Steer, speedsOf } from "../src/viewer/steer";
import { stillAt, stretchesOf } from "../src/viewer/stills";
import { type Place, arrange, countFor, moved, nowhere, shown, withCount, withFocus } from "../src/viewer/tiles";
import { POINTS_ACROSS, placeOf, veilOf } from "../src/viewer/veil";
import { marksAt } from "../src/viewer/watermark";

const place = (cameraId: string, neighbour = false): Place => ({ cameraId, alarmId: neighbour ? `alarm-${cameraId}` : "alarm", name: cameraId, capabilities: [], presets: [], neighbour });

// --- tiles ---

test("an alarm of one camera has one tile, of three cameras four; neighbours wait to be asked for", () => {
  assert.equal(countFor(1), 1);
  assert.equal(countFor(3), 4);
  assert.equal(countFor(9), 6);
  const now = arrange(nowhere, [place("a"), place("b"), place("n", true)]);
  assert.deepEqual([now.count, now.focus], [2, "a"]);
  assert.deepEqual(shown(now).map(({ cameraId }) => cameraId), ["a", "b"]);
});

test("the focus stays where it was while its camera is there, and never leaves the screen", () => {
  let now = withFocus(arrange(nowhere, [place("a"), place("b"), place("n", true)]), "n");
  assert.deepEqual(shown(now).map(({ cameraId }) => cameraId), ["n", "a"]);
  now = arrange(now, [place("a"), place("n", true)]);
  assert.equal(now.focus, "n");
  now = arrange(now, [place("a")]);
  assert.equal(now.focus, "a");
  assert.equal(arrange(now, []).focus, null);
  assert.equal(withFocus(now, "nobody's").focus, "a");
});

test("the number of tiles that was chosen stays when cameras come and go", () => {
  const now = arrange(withCount(arrange(nowhere, [place("a")]), 4), [place("a"), place("b"), place("c", true)]);
  assert.equal(now.count, 4);
  assert.equal(shown(now).length, 3);
});

test("the focus goes round the shown cameras", () => {
  const now = arrange(nowhere, [place("a"), place("b")]);
  assert.equal(moved(now, 1).focus, "b");
  assert.equal(moved(moved(now, 1), 1).focus, "a");
  assert.equal(moved(now, -1).focus, "b");
  assert.equal(moved(nowhere, 1).focus, null);
});

// --- the veil ---

test("a veiled frame has so few points that no face has three, whatever the camera's resolution", () => {
  for (const [width, height] of [[3840, 2160], [1920, 1080], [640, 360], [1080, 1920], [32, 18], [8, 8]] as const) {
    const points = veilOf({ width, height });
    assert.ok(Math.max(points.width, points.height) <= POINTS_ACROSS);
    assert.ok(points.width >= 1 && points.height >= 1);
    const face = (width / 16 / width) * points.width;
    assert.ok(face < 3, `${face} points across a face of a sixteenth of the picture`);
  }
});

test("the veil lies exactly where the picture will be", () => {
  assert.deepEqual(placeOf({ width: 800, height: 800 }, { width: 1600, height: 800 }), { x: 0, y: 200, width: 800, height: 400 });
  assert.deepEqual(placeOf({ width: 800, height: 400 }, { width: 400, height: 400 }), { x: 200, y: 0, width: 400, height: 400 });
  assert.deepEqual(placeOf({ width: 8, height: 4 }, { width: 0, height: 0 }), { x: 0, y: 0, width: 8, height: 4 });
});

// --- the mark ---

test("no part of a picture larger than a card is without the viewer's name, at any moment", () => {
  const size = { width: 1280, height: 720 };
  for (let ms = 0; ms < 47_000; ms += 997) {
    const marks = marksAt(ms, size);
    for (let x = 0; x + 420 <= size.width; x += 60)
      for (let y = 0; y + 330 <= size.height; y += 60)
        assert.ok(marks.some((mark) => mark.x >= x - 60 && mark.x <= x + 420 && mark.y >= y && mark.y <= y + 330), `none at ${x},${y} after ${ms} ms`);
  }
});

test("the mark moves, a little and always", () => {
  const [first, later, much] = [0, 1000, 12_000].map((ms) => marksAt(ms, { width: 600, height: 400 })[0]!);
  const apart = Math.hypot(first!.x - later!.x, first!.y - later!.y);
  assert.ok(apart > 1 && apart < 12);
  assert.notDeepEqual(first, much);
});

// --- holding to turn ---

function steering(answer: () => Promise<void> = async () => undefined) {
  const sent: Order[] = [];
  let [at, tick]: [number, (() => void) | null] = [0, null];
  const clock = { now: () => at, every: (_ms: number, call: () => void) => ((tick = call), () => void (tick = null)) };
  const steer = new Steer(async (order) => {
    sent.push(order);
    await answer();
  }, clock);
  const pass = async (ms: number): Promise<void> => {
    for (let end = at + ms; at < end; at += REPEAT_MS) {
      tick?.();
      await Promise.resolve();
    }
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { sent, steer, pass, ticking: () => tick !== null };
}
const settled = () => new Promise((resolve) => setImmediate(resolve));

test("a camera turns while the key is held, is told so twice a second, and stops when it is let go", async () => {
  const { sent, steer, pass, ticking } = steering();
  steer.press("left");
  steer.press("left"); // a key that repeats
  await settled();
  assert.deepEqual(sent, [{ action: "move", pan: -0.35, tilt: 0, zoom: 0 }]);
  await pass(2000);
  assert.ok(sent.length >= 4 && sent.every(({ action }) => action === "move"));
  assert.equal(sent.at(-1)!.pan, -0.8);
  steer.release("left");
  await settled();
  assert.deepEqual(sent.at(-1), { action: "stop" });
  assert.equal(ticking(), false);
});

test("two keys turn it aslant; letting one go goes on with the other; opposite ones stand still", async () => {
  const { sent, steer } = steering();
  steer.press("left");
  await settled();
  steer.press("up");
  await settled();
  assert.deepEqual(sent.at(-1), { action: "move", pan: -0.35, tilt: 0.35, zoom: 0 });
  steer.release("left");
  await settled();
  assert.deepEqual(sent.at(-1), { action: "move", pan: 0, tilt: 0.35, zoom: 0 });
  steer.press("down");
  await settled();
  assert.deepEqual(sent.at(-1), { action: "stop" });
  assert.deepEqual(speedsOf(new Set(["in"]), 0), { pan: 0, tilt: 0, zoom: 0.35 });
});

test("focus lost, line lost: everything is let go with a stop", async () => {
  const { sent, steer } = steering();
  steer.press("right");
  steer.press("in");
  await settled();
  steer.letGo();
  await settled();
  assert.deepEqual(sent.at(-1), { action: "stop" });
  steer.letGo();
  await settled();
  assert.equal(sent.filter(({ action }) => action === "stop").length, 1);
});

test("after the window's end nothing more is sent, whatever is held", async () => {
  const { sent, steer, pass } = steering();
  steer.press("right");
  await settled();
  steer.end();
  const before = sent.length;
  await pass(2000);
  steer.press("left");
  steer.goTo("Gate");
  steer.goTo(null);
  await settled();
  assert.equal(sent.length, before);
});

test("an order that is refused lets everything go", async () => {
  const { sent, steer, pass, ticking } = steering(() => Promise.reject(new Error("refused")));
  steer.press("right");
  await settled();
  assert.equal(steer.turning, false);
  assert.equal(ticking(), false);
  await pass(2000);
  assert.equal(sent.length, 1);
});

test("on a slow line the newest order goes next, not the oldest", async () => {
  let answer: () => void = () => undefined;
  const { sent, steer } = steering(() => new Promise((resolve) => (answer = resolve)));
  steer.press("left");
  steer.press("up");
  steer.release("up");
  steer.release("left");
  assert.equal(sent.length, 1);
  answer();
  await settled();
  assert.deepEqual(sent.map(({ action }) => action), ["move", "stop"]);
});

// --- stills ---

test("a still stays until the next one; before the first there is the first", () => {
  const stills = [1000, 2000, 5000].map((atMs) => ({ atMs, bytes: new Uint8Array(1) }));
  assert.equal(stillAt(stills, 0)?.atMs, 1000);
  assert.equal(stillAt(stills, 1999)?.atMs, 1000);
  assert.equal(stillAt(stills, 9999)?.atMs, 5000);
  assert.equal(stillAt([], 5), null);
  assert.deepEqual(stretchesOf([...stills, { atMs: 20_000, bytes: new Uint8Array(1) }]), [{ fromMs: 1000, toMs: 6000 }, { fromMs: 20_000, toMs: 21_000 }]);
});

function box(type: string, ...parts: Uint8Array[]): Uint8Array {
  const size = 8 + parts.reduce((sum, part) => sum + part.length, 0);
  const out = new Uint8Array(size);
  new DataView(out.buffer).setUint32(0, size);
  out.set(new TextEncoder().encode(type), 4);
  let at = 8;
  for (const part of parts) (out.set(part, at), (at += part.length));
  return out;
}

function words(...numbers: number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(numbers.length * 4));
  numbers.forEach((value, i) => view.setUint32(i * 4, value >>> 0));
  return new Uint8Array(view.buffer);
}

/** As the unit writes it (unit/mux.py): two stills, half a second apart, from the second second of the epoch on. */
function fragment(sizes: readonly number[] = [3, 2]): Uint8Array {
  const trun = box("trun", words(0x01000f01, sizes.length, 0), ...sizes.map((size) => words(45_000, size, 0x02000000, 0)));
  const moof = box("moof", box("mfhd", words(0, 1)), box("traf", box("tfhd", words(0x020000, 1)), box("tfdt", words(0x01000000, 0, 90_000)), trun));
  return new Uint8Array([...moof, ...box("mdat", new Uint8Array([1, 2, 3, 4, 5]))]);
}

test("stills are found with their times in a fragment as the unit writes it", () => {
  assert.deepEqual(frames(fragment()).frames.map(({ ms, bytes }) => [ms, [...bytes]]), [[1000, [1, 2, 3]], [1500, [4, 5]]]);
});

test("a fragment that promises more than it holds shows nothing", () => {
  assert.throws(() => frames(fragment([3, 20])), /cut off/);
  assert.throws(() => takeApart(new Uint8Array([0, 0, 0, 99, 109, 111, 111, 102])), /longer/);
});
