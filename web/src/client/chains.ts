// SPDX-License-Identifier: EUPL-1.2
// What a unit signed in a chain, and what is missing of it. A chain that contradicts itself throws `chain`: the unit's state was
// rolled back, or somebody else holds its key. A link that is not here is a hole, and holes are shown.
import { type Bytes, equal, hex } from "../seal/bytes";
import type { Verified } from "../seal/envelope";
import { must } from "../seal/errors";
import type { Manifest } from "../seal/manifest";
import type { Release } from "../seal/release";

const SLOT_MS = 1000;
/** A manifest made this long after a release surely knew of it: both times are the unit's. */
const SURELY_MS = 2000;

/** Part of what was asked for that can't be shown, UTC. */
export interface MissingStretch {
  readonly fromMs: number;
  readonly toMs: number;
  /** `withheld`: the unit recorded it and it was not given; `unlisted`: the unit's signed list of it was not; `release`: its key was not. */
  readonly why: "withheld" | "unlisted" | "release";
}

/** UTC of an epoch's slot 0 (by hex id), from the signed epoch; null while that was not given. */
export type StartOf = (epoch: string) => number | null;

interface Page {
  readonly epoch: string;
  readonly hash: Bytes;
  readonly value: Manifest;
  readonly bySeq: ReadonlyMap<number, { readonly slot: number; readonly hash: Bytes }>;
}

const endOf = ({ value }: Page): number => value.firstSlot + value.slots;

export class ManifestChain {
  readonly #pages: Page[] = [];
  readonly #successors = new Map<string, string>();

  get manifests(): readonly Manifest[] {
    return this.#pages.map(({ value }) => value);
  }

  add({ value, hash }: Verified<Manifest>): void {
    const page: Page = { epoch: hex(value.epoch), hash, value, bySeq: new Map(value.segments.map((each) => [each.seq, each])) };
    if (this.#pages.some((each) => equal(each.hash, hash))) return;
    const before = value.previous === null ? "" : hex(value.previous);
    must(!this.#successors.has(before), "chain", "the unit's manifests fork");
    const overlaps = this.#pages.some((each) => each.epoch === page.epoch && value.firstSlot < endOf(each) && each.value.firstSlot < endOf(page));
    must(!overlaps, "chain", "two of the unit's manifests speak of one slot");
    for (const each of this.#pages.filter(({ epoch }) => epoch === page.epoch)) {
      if (endOf(each) === value.firstSlot) must(follows(page, each), "chain", "a manifest does not follow the one before it");
      if (endOf(page) === each.value.firstSlot) must(follows(each, page), "chain", "a manifest does not follow the one before it");
    }
    this.#successors.set(before, hex(hash));
    this.#pages.push(page);
  }

  /** Whether a manifest speaks of this slot. */
  covers(epoch: string, slot: number): boolean {
    return this.#pageOf(epoch, slot) !== undefined;
  }

  /** Once a manifest covers a segment's slot it must list exactly that segment. */
  check(epoch: string, slot: number, seq: number, digest: Uint8Array): void {
    const page = this.#pageOf(epoch, slot);
    if (page === undefined) return;
    const listed = page.bySeq.get(seq);
    must(listed !== undefined && listed.slot === slot && equal(listed.hash, digest), "chain", "the unit recorded something other than what was given");
  }

  #pageOf(epoch: string, slot: number): Page | undefined {
    return this.#pages.find((page) => page.epoch === epoch && slot >= page.value.firstSlot && slot < endOf(page));
  }

  /** Times between manifests that don't follow each other; the first one begins far back when something came before it. */
  holes(startOf: StartOf): readonly (readonly [number, number])[] {
    const placed = this.#pages.flatMap((page) => {
      const start = startOf(page.epoch);
      return start === null ? [] : [{ page, from: start + page.value.firstSlot * SLOT_MS, to: start + endOf(page) * SLOT_MS }];
    });
    placed.sort((a, b) => a.from - b.from);
    return placed.flatMap(({ page, from }, i): [number, number][] => {
      const before = placed[i - 1];
      if (before === undefined) return page.value.previous === null ? [] : [[0, from]];
      return this.#leadsTo(page, before.page) || before.to >= from ? [] : [[before.to, from]];
    });
  }

  /** Whether the chain goes back from one page to the other, also over pages of epochs whose times are not known here. */
  #leadsTo(page: Page, before: Page): boolean {
    const byHash = new Map(this.#pages.map((each) => [hex(each.hash), each]));
    for (let at: Page | undefined = page; at !== undefined; at = at.value.previous === null ? undefined : byHash.get(hex(at.value.previous))) {
      if (follows(at, before)) return true;
    }
    return false;
  }
}

function follows(page: Page, before: Page): boolean {
  return page.value.previous !== null && equal(page.value.previous, before.hash);
}

/** The parts of one alarm's release on one camera. Other alarms' parts may lie between them in the unit's chain. */
export class ReleaseChain {
  readonly #parts = new Map<number, Verified<Release>>();

  add(release: Verified<Release>): void {
    const { value, hash } = release;
    const known = this.#parts.get(value.part);
    if (known && equal(known.hash, hash)) return;
    must(known === undefined, "chain", `two releases claim to be part ${value.part}`);
    for (const [part, other] of this.#parts) {
      must(!sameHash(other.value.previous, value.previous), "chain", "the unit's releases fork");
      const [early, late] = part < value.part ? [other, release] : [release, other];
      must(!sameHash(early.value.previous, late.hash), "chain", "a part of the release follows a later one");
      if (sameHash(late.value.previous, early.hash)) must(late.value.part === early.value.part + 1, "chain", "a part of the release follows another than the one before it");
      must(early.value.issuedMs <= late.value.issuedMs, "chain", "a part of the release is older than the one before it");
    }
    this.#parts.set(value.part, release);
  }

  /** Where parts are missing between those that came: from the end of one to the start of the next. */
  holes(startOf: StartOf): readonly (readonly [number, number])[] {
    const parts = [...this.#parts.values()].sort((a, b) => a.value.part - b.value.part);
    return parts.flatMap(({ value }, i): [number, number][] => {
      const before = parts[i - 1]?.value;
      if (value.part === (before?.part ?? 0) + 1) return [];
      const to = timesOf(value, startOf)[0];
      const from = before === undefined ? to : timesOf(before, startOf)[1];
      return from === undefined || to === undefined ? [] : [[Math.min(from, to), to]];
    });
  }

  /** The newest release that a manifest names can't be older than one that the unit had made by then. */
  checkHeads(manifests: readonly Manifest[]): void {
    for (const { releaseHead, madeMs } of manifests) {
      const made = [...this.#parts.values()].filter(({ value }) => value.issuedMs + SURELY_MS < madeMs);
      const named = releaseHead === null ? undefined : [...this.#parts.values()].find(({ hash }) => equal(hash, releaseHead));
      const late = made.some(({ value }) => releaseHead === null || (named !== undefined && named.value.part < value.part));
      must(!late, "chain", "the unit's manifest does not know of a release that it made before");
    }
  }
}

/** First and last moment of a release's slots. */
function timesOf({ ranges }: Release, startOf: StartOf): readonly [number?, number?] {
  const times = ranges.flatMap(({ epoch, from, to }) => {
    const start = startOf(hex(epoch));
    return start === null ? [] : [[start + from * SLOT_MS, start + to * SLOT_MS] as const];
  });
  return times.length === 0 ? [] : [Math.min(...times.map(([from]) => from)), Math.max(...times.map(([, to]) => to))];
}

function sameHash(a: Uint8Array | null, b: Uint8Array | null): boolean {
  return a === null || b === null ? a === b : equal(a, b);
}

/** What of `holes` lies inside `wanted`. */
export function within(holes: readonly (readonly [number, number])[], wanted: readonly (readonly [number, number])[]): readonly (readonly [number, number])[] {
  return holes.flatMap(([from, to]) => wanted.map(([a, b]) => [Math.max(from, a), Math.min(to, b)] as const).filter(([a, b]) => a < b));
}

/** In order of time; touching ones of one kind become one. */
export function joined(stretches: readonly MissingStretch[]): readonly MissingStretch[] {
  const found: MissingStretch[] = [];
  for (const stretch of [...stretches].sort((a, b) => a.why.localeCompare(b.why) || a.fromMs - b.fromMs)) {
    const last = found.at(-1);
    if (last && last.why === stretch.why && stretch.fromMs <= last.toMs) found[found.length - 1] = { ...last, toMs: Math.max(last.toMs, stretch.toMs) };
    else found.push(stretch);
  }
  return found.sort((a, b) => a.fromMs - b.fromMs);
}
