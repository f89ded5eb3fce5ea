// SPDX-License-Identifier: EUPL-1.2
// Small pictures of a day: key frames, opened here, drawn small and kept in memory only. Principles:
//  - each look is logged: a row of previews is one view of just their seconds, and what was opened is not asked for again;
//  - a finger on the line asks for many rows: only the last one is fetched, and never two within a second and a half.
import type { Session } from "../client/session";
import { momentsOf } from "../client/recordings";
import { openView } from "../client/view";
import { wipe } from "../seal/bytes";
import { type FindingsAt, frames, takeApart } from "../viewer/boxes";
import { Film } from "./mp4";

const WIDTH = 240;
const KEPT = 400;
const REST_MS = 1500;
const DRAW_WITHIN_MS = 3000;

export interface Seen {
  readonly class: string;
  readonly score: number;
}

export interface Preview {
  readonly atMs: number;
  readonly picture: ImageBitmap;
  readonly found: readonly Seen[];
}

export class Previews {
  readonly #kept = new Map<number, Preview>();
  /** Seconds that were opened once, whether there was a picture in them or not: each is looked at once. */
  readonly #asked = new Set<string>();
  #wanted: { fromMs: number; toMs: number; count: number } | null = null;
  #busy = false;
  #closed = false;
  #last = 0;

  constructor(
    private readonly session: Session,
    private readonly cameraId: string,
    private readonly changed: () => void,
    private readonly failed: (error: unknown) => void,
  ) {}

  /** What is there of a time, in order. */
  within(fromMs: number, toMs: number): readonly Preview[] {
    return [...this.#kept.values()].filter(({ atMs }) => atMs >= fromMs && atMs < toMs).sort((a, b) => a.atMs - b.atMs);
  }

  nearest(ms: number): Preview | null {
    let found: Preview | null = null;
    for (const each of this.#kept.values()) if (found === null || Math.abs(each.atMs - ms) < Math.abs(found.atMs - ms)) found = each;
    return found;
  }

  /** Asks for a row; an older wish that was not begun yet is forgotten. */
  want(fromMs: number, toMs: number, count: number): void {
    this.#wanted = { fromMs, toMs, count };
    void this.#work();
  }

  close(): void {
    this.#closed = true;
    for (const { picture } of this.#kept.values()) picture.close();
    this.#kept.clear();
  }

  async #work(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    while (this.#wanted !== null && !this.#closed) {
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, this.#last + REST_MS - performance.now())));
      const wanted = this.#wanted;
      this.#wanted = null;
      if (wanted !== null && !this.#closed) await this.#row(wanted).catch((error: unknown) => this.failed(error));
      this.#last = performance.now();
    }
    this.#busy = false;
  }

  async #row({ fromMs, toMs, count }: { fromMs: number; toMs: number; count: number }): Promise<void> {
    const bucket = (toMs - fromMs) / count;
    const lacking = Array.from({ length: count }, (_, i) => fromMs + i * bucket).filter((at) => this.within(at, at + bucket).length === 0);
    if (lacking.length === 0) return;
    const found = await momentsOf(this.session, this.cameraId, lacking[0]!, Math.min(toMs, lacking.at(-1)! + bucket), Math.min(60, count));
    const slots = found.filter(({ epoch, from }) => !this.#asked.has(`${epoch}/${from}`));
    if (slots.length === 0 || this.#closed) return;
    for (const { epoch, from } of slots) this.#asked.add(`${epoch}/${from}`);
    const view = await openView(this.session, { cameraId: this.cameraId, track: 1, purpose: "own_use", ranges: slots });
    await new Promise<void>((done) => {
      let drawing = Promise.resolve();
      view.onSegment(({ header, plaintext, epochStartMs }) => {
        const atMs = epochStartMs + header.slot * 1000;
        drawing = drawing.then(() => this.#draw(plaintext, header.codec, epochStartMs, atMs)).catch(() => undefined);
      });
      view.onChange(({ phase }) => {
        if (phase === "complete" || phase === "stopped") void drawing.finally(done);
      });
    });
    await view.end();
  }

  async #draw(plaintext: Uint8Array, codec: string, epochStartMs: number, atMs: number): Promise<void> {
    try {
      if (this.#closed || this.#kept.has(atMs)) return;
      const found = seenIn(plaintext, codec);
      const picture = codec === "mjpg" ? await ofJpeg(plaintext) : await ofFilm(plaintext, epochStartMs);
      if (picture === null) return;
      if (this.#closed) return picture.close();
      this.#kept.set(atMs, { atMs, picture, found });
      if (this.#kept.size > KEPT) this.#forget();
      this.changed();
    } finally {
      wipe(plaintext as Uint8Array<ArrayBuffer>);
    }
  }

  #forget(): void {
    const [oldest] = this.#kept.keys();
    if (oldest === undefined) return;
    this.#kept.get(oldest)?.picture.close();
    this.#kept.delete(oldest);
  }
}

/** What the unit saw in that second: each class once, with its best score. */
export function seenIn(plaintext: Uint8Array, codec: string): readonly Seen[] {
  const best = new Map<string, number>();
  try {
    const found: readonly FindingsAt[] = codec === "mjpg" ? frames(plaintext).findings : takeApart(plaintext).findings;
    for (const { findings } of found) for (const { class: name, score } of findings) best.set(name, Math.max(best.get(name) ?? 0, score));
  } catch {
    return [];
  }
  return [...best].map(([name, score]) => ({ class: name, score }));
}

async function ofJpeg(plaintext: Uint8Array): Promise<ImageBitmap | null> {
  const [first] = frames(plaintext).frames;
  return first === undefined ? null : createImageBitmap(new Blob([new Uint8Array(first.bytes)]), { resizeWidth: WIDTH, resizeQuality: "medium" });
}

/** The segment alone is a film of a second: its first frame is drawn. */
async function ofFilm(plaintext: Uint8Array, epochStartMs: number): Promise<ImageBitmap | null> {
  const film = new Film();
  film.add(plaintext, epochStartMs);
  const parts = film.finish();
  if (parts === null) return null;
  const video = document.createElement("video");
  const url = URL.createObjectURL(new Blob([...parts] as BlobPart[], { type: "video/mp4" }));
  try {
    video.muted = true;
    video.playsInline = true;
    video.src = url;
    await new Promise<void>((resolve, reject) => {
      video.addEventListener("error", () => reject(new Error("this picture can't be drawn")), { once: true });
      setTimeout(() => reject(new Error("this picture took too long")), DRAW_WITHIN_MS);
      video.requestVideoFrameCallback(() => resolve()); // the frame is there, not only its data
      void video.play().catch(() => undefined);
    });
    const canvas = new OffscreenCanvas(WIDTH, Math.max(1, Math.round((WIDTH * video.videoHeight) / Math.max(1, video.videoWidth))));
    canvas.getContext("2d")?.drawImage(video, 0, 0, canvas.width, canvas.height);
    return canvas.transferToImageBitmap();
  } finally {
    video.pause();
    video.removeAttribute("src");
    video.load();
    URL.revokeObjectURL(url);
    wipe(...parts);
  }
}
