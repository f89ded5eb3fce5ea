// SPDX-License-Identifier: EUPL-1.2
// A film that grows in a video element: decrypted pieces of fMP4 into Media Source Extensions. Telephones that know them only as
// ManagedMediaSource (Safari on iPhone, since 17.1) play by that; it opens only where the picture is not handed on to another screen
// (AirPlay), which a sealed picture is not anyway. What lies in the buffer may be taken away by such a browser at any time.
import { SealError } from "../seal/errors";
import type { Bytes } from "../seal/bytes";

export interface FilmHeard {
  /** A piece may be put in now, or another stretch is there. */
  grew(): void;
  /** Nothing more can be shown. */
  broken(why: string): void;
}

export type Stretch = readonly [fromS: number, toS: number];

/** What this browser plays pieces with; null when it can't. */
export function mediaSourceOf(globals: { readonly MediaSource?: typeof MediaSource; readonly ManagedMediaSource?: typeof MediaSource }): typeof MediaSource | null {
  return globals.MediaSource ?? globals.ManagedMediaSource ?? null;
}

export class Film {
  readonly #Source = mediaSourceOf(globalThis as Parameters<typeof mediaSourceOf>[0]);
  readonly #source = this.#Source === null ? null : new this.#Source();
  #url: string | null = null;
  #buffer: SourceBuffer | null = null;
  #codec: string | null = null;
  /** What the buffer was told last: it takes a new codec only while it is not busy. */
  #told: string | null = null;
  #closed = false;

  /** `roomS`: seconds before the one on screen that stay when the browser has no room left. */
  constructor(
    private readonly video: HTMLVideoElement,
    private readonly roomS: number,
    private readonly heard: FilmHeard,
  ) {
    video.muted = true;
    video.playsInline = true;
    video.disableRemotePlayback = true;
    video.addEventListener("error", this.#broke);
    if (this.#source === null) return;
    this.#url = URL.createObjectURL(this.#source);
    video.src = this.#url;
    this.#source.addEventListener("sourceopen", () => {
      this.#revoke(); // it served to join the two, and is nothing any more
      heard.grew();
    });
  }

  get codec(): string | null {
    return this.#codec;
  }

  /** Whether it takes a piece now. */
  get ready(): boolean {
    return !this.#closed && this.#codec !== null && this.#source?.readyState === "open" && !this.#buffer?.updating;
  }

  /** What is in it, by media time. */
  get stretches(): readonly Stretch[] {
    return rangesOf(this.video.buffered);
  }

  /** Media time of its newest end; 0 while it is empty. */
  get endS(): number {
    return this.stretches.at(-1)?.[1] ?? 0;
  }

  /** The codec of the pieces from now on. SealError `unsupported` when this browser does not play it. */
  useCodec(codec: string): void {
    if (codec === this.#codec) return;
    const type = typeOf(codec);
    if (this.#Source === null) throw new SealError("unsupported", "this browser plays no film that is made while it is watched");
    if (!this.#Source.isTypeSupported(type)) throw new SealError("unsupported", `this browser does not play ${codec}`);
    this.#codec = codec;
  }

  /** False when there was no room: older seconds go, and it may be tried again once it is `ready`. Only when `ready`. */
  put(media: Bytes, offsetS: number): boolean {
    try {
      this.#buffer ??= this.#open();
      if (this.#told !== this.#codec) this.#buffer.changeType(typeOf(this.#codec!));
      this.#told = this.#codec;
      if (this.#buffer.timestampOffset !== offsetS) this.#buffer.timestampOffset = offsetS;
      this.#buffer.appendBuffer(media);
      return true;
    } catch (error) {
      if (error instanceof DOMException && error.name === "QuotaExceededError") this.forgetBefore(this.video.currentTime - this.roomS);
      else this.heard.broken(error instanceof Error ? error.message : String(error));
      return false;
    }
  }

  /** Takes what lies before a media time out of memory; another time when it is busy. */
  forgetBefore(atS: number): void {
    if (atS > 0 && this.#buffer !== null && !this.#buffer.updating) this.#buffer.remove(0, atS);
  }

  play(): void {
    void this.video.play().catch(() => undefined);
  }

  /** The picture goes, with all that is in memory. */
  close(): void {
    this.#closed = true;
    this.video.removeEventListener("error", this.#broke);
    this.video.pause();
    this.video.removeAttribute("src");
    this.video.load();
    this.#revoke();
    this.#buffer = null;
  }

  #revoke(): void {
    if (this.#url !== null) URL.revokeObjectURL(this.#url);
    this.#url = null;
  }

  #open(): SourceBuffer {
    const buffer = this.#source!.addSourceBuffer(typeOf(this.#codec!));
    this.#told = this.#codec;
    buffer.mode = "segments";
    for (const changed of ["updateend", "bufferedchange"]) buffer.addEventListener(changed, this.#changed);
    return buffer;
  }

  readonly #changed = (): void => {
    if (!this.#closed) this.heard.grew();
  };

  readonly #broke = (): void => {
    if (!this.#closed && this.video.error) this.heard.broken(this.video.error.message);
  };
}

const typeOf = (codec: string): string => `video/mp4; codecs="${codec}"`;

function rangesOf(buffered: TimeRanges): readonly Stretch[] {
  return Array.from({ length: buffered.length }, (_, i) => [buffered.start(i), buffered.end(i)] as const);
}
