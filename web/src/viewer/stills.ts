// SPDX-License-Identifier: EUPL-1.2
// Stills, one after the other, by the unit's signed times. They live in memory only, are drawn on a canvas of the page (no
// address of a picture is ever made), and are wiped when the view ends.
import { wipe } from "../seal/bytes";
import { type FindingsAt, frames } from "./boxes";
import type { PlayerNow } from "./player";

/** How many are kept, the newest; about ten minutes of a camera that makes one a second. */
const KEPT = 600;
const BEAT_MS = 100;
const LIVE_MS = 2500;
const GAP_MS = 4000;
const CATCH_UP = 4;

export interface Still {
  readonly atMs: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The newest still at or before a moment; the first one before that. Pure. */
export function stillAt(stills: readonly Still[], ms: number): Still | null {
  const next = stills.findIndex(({ atMs }) => atMs > ms);
  return (next < 0 ? stills.at(-1) : stills[Math.max(0, next - 1)]) ?? null;
}

/** Where there is something to show: stills that follow each other closely. Pure. */
export function stretchesOf(stills: readonly Still[]): readonly { readonly fromMs: number; readonly toMs: number }[] {
  const found: { fromMs: number; toMs: number }[] = [];
  for (const { atMs } of stills) {
    const last = found.at(-1);
    if (last !== undefined && atMs - last.toMs <= GAP_MS) last.toMs = atMs;
    else found.push({ fromMs: atMs, toMs: atMs });
  }
  return found.map(({ fromMs, toMs }) => ({ fromMs, toMs: toMs + 1000 }));
}

export class Stills {
  readonly #stills: Still[] = [];
  #headMs: number | null = null;
  #paused = false;
  #live: boolean;
  #gone = false;
  #shown: Still | null = null;
  #beatAt = performance.now();
  readonly #beat: number;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly follows: boolean,
    private readonly changed: () => void,
  ) {
    this.#live = follows;
    this.#beat = setInterval(() => this.#go(), BEAT_MS) as unknown as number;
  }

  /** A segment's stills; returns what was found in them. */
  take(plaintext: Uint8Array, epochStartMs: number): readonly FindingsAt[] {
    const { frames: found, findings } = frames(plaintext);
    for (const { ms, bytes } of found) {
      const still = { atMs: epochStartMs + ms, bytes: new Uint8Array(bytes) };
      const at = this.#stills.findLastIndex(({ atMs }) => atMs <= still.atMs);
      this.#stills.splice(at + 1, 0, still);
    }
    for (const old of this.#stills.splice(0, Math.max(0, this.#stills.length - KEPT))) wipe(old.bytes);
    this.#headMs ??= this.#stills[0]?.atMs ?? null;
    return findings;
  }

  get now(): PlayerNow {
    const end = this.#stills.at(-1)?.atMs ?? 0;
    const behindMs = this.#headMs === null ? 0 : Math.max(0, end - this.#headMs);
    const phase = this.#gone ? "stopped" : this.#shown === null ? "waiting" : this.#paused ? "paused" : "playing";
    const live = this.#live && !this.#paused && behindMs < LIVE_MS;
    return { phase, atMs: this.#gone ? null : (this.#shown?.atMs ?? null), behindS: this.#gone ? 0 : behindMs / 1000, live, stretches: stretchesOf(this.#stills) };
  }

  pause(paused: boolean): void {
    this.#paused = paused;
    this.changed();
  }

  seek(ms: number): void {
    this.#live = false;
    this.#paused = false;
    this.#headMs = ms;
  }

  goLive(): void {
    this.#live = this.follows;
    this.#paused = false;
    this.#headMs = this.#stills.at(-1)?.atMs ?? null;
  }

  takeAway(): void {
    this.#gone = true;
    clearInterval(this.#beat);
    wipe(...this.#stills.splice(0).map(({ bytes }) => bytes));
    this.canvas.getContext("2d")?.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.canvas.width = this.canvas.height = 0;
    this.#shown = null;
  }

  #go(): void {
    const passed = performance.now() - this.#beatAt;
    this.#beatAt += passed;
    const end = this.#stills.at(-1)?.atMs;
    if (this.#gone || this.#headMs === null || end === undefined) return;
    if (!this.#paused) this.#headMs = Math.min(end, this.#headMs + passed * (this.#live && end - this.#headMs > LIVE_MS ? CATCH_UP : 1));
    const still = stillAt(this.#stills, this.#headMs);
    if (still !== null && still !== this.#shown) void this.#draw(still);
  }

  async #draw(still: Still): Promise<void> {
    this.#shown = still;
    try {
      const picture = await createImageBitmap(new Blob([still.bytes], { type: "image/jpeg" }));
      if (!this.#gone && this.#shown === still) {
        if (this.canvas.width !== picture.width || this.canvas.height !== picture.height) Object.assign(this.canvas, { width: picture.width, height: picture.height });
        this.canvas.getContext("2d")?.drawImage(picture, 0, 0);
      }
      picture.close();
    } catch {
      // one that can't be decoded is passed over: the next one comes
    }
    this.changed();
  }
}
