// SPDX-License-Identifier: EUPL-1.2
// What will be covered in which frame, and which frames a person has looked at as they will leave. Whatever changes in a frame makes it
// unseen again; a film can be made when every frame was looked at and none is flagged. As src/zegel/records/redact/plan.py; here each
// change can be undone too.
import type { Covered } from "./pixels";
import { HOLD_S, type Kind, type Place, type Track, between, holds, middle } from "./places";

interface Undo {
  readonly what: string;
  readonly back: () => void;
}

const UNDONE_AT_MOST = 200;

/** A track in one frame. `somebodys`: a face within a person's box, which goes with that person. */
export interface Standing {
  readonly track: Track;
  readonly place: Place;
  readonly covered: boolean;
  readonly somebodys: boolean;
}

export class Plan {
  readonly #tracks = new Map<number, Track>();
  readonly #kept = new Set<number>();
  readonly #reviewed = new Set<number>();
  readonly #flagged = new Set<number>();
  /** Places that a person drew, of tracks that he made. */
  readonly #anchors = new Map<number, Map<number, Place>>();
  readonly #undo: Undo[] = [];

  constructor(readonly frames: number, readonly fps: number, tracks: Iterable<Track> = []) {
    for (const track of tracks) this.#tracks.set(track.number, track);
  }

  get tracks(): readonly Track[] {
    return [...this.#tracks.values()];
  }

  get kept(): ReadonlySet<number> {
    return this.#kept;
  }

  get flagged(): ReadonlySet<number> {
    return this.#flagged;
  }

  get reviewed(): number {
    return this.#reviewed.size;
  }

  get ready(): boolean {
    return this.frames > 0 && this.#reviewed.size === this.frames && this.#flagged.size === 0;
  }

  /** What the last step was, if there is one to be taken back. */
  get undoes(): string | null {
    return this.#undo.at(-1)?.what ?? null;
  }

  seen(frame: number): boolean {
    return this.#reviewed.has(frame);
  }

  /** Of a frame: each track that is in it, whether it is covered, and where. */
  at(frame: number): readonly Standing[] {
    const sharp = [...this.#kept].flatMap((number) => this.#tracks.get(number)?.places.get(frame) ?? []);
    const people = this.tracks.flatMap(({ kind, places }) => (kind === "person" ? (places.get(frame) ?? []) : []));
    return this.tracks.flatMap((track) => {
      const place = track.places.get(frame);
      if (place === undefined) return [];
      const his = track.kind === "face" && sharp.some((one) => holds(one, middle(place)));
      const somebodys = track.kind === "face" && people.some((one) => holds(one, middle(place)));
      return [{ track, place, covered: !this.#kept.has(track.number) && !his, somebodys }];
    });
  }

  /** What is made unrecognisable in a frame: all but who is kept, and his own face. */
  covered(frame: number): readonly Covered[] {
    return this.at(frame).flatMap(({ track: { kind }, place, covered }) => (covered ? [{ kind, place }] : []));
  }

  /** Over all frames. */
  get boxes(): number {
    let sum = 0;
    for (let frame = 0; frame < this.frames; frame++) sum += this.covered(frame).length;
    return sum;
  }

  /** The next frame that nobody looked at, from here on and round again; null when there is none. */
  unseen(from: number): number | null {
    for (let step = 0; step < this.frames; step++) if (!this.#reviewed.has((from + step) % this.frames)) return (from + step) % this.frames;
    return null;
  }

  // --- a person's changes -----------------------------------------------------------------------------------------------------

  keep(number: number, sharp: boolean): void {
    const track = this.#tracks.get(number);
    if (track === undefined || this.#kept.has(number) === sharp) return;
    this.#step("keep", track.places.keys(), () => this.#sharp(number, !sharp));
    this.#sharp(number, sharp);
  }

  /** From one frame, or from all. */
  remove(number: number, frame: number | null): void {
    const track = this.#tracks.get(number);
    if (track === undefined) return;
    const gone = [...track.places.keys()].filter((at) => frame === null || at === frame);
    this.#step("remove", gone, this.#placesBack(track));
    for (const at of gone) {
      track.places.delete(at);
      this.#anchors.get(number)?.delete(at);
    }
  }

  /** From this frame on it is another: the track had jumped from one to the other. What is cut off is not kept. */
  split(number: number, frame: number): void {
    const track = this.#tracks.get(number);
    if (track === undefined || ![...track.places.keys()].some((at) => at >= frame)) return;
    const other: Track = { number: this.#next(), kind: track.kind, places: new Map([...track.places].filter(([at]) => at >= frame)) };
    const back = this.#placesBack(track);
    this.#step("split", other.places.keys(), () => {
      this.#tracks.delete(other.number);
      this.#kept.delete(other.number);
      back();
    });
    this.#tracks.set(other.number, other);
    for (const at of other.places.keys()) track.places.delete(at);
  }

  /** A box by hand, from this frame on for a second; moved in a later one, it goes on from there. Its number. */
  draw(frame: number, place: Place, kind: Kind = "person"): number {
    const track: Track = { number: this.#next(), kind, places: new Map() };
    const drawn = this.#drawn(new Map([[frame, place]]));
    this.#step("draw", drawn.keys(), () => {
      this.#tracks.delete(track.number);
      this.#kept.delete(track.number);
      this.#anchors.delete(track.number);
    });
    this.#tracks.set(track.number, track);
    this.#anchors.set(track.number, new Map([[frame, place]]));
    for (const [at, one] of drawn) track.places.set(at, one);
    return track.number;
  }

  move(number: number, frame: number, place: Place): void {
    const track = this.#tracks.get(number);
    if (track === undefined) return;
    const anchors = this.#anchors.get(number);
    const after = anchors === undefined ? new Map(track.places).set(frame, place) : this.#drawn(new Map(anchors).set(frame, place));
    const touched = [...new Set([...track.places.keys(), ...after.keys()])].filter((at) => track.places.get(at) !== after.get(at));
    this.#step("move", touched, this.#placesBack(track));
    anchors?.set(frame, place);
    track.places.clear();
    for (const [at, one] of after) track.places.set(at, one);
  }

  undo(): string | null {
    const step = this.#undo.pop();
    step?.back();
    return step?.what ?? null;
  }

  // --- the look ---------------------------------------------------------------------------------------------------------------

  look(frame: number): void {
    if (frame >= 0 && frame < this.frames) this.#reviewed.add(frame);
  }

  flag(frame: number): void {
    if (!this.#flagged.delete(frame)) this.#flagged.add(frame);
  }

  // --- the rest ---------------------------------------------------------------------------------------------------------------

  #sharp(number: number, sharp: boolean): void {
    if (sharp) this.#kept.add(number);
    else this.#kept.delete(number);
  }

  /** Notes how to take a change back; the frames that it touches are unseen, now and when it is taken back. */
  #step(what: string, touched: Iterable<number>, back: () => void): void {
    const frames = [...touched];
    const unsee = (): void => frames.forEach((frame) => this.#reviewed.delete(frame));
    unsee();
    this.#undo.push({ what, back: () => { back(); unsee(); } });
    if (this.#undo.length > UNDONE_AT_MOST) this.#undo.shift();
  }

  #placesBack(track: Track): () => void {
    const [places, drawn] = [new Map(track.places), this.#anchors.get(track.number)];
    const anchors = drawn === undefined ? null : new Map(drawn);
    return () => {
      track.places.clear();
      for (const [at, place] of places) track.places.set(at, place);
      if (anchors !== null) this.#anchors.set(track.number, anchors);
    };
  }

  /** From each place drawn by hand to the next one; the last is held for a second. */
  #drawn(anchors: ReadonlyMap<number, Place>): Map<number, Place> {
    const at = [...anchors.keys()].sort((a, b) => a - b);
    const places = new Map(anchors);
    for (let i = 1; i < at.length; i++) between(places, at[i - 1]!, at[i]!);
    const last = at.at(-1)!;
    for (let frame = last + 1; frame <= Math.min(this.frames - 1, last + Math.round(HOLD_S * this.fps)); frame++) places.set(frame, anchors.get(last)!);
    return places;
  }

  #next(): number {
    return Math.max(0, ...this.#tracks.keys()) + 1;
  }
}
