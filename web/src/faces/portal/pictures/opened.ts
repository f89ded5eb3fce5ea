// SPDX-License-Identifier: EUPL-1.2
// Pictures that the owner took: opened here with his own key, through the door, so each opening is in the log. They stay in memory only.
import type { Session } from "../../../client/session";
import { openView } from "../../../client/view";
import { wipe } from "../../../seal/bytes";
import { drawn } from "../../../records/drawn";

export interface Taken {
  /** The picture's own key tree, and its number. */
  readonly epoch: string;
  readonly camera_id: string;
  readonly at_ms: number;
  readonly size: number;
}

const TRACK = 3;
/** As many as one lease covers. */
export const TOGETHER = 60;

/** Opens some of one camera's pictures, at most 60, in one look. Calls for each as it comes; ends when all came or none will. */
export async function openPictures(session: Session, cameraId: string, epochs: readonly string[], got: (epoch: string, picture: ImageBitmap) => void): Promise<void> {
  const ranges = epochs.map((epoch) => ({ epoch, from: 0, to: 1 }));
  const view = await openView(session, { cameraId, track: TRACK, purpose: "own_use", ranges });
  await new Promise<void>((resolve, reject) => {
    let drawing: Promise<unknown> = Promise.resolve();
    view.onSegment(({ header, plaintext, epochStartMs }) => {
      const epoch = epochs.find((id) => id.replaceAll("-", "") === hexOf(header.epoch));
      drawing = drawing
        .then(() => drawn(plaintext, header.codec, epochStartMs))
        .then((picture) => void (picture !== null && epoch !== undefined && got(epoch, picture)), () => undefined)
        .finally(() => wipe(plaintext));
    });
    view.onChange(({ phase, reason, detail }) => {
      if (phase === "complete") void drawing.then(() => view.end()).then(() => resolve());
      else if (phase === "stopped" && reason !== "ended") reject(new Error(detail ?? reason ?? "stopped"));
    });
  });
}

const hexOf = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
