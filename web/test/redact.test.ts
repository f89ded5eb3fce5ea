// SPDX-License-Identifier: EUPL-1.2
// Redaction in the browser answers as Python does; nothing leaves before each frame was looked at as it is.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type Sample, stretchesOf } from "../src/records/redact/clip";
import { mp4, redactedBox, vp9Configuration } from "../src/records/redact/mux";
import { centerface, facesView, fromView, interleaved, once, planar, ssdlite, tiles, whole } from "../src/records/redact/networks";
import { type Pixels, area, pixelate } from "../src/records/redact/pixels";
import { type Found, type Kind, type Place, type Track, follow } from "../src/records/redact/places";
import { Plan } from "../src/records/redact/plan";
import { boxes } from "../src/viewer/boxes";

interface Vectors {
  readonly films: readonly { readonly fps: number; readonly frames: readonly (readonly [Kind, number, number, number, number, number][])[]; readonly tracks: readonly { readonly kind: Kind; readonly places: readonly (readonly [number, number, number, number, number])[] }[] }[];
  readonly pictures: readonly { readonly width: number; readonly height: number; readonly covered: readonly (readonly [Kind, number, number, number, number])[]; readonly areas: readonly (readonly number[])[]; readonly made: string }[];
  readonly tiles: readonly (readonly [number, number, readonly (readonly number[])[]])[];
}

const vectors = JSON.parse(readFileSync(join(process.cwd(), "..", "tests", "conformance", "vectors", "redaction.json"), "utf8")) as Vectors;
const place = (x: number, y: number, w: number, h: number): Place => ({ x, y, w, h });
const close = (a: Place, b: Place): void => (["x", "y", "w", "h"] as const).forEach((key) => assert.ok(Math.abs(a[key] - b[key]) < 1e-6, `${key}: ${a[key]} and ${b[key]}`));

test("what is followed, filled and held is what Python follows, fills and holds", () => {
  for (const { fps, frames, tracks } of vectors.films) {
    const found = follow(frames.map((each) => each.map(([kind, score, ...box]): Found => ({ kind, score, place: place(...box) }))), fps);
    assert.deepEqual(found.map(({ kind }) => kind), tracks.map(({ kind }) => kind));
    found.forEach(({ places }, i) => {
      assert.deepEqual([...places.keys()].sort((a, b) => a - b), tracks[i]!.places.map(([at]) => at));
      for (const [at, ...box] of tracks[i]!.places) close(places.get(at)!, place(...box));
    });
  }
});

const made = (width: number, height: number): Pixels => {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) for (let c = 0; c < 4; c++) data[(y * width + x) * 4 + c] = c === 3 ? 255 : (x * 7 + y * 13 + c * 31 + x * y) % 256;
  return { width, height, data };
};

test("what is covered is, pixel by pixel, what Python covers", () => {
  for (const { width, height, covered, areas, made: wanted } of vectors.pictures) {
    const picture = made(width, height);
    const all = covered.map(([kind, ...box]) => ({ kind, place: place(...box) }));
    all.forEach((one, i) => {
      const { left, top, right, bottom, block } = area(one, width, height);
      assert.deepEqual([left, top, right, bottom, block], areas[i]);
    });
    pixelate(picture, all);
    assert.equal(createHash("sha256").update(interleaved(picture.data)).digest("hex"), wanted);
  }
});

test("in a covered box no pixel is what it was: each block has one colour, and nothing outside changed", () => {
  const [before, after] = [made(128, 96), made(128, 96)];
  const one = { kind: "person" as const, place: place(0.2, 0.1, 0.3, 0.7) };
  pixelate(after, [one]);
  const { left, top, right, bottom, block } = area(one, 128, 96);
  for (let y = 0; y < 96; y++) for (let x = 0; x < 128; x++) {
    const inside = x >= left && x < right && y >= top && y < bottom;
    const [bx, by] = inside ? [x - ((x - left) % block), y - ((y - top) % block)] : [x, y];
    const wanted = inside ? after : before;
    for (let c = 0; c < 4; c++) assert.equal(after.data[(y * 128 + x) * 4 + c], wanted.data[(by * 128 + bx) * 4 + c]);
  }
});

test("the parts that are looked at are Python's, and what a part cuts off is left to another", () => {
  for (const [width, height, wanted] of vectors.tiles) tiles(width, height).forEach((tile, i) => close(tile, place(...(wanted[i] as [number, number, number, number]))));
  const tile = place(0.5, 0, 0.5, 0.5);
  const [inside, cut] = [{ kind: "person" as const, score: 0.9, place: place(0.2, 0.2, 0.4, 0.4) }, { kind: "person" as const, score: 0.9, place: place(0, 0.2, 0.4, 0.4) }];
  assert.deepEqual(whole([inside, cut], tile).map((one) => one.place), [place(0.6, 0.1, 0.2, 0.2)]);
});

test("what the networks say is read: a person where the anchor was moved to, a face where it is hot", () => {
  const labels = ["background", "person", "vehicle"].map((name) => (name === "background" ? null : name));
  const found = ssdlite(Float32Array.of(0, 10, 0, 0), Float32Array.of(0, 0.8, 0.1), Float32Array.of(0.2, 0.2, 0.4, 0.4), labels);
  assert.equal(found.length, 1);
  close(found[0]!.place, place(0.4, 0.2, 0.2, 0.2));
  const [heat, size, offset] = [new Float32Array(64), new Float32Array(128), new Float32Array(128)];
  heat[9] = 0.9;
  size[9] = size[64 + 9] = Math.log(2);
  const [face] = centerface(heat, size, offset, 32, 32);
  close(face!.place, place(2 / 32, 2 / 32, 8 / 32, 8 / 32));
  assert.deepEqual([...planar(Uint8ClampedArray.of(1, 2, 3, 255, 4, 5, 6, 255))], [1, 4, 2, 5, 3, 6]);
  const view = facesView(1920, 1080);
  assert.deepEqual(view, { width: 640, height: 384, w: 640, h: 360 });
  close(fromView([{ kind: "face", score: 1, place: place(0.5, 0.5, 0.1, 0.1) }], view)[0]!.place, place(0.5, 0.5 * 384 / 360, 0.1, 0.1 * 384 / 360));
  const twice = [{ kind: "person" as const, score: 0.5, place: place(0.1, 0.1, 0.2, 0.4) }, { kind: "person" as const, score: 0.9, place: place(0.11, 0.1, 0.2, 0.4) }, { kind: "vehicle" as const, score: 0.4, place: place(0.1, 0.1, 0.2, 0.4) }];
  assert.deepEqual(once(twice).map(({ kind, score }) => [kind, score]), [["person", 0.9], ["vehicle", 0.4]]);
});

const HERE = place(0.1, 0.1, 0.1, 0.3);
const THERE = place(0.6, 0.1, 0.1, 0.3);
const track = (number: number, kind: Kind, from: number, to: number, where: Place): Track => ({ number, kind, places: new Map(Array.from({ length: to - from }, (_, i) => [from + i, where])) });

function plan(): Plan {
  const all = new Plan(30, 10, [track(1, "person", 0, 30, HERE), track(2, "person", 10, 30, THERE), track(3, "face", 0, 30, place(0.13, 0.12, 0.03, 0.05))]);
  for (let frame = 0; frame < 30; frame++) all.look(frame);
  return all;
}
const unseen = (all: Plan): readonly number[] => Array.from({ length: 30 }, (_, i) => i).filter((frame) => !all.seen(frame));

test("a film is ready when each frame was looked at and none is flagged, and not before", () => {
  const all = plan();
  assert.equal(all.ready, true);
  all.flag(3);
  assert.equal(all.ready, false);
  all.flag(3);
  assert.equal(all.ready, true);
  all.remove(2, 12);
  assert.equal(all.ready, false);
  assert.equal(all.unseen(20), 12);
  assert.equal(new Plan(0, 10).ready, false);
});

test("who is kept stays sharp with his face, from a cut on he is covered again, and each step is taken back", () => {
  const all = plan();
  all.keep(1, true);
  assert.deepEqual(all.covered(5), []);
  assert.equal(unseen(all).length, 30);
  for (let frame = 0; frame < 30; frame++) all.look(frame);
  all.split(1, 20);
  assert.deepEqual(unseen(all), [20, 21, 22, 23, 24, 25, 26, 27, 28, 29]);
  assert.equal(all.covered(19).length, 1);
  assert.equal(all.covered(20).length, 3);
  assert.equal(all.undo(), "split");
  assert.equal(all.covered(20).length, 1);
  assert.equal(all.undo(), "keep");
  assert.equal(all.covered(5).length, 2);
  assert.equal(all.undo(), null);
});

test("a box by hand lasts a second and goes on to where it is moved; taken back it is gone", () => {
  const all = plan();
  const number = all.draw(2, HERE);
  const of = (): readonly number[] => [...all.tracks.find((one) => one.number === number)!.places.keys()].sort((a, b) => a - b);
  assert.deepEqual([of()[0], of().at(-1)], [2, 12]);
  all.move(number, 20, THERE);
  assert.deepEqual([of()[0], of().at(-1), of().length], [2, 29, 28]);
  all.undo();
  assert.equal(of().at(-1), 12);
  all.undo();
  assert.equal(all.tracks.some((one) => one.number === number), false);
  all.remove(2, null);
  assert.equal(all.covered(15).length, 2);
});

test("frames count from the first that can be shown, each stretch from its key frame", () => {
  const sample = (key: boolean): Sample => ({ key, at: 0, data: new Uint8Array() });
  assert.deepEqual(stretchesOf([false, true, false, true].map(sample)).map(({ first, samples }) => [first, samples.length]), [[0, 2], [2, 1]]);
});

test("the film has pictures and nothing else: one track, no dates, no names, its statement last", () => {
  const chunk = (key: boolean, at: number) => ({ key, at, data: Uint8Array.of(1, 2, 3) });
  const parts = mp4({ entry: "vp09", configuration: vp9Configuration("vp09.00.40.08"), width: 64, height: 48 }, [chunk(true, 0), chunk(false, 100_000)], 200_000);
  const file = Buffer.concat([...parts, redactedBox(Uint8Array.of(9))]);
  const all = [...boxes(new Uint8Array(file))];
  assert.deepEqual(all.map(({ type }) => type), ["ftyp", "moov", "mdat", "uuid"]);
  const inside = [...boxes(all[1]!.payload)];
  assert.deepEqual(inside.map(({ type }) => type), ["mvhd", "trak"]);
  assert.deepEqual([...inside[0]!.payload.subarray(4, 12)], [0, 0, 0, 0, 0, 0, 0, 0]);
  const offset = file.indexOf("stco") + 4 + 8;
  assert.equal(file.readUInt32BE(offset), file.indexOf("mdat") + 4);
});
