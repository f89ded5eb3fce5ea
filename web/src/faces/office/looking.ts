// SPDX-License-Identifier: EUPL-1.2
// A technician's look: live, by the grant that the owner sealed, with his own name over the picture. No recording, no still, no
// download; it ends with the grant, and the keys with it.
import { openGranted } from "../../client/grants";
import { LiveView, type LiveKeys, type LiveNow } from "../../client/live";
import type { Session } from "../../client/session";
import { fromBase64url } from "../../seal/bytes";
import type { Verified } from "../../seal/envelope";
import type { Epoch } from "../../seal/epoch";
import { SealError } from "../../seal/errors";
import { LivePicture } from "../../viewer/live";
import { drawWatermark } from "../../viewer/watermark";

export interface Look {
  readonly requestId: string;
  readonly cameraId: string;
  readonly now: LiveNow;
}

export class Looking {
  readonly view: LiveView;
  #picture: LivePicture | null = null;
  #ended = false;

  constructor(session: Session, readonly request: { readonly id: string; readonly camera_id: string; readonly unit_id: string }, private readonly watermark: string) {
    this.view = new LiveView(session, {
      cameraId: request.camera_id, unitId: request.unit_id, confirmed: true, purpose: "maintenance",
      opener: (epoch, grants) => keysOf(session, request.unit_id, epoch, grants),
    });
  }

  start(): Promise<void> {
    return this.view.start();
  }

  /** The elements on which it is drawn, once they are in the page. */
  attach(video: HTMLVideoElement, still: HTMLCanvasElement, mark: HTMLCanvasElement): void {
    if (this.#picture !== null || this.#ended) return;
    this.#picture = new LivePicture(this.view, video, still);
    const paint = (): void => {
      if (this.#ended) return;
      drawWatermark(mark, this.watermark, Date.now());
      requestAnimationFrame(paint);
    };
    requestAnimationFrame(paint); // in the page by then
  }

  end(): void {
    this.#ended = true;
    this.view.end();
  }
}

async function keysOf(session: Session, unitId: string, { value }: Verified<Epoch>, grants: readonly string[]): Promise<LiveKeys> {
  const trust = await session.trust.unit(unitId, "guest");
  for (const envelope of grants) {
    const { keys } = await openGranted(session, trust, fromBase64url(envelope));
    if (keys.has(value.epoch, 0)) return { leaf: (slot) => keys.leaf(value.epoch, slot), wipe: () => keys.wipe() };
    keys.wipe();
  }
  throw new SealError("open", "no owner granted this picture to you");
}
