// SPDX-License-Identifier: EUPL-1.2
// A film from opened segments: `ftyp moov`, then every `moof mdat`, copied, with times from zero and numbers from one. Nothing is
// re-encoded. Where nothing was recorded the next recording follows: the statement says when each of them was.
// The same bytes come out of src/zegel/records/mp4.py: a test compares.
import { type Bytes, concat, copy, hex } from "../seal/bytes";
import { SealError, must } from "../seal/errors";
import { type Box, boxes } from "../viewer/boxes";

const TICKS_PER_MS = 90n;
const GAP = 90_000n;
const TRUN = 0x000f01;
const TYPE = "zegel/exported1!";
/** What the last box of a redacted film says that it is. */
export const REDACTED_TYPE = "zegel/redacted1!";

const find = (payload: Uint8Array, type: string): Box | undefined => [...boxes(payload)].find((box) => box.type === type);
const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function need(payload: Uint8Array, type: string): Box {
  const found = find(payload, type);
  must(found !== undefined, "encoding", `the recording has no ${type} box where one belongs`);
  return found;
}

/** One stretch of the film, and when it was. */
export interface Scene {
  readonly atMs: number;
  readonly fromMs: number;
  readonly toMs: number;
}

export class Film {
  readonly #parts: Bytes[] = [];
  readonly #scenes: { atMs: number; fromMs: number; toMs: number }[] = [];
  #init: Bytes | null = null;
  #moov: Bytes | null = null;
  #next = 1;
  /** Where the last fragment ended, in ticks since 1970. */
  #end = 0n;
  /** What lies between those ticks and the film's. */
  #shift = 0n;

  get empty(): boolean {
    return this.#parts.length === 0;
  }

  get durationMs(): number {
    return Number((this.#end - this.#shift) / TICKS_PER_MS);
  }

  get scenes(): readonly Scene[] {
    return this.#scenes;
  }

  /** A segment's plaintext, in order; `unsupported` when the camera's stream changed within the time. */
  add(plaintext: Uint8Array, epochStartMs: number): void {
    let moof: Box | null = null;
    for (const box of boxes(plaintext)) {
      if (box.type === "ftyp") this.#init ??= copy(box.bytes);
      else if (box.type === "moov") this.#takeInit(box.bytes);
      else if (box.type === "moof") moof = box;
      else if (box.type === "mdat" && moof !== null && this.#moov !== null) this.#fragment(moof, box.bytes, BigInt(epochStartMs) * TICKS_PER_MS);
    }
  }

  #takeInit(moov: Uint8Array): void {
    if (this.#moov === null) this.#moov = copy(moov);
    const same = this.#moov.length === moov.length && this.#moov.every((byte, i) => byte === moov[i]);
    if (!same) throw new SealError("unsupported", "the camera's picture changed its form within this time; choose the time before or after it");
  }

  #fragment(moof: Box, mdat: Uint8Array, epochStart: bigint): void {
    const whole = copy(moof.bytes);
    const payload = whole.subarray(8);
    const traf = need(payload, "traf").payload;
    const [tfdt, trun] = [need(traf, "tfdt").payload, need(traf, "trun").payload];
    must(tfdt[0] === 1 && (view(trun).getUint32(0) & 0xffffff) === TRUN, "encoding", "the recording was not made by a unit");
    const at = epochStart + view(tfdt).getBigUint64(4);
    if (this.#parts.length === 0) this.#shift = at;
    else if (at > this.#end + GAP) this.#shift += at - this.#end;
    view(need(payload, "mfhd").payload).setUint32(4, this.#next++);
    const time = at > this.#shift ? at - this.#shift : 0n;
    view(tfdt).setBigUint64(4, time);
    const length = lengthOf(trun);
    this.#note(at, length, Number(time / TICKS_PER_MS));
    const end = at + length;
    this.#end = end > this.#end ? end : this.#end;
    this.#parts.push(whole, copy(mdat));
  }

  #note(at: bigint, length: bigint, filmMs: number): void {
    const [fromMs, toMs] = [Number(at / TICKS_PER_MS), Number((at + length) / TICKS_PER_MS)];
    const last = this.#scenes.at(-1);
    if (last !== undefined && at <= this.#end + GAP) last.toMs = Math.max(last.toMs, toMs);
    else this.#scenes.push({ atMs: filmMs, fromMs, toMs });
  }

  /** The file's parts, in order; null when there was no picture to begin with. */
  finish(): readonly Bytes[] | null {
    if (this.#init === null || this.#moov === null || this.#parts.length === 0) return null;
    return [this.#init, withLength(this.#moov, this.#end - this.#shift), ...this.#parts];
  }
}

function lengthOf(trun: Uint8Array): bigint {
  const rows = view(trun);
  let sum = 0n;
  for (let i = 0; i < rows.getUint32(4); i++) sum += BigInt(rows.getUint32(12 + i * 16));
  return sum;
}

/** The moov with the film's length in its mvex, so that a player shows it. */
function withLength(moov: Uint8Array, length: bigint): Bytes {
  const mvex = need(moov.subarray(8), "mvex");
  const mehd = new Uint8Array(20);
  const fields = view(mehd);
  fields.setUint32(0, 20);
  mehd.set([0x6d, 0x65, 0x68, 0x64, 1], 4);
  fields.setBigUint64(12, length);
  const start = mvex.bytes.byteOffset - moov.byteOffset;
  const whole = concat(moov.subarray(0, start + 8), mehd, moov.subarray(start + 8));
  view(whole).setUint32(0, whole.length);
  view(whole).setUint32(start, mvex.bytes.length + 20);
  return whole;
}

/** The film's last box: the statement and what goes with it. Players pass it by. */
export const statementBox = (parts: Uint8Array): Bytes => statementBoxOf(TYPE, parts);

/** `type`: 16 letters that say what it is a statement of. */
export function statementBoxOf(type: string, parts: Uint8Array): Bytes {
  const head = new Uint8Array(8 + 16);
  view(head).setUint32(0, head.length + parts.length);
  head.set([..."uuid", ...type].map((letter) => letter.charCodeAt(0)), 4);
  return concat(head, parts);
}

/** Where the last box begins and what is in it; null when this is no film of ours of that type. */
export function splitFilm(file: Uint8Array, type = TYPE): { readonly film: Uint8Array; readonly parts: Uint8Array } | null {
  let at = 0;
  try {
    for (const box of boxes(file)) {
      if (box.type === "uuid" && String.fromCharCode(...box.payload.subarray(0, 16)) === type && at + box.bytes.length === file.length) return { film: file.subarray(0, at), parts: box.payload.subarray(16) };
      at += box.bytes.length;
    }
  } catch {
    return null;
  }
  return null;
}

/** User type of the box that holds a C2PA manifest. */
const MANIFEST = "d8fec3d61b0e483c92975828877ec481";

/** The film as it was before it got a C2PA manifest, which is one box of its own: what our statements speak of. `manifest`: whether it has one. */
export function withoutManifest(film: Uint8Array): { readonly film: Uint8Array; readonly manifest: boolean } {
  let at = 0;
  try {
    for (const box of boxes(film)) {
      if (box.type === "uuid" && hex(box.payload.subarray(0, 16)) === MANIFEST) return { film: concat(film.subarray(0, at), film.subarray(at + box.bytes.length)), manifest: true };
      at += box.bytes.length;
    }
  } catch {
    return { film, manifest: false };
  }
  return { film, manifest: false };
}
