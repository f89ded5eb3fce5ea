// SPDX-License-Identifier: EUPL-1.2
// A redacted film, from the recording to the file that leaves. Principles:
//  - the recording is opened through the door and logged as every look; pictures stay in this browser's memory until the page is left;
//  - nothing is made before each frame was looked at as it will leave; what was looked at is what is encoded: one plan, one function;
//  - it is written down, with its purpose, its recipient and what was looked at, before a byte of it is offered.
import { type Bytes, fromHex, fromUuid } from "../../seal/bytes";
import { objectHash, parseEnvelope } from "../../seal/envelope";
import { SealError, must } from "../../seal/errors";
import { signRedacted } from "../../seal/redacted";
import type { Session } from "../../client/session";
import type { Evidence, SealedPiece } from "../../client/view";
import { declare, digestOf, gather, inTime, nameOf, plain, receipts } from "../export";
import { frontOf } from "../package";
import { Clip } from "./clip";
import { Encoding, wayOf, type Way } from "./encode";
import { Finder } from "./finder";
import { redactedBox } from "./mux";
import { pixelate } from "./pixels";
import { type Found, follow } from "./places";
import { Plan } from "./plan";

/** Longer is not held in a browser, nor looked at frame by frame at one sitting. */
export const LONGEST_MS = 180_000;

/** Workers that look side by side, where there are cores for them; each holds the networks. */
const MOST_AT_ONCE = 4;

export interface Subject {
  readonly cameraId: string;
  readonly cameraName: string;
  readonly zone: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** What was opened, and what proves it. */
export interface Recording {
  readonly subject: Subject;
  readonly clip: Clip;
  readonly evidence: Evidence;
  readonly pieces: readonly SealedPiece[];
}

export interface Searched {
  readonly plan: Plan;
  /** SHA-256 of each network that looked, in hex. */
  readonly finders: readonly string[];
}

export type Progress = (done: number, of: number) => void;

/** Rejects with ApiError, SealError, TrustError; ended when `stop` says so. */
export async function openRecording(session: Session, subject: Subject, onProgress: Progress, stop: AbortSignal): Promise<Recording> {
  must(subject.toMs - subject.fromMs <= LONGEST_MS, "range", "take three minutes at most");
  const { view, pieces, film } = await gather(session, { ...subject, form: "film" }, (_, done) => onProgress(done, 1), stop);
  try {
    const parts = film.finish();
    must(parts !== null, "encoding", "there is no picture to begin with in this time");
    const clip = await Clip.open(parts);
    for (const part of parts) part.fill(0);
    return { subject, clip, evidence: view.evidence, pieces: inTime(view, pieces) };
  } finally {
    await view.end();
  }
}

/** Looks at each frame; what was found becomes tracks. */
export async function findAll({ clip }: Recording, onProgress: Progress, stop: AbortSignal): Promise<Searched> {
  const crew = Array.from({ length: Math.max(1, Math.min(MOST_AT_ONCE, (navigator.hardwareConcurrency || 2) - 1)) }, () => new Finder());
  const close = (): void => crew.forEach((finder) => finder.close());
  stop.addEventListener("abort", close, { once: true });
  const found: (readonly Found[])[] = Array.from({ length: clip.frames }, () => []);
  let [next, done] = [0, 0];
  const work = async (finder: Finder): Promise<void> => {
    for (let frame = next++; frame < clip.frames; frame = next++) {
      ended(stop);
      found[frame] = await finder.find(await clip.frame(frame));
      onProgress(++done, clip.frames);
    }
  };
  try {
    const [finders] = await Promise.all(crew.map((finder) => finder.load()));
    await Promise.all(crew.map(work));
    return { plan: new Plan(clip.frames, clip.fps, follow(found, clip.fps)), finders: finders ?? [] };
  } finally {
    close();
  }
}

export interface Canvas {
  readonly width: number;
  readonly height: number;
  getContext(kind: "2d", options: { willReadFrequently: boolean }): OffscreenCanvasRenderingContext2D | CanvasRenderingContext2D | null;
}

/** A frame as it leaves, drawn on a canvas of its own size: for the look and for the film alike. */
export function drawAsItLeaves(canvas: Canvas, picture: ImageBitmap, plan: Plan, frame: number): void {
  const context = canvas.getContext("2d", { willReadFrequently: true });
  must(context !== null, "unsupported", "this browser can't draw");
  context.drawImage(picture, 0, 0);
  const covered = plan.covered(frame);
  if (covered.length === 0) return;
  const pixels = context.getImageData(0, 0, canvas.width, canvas.height);
  pixelate(pixels, covered);
  context.putImageData(pixels, 0, 0);
}

/** Of the film: even, since its colours are kept at half the size. */
export const sizeOf = ({ width, height }: ImageBitmap): readonly [number, number] => [width - (width % 2), height - (height % 2)];

export interface Wish {
  readonly purpose: string;
  readonly recipient: string;
}

export interface MadeFilm {
  readonly blob: Blob;
  readonly name: string;
  readonly index: number;
  readonly way: Way;
}

/** Rejects with `review` (SealError) before anything else when a frame was not looked at. */
export async function makeRedacted(session: Session, recording: Recording, { plan, finders }: Searched, wish: Wish, onProgress: Progress, stop: AbortSignal): Promise<MadeFilm> {
  if (!plan.ready) throw new SealError("field", "each frame is looked at before a film leaves");
  const { clip } = recording;
  const [width, height] = sizeOf(await clip.frame(0));
  const way = await wayOf(width, height, clip.fps);
  if (way === null) throw new SealError("unsupported", "this browser can't encode a film; use another one");
  const parts = await encoded(recording, plan, way, width, height, onProgress, stop);
  ended(stop);
  const exportId = fromUuid(crypto.randomUUID());
  const statement = await signRedacted(statementOf(session, recording, { plan, finders }, wish, exportId, digestOf(parts)), session.signing);
  const size = parts.reduce((sum, { length }) => sum + length, statement.length);
  const counts = { frames: plan.frames, reviewed: plan.reviewed, kept: plan.kept.size };
  const { index } = await declare(session, { ...recording.subject, ...wish, form: "redacted" }, exportId, objectHash("redacted", parseEnvelope(statement).body), size, counts);
  const front = frontOf(statement, await receipts(session, [index]));
  return { blob: new Blob([...parts, redactedBox(front)] as BlobPart[], { type: "video/mp4" }), name: nameOf({ ...recording.subject, form: "redacted" }), index, way };
}

async function encoded({ clip }: Recording, plan: Plan, way: Way, width: number, height: number, onProgress: Progress, stop: AbortSignal): Promise<readonly Bytes[]> {
  const encoding = new Encoding(way, width, height, clip.fps);
  const canvas = new OffscreenCanvas(width, height);
  try {
    for (let frame = 0; frame < clip.frames; frame++) {
      ended(stop);
      drawAsItLeaves(canvas, await clip.frame(frame), plan, frame);
      await encoding.add(canvas, clip.at(frame));
      onProgress(frame + 1, clip.frames);
    }
    return await encoding.finish(clip.length);
  } finally {
    encoding.stop();
  }
}

function statementOf(session: Session, { subject, evidence, pieces }: Recording, { plan, finders }: Searched, { purpose, recipient }: Wish, exportId: Bytes, film: Bytes): Parameters<typeof signRedacted>[0] {
  const { trust } = evidence;
  return {
    version: 1, export: exportId, unit: trust.unit, camera: fromUuid(subject.cameraId), track: 1, fromMs: Math.floor(subject.fromMs), toMs: Math.ceil(subject.toMs), person: fromUuid(session.person.id),
    signKey: session.signing.publicKey, log: trust.keyset.value.log, purpose, recipient: plain(recipient), madeMs: Date.now(), frames: plan.frames, reviewed: plan.reviewed, kept: plan.kept.size, boxes: plan.boxes,
    finders: finders.map(fromHex), segments: pieces.map(({ epoch, seq, digest }) => ({ epoch, seq, hash: digest })), film,
  };
}

export class Stopped extends Error {}

function ended(stop: AbortSignal): void {
  if (stop.aborted) throw new Stopped("ended");
}
