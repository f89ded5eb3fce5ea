// SPDX-License-Identifier: EUPL-1.2
// A photo or signature of this device: made small, without what a camera writes into it (place, time, device), and sealed to the firm that
// offered the job, before it is kept or sent: to a key of it that the person compared (./trust).
import { type Bytes, base64url, fromBase64url, fromUuid, random, uuid } from "../../../seal/bytes";
import { DOCUMENT, sealFile } from "../../../seal/sealedfile";
import { type Compared, sealTo } from "./trust";
import type { Paper, Sheet } from "./types";

const LONGEST = 1600;
const LARGEST = 480_000;

async function small(file: Blob): Promise<Bytes> {
  const picture = await createImageBitmap(file);
  for (let longest = LONGEST; longest >= 400; longest = Math.round(longest * 0.75)) {
    const scale = Math.min(1, longest / Math.max(picture.width, picture.height));
    const canvas = new OffscreenCanvas(Math.max(1, Math.round(picture.width * scale)), Math.max(1, Math.round(picture.height * scale)));
    canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
    const made = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.8 });
    if (made.size <= LARGEST) return new Uint8Array(await made.arrayBuffer());
  }
  throw new Error("too large");
}

export const photo = async (sheet: Sheet, file: Blob, compared: readonly Compared[], nowMs: number): Promise<Paper> => paper(sheet, "photo", "image/jpeg", await small(file), compared, nowMs);

export async function signature(sheet: Sheet, canvas: HTMLCanvasElement, compared: readonly Compared[], nowMs: number): Promise<Paper> {
  const made = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (made === null) throw new Error("no picture");
  return paper(sheet, "signature", "image/png", new Uint8Array(await made.arrayBuffer()), compared, nowMs);
}

async function paper(sheet: Sheet, kind: Paper["kind"], mediaType: "image/jpeg" | "image/png", content: Bytes, compared: readonly Compared[], nowMs: number): Promise<Paper> {
  const to = sealTo(sheet, compared);
  const document = random(16);
  document[6] = ((document[6] ?? 0) & 0x0f) | 0x40;
  document[8] = ((document[8] ?? 0) & 0x3f) | 0x80;
  const { object, ciphertext } = await sealFile(
    DOCUMENT,
    { file: document, about: fromUuid(sheet.step_id), recipient: fromUuid(sheet.tenant_id), suite: to.suite, recipientPublic: fromBase64url(to.open_pk), madeMs: nowMs, mediaType },
    content,
  );
  return { type: "document", id: uuid(document), sheet: sheet.id, kind, at_ms: nowMs, object: base64url(object), ciphertext: base64url(ciphertext) };
}
