// SPDX-License-Identifier: EUPL-1.2
// A sealed piece of media: a fixed header in clear, then the chunked ciphertext. The header is the key derivation's context
// twice over (K_seg and Cobblestone), so no header can be put on another segment's ciphertext.
import { type Bytes, concat, copy, fromUtf8, sized, utf8, wipe } from "./bytes";
import { decryptChunked, encryptChunked, plainSize } from "./chunked";
import { must } from "./errors";
import { hkdfExpand } from "./kdf";
import { type Suite, suiteOf } from "./suite";
import { checkedSlot } from "./tree";

export const HEADER_SIZE = 67;
export const MAX_PLAINTEXT = 16 << 20;

export const Track = { surveillance: 1, overview: 2, picture: 3, live: 4 } as const;
export type TrackNumber = (typeof Track)[keyof typeof Track];
export type Codec = "avc1" | "hvc1" | "mjpg" | "none";
const CODECS: readonly string[] = ["avc1", "hvc1", "mjpg", "none"];
const MAGIC = "ZSEG";

export interface SegmentHeader {
  readonly suite: Suite;
  readonly randomAccess: boolean;
  readonly reencoded: boolean;
  readonly camera: Bytes;
  readonly epoch: Bytes;
  readonly track: TrackNumber;
  readonly slot: number;
  readonly seq: number;
  readonly wallMs: number;
  readonly durationMs: number;
  readonly codec: Codec;
  readonly plaintextSize: number;
}

function u32(value: number, what: string): number {
  must(Number.isInteger(value) && value >= 0 && value < 2 ** 32, "field", `${what} ${value} does not fit 32 bits`);
  return value;
}

export function encodeHeader(header: SegmentHeader): Bytes {
  const bytes = new Uint8Array(HEADER_SIZE);
  const view = new DataView(bytes.buffer);
  bytes.set(utf8(MAGIC));
  bytes.set([1, suiteOf(header.suite)], 4);
  view.setUint16(6, (header.randomAccess ? 1 : 0) | (header.reencoded ? 2 : 0));
  bytes.set(sized(header.camera, 16, "a camera's identifier"), 8);
  bytes.set(sized(header.epoch, 16, "an epoch's identifier"), 24);
  must([1, 2, 3, 4].includes(header.track), "field", `track ${header.track} is unknown`);
  bytes[40] = header.track;
  view.setUint16(41, checkedSlot(header.slot));
  view.setUint32(43, u32(header.seq, "sequence"));
  must(Number.isSafeInteger(header.wallMs) && header.wallMs >= 0, "field", "wall time is not milliseconds");
  view.setBigUint64(47, BigInt(header.wallMs));
  view.setUint32(55, u32(header.durationMs, "duration"));
  must(CODECS.includes(header.codec), "field", `codec ${header.codec} is unknown`);
  bytes.set(utf8(header.codec), 59);
  must(header.plaintextSize <= MAX_PLAINTEXT, "length", "a segment holds at most 16 MiB");
  view.setUint32(63, u32(header.plaintextSize, "plaintext size"));
  return bytes;
}

export function decodeHeader(bytes: Uint8Array): SegmentHeader {
  must(bytes.length >= HEADER_SIZE, "length", "too short for a segment's header");
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER_SIZE);
  must(fromUtf8Safe(bytes.subarray(0, 4)) === MAGIC && bytes[4] === 1, "encoding", "not a segment of version 1");
  const flags = view.getUint16(6);
  must(flags < 4, "encoding", "unknown flags");
  const track = bytes[40]!;
  must(track >= 1 && track <= 4, "field", `track ${track} is unknown`);
  const codec = fromUtf8Safe(bytes.subarray(59, 63));
  must(CODECS.includes(codec), "field", "the codec is unknown");
  const wall = view.getBigUint64(47);
  must(wall <= BigInt(Number.MAX_SAFE_INTEGER), "field", "wall time is out of bounds");
  const plaintextSize = view.getUint32(63);
  must(plaintextSize <= MAX_PLAINTEXT, "length", "a segment holds at most 16 MiB");
  return {
    suite: suiteOf(bytes[5]!),
    randomAccess: (flags & 1) !== 0,
    reencoded: (flags & 2) !== 0,
    camera: copy(bytes.subarray(8, 24)),
    epoch: copy(bytes.subarray(24, 40)),
    track: track as TrackNumber,
    slot: checkedSlot(view.getUint16(41)),
    seq: view.getUint32(43),
    wallMs: Number(wall),
    durationMs: view.getUint32(55),
    codec: codec as Codec,
    plaintextSize,
  };
}

function fromUtf8Safe(bytes: Uint8Array): string {
  return bytes.every((byte) => byte < 0x80) ? fromUtf8(bytes) : "";
}

/** HKDF-Expand-SHA256(leaf, "zegel/seg/v1" ‖ header, 32). */
export function segmentKey(leaf: Uint8Array, header: Uint8Array): Bytes {
  sized(leaf, 32, "a leaf");
  sized(header, HEADER_SIZE, "a segment's header");
  return hkdfExpand("sha256", leaf, concat(utf8("zegel/seg/v1"), header), 32);
}

export async function sealSegment(leaf: Uint8Array, header: SegmentHeader, plaintext: Uint8Array, salt?: Uint8Array): Promise<Bytes> {
  must(header.plaintextSize === plaintext.length, "length", "the header names another length");
  const head = encodeHeader(header);
  const key = segmentKey(leaf, head);
  try {
    return concat(head, await encryptChunked(key, head, plaintext, salt));
  } finally {
    wipe(key);
  }
}

/** Header and plaintext; `open` when the leaf is another's or a byte was changed. The caller compares the header's places. */
export async function openSegment(leaf: Uint8Array, segment: Uint8Array): Promise<{ readonly header: SegmentHeader; readonly plaintext: Bytes }> {
  const header = decodeHeader(segment);
  const head = segment.subarray(0, HEADER_SIZE);
  const body = segment.subarray(HEADER_SIZE);
  must(plainSize(body.length) === header.plaintextSize, "length", "the segment is cut off or too long");
  const key = segmentKey(leaf, head);
  try {
    return { header, plaintext: await decryptChunked(key, head, body) };
  } finally {
    wipe(key);
  }
}
