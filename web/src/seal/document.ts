// SPDX-License-Identifier: EUPL-1.2
// A photo or a signature that a partner made for a tenant: encrypted once in his browser, its key sealed to the tenant's opening key
// and bound to all that is said of it. The server, and his own phone while it waits, hold what they can't read.
import { sha256 } from "@noble/hashes/sha2.js";
import { type Bytes, concat, equal, random, sized, utf8, wipe } from "./bytes";
import { decryptChunked, encryptChunked } from "./chunked";
import { encode } from "./encoding";
import { signedBytes } from "./envelope";
import { must } from "./errors";
import { type TypeOf, hash, id, kind, ms, oneOf, record, sealedBytes, suiteNumber, uint, version } from "./schema";
import { openingFingerprint, type OpeningKey, seal, suiteOf } from "./suite";

export const DOCUMENT_TYPES = ["image/jpeg", "image/png"] as const;
const MAX_DOCUMENT = 1 << 20;
const SHAPE = {
  version, suite: suiteNumber, document: id, about: id, recipient: id, recipientKey: hash, madeMs: ms, mediaType: oneOf(...DOCUMENT_TYPES), size: uint(MAX_DOCUMENT, 1), ciphertext: hash,
};
const HEADER = record(SHAPE);
const FIELDS = record({ ...SHAPE, sealed: sealedBytes });

export type SealedDocument = TypeOf<typeof FIELDS>;
export const DOCUMENT = kind("document", FIELDS, ({ suite, sealed }: SealedDocument) => {
  must(sealed.length === (suite === 1 ? 32 : 1120) + 32 + 16, "field", "a sealed key of another length");
});

const context = (document: Uint8Array): Bytes => concat(utf8("zegel/document/v1\0"), document);

export interface NewDocument {
  readonly document: Bytes;
  readonly about: Bytes;
  readonly recipient: Bytes;
  readonly suite: number;
  readonly recipientPublic: Bytes;
  readonly madeMs: number;
  readonly mediaType: (typeof DOCUMENT_TYPES)[number];
}

/** The object and the ciphertext, for the one who holds the other half of `recipientPublic`. */
export async function sealDocument(made: NewDocument, content: Bytes): Promise<{ readonly object: Bytes; readonly ciphertext: Bytes }> {
  const suite = suiteOf(made.suite);
  const key = random(32);
  try {
    const ciphertext = await encryptChunked(key, context(made.document), content);
    const header = {
      version: 1 as const, suite, document: made.document, about: made.about, recipient: made.recipient, recipientKey: openingFingerprint(suite, made.recipientPublic), madeMs: made.madeMs, mediaType: made.mediaType, size: content.length, ciphertext: sha256(ciphertext) as Bytes,
    };
    const sealed = await seal(suite, made.recipientPublic, signedBytes("document", encode(HEADER.write(header))), key);
    return { object: encode(FIELDS.write({ ...header, sealed })), ciphertext };
  } finally {
    wipe(key);
  }
}

/** The document's bytes, if `recipient` is the key that it was sealed to and `ciphertext` what the object names. */
export async function openDocument(found: SealedDocument, recipient: OpeningKey, ciphertext: Uint8Array): Promise<Bytes> {
  must(found.suite === recipient.suite, "suite", "this document is of another suite");
  must(equal(found.recipientKey, recipient.fingerprint), "open", "the document is sealed to another key");
  must(equal(sha256(ciphertext), found.ciphertext), "open", "the ciphertext is not the one that is named");
  const { sealed, ...header } = found;
  const key = sized(await recipient.open(sealed, signedBytes("document", encode(HEADER.write(header)))), 32, "a document's key");
  const content = await decryptChunked(key, context(found.document), ciphertext);
  must(content.length === found.size, "open", "the document is longer or shorter than was said");
  return content;
}
