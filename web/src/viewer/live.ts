// SPDX-License-Identifier: EUPL-1.2
// Shows a live look as close behind the camera as this browser's line allows: decrypted fMP4 into MediaSource, a fraction of a second
// behind its newest picture. After a loss it goes on with the next picture that stands alone. A camera that makes stills is drawn picture by picture.
// When the look ends, the picture is taken away.
import { type Bytes, wipe } from "../seal/bytes";
import { SealError } from "../seal/errors";
import type { LiveNow, LiveSegment, LiveView } from "../client/live";
import { takeApart } from "./boxes";
import { Film, type Stretch } from "./film";
import { Stills } from "./stills";

export interface LivePictureNow {
  /** UTC of the picture on screen, by the unit's signed times; null before the first. */
  readonly atMs: number | null;
  readonly width: number;
  readonly height: number;
}

interface Piece {
  readonly media: Bytes;
  readonly epochMs: number;
}

/** How far behind the newest picture it plays: little, and more for a line that falters. */
const LEAST_S = 0.12;
const MOST_S = 0.8;
const MORE_S = 0.06;
const JUMP_S = 1.0;
/** Farther behind than it should be by so much it plays faster, until it is nearly there. */
const FAR_S = 0.08;
const NEAR_S = 0.015;
const KEPT_S = 8;
const ROOM_S = 2;
const BEAT_MS = 100;
const CALM_MS = 15_000;

export class LivePicture {
  readonly #film: Film;
  readonly #queue: Piece[] = [];
  readonly #changed = new Set<(now: LivePictureNow) => void>();
  #epochMs: number | null = null;
  #offsetS = 0;
  #endS = 0;
  #behindS = LEAST_S;
  #starvedAt = performance.now();
  #needsKey = true;
  #started = false;
  #stopped = false;
  #stills: Stills | null = null;
  readonly #tick: number;

  constructor(
    private readonly view: LiveView,
    private readonly video: HTMLVideoElement,
    private readonly still: HTMLCanvasElement,
  ) {
    this.#film = new Film(video, ROOM_S, { grew: () => this.#grew(), broken: (why) => view.stop("unsupported", why) });
    video.addEventListener("waiting", this.#starved);
    view.onSegment((segment) => this.#take(segment));
    view.onChange((now) => this.#follow(now));
    this.#tick = setInterval(() => this.#beat(), BEAT_MS) as unknown as number;
  }

  onChange(listener: (now: LivePictureNow) => void): void {
    this.#changed.add(listener);
    listener(this.now);
  }

  get stills(): boolean {
    return this.#stills !== null;
  }

  get now(): LivePictureNow {
    if (this.#stills !== null) return { atMs: this.#stills.now.atMs, width: this.still.width, height: this.still.height };
    const shown = this.#started && !this.#stopped && this.#epochMs !== null;
    return { atMs: shown ? this.#epochMs! + (this.video.currentTime - this.#offsetS) * 1000 : null, width: this.video.videoWidth, height: this.video.videoHeight };
  }

  // --- in ---------------------------------------------------------------------------------------------------------------

  #take({ header, plaintext, epochStartMs, gap }: LiveSegment): void {
    try {
      if (header.codec === "mjpg") return this.#takeStill(plaintext, epochStartMs);
      if (gap) this.#needsKey = true;
      if (this.#needsKey && !header.randomAccess) return;
      this.#needsKey = false;
      const { media, codec } = takeApart(plaintext);
      if (codec !== null) this.#film.useCodec(codec);
      if (this.#film.codec !== null && media.length > 0) this.#queue.push({ media, epochMs: epochStartMs });
      this.#pump();
    } catch (error) {
      this.view.stop(error instanceof SealError && error.code === "unsupported" ? "unsupported" : "not_verified", error instanceof Error ? error.message : null);
    } finally {
      wipe(plaintext);
    }
  }

  #takeStill(plaintext: Bytes, epochStartMs: number): void {
    this.#stills ??= new Stills(this.still, true, () => this.#tell());
    this.#stills.take(plaintext, epochStartMs);
  }

  #pump(): void {
    const piece = this.#stopped || !this.#film.ready ? undefined : this.#queue[0];
    if (piece === undefined) return;
    if (piece.epochMs !== this.#epochMs) this.#newEpoch(piece);
    if (!this.#film.put(piece.media, this.#offsetS)) return;
    this.#queue.shift();
    wipe(piece.media);
  }

  /** Its times begin anew: they are laid behind what was there. */
  #newEpoch({ epochMs }: Piece): void {
    this.#offsetS = this.#epochMs === null ? 0 : this.#offsetS + (epochMs - this.#epochMs) / 1000;
    this.#epochMs = epochMs;
  }

  #grew(): void {
    if (this.#stopped) return;
    this.#endS = this.#film.endS;
    this.#start();
    this.#pump();
  }

  // --- out --------------------------------------------------------------------------------------------------------------

  #start(): void {
    const newest = this.#film.stretches.at(-1);
    if (this.#started || newest === undefined) return;
    this.#started = true;
    this.video.currentTime = Math.max(newest[0] + 0.001, this.#endS - this.#behindS);
    this.#film.play();
    this.#tell();
  }

  #beat(): void {
    if (this.#stopped || !this.#started || this.#stills !== null) return this.#tell();
    this.#stay();
    const [first] = this.#film.stretches;
    if (this.#queue.length === 0 && first !== undefined && this.video.currentTime - first[0] > 2 * KEPT_S) this.#film.forgetBefore(this.video.currentTime - KEPT_S);
    if (performance.now() - this.#starvedAt > CALM_MS) {
      this.#behindS = Math.max(LEAST_S, this.#behindS - MORE_S / 2);
      this.#starvedAt = performance.now();
    }
    this.#tell();
  }

  /** A little faster than time when it fell behind, at once to the newest when it fell far; over a gap too. */
  #stay(): void {
    const { video } = this;
    const behind = this.#endS - video.currentTime;
    const stretches = this.#film.stretches;
    if (behind > this.#behindS + JUMP_S || (behind > 0 && !within(stretches, video.currentTime))) {
      video.currentTime = Math.max((stretches.at(-1)?.[0] ?? 0) + 0.001, this.#endS - this.#behindS);
    }
    const more = behind - this.#behindS;
    const rate = more > 0.3 ? 1.3 : more > (video.playbackRate > 1 ? NEAR_S : FAR_S) ? 1.08 : 1;
    if (video.playbackRate !== rate) video.playbackRate = rate;
    if (video.paused) this.#film.play();
  }

  readonly #starved = (): void => {
    if (!this.#started || this.view.now.phase !== "open") return;
    this.#behindS = Math.min(MOST_S, this.#behindS + MORE_S);
    this.#starvedAt = performance.now();
  };

  #tell(): void {
    const { now } = this;
    for (const listener of this.#changed) listener(now);
  }

  // --- end --------------------------------------------------------------------------------------------------------------

  #follow(now: LiveNow): void {
    if (now.phase === "stopped") this.#takeAway();
  }

  #takeAway(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    clearInterval(this.#tick);
    this.#stills?.takeAway();
    wipe(...this.#queue.splice(0).map(({ media }) => media));
    this.video.removeEventListener("waiting", this.#starved);
    this.#film.close();
    this.#tell();
  }
}

const within = (stretches: readonly Stretch[], at: number): boolean => stretches.some(([from, to]) => at >= from - 0.05 && at <= to);
