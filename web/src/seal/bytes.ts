// SPDX-License-Identifier: EUPL-1.2
// Bytes and their texts. Every decoder here is strict: one text for one value, nothing skipped.
import { SealError, must } from "./errors";

export type Bytes = Uint8Array<ArrayBuffer>;

export function concat(...parts: readonly Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** An own copy in its own buffer: what WebCrypto and transfer want. */
export function copy(bytes: Uint8Array): Bytes {
  return new Uint8Array(bytes);
}

/** Equality whose time depends on the length only. */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ b[i]!;
  return difference === 0;
}

/** Overwrites secrets. The engine may have copied them; what we hold is gone. */
export function wipe(...secrets: readonly (Uint8Array | null | undefined)[]): void {
  for (const secret of secrets) secret?.fill(0);
}

export function random(size: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(size));
}

/** A copy of exactly `size` bytes, else `length`. */
export function sized(bytes: Uint8Array, size: number, what: string): Bytes {
  must(bytes instanceof Uint8Array && bytes.length === size, "length", `${what} must be ${size} bytes, not ${bytes?.length}`);
  return bytes as Bytes;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export function utf8(text: string): Bytes {
  return encoder.encode(text) as Bytes;
}

export function fromUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new SealError("encoding", "text is not UTF-8");
  }
}

export function hex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}

export function fromHex(text: string): Bytes {
  must(/^([0-9a-f]{2})*$/.test(text), "encoding", "not lower-case hexadecimal");
  return Uint8Array.from({ length: text.length / 2 }, (_, i) => Number.parseInt(text.slice(2 * i, 2 * i + 2), 16));
}

/** RFC 4648 section 4, padded. */
export function base64(bytes: Uint8Array): string {
  let binary = "";
  for (let at = 0; at < bytes.length; at += 0x8000) binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(binary);
}

/** The inverse; refuses white space, missing padding and stray bits. */
export function fromBase64(text: string): Bytes {
  must(/^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.length % 4 === 0, "encoding", "not base64");
  let bytes: Bytes;
  try {
    bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  } catch {
    throw new SealError("encoding", "not base64");
  }
  must(base64(bytes) === text, "encoding", "base64 with stray bits");
  return bytes;
}

/** RFC 4648 section 5 without padding: how bytes travel in JSON. */
export function base64url(bytes: Uint8Array): string {
  return base64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

export function fromBase64url(text: string): Bytes {
  must(typeof text === "string" && /^[A-Za-z0-9_-]*$/.test(text), "encoding", "not base64url without padding");
  return fromBase64(text.replaceAll("-", "+").replaceAll("_", "/").padEnd(Math.ceil(text.length / 4) * 4, "="));
}

const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** RFC 4648 section 6 without padding. */
export function base32(bytes: Uint8Array): string {
  let text = "";
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    for (; bits >= 5; bits -= 5) text += BASE32[(held >> (bits - 5)) & 31];
    held &= (1 << bits) - 1;
  }
  return bits === 0 ? text : text + BASE32[(held << (5 - bits)) & 31];
}

/** The inverse; capital letters only, stray bits refused. */
export function fromBase32(text: string): Bytes {
  const bytes: number[] = [];
  let held = 0;
  let bits = 0;
  for (const char of text) {
    const digit = BASE32.indexOf(char);
    must(digit >= 0, "code", `"${char}" is not one of A–Z, 2–7`);
    held = (held << 5) | digit;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((held >> bits) & 255);
    held &= (1 << bits) - 1;
  }
  must(bits < 5 && held === 0, "code", "a character is missing or too many");
  return Uint8Array.from(bytes);
}

/** Canonical UUID text of 16 bytes, as the HTTP API writes identifiers. */
export function uuid(id: Uint8Array): string {
  const text = hex(sized(id, 16, "an identifier"));
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join("-");
}

export function fromUuid(text: string): Bytes {
  must(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text), "encoding", "not an identifier (UUID text expected)");
  return fromHex(text.replaceAll("-", ""));
}

/** A fresh random identifier: the 16 bytes of a version 4 UUID. */
export function newId(): Bytes {
  const id = random(16);
  id[6] = (id[6]! & 0x0f) | 0x40;
  id[8] = (id[8]! & 0x3f) | 0x80;
  return id;
}
