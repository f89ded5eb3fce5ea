// SPDX-License-Identifier: EUPL-1.2
// A film that lies on the server behind a link, in pieces that only the link's own key opens. The key is drawn for one film and stands
// behind the # of the link: no browser sends that to a server. AES-256-GCM, a piece each: its nonce is its number, and bound in are the
// film, how many pieces there are, and so which one is the last.
import { type Bytes, base64url, copy, fromBase64url, random, utf8 } from "../seal/bytes";
import { SealError, must } from "../seal/errors";

export const PIECE = 768 << 10;
const TAG = 16;

export interface HandedKey {
  readonly key: CryptoKey;
  /** What stands behind the #. */
  readonly fragment: string;
}

export async function newKey(): Promise<HandedKey> {
  const raw = random(32);
  return { key: await keyOf(raw), fragment: base64url(raw) };
}

/** Rejects with SealError when the link lost its end. */
export async function keyOfFragment(fragment: string): Promise<CryptoKey> {
  let raw: Bytes;
  try {
    raw = fromBase64url(fragment);
  } catch {
    throw new SealError("encoding", "the link has no key in it");
  }
  must(raw.length === 32, "length", "the link has no key in it");
  return keyOf(raw);
}

export const piecesOf = (size: number): number => Math.max(1, Math.ceil(size / PIECE));

export async function sealPiece(key: CryptoKey, film: string, number: number, of: number, plain: Uint8Array): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.encrypt(said(film, number, of), key, copy(plain)));
}

/** Rejects with SealError when it is not that piece of that film. */
export async function openPiece(key: CryptoKey, film: string, number: number, of: number, sealed: Uint8Array): Promise<Bytes> {
  must(sealed.length >= TAG, "length", "a piece of the film is cut off");
  try {
    return new Uint8Array(await crypto.subtle.decrypt(said(film, number, of), key, copy(sealed)));
  } catch {
    throw new SealError("open", "the link's key does not open this film, or the film was changed");
  }
}

function said(film: string, number: number, of: number): AesGcmParams {
  const iv = new Uint8Array(12);
  new DataView(iv.buffer).setUint32(8, number);
  return { name: "AES-GCM", iv, additionalData: copy(utf8(`zegel/handed-film/v1\n${film}\n${number}/${of}`)) };
}

const keyOf = (raw: Bytes): Promise<CryptoKey> => crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
