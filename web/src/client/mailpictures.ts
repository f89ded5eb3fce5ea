// SPDX-License-Identifier: EUPL-1.2
// Pictures that came by mail: a weaker class. The server saw them before it sealed them, so its log's key is taken as it
// names it; what is checked is that the picture is the one that was stored, that it is sealed to this party, and that the
// look is in the log within two seconds.
import { type Bytes, equal, fromBase64url } from "../seal/bytes";
import { SealError, must } from "../seal/errors";
import { type VerifierKey, parseVerifierKey } from "../seal/note";
import { MAIL_PICTURE, type SealedFile, openFile, verifyMailPicture } from "../seal/sealedfile";
import { ApiError } from "./errors";
import type { Session } from "./session";

export interface PictureInfo {
  readonly id: string;
  readonly camera_id: string;
  readonly alarm_id: string | null;
  readonly at_ms: number;
  readonly size: number;
  readonly media_type: string;
  readonly protection: "seen_by_server";
}

/** `proved`: settles when the look's receipt was verified; rejects when there is none, and then the picture must go. */
export interface OpenedPicture {
  readonly picture: Bytes;
  readonly mediaType: string;
  readonly atMs: number;
  readonly index: number;
  readonly proved: Promise<void>;
}

export async function picturesOfAlarm(session: Session, alarmId: string): Promise<readonly PictureInfo[]> {
  return (await session.api.get<{ pictures: readonly PictureInfo[] }>(`/alarms/${alarmId}/mail-pictures`)).pictures;
}

export async function picturesOfCamera(session: Session, cameraId: string): Promise<readonly PictureInfo[]> {
  return (await session.api.get<{ pictures: readonly PictureInfo[] }>(`/mail-cameras/${cameraId}/pictures`)).pictures;
}

export async function openPicture(session: Session, id: string, purpose: "own_use" | "alarm_verification", alarmId: string | null = null): Promise<OpenedPicture> {
  const sinceMs = performance.now();
  const log = parseVerifierKey((await session.api.text("/ledger/key")).trim());
  const response = await session.api.request("POST", `/api/v1/mail-pictures/${id}/open`, { purpose, alarm_id: alarmId });
  const { envelope, ciphertext } = split(new Uint8Array(await response.arrayBuffer()));
  const { value } = verifyMailPicture(envelope, log.key);
  const picture = await opened(session, value, ciphertext);
  const index = Number(response.headers.get("Zegel-Index"));
  return { picture, mediaType: value.mediaType, atMs: value.madeMs, index, proved: proved(session, response, index, log, sinceMs) };
}

function split(bytes: Uint8Array): { envelope: Uint8Array; ciphertext: Uint8Array } {
  must(bytes.length > 4, "length", "the answer is cut off");
  const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  must(4 + size < bytes.length, "length", "the answer is cut off");
  return { envelope: bytes.subarray(4, 4 + size), ciphertext: bytes.subarray(4 + size) };
}

/** With whichever of the party's keys it was sealed to: an older one still opens. */
async function opened(session: Session, found: SealedFile, ciphertext: Uint8Array): Promise<Bytes> {
  const keys = await session.tenantKeys("opening");
  const key = keys.find(({ fingerprint }) => equal(fingerprint, found.recipientKey));
  if (key === undefined) throw new SealError("open", "the picture is sealed to a key that you don't hold");
  return openFile(MAIL_PICTURE, found, key, ciphertext);
}

async function proved(session: Session, response: Response, index: number, log: VerifierKey, sinceMs: number): Promise<void> {
  const text = response.headers.get("Zegel-Promise");
  if (text === null || fromBase64url(text).length === 0) throw new ApiError(0, "no_promise", "the look was not promised a place in the log");
  const receipt = await session.ledger.fulfilled(session.ledger.promise(text, index, log), log, sinceMs);
  await session.ledger.observe(receipt.checkpoint, log);
}
