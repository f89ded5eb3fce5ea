// SPDX-License-Identifier: EUPL-1.2
// ISO base media boxes, as much as a player needs: split top level, take our findings out, read the codec from avcC.
import { type Bytes, concat, fromUtf8 } from "../seal/bytes";
import { SealError, must } from "../seal/errors";

const FINDINGS = "zegel/findings1!";

export interface Box {
  readonly type: string;
  /** The whole box with its header. */
  readonly bytes: Uint8Array;
  readonly payload: Uint8Array;
}

export function* boxes(bytes: Uint8Array): Generator<Box> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length; ) {
    must(at + 8 <= bytes.length, "encoding", "a media box is cut off");
    const type = latin(bytes.subarray(at + 4, at + 8));
    let [size, head] = [view.getUint32(at), 8];
    if (size === 1) {
      must(at + 16 <= bytes.length, "encoding", "a media box is cut off");
      [size, head] = [Number(view.getBigUint64(at + 8)), 16];
    }
    must(size >= head && at + size <= bytes.length, "encoding", "a media box is longer than its segment");
    yield { type, bytes: bytes.subarray(at, at + size), payload: bytes.subarray(at + head, at + size) };
    at += size;
  }
}

function latin(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

/** One thing seen in one frame; places are parts of the picture, 0 to 1. */
export interface Finding {
  readonly class: string;
  readonly score: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What was found at a moment, in milliseconds since the epoch's start. */
export interface FindingsAt {
  readonly ms: number;
  readonly findings: readonly Finding[];
}

export interface Parts {
  /** What MediaSource may see. */
  readonly media: Bytes;
  readonly findings: readonly FindingsAt[];
  /** Codec string of the init data, when this segment carries it. */
  readonly codec: string | null;
}

export function takeApart(plaintext: Uint8Array): Parts {
  const media: Uint8Array[] = [];
  const findings: FindingsAt[] = [];
  let codec: string | null = null;
  for (const box of boxes(plaintext)) {
    if (box.type === "uuid" && latin(box.payload.subarray(0, 16)) === FINDINGS) {
      findings.push(...parseFindings(box.payload.subarray(16)));
      continue;
    }
    if (box.type === "moov") codec = codecOf(box.payload);
    media.push(box.bytes);
  }
  return { media: concat(...media), findings, codec };
}

/** Written by a unit and authenticated with the picture, yet read with care: only numbers in range survive. */
function parseFindings(payload: Uint8Array): readonly FindingsAt[] {
  try {
    const { v, at } = JSON.parse(fromUtf8(payload)) as { v: unknown; at: unknown };
    if (v !== 1 || !Array.isArray(at)) return [];
    return at.slice(0, 256).flatMap(({ t, boxes: list }: { t: unknown; boxes: unknown }) =>
      typeof t === "number" && Array.isArray(list) ? [{ ms: t, findings: list.slice(0, 64).flatMap(parseFinding) }] : [],
    );
  } catch {
    return [];
  }
}

function parseFinding(raw: { c?: unknown; s?: unknown; x?: unknown; y?: unknown; w?: unknown; h?: unknown }): readonly Finding[] {
  const numbers = [raw.s, raw.x, raw.y, raw.w, raw.h];
  if (typeof raw.c !== "string" || !numbers.every((each): each is number => typeof each === "number" && each >= 0 && each <= 1)) return [];
  const [score, x, y, width, height] = numbers as [number, number, number, number, number];
  return [{ class: raw.c.slice(0, 32), score, x, y, width, height }];
}

/** One frame of a segment that needs no other one, with its time in milliseconds since the epoch's start. */
export interface FrameAt {
  readonly ms: number;
  readonly bytes: Uint8Array;
}

const TIMESCALE = 90_000;

/** Motion JPEG: each sample of the fragments is a whole picture. SealError when the boxes contradict each other. */
export function frames(plaintext: Uint8Array): { readonly frames: readonly FrameAt[]; readonly findings: readonly FindingsAt[] } {
  const found: FrameAt[] = [];
  const findings: FindingsAt[] = [];
  let pending: { readonly ms: number; readonly size: number }[] = [];
  for (const box of boxes(plaintext)) {
    if (box.type === "uuid" && latin(box.payload.subarray(0, 16)) === FINDINGS) findings.push(...parseFindings(box.payload.subarray(16)));
    if (box.type === "moof") pending = samples(box.payload);
    if (box.type !== "mdat") continue;
    let at = 0;
    for (const { ms, size } of pending.splice(0)) {
      must(at + size <= box.payload.length, "encoding", "a still is cut off");
      found.push({ ms, bytes: box.payload.subarray(at, at + size) });
      at += size;
    }
  }
  return { frames: found, findings };
}

/** Sizes and times in a moof/traf, as the unit writes them: tfdt version 1, trun with duration, size, flags, offset. */
function samples(moof: Uint8Array): { readonly ms: number; readonly size: number }[] {
  const traf = [...boxes(moof)].find(({ type }) => type === "traf")?.payload ?? new Uint8Array();
  const inside = [...boxes(traf)];
  const [tfdt, trun] = ["tfdt", "trun"].map((name) => inside.find(({ type }) => type === name)?.payload);
  must(tfdt !== undefined && tfdt.length >= 12 && tfdt[0] === 1 && trun !== undefined && trun.length >= 12, "encoding", "a fragment without times");
  const [times, rows] = [dataView(tfdt!), dataView(trun!)];
  must((rows.getUint32(0) & 0xffffff) === 0xf01, "encoding", "a fragment of another make");
  let at = Number(times.getBigUint64(4));
  return Array.from({ length: rows.getUint32(4) }, (_, i) => {
    must(12 + (i + 1) * 16 <= trun!.length, "encoding", "a fragment is cut off");
    const sample = { ms: ((at + rows.getInt32(12 + i * 16 + 12)) * 1000) / TIMESCALE, size: rows.getUint32(12 + i * 16 + 4) };
    at += rows.getUint32(12 + i * 16);
    return sample;
  });
}

const dataView = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** RFC 6381 codec string from the sample entry inside a moov; SealError `unsupported` when it is none we know. */
export function codecOf(moov: Uint8Array): string {
  const avcc = find(moov, "avcC");
  if (avcc && avcc.length >= 4) return `avc1.${[avcc[1]!, avcc[2]!, avcc[3]!].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
  const hvcc = find(moov, "hvcC");
  if (hvcc && hvcc.length >= 13) return hevc(hvcc);
  throw new SealError("unsupported", "the video's codec is neither H.264 nor H.265");
}

/** Payload of the first box with this name below moov/trak/mdia/minf/stbl/stsd/(sample entry). */
function find(bytes: Uint8Array, wanted: string): Uint8Array | null {
  const skip: Readonly<Record<string, number>> = { trak: 0, mdia: 0, minf: 0, stbl: 0, stsd: 8, avc1: 78, avc3: 78, hvc1: 78, hev1: 78 };
  for (const { type, payload } of boxes(bytes)) {
    if (type === wanted) return payload;
    const inside = skip[type];
    const found = inside === undefined ? null : find(payload.subarray(inside), wanted);
    if (found) return found;
  }
  return null;
}

function hevc(hvcc: Uint8Array): string {
  const space = ["", "A", "B", "C"][hvcc[1]! >> 6]!;
  const tier = (hvcc[1]! >> 5) & 1 ? "H" : "L";
  let compatibility = 0;
  for (let bit = 0; bit < 32; bit++) if ((hvcc[2 + (bit >> 3)]! >> (7 - (bit & 7))) & 1) compatibility |= 2 ** bit;
  const constraints = [...hvcc.subarray(6, 12)];
  while (constraints.at(-1) === 0) constraints.pop();
  const tail = constraints.map((byte) => `.${byte.toString(16)}`).join("");
  return `hvc1.${space}${hvcc[1]! & 31}.${(compatibility >>> 0).toString(16)}.${tier}${hvcc[12]}${tail}`;
}
