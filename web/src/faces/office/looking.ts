// SPDX-License-Identifier: EUPL-1.2
// A technician's look: live, by the grant that the owner sealed, with his own name over the picture. No recording, no download; it ends
// with the grant, and the keys with it. Who may have stills sees the first picture of his look and nothing moving: the look ends with it,
// and the still lives on this page until the consent ends.
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

/** The still that is on the page. */
export interface Still {
  readonly requestId: string;
  readonly atMs: number;
  readonly picture: ImageBitmap;
}

export class Looking {
  readonly view: LiveView;
  #picture: LivePicture | null = null;
  #ended = false;

  #taking = false;

  /** `took`: who may have stills only is given the first picture, and the look ends. */
  constructor(session: Session, readonly request: { readonly id: string; readonly camera_id: string; readonly unit_id: string }, private readonly watermark: string, private readonly took: ((still: Still) => void) | null = null) {
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
    if (this.took !== null) this.#picture.onChange(() => void this.#take(video, still));
    const paint = (): void => {
      if (this.#ended) return;
      drawWatermark(mark, this.watermark, Date.now());
      requestAnimationFrame(paint);
    };
    requestAnimationFrame(paint); // in the page by then
  }

  async #take(video: HTMLVideoElement, still: HTMLCanvasElement): Promise<void> {
    const atMs = this.#picture?.now.atMs ?? null;
    const there = this.#picture?.stills || (video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA && !video.seeking && video.videoWidth > 0);
    if (this.#taking || this.#ended || atMs === null || !there) return;
    this.#taking = true;
    const picture = await createImageBitmap(this.#picture?.stills ? still : video);
    this.end();
    this.took?.({ requestId: this.request.id, atMs, picture });
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
