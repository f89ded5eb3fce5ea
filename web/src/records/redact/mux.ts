// SPDX-License-Identifier: EUPL-1.2
// An MP4 of pictures and their times and nothing else (ISO/IEC 14496-12): dates are zero, names are empty, there is no sound.
import { type Bytes, concat, copy } from "../../seal/bytes";
import { REDACTED_TYPE, statementBoxOf } from "../mp4";

const TIMESCALE = 90_000;
const US = 1_000_000;

export interface Chunk {
  readonly key: boolean;
  /** Microseconds from the start. */
  readonly at: number;
  readonly data: Bytes;
}

/** `entry`: the sample entry's name and its configuration box. */
export interface Format {
  readonly entry: "avc1" | "vp09";
  readonly configuration: Bytes;
  readonly width: number;
  readonly height: number;
}

const ascii = (text: string): Bytes => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

function numbers(size: 1 | 2 | 4, ...values: readonly number[]): Bytes {
  const bytes = new Uint8Array(values.length * size);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => (size === 1 ? view.setUint8(i, value) : size === 2 ? view.setUint16(2 * i, value) : view.setUint32(4 * i, value)));
  return bytes;
}
const u8 = (...values: readonly number[]): Bytes => numbers(1, ...values);
const u16 = (...values: readonly number[]): Bytes => numbers(2, ...values);
const u32 = (...values: readonly number[]): Bytes => numbers(4, ...values);

export function box(type: string, ...parts: readonly Uint8Array[]): Bytes {
  const body = concat(...parts);
  return concat(u32(body.length + 8), ascii(type), body);
}

const MATRIX = u32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000);

/** VP9's configuration for 8 bits 4:2:0, as its codec string says. */
export function vp9Configuration(codec: string): Bytes {
  const [, profile = "00", level = "10"] = codec.split(".");
  return box("vpcC", u8(1, 0, 0, 0, Number(profile), Number(level), (8 << 4) | (1 << 1), 2, 2, 2), u16(0));
}

/** The file's parts; `length` in microseconds. */
export function mp4({ entry, configuration, width, height }: Format, chunks: readonly Chunk[], length: number): readonly Bytes[] {
  const ticks = (us: number): number => Math.round((us * TIMESCALE) / US);
  const starts = chunks.map(({ at }) => ticks(at));
  const end = Math.max(ticks(length), (starts.at(-1) ?? 0) + 1);
  const durations = starts.map((start, i) => (starts[i + 1] ?? end) - start);
  const visual = concat(new Uint8Array(6), u16(1), new Uint8Array(16), u16(width, height), u32(0x480000, 0x480000, 0), u16(1), new Uint8Array(32), u16(24, 0xffff));
  const moov = (offset: number): Bytes => box("moov",
    box("mvhd", u32(0, 0, 0, TIMESCALE, end, 0x10000), u16(0x100, 0), u32(0, 0), MATRIX, new Uint8Array(24), u32(2)),
    box("trak",
      box("tkhd", u32(3, 0, 0, 1, 0, end, 0, 0), u16(0, 0, 0, 0), MATRIX, u32(width << 16, height << 16)),
      box("mdia",
        box("mdhd", u32(0, 0, 0, TIMESCALE, end), u16(0x55c4, 0)),
        box("hdlr", u32(0, 0), ascii("vide"), u32(0, 0, 0), u8(0)),
        box("minf",
          box("vmhd", u32(1, 0, 0)),
          box("dinf", box("dref", u32(0, 1), box("url ", u32(1)))),
          box("stbl",
            box("stsd", u32(0, 1), box(entry, visual, configuration)),
            box("stts", u32(0, durations.length), u32(...durations.flatMap((duration) => [1, duration]))),
            box("stss", u32(0, chunks.filter(({ key }) => key).length), u32(...chunks.flatMap(({ key }, i) => (key ? [i + 1] : [])))),
            box("stsc", u32(0, 1, 1, chunks.length, 1)),
            box("stsz", u32(0, 0, chunks.length), u32(...chunks.map(({ data }) => data.length))),
            box("stco", u32(0, 1, offset)))))));
  const ftyp = box("ftyp", ascii("isom"), u32(0), ascii("isom"), ascii(entry === "avc1" ? "avc1" : "iso6"));
  const size = chunks.reduce((sum, { data }) => sum + data.length, 8);
  const before = ftyp.length + moov(0).length + 8;
  return [ftyp, moov(before), concat(u32(size), ascii("mdat")), ...chunks.map(({ data }) => data)];
}

/** The last box of a redacted film: its statement and the receipts. */
export const redactedBox = (front: Uint8Array): Bytes => copy(statementBoxOf(REDACTED_TYPE, front));
