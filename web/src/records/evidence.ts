// SPDX-License-Identifier: EUPL-1.2
// An evidence package, checked without a network, in the order of zegel.records.evidence: the frame, the signed list, the recordings, what
// lies between them, and the log's receipt. The first thing that is wrong refuses the whole of it.
import { sha256 } from "@noble/hashes/sha2.js";
import { equal, fromUtf8, hex } from "../seal/bytes";
import { openCheckpoint } from "../seal/checkpoint";
import { decode } from "../seal/encoding";
import { objectHash, parseEnvelope } from "../seal/envelope";
import { must } from "../seal/errors";
import { EVIDENCE, type Evidence, verifyEvidence } from "../seal/evidence";
import { KEPT } from "../seal/kept";
import { type Keyset, signKeys, verifyKeyset } from "../seal/keyset";
import { type Manifest, verifyManifest } from "../seal/manifest";
import { type VerifierKey, parseVerifierKey } from "../seal/note";
import { type Receipt, verifyReceipt } from "../seal/proof";
import { bytes, id, list, oneOf, publicKey, record } from "../seal/schema";
import { decodeHeader } from "../seal/segment";
import { signingFingerprint } from "../seal/suite";
import { words } from "../seal/words";
import { type Opened, readFile } from "./package";
import { readZip } from "./zipped";

export const LIST = "evidence.zegel";
export const RECEIPT = "evidence.tlog-proof";
export const CHECKPOINT = "checkpoint.txt";
export const REPORT = "report.pdf";
export const VERIFIER = "verify.html";
export const READ_ME = "readme.txt";
export const RECORDINGS = "recordings/";
export const SEALED = "sealed/";
/** Films that their maker put beside the originals, open. */
export const FILMS = "films/";
const SLOT_MS = 1000;

export interface Proved {
  readonly evidence: Evidence;
  readonly receipt: Receipt;
  readonly log: VerifierKey;
  readonly signerWords: string;
  readonly recordings: ReadonlyMap<string, Opened>;
  /** How many sealed segments of each camera nobody here can open. */
  readonly sealed: ReadonlyMap<string, number>;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** SealError when anything in it is not what it should be. */
export function readPackage(data: Uint8Array): Proved {
  const files = readZip(data);
  const [signed, proof] = [files.get(LIST), files.get(RECEIPT)];
  must(signed !== undefined && proof !== undefined, "object", "the signed list or its receipt is missing");
  const said = EVIDENCE.decode(parseEnvelope(signed).body);
  checkFiles(said, files);
  const recordings = recordingsOf(said, files);
  const sealed = said.form === "ciphertext" ? sealedOf(files) : new Map<string, SealedCamera>();
  const keysets = [...[...recordings.values()].map(({ keyset }) => keyset), ...[...sealed.values()].map(({ keyset }) => keyset)];
  const log = oneLog(said, keysets);
  const receipt = receiptOf(fromUtf8(proof), said, signed, log);
  const { value, signer } = verifyEvidence(signed, ...signersOf(said, keysets, receipt, log));
  const checkpoint = files.get(CHECKPOINT);
  must(checkpoint !== undefined, "proof", "the log's checkpoint is missing");
  openCheckpoint(fromUtf8(checkpoint), log);
  return { evidence: value, receipt, log, signerWords: words(signer), recordings, sealed: new Map([...sealed].map(([name, { count }]) => [name, count])), files };
}

function checkFiles(said: Evidence, files: ReadonlyMap<string, Uint8Array>): void {
  const listed = new Set(said.files.map(({ name }) => name));
  const all = new Set([...files.keys()].filter((name) => name !== LIST && name !== RECEIPT));
  must(!listed.has(LIST) && !listed.has(RECEIPT) && listed.size === all.size && [...all].every((name) => listed.has(name)), "open", "a file was added to the package, or taken out of it");
  for (const { name, size, hash } of said.files) {
    const data = files.get(name)!;
    must(data.length === size && equal(sha256(data), hash), "open", `${name} was changed after the package was signed`);
  }
}

function oneLog(said: Evidence, keysets: readonly Keyset[]): VerifierKey {
  must(keysets.length > 0, "object", "there is no recording in it");
  must(keysets.every(({ log }) => log.vkey === said.log), "proof", "the package names another log than its recordings");
  return parseVerifierKey(said.log);
}

/** Whose signature counts. A person of the alarm centre is vouched for by the log, for the centre that the owners' keyset names. */
function signersOf(said: Evidence, keysets: readonly Keyset[], { entry }: Receipt, log: VerifierKey): readonly Uint8Array[] {
  if (said.maker === "owner") return signKeys(keysets[0]!).filter((key) => keysets.every((keyset) => signKeys(keyset).some((each) => equal(each, key))));
  if (said.maker === "provider") return [log.key];
  must(keysets.every(({ arc }) => arc !== null && equal(arc.party, said.party)), "signer", "the owners' keyset names another alarm centre than the one that made this");
  must(entry.actor !== null && entry.actorParty !== null && equal(entry.actor, said.person) && equal(entry.actorParty, said.party), "proof", "the log says that somebody else made this");
  return [said.signerKey];
}

function receiptOf(text: string, said: Evidence, signed: Uint8Array, log: VerifierKey): Receipt {
  const receipt = verifyReceipt(text, log);
  const facts = new Map(receipt.entry.facts.map(({ key, value }) => [key, value]));
  const same = (name: string, wanted: Uint8Array | string | null): boolean => {
    const found = facts.get(name) ?? null;
    return wanted instanceof Uint8Array ? found instanceof Uint8Array && equal(found, wanted) : found === wanted;
  };
  const right = receipt.entry.kind === "export" && same("package", said.package) && same("evidence", objectHash("evidence", parseEnvelope(signed).body)) && same("order", said.order) && same("second", said.second) && same("maker", said.maker) && same("signer", signingFingerprint(said.signerKey));
  must(right, "proof", "the log's entry is about another package");
  return receipt;
}

// --- recordings ----------------------------------------------------------------------------------------------------------------

function recordingsOf(said: Evidence, files: ReadonlyMap<string, Uint8Array>): ReadonlyMap<string, Opened> {
  const found = new Map<string, Opened>();
  for (const [name, data] of files) {
    if (!name.startsWith(RECORDINGS)) continue;
    const opened = said.maker === "arc" ? readFile(data, said.signerKey) : readFile(data);
    must(equal(opened.statement.value.person, said.person), "signer", `${name} was signed by another person than the package`);
    must(said.maker !== "arc" || equal(opened.statement.signer, signingFingerprint(said.signerKey)), "signer", `${name} was signed with another key than the package`);
    found.set(name, opened);
  }
  checkComplete(found);
  return found;
}

/** What the unit listed of the time of a recording lies in one of the files; `chain` when something is missing, also from its lists. */
export function checkComplete(found: ReadonlyMap<string, Opened>): void {
  const here = new Set([...found.values()].flatMap(({ statement: { value } }) => value.segments.map(({ epoch, seq }) => `${hex(value.camera)}/${hex(epoch)}/${seq}`)));
  for (const [name, { statement: { value }, starts }] of found) {
    const manifests = inTime(value.manifests.map((one) => ({ value: verifyManifest(one, value.unitKey).value, hash: objectHash("manifest", parseEnvelope(one).body) })), starts);
    const listed = new Set(manifests.flatMap(({ value: one }) => one.segments.map(({ seq }) => `${hex(one.epoch)}/${seq}`)));
    must(value.segments.every(({ epoch, seq }) => listed.has(`${hex(epoch)}/${seq}`)), "chain", `${name}: a second of it is on no list that the unit signed`);
    checkChain(name, manifests);
    const left = new Map(value.epochs.filter((one) => parseEnvelope(one).object === "kept").map((one) => KEPT.decode(parseEnvelope(one).body)).map(({ epoch, ranges }) => [hex(epoch), ranges]));
    for (const { value: one } of manifests) {
      const start = starts.get(hex(one.epoch));
      const kept = left.get(hex(one.epoch));
      for (const { slot, seq } of one.segments) {
        if (kept !== undefined && !kept.some(({ from, to }) => slot >= from && slot < to)) continue; // its owner deleted it, by his signed word
        const at = start === undefined ? null : start + slot * SLOT_MS;
        if (at === null || at + SLOT_MS <= value.fromMs || at >= value.toMs) continue;
        must(here.has(`${hex(value.camera)}/${hex(one.epoch)}/${seq}`), "chain", `${name}: the unit recorded something that is not in the package`);
      }
    }
  }
}

interface Listed {
  readonly value: Manifest;
  readonly hash: Uint8Array;
}

function inTime(manifests: readonly Listed[], starts: ReadonlyMap<string, number>): readonly Listed[] {
  const start = ({ value }: Listed): number => starts.get(hex(value.epoch)) ?? 0;
  return [...manifests].sort((a, b) => start(a) - start(b) || a.value.firstSlot - b.value.firstSlot);
}

/** Lists follow each other: none between the first and the last was taken away. */
function checkChain(name: string, manifests: readonly Listed[]): void {
  manifests.forEach((after, i) => {
    const before = manifests[i - 1];
    if (before === undefined || equal(before.hash, after.hash)) return;
    const follows = after.value.previous !== null && equal(after.value.previous, before.hash);
    const next = !equal(after.value.epoch, before.value.epoch) || (!before.value.closed && after.value.firstSlot === before.value.firstSlot + before.value.slots);
    must(follows && next, "chain", `${name}: a list of the unit is missing or was exchanged`);
  });
}

// --- what nobody here can open ---------------------------------------------------------------------------------------------------

interface SealedCamera {
  readonly keyset: Keyset;
  readonly count: number;
}

const LISTS = record({ version: oneOf(1), unit: id, unitKey: publicKey, camera: id, keysets: list(bytes({ min: 1, max: 1 << 18 }), 64, 1), manifests: list(bytes({ min: 1, max: 1 << 18 }), 1500) });

function sealedOf(files: ReadonlyMap<string, Uint8Array>): ReadonlyMap<string, SealedCamera> {
  const found = new Map<string, SealedCamera>();
  for (const [name, data] of files) {
    if (!name.startsWith(SEALED) || !name.endsWith(".lists")) continue;
    const segments = files.get(`${name.slice(0, -".lists".length)}.segments`);
    must(segments !== undefined, "object", `the segments of ${name} are missing`);
    found.set(name, sealedCamera(name, data, piecesOf(segments)));
  }
  return found;
}

function sealedCamera(name: string, data: Uint8Array, segments: readonly Uint8Array[]): SealedCamera {
  const said = LISTS.read(decode(data), name);
  const chain: ReturnType<typeof verifyKeyset>[] = [];
  for (const each of said.keysets) chain.push(verifyKeyset(each, chain.at(-1) ?? null));
  const keyset = chain.at(-1)!.value;
  const manifests = said.manifests.map((one) => ({ value: verifyManifest(one, said.unitKey).value, hash: objectHash("manifest", parseEnvelope(one).body) }));
  must(equal(keyset.unit, said.unit) && manifests.every(({ value }) => equal(value.unit, said.unit) && equal(value.camera, said.camera)), "object", `${name}: something in it is of another unit or camera`);
  checkChain(name, manifests);
  const listed = new Map(manifests.flatMap(({ value }) => value.segments.map(({ seq, hash }) => [`${hex(value.epoch)}/${seq}`, hash] as const)));
  const seen = new Set<`${string}/${number}`>();
  for (const segment of segments) {
    const header = decodeHeader(segment);
    const key = `${hex(header.epoch)}/${header.seq}` as const;
    const hash = listed.get(key);
    must(equal(header.camera, said.camera) && hash !== undefined && equal(hash, sha256(segment)) && !seen.has(key), "open", `${name}: a sealed recording is not the one that the unit listed`);
    seen.add(key);
  }
  const inner = manifests.slice(1, -1).flatMap(({ value }) => value.segments.map(({ seq }) => `${hex(value.epoch)}/${seq}` as const));
  must(seen.size > 0 && inner.every((key) => seen.has(key)), "chain", `${name}: the unit recorded something that is not in the package`);
  return { keyset, count: seen.size };
}

function piecesOf(data: Uint8Array): readonly Uint8Array[] {
  const found: Uint8Array[] = [];
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  for (let at = 0; at < data.length; ) {
    must(at + 4 <= data.length, "length", "the sealed recordings are cut off");
    const size = view.getUint32(at);
    must(at + 4 + size <= data.length, "length", "the sealed recordings are cut off");
    found.push(data.subarray(at + 4, at + 4 + size));
    at += 4 + size;
  }
  return found;
}
