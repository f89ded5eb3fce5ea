// SPDX-License-Identifier: EUPL-1.2
// A view: one person looks at one track of one camera, for one purpose, as long as his lease runs. Principles:
//  - nothing is shown that does not verify: times, slots and keys come from what the pinned unit signed, never from the server;
//  - the log comes first: the view starts on the log's signed promise and stops when its receipt is not there in two seconds, or
//    says anything else than what was served: who, for whom, which camera, track, purpose, alarm, lease and times;
//  - manifests and releases are chains: what contradicts them ends the view, what is missing of them is told (`now.missing`);
//  - when it ends, for whatever reason, its keys are wiped before anybody is told.
import { type Bytes, equal, fromBase64url, fromUuid, hex, uuid, wipe } from "../seal/bytes";
import type { Checkpoint } from "../seal/checkpoint";
import { decode } from "../seal/encoding";
import { parseEnvelope } from "../seal/envelope";
import { EPOCH, verifyEpoch } from "../seal/epoch";
import { SealError, must } from "../seal/errors";
import { verifyManifest } from "../seal/manifest";
import type { VerifierKey } from "../seal/note";
import type { Entry } from "../seal/proof";
import type { Range, RangeKeys } from "../seal/ranges";
import type { InclusionPromise } from "../seal/promise";
import { RELEASE, openRelease, verifyRelease } from "../seal/release";
import { type SegmentHeader, type TrackNumber, openSegment } from "../seal/segment";
import { Leaves, cover } from "../seal/tree";
import { ManifestChain, type MissingStretch, ReleaseChain, joined, within } from "./chains";
import { type EpochHeld, type LeftText, openWhole, verifyLeft } from "./epochs";
import { ApiError, TrustError } from "./errors";
import { type Stream, type ZegelEvent, concerns } from "./events";
import type { Session } from "./session";
import type { Standing, UnitTrust } from "./trust";

export interface RangeText {
  readonly epoch: string;
  readonly from: number;
  readonly to: number;
}

export interface ViewRequest {
  readonly cameraId: string;
  readonly track: TrackNumber;
  readonly purpose: string;
  readonly alarmId?: string;
  readonly ranges?: readonly RangeText[];
  readonly fromMs?: number;
  readonly toMs?: number;
  /** Keep asking for what comes next, until the window ends. Default: when an alarm is looked at without an end. */
  readonly follow?: boolean;
}

interface SegmentEntry {
  readonly id: string;
  readonly epoch: string;
  readonly slot: number;
  readonly seq: number;
  readonly ra: boolean;
  readonly size: number;
  readonly sha256: string;
}

interface ViewAnswer {
  readonly lease_id: string;
  readonly index: number;
  readonly promise: string;
  readonly expires_ms: number;
  readonly epochs: readonly string[];
  readonly segments: readonly SegmentEntry[];
  readonly releases?: readonly string[] | null;
  readonly manifests: readonly string[];
  readonly more: boolean;
  /** In place of epochs of which the owner deleted a part. */
  readonly kept?: readonly LeftText[];
}

/** A decrypted segment with the authenticated times it belongs to. */
export interface OpenedSegment {
  readonly header: SegmentHeader;
  readonly plaintext: Bytes;
  /** UTC of the epoch's slot 0, from the unit's signed epoch. */
  readonly epochStartMs: number;
}

/** A segment as it is stored, after it was opened and held against what the unit signed. */
export interface SealedPiece {
  readonly epoch: Bytes;
  readonly slot: number;
  readonly seq: number;
  readonly digest: Bytes;
  readonly bytes: Bytes;
}

/** What proves a view's segments, for who takes them away: envelopes as they were signed, and the numbers of its log entries. */
export interface Evidence {
  readonly trust: UnitTrust;
  readonly epochs: readonly Bytes[];
  readonly manifests: readonly Bytes[];
  readonly indices: readonly number[];
}

/** Why a view is over. `done` and `ended` are ordinary; the rest is shown. */
export type StopReason =
  | "ended" // the viewer ended it
  | "window_ended" // recalled, closed, or past its window
  | "refused" // the server lets no more be seen
  | "no_receipt" // the log did not prove the entry in time
  | "not_verified" // something signed does not hold
  | "unreachable"
  | "unsupported" // this browser cannot play it
  | "signed_out";

export interface ViewNow {
  readonly phase: "opening" | "open" | "complete" | "stopped";
  readonly proof: "waiting" | "proved" | "failed";
  readonly opened: number;
  readonly reason: StopReason | null;
  readonly detail: string | null;
  /** What of the request can't be shown though the unit recorded it, or might have. In order of time. */
  readonly missing: readonly MissingStretch[];
}

const BATCH_BYTES = 4 << 20;
const FIRST_BATCH_BYTES = 1 << 20;
const FOLLOW_EVERY_MS = 1000;
const RETRY_FOR_MS = 10_000;
/** Entries by which the log grows before its consistency is asked for again while a view runs. */
const COMPARE_EVERY = 16;
/** How long the log may fail to show that it is the one that was known before. */
const AGREE_WITHIN_MS = 10_000;
const SLOT_MS = 1000;
/** By now a manifest should have come: it covers 60 slots, and waits for the seconds that an alarm may still need. */
const LISTED_WITHIN_MS = 300_000;

const standings: Readonly<Record<string, Standing>> = { own_use: "owner", alarm_verification: "arc", alarm_followup: "arc" };
/** A look at an earlier alarm: what was released then, and nothing that comes. */
const FOLLOW_UP = "alarm_followup";

/** What an answer served: its log entry must say the same. */
interface Served {
  readonly lease: string;
  readonly slots: number;
  /** Epoch (hex) and slot of each second. */
  readonly seconds: readonly (readonly [string, number])[];
  readonly fromMs: number;
  readonly toMs: number;
}

/** Asks for the view; rejects with ApiError (refused), TrustError or SealError before anything was shown. */
export async function openView(session: Session, request: ViewRequest): Promise<View> {
  const view = new View(session, request);
  await view.start();
  return view;
}

export class View {
  #lease: { id: string; index: number; expiresMs: number } | null = null;
  #trust: UnitTrust | null = null;
  readonly #epochs = new Map<string, EpochHeld>();
  readonly #roots = new Map<string, Leaves>();
  readonly #releases = new Map<string, RangeKeys>();
  readonly #parts = new ReleaseChain();
  readonly #manifests = new ManifestChain();
  readonly #digests = new Map<string, { readonly epoch: string; readonly slot: number; readonly seq: number; readonly digest: Bytes }>();
  readonly #listed = new Set<string>();
  readonly #seen = new Set<string>();
  #queue: SegmentEntry[] = [];
  #more = false;
  #newestMs = 0;
  #now: ViewNow = { phase: "opening", proof: "waiting", opened: 0, reason: null, detail: null, missing: [] };
  readonly #proving = new Map<number, Promise<void>>();
  readonly #changed = new Set<(now: ViewNow) => void>();
  readonly #segment = new Set<(segment: OpenedSegment) => void>();
  #sealed: ((piece: SealedPiece) => void) | null = null;
  readonly #manifestEnvelopes: Bytes[] = [];
  #held: OpenedSegment[] = [];
  #wake: () => void = () => {};
  #appetite: () => boolean = () => true;
  #events: Stream | null = null;
  readonly #abort = new AbortController();

  constructor(
    private readonly session: Session,
    readonly request: ViewRequest,
  ) {}

  get lease(): { readonly id: string; readonly index: number; readonly expiresMs: number } | null {
    return this.#lease;
  }

  get now(): ViewNow {
    return this.#now;
  }

  /** As what this view's person acts: his own purpose says so, not the server. */
  get #standing(): Standing {
    return standings[this.request.purpose] ?? "guest";
  }

  get follows(): boolean {
    return this.request.follow ?? (this.request.purpose !== FOLLOW_UP && this.request.alarmId !== undefined && this.request.toMs === undefined && this.request.ranges === undefined);
  }

  onChange(listener: (now: ViewNow) => void): void {
    this.#changed.add(listener);
    listener(this.#now);
  }

  /** Segments in order of time; those opened before the first listener came are handed over at once. */
  onSegment(listener: (segment: OpenedSegment) => void): void {
    this.#segment.add(listener);
    for (const segment of this.#held.splice(0)) listener(segment);
  }

  /** Who takes the originals away gets each as it was stored; said before the first one comes. */
  takeOriginals(taker: (piece: SealedPiece) => void): void {
    this.#sealed = taker;
  }

  /** As far as the view has come. */
  get evidence(): Evidence {
    const trust = this.#trust;
    must(trust !== null, "object", "nothing was given yet");
    return { trust, epochs: [...this.#epochs.values()].map(({ envelope }) => envelope), manifests: [...this.#manifestEnvelopes], indices: [...this.#proving.keys()] };
  }

  /** When a slot of an epoch (hex) begins, by what was signed; null when that was not given. */
  timeOf(epoch: string, slot: number): number | null {
    const start = this.#startMs(epoch);
    return start === null ? null : start + slot * SLOT_MS;
  }

  /** The covers of ranges that the view may open; the caller wipes them. */
  async covers(ranges: readonly Range[]): Promise<readonly (readonly Bytes[])[]> {
    return Promise.all(ranges.map(async (range) => {
      const released = this.#releaseOf(hex(range.epoch), range.from);
      if (released !== null) return released.keys.within([range])[0]!;
      const held = this.#epochs.get(hex(range.epoch));
      must(held !== undefined, "object", "a range of an epoch that was not given");
      if (held.keys !== null) return held.keys.within([range])[0]!;
      must(held.sealed !== null, "open", "the keys of what is left of this epoch were not given");
      const root = await openWhole(await this.session.tenantKeys(this.#trust!.owners), held.sealed);
      try {
        return cover(root, range.from, range.to);
      } finally {
        wipe(root);
      }
    }));
  }

  /** Slots [from, to) of an epoch (hex), in as few ranges as their keys allow: what a unit released in parts opens in parts. */
  parted(epoch: string, from: number, to: number): readonly (readonly [number, number])[] {
    const parts: [number, number][] = [];
    for (let at = from; at < to; ) {
      const end = Math.min(to, this.#releaseOf(epoch, at)?.to ?? to);
      parts.push([at, end]);
      at = end;
    }
    return parts;
  }

  #releaseOf(epoch: string, slot: number): { readonly keys: RangeKeys; readonly to: number } | null {
    for (const keys of this.#releases.values()) {
      const range = keys.ranges.find((each) => hex(each.epoch) === epoch && slot >= each.from && slot < each.to);
      if (range !== undefined) return { keys, to: range.to };
    }
    return null;
  }

  /** A player that has enough buffered says so; the view then waits before it opens more. */
  setAppetite(hungry: () => boolean): void {
    this.#appetite = hungry;
  }

  /** @internal */
  async start(): Promise<void> {
    this.session.whenEnded(() => this.stop("signed_out"));
    this.#events = this.session.events((event) => this.#heard(event));
    try {
      const { cameraId, track, purpose, alarmId, ranges, fromMs, toMs } = this.request;
      const sizes = this.session.ledger.sizes();
      const answer = await this.session.api.post<ViewAnswer>("/views", {
        camera_id: cameraId, track, purpose, alarm_id: alarmId ?? null, ...(ranges ? { ranges } : {}), ...(fromMs === undefined ? {} : { from_ms: fromMs, to_ms: toMs }),
      });
      await this.#take(answer, sizes);
      this.#set({ phase: "open" });
    } catch (error) {
      this.#fail(error);
      throw error;
    }
    void this.#run();
  }

  async end(): Promise<void> {
    this.stop("ended");
  }

  /** Ends the view: keys wiped first, then everybody told, then the server. */
  stop(reason: StopReason, detail: string | null = null): void {
    if (this.#now.phase === "stopped") return;
    for (const keys of this.#releases.values()) keys.wipe();
    for (const leaves of this.#roots.values()) leaves.wipe();
    for (const { keys } of this.#epochs.values()) keys?.wipe();
    wipe(...this.#held.map(({ plaintext }) => plaintext));
    this.#releases.clear();
    this.#roots.clear();
    this.#held = [];
    this.#queue = [];
    this.#abort.abort();
    this.#events?.close();
    this.#set({ phase: "stopped", reason, detail, ...(reason === "no_receipt" ? { proof: "failed" as const } : {}) });
    this.#wake();
    if (this.#lease) void this.session.api.post(`/views/${this.#lease.id}/end`).catch(() => undefined);
  }

  #set(part: Partial<ViewNow>): void {
    this.#now = { ...this.#now, ...part };
    for (const listener of this.#changed) listener(this.#now);
  }

  // --- what the server says, verified ---------------------------------------------------------------------------------

  /** `sizes`: how large each log was known to be before this was asked for. */
  async #take(answer: ViewAnswer, sizes: (log: VerifierKey) => number): Promise<void> {
    const came = performance.now();
    const trust = (this.#trust ??= await this.#trustOf(answer));
    this.#lease = { id: answer.lease_id, index: answer.index, expiresMs: answer.expires_ms };
    const isNew = !this.#proving.has(answer.index);
    const promise = isNew ? this.session.ledger.promise(answer.promise, answer.index, trust.log) : null;
    if (isNew) this.session.ledger.spend(answer.index, trust.log, sizes(trust.log));
    const fresh = answer.segments.filter(({ id }) => !this.#listed.has(id));
    must(isNew || fresh.length === 0, "proof", "the server gives more than it logged");
    for (const envelope of this.#unseen(answer.epochs)) this.#takeEpoch(envelope, trust);
    for (const left of answer.kept ?? []) await this.#takeLeft(left, trust);
    for (const envelope of this.#unseen(answer.releases ?? [])) await this.#takeRelease(envelope, trust);
    const points = this.#unseen(answer.manifests).map((envelope) => this.#takeManifest(envelope, trust));
    this.#parts.checkHeads(this.#manifests.manifests);
    for (const segment of fresh) this.#list(segment);
    if (promise) this.#demandProof(promise, this.#served(answer.lease_id, fresh), trust, came);
    void this.#insist(() => this.session.ledger.agree(points.filter((point) => point !== null), trust.log));
    this.#more = answer.more;
    this.#tellMissing();
  }

  /** The unit that claims to have signed; what it signed is then verified with the key that is pinned for it. */
  async #trustOf({ epochs, releases }: ViewAnswer): Promise<UnitTrust> {
    const [epoch, release] = [epochs[0], releases?.[0]];
    const claimed = epoch ? EPOCH.decode(parseEnvelope(fromBase64url(epoch)).body).unit : release ? RELEASE.decode(parseEnvelope(fromBase64url(release)).body).unit : null;
    const id = claimed ? uuid(claimed) : await this.#unitOfCamera();
    return this.session.trust.unit(id, this.#standing);
  }

  async #unitOfCamera(): Promise<string> {
    const { cameras } = await this.session.api.get<{ cameras: readonly { id: string; unit: { id: string } }[] }>(`/cameras?camera_id=${this.request.cameraId}`);
    const camera = cameras.find(({ id }) => id === this.request.cameraId);
    if (!camera) throw new ApiError(404, "unknown_camera", "this camera is not among yours");
    return camera.unit.id;
  }

  #served(lease: string, segments: readonly SegmentEntry[]): Served {
    const times = segments.map(({ epoch, slot }) => this.#startOf(epoch) + slot * SLOT_MS);
    const seconds = segments.map(({ epoch, slot }) => [fromUuidHex(epoch), slot] as const);
    const slots = new Set(seconds.map(([epoch, slot]) => `${epoch}/${slot}`)).size;
    return { lease, slots, seconds, fromMs: Math.min(...times), toMs: Math.max(...times) + SLOT_MS };
  }

  #demandProof(promise: InclusionPromise, served: Served, trust: UnitTrust, sinceMs: number): void {
    const proving = this.session.ledger.fulfilled(promise, trust.log, sinceMs).then(
      ({ entry, checkpoint }) => {
        const wrong = this.#contradiction(entry, served, trust);
        if (wrong !== null) return this.stop("no_receipt", `the log's entry is not this view: ${wrong}`);
        this.#set({ proof: "proved" });
        void this.#hold(checkpoint, trust.log);
      },
      (error: unknown) => this.stop("no_receipt", error instanceof Error ? error.message : null),
    );
    this.#proving.set(promise.index, proving);
  }

  /** What the entry says otherwise than what was served here; null when it says the same. */
  #contradiction(entry: Entry, served: Served, trust: UnitTrust): string | null {
    const { cameraId, track, purpose, alarmId } = this.request;
    const facts = new Map(entry.facts.map(({ key, value }) => [key, value]));
    const [slots, from, to] = [facts.get("slots"), facts.get("from_ms"), facts.get("to_ms")];
    const covers = served.slots === 0 || (typeof from === "number" && typeof to === "number" && from <= served.fromMs && to >= served.toMs);
    const said: readonly (readonly [string, boolean])[] = [
      ["kind", entry.kind === "view"],
      ["person", entry.actorKind === "person" && isId(entry.actor, this.session.person.id)],
      ["party", isId(entry.actorParty, this.session.actingParty?.id)],
      ["owner", entry.owner !== null && equal(entry.owner, trust.keyset.value.owner)],
      ["lease", isId(facts.get("lease"), served.lease)],
      ["camera", isId(facts.get("camera"), cameraId)],
      ["track", facts.get("track") === track],
      ["purpose", facts.get("purpose") === purpose],
      ["alarm", alarmId === undefined ? (facts.get("alarm") ?? null) === null : isId(facts.get("alarm"), alarmId)],
      ["slots", typeof slots === "number" && slots >= served.slots],
      ["times", covers],
      ["seconds", namesAll(facts.get("seconds"), served)],
    ];
    return said.find(([, same]) => !same)?.[0] ?? null;
  }

  /** Renewals repeat what was given before: exactly these bytes were verified already. */
  #unseen(envelopes: readonly string[]): readonly Bytes[] {
    const unseen = envelopes.filter((text) => !this.#seen.has(text));
    for (const text of unseen) this.#seen.add(text);
    return unseen.map((text) => fromBase64url(text));
  }

  /** A log that forked ends the view. While it grows little, and was compared before, its checkpoints are let pass. */
  async #hold(checkpoint: Checkpoint, log: VerifierKey): Promise<void> {
    const { ledger } = this.session;
    const known = ledger.head(log);
    if (known && ledger.compared(log) && known.size < checkpoint.size && checkpoint.size < known.size + COMPARE_EVERY) return;
    await this.#insist(() => ledger.observe(checkpoint, log));
  }

  /** Done soon, or the view ends: a log that won't be compared is not believed. */
  async #insist(work: () => Promise<void>): Promise<void> {
    const since = performance.now();
    while (this.#now.phase !== "stopped") {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof ApiError)) return this.#fail(error);
        if (performance.now() - since > AGREE_WITHIN_MS) return this.stop(error.status === 0 ? "unreachable" : "not_verified", error.message);
        await new Promise((resolve) => setTimeout(resolve, FOLLOW_EVERY_MS));
      }
    }
  }

  #takeEpoch(envelope: Bytes, trust: UnitTrust): void {
    const epoch = verifyEpoch(envelope, trust.signKey);
    this.#ofThisView(epoch.value, trust);
    this.#epochs.set(hex(epoch.value.epoch), { value: epoch.value, sealed: epoch.value, kept: null, keys: null, envelope });
  }

  #ofThisView(value: EpochHeld["value"], trust: UnitTrust): void {
    must(equal(value.camera, fromUuid(this.request.cameraId)) && value.track === this.request.track, "object", "an epoch of another camera or track");
    must(equal(value.unit, trust.unit), "object", "an epoch of another unit");
    must(trust.keysets.has(hex(value.keyset)), "chain", "an epoch under a keyset that is not in the verified chain");
  }

  /** Of what is left of an epoch: the owner's word, and his keys where they are this person's to have. */
  async #takeLeft(left: LeftText, trust: UnitTrust): Promise<void> {
    const text = `${left.kept} ${left.grant ?? ""}`;
    if (this.#seen.has(text)) return;
    this.#seen.add(text);
    const held = await verifyLeft(left, trust, () => this.session.tenantKeys(trust.owners));
    this.#ofThisView(held.value, trust);
    const id = hex(held.value.epoch);
    this.#epochs.get(id)?.keys?.wipe();
    if (this.#now.phase === "stopped") return held.keys?.wipe();
    this.#epochs.set(id, held);
  }

  async #takeRelease(envelope: Bytes, trust: UnitTrust): Promise<void> {
    const release = verifyRelease(envelope, trust.signKey);
    const { value, hash } = release;
    if (this.#releases.has(hex(hash))) return;
    const { cameraId, alarmId } = this.request;
    must(equal(value.unit, trust.unit), "object", "a release of another unit");
    must(alarmId === undefined || equal(value.alarm, fromUuid(alarmId)), "object", "a release of another alarm");
    this.#parts.add(release);
    if (!equal(value.camera, fromUuid(cameraId))) return; // another camera of the same alarm: a link of its chain, no key of ours
    const held = await this.session.tenantKeys("opening"); // newest first: a unit may have sealed to the one of before
    const keys = await openRelease(value, held.find(({ fingerprint }) => equal(fingerprint, value.recipient)) ?? held[0]!);
    if (this.#now.phase === "stopped") keys.wipe();
    else this.#releases.set(hex(hash), keys);
  }

  /** The tree of the log that the unit knew then. */
  #takeManifest(envelope: Bytes, trust: UnitTrust): { readonly size: number; readonly root: Bytes } | null {
    const manifest = verifyManifest(envelope, trust.signKey);
    const { value } = manifest;
    this.#manifestEnvelopes.push(envelope);
    must(equal(value.camera, fromUuid(this.request.cameraId)) && value.track === this.request.track, "object", "a manifest of another camera or track");
    must(equal(value.unit, trust.unit), "object", "a manifest of another unit");
    this.#manifests.add(manifest);
    for (const { epoch, slot, seq, digest } of this.#digests.values()) this.#manifests.check(epoch, slot, seq, digest);
    return value.checkpoint;
  }

  #list(segment: SegmentEntry): void {
    this.#listed.add(segment.id);
    this.#listed.add(`${fromUuidHex(segment.epoch)}/${segment.seq}`);
    this.#newestMs = Math.max(this.#newestMs, this.#startOf(segment.epoch) + segment.slot * SLOT_MS);
    this.#queue.push(segment);
    this.#queue.sort((a, b) => this.#startOf(a.epoch) - this.#startOf(b.epoch) || a.seq - b.seq);
  }

  #startOf(epoch: string): number {
    return this.#startMs(fromUuidHex(epoch)) ?? 0;
  }

  readonly #startMs = (epoch: string): number | null => this.#epochs.get(epoch)?.value.startMs ?? null;

  /** What was asked for and should be here by what the unit signed, and is not. */
  #tellMissing(): void {
    const wanted = this.#wanted();
    const until = this.#more ? this.#newestMs : Number.POSITIVE_INFINITY;
    const withheld = this.#manifests.manifests.flatMap(({ epoch, segments }) => {
      const [id, start] = [hex(epoch), this.#startMs(hex(epoch))];
      if (start === null) return [];
      return segments.filter(({ seq, slot }) => !this.#listed.has(`${id}/${seq}`) && !this.#deleted(id, slot)).map(({ slot }) => [start + slot * SLOT_MS, start + (slot + 1) * SLOT_MS] as const);
    });
    const late = Date.now() - LISTED_WITHIN_MS;
    const unlisted = [...this.#digests.values()].flatMap(({ epoch, slot }) => {
      const at = (this.#startMs(epoch) ?? 0) + slot * SLOT_MS;
      return at < late && !this.#manifests.covers(epoch, slot) ? [[at, at + SLOT_MS] as const] : [];
    });
    const told = (why: MissingStretch["why"], stretches: readonly (readonly [number, number])[]): MissingStretch[] => stretches.map(([fromMs, toMs]) => ({ fromMs, toMs, why }));
    const missing = joined([
      ...told("withheld", within(withheld.filter(([from]) => from < until), wanted)),
      ...told("unlisted", [...within(this.#manifests.holes(this.#startMs), wanted), ...unlisted]),
      ...told("release", this.#parts.holes(this.#startMs)),
    ]);
    if (JSON.stringify(missing) !== JSON.stringify(this.#now.missing)) this.#set({ missing });
  }

  /** By the owner's own signed word it was not kept. */
  #deleted(epoch: string, slot: number): boolean {
    const kept = this.#epochs.get(epoch)?.kept ?? null;
    return kept !== null && !kept.some(({ from, to }) => slot >= from && slot < to);
  }

  /** UTC of what was asked for: released, named by slots, or a time. */
  #wanted(): readonly (readonly [number, number])[] {
    const { ranges, fromMs, toMs } = this.request;
    const released = [...this.#releases.values()].flatMap((keys) => keys.ranges.map(({ epoch, from, to }) => ({ epoch: hex(epoch), from, to })));
    const named = released.length > 0 ? released : (ranges ?? []).map(({ epoch, from, to }) => ({ epoch: fromUuidHex(epoch), from, to }));
    if (named.length === 0) return fromMs === undefined || toMs === undefined ? [] : [[fromMs, toMs]];
    return named.flatMap(({ epoch, from, to }) => {
      const start = this.#startMs(epoch);
      return start === null ? [] : [[start + from * SLOT_MS, start + to * SLOT_MS] as const];
    });
  }

  // --- opening ----------------------------------------------------------------------------------------------------------

  async #run(): Promise<void> {
    let first = true;
    let lostAt: number | null = null;
    while (this.#now.phase !== "stopped") {
      try {
        if (this.#queue.length > 0) await this.#openBatch(first ? FIRST_BATCH_BYTES : BATCH_BYTES);
        else if (!(await this.#next())) return;
        if (this.#now.opened > 0) first = false;
        lostAt = null;
      } catch (error) {
        if (!(error instanceof ApiError) || error.status !== 0) return this.#fail(error);
        lostAt ??= performance.now();
        if (performance.now() - lostAt > RETRY_FOR_MS) return this.#fail(error);
        await this.#pause(FOLLOW_EVERY_MS / 2);
      }
    }
  }

  /** What comes after the queue is empty; false when the view is complete. */
  async #next(): Promise<boolean> {
    if (this.#more) {
      await this.#renew();
      return true;
    }
    if (!this.follows) {
      this.#set({ phase: "complete" });
      return false;
    }
    await this.#pause(FOLLOW_EVERY_MS);
    if (this.#now.phase !== "stopped") await this.#renew();
    return true;
  }

  async #renew(): Promise<void> {
    const sizes = this.session.ledger.sizes();
    await this.#take(await this.session.api.post<ViewAnswer>(`/views/${this.#lease!.id}/renew`, {}, { signal: this.#abort.signal }), sizes);
  }

  async #openBatch(limit: number): Promise<void> {
    while (!this.#appetite() && this.#now.phase !== "stopped") await this.#pause(250);
    const batch: SegmentEntry[] = [];
    for (let size = 0; this.#queue.length > 0 && (batch.length === 0 || size + this.#queue[0]!.size <= limit); ) {
      const next = this.#queue.shift()!;
      size += next.size + 4;
      batch.push(next);
    }
    const { signal } = this.#abort;
    try {
      const bytes = await this.session.api.postForBytes(`/views/${this.#lease!.id}/segments`, { ids: batch.map(({ id }) => id) }, { signal });
      const parts = split(bytes, batch.length);
      const opened = await Promise.all(batch.map((entry, i) => this.#open(entry, parts[i]!)));
      for (const segment of opened) this.#hand(segment);
      this.#tellMissing();
    } catch (error) {
      if (error instanceof ApiError && error.status === 0) this.#queue.unshift(...batch);
      throw error;
    }
  }

  async #open(entry: SegmentEntry, bytes: Bytes): Promise<OpenedSegment> {
    const epoch = this.#epochs.get(fromUuidHex(entry.epoch));
    must(epoch !== undefined, "object", "a segment of an epoch that was not given");
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    must(equal(digest, fromBase64url(entry.sha256)), "open", "a segment came damaged");
    const key = await this.#leaf(epoch, entry.slot);
    try {
      const { header, plaintext } = await openSegment(key, bytes);
      this.#check(header, epoch.value, entry);
      this.#checkManifest(header, digest);
      this.#sealed?.({ epoch: header.epoch, slot: header.slot, seq: header.seq, digest, bytes });
      return { header, plaintext, epochStartMs: epoch.value.startMs };
    } finally {
      wipe(key);
    }
  }

  async #leaf({ value: epoch, sealed, keys: left }: EpochHeld, slot: number): Promise<Bytes> {
    for (const keys of this.#releases.values()) if (keys.has(epoch.epoch, slot)) return keys.leaf(epoch.epoch, slot);
    if (this.#releases.size > 0) throw new SealError("range", "the server gave a segment that was not released");
    if (left !== null) return left.leaf(epoch.epoch, slot);
    must(sealed !== null, "open", "the keys of what is left of this epoch were not given");
    const id = hex(epoch.epoch);
    const opened = this.#roots.get(id) ?? new Leaves(await openWhole(await this.session.tenantKeys(this.#trust!.owners), sealed));
    if (this.#now.phase === "stopped") {
      opened.wipe();
      throw new SealError("open", "the view is over");
    }
    // Several segments may have opened it at once: one stays.
    const leaves = this.#roots.get(id) ?? opened;
    if (leaves !== opened) opened.wipe();
    this.#roots.set(id, leaves);
    return leaves.leaf(slot);
  }

  /** The header is authenticated; the server's list is not: they must say the same, and what was asked for. */
  #check(header: SegmentHeader, epoch: EpochHeld["value"], entry: SegmentEntry): void {
    const right =
      equal(header.camera, epoch.camera) && equal(header.epoch, epoch.epoch) && header.track === epoch.track &&
      header.suite === epoch.suite && header.slot === entry.slot && header.seq === entry.seq;
    must(right, "object", "a segment is not the one that was listed");
  }

  #checkManifest({ epoch, slot, seq }: SegmentHeader, digest: Bytes): void {
    const id = hex(epoch);
    this.#manifests.check(id, slot, seq, digest);
    this.#digests.set(`${id}/${seq}`, { epoch: id, slot, seq, digest });
  }

  #hand(segment: OpenedSegment): void {
    if (this.#now.phase === "stopped") return wipe(segment.plaintext);
    if (this.#segment.size === 0) this.#held.push(segment);
    for (const listener of this.#segment) listener(segment);
    this.#set({ opened: this.#now.opened + 1 });
  }

  // --- ends -------------------------------------------------------------------------------------------------------------

  #heard(event: ZegelEvent): void {
    const { alarmId, cameraId, purpose } = this.request;
    const ending = purpose === FOLLOW_UP ? "reopening.ended" : "window.ended";
    if (alarmId !== undefined && event.topic === ending && concerns(event, alarmId)) return this.stop("window_ended");
    if (alarmId !== undefined && event.topic === "alarm.changed" && concerns(event, alarmId)) return this.#wake();
    if (["segments.stored", "release.stored"].includes(event.topic) && (concerns(event, cameraId) || (alarmId !== undefined && concerns(event, alarmId)))) this.#wake();
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => (clearTimeout(timer), resolve());
    });
  }

  #fail(error: unknown): void {
    const detail = error instanceof Error ? error.message : String(error);
    if (error instanceof ApiError) return this.stop(error.status === 0 ? "unreachable" : this.#lease ? "window_ended" : "refused", detail);
    if (error instanceof SealError || error instanceof TrustError) return this.stop("not_verified", detail);
    this.stop("refused", detail);
  }
}

/** The entry names every second that was served: CBOR [[epoch, from, to]…]. */
function namesAll(packed: unknown, { seconds }: Served): boolean {
  if (!(packed instanceof Uint8Array)) return seconds.length === 0;
  const ranges = decode(packed) as readonly (readonly [Uint8Array, number, number])[];
  const named = ranges.map(([epoch, from, to]) => [hex(epoch), from, to] as const);
  return seconds.every(([id, slot]) => named.some(([epoch, from, to]) => epoch === id && slot >= from && slot < to));
}

function isId(value: unknown, id: string | undefined): boolean {
  return value instanceof Uint8Array && id !== undefined && equal(value, fromUuid(id));
}

function fromUuidHex(text: string): string {
  return hex(fromUuid(text));
}

/** Length-prefixed parts (u32 big-endian), exactly as many as asked. */
function split(bytes: Bytes, count: number): readonly Bytes[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts: Bytes[] = [];
  let at = 0;
  while (at < bytes.length) {
    must(at + 4 <= bytes.length, "length", "the segments came cut off");
    const size = view.getUint32(at);
    must(at + 4 + size <= bytes.length, "length", "the segments came cut off");
    parts.push(bytes.subarray(at + 4, at + 4 + size));
    at += 4 + size;
  }
  must(parts.length === count, "length", `${parts.length} segments came, ${count} were asked for`);
  return parts;
}
