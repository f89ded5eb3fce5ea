// SPDX-License-Identifier: EUPL-1.2
// What a person believes, kept where the server can neither read nor change it, nor take it back:
//  - the list lies sealed at the server, so that every device of his has it, and numbered: each change counts up;
//  - this device keeps its own sealed copy, also after sign-out; an older list from the server is not believed: ours stays in
//    force, goes back to the server with the next change, and the person is told (`rolledBack`);
//  - pins are only ever added or replaced, so of two devices' lists the union holds, the newer one's pin where both have one.
// Limit: a device that never saw this person's list has nothing to compare it with. An old list shown there lacks pins, so the
// person must compare keys again; it can't make him believe a key that he did not compare.
import { type Pin, openPins, sealPins } from "../seal/account";
import { type Bytes, base64url, copy, equal, fromBase64url, hex, wipe } from "../seal/bytes";
import { must } from "../seal/errors";
import { hkdf32 } from "../seal/kdf";
import type { Api } from "./api";
import type { Head } from "./ledger";
import { vault } from "./vault";

/** A head goes to the server's copy at most this often; this device remembers each. */
const HEADS_EVERY_MS = 300_000;
const COUNTER = "counter";
const HEAD = "head";

interface Page {
  readonly counter: number;
  readonly pins: readonly Pin[];
  readonly heads: readonly Head[];
}

const BLANK: Page = { counter: 0, pins: [], heads: [] };

export class PinBook {
  #page: Page;
  /** The server gave an older list than this device had seen. */
  readonly rolledBack: boolean;
  #working: Promise<void> = Promise.resolve();
  #sentHeadsAt = -Infinity;
  #over = false;

  private constructor(
    private readonly api: Api,
    private readonly key: Bytes,
    private readonly person: Bytes,
    theirs: Page,
    ours: Page,
  ) {
    this.rolledBack = ours.counter > theirs.counter;
    this.#page = merged(theirs, ours);
  }

  /** Owns `key`. `blob`: what the server gave; SealError `open` when this person's key did not seal it. */
  static async open(api: Api, key: Bytes, person: Bytes, blob: string | null): Promise<PinBook> {
    const theirs = await pageOf(blob && fromBase64url(blob), key, person);
    const sealed = await vault.kept(nameOf(key)).catch(() => null);
    // A copy that does not open was sealed under the key that a reset replaced.
    const ours = await pageOf(sealed, key, person).catch(() => BLANK);
    const book = new PinBook(api, key, copy(person), theirs, ours);
    if (blob !== null || ours.counter > 0) await book.#keep();
    return book;
  }

  get pins(): readonly Pin[] {
    return this.#page.pins;
  }

  get heads(): readonly Head[] {
    return this.#page.heads;
  }

  /** Adds or replaces pins, here and at the server; one change after another. What is there already costs nothing. */
  add(pins: readonly Pin[]): Promise<void> {
    const fresh = pins.filter((pin) => !this.#page.pins.some((each) => same(each, pin) && equal(each.fingerprint, pin.fingerprint) && each.how === pin.how));
    return fresh.length === 0 ? this.#working : this.#next(() => this.#send({ ...this.#page, pins: [...without(this.#page.pins, fresh), ...fresh] }));
  }

  /** The largest tree of a log that was verified: remembered here at once, at the server now and then. */
  keepHead(head: Head): Promise<void> {
    return this.#next(async () => {
      this.#page = { ...this.#page, heads: [...this.#page.heads.filter(({ log }) => !equal(log, head.log)), head] };
      if (performance.now() - this.#sentHeadsAt < HEADS_EVERY_MS) return this.#keep();
      this.#sentHeadsAt = performance.now();
      await this.#send(this.#page).catch(() => this.#keep());
    });
  }

  wipe(): void {
    this.#over = true;
    wipe(this.key);
  }

  #next(work: () => Promise<void>): Promise<void> {
    const next = this.#working.then(work);
    this.#working = next.catch(() => undefined);
    return next;
  }

  /** Another device may have changed the list since: its pins are taken in first. */
  async #send(page: Page): Promise<void> {
    const { pins: blob } = await this.api.get<{ pins: string | null }>("/me");
    const now = await pageOf(blob && fromBase64url(blob), this.key, this.person);
    const counter = Math.max(page.counter, now.counter) + 1;
    const whole: Page = { counter, pins: union(page.pins, now.pins), heads: page.heads };
    await this.api.put("/me/pins", { pins: base64url(await this.#sealed(whole)) });
    this.#page = whole;
    await this.#keep();
  }

  async #sealed({ counter, pins, heads }: Page): Promise<Bytes> {
    must(!this.#over, "open", "the session is over");
    const atMs = Date.now();
    const numbered: Pin = { kind: COUNTER, id: this.person, fingerprint: new Uint8Array(32), how: String(counter), atMs };
    const seen = heads.map(({ log, size, root }): Pin => ({ kind: HEAD, id: log, fingerprint: root, how: String(size), atMs }));
    return sealPins([numbered, ...pins, ...seen], this.key, this.person);
  }

  /** A browser that keeps nothing (a private window) leaves this device without a memory, not without service. */
  async #keep(): Promise<void> {
    const [name, sealed] = [nameOf(this.key), await this.#sealed(this.#page)];
    await vault.keep(name, sealed).catch(() => undefined);
  }
}

/** Tells nobody who finds it whose it is. */
function nameOf(key: Uint8Array): string {
  return hex(hkdf32(key, "zegel/device/v1"));
}

async function pageOf(sealed: Uint8Array | null | "", key: Uint8Array, person: Uint8Array): Promise<Page> {
  if (!sealed) return BLANK;
  const all = await openPins(sealed, key, person);
  const counter = all.filter(({ kind }) => kind === COUNTER).reduce((most, { how }) => Math.max(most, whole(how)), 0);
  const heads = all.filter(({ kind }) => kind === HEAD).map(({ id, how, fingerprint }) => ({ log: id, size: whole(how), root: fingerprint }));
  return { counter, heads, pins: all.filter(({ kind }) => kind !== COUNTER && kind !== HEAD) };
}

function whole(text: string): number {
  must(/^(0|[1-9]\d{0,15})$/.test(text) && Number.isSafeInteger(Number(text)), "field", "a pin's number is none");
  return Number(text);
}

/** Every head of both is kept until the log was held against it. */
function merged(theirs: Page, ours: Page): Page {
  const [newer, older] = ours.counter > theirs.counter ? [ours, theirs] : [theirs, ours];
  const heads = [...newer.heads, ...older.heads.filter((head) => !newer.heads.some((each) => equal(each.log, head.log) && each.size === head.size && equal(each.root, head.root)))];
  return { counter: newer.counter, pins: union(newer.pins, older.pins), heads };
}

function union(newer: readonly Pin[], older: readonly Pin[]): readonly Pin[] {
  return [...newer, ...without(older, newer)];
}

function without(pins: readonly Pin[], gone: readonly Pin[]): readonly Pin[] {
  return pins.filter((pin) => !gone.some((each) => same(each, pin)));
}

function same(a: Pin, b: Pin): boolean {
  return a.kind === b.kind && equal(a.id, b.id);
}
