// SPDX-License-Identifier: EUPL-1.2
// The page reckons as the unit reckons (the same figures are held against it in tests/unit/unit_watch/test_overview.py), and its
// film is an ordinary MP4. That players play it is measured in tests/e2e/test_masks.py.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { daysOf, geometryOf, type Geometry, sizeOf, thinned, typedOf } from "../src/faces/portal/overview/model";
import { alike, film, type Frame } from "../src/faces/portal/overview/timelapse";
import { boxes } from "../src/viewer/boxes";

interface Row {
  readonly geometry: Geometry;
  readonly picture: readonly [number, number];
  readonly size: { readonly width: number; readonly height: number; readonly px_per_m: number; readonly face_px: number } | null;
}

const rows = JSON.parse(readFileSync(new URL("../../test/overview_sizes.json", import.meta.url), "utf8")) as readonly Row[];

test("a picture's size is what the unit makes it", () => {
  assert.ok(rows.some(({ size }) => size === null) && rows.length >= 8);
  for (const { geometry, picture, size } of rows) {
    const found = sizeOf(geometry, ...picture);
    if (size === null) assert.equal(found, null);
    else {
      assert.deepEqual([found?.width, found?.height], [size.width, size.height]);
      assert.ok(Math.abs(found!.pxPerM - size.px_per_m) < 1e-3 && Math.abs(found!.facePx - size.face_px) < 1e-3);
      assert.ok(found!.pxPerM <= 40 && found!.facePx <= 6);
    }
  }
});

test("what a person types becomes what the policy has, or nothing", () => {
  assert.deepEqual(geometryOf({ height: "4,5", nearest: "5", hfov: "90", tilt: "15" }), { heightCm: 450, nearestCm: 500, hfovCdeg: 9000, tiltCdeg: 1500 });
  for (const wrong of ["", "x", "-1", "1e9", "Infinity"]) assert.equal(geometryOf({ height: wrong, nearest: "5", hfov: "90", tilt: "15" }), null);
  const geometry: Geometry = { heightCm: 325, nearestCm: 480, hfovCdeg: 7150, tiltCdeg: 0 };
  assert.deepEqual(geometryOf(typedOf(geometry)), geometry);
});

test("many pictures are thinned evenly, the first and the last stay", () => {
  const all = Array.from({ length: 4321 }, (_, i) => i);
  const few = thinned(all, 600);
  assert.deepEqual([few.length, few[0], few.at(-1)], [600, 0, 4320]);
  assert.ok(few.every((each, i) => i === 0 || each > few[i - 1]!));
  assert.deepEqual(thinned([1, 2], 600), [1, 2]);
  assert.equal(daysOf(0, 400 * 86_400_000, 240).length, 240);
});

const entry = (mark: number): Uint8Array<ArrayBuffer> => Uint8Array.from([0, 0, 0, 40, ..."avc1"].map((each) => (typeof each === "string" ? each.charCodeAt(0) : each)).concat(Array.from({ length: 32 }, () => mark)));
const frame = (size: number, mark = 1): Frame => ({ atMs: 0, data: new Uint8Array(size).fill(size), entry: entry(mark), width: 320, height: 180 });

test("a film holds every picture where its table says", () => {
  const frames = [frame(10), frame(25), frame(3)];
  const file = Buffer.concat(film(frames, 10));
  const types = [...boxes(file)].map(({ type }) => type);
  assert.deepEqual(types, ["ftyp", "moov", "mdat"]);
  const stco = file.indexOf("stco");
  const offset = file.readUInt32BE(stco + 12);
  assert.deepEqual([...file.subarray(offset, offset + 10)], Array(10).fill(10));
  assert.equal(offset + 38, file.length);
  assert.equal(file.readUInt32BE(file.indexOf("stsz") + 12), 3);
});

test("pictures with other parameters than the newest are left out, not mixed in", () => {
  assert.equal(alike([frame(1, 1), frame(2, 2), frame(3, 2)]).length, 2);
  assert.deepEqual(alike([]), []);
});
