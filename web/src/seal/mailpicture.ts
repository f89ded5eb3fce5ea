// SPDX-License-Identifier: EUPL-1.2
// A picture that reached the server readable, in a mail, and was sealed on arrival: a weaker class than what a unit seals.
// Encrypted once; its key is sealed to each party that may open it, bound to the picture's hash; signed by the log's key.
import { sha256 } from "@noble/hashes/sha2.js";
import { type Bytes, concat, equal, sized, utf8 } from "./bytes";
import { decryptChunked } from "./chunked";
import { encode } from "./encoding";
import { type Verified, signedBytes, verifyObject } from "./envelope";
import { must } from "./errors";
import { type TypeOf, hash, id, kind, ms, oneOf, record, sealedBytes, suiteNumber, uint, version } from "./schema";
import type { OpeningKey } from "./suite";

export const MEDIA_TYPES = ["image/jpeg", "image/png", "image/webp", "image/gif", "image/bmp"] as const;
const MAX_PICTURE = 16 << 20;
const SHAPE = {
  version, suite: suiteNumber, picture: id, camera: id, recipient: id, recipientKey: hash, receivedMs: ms,
  mediaType: oneOf(...MEDIA_TYPES), size: uint(MAX_PICTURE, 1), ciphertext: hash,
};
const HEADER = record(SHAPE);
const FIELDS = record({ ...SHAPE, sealed: sealedBytes });

export type MailPicture = TypeOf<typeof FIELDS>;
export const MAIL_PICTURE = kind("mailpicture", FIELDS, ({ suite, sealed }: MailPicture) => {
  must(sealed.length === (suite === 1 ? 32 : 1120) + 32 + 16, "field", "a sealed key of another length");
});

export function verifyMailPicture(envelope: Uint8Array, log: Uint8Array): Verified<MailPicture> {
  return verifyObject(MAIL_PICTURE, envelope, log);
}

/** The picture's bytes, if `recipient` is the key that it was sealed to and `ciphertext` what the object names. */
export async function openMailPicture(found: MailPicture, recipient: OpeningKey, ciphertext: Uint8Array): Promise<Bytes> {
  must(found.suite === recipient.suite, "suite", "this picture is of another suite");
  must(equal(found.recipientKey, recipient.fingerprint), "open", "the picture is sealed to another key");
  must(equal(sha256(ciphertext), found.ciphertext), "open", "the ciphertext is not the one that is named");
  const key = sized(await recipient.open(found.sealed, signedBytes("mailpicture", encode(HEADER.write(found)))), 32, "a picture's key");
  const picture = await decryptChunked(key, concat(utf8("zegel/mailpicture/v1\0"), found.picture), ciphertext);
  must(picture.length === found.size, "open", "the picture is longer or shorter than was signed");
  return picture;
}
