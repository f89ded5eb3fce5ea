// SPDX-License-Identifier: EUPL-1.2
// A film of single pictures: an ordinary MP4 (ISO/IEC 14496-12), made by copying. Each picture is a key frame that the unit
// encoded; nothing is decoded and nothing encoded here. The same film is played on the page and taken away as a file.
import { type Bytes, concat, copy } from "../../../seal/bytes";
import { must } from "../../../seal/errors";
import { boxes } from "../../../viewer/boxes";

export interface Frame {
  readonly atMs: number;
  /** The key frame: NAL units with their lengths. */
  readonly data: Bytes;
  /** The sample entry that it needs (`avc1` with its `avcC`), and the picture's size. */
  readonly entry: Bytes;
  readonly width: number;
  readonly height: number;
}

const TIMESCALE = 1000;
const ENTRY_SIZE_AT = 8 + 24;

function inside(payload: Uint8Array, path: readonly string[]): Uint8Array {
  let found = payload;
  for (const type of path) {
    const box = [...boxes(found)].find((each) => each.type === type);
    must(box !== undefined, "encoding", `the picture has no ${type} box where one belongs`);
    found = box.payload;
  }
  return found;
}

/** A segment's plaintext, taken apart: init data and one fragment with one picture. */
export function frameOf(plaintext: Uint8Array, atMs: number): Frame {
  const moov = inside(plaintext, ["moov"]);
  const stsd = inside(moov, ["trak", "mdia", "minf", "stbl", "stsd"]);
  const [entry] = [...boxes(stsd.subarray(8))];
  must(entry !== undefined && entry.type === "avc1" && entry.bytes.length > ENTRY_SIZE_AT + 4, "encoding", "the picture is not H.264");
  const size = new DataView(entry.bytes.buffer, entry.bytes.byteOffset + ENTRY_SIZE_AT);
  return { atMs, data: copy(inside(plaintext, ["mdat"])), entry: copy(entry.bytes), width: size.getUint16(0), height: size.getUint16(2) };
}

/** Those with the same parameters as the newest: one film has one set of them. */
export function alike(frames: readonly Frame[]): readonly Frame[] {
  const last = frames.at(-1);
  return last === undefined ? [] : frames.filter(({ entry }) => entry.length === last.entry.length && entry.every((byte, i) => byte === last.entry[i]));
}

// --- writing ---

const u16 = (...values: readonly number[]): Bytes => numbers(2, values);
const u32 = (...values: readonly number[]): Bytes => numbers(4, values);

function numbers(size: 2 | 4, values: readonly number[]): Bytes {
  const bytes = new Uint8Array(size * values.length);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => (size === 2 ? view.setUint16(i * 2, value) : view.setUint32(i * 4, value)));
  return bytes;
}

const latin = (text: string): Bytes => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

function box(type: string, ...parts: readonly Uint8Array[]): Bytes {
  const body = concat(...parts);
  return concat(u32(8 + body.length), latin(type), body);
}

const full = (type: string, flags: number, ...parts: readonly Uint8Array[]): Bytes => box(type, u32(flags), ...parts);

const MATRIX = u32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000);

/** The whole file. `rate`: pictures a second. At least one frame, all alike. */
export function film(frames: readonly Frame[], rate: number): readonly Bytes[] {
  const [first] = frames;
  must(first !== undefined, "field", "a film needs a picture");
  const each = Math.round(TIMESCALE / rate);
  const ftyp = box("ftyp", latin("isom"), u32(0x200), latin("isomiso2avc1mp41"));
  const length = moov(frames, first, each, 0).length;
  return [ftyp, moov(frames, first, each, ftyp.length + length + 8), u32(8 + frames.reduce((sum, { data }) => sum + data.length, 0)), latin("mdat"), ...frames.map(({ data }) => data)];
}

function moov(frames: readonly Frame[], { entry, width, height }: Frame, each: number, offset: number): Bytes {
  const duration = each * frames.length;
  const mvhd = full("mvhd", 0, u32(0, 0, TIMESCALE, duration, 0x10000), u16(0x100, 0), u32(0, 0), MATRIX, new Uint8Array(24), u32(2));
  const tkhd = full("tkhd", 3, u32(0, 0, 1, 0, duration, 0, 0), u16(0, 0, 0, 0), MATRIX, u32(width * 0x10000, height * 0x10000));
  const mdhd = full("mdhd", 0, u32(0, 0, TIMESCALE, duration), u16(0x55c4, 0));
  const hdlr = full("hdlr", 0, u32(0), latin("vide"), u32(0, 0, 0), new Uint8Array(1));
  const dinf = box("dinf", full("dref", 0, u32(1), full("url ", 1)));
  const stbl = box(
    "stbl",
    full("stsd", 0, u32(1), entry),
    full("stts", 0, u32(1, frames.length, each)),
    full("stsc", 0, u32(1, 1, frames.length, 1)),
    full("stsz", 0, u32(0, frames.length), u32(...frames.map(({ data }) => data.length))),
    full("stco", 0, u32(1, offset)),
  ); // no stss: every picture stands alone
  const minf = box("minf", full("vmhd", 1, new Uint8Array(8)), dinf, stbl);
  return box("moov", mvhd, box("trak", tkhd, box("mdia", mdhd, hdlr, minf)));
}
