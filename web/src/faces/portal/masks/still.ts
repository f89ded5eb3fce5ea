// SPDX-License-Identifier: EUPL-1.2
// A picture to draw on: one taken now, sealed to the owner and opened here; else the newest that he recorded.
import { momentsOf } from "../../../client/recordings";
import type { Session } from "../../../client/session";
import { openView, type RangeText } from "../../../client/view";
import { drawn } from "../../../records/drawn";
import { type TrackNumber } from "../../../seal/segment";
import { wipe } from "../../../seal/bytes";

const DAY_MS = 86_400_000;
const OPEN_WITHIN_MS = 15_000;

export interface Still {
  readonly bitmap: ImageBitmap;
  readonly atMs: number;
  readonly taken: boolean;
}

/** A new picture of the camera. Rejects when the unit gives none. */
export async function taken(session: Session, cameraId: string): Promise<Still | null> {
  const { epoch } = await session.api.post<{ epoch: string }>(`/cameras/${cameraId}/picture`, {});
  const found = await opened(session, cameraId, 3, [{ epoch, from: 0, to: 1 }]);
  return found === null ? null : { ...found, taken: true };
}

/** The newest recorded second of the last days; null when there is none. */
export async function newest(session: Session, cameraId: string, nowMs: number): Promise<Still | null> {
  for (const days of [1, 14]) {
    const slots = await momentsOf(session, cameraId, nowMs - days * DAY_MS, nowMs, 60);
    const last = slots.at(-1);
    if (last === undefined) continue;
    const found = await opened(session, cameraId, 1, [last]);
    if (found !== null) return { ...found, taken: false };
  }
  return null;
}

async function opened(session: Session, cameraId: string, track: TrackNumber, ranges: readonly RangeText[]): Promise<Omit<Still, "taken"> | null> {
  const view = await openView(session, { cameraId, track, purpose: "own_use", ranges });
  try {
    return await new Promise((resolve, reject) => {
      let drawing: Promise<void> = Promise.resolve();
      let found: Omit<Still, "taken"> | null = null;
      view.onSegment(({ header, plaintext, epochStartMs }) => {
        drawing = drawing.then(async () => {
          const bitmap = found === null ? await drawn(plaintext, header.codec, epochStartMs) : null;
          if (bitmap !== null) found = { bitmap, atMs: epochStartMs + header.slot * 1000 };
        }).finally(() => wipe(plaintext));
      });
      view.onChange(({ phase, detail }) => {
        if (phase === "complete") drawing.then(() => resolve(found), reject);
        if (phase === "stopped") drawing.then(() => (found === null ? reject(new Error(detail ?? "the view ended")) : resolve(found)), reject);
      });
      setTimeout(() => resolve(found), OPEN_WITHIN_MS);
    });
  } finally {
    await view.end();
  }
}
