// SPDX-License-Identifier: EUPL-1.2
// A film frame by frame, in order of showing: decoded a stretch (from one key frame to the next) at a time, of which the last two are
// kept. Nothing of it is written anywhere; `close` forgets it.
import { type Bytes, copy } from "../../seal/bytes";
import { SealError, must } from "../../seal/errors";
import { type Box, boxes, codecOf } from "../../viewer/boxes";

const TIMESCALE = 90_000;
const NO_KEY = 0x00010000;
const HELD = 2;
const SECOND_US = 1_000_000;

/** One coded frame; times in microseconds from the film's start. */
export interface Sample {
  readonly key: boolean;
  readonly at: number;
  readonly data: Bytes;
}

export interface Coded {
  readonly codec: string;
  readonly description: Bytes;
  readonly samples: readonly Sample[];
  /** The film's length in microseconds. */
  readonly length: number;
}

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const find = (payload: Uint8Array, type: string): Box | undefined => [...boxes(payload)].find((box) => box.type === type);

function need(payload: Uint8Array, ...path: readonly string[]): Uint8Array {
  let at = payload;
  for (const type of path) {
    const found = find(at, type);
    must(found !== undefined, "encoding", `the film has no ${type} box where one belongs`);
    at = found.payload;
  }
  return at;
}

/** The samples of a film's parts, as Film.finish gives them. */
export function codedOf(parts: readonly Uint8Array[]): Coded {
  let [moov, moof]: [Uint8Array | null, Uint8Array | null] = [null, null];
  const samples: Sample[] = [];
  let end = 0;
  for (const part of parts) {
    for (const { type, payload } of boxes(part)) {
      if (type === "moov") moov = payload;
      else if (type === "moof") moof = payload;
      else if (type === "mdat" && moof !== null) end = Math.max(end, take(moof, payload, samples));
    }
  }
  must(moov !== null && samples.length > 0, "encoding", "there is no picture to begin with in this time");
  const entry = need(moov, "trak", "mdia", "minf", "stbl", "stsd").subarray(8);
  const [sample] = [...boxes(entry)];
  must(sample !== undefined, "encoding", "the film says nothing of its pictures");
  const inside = [...boxes(sample.payload.subarray(78))].find(({ type }) => type === "avcC" || type === "hvcC");
  must(inside !== undefined, "encoding", "the film says nothing of its codec");
  return { codec: codecOf(moov), description: copy(inside.payload), samples, length: (end * SECOND_US) / TIMESCALE };
}

function take(moof: Uint8Array, mdat: Uint8Array, samples: Sample[]): number {
  const [tfdt, trun] = [need(moof, "traf", "tfdt"), view(need(moof, "traf", "trun"))];
  let [time, at] = [Number(view(tfdt).getBigUint64(4)), 0];
  for (let i = 0, row = 12; i < trun.getUint32(4); i++, row += 16) {
    const [duration, size, flags, shift] = [trun.getUint32(row), trun.getUint32(row + 4), trun.getUint32(row + 8), trun.getInt32(row + 12)];
    must(at + size <= mdat.length, "encoding", "a frame is cut off");
    samples.push({ key: (flags & NO_KEY) === 0, at: Math.round(((time + shift) * SECOND_US) / TIMESCALE), data: copy(mdat.subarray(at, at + size)) });
    time += duration;
    at += size;
  }
  return time;
}

interface Stretch {
  readonly first: number;
  readonly samples: readonly Sample[];
}

/** Samples from one key frame to the next; what stands before the first one can't be shown. */
export function stretchesOf(samples: readonly Sample[]): readonly Stretch[] {
  const found: { first: number; samples: Sample[] }[] = [];
  let count = 0;
  for (const sample of samples) {
    if (sample.key) found.push({ first: count, samples: [] });
    const last = found.at(-1);
    if (last === undefined) continue;
    last.samples.push(sample);
    count++;
  }
  return found;
}

export class Clip {
  readonly #stretches: readonly Stretch[];
  readonly #held = new Map<number, Promise<readonly ImageBitmap[]>>();
  readonly #times: readonly number[];
  #closed = false;

  private constructor(private readonly coded: Coded, private readonly config: VideoDecoderConfig) {
    this.#stretches = stretchesOf(coded.samples);
    this.#times = this.#stretches.flatMap(({ samples }) => samples.map(({ at }) => at).sort((a, b) => a - b));
  }

  /** `unsupported` when this browser can't decode it. */
  static async open(parts: readonly Uint8Array[]): Promise<Clip> {
    const coded = codedOf(parts);
    const config: VideoDecoderConfig = { codec: coded.codec, description: coded.description };
    const able = typeof VideoDecoder === "function" && (await VideoDecoder.isConfigSupported(config).catch(() => null))?.supported === true;
    if (!able) throw new SealError("unsupported", `this browser can't take ${coded.codec} apart frame by frame; use another one`);
    return new Clip(coded, config);
  }

  get frames(): number {
    return this.#times.length;
  }

  /** When a frame is shown, in microseconds from the start. */
  at(frame: number): number {
    return this.#times[frame]! - this.#times[0]!;
  }

  get length(): number {
    return Math.max(this.coded.length - this.#times[0]!, this.at(this.frames - 1) + 1);
  }

  /** On the average. */
  get fps(): number {
    return Math.max(1, (this.frames * SECOND_US) / this.length);
  }

  /** The clip's own: not to be closed. It lasts until others were asked for: draw it at once. */
  async frame(number: number): Promise<ImageBitmap> {
    const which = this.#stretches.findIndex(({ first, samples }) => number >= first && number < first + samples.length);
    must(which >= 0, "range", "there is no such frame");
    const pictures = await this.#stretch(which);
    const found = pictures[number - this.#stretches[which]!.first];
    must(found !== undefined, "encoding", "a frame could not be decoded");
    return found;
  }

  #stretch(which: number): Promise<readonly ImageBitmap[]> {
    const found = this.#held.get(which) ?? decoded(this.config, this.#stretches[which]!.samples);
    this.#held.delete(which);
    this.#held.set(which, found);
    for (const [old] of this.#held) if (this.#held.size > HELD) this.#drop(old);
    return found;
  }

  #drop(which: number): void {
    void this.#held.get(which)?.then((pictures) => pictures.forEach((picture) => picture.close()), () => undefined);
    this.#held.delete(which);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const which of [...this.#held.keys()]) this.#drop(which);
    for (const { data } of this.coded.samples) data.fill(0);
  }
}

/** In order of showing. */
async function decoded(config: VideoDecoderConfig, samples: readonly Sample[]): Promise<readonly ImageBitmap[]> {
  const found: { at: number; picture: Promise<ImageBitmap> }[] = [];
  let wrong: Error | null = null;
  const decoder = new VideoDecoder({
    output: (frame) => found.push({ at: frame.timestamp, picture: createImageBitmap(frame).finally(() => frame.close()) }),
    error: (error) => (wrong = error),
  });
  try {
    decoder.configure({ ...config, optimizeForLatency: false });
    for (const { key, at, data } of samples) decoder.decode(new EncodedVideoChunk({ type: key ? "key" : "delta", timestamp: at, data }));
    await decoder.flush();
  } catch (error) {
    throw new SealError("encoding", `a frame can't be decoded: ${String(wrong ?? error)}`);
  } finally {
    if (decoder.state !== "closed") decoder.close();
  }
  return Promise.all(found.sort((a, b) => a.at - b.at).map(({ picture }) => picture));
}
