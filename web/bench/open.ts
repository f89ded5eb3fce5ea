// SPDX-License-Identifier: EUPL-1.2
// How fast a browser opens segments: hash compared, key derived, commitment and every chunk checked, plaintext whole. The driver
// (bench/open_in_browser.py) calls window.measure and reads MB/s (10^6 bytes of plaintext a second).
import { random } from "../src/seal/bytes";
import { openSegment, sealSegment, type SegmentHeader } from "../src/seal/segment";
import { Leaves, leaf } from "../src/seal/tree";

/** One segment of each, opened in order, over and over. */
const SLOTS_OPENED = 64;

interface Measured {
  readonly mbPerS: number;
  readonly segments: number;
  readonly seconds: number;
}

/** `sizeKiB` of plaintext a segment; as many at once as the client opens at once. */
async function measure(sizeKiB: number, seconds: number, atOnce: number): Promise<Measured> {
  const root = random(32);
  const plaintext = new Uint8Array(sizeKiB * 1024);
  for (let at = 0; at < plaintext.length; at += 65_536) crypto.getRandomValues(plaintext.subarray(at, at + 65_536));
  const header: Omit<SegmentHeader, "slot" | "seq"> = {
    suite: 1, randomAccess: true, reencoded: false, camera: random(16), epoch: random(16), track: 1, wallMs: 1, durationMs: 1000, codec: "avc1",
    plaintextSize: plaintext.length,
  };
  const sealed = await Promise.all(Array.from({ length: SLOTS_OPENED }, (_, slot) => sealSegment(leaf(root, slot), { ...header, slot, seq: slot }, plaintext)));
  const leaves = new Leaves(root);
  let next = 0;
  const open = async (): Promise<void> => {
    const slot = next++ % SLOTS_OPENED;
    const segment = sealed[slot]!;
    await crypto.subtle.digest("SHA-256", segment);
    const opened = await openSegment(leaves.leaf(slot), segment);
    if (opened.plaintext.length !== plaintext.length) throw new Error("opened something else");
  };
  await Promise.all(Array.from({ length: atOnce }, open));
  const start = performance.now();
  let segments = 0;
  while (performance.now() - start < seconds * 1000) {
    await Promise.all(Array.from({ length: atOnce }, open));
    segments += atOnce;
  }
  const took = (performance.now() - start) / 1000;
  return { mbPerS: (segments * plaintext.length) / took / 1e6, segments, seconds: took };
}

declare global {
  var measure: (sizeKiB: number, seconds: number, atOnce: number) => Promise<Measured>;
}
globalThis.measure = measure;
document.body.textContent = "ready";
