// SPDX-License-Identifier: EUPL-1.2
// C2SP signed notes (Ed25519) and cosignature/v1: text, a blank line, signature lines. Source: c2sp.org/signed-note,
// c2sp.org/tlog-cosignature. Signatures of keys that are not known are ignored, as the rule says.
import { sha256 } from "@noble/hashes/sha2.js";
import { type Bytes, base64, concat, copy, equal, fromBase64, hex, utf8 } from "./bytes";
import { must } from "./errors";
import { verifySignature } from "./suite";

export const Algorithm = { ed25519: 1, cosignature: 4 } as const;
const MAX_NOTE = 1 << 16;
const MAX_SIGNATURES = 32;

export interface VerifierKey {
  readonly name: string;
  readonly id: Bytes;
  readonly algorithm: number;
  readonly key: Bytes;
}

function keyId(name: string, material: Uint8Array): Bytes {
  return copy(sha256(concat(utf8(`${name}\n`), material)).subarray(0, 4));
}

/** `<name>+<hex of the key id>+<base64 of algorithm ‖ key>` */
export function parseVerifierKey(vkey: string): VerifierKey {
  const parts = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/u.exec(vkey);
  must(parts !== null, "proof", "not a verifier key (name+id+key)");
  const [name, id, material] = [parts[1]!, parts[2]!, fromBase64(parts[3]!)];
  const known = material.length === 33 && (material[0] === Algorithm.ed25519 || material[0] === Algorithm.cosignature);
  must(known, "proof", "a verifier key of an unknown algorithm");
  must(hex(keyId(name, material)) === id, "proof", "the verifier key does not match its identifier");
  return { name, id: keyId(name, material), algorithm: material[0]!, key: material.slice(1) };
}

export function formatVerifierKey(name: string, key: Uint8Array, algorithm: number = Algorithm.ed25519): string {
  const material = concat(Uint8Array.of(algorithm), key);
  return `${name}+${hex(keyId(name, material))}+${base64(material)}`;
}

export interface Note {
  /** Signed text with its final newline. */
  readonly text: string;
  readonly signatures: readonly { readonly name: string; readonly id: Bytes; readonly signature: Bytes }[];
}

export function parseNote(note: string): Note {
  must(note.length <= MAX_NOTE, "proof", "the note is too long");
  must(!/[\u0000-\u0009\u000b-\u001f]|\p{Surrogate}/u.test(note), "proof", "a note may not hold control characters");
  const at = note.lastIndexOf("\n\n");
  must(at > 0 && note.endsWith("\n"), "proof", "a note ends with a blank line and its signatures");
  const lines = note.slice(at + 2, -1).split("\n");
  must(lines.length <= MAX_SIGNATURES, "proof", "the note has too many signatures");
  return { text: note.slice(0, at + 1), signatures: lines.map(parseSignature) };
}

function parseSignature(line: string): Note["signatures"][number] {
  const parts = /^— ([^\s+]+) ([A-Za-z0-9+/]+=*)$/u.exec(line);
  must(parts !== null, "proof", "not a note's signature line");
  const bytes = fromBase64(parts[2]!);
  must(bytes.length > 4, "proof", "a note's signature is too short");
  return { name: parts[1]!, id: bytes.slice(0, 4), signature: bytes.slice(4) };
}

function signatureOf(note: Note, key: VerifierKey): Bytes | null {
  return note.signatures.find(({ name, id }) => name === key.name && equal(id, key.id))?.signature ?? null;
}

/** The note, if this key signed it. A known key's wrong signature refuses the note. */
export function openNote(text: string, key: VerifierKey): Note {
  const note = parseNote(text);
  must(key.algorithm === Algorithm.ed25519, "proof", "this key does not sign notes");
  const signature = signatureOf(note, key);
  must(signature !== null, "proof", `the note is not signed by ${key.name}`);
  must(verifySignature(key.key, utf8(note.text), signature), "proof", `the signature of ${key.name} does not hold`);
  return note;
}

/** Seconds since the epoch at which a witness saw this checkpoint, or null when it did not sign; `proof` when it did wrongly. */
export function cosignedAt(note: Note, witness: VerifierKey): number | null {
  must(witness.algorithm === Algorithm.cosignature, "proof", "this key does not cosign");
  const signature = signatureOf(note, witness);
  if (signature === null) return null;
  must(signature.length === 72, "proof", "a cosignature has 72 bytes");
  const seconds = new DataView(signature.buffer, signature.byteOffset).getBigUint64(0);
  const message = utf8(`cosignature/v1\ntime ${seconds}\n${note.text}`);
  must(seconds < 2n ** 53n && verifySignature(witness.key, message, signature.subarray(8)), "proof", `the cosignature of ${witness.name} does not hold`);
  return Number(seconds);
}
