// SPDX-License-Identifier: EUPL-1.2
// A live look: what one camera sees now, for one person, as long as his lease runs and the unit goes on. Principles:
//  - the same as a view's (view.ts): nothing is shown that does not verify, the log comes first, keys are wiped before anybody is told;
//  - each segment is of an epoch that the pinned unit signed for this camera's live track, and comes once and in order: what the server
//    repeats, turns round or takes from elsewhere, or kept of an earlier look, ends this one;
//  - a lost line is shown at once and heals itself; a look that the unit or the owner's own rules ended stays ended.
import { type Bytes, equal, fromBase64url, fromUuid, hex, wipe } from "../seal/bytes";
import type { Verified } from "../seal/envelope";
import { type Epoch, openEpoch, verifyEpoch } from "../seal/epoch";
import { SealError, must } from "../seal/errors";
import type { Entry } from "../seal/proof";
import { type SegmentHeader, openSegment, decodeHeader } from "../seal/segment";
import { Leaves } from "../seal/tree";
import { ApiError, TrustError } from "./errors";
import { NotInTime } from "./ledger";
import type { Session } from "./session";
import type { Standing, UnitTrust } from "./trust";

const LIVE = 4;
const QUIET_MS = 3000;
/** The server says something every second, whether the unit sends pictures or not: silence is a dead line. */
const DEAD_MS = 6000;
const UNPROVEN_AT_MOST = 2;
const FIRST_AGAIN_MS = 300;
const LONGEST_AGAIN_MS = 5000;
/** A page that nobody closed does not ask for ever. */
const GIVE_UP_MS = 600_000;
/** The server's clock and this device's may differ by so much. */
const CLOCKS_MS = 300_000;

/** By the unit's signed time: what a server kept of an earlier look is not shown as what happens now. */
export const isOfNow = (epochStartMs: number, slot: number, nowMs: number): boolean => Math.abs(epochStartMs + slot * 1000 - nowMs) <= CLOCKS_MS;

export interface LiveRequest {
  readonly cameraId: string;
  readonly unitId: string;
  /** Who looks said what for: to check site, goods or process, and not to watch staff. */
  readonly confirmed: boolean;
  readonly purpose?: "own_use" | "maintenance";
  /** Opens an epoch for who was granted it; an owner's own key opens his. */
  readonly opener?: (epoch: Verified<Epoch>, grants: readonly string[]) => Promise<LiveKeys>;
}

/** What gives a slot's key. */
export interface LiveKeys {
  leaf(slot: number): Promise<Bytes> | Bytes;
  wipe(): void;
}

/** Why a look is over. `blocked` and `over` are the owner's own rules; the unit says so. */
export type LiveEnd =
  | "ended" | "blocked" | "over" | "stopped" | "too_many" | "refused" | "no_receipt" | "not_verified" | "unsupported" | "signed_out" | "unreachable";

export interface LiveNow {
  /** `waiting`: the line is there, the unit sends nothing (yet); `lost`: the line is gone and is sought again. */
  readonly phase: "opening" | "waiting" | "open" | "lost" | "stopped";
  readonly proof: "waiting" | "proved" | "failed";
  readonly opened: number;
  readonly reason: LiveEnd | null;
  readonly detail: string | null;
}

export interface LiveSegment {
  readonly header: SegmentHeader;
  readonly plaintext: Bytes;
  readonly epochStartMs: number;
  /** Whether segments before it are missing: nothing can be shown until the next one that stands alone. */
  readonly gap: boolean;
}

interface Lease {
  readonly lease_id: string;
  readonly index: number;
  readonly promise: string;
  readonly expires_ms: number;
  /** What an owner granted, for who looks by it. */
  readonly grants?: readonly string[];
}

const standings: Readonly<Record<string, Standing>> = { own_use: "owner" };
const final = new Set<LiveEnd>(["ended", "blocked", "over", "stopped", "too_many", "signed_out"]);

export class LiveView {
  #trust: UnitTrust | null = null;
  #lease: Lease | null = null;
  #grants: readonly string[] = [];
  #socket: WebSocket | null = null;
  #now: LiveNow = { phase: "opening", proof: "waiting", opened: 0, reason: null, detail: null };
  readonly #epochs = new Map<string, { readonly epoch: Verified<Epoch>; keys: Promise<LiveKeys> | null; seq: number }>();
  readonly #changed = new Set<(now: LiveNow) => void>();
  readonly #segment = new Set<(segment: LiveSegment) => void>();
  #working: Promise<void> = Promise.resolve();
  #quiet = 0;
  #dead = 0;
  #unproven = 0;
  #again = FIRST_AGAIN_MS;
  #lostAt: number | null = null;

  constructor(
    private readonly session: Session,
    readonly request: LiveRequest,
  ) {}

  get now(): LiveNow {
    return this.#now;
  }

  get leaseId(): string | null {
    return this.#lease?.lease_id ?? null;
  }

  get #purpose(): string {
    return this.request.purpose ?? "own_use";
  }

  onChange(listener: (now: LiveNow) => void): void {
    this.#changed.add(listener);
    listener(this.#now);
  }

  onSegment(listener: (segment: LiveSegment) => void): void {
    this.#segment.add(listener);
  }

  /** Asks for the look; rejects with ApiError, TrustError or SealError when there is none. */
  async start(): Promise<void> {
    this.session.whenEnded(() => this.stop("signed_out"));
    try {
      this.#trust = await this.session.trust.unit(this.request.unitId, standings[this.#purpose] ?? "guest");
      await this.#open();
    } catch (error) {
      this.#fail(error);
      throw error;
    }
    this.#connect();
  }

  end(): void {
    this.stop("ended");
  }

  stop(reason: LiveEnd, detail: string | null = null): void {
    if (this.#now.phase === "stopped") return;
    clearTimeout(this.#quiet);
    clearTimeout(this.#dead);
    for (const one of this.#epochs.values()) void one.keys?.then((keys) => keys.wipe(), () => undefined);
    this.#epochs.clear();
    this.#socket?.close();
    this.#socket = null;
    this.#set({ phase: "stopped", reason, detail, ...(reason === "no_receipt" ? { proof: "failed" as const } : {}) });
    const lease = this.#lease;
    if (lease) void this.session.api.post(`/views/${lease.lease_id}/end`).catch(() => undefined);
  }

  #set(part: Partial<LiveNow>): void {
    this.#now = { ...this.#now, ...part };
    for (const listener of this.#changed) listener(this.#now);
  }

  // --- the log --------------------------------------------------------------------------------------------------------

  async #open(): Promise<void> {
    const { cameraId, confirmed } = this.request;
    const sizes = this.session.ledger.sizes();
    const since = performance.now();
    const lease = await this.session.api.post<Lease>("/views", { camera_id: cameraId, track: LIVE, purpose: this.#purpose, confirmed });
    this.#take(lease, since, sizes);
  }

  #take(lease: Lease, since: number, sizes = this.session.ledger.sizes()): void {
    const { log } = this.#trust!;
    must(this.#lease === null || lease.lease_id === this.#lease.lease_id || this.#now.phase !== "open", "proof", "another lease than the one that was asked for");
    this.#lease = lease;
    this.#grants = lease.grants ?? this.#grants;
    const promise = this.session.ledger.promise(lease.promise, lease.index, log);
    this.session.ledger.spend(lease.index, log, sizes(log));
    this.session.ledger.fulfilled(promise, log, since).then(
      ({ entry, checkpoint }) => {
        const wrong = this.#contradiction(entry, lease);
        if (wrong !== null) return this.stop("no_receipt", `the log's entry is not this look: ${wrong}`);
        this.#unproven = 0;
        this.#set({ proof: "proved" });
        void this.session.ledger.observe(checkpoint, log).catch((error: unknown) => this.#fail(error));
      },
      (error: unknown) => this.#unproved(error),
    );
  }

  /** Nothing more is shown of it. When the line is gone a new look is sought, with a proof of its own; not again and again. */
  #unproved(error: unknown): void {
    const line = error instanceof NotInTime || (error instanceof ApiError && error.status === 0);
    this.#unproven += 1;
    if (!line || this.#unproven > UNPROVEN_AT_MOST) return this.stop("no_receipt", error instanceof Error ? error.message : null);
    const socket = this.#socket;
    if (socket === null) return;
    this.#lost(false);
    socket.close();
  }

  /** What the entry says otherwise than what is shown here; null when it says the same. */
  #contradiction(entry: Entry, lease: Lease): string | null {
    const facts = new Map(entry.facts.map(({ key, value }) => [key, value]));
    const [from, to, now] = [facts.get("from_ms"), facts.get("to_ms"), Date.now()];
    const timed = this.#purpose !== "own_use" || (typeof from === "number" && typeof to === "number" && from < now + CLOCKS_MS && to > now - CLOCKS_MS);
    const said: readonly (readonly [string, boolean])[] = [
      ["kind", entry.kind === "view"],
      ["person", entry.actorKind === "person" && isId(entry.actor, this.session.person.id)],
      ["party", isId(entry.actorParty, this.session.actingParty?.id)],
      ["owner", entry.owner !== null && equal(entry.owner, this.#trust!.keyset.value.owner)],
      ["lease", isId(facts.get("lease"), lease.lease_id)],
      ["camera", isId(facts.get("camera"), this.request.cameraId)],
      ["track", facts.get("track") === LIVE],
      ["purpose", facts.get("purpose") === this.#purpose],
      ["times", timed],
    ];
    return said.find(([, same]) => !same)?.[0] ?? null;
  }

  // --- the line -------------------------------------------------------------------------------------------------------

  #connect(): void {
    if (this.#now.phase === "stopped" || this.#lease === null) return;
    const socket = new WebSocket(`${this.session.api.origin.replace(/^http/, "ws")}/live/${this.#lease.lease_id}`);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    let opened = false;
    socket.onopen = () => {
      opened = true;
      this.#set({ phase: "waiting" });
      this.#listen();
      this.#alive(socket);
    };
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      this.#alive(socket);
      this.#heard(socket, data);
    };
    socket.onclose = () => {
      if (this.#socket === socket) this.#lost(opened);
    };
  }

  /** A silence is shown: the picture on screen is old. */
  #listen(): void {
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => {
      if (this.#now.phase === "open") this.#set({ phase: "waiting" });
    }, QUIET_MS) as unknown as number;
  }

  /** A line that says nothing any more is given up; its own end may come much later. */
  #alive(socket: WebSocket): void {
    clearTimeout(this.#dead);
    this.#dead = setTimeout(() => {
      if (this.#socket !== socket) return;
      this.#lost(true);
      socket.close();
    }, DEAD_MS) as unknown as number;
  }

  #lost(opened: boolean): void {
    this.#socket = null;
    clearTimeout(this.#quiet);
    clearTimeout(this.#dead);
    if (this.#now.phase === "stopped") return;
    this.#lostAt ??= performance.now();
    if (performance.now() - this.#lostAt > GIVE_UP_MS) return this.stop("unreachable");
    this.#set({ phase: "lost" });
    if (opened) this.#again = FIRST_AGAIN_MS;
    const wait = this.#again;
    this.#again = Math.min(this.#again * 2, LONGEST_AGAIN_MS);
    setTimeout(() => void this.#reconnect(opened), wait);
  }

  /** With the same lease, when the line broke; with a new one, when that no longer counts. */
  async #reconnect(sameLease: boolean): Promise<void> {
    if (this.#now.phase === "stopped") return;
    try {
      if (!sameLease) await this.#open();
      this.#connect();
    } catch (error) {
      if (error instanceof ApiError && (error.status === 0 || error.status >= 500)) this.#lost(false);
      else this.#fail(error);
    }
  }

  #heard(socket: WebSocket, data: string | ArrayBuffer): void {
    const at = performance.now();
    this.#working = this.#working.then(async () => {
      if (this.#socket !== socket) return;
      try {
        if (typeof data === "string") this.#told(JSON.parse(data) as { epoch?: string; renewed?: Lease; ended?: string }, at);
        else await this.#opened(new Uint8Array(data));
      } catch (error) {
        this.#fail(error);
      }
    });
  }

  #told({ epoch, renewed, ended }: { readonly epoch?: string; readonly renewed?: Lease; readonly ended?: string }, at: number): void {
    if (epoch !== undefined) this.#takeEpoch(fromBase64url(epoch));
    if (renewed !== undefined) this.#take(renewed, at);
    if (ended !== undefined && final.has(ended as LiveEnd)) this.stop(ended as LiveEnd);
    else if (ended === "too_slow" || ended === "restart" || ended === "lease_ended" || ended === "link_lost") this.#socket?.close();
    else if (ended !== undefined) this.stop("refused", ended);
  }

  // --- pictures ---------------------------------------------------------------------------------------------------------

  #takeEpoch(envelope: Bytes): void {
    const trust = this.#trust!;
    const epoch = verifyEpoch(envelope, trust.signKey);
    const { value } = epoch;
    must(equal(value.camera, fromUuid(this.request.cameraId)) && value.track === LIVE, "object", "an epoch of another camera or track");
    must(equal(value.unit, trust.unit), "object", "an epoch of another unit");
    must(trust.keysets.has(hex(value.keyset)), "chain", "an epoch under a keyset that is not in the verified chain");
    const id = hex(value.epoch);
    if (!this.#epochs.has(id)) this.#epochs.set(id, { epoch, keys: null, seq: -1 });
  }

  async #opened(bytes: Bytes): Promise<void> {
    const header = decodeHeader(bytes);
    const held = this.#epochs.get(hex(header.epoch));
    must(held !== undefined, "object", "a segment of an epoch that was not given");
    const { value } = held.epoch;
    must(equal(header.camera, value.camera) && header.track === LIVE && header.suite === value.suite, "object", "a segment of another camera or track");
    if (header.seq <= held.seq) return; // of a line that was taken up again: it was shown already
    must(isOfNow(value.startMs, header.slot, Date.now()), "object", "this picture is not of now: it was kept, or a clock is wrong");
    held.keys ??= this.#keysOf(held.epoch);
    const keys = await held.keys;
    const key = await keys.leaf(header.slot);
    try {
      const { plaintext } = await openSegment(key, bytes);
      this.#hand({ header, plaintext, epochStartMs: value.startMs, gap: header.seq !== held.seq + 1 });
      held.seq = header.seq;
    } finally {
      wipe(key);
    }
  }

  async #keysOf(epoch: Verified<Epoch>): Promise<LiveKeys> {
    if (this.request.opener) return this.request.opener(epoch, this.#grants);
    for (const key of await this.session.tenantKeys(this.#trust!.owners)) {
      try {
        return new Leaves(await openEpoch(epoch.value, key));
      } catch (error) {
        if (!(error instanceof SealError) || (error.code !== "open" && error.code !== "suite")) throw error;
      }
    }
    throw new SealError("open", "this live picture is sealed to a key that you do not hold");
  }

  #hand(segment: LiveSegment): void {
    if (this.#now.phase === "stopped") return wipe(segment.plaintext);
    this.#lostAt = null;
    this.#again = FIRST_AGAIN_MS;
    this.#listen();
    for (const listener of this.#segment) listener(segment);
    this.#set({ phase: "open", opened: this.#now.opened + 1 });
  }

  #fail(error: unknown): void {
    const detail = error instanceof Error ? error.message : String(error);
    if (error instanceof ApiError) return this.stop(error.status === 0 ? "unreachable" : "refused", detail);
    if (error instanceof SealError || error instanceof TrustError) return this.stop("not_verified", detail);
    this.stop("refused", detail);
  }
}

function isId(value: unknown, id: string | undefined): boolean {
  return value instanceof Uint8Array && id !== undefined && equal(value, fromUuid(id));
}
