// SPDX-License-Identifier: EUPL-1.2
// Deterministic CBOR (RFC 8949, section 4.2.1), and of it only what signed objects need: unsigned integers below 2^53,
// byte strings, NFC text, arrays, booleans and null; definite lengths in the shortest form. Everything else is refused.
// Signatures cover bytes, so there must be exactly one encoding for a value and one value for an encoding.
import { type Bytes, concat, equal, fromUtf8, utf8 } from "./bytes";
import { SealError, must } from "./errors";

export type Value = number | string | boolean | null | Uint8Array | readonly Value[];

export const MAX_DEPTH = 16;
export const MAX_SIZE = 1 << 20;

const UINT = 0;
const BYTES = 2;
const TEXT = 3;
const ARRAY = 4;
const FALSE = 0xf4;
const TRUE = 0xf5;
const NULL = 0xf6;

/** Canonical bytes of a value; `encoding` for a type, number, depth or size outside the profile. */
export function encode(value: Value, maxSize = MAX_SIZE): Bytes {
  const parts: Uint8Array[] = [];
  write(value, parts, 0);
  const bytes = concat(...parts);
  must(bytes.length <= maxSize, "length", `an object may have ${maxSize} bytes, this has ${bytes.length}`);
  return bytes;
}

function write(value: Value, out: Uint8Array[], depth: number): void {
  if (value === null) return void out.push(Uint8Array.of(NULL));
  if (typeof value === "boolean") return void out.push(Uint8Array.of(value ? TRUE : FALSE));
  if (typeof value === "number") return void out.push(head(UINT, checkedUint(value)));
  if (typeof value === "string") {
    const text = checkedText(value);
    return void out.push(head(TEXT, text.length), text);
  }
  if (value instanceof Uint8Array) return void out.push(head(BYTES, value.length), value);
  must(Array.isArray(value), "encoding", `a value of type ${typeof value} cannot be encoded`);
  must(depth < MAX_DEPTH, "encoding", `nested deeper than ${MAX_DEPTH} levels`);
  out.push(head(ARRAY, value.length));
  for (const item of value as readonly Value[]) write(item, out, depth + 1);
}

function checkedUint(value: number): number {
  must(Number.isSafeInteger(value) && value >= 0 && !Object.is(value, -0), "encoding", `${value} is not an unsigned integer below 2^53`);
  return value;
}

function checkedText(text: string): Bytes {
  must(!/\p{Surrogate}/u.test(text), "encoding", "text with half a surrogate pair");
  must(text.normalize("NFC") === text, "encoding", "text is not in Unicode's normal form C");
  return utf8(text);
}

function head(major: number, value: number): Bytes {
  const type = major << 5;
  if (value < 24) return Uint8Array.of(type | value);
  if (value < 0x100) return Uint8Array.of(type | 24, value);
  if (value < 0x10000) return Uint8Array.of(type | 25, value >> 8, value & 255);
  const long = value >= 2 ** 32;
  const bytes = new Uint8Array(long ? 9 : 5);
  bytes[0] = type | (long ? 27 : 26);
  const view = new DataView(bytes.buffer);
  if (long) view.setBigUint64(1, BigInt(value));
  else view.setUint32(1, value);
  return bytes;
}

/** The value of canonical bytes; `encoding` or `length` for any other bytes, trailing ones too. */
export function decode(bytes: Uint8Array, maxSize = MAX_SIZE): Value {
  must(bytes.length <= maxSize, "length", `an object may have ${maxSize} bytes, this has ${bytes.length}`);
  const reader = new Reader(bytes);
  const value = reader.value(0);
  must(reader.at === bytes.length, "encoding", `${bytes.length - reader.at} bytes after the end`);
  // The reader refuses every other form already; comparing costs little and is easier to believe.
  must(equal(encode(value, maxSize), bytes), "encoding", "not the canonical encoding");
  return value;
}

class Reader {
  at = 0;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  value(depth: number): Value {
    const first = this.#take(1)[0]!;
    if (first === NULL) return null;
    if (first === FALSE || first === TRUE) return first === TRUE;
    const major = first >> 5;
    must(major === UINT || major === BYTES || major === TEXT || major === ARRAY, "encoding", `CBOR type 0x${first.toString(16)} is not allowed`);
    const count = this.#count(first & 31);
    if (major === UINT) return count;
    if (major === BYTES) return new Uint8Array(this.#take(count));
    if (major === TEXT) return this.#text(count);
    must(depth < MAX_DEPTH, "encoding", `nested deeper than ${MAX_DEPTH} levels`);
    must(count <= this.#bytes.length - this.at, "encoding", "an array longer than the bytes that follow");
    return Array.from({ length: count }, () => this.value(depth + 1));
  }

  #text(size: number): string {
    const text = fromUtf8(this.#take(size));
    checkedText(text);
    return text;
  }

  #count(info: number): number {
    if (info < 24) return info;
    if (info === 24) return shortest(this.#take(1)[0]!, 24);
    const at = this.at;
    if (info === 25) return this.#take(2), shortest(this.#view.getUint16(at), 0x100);
    if (info === 26) return this.#take(4), shortest(this.#view.getUint32(at), 0x10000);
    must(info === 27, "encoding", "indefinite lengths are not allowed");
    this.#take(8);
    const value = this.#view.getBigUint64(at);
    must(value <= BigInt(Number.MAX_SAFE_INTEGER), "encoding", "an integer of 2^53 or more");
    return shortest(Number(value), 2 ** 32);
  }

  #take(size: number): Uint8Array {
    if (size > this.#bytes.length - this.at) throw new SealError("encoding", "bytes end in the middle of a value");
    this.at += size;
    return this.#bytes.subarray(this.at - size, this.at);
  }
}

function shortest(value: number, least: number): number {
  must(value >= least, "encoding", "a number in a longer form than needed");
  return value;
}
