// SPDX-License-Identifier: EUPL-1.2
// An evidence package is put together here, in the browser of who holds the keys: an owner, or a person of the alarm centre for what an
// alarm released to it. Principles:
//  - each recording in it is an export of its own, written down before it exists, with its statement and receipts;
//  - the signed list names every file by its hash, and is written down, with its line in the register, before the file is offered;
//  - the originals stay sealed: one code opens them, it is shown once, and travels another way than the package.
import { sha256 } from "@noble/hashes/sha2.js";
import { newRecoveryCode } from "../seal/account";
import { type Bytes, base64url, copy, equal, fromUuid, utf8, uuid } from "../seal/bytes";
import { objectHash, parseEnvelope } from "../seal/envelope";
import { SealError, must } from "../seal/errors";
import { type Evidence, signEvidence } from "../seal/evidence";
import { LONGEST_MS } from "../seal/exported";
import { MANIFEST } from "../seal/manifest";
import { ApiError } from "../client/errors";
import { dayOf, unitOf } from "../client/recordings";
import type { Session } from "../client/session";
import { language, t } from "../kit/words";
import { readFile } from "./package";
import { CHECKPOINT, LIST, READ_ME, RECEIPT, RECORDINGS, REPORT, VERIFIER, checkComplete } from "./evidence";
import { type Made, makeExports, plain, receipts } from "./export";
import { zipParts } from "./zipped";

export interface PackageWish {
  readonly cameras: readonly { readonly id: string; readonly name: string }[];
  readonly siteName: string;
  readonly zone: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly purpose: "police" | "court" | "insurer" | "own_record";
  readonly recipient: string;
  readonly order: OrderOf | null;
  /** Of an alarm centre: the reopened alarm, and who else agreed. */
  readonly alarmId?: string;
  readonly second?: string | null;
  readonly agreed?: readonly Link[];
}

/** What of an authority's order stands in a package. */
export interface OrderOf {
  readonly id: string;
  readonly authority: string;
  readonly reference: string;
  readonly ground: string;
  readonly article: string;
  readonly scope: string;
  readonly received_ms: number;
  readonly received_by: string;
  readonly decided_ms: number | null;
  readonly decided_by: string;
}

export interface Link {
  readonly atMs: number;
  readonly what: string;
  readonly who: string;
  readonly index: number | null;
}

export interface Packed {
  readonly blob: Blob;
  readonly name: string;
  readonly index: number;
  readonly code: string;
  /** Hash of the signed list, in hex: what stands in the register. */
  readonly hash: string;
  readonly recordings: number;
}

export type Step = "opening" | "writing" | "report" | "signing";

interface Part {
  readonly name: string;
  readonly camera: string;
  readonly made: Made;
  readonly data: Bytes;
}

/** Rejects with ApiError (refused), SealError, TrustError; then nothing left. */
export async function makePackage(session: Session, wish: PackageWish, onProgress: (step: Step, done: number) => void = () => undefined): Promise<Packed> {
  const code = newRecoveryCode();
  const parts = await record(session, wish, code, onProgress);
  if (parts.length === 0) throw new ApiError(0, "nothing_sealed", t("Nothing is recorded in that time."));
  const id = crypto.randomUUID();
  onProgress("report", 0);
  const custody = custodyOf(session, wish, parts);
  const files = new Map<string, Uint8Array>(parts.map(({ name, data }) => [name, data]));
  for (const [name, path] of [[READ_ME, "/static/zegel/dist/package-readme.txt"], [VERIFIER, "/static/zegel/dist/open.html"], [CHECKPOINT, "/ledger/checkpoint"]] as const) files.set(name, await session.api.bytes(path));
  files.set(REPORT, await reportOf(session, wish, id, parts, custody));
  onProgress("signing", 0);
  return sign(session, wish, { id, code, parts, files, custody });
}

/** Hour by hour. What an alarm released is one look of some minutes, however long a time the order asks for: it is cut to that afterwards. */
export function spansOf({ fromMs, toMs, alarmId }: Pick<PackageWish, "fromMs" | "toMs" | "alarmId">): readonly { readonly fromMs: number; readonly toMs: number }[] {
  if (alarmId !== undefined) return [{ fromMs, toMs }];
  const begins = Array.from({ length: Math.ceil((toMs - fromMs) / LONGEST_MS) }, (_, hour) => fromMs + hour * LONGEST_MS);
  return begins.map((begin) => ({ fromMs: begin, toMs: Math.min(toMs, begin + LONGEST_MS) }));
}

/** Each camera by itself. */
async function record(session: Session, wish: PackageWish, code: string, onProgress: (step: Step, done: number) => void): Promise<readonly Part[]> {
  const parts: Part[] = [];
  const spans = spansOf(wish);
  for (const [i, camera] of wish.cameras.entries()) {
    const known = wish.alarmId === undefined ? (await dayOf(session, camera.id, await unitOf(session, camera.id), wish.fromMs, wish.toMs)).recorded : null;
    for (const [hour, span] of spans.entries()) {
      if (known !== null && !known.some((one) => one.fromMs < span.toMs && one.toMs > span.fromMs)) continue;
      const of = { cameraId: camera.id, cameraName: camera.name, siteName: wish.siteName, zone: wish.zone, ...span, form: "originals", purpose: wish.purpose, recipient: wish.recipient, code } as const;
      const made = await makeExports(session, { ...of, ...(wish.order === null ? {} : { orderId: wish.order.id }), ...(wish.alarmId === undefined ? {} : { alarmId: wish.alarmId }) }, (step, done) => onProgress(step, (i * spans.length + hour + done) / (wish.cameras.length * spans.length))).catch(nothingThere);
      for (const one of made) parts.push({ name: `${RECORDINGS}${String(parts.length + 1).padStart(3, "0")}-${one.name}`, camera: camera.name, made: one, data: new Uint8Array(await one.blob.arrayBuffer()) });
    }
  }
  if (parts.length > 0) complete(parts);
  return parts;
}

/** An hour in which nothing was recorded is no fault. */
function nothingThere(error: unknown): readonly Made[] {
  const none = (error instanceof ApiError && error.code === "nothing_to_show") || (error instanceof SealError && error.code === "range");
  if (none) return [];
  throw error;
}

/** Held against the rules by which others will check it, before it is signed and written down as a package. */
function complete(parts: readonly Part[]): void {
  const opened = new Map(parts.map(({ name, data }) => [name, readFile(data, parts[0]!.made.said.signer)]));
  for (const { statement: { value } } of opened.values()) {
    const listed = value.manifests.map((one) => MANIFEST.decode(parseEnvelope(one).body));
    const open = value.segments.filter(({ epoch, seq }) => !listed.some((one) => equal(one.epoch, epoch) && one.segments.some((each) => each.seq === seq)));
    if (open.length > 0) throw new ApiError(0, "not_listed_yet", t("The unit has not signed its list of the last seconds yet. Choose an earlier end, or try again in a minute."));
  }
  checkComplete(opened);
}

function custodyOf(session: Session, wish: PackageWish, parts: readonly Part[]): readonly Link[] {
  const { order } = wish;
  const me = session.person.name;
  const links: Link[] = [];
  if (order !== null) {
    links.push({ atMs: order.received_ms, what: "order_received", who: order.received_by, index: null });
    if (order.decided_ms !== null) links.push({ atMs: order.decided_ms, what: "order_accepted", who: order.decided_by, index: null });
  }
  for (const { camera, made } of parts) {
    links.push({ atMs: made.said.fromMs, what: "recorded", who: camera, index: null }, { atMs: Date.now(), what: "opened", who: me, index: made.said.looks[0] ?? null }, { atMs: Date.now(), what: "exported", who: me, index: made.index });
  }
  links.push(...(wish.agreed ?? []), { atMs: Date.now(), what: "packaged", who: me, index: null });
  return links.map((link) => ({ ...link, who: plain(link.who) })).sort((a, b) => a.atMs - b.atMs);
}

function scopeOf(wish: PackageWish): Record<string, unknown> {
  return {
    camera_ids: wish.cameras.map(({ id }) => id), from_ms: Math.floor(wish.fromMs), to_ms: Math.ceil(wish.toMs), recipient: wish.recipient,
    ...(wish.order === null ? {} : { order_id: wish.order.id }), ...(wish.alarmId === undefined ? {} : { alarm_id: wish.alarmId }),
  };
}

async function reportOf(session: Session, wish: PackageWish, id: string, parts: readonly Part[], custody: readonly Link[]): Promise<Bytes> {
  const recordings = parts.map(({ name, camera, made, data }) => ({ name, camera, from_ms: Math.floor(made.said.fromMs), to_ms: Math.ceil(made.said.toMs), segments: made.said.segments, sha256: base64url(sha256(data)), statement: base64url(made.said.statement), index: made.index }));
  const links = custody.map(({ atMs, what, who, index }) => ({ at_ms: Math.floor(atMs), what, who, index }));
  return session.api.postForBytes("/evidence/report", { package_id: id, ...scopeOf(wish), recordings, custody: links, language });
}

interface Ready {
  readonly id: string;
  readonly code: string;
  readonly parts: readonly Part[];
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly custody: readonly Link[];
}

async function sign(session: Session, wish: PackageWish, { id, code, parts, files, custody }: Ready): Promise<Packed> {
  const { order } = wish;
  const log = parts[0]!.made.said.log;
  must(parts.every(({ made }) => made.said.log === log), "object", "the recordings are of units with different logs");
  const listed = [...files].map(([name, data]) => ({ name, size: data.length, hash: copy(sha256(data)) })).sort((a, b) => (a.name < b.name ? -1 : 1));
  const evidence: Evidence = {
    version: 1, package: fromUuid(id), maker: wish.alarmId === undefined ? "owner" : "arc", form: "originals", signerKey: copy(session.signing.publicKey), order: order === null ? null : fromUuid(order.id), authority: plain(order?.authority ?? ""),
    reference: plain(order?.reference ?? ""), ground: order?.ground ?? "own_decision", article: plain(order?.article ?? ""), scope: [...(order?.scope ?? "").normalize("NFC").replaceAll(/\p{Cc}+/gu, " ")].slice(0, 2000).join(""), recipient: plain(wish.recipient),
    person: fromUuid(session.person.id), party: fromUuid(session.actingParty!.id), second: wish.second ? fromUuid(wish.second) : null, madeMs: Date.now(), log, files: listed, custody: custody.map((link) => ({ ...link, atMs: Math.floor(link.atMs) })),
  };
  const signed = await signEvidence(evidence, session.signing);
  const hash = objectHash("evidence", parseEnvelope(signed).body);
  const size = [...files.values()].reduce((sum, { length }) => sum + length, signed.length);
  const { index } = await session.api.post<{ index: number }>("/evidence/packages", { package_id: id, form: "originals", purpose: wish.purpose, ...scopeOf(wish), evidence: base64url(hash), signer: base64url(session.signing.fingerprint), size });
  const [receipt] = await receipts(session, [index]);
  const first = [READ_ME, VERIFIER, REPORT];
  const rest = [...files.keys()].filter((name) => !first.includes(name)).sort();
  const whole = zipParts([...first.map((name) => [name, files.get(name)!] as const), [LIST, signed], [RECEIPT, utf8(receipt!)], ...rest.map((name) => [name, files.get(name)!] as const)]);
  return { blob: new Blob([...whole] as BlobPart[], { type: "application/zip" }), name: `evidence-${uuid(fromUuid(id)).slice(0, 8)}.zip`, index, code, hash: Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join(""), recordings: parts.length };
}
