// SPDX-License-Identifier: EUPL-1.2
// A file that left somebody's hands, read without a network: who says what it is, what his unit signed about that time, what the log
// proves, and whether every byte is the one that was recorded. The order of the checks is that of docs/design/seal-formats.md, 10.
import { sha256 } from "@noble/hashes/sha2.js";
import { type Bytes, concat, copy, equal, hex, utf8 } from "../seal/bytes";
import { decode, encode } from "../seal/encoding";
import { type Verified, parseEnvelope } from "../seal/envelope";
import { verifyEpoch } from "../seal/epoch";
import { SealError, must } from "../seal/errors";
import { EXPORTED, type Exported, openKeys, verifyExported } from "../seal/exported";
import { verifyKept } from "../seal/kept";
import { type Keyset, signKeys, verifyKeyset } from "../seal/keyset";
import { type Manifest, verifyManifest } from "../seal/manifest";
import { parseVerifierKey } from "../seal/note";
import { type Receipt, verifyReceipt } from "../seal/proof";
import { openSegment } from "../seal/segment";
import { signingFingerprint } from "../seal/suite";
import { words } from "../seal/words";
import { Film, splitFilm, withoutManifest } from "./mp4";

export const MAGIC = "ZEGELPK1";
const SLOT_MS = 1000;
const MAX_RECEIPTS = 100;

const u32 = (n: number): Bytes => {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, n);
  return bytes;
};
const prefixed = (bytes: Uint8Array): Bytes => concat(u32(bytes.length), bytes);

/** What stands in front of the segments, and in a film's last box: the statement and the receipts. */
export function frontOf(statement: Uint8Array, receipts: readonly string[]): Bytes {
  return concat(prefixed(statement), prefixed(encode([...receipts])));
}

/** The parts of a package file, to be made a Blob of. */
export function packageParts(front: Uint8Array, segments: readonly Uint8Array[]): readonly Uint8Array[] {
  return [utf8(MAGIC), front, ...segments.flatMap((segment) => [u32(segment.length), segment])];
}

class Cursor {
  #at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  get over(): boolean {
    return this.#at === this.bytes.length;
  }

  part(): Uint8Array {
    must(this.#at + 4 <= this.bytes.length, "length", "the file is cut off");
    const size = new DataView(this.bytes.buffer, this.bytes.byteOffset + this.#at).getUint32(0);
    must(this.#at + 4 + size <= this.bytes.length, "length", "the file is cut off");
    this.#at += 4 + size;
    return this.bytes.subarray(this.#at - size, this.#at);
  }
}

/** A stretch of the asked time, in order. */
export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
  /** `recorded`: it is in the file; `empty`: the unit signed that it recorded nothing; `left_out`: recorded, and not in the file; `unsigned`: nobody signed what was then. */
  readonly what: "recorded" | "empty" | "left_out" | "unsigned";
}

export interface Opened {
  readonly statement: Verified<Exported>;
  readonly keyset: Keyset;
  /** Eight words of the key that signed, to be compared with what its holder reads out. */
  readonly signerWords: string;
  readonly unitWords: string;
  readonly receipts: readonly Receipt[];
  readonly stretches: readonly Stretch[];
  /** A film's bytes before its last box; null for originals. */
  readonly film: Uint8Array | null;
  /** Whether a C2PA manifest was in front of it. */
  readonly manifest: boolean;
  readonly segments: readonly Uint8Array[];
  /** Start of each epoch, by its identifier in hex. */
  readonly starts: ReadonlyMap<string, number>;
}

/** SealError when anything in it is not what it should be. `trusted`: keys that may have signed beside the unit's owners. */
export function readFile(file: Uint8Array, ...trusted: readonly Uint8Array[]): Opened {
  const originals = file.length >= 8 && fromAscii(file.subarray(0, 8)) === MAGIC;
  const split = originals ? null : splitFilm(file);
  const film = split === null ? null : { ...split, ...withoutManifest(split.film) };
  must(originals || film !== null, "encoding", "this is no file of Zegel: neither a package nor a film with a statement in it");
  const cursor = new Cursor(film === null ? file.subarray(8) : film.parts);
  const [envelope, receiptBytes] = [cursor.part(), cursor.part()];
  const statement = verified(envelope, trusted);
  const { value } = statement.statement;
  must((value.form === "film") === (film !== null), "object", "the statement is about another kind of file");
  const segments: Uint8Array[] = [];
  while (film === null && segments.length < value.segments.length) segments.push(cursor.part());
  must(cursor.over, "length", "there is more in the file than its statement speaks of");
  if (film !== null) must(equal(sha256(film.film), value.film!), "open", "the film was changed after it was signed");
  segments.forEach((segment, i) => must(equal(sha256(segment), value.segments[i]!.hash), "open", "a segment was changed after the file was signed"));
  const { starts, manifests } = ofUnit(value, statement.keysets);
  checkManifests(value, manifests);
  const receipts = receiptsOf(receiptBytes, { export: value.export, hash: statement.statement.hash }, statement.keyset.log.vkey);
  return {
    statement: statement.statement, keyset: statement.keyset, signerWords: words(statement.statement.signer), unitWords: words(signingFingerprint(value.unitKey)), receipts,
    stretches: stretchesOf(value, manifests, starts), film: film?.film ?? null, manifest: film?.manifest ?? false, segments, starts,
  };
}

const fromAscii = (bytes: Uint8Array): string => String.fromCharCode(...bytes);
const isTexts = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every((one) => typeof one === "string");

function verified(envelope: Uint8Array, trusted: readonly Uint8Array[]): { statement: Verified<Exported>; keyset: Keyset; keysets: ReadonlySet<string> } {
  const said = EXPORTED.decode(parseEnvelope(envelope).body);
  const chain: Verified<Keyset>[] = [];
  for (const each of said.keysets) chain.push(verifyKeyset(each, chain.at(-1) ?? null));
  const keyset = chain.at(-1)!.value;
  must(equal(keyset.unit, said.unit), "object", "the keyset is another unit's");
  const statement = verifyExported(envelope, ...signKeys(keyset), ...trusted);
  const owner = keyset.owners.find(({ signKey }) => equal(signingFingerprint(signKey), statement.signer));
  must(owner === undefined || equal(owner.person, said.person), "signer", "the statement names another person than the one who signed it");
  return { statement, keyset, keysets: new Set(chain.map(({ hash }) => hex(hash))) };
}

function ofUnit(value: Exported, keysets: ReadonlySet<string>): { starts: Map<string, number>; manifests: readonly Manifest[] } {
  const starts = new Map<string, number>();
  const owners = signersOf(value);
  for (const envelope of value.epochs) {
    const epoch = parseEnvelope(envelope).object === "kept" ? verifyKept(envelope, ...owners).value : verifyEpoch(envelope, value.unitKey).value;
    must(equal(epoch.unit, value.unit) && equal(epoch.camera, value.camera) && epoch.track === value.track, "object", "an epoch of another camera or track");
    must(keysets.has(hex(epoch.keyset)), "chain", "an epoch under a keyset that is not in the file");
    starts.set(hex(epoch.epoch), epoch.startMs);
  }
  const manifests = value.manifests.map((envelope) => verifyManifest(envelope, value.unitKey).value);
  for (const manifest of manifests) must(equal(manifest.unit, value.unit) && equal(manifest.camera, value.camera) && manifest.track === value.track, "object", "a list of another camera or track");
  must(value.ranges.every(({ epoch }) => starts.has(hex(epoch))), "object", "a range of an epoch that is not in the file");
  return { starts, manifests };
}

function signersOf(value: Exported): readonly Uint8Array[] {
  const chain: Verified<Keyset>[] = [];
  for (const each of value.keysets) chain.push(verifyKeyset(each, chain.at(-1) ?? null));
  return chain.flatMap(({ value: keyset }) => signKeys(keyset));
}

/** A list of the unit that speaks of a segment's place must list exactly it. */
function checkManifests(value: Exported, manifests: readonly Manifest[]): void {
  for (const { epoch, seq, hash } of value.segments) {
    for (const manifest of manifests.filter((each) => equal(each.epoch, epoch))) {
      const listed = manifest.segments.find((each) => each.seq === seq);
      must(listed === undefined || equal(listed.hash, hash), "chain", "the unit recorded something other than what is in the file");
    }
  }
}

/** The two parts of a film's last box: the statement and the receipts. */
export function partsOf(bytes: Uint8Array): readonly [Uint8Array, Uint8Array] {
  const cursor = new Cursor(bytes);
  const parts = [cursor.part(), cursor.part()] as const;
  must(cursor.over, "length", "there is more in the file than its statement speaks of");
  return parts;
}

/** The first is of this export and of the statement with this hash. */
export function receiptsOf(bytes: Uint8Array, of: { readonly export: Uint8Array; readonly hash: Uint8Array }, vkey: string): readonly Receipt[] {
  const texts = decode(bytes);
  must(isTexts(texts) && texts.length >= 1 && texts.length <= MAX_RECEIPTS, "encoding", "the receipts can't be read");
  const log = parseVerifierKey(vkey);
  const receipts = texts.map((text) => verifyReceipt(text, log));
  const { entry } = receipts[0]!;
  const facts = new Map(entry.facts.map(({ key, value }) => [key, value]));
  const [id, hash] = [facts.get("export"), facts.get("statement")];
  const right = entry.kind === "export" && id instanceof Uint8Array && equal(id, of.export) && hash instanceof Uint8Array && equal(hash, of.hash);
  must(right, "proof", "the log's entry is about another export");
  return receipts;
}

/** Second by second, what the unit signed of the time and what of it is here. */
export function stretchesOf(value: Exported, manifests: readonly Manifest[], starts: ReadonlyMap<string, number>): readonly Stretch[] {
  const here = new Set(value.segments.map(({ epoch, seq }) => `${hex(epoch)}/${seq}`));
  const marks = new Map<number, Stretch["what"]>();
  const weight = { unsigned: 0, empty: 1, recorded: 2, left_out: 3 } as const;
  const mark = (ms: number, what: Stretch["what"]): void => {
    const second = Math.floor(ms / SLOT_MS);
    if (weight[marks.get(second) ?? "unsigned"] < weight[what]) marks.set(second, what);
  };
  for (const manifest of manifests) {
    const id = hex(manifest.epoch);
    const start = starts.get(id);
    if (start === undefined) continue;
    for (let slot = 0; slot < manifest.slots; slot++) mark(start + (manifest.firstSlot + slot) * SLOT_MS, "empty");
    for (const { slot, seq } of manifest.segments) {
      mark(start + slot * SLOT_MS, here.has(`${id}/${seq}`) ? "recorded" : "left_out");
    }
  }
  return runs(value, marks);
}

/** Segments that no list speaks of yet lie where nothing was signed: they are in the file, and said to be unsigned. */
function runs(value: Exported, marks: ReadonlyMap<number, Stretch["what"]>): readonly Stretch[] {
  const found: { fromMs: number; toMs: number; what: Stretch["what"] }[] = [];
  for (let second = Math.floor(value.fromMs / SLOT_MS); second * SLOT_MS < value.toMs; second++) {
    const what = marks.get(second) ?? "unsigned";
    const [from, to] = [Math.max(value.fromMs, second * SLOT_MS), Math.min(value.toMs, (second + 1) * SLOT_MS)];
    const last = found.at(-1);
    if (last !== undefined && last.what === what) last.toMs = to;
    else found.push({ fromMs: from, toMs: to, what });
  }
  return found;
}

/** The film of a package of originals, opened with its code. SealError as `openKeys`, and for a segment that is not what it should be. */
export async function filmOf(opened: Opened, code: string, onProgress: (done: number, of: number) => void = () => undefined): Promise<Film> {
  const { value } = opened.statement;
  const keys = await openKeys(value, code);
  const film = new Film();
  try {
    for (const [i, segment] of opened.segments.entries()) {
      const wanted = value.segments[i]!;
      const slot = new DataView(segment.buffer, segment.byteOffset).getUint16(41);
      const leaf = keys.leaf(wanted.epoch, slot);
      const { header, plaintext } = await openSegment(leaf, copy(segment));
      leaf.fill(0);
      const right = equal(header.epoch, wanted.epoch) && header.seq === wanted.seq && equal(header.camera, value.camera) && header.track === value.track;
      must(right, "object", "a segment is not the one that the statement names");
      if (header.codec === "mjpg") throw new SealError("unsupported", "this camera makes stills, which no film is made of");
      film.add(plaintext, opened.starts.get(hex(wanted.epoch))!);
      plaintext.fill(0);
      onProgress(i + 1, opened.segments.length);
    }
  } finally {
    keys.wipe();
  }
  return film;
}
