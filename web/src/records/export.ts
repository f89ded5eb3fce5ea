// SPDX-License-Identifier: EUPL-1.2
// What leaves the customer's hands is made here, in his browser, where alone it opens. Principles:
//  - it is written down, with its purpose and recipient, before a byte of it is offered: no entry, no file;
//  - he signs a statement over every segment by its hash, with what his unit signed of that time beside it;
//  - originals stay sealed: their keys go under a code that is shown once and travels another way than the file.
import { sha256 } from "@noble/hashes/sha2.js";
import { newRecoveryCode } from "../seal/account";
import { type Bytes, base64url, copy, fromUuid, hex, random, uuid, wipe } from "../seal/bytes";
import { objectHash, parseEnvelope } from "../seal/envelope";
import { SealError, must } from "../seal/errors";
import { formatVerifierKey } from "../seal/note";
import { type ExportHeader, type Exported, LONGEST_MS, MAX_SEGMENTS, sealKeys, signExported } from "../seal/exported";
import type { Range } from "../seal/ranges";
import { ApiError } from "../client/errors";
import type { Session } from "../client/session";
import { type SealedPiece, type View, openView } from "../client/view";
import { Film, type Scene, statementBox } from "./mp4";
import { frontOf, packageParts } from "./package";

/** More than this is not held in a browser's memory. */
export const LARGEST_BYTES = 768 << 20;
const RECEIPTS_AT_MOST = 60;
const MOST_RANGES = 60;
const RECEIPT_WITHIN_MS = 10_000;
const ASK_AGAIN_MS = 400;

export interface ExportWish {
  readonly cameraId: string;
  readonly cameraName: string;
  readonly siteName: string;
  readonly zone: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** Recordings when nothing is said; 3: pictures that the owner took. */
  readonly track?: 1 | 3;
  /** Of this one picture alone: two may lie in one second. */
  readonly epoch?: string;
  readonly form: "film" | "originals";
  readonly purpose: string;
  readonly recipient: string;
  /** On an authority's order. */
  readonly orderId?: string;
  /** An alarm centre's: only what was released for this alarm, while it is reopened. */
  readonly alarmId?: string;
  /** Of several files that open with one code. */
  readonly code?: string;
}

export interface Made {
  readonly blob: Blob;
  readonly name: string;
  /** The export's entry in the ledger. */
  readonly index: number;
  /** Opens a package of originals; null for a film. Nobody else knows it, and it is not kept. */
  readonly code: string | null;
  readonly scenes: readonly Scene[];
  /** What it says of itself, for a package that it goes into. */
  readonly said: Said;
}

export interface Said {
  readonly statement: Bytes;
  readonly fromMs: number;
  readonly toMs: number;
  readonly segments: number;
  /** The public key that signed it. */
  readonly signer: Bytes;
  /** The log that its receipts are of. */
  readonly log: string;
  /** Entries of the look by which it was made. */
  readonly looks: readonly number[];
}

export type Progress = (step: "opening" | "writing", done: number) => void;

export interface Gathered {
  readonly view: View;
  readonly pieces: readonly SealedPiece[];
  readonly film: Film;
}

/** Rejects with ApiError (refused, also for its purpose: before anything is opened), SealError, TrustError. */
export async function makeExport(session: Session, wish: ExportWish, onProgress: Progress = () => undefined): Promise<Made> {
  const [made, ...more] = await makeExports(session, wish, onProgress);
  must(made !== undefined && more.length === 0, "length", "this time has too many separate recordings for one file; choose a shorter one");
  return made;
}

/** The same, in as many files as the keys ask for: what an alarm released in many parts does not fit one. */
export async function makeExports(session: Session, wish: ExportWish, onProgress: Progress = () => undefined): Promise<readonly Made[]> {
  must(wish.alarmId !== undefined || wish.toMs - wish.fromMs <= LONGEST_MS, "range", "an export is of an hour at most");
  if ((wish.purpose === "publication" && wish.orderId === undefined) || wish.purpose === "data_subject") await refusedByServer(session, wish);
  const gathered = await gather(session, wish, onProgress);
  try {
    onProgress("writing", 0);
    return await writeAll(session, wish, gathered);
  } finally {
    await gathered.view.end();
  }
}

/** The refusal in the server's words, before anything is opened for nothing. */
async function refusedByServer(session: Session, wish: ExportWish): Promise<void> {
  await declare(session, wish, random(16), random(32), 0);
  throw new SealError("unsupported", "the server let something be published that must not be");
}

/** Opens all of the time, through the door and logged as every look; holds it in memory. */
export function gather(session: Session, wish: Pick<ExportWish, "cameraId" | "track" | "epoch" | "fromMs" | "toMs" | "form" | "alarmId">, onProgress: Progress, stop?: AbortSignal): Promise<Gathered> {
  return new Promise((resolve, reject) => {
    const what = wish.epoch === undefined ? { fromMs: wish.fromMs, toMs: wish.toMs } : { ranges: [{ epoch: wish.epoch, from: 0, to: 1 }] };
    const why = wish.alarmId === undefined ? { purpose: "own_use", ...what } : { purpose: "alarm_followup", alarmId: wish.alarmId };
    void openView(session, { cameraId: wish.cameraId, track: wish.track ?? 1, ...why }).then((view) => {
      const pieces: SealedPiece[] = [];
      const film = new Film();
      const originals = wish.form === "originals";
      let size = 0;
      stop?.addEventListener("abort", () => view.stop("ended"), { once: true });
      if (stop?.aborted === true) view.stop("ended");
      const failed = (error: unknown): void => {
        reject(error instanceof Error ? error : new Error(String(error)));
        view.stop("ended");
      };
      view.takeOriginals((piece) => {
        size += piece.bytes.length;
        if (size > LARGEST_BYTES || pieces.length >= MAX_SEGMENTS) return failed(new SealError("length", "this is too much for one file; choose a shorter time"));
        pieces.push(originals ? piece : { ...piece, bytes: new Uint8Array(0) });
      });
      view.onSegment(({ header, plaintext, epochStartMs }) => {
        try {
          if (!originals) {
            if (header.codec === "mjpg") throw new SealError("unsupported", "this camera makes stills: take the originals instead");
            film.add(plaintext, epochStartMs);
          }
          onProgress("opening", Math.min(1, Math.max(0, (epochStartMs + header.slot * 1000 - wish.fromMs) / (wish.toMs - wish.fromMs))));
        } catch (error) {
          failed(error);
        } finally {
          wipe(plaintext);
        }
      });
      view.onChange(({ phase, reason, detail }) => {
        if (phase === "complete") resolve({ view, pieces, film });
        else if (phase === "stopped") reject(new ApiError(0, reason ?? "ended", detail ?? "the view ended before all of it was there"));
      });
    }, reject);
  });
}

async function writeAll(session: Session, wish: ExportWish, { view, pieces, film }: Gathered): Promise<readonly Made[]> {
  const at = ({ epoch, slot }: SealedPiece): number => view.timeOf(hex(epoch), slot) ?? 0;
  // An alarm centre takes what was released, and of that what the order asks for.
  const sorted = inTime(view, pieces).filter((piece) => wish.alarmId === undefined || (at(piece) >= wish.fromMs && at(piece) + 1000 <= wish.toMs));
  must(sorted.length > 0, "range", "there are no images here");
  const span = wish.alarmId === undefined ? wish : { ...wish, fromMs: at(sorted[0]!), toMs: at(sorted.at(-1)!) + 1000 };
  must(span.toMs - span.fromMs <= LONGEST_MS, "range", "an export is of an hour at most");
  const chunks = wish.form === "film" ? [sorted] : chunked(view, sorted);
  const made: Made[] = [];
  for (const [i, chunk] of chunks.entries()) {
    const [first, next] = [chunk[0]!, chunks[i + 1]?.[0]];
    const part = { ...span, fromMs: i === 0 ? span.fromMs : at(first), toMs: next === undefined ? span.toMs : at(next) };
    made.push(await write(session, part, { view, pieces: chunk, film }));
  }
  return made;
}

/** Cut where a file would hold more ranges than it can, between seconds. */
function chunked(view: View, sorted: readonly SealedPiece[]): readonly (readonly SealedPiece[])[] {
  const chunks: SealedPiece[][] = [[]];
  let ranges = 0;
  let last: SealedPiece | null = null;
  for (const piece of sorted) {
    const epoch = hex(piece.epoch);
    const here = last !== null && hex(last.epoch) === epoch && (last.slot === piece.slot || (last.slot + 1 === piece.slot && view.parted(epoch, last.slot, piece.slot + 1).length === 1));
    if (!here) ranges += 1;
    if (ranges > MOST_RANGES) {
      chunks.push([]);
      ranges = 1;
    }
    chunks.at(-1)!.push(piece);
    last = piece;
  }
  return chunks;
}

async function write(session: Session, wish: ExportWish, { view, pieces: sorted, film }: Gathered): Promise<Made> {
  const parts = wish.form === "film" ? film.finish() : null;
  must(wish.form === "originals" || parts !== null, "encoding", "there is no picture to begin with in this time");
  const header = headerOf(session, wish, view, sorted, parts === null ? null : digestOf(parts));
  const code = wish.form === "originals" ? (wish.code ?? newRecoveryCode()) : null;
  const statement = await signExported(await withKeys(view, header, code), session.signing);
  const size = (parts ?? sorted.map(({ bytes }) => bytes)).reduce((sum, { length }) => sum + length, statement.length);
  const { index } = await declare(session, wish, header.export, objectHash("exported", parseEnvelope(statement).body), size);
  const front = frontOf(statement, await receipts(session, [index, ...view.evidence.indices]));
  const whole = parts === null ? packageParts(front, sorted.map(({ bytes }) => bytes)) : [...parts, statementBox(front)];
  const said = { signer: copy(session.signing.publicKey), statement: objectHash("exported", parseEnvelope(statement).body), fromMs: header.fromMs, toMs: header.toMs, segments: sorted.length, log: formatVerifierKey(view.evidence.trust.log.name, view.evidence.trust.log.key), looks: view.evidence.indices };
  return { blob: new Blob([...whole] as BlobPart[], { type: parts === null ? "application/octet-stream" : "video/mp4" }), name: nameOf(wish), index, code, scenes: film.scenes, said };
}

export function inTime(view: View, pieces: readonly SealedPiece[]): readonly SealedPiece[] {
  const at = (piece: SealedPiece): number => view.timeOf(hex(piece.epoch), piece.slot) ?? 0;
  return [...pieces].sort((a, b) => at(a) - at(b) || a.seq - b.seq);
}

export function digestOf(parts: readonly Bytes[]): Bytes {
  const state = sha256.create();
  for (const part of parts) state.update(part);
  return new Uint8Array(state.digest());
}

async function withKeys(view: View, header: ExportHeader, code: string | null): Promise<Exported> {
  if (code === null) return { ...header, keys: null };
  const covers = await view.covers(header.ranges);
  try {
    return await sealKeys(header, covers, code);
  } finally {
    wipe(...covers.flat());
  }
}

function headerOf(session: Session, wish: ExportWish, view: View, pieces: readonly SealedPiece[], film: Bytes | null): ExportHeader {
  const { trust, epochs, manifests } = view.evidence;
  return {
    version: 1, export: fromUuid(crypto.randomUUID()), form: wish.form, unit: trust.unit, unitKey: trust.signKey, camera: fromUuid(wish.cameraId), track: wish.track ?? 1, cameraName: plain(wish.cameraName), siteName: plain(wish.siteName),
    zone: wish.zone, fromMs: Math.floor(wish.fromMs), toMs: Math.ceil(wish.toMs), ranges: rangesOf(view, pieces), person: fromUuid(session.person.id), purpose: wish.purpose, recipient: plain(wish.recipient), madeMs: Date.now(),
    keysets: trust.keysetEnvelopes, epochs, manifests, segments: pieces.map(({ epoch, seq, digest }) => ({ epoch, seq, hash: digest })), film,
  };
}

export const plain = (text: string): string => text.trim().normalize("NFC").replaceAll(/\p{Cc}/gu, " ").slice(0, 200);

/** The seconds of the pieces, and no other. */
function rangesOf(view: View, pieces: readonly SealedPiece[]): readonly Range[] {
  const slots = new Map<string, { epoch: Bytes; numbers: number[] }>();
  for (const { epoch, slot } of pieces) {
    const found = slots.get(hex(epoch)) ?? { epoch, numbers: [] };
    found.numbers.push(slot);
    slots.set(hex(epoch), found);
  }
  const ranges = [...slots.values()].flatMap(({ epoch, numbers }) => runsOf(numbers).flatMap(([from, to]) => view.parted(hex(epoch), from, to)).map(([from, to]) => ({ epoch, from, to })));
  must(ranges.length <= 64, "length", "this time has too many separate recordings for one file; choose a shorter one");
  return ranges;
}

function runsOf(numbers: readonly number[]): readonly (readonly [number, number])[] {
  const runs: [number, number][] = [];
  for (const slot of [...new Set(numbers)].sort((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last !== undefined && slot === last[1]) last[1] = slot + 1;
    else runs.push([slot, slot + 1]);
  }
  return runs;
}

/** How many frames a redacted film has, how many of them were looked at, how many people stayed sharp: all that the server learns of it. */
export interface Counts {
  readonly frames: number;
  readonly reviewed: number;
  readonly kept: number;
}

type Declared = Pick<ExportWish, "cameraId" | "track" | "fromMs" | "toMs" | "purpose" | "recipient" | "orderId" | "alarmId"> & { readonly form: ExportWish["form"] | "redacted" };

export function declare(session: Session, wish: Declared, id: Bytes, statement: Bytes, size: number, redaction: Counts | null = null): Promise<{ index: number }> {
  return session.api.post<{ index: number }>("/exports", {
    ...(redaction === null ? {} : { redaction }), export_id: uuid(id), form: wish.form, camera_id: wish.cameraId, track: wish.track ?? 1, from_ms: Math.floor(wish.fromMs), to_ms: Math.ceil(wish.toMs), purpose: wish.purpose, recipient: wish.recipient, statement: base64url(statement), size,
    ...(wish.orderId === undefined ? {} : { order_id: wish.orderId }), ...(wish.alarmId === undefined ? {} : { alarm_id: wish.alarmId }),
  });
}

/** The export's own first; then those of the look by which it was made, the newest left out when there are too many. */
export async function receipts(session: Session, indices: readonly number[]): Promise<readonly string[]> {
  const texts: string[] = [];
  for (const index of indices.slice(0, RECEIPTS_AT_MOST)) texts.push(await receiptOf(session, index));
  return texts;
}

async function receiptOf(session: Session, index: number): Promise<string> {
  const since = performance.now();
  for (;;) {
    try {
      return await session.ledger.receiptText(index);
    } catch (error) {
      const early = error instanceof ApiError && [0, 404, 425, 429, 503].includes(error.status);
      if (!early || performance.now() - since > RECEIPT_WITHIN_MS) throw error;
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
    }
  }
}

/** Letters, digits and dashes: gate-camera-2026-11-22-023107.mp4 */
export function nameOf({ cameraName, fromMs, zone, form }: Pick<ExportWish, "cameraName" | "fromMs" | "zone"> & { readonly form: ExportWish["form"] | "redacted" }): string {
  const at = new Intl.DateTimeFormat("sv", { timeZone: zone, dateStyle: "short", timeStyle: "medium" }).format(fromMs).replace(" ", "-").replaceAll(":", "");
  const name = cameraName.normalize("NFKD").toLowerCase().replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^-|-$/g, "") || "camera";
  return `${name.slice(0, 60)}-${at}${form === "redacted" ? "-redacted" : ""}.${form === "originals" ? "zegel" : "mp4"}`;
}
