// SPDX-License-Identifier: EUPL-1.2
// The log, from outside: promises held against receipts, and every checkpoint held against the one before.
import { sha256 } from "@noble/hashes/sha2.js";
import { type Bytes, copy, equal, fromBase64url, hex, utf8 } from "../seal/bytes";
import { type Checkpoint, openCheckpoint } from "../seal/checkpoint";
import { SealError, must } from "../seal/errors";
import type { VerifierKey } from "../seal/note";
import { type InclusionPromise, verifyPromise } from "../seal/promise";
import { type Receipt, verifyReceipt } from "../seal/proof";
import { checkConsistencies } from "../seal/tiles";
import type { Api } from "./api";
import { ApiError } from "./errors";

/** How long a view may run on a promise alone. */
export const RECEIPT_WITHIN_MS = 2000;
/** A checkpoint follows an entry within a second: asking at once would only be told to wait. */
const ASK_FIRST_MS = 600;
const ASK_AGAIN_MS = 250;
const TILE_TRIES = 3;

/** A tree of a log that was verified once. `log`: the first 16 bytes of SHA-256(origin). */
export interface Head {
  readonly log: Bytes;
  readonly size: number;
  readonly root: Bytes;
}

export function logId(origin: string): Bytes {
  return copy(sha256(utf8(origin)).subarray(0, 16));
}

export class Ledger {
  /** Verified trees per log, each of which a later one must contain: of earlier sessions until one was held against them, then the largest. */
  readonly #known = new Map<string, readonly Head[]>();
  /** Logs that were held, in this session, against what was known before. */
  readonly #compared = new Set<string>();
  readonly #agreed = new Set<string>();
  readonly #spent = new Set<string>();
  #observing: Promise<void> = Promise.resolve();

  /** `heads`: those that this person verified before; `keep` remembers a larger one. */
  constructor(
    private readonly api: Api,
    heads: readonly Head[] = [],
    private readonly keep: (head: Head) => unknown = () => undefined,
  ) {
    for (const head of heads) this.#known.set(hex(head.log), [...(this.#known.get(hex(head.log)) ?? []), head]);
  }

  head(log: VerifierKey): Head | null {
    return this.#largestOf(hex(logId(log.name)));
  }

  /** Size of the largest tree that was verified. */
  largest(): number | null {
    const sizes = [...this.#known.keys()].map((log) => this.#largestOf(log)!.size);
    return sizes.length === 0 ? null : Math.max(...sizes);
  }

  #largestOf(log: string): Head | null {
    return (this.#known.get(log) ?? []).reduce<Head | null>((most, head) => (most && most.size >= head.size ? most : head), null);
  }

  /** Whether the log was already held, in this session, against what was known before it. */
  compared(log: VerifierKey): boolean {
    return this.#compared.has(hex(logId(log.name)));
  }

  /** How large each log is known to be: what is logged from now on comes after. */
  sizes(): (log: VerifierKey) => number {
    const sizes = new Map([...this.#known.keys()].map((log) => [log, this.#largestOf(log)!.size]));
    return (log) => sizes.get(hex(logId(log.name))) ?? 0;
  }

  /** An entry proves one thing only: `proof` when it is older than the log was known to be, or was shown for something else. */
  spend(index: number, log: VerifierKey, sizeBefore: number): void {
    const entry = `${log.name}/${index}`;
    must(index >= sizeBefore, "proof", "the server shows an older entry for this, or the log shrank");
    must(!this.#spent.has(entry), "proof", "the server shows one entry for two things");
    this.#spent.add(entry);
  }

  promise(envelope: string, index: number, log: VerifierKey): InclusionPromise {
    const promise = verifyPromise(fromBase64url(envelope), log.key, log.name).value;
    must(promise.index === index, "proof", "the promise is for another entry");
    return promise;
  }

  /** Text of a receipt as the server gives it, to be kept or checked elsewhere. */
  receiptText(index: number): Promise<string> {
    return this.api.text(`/api/v1/receipts/${index}`);
  }

  /** A receipt that verifies, in a log that contains every earlier one. */
  async receipt(index: number, log: VerifierKey): Promise<Receipt> {
    const receipt = await this.#included(index, log);
    await this.observe(receipt.checkpoint, log);
    return receipt;
  }

  async #included(index: number, log: VerifierKey): Promise<Receipt> {
    const receipt = verifyReceipt(await this.receiptText(index), log);
    must(receipt.index === index, "proof", "the receipt is for another entry");
    return receipt;
  }

  /**
   * The receipt that fulfils a promise, or an error when it is not there in time. Whether its log contains the earlier ones
   * takes more requests: ask `observe` right after.
   */
  async fulfilled(promise: InclusionPromise, log: VerifierKey, sinceMs: number): Promise<Receipt> {
    await pause(ASK_FIRST_MS);
    for (;;) {
      try {
        const receipt = await withinTime(this.#included(promise.index, log), sinceMs);
        must(equal(receipt.leaf, promise.leaf), "proof", "the log holds another entry than it promised");
        return receipt;
      } catch (error) {
        const early = error instanceof ApiError && [0, 404, 425, 429, 503].includes(error.status);
        if (!early || performance.now() - sinceMs > RECEIPT_WITHIN_MS) throw error;
        await pause(ASK_AGAIN_MS);
      }
    }
  }

  /** A checkpoint that was just verified: it must contain the largest one seen before. One after another. */
  observe(checkpoint: Pick<Checkpoint, "size" | "root">, log: VerifierKey): Promise<void> {
    const observed = this.#observing.then(() => this.#compare(checkpoint, log));
    this.#observing = observed.catch(() => undefined);
    return observed;
  }

  async #compare(checkpoint: Pick<Checkpoint, "size" | "root">, log: VerifierKey): Promise<void> {
    const id = logId(log.name);
    const head: Head = { log: id, size: checkpoint.size, root: checkpoint.root };
    const known = this.#known.get(hex(id)) ?? [];
    const largest = [...known, head].reduce((most, each) => (each.size > most.size ? each : most));
    await checkConsistencies([...known, head], largest, (path) => this.#tile(path));
    this.#compared.add(hex(id));
    this.#known.set(hex(id), [largest]);
    if (known.length !== 1 || known[0] !== largest) void this.keep(largest);
  }

  /** Trees that somebody else saw of this log (a unit, in its manifests): `proof` unless they and ours are one log. */
  async agree(seen: readonly { readonly size: number; readonly root: Bytes }[], log: VerifierKey): Promise<void> {
    const fresh = seen.filter(({ size, root }) => size > 0 && !this.#agreed.has(`${log.name}/${size}/${hex(root)}`));
    if (fresh.length === 0) return;
    const most = Math.max(...fresh.map(({ size }) => size));
    if (!this.compared(log) || this.head(log)!.size < most) await this.observe(openCheckpoint(await this.api.text("/ledger/checkpoint"), log), log);
    const head = this.head(log)!;
    must(head.size >= most, "proof", `the unit saw a log of ${most} entries, the server shows one of ${head.size}`);
    await checkConsistencies(fresh, head, (path) => this.#tile(path));
    for (const { size, root } of fresh) this.#agreed.add(`${log.name}/${size}/${hex(root)}`);
  }

  /** A tile, asked for again for a moment when it isn't there: a log that can't show what it once had is not the log that we knew. */
  async #tile(path: string): Promise<Uint8Array> {
    for (let again = TILE_TRIES; ; again--) {
      try {
        return await this.#tileOnce(path);
      } catch (error) {
        if (!(error instanceof ApiError) || error.status !== 404) throw error;
        if (again === 0) throw new SealError("proof", "the log can't show the tree that it showed before");
        await pause(ASK_AGAIN_MS);
      }
    }
  }

  /** A partial tile may have been dropped once the full one is there: its beginning is the same. */
  async #tileOnce(path: string): Promise<Uint8Array> {
    try {
      return await this.api.bytes(`/ledger/${path}`);
    } catch (error) {
      const partial = /^(tile\/.*)\.p\/(\d+)$/.exec(path);
      if (!partial || !(error instanceof ApiError) || error.status !== 404) throw error;
      return (await this.api.bytes(`/ledger/${partial[1]}`)).subarray(0, Number(partial[2]) * 32);
    }
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** No receipt, and none that is wrong either: the line may be gone. */
export class NotInTime extends SealError {}

function withinTime<T>(work: Promise<T>, sinceMs: number): Promise<T> {
  const left = Math.max(0, RECEIPT_WITHIN_MS - (performance.now() - sinceMs));
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new NotInTime("proof", "the log's receipt did not come within two seconds")), left);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** What a receipt says and proves, for anybody with the log's public key; no session needed. */
export function checkReceipt(file: string | Uint8Array, vkey: VerifierKey): Receipt {
  return verifyReceipt(file, vkey);
}

