// SPDX-License-Identifier: EUPL-1.2
// One of every object, made from a small world: an owner, a unit, an alarm centre, a log.
import { sha256 } from "@noble/hashes/sha2.js";
import * as seal from "../src/seal";
import { stretchHere } from "../src/client/stretch_here";
import { type Bytes, concat, copy, hex, newId, random } from "../src/seal";

export interface KeyPair {
  readonly seed: Bytes;
  readonly key: seal.SigningKey;
}

export async function signer(): Promise<KeyPair> {
  const seed = random(32);
  return { seed, key: await seal.signingKey(seed) };
}

export async function opener(suite: seal.Suite): Promise<{ readonly secret: Bytes; readonly key: seal.OpeningKey }> {
  const secret = random(32);
  return { secret, key: await seal.openingKey(suite, secret) };
}

export const NOW = 1_795_334_400_000;
const ORIGIN = "ledger.example/zegel";

export interface World {
  readonly suite: seal.Suite;
  readonly unit: KeyPair;
  readonly owner: KeyPair;
  readonly arc: KeyPair;
  readonly log: KeyPair;
  readonly vkey: string;
  readonly tenant: { secret: Bytes; key: seal.OpeningKey };
  readonly arcOpen: { secret: Bytes; key: seal.OpeningKey };
  readonly ids: Readonly<Record<"unit" | "pairing" | "owner" | "person" | "arc" | "camera" | "epoch" | "alarm", Bytes>>;
  readonly root: Bytes;
  readonly keyset: Bytes;
  readonly policy: Bytes;
  readonly keysetHash: Bytes;
  readonly policyHash: Bytes;
}

export async function world(suite: seal.Suite): Promise<World> {
  const [unit, owner, arc, log] = await Promise.all([signer(), signer(), signer(), signer()]);
  const [tenant, arcOpen] = await Promise.all([opener(suite), opener(suite)]);
  const ids = { unit: newId(), pairing: newId(), owner: newId(), person: newId(), arc: newId(), camera: newId(), epoch: newId(), alarm: newId() };
  const vkey = seal.formatVerifierKey(ORIGIN, log.key.publicKey);
  const keyset = await seal.signKeyset(
    {
      version: 1, suite, unit: ids.unit, pairing: ids.pairing, owner: ids.owner, number: 1, previous: null, issuedMs: NOW, expiresMs: NOW + 1e10,
      owners: [{ person: ids.person, signKey: owner.key.publicKey }], tenantKey: tenant.key.publicKey,
      arc: { party: ids.arc, signKey: arc.key.publicKey }, log: { origin: ORIGIN, vkey }, witnesses: [],
    },
    owner.key,
  );
  const pinned = seal.verifyKeyset(keyset, null);
  const policy = await seal.signPolicy(policyOf(ids, pinned.hash, owner.key.publicKey), owner.key);
  const { hash } = seal.verifyPolicy(policy, pinned);
  return { suite, unit, owner, arc, log, vkey, tenant, arcOpen, ids, root: random(32), keyset, policy, keysetHash: pinned.hash, policyHash: hash };
}

const DELEGATE_KEY = (await signer()).key.publicKey;

/** Everything that came after release 0.1.0, used once. */
function LATER(ids: World["ids"]): Pick<seal.Policy, keyof typeof seal.NOTHING_LATER> {
  return {
    parts: [{ name: "gården, natt", cameras: [ids.camera], accounts: ["1234AB", "onvif"] }],
    delegates: [{
      id: ids.arc, signKey: DELEGATE_KEY, name: "Åsa, förman", actions: ["arm", "disarm", "part"], fromMs: NOW, expiresMs: NOW + 1e8, maxS: 4 * 3600,
      weekly: [{ weekday: 0, fromMin: 360, toMin: 1320 }],
    }],
    overview: [{ camera: ids.camera, intervalS: 900, geometry: { heightCm: 600, nearestCm: 350, hfovCdeg: 9000, tiltCdeg: 2500 } }],
    live: { blocked: [{ weekday: 4, fromMin: 720, toMin: 780 }], maxS: 600, notice: "Kameran visar bild just nu." },
    budget: { mbPerMonth: 5000, over: "alarms" },
    storage: { days: 14, mode: "copy" },
  };
}

export function policyOf(ids: World["ids"], keyset: Bytes, commander: Bytes): seal.Policy {
  return {
    version: 1, unit: ids.unit, pairing: ids.pairing, counter: 1, issuedMs: NOW, expiresMs: NOW + 1e9, keyset, armed: true, mode: "activity",
    hours: {
      zone: "Europe/Amsterdam",
      weekly: [0, 1, 2, 3, 4].map((weekday) => ({ weekday, fromMin: 420, toMin: 1020 })),
      exceptions: [{ date: "2026-12-25", spans: [] }, { date: "2026-12-28", spans: [{ fromMin: 600, toMin: 720 }] }],
    },
    cameras: [{
      camera: ids.camera,
      zones: [{ name: "gård", polygon: [{ x: 0, y: 0 }, { x: 10_000, y: 0 }, { x: 5000, y: 10_000 }], classes: ["person"] }],
      privacy: [[{ x: 1, y: 1 }, { x: 2, y: 1 }, { x: 2, y: 2 }]],
      ptz: null,
    }],
    alarmClasses: ["person", "vehicle"], releaseClasses: ["person"],
    window: { preS: 10, postS: 30, liveEnd: "guard_sent", maxS: 900 }, caps: { releases: 20, seconds: 3600 },
    commanders: [{ person: ids.person, signKey: commander }],
    local: [{ account: "1234AB", zones: [{ zone: "7", class: "burglary", cameras: [ids.camera] }] }, { account: "onvif", zones: [] }],
    central: { panels: [{ panel: ids.arc, signKey: commander }], releases: 2 },
    ...LATER(ids),
  };
}

function epochHeader(w: World): seal.EpochHeader {
  const { ids, suite } = w;
  return { version: 1, suite, unit: ids.unit, camera: ids.camera, track: 1, epoch: ids.epoch, number: 1, startMs: NOW, keyset: w.keysetHash, policy: w.policyHash };
}

export function epoch(w: World): Promise<Bytes> {
  return seal.sealEpoch(epochHeader(w), w.root, w.tenant.key.publicKey, w.unit.key);
}

export async function segment(w: World, slot: number, seq: number, plaintext: Bytes): Promise<Bytes> {
  const header = {
    suite: w.suite, randomAccess: seq === 0, reencoded: false, camera: w.ids.camera, epoch: w.ids.epoch, track: 1 as const, slot, seq,
    wallMs: NOW + slot * 1000, durationMs: 1000, codec: "avc1" as const, plaintextSize: plaintext.length,
  };
  return seal.sealSegment(seal.leaf(w.root, slot), header, plaintext);
}

export function release(w: World, ranges: readonly seal.Range[], last = false, part = 1, previous: Bytes | null = null, camera = w.ids.camera): Promise<Bytes> {
  const header: seal.ReleaseHeader = {
    version: 1, suite: w.suite, unit: w.ids.unit, alarm: w.ids.alarm, part, previous, camera, track: 1, ranges,
    arc: w.ids.arc, recipient: w.arcOpen.key.fingerprint, reason: "person", policy: w.policyHash, issuedMs: NOW + 60_000, windowEndMs: NOW + 960_000, last,
  };
  return seal.sealRelease(header, ranges.map(({ from, to }) => seal.cover(w.root, from, to)), w.arcOpen.key.publicKey, w.unit.key);
}

export function grant(w: World, ranges: readonly seal.Range[]): Promise<Bytes> {
  const header: seal.GrantHeader = {
    version: 1, suite: w.suite, grant: newId(), owner: w.ids.owner, granter: w.ids.person, party: w.ids.arc, recipient: w.arcOpen.key.fingerprint,
    camera: w.ids.camera, track: 1, ranges, purpose: "maintenance", issuedMs: NOW, expiresMs: NOW + 900_000,
  };
  return seal.sealGrant(header, ranges.map(({ from, to }) => seal.cover(w.root, from, to)), w.arcOpen.key.publicKey, w.owner.key);
}

/** Every plainly signed object once, with the key that signed it. */
export async function signedObjects(w: World): Promise<readonly { object: string; envelope: Bytes; signKey: Bytes }[]> {
  const { ids, unit, owner, arc, log } = w;
  const made: [string, Bytes, seal.SigningKey][] = [
    ["keyset", w.keyset, owner.key],
    ["policy", w.policy, owner.key],
    ["command", await seal.signCommand({ version: 1, unit: ids.unit, pairing: ids.pairing, counter: 1, person: ids.person, action: "disarm", issuedMs: NOW, untilMs: NOW + 3_600_000, part: null }, owner.key), owner.key],
    ["command", await seal.signCommand({ version: 1, unit: ids.unit, pairing: ids.pairing, counter: 2, person: ids.person, action: "part", issuedMs: NOW, untilMs: null, part: "gården, natt" }, owner.key), owner.key],
    ["paired", await seal.signObject(seal.PAIRED, { version: 1, unit: ids.unit, pairing: ids.pairing, keyset: w.keysetHash, policy: w.policyHash, atMs: NOW }, unit.key), unit.key],
    ["epoch", await epoch(w), unit.key],
    ["manifest", await seal.signManifest({
      version: 1, unit: ids.unit, camera: ids.camera, track: 1, epoch: ids.epoch, firstSlot: 0, slots: 60, previous: null,
      segments: [{ slot: 0, seq: 0, hash: random(32) }, { slot: 59, seq: 1, hash: random(32) }], releaseHead: null,
      checkpoint: { size: 7, root: random(32) }, madeMs: NOW + 60_000, closed: false,
    }, unit.key), unit.key],
    ["alarm", await seal.signAlarm({
      version: 1, unit: ids.unit, alarm: ids.alarm, number: 1, previous: null, cause: "motion", class: "person", camera: ids.camera, zone: "gård", score: 910,
      firstSeenMs: NOW, raisedMs: NOW + 400, epoch: ids.epoch, slot: 0, policy: w.policyHash, images: "released",
    }, unit.key), unit.key],
    ["arckey", await seal.signArcKey({ version: 1, suite: w.suite, party: ids.arc, openKey: w.arcOpen.key.publicKey, number: 1, issuedMs: NOW, expiresMs: NOW + 1e10 }, arc.key), arc.key],
    ["release", await release(w, [{ epoch: ids.epoch, from: 5, to: 77 }]), unit.key],
    ["grant", await grant(w, [{ epoch: ids.epoch, from: 0, to: 900 }]), owner.key],
    ["status", await seal.signStatus({
      version: 1, unit: ids.unit, pairing: ids.pairing, atMs: NOW, state: "armed", untilMs: null, keyset: w.keysetHash, policy: w.policyHash, policyCounter: 1,
      software: "zegel 0.1.0", cameras: [{ camera: ids.camera, state: "ok" }], releaseHead: null, part: null, commandedBy: null, guardsFromMs: null,
    }, unit.key), unit.key],
    ["status", await seal.signStatus({
      version: 1, unit: ids.unit, pairing: ids.pairing, atMs: NOW, state: "armed", untilMs: NOW + 60_000, keyset: w.keysetHash, policy: w.policyHash, policyCounter: 1,
      software: "zegel 0.2.0", cameras: [{ camera: ids.camera, state: "ok" }], releaseHead: null, part: "gården, natt", commandedBy: ids.person, guardsFromMs: null,
    }, unit.key), unit.key],
    ["policy", await seal.signPolicy({ ...policyOf(ids, w.keysetHash, owner.key.publicKey), ...seal.NOTHING_LATER }, owner.key), owner.key],
    ["promise", await seal.signObject(seal.PROMISE, { version: 1, origin: ORIGIN, index: 41, leaf: random(32), atMs: NOW }, log.key), log.key],
    ["time", await seal.signObject(seal.TIME, { version: 1, nonce: random(16), atMs: NOW }, log.key), log.key],
    ["mailpicture", await seal.signObject(seal.MAIL_PICTURE, {
      version: 1, suite: w.suite, file: random(16), about: ids.camera, recipient: ids.owner, recipientKey: w.tenant.key.fingerprint, madeMs: NOW,
      mediaType: "image/jpeg", size: 4711, ciphertext: random(32), sealed: random((w.suite === 1 ? 32 : 1120) + 48),
    }, log.key), log.key],
    ["member", await seal.sealMember({
      suite: w.suite, party: ids.owner, person: ids.person, personOpenKey: w.arcOpen.key.publicKey, tenantKey: w.tenant.key.publicKey, tenantPrivate: w.tenant.secret,
    }, owner.key), owner.key],
    ["kept", await seal.signKept({
      version: 1, owner: ids.owner, person: ids.person, grant: random(16), suite: w.suite, unit: ids.unit, camera: ids.camera, track: 1, epoch: ids.epoch, number: 1, startMs: NOW,
      keyset: w.keysetHash, policy: w.policyHash, ranges: [{ epoch: ids.epoch, from: 0, to: 10 }, { epoch: ids.epoch, from: 20, to: 4096 }], madeMs: NOW,
    }, owner.key), owner.key],
    ["exported", await seal.signExported({
      version: 1, export: random(16), form: "film", unit: ids.unit, unitKey: unit.key.publicKey, camera: ids.camera, track: 1, cameraName: "Gård", siteName: "Lager", zone: "Europe/Stockholm",
      fromMs: NOW, toMs: NOW + 10_000, ranges: [{ epoch: ids.epoch, from: 0, to: 10 }], person: ids.person, purpose: "police", recipient: "Polisen", madeMs: NOW + 60_000,
      keysets: [w.keyset], epochs: [await epoch(w)], manifests: [], segments: [{ epoch: ids.epoch, seq: 0, hash: random(32) }], film: random(32), keys: null,
    }, owner.key), owner.key],
    ["redacted", await seal.signRedacted({
      version: 1, export: random(16), unit: ids.unit, camera: ids.camera, track: 1, fromMs: NOW, toMs: NOW + 10_000, person: ids.person, signKey: owner.key.publicKey, log: { origin: ORIGIN, vkey: w.vkey },
      purpose: "data_subject", recipient: "P. Jansson", madeMs: NOW + 60_000, frames: 100, reviewed: 100, kept: 1, boxes: 250, finders: [random(32)], segments: [{ epoch: ids.epoch, seq: 0, hash: random(32) }], film: random(32),
    }, owner.key), owner.key],
    ["central", await seal.signCentral({ version: 1, unit: ids.unit, pairing: ids.pairing, alarm: ids.alarm, panel: ids.arc, class: "person", zone: "7", cameras: [ids.camera], saidMs: NOW }, owner.key), owner.key],
    ["assent", await seal.signAssent({ version: 1, owner: ids.owner, provider: ids.arc, person: ids.person, document: random(32), signedMs: NOW }, owner.key), owner.key],
    ["succession", await seal.sealSuccession(w.suite, ids.owner, w.tenant.secret, w.arcOpen.key.publicKey, owner.key), owner.key],
  ];
  return made.map(([object, envelope, key]) => ({ object, envelope, signKey: key.publicKey }));
}

/** A receipt of entry 2 in a log of five: what a server would hand out. */
export async function receipt(w: World): Promise<{ file: string; index: number; body: Bytes; hashes: Bytes[] }> {
  const body = seal.ENTRY.encode({
    version: 1, kind: "view", atMs: NOW, owner: w.ids.owner, actorKind: "person", actor: w.ids.person, actorParty: w.ids.arc,
    facts: [{ key: "camera", value: w.ids.camera }, { key: "seconds", value: 12 }],
  });
  const salt = random(32);
  const leaves = Array.from({ length: 5 }, (_, i) => seal.leafHash(i === 2 ? seal.commitment(salt, body) : random(32)));
  const [l0, l1, l2, l3, l4] = leaves as [Bytes, Bytes, Bytes, Bytes, Bytes];
  const left = seal.nodeHash(l0, l1);
  const root = seal.nodeHash(seal.nodeHash(left, seal.nodeHash(l2, l3)), l4);
  const checkpoint = await signedNote(`${ORIGIN}\n5\n${seal.base64(root)}\n`, ORIGIN, w.log.key);
  const extra = seal.base64(seal.encode([salt, body]));
  const file = ["c2sp.org/tlog-proof@v1", `extra ${extra}`, "index 2", ...[l3, left, l4].map(seal.base64), "", checkpoint].join("\n");
  return { file, index: 2, body, hashes: leaves };
}

export async function signedNote(text: string, name: string, key: seal.SigningKey): Promise<string> {
  const id = sha256(concat(seal.utf8(`${name}\n`), Uint8Array.of(1), key.publicKey)).subarray(0, 4);
  return `${text}\n— ${name} ${seal.base64(concat(id, await key.sign(seal.utf8(text))))}\n`;
}

export async function account(suite: seal.Suite): Promise<Record<string, string | number>> {
  const [origin, email, password] = ["http://localhost:8000", " Äda@Example.NL ", "a horse, no battery"];
  const { authKey, wrapKey } = await seal.accountKeys(password, email, origin, stretchHere);
  const [person, keys, code] = [newId(), await seal.newKeys(suite), seal.newRecoveryCode()];
  const bundle: seal.Bundle = { version: 1, suite, person, signSeed: keys.signSeed, openPrivate: keys.openPrivate };
  const pin: seal.Pin = { kind: "unit", id: newId(), fingerprint: random(32), how: "qr", atMs: NOW };
  return {
    origin, email, password, salt: hex(seal.accountSalt(origin, email)), auth_key: hex(authKey), wrap_key: hex(wrapKey), suite, person: hex(person),
    sign_seed: hex(keys.signSeed), open_private: hex(keys.openPrivate), wrapped_password: hex(await seal.wrapBundle(bundle, "password", wrapKey)),
    recovery_code: code, wrapped_recovery: hex(await seal.wrapBundle(bundle, "recovery", seal.recoveryKey(code))),
    pins: hex(await seal.sealPins([pin], seal.pinsKey(keys.signSeed), person)),
  };
}

export { copy };
