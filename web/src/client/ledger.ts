// SPDX-License-Identifier: EUPL-1.2
// The log, from outside: promises held against receipts, and every checkpoint held against the one before.
import { equal, fromBase64url } from "../seal/bytes";
import type { Checkpoint } from "../seal/checkpoint";
import { SealError, must } from "../seal/errors";
import type { VerifierKey } from "../seal/note";
import { type InclusionPromise, verifyPromise } from "../seal/promise";
import { type Receipt, verifyReceipt } from "../seal/proof";
import { checkConsistency } from "../seal/tiles";
import type { Api } from "./api";
import { ApiError } from "./errors";

/** How long a view may run on a promise alone. */
export const RECEIPT_WITHIN_MS = 2000;
/** A checkpoint follows an entry within a second: asking at once would only be told to wait. */
const ASK_FIRST_MS = 600;
const ASK_AGAIN_MS = 250;

export class Ledger {
  /** The largest checkpoint that was verified, per log: later ones must contain it. */
  readonly #heads = new Map<string, Checkpoint>();
  #observing: Promise<void> = Promise.resolve();

  constructor(private readonly api: Api) {}

  head(log: VerifierKey): Checkpoint | null {
    return this.#heads.get(log.name) ?? null;
  }

  /** Size of the largest tree that was verified. */
  largest(): number | null {
    const sizes = [...this.#heads.values()].map(({ size }) => size);
    return sizes.length === 0 ? null : Math.max(...sizes);
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
  observe(checkpoint: Checkpoint, log: VerifierKey): Promise<void> {
    const observed = this.#observing.then(() => this.#compare(checkpoint, log));
    this.#observing = observed.catch(() => undefined);
    return observed;
  }

  async #compare(checkpoint: Checkpoint, log: VerifierKey): Promise<void> {
    const known = this.#heads.get(log.name);
    const [small, large] = !known || known.size <= checkpoint.size ? [known, checkpoint] : [checkpoint, known];
    if (small) await checkConsistency(small, large, (path) => this.#tile(path));
    this.#heads.set(log.name, large);
  }

  /** A partial tile may have been dropped once the full one is there: its beginning is the same. */
  async #tile(path: string): Promise<Uint8Array> {
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

function withinTime<T>(work: Promise<T>, sinceMs: number): Promise<T> {
  const left = Math.max(0, RECEIPT_WITHIN_MS - (performance.now() - sinceMs));
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new SealError("proof", "the log's receipt did not come within two seconds")), left);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** What a receipt says and proves, for anybody with the log's public key; no session needed. */
export function checkReceipt(file: string | Uint8Array, vkey: VerifierKey): Receipt {
  return verifyReceipt(file, vkey);
}

