// SPDX-License-Identifier: EUPL-1.2
// Plays a view: decrypted fMP4 into MediaSource, and what was found in the frame on screen. Live: the seconds before the alarm first, a little faster,
// then one slot behind the camera. Recorded: from its start, gaps skipped. When the view ends, the picture is taken away.
// A camera that makes stills is drawn picture by picture (stills.ts), where the page has a place for them.
import { type Bytes, wipe } from "../seal/bytes";
import { SealError } from "../seal/errors";
import type { OpenedSegment, View, ViewNow } from "../client/view";
import { type Finding, takeApart } from "./boxes";
import { Film } from "./film";
import { FindingsTrack } from "./findings";
import { Order, type Sequenced } from "./order";
import { Stills } from "./stills";

export interface PlayerOptions {
  readonly video: HTMLVideoElement;
  /** Where stills are drawn; without it a camera that makes stills can't be shown. */
  readonly still?: HTMLCanvasElement;
}

export interface PlayerNow {
  readonly phase: "waiting" | "playing" | "paused" | "stopped";
  /** UTC of the frame on screen, by the unit's signed times; null before the first. */
  readonly atMs: number | null;
  /** Seconds between the newest opened picture and the one on screen. */
  readonly behindS: number;
  readonly live: boolean;
  /** Parts that can be shown, UTC. */
  readonly stretches: readonly { readonly fromMs: number; readonly toMs: number }[];
}

const AHEAD_S = 40;
const BEHIND_S = 120;
const CATCH_UP_S = 2.5;
const FAR_S = 20;
const LIVE_S = 1.2;
const ROOM_S = 5;
const GAP_S = 0.12;
const STARVED_S = 0.5;

interface Piece extends Sequenced {
  readonly media: Bytes;
  readonly offsetS: number;
}

export class Player {
  readonly #film: Film;
  readonly #video: HTMLVideoElement;
  readonly #track = new FindingsTrack();
  readonly #changed = new Set<(now: PlayerNow) => void>();
  readonly #queue: Order<Piece>;
  /** UTC of media time 0: the start of the first epoch that came. */
  #baseMs: number | null = null;
  #endS = 0;
  #live: boolean;
  #paused = false;
  #started = false;
  #stopped = false;
  #tick = 0;
  #stills: Stills | null = null;
  #masked = false;

  constructor(
    private readonly view: View,
    private readonly options: PlayerOptions,
  ) {
    const { video } = options;
    this.#video = video;
    this.#live = view.follows;
    this.#queue = new Order(() => view.follows && view.now.phase !== "complete");
    this.#film = new Film(video, ROOM_S, { grew: () => this.#grew(), broken: (why) => view.stop("unsupported", why) });
    view.setAppetite(() => this.#hungry());
    view.onSegment((segment) => this.#take(segment));
    view.onChange((now) => this.#follow(now));
    this.#tick = setInterval(() => this.#beat(), 200) as unknown as number;
  }

  onChange(listener: (now: PlayerNow) => void): void {
    this.#changed.add(listener);
    listener(this.now);
  }

  /** Whether the picture is stills. */
  get stills(): boolean {
    return this.#stills !== null;
  }

  /** Whether the unit blackens parts of this camera's picture (it re-encodes for nothing else). */
  get masked(): boolean {
    return this.#masked;
  }

  get now(): PlayerNow {
    if (this.#stills !== null) return this.#stills.now;
    const base = this.#baseMs;
    const phase = this.#stopped ? "stopped" : !this.#started ? "waiting" : this.#paused ? "paused" : "playing";
    return {
      phase,
      atMs: base === null || !this.#started || this.#stopped ? null : base + this.#video.currentTime * 1000,
      behindS: this.#stopped ? 0 : Math.max(0, this.#endS - this.#video.currentTime),
      live: this.#live && !this.#paused && this.#endS - this.#video.currentTime < CATCH_UP_S,
      stretches: base === null ? [] : this.#film.stretches.map(([from, to]) => ({ fromMs: base + from * 1000, toMs: base + to * 1000 })),
    };
  }

  /** What the unit found in the frame on screen. */
  get findings(): readonly Finding[] {
    if (this.#stills !== null) return this.#baseMs === null ? [] : this.#track.at(((this.#stills.now.atMs ?? 0) - this.#baseMs) / 1000);
    return this.#track.at(this.#video.currentTime);
  }

  pause(paused: boolean): void {
    if (this.#stills !== null) return this.#stills.pause(paused);
    this.#paused = paused;
    if (paused) this.#video.pause();
    else this.#film.play();
    this.#tell();
  }

  /** To a moment, UTC; leaves the live edge. */
  seek(ms: number): void {
    if (this.#stills !== null) return this.#stills.seek(ms);
    if (this.#baseMs === null) return;
    this.#live = false;
    this.#video.playbackRate = 1;
    this.#video.currentTime = Math.max(0, (ms - this.#baseMs) / 1000);
    this.#film.play();
  }

  /** To the newest picture, and stay there. */
  goLive(): void {
    if (this.#stills !== null) return this.#stills.goLive();
    this.#live = this.view.follows;
    this.#paused = false;
    this.#video.currentTime = Math.max(0, this.#endS - LIVE_S);
    this.#film.play();
  }

  // --- in -----------------------------------------------------------------------------------------------------------------

  #take({ header, plaintext, epochStartMs }: OpenedSegment): void {
    try {
      this.#masked = header.reencoded;
      if (header.codec === "mjpg") return this.#takeStills(plaintext, epochStartMs);
      const { media, findings, codec } = takeApart(plaintext);
      this.#baseMs ??= epochStartMs;
      const offsetS = (epochStartMs - this.#baseMs) / 1000;
      for (const { ms, findings: found } of findings) this.#track.add(offsetS + ms / 1000, found);
      if (codec !== null) this.#film.useCodec(codec);
      if (this.#film.codec !== null && media.length > 0) this.#queue.add({ media, offsetS, epochMs: epochStartMs, seq: header.seq }, performance.now());
      this.#pump();
    } catch (error) {
      this.view.stop(error instanceof SealError && error.code === "unsupported" ? "unsupported" : "not_verified", error instanceof Error ? error.message : null);
    } finally {
      wipe(plaintext);
    }
  }

  #takeStills(plaintext: Bytes, epochStartMs: number): void {
    const { still } = this.options;
    if (still === undefined) throw new SealError("unsupported", "there is no place for stills on this page");
    this.#baseMs ??= epochStartMs;
    this.#stills ??= new Stills(still, this.view.follows, () => this.#tell());
    const offsetS = (epochStartMs - this.#baseMs) / 1000;
    for (const { ms, findings } of this.#stills.take(plaintext, epochStartMs)) this.#track.add(offsetS + ms / 1000, findings);
  }

  #pump(): void {
    const piece = this.#stopped || !this.#film.ready ? null : this.#queue.peek(performance.now());
    if (piece === null || !this.#film.put(piece.media, piece.offsetS)) return;
    this.#queue.done();
    wipe(piece.media);
  }

  #grew(): void {
    if (this.#stopped) return;
    this.#endS = this.#film.endS;
    this.#start();
    this.#pump();
    this.#tell();
  }

  #hungry(): boolean {
    return this.#live || this.#endS - this.#video.currentTime < AHEAD_S;
  }

  // --- out ----------------------------------------------------------------------------------------------------------------

  #start(): void {
    const [first] = this.#film.stretches;
    if (this.#started || !first) return;
    this.#started = true;
    this.#video.currentTime = first[0] + 0.001;
    if (!this.#paused) this.#film.play();
  }

  #beat(): void {
    if (this.#stopped || !this.#started) return;
    this.#skipGap();
    this.#pace();
    this.#pump();
    const old = this.#video.currentTime - BEHIND_S;
    if (this.#queue.empty && old > (this.#film.stretches[0]?.[0] ?? 0) + 10) {
      this.#film.forgetBefore(old);
      this.#track.forgetBefore(old);
    }
    this.#tell();
  }

  /** Nothing was recorded between two stretches: go on with the next. */
  #skipGap(): void {
    const at = this.#video.currentTime;
    const { stretches } = this.#film;
    // A decoder may stop a few frames short of an edge: then it starves though time is left.
    const starved = !this.#video.seeking && this.#video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA;
    const inside = stretches.some(([from, to]) => at >= from - 0.05 && at < to - (starved ? STARVED_S : GAP_S));
    const next = stretches.find(([from]) => from > at);
    if (!inside && next && !this.#paused) {
      this.#video.currentTime = next[0] + 0.001;
      this.#film.play();
    }
  }

  /** Live: faster than time while there is something to catch up with, then at its pace. */
  #pace(): void {
    const behind = this.#endS - this.#video.currentTime;
    const rate = !this.#live || this.#paused || behind < LIVE_S + 0.3 ? 1 : behind > FAR_S ? 4 : behind > CATCH_UP_S ? 2 : 1.1;
    if (this.#video.playbackRate !== rate) this.#video.playbackRate = rate;
    if (!this.#paused && this.#video.paused) this.#film.play();
  }

  #tell(): void {
    const { now } = this;
    for (const listener of this.#changed) listener(now);
  }

  // --- end ----------------------------------------------------------------------------------------------------------------

  #follow(now: ViewNow): void {
    if (now.phase === "stopped") this.#takeAway();
  }

  /** The picture goes: what is buffered, what is queued, what was found. */
  #takeAway(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    clearInterval(this.#tick);
    this.#stills?.takeAway();
    wipe(...this.#queue.clear().map(({ media }) => media));
    this.#track.clear();
    this.#film.close();
    this.#tell();
  }
}
