// SPDX-License-Identifier: EUPL-1.2
// A file whose key is sealed to a party: encrypted once under a key drawn for it; that key is sealed to each party that may open it, bound
// to all that is said of the file and to the ciphertext's hash. Three kinds of the same fields, and of names of their own:
//  - a document: a photo or a signature that a partner made for a tenant, in his browser. Not signed: the server, and his own phone
//    while it waits, hold what they can't read.
//  - a mail picture: one that reached the server readable and was sealed on arrival, a weaker class than what a unit seals. Signed by
//    the log's key.
//  - a guard's picture: a still of an alarm, sealed in the operator's browser to the key that the guard's phone made. Not signed: the
//    phone pins nobody's key; whether the key is its own, the guard's voice tells.
import { sha256 } from "@noble/hashes/sha2.js";
import { type Bytes, concat, equal, random, sized, utf8, wipe } from "./bytes";
import { decryptChunked, encryptChunked } from "./chunked";
import { encode } from "./encoding";
import { type Verified, signedBytes, verifyObject } from "./envelope";
import { must } from "./errors";
import { type Field, type Kind, type TypeOf, hash, id, kind, ms, oneOf, record, sealedBytes, suiteNumber, uint, version } from "./schema";
import { openingFingerprint, type OpeningKey, seal, suiteOf } from "./suite";

const shape = (largest: number, mediaType: Field<string>) => ({
  version, suite: suiteNumber, file: id, about: id, recipient: id, recipientKey: hash, madeMs: ms, mediaType, size: uint(largest, 1), ciphertext: hash,
});

function sealedFile(object: string, largest: number, ...types: readonly string[]) {
  const of = shape(largest, oneOf(...types));
  const header = record(of);
  const fields = record({ ...of, sealed: sealedBytes });
  const whole = kind(object, fields, ({ suite, sealed }: TypeOf<typeof fields>) => {
    must(sealed.length === (suite === 1 ? 32 : 1120) + 32 + 16, "field", "a sealed key of another length");
  });
  return { ...whole, header };
}

export type SealedFile = TypeOf<ReturnType<typeof sealedFile>["header"]> & { readonly sealed: Bytes };
export type FileKind = Kind<SealedFile> & { readonly header: ReturnType<typeof sealedFile>["header"] };

export const DOCUMENT: FileKind = sealedFile("document", 1 << 20, "image/jpeg", "image/png");
/** A still of an alarm that an operator sealed to the key of a guard's phone. `about`: the camera; `recipient`: the errand. */
export const GUARD_PICTURE: FileKind = sealedFile("guardpicture", 1 << 19, "image/jpeg");
export const MAIL_PICTURE: FileKind = sealedFile("mailpicture", 16 << 20, "image/jpeg", "image/png", "image/webp", "image/gif", "image/bmp");

const context = (of: FileKind, file: Uint8Array): Bytes => concat(utf8(`zegel/${of.object}/v1\0`), file);
const bound = (of: FileKind, said: TypeOf<FileKind["header"]>): Bytes => signedBytes(of.object, encode(of.header.write(said)));

export interface NewFile {
  readonly file: Bytes;
  readonly about: Bytes;
  readonly recipient: Bytes;
  readonly suite: number;
  readonly recipientPublic: Bytes;
  readonly madeMs: number;
  readonly mediaType: string;
}

/** The object and the ciphertext, for the one who holds the other half of `recipientPublic`. */
export async function sealFile(of: FileKind, made: NewFile, content: Bytes): Promise<{ readonly object: Bytes; readonly ciphertext: Bytes }> {
  const suite = suiteOf(made.suite);
  const key = random(32);
  try {
    const ciphertext = await encryptChunked(key, context(of, made.file), content);
    const { file, about, recipient, madeMs, mediaType } = made;
    const said = { version: 1 as const, suite, file, about, recipient, recipientKey: openingFingerprint(suite, made.recipientPublic), madeMs, mediaType, size: content.length, ciphertext: sha256(ciphertext) as Bytes };
    return { object: of.encode({ ...said, sealed: await seal(suite, made.recipientPublic, bound(of, said), key) }), ciphertext };
  } finally {
    wipe(key);
  }
}

/** The file's bytes, if `recipient` is the key that it was sealed to and `ciphertext` what the object names. */
export async function openFile(of: FileKind, found: SealedFile, recipient: OpeningKey, ciphertext: Uint8Array): Promise<Bytes> {
  must(found.suite === recipient.suite, "suite", `this ${of.object} is of another suite`);
  must(equal(found.recipientKey, recipient.fingerprint), "open", `the ${of.object} is sealed to another key`);
  must(equal(sha256(ciphertext), found.ciphertext), "open", "the ciphertext is not the one that is named");
  const key = sized(await recipient.open(found.sealed, bound(of, found)), 32, "a file's key");
  try {
    const content = await decryptChunked(key, context(of, found.file), ciphertext);
    must(content.length === found.size, "open", `the ${of.object} is longer or shorter than was said`);
    return content;
  } finally {
    wipe(key);
  }
}

export function verifyMailPicture(envelope: Uint8Array, log: Uint8Array): Verified<SealedFile> {
  return verifyObject(MAIL_PICTURE, envelope, log);
}
