// SPDX-License-Identifier: EUPL-1.2
// A server as the client meets it, over real HTTP: honest by default, and lying where a test tells it to. It holds no key that opens.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { sha256 } from "@noble/hashes/sha2.js";
import * as seal from "../src/seal";
import { base64url, type Bytes, newId, random, uuid } from "../src/seal";
import { Api } from "../src/client/api";
import { Session } from "../src/client/session";
import { NOW, type World, epoch, release, segment, signedNote, world } from "./factory";

export const PASSWORD = "a horse, no battery";

export interface Lies {
  /** Changes what a path is answered with. */
  answer?: (path: string, body: any) => any;
  /** Changes segment bytes on their way out. */
  segment?: (bytes: Bytes) => Bytes;
  withholdReceipt?: boolean;
  forgeReceipt?: boolean;
  /** Changes the facts that a view's entry is logged with. */
  facts?: (facts: Record<string, seal.Value>) => Record<string, seal.Value>;
}

export interface Account {
  readonly person: Bytes;
  readonly email: string;
  readonly keys: Awaited<ReturnType<typeof seal.newKeys>>;
  readonly party: Bytes;
  readonly member: Bytes;
  readonly bundle: Bytes;
  readonly authKey: Bytes;
  readonly role: string;
  pins: Bytes | null;
}

/** Argon2id takes a third of a second; only the tests of signing in need the real one. */
const quick: seal.Stretch = async (password, salt) => seal.copy(sha256(seal.concat(password, salt)));

/** What signIn gives, without the stretching. */
export async function enter(server: FakeServer, account: Account): Promise<Session> {
  const api = new Api(server.origin);
  const me = await api.post<never>("/sign-in", { email: account.email, auth_key: base64url(account.authKey) });
  const { signSeed, openPrivate } = account.keys;
  return Session.build(api, me, { version: 1, suite: server.world.suite, person: account.person, signSeed, openPrivate });
}

interface Lease {
  readonly id: string;
  readonly request: any;
  index: number;
  readonly given: Set<number>;
  parts: number;
}

const PLAIN = seal.utf8("\0\0\0\x10ftypisom\0\0\0\0" + "\0\0\0\x0cmdatabcd");

export class FakeServer {
  readonly lies: Lies = {};
  readonly calls: string[] = [];
  readonly bodies: Record<string, any[]> = {};
  #server: Server;
  #streams = new Set<ServerResponse>();
  #leaves: Bytes[] = [];
  #entries: { salt: Bytes; body: Bytes }[] = [];
  #slots: number[] = [10, 11, 12];
  #windowOpen = true;
  origin = "";
  owner!: Account;
  arc!: Account;
  readonly #segments = new Map<string, Bytes>();
  readonly #leases = new Map<string, Lease>();
  readonly #parts: { range: seal.Range; envelope: Bytes }[] = [];
  /** What views carry besides. */
  manifests: Bytes[] = [];

  private constructor(
    readonly world: World,
    private readonly stretch: seal.Stretch,
  ) {
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  static async start(suite: seal.Suite = 1, who: "owner" | "arc" | null = null, stretch: seal.Stretch = quick): Promise<FakeServer> {
    const server = new FakeServer(await world(suite), stretch);
    await new Promise<void>((resolve) => server.#server.listen(0, "127.0.0.1", resolve));
    server.origin = `http://127.0.0.1:${(server.#server.address() as AddressInfo).port}`;
    const w = server.world;
    const ownerKeys = { ...(await seal.newKeys(suite)), signSeed: w.owner.seed, signPublic: w.owner.key.publicKey };
    if (who === "owner") server.owner = await server.#account("owner@example.nl", w.ids.person, ownerKeys, w.ids.owner, w.tenant, "owner");
    if (who === "arc") server.arc = await server.#account("operator@example.nl", newId(), await seal.newKeys(suite), w.ids.arc, w.arcOpen, "operator");
    for (let i = 0; i < 3; i++) server.#append(random(40));
    return server;
  }

  async #account(email: string, person: Bytes, keys: Account["keys"], party: Bytes, tenant: World["tenant"], role: string): Promise<Account> {
    const { suite } = this.world;
    const { authKey, wrapKey } = await seal.accountKeys(PASSWORD, email, this.origin, this.stretch);
    const bundle = await seal.wrapBundle({ version: 1, suite, person, signSeed: keys.signSeed, openPrivate: keys.openPrivate }, "password", wrapKey);
    const signer = await seal.signingKey(keys.signSeed);
    const member = await seal.sealMember({ suite, party, person, personOpenKey: keys.openPublic, tenantKey: tenant.key.publicKey, tenantPrivate: tenant.secret }, signer);
    return { person, email, keys, party, member, bundle, authKey, role, pins: null };
  }

  get #accounts(): readonly Account[] {
    return [this.owner, this.arc].filter((each) => each !== undefined);
  }

  async pin(account: Account, pins: readonly seal.Pin[]): Promise<void> {
    account.pins = await seal.sealPins(pins, seal.pinsKey(account.keys.signSeed), account.person);
  }

  unitPin(fingerprint = this.world.unit.key.fingerprint): seal.Pin {
    return { kind: "unit", id: this.world.ids.unit, fingerprint, how: "qr", atMs: 1 };
  }

  stop(): void {
    for (const stream of this.#streams) stream.end();
    this.#server.closeAllConnections();
    this.#server.close();
  }

  record(slot: number): void {
    this.#slots.push(slot);
    this.emit("segments.stored", { camera_id: uuid(this.world.ids.camera) });
  }

  endWindow(): void {
    this.#windowOpen = false;
    this.emit("window.ended", { alarm_id: uuid(this.world.ids.alarm) });
  }

  closeWindowSilently(): void {
    this.#windowOpen = false;
  }

  emit(topic: string, data: object): void {
    for (const stream of this.#streams) stream.write(`event: ${topic}\nid: ${Date.now()}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  cut(): void {
    for (const stream of this.#streams) stream.destroy();
    this.#streams.clear();
  }

  // --- HTTP ---------------------------------------------------------------------------------------------------------------

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const [path = ""] = request.url!.split("?");
    const body = chunks.length > 0 ? JSON.parse(Buffer.concat(chunks).toString()) : null;
    this.calls.push(`${request.method} ${path}`);
    (this.bodies[path] ??= []).push(body);
    if (path === "/events") return this.#stream(response);
    if (request.method !== "GET" && request.headers["x-csrftoken"] !== "token") return send(response, 403, { error: { code: "csrf", message: "no CSRF token" } });
    try {
      const answer = await this.#answer(path.replace("/api/v1", ""), body, request.headers.cookie ?? "");
      const changed = this.lies.answer?.(path.replace("/api/v1", ""), answer) ?? answer;
      if (path === "/api/v1/csrf") response.setHeader("set-cookie", "csrftoken=token; Path=/; SameSite=Strict");
      if (path === "/api/v1/sign-in") response.setHeader("set-cookie", `session=${body.email}; HttpOnly; Path=/`);
      send(response, 200, changed);
    } catch (error) {
      const [status, code] = error instanceof Refused ? [error.status, error.code] : [500, String(error)];
      send(response, status, { error: { code, message: code } });
    }
  }

  #stream(response: ServerResponse): void {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(": welcome\n\n");
    this.#streams.add(response);
  }

  async #answer(path: string, body: any, cookie: string): Promise<unknown> {
    const account = this.#accounts.find(({ email }) => cookie.includes(`session=${email}`)) ?? null;
    if (path === "/csrf" || path === "/sign-out") return {};
    if (path === "/sign-in") return this.#signIn(body);
    if (path === "/ledger/checkpoint") return this.#checkpoint(this.#leaves);
    if (path.startsWith("/ledger/")) return this.#tile(path);
    if (!account) throw new Refused(401, "unauthorized");
    if (path === "/me") return this.#me(account);
    if (path === "/me/pins") {
      account.pins = seal.fromBase64url(body.pins);
      return {};
    }
    if (path === "/trust") return { units: [await this.#trust()] };
    if (path.endsWith("/trust")) return this.#trust();
    if (path === "/views") return this.#view(account, this.#lease(body));
    if (/^\/views\/[^/]+\/renew$/.test(path)) return this.#view(account, this.#leases.get(path.split("/")[2]!)!);
    if (/^\/views\/[^/]+\/segments$/.test(path)) return this.#bytes(body.ids);
    if (path.startsWith("/receipts/")) return this.#receipt(Number(path.split("/")[2]));
    return {};
  }

  #signIn({ email, auth_key }: { email: string; auth_key: string }): unknown {
    const account = this.#accounts.find((each) => each.email === email);
    if (!account || base64url(account.authKey) !== auth_key) throw new Refused(401, "unauthorized");
    return this.#me(account);
  }

  #me({ person, keys, bundle, pins, party, member, role }: Account): unknown {
    return {
      person: { id: uuid(person), name: role, language: "en", suite: this.world.suite, sign_pk: base64url(keys.signPublic), open_pk: base64url(keys.openPublic) },
      bundle: base64url(bundle), pins: pins && base64url(pins),
      parties: [{ id: uuid(party), name: role, kind: "company", role, open_pk: null, sealed_tenant_key: base64url(member) }],
    };
  }

  async #trust(): Promise<unknown> {
    const { ids, unit, keyset, policy, keysetHash, policyHash } = this.world;
    const status = await seal.signStatus({
      version: 1, unit: ids.unit, pairing: ids.pairing, atMs: 1, state: "armed", untilMs: null, keyset: keysetHash, policy: policyHash, policyCounter: 1,
      software: "test", cameras: [], releaseHead: null, part: null, commandedBy: null, guardsFromMs: null,
    }, unit.key);
    return {
      unit: { id: uuid(ids.unit), name: "unit", sign_pk: base64url(unit.key.publicKey) },
      keyset: base64url(keyset), keysets: [base64url(keyset)], policy: base64url(policy), status: base64url(status),
    };
  }

  #lease(request: any): Lease {
    const lease: Lease = { id: uuid(newId()), request, index: -1, given: new Set(), parts: 0 };
    this.#leases.set(lease.id, lease);
    return lease;
  }

  /** What came since the last time, logged first; nothing new is not logged. */
  async #view(account: Account, lease: Lease): Promise<unknown> {
    const asOperator = account === this.arc;
    if (asOperator && !this.#windowOpen) throw new Refused(403, "window_closed");
    const w = this.world;
    const slots = this.#slots.filter((slot) => !lease.given.has(slot));
    const answer = { lease_id: lease.id, expires_ms: Date.now() + 60_000, more: false };
    if (slots.length === 0) return { ...answer, index: lease.index, promise: "", epochs: [], segments: [], releases: [], manifests: [] };
    lease.index = this.#append(this.#viewEntry(account, lease, slots));
    for (const slot of slots) lease.given.add(slot);
    const releases = asOperator ? await this.#releases(lease) : null;
    const segments = await Promise.all(slots.map((slot) => this.#segment(slot, this.#slots.indexOf(slot))));
    return {
      ...answer, index: lease.index, promise: base64url(await this.#promise(lease.index)), epochs: [base64url(await epoch(w))], segments,
      releases: releases && releases.map(base64url), manifests: this.manifests.map(base64url),
    };
  }

  async #releases(lease: Lease): Promise<readonly Bytes[]> {
    const from = this.#parts.at(-1)?.range.to ?? 10;
    const to = Math.max(...this.#slots) + 1;
    if (to > from) {
      const before = this.#parts.at(-1);
      const range = { epoch: this.world.ids.epoch, from, to };
      const previous = before ? seal.verifyRelease(before.envelope, this.world.unit.key.publicKey).hash : null;
      this.#parts.push({ range, envelope: await release(this.world, [range], false, this.#parts.length + 1, previous) });
    }
    const fresh = this.#parts.slice(lease.parts).map(({ envelope }) => envelope);
    lease.parts = this.#parts.length;
    return fresh;
  }

  /** A segment's bytes as they were recorded, for a manifest. */
  async listed(slot: number): Promise<{ slot: number; seq: number; hash: Bytes }> {
    const seq = this.#slots.indexOf(slot);
    await this.#segment(slot, seq);
    return { slot, seq, hash: sha256(this.#segments.get(segmentId(slot))!) as Bytes };
  }

  /** The head of the log, as a unit would see it. */
  head(): { size: number; root: Bytes } {
    return { size: this.#leaves.length, root: prove(this.#leaves, 0).root };
  }

  /** The log begins anew, with other entries: what was known of it is gone. */
  fork(size: number): void {
    this.#leaves = [];
    this.#entries = [];
    for (let i = 0; i < size; i++) this.#append(random(40));
  }

  grow(): void {
    this.#append(random(40));
  }

  async #segment(slot: number, seq: number): Promise<unknown> {
    const id = segmentId(slot);
    const bytes = this.#segments.get(id) ?? (await segment(this.world, slot, seq, PLAIN));
    this.#segments.set(id, bytes);
    return { id, epoch: uuid(this.world.ids.epoch), slot, seq, ra: true, size: bytes.length, sha256: base64url(this.#seen(bytes)) };
  }

  /** A server that changes bytes also names the changed bytes' hash. */
  #seen(bytes: Bytes): Uint8Array {
    return sha256(this.lies.segment?.(bytes) ?? bytes);
  }

  #bytes(ids: readonly string[]): Buffer {
    const parts = ids.flatMap((id) => {
      const bytes = this.lies.segment?.(this.#segments.get(id)!) ?? this.#segments.get(id)!;
      const size = Buffer.alloc(4);
      size.writeUInt32BE(bytes.length);
      return [size, bytes];
    });
    return Buffer.concat(parts);
  }

  // --- the log -------------------------------------------------------------------------------------------------------------

  #viewEntry({ person, party, role }: Account, { id, request }: Lease, slots: readonly number[]): Bytes {
    const facts: Record<string, seal.Value> = {
      lease: seal.fromUuid(id), camera: seal.fromUuid(request.camera_id), track: request.track, purpose: request.purpose, alarm: request.alarm_id && seal.fromUuid(request.alarm_id),
      role, slots: slots.length, seconds: seal.encode(slots.map((slot) => [this.world.ids.epoch, slot, slot + 1])), from_ms: NOW + Math.min(...slots) * 1000, to_ms: NOW + (Math.max(...slots) + 1) * 1000,
    };
    const said = Object.entries(this.lies.facts?.(facts) ?? facts).map(([key, value]) => ({ key, value })).sort((a, b) => (a.key < b.key ? -1 : 1));
    return seal.ENTRY.encode({ version: 1, kind: "view", atMs: 1, owner: this.world.ids.owner, actorKind: "person", actor: person, actorParty: party, facts: said });
  }

  #append(body: Bytes): number {
    const salt = random(32);
    this.#entries.push({ salt, body });
    return this.#leaves.push(seal.leafHash(seal.commitment(salt, body))) - 1;
  }

  #promise(index: number): Promise<Bytes> {
    const promise = { version: 1 as const, origin: "ledger.example/zegel", index, leaf: this.#leaves[index]!, atMs: 1 };
    return seal.signObject(seal.PROMISE, promise, this.world.log.key);
  }

  async #receipt(index: number): Promise<string> {
    if (this.lies.withholdReceipt) throw new Refused(425, "not_yet");
    const { salt, body } = this.#entries[index]!;
    const leaves = this.lies.forgeReceipt ? this.#leaves.map(() => random(32)) : this.#leaves;
    const { path } = prove(leaves, index);
    const checkpoint = await this.#checkpoint(leaves);
    return ["c2sp.org/tlog-proof@v1", `extra ${seal.base64(seal.encode([salt, body]))}`, `index ${index}`, ...path.map(seal.base64), "", checkpoint].join("\n");
  }

  #checkpoint(leaves: readonly Bytes[]): Promise<string> {
    const { root } = prove(leaves, 0);
    return signedNote(`ledger.example/zegel\n${leaves.length}\n${seal.base64(root)}\n`, "ledger.example/zegel", this.world.log.key);
  }

  #tile(path: string): Buffer {
    const width = Number(/\.p\/(\d+)$/.exec(path)?.[1] ?? 256);
    if (!path.startsWith("/ledger/tile/0/000") || width > this.#leaves.length) throw new Refused(404, "no_tile");
    return Buffer.concat(this.#leaves.slice(0, width));
  }
}

function segmentId(slot: number): string {
  return `00000000-0000-4000-8000-${String(slot).padStart(12, "0")}`;
}

function prove(leaves: readonly Bytes[], index: number): { root: Bytes; path: Bytes[] } {
  if (leaves.length === 1) return { root: leaves[0]!, path: [] };
  const left = 2 ** Math.ceil(Math.log2(leaves.length) - 1);
  const inLeft = index < left;
  const near = prove(inLeft ? leaves.slice(0, left) : leaves.slice(left), inLeft ? index : index - left);
  const far = prove(inLeft ? leaves.slice(left) : leaves.slice(0, left), 0).root;
  return { root: inLeft ? seal.nodeHash(near.root, far) : seal.nodeHash(far, near.root), path: [...near.path, far] };
}

class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
  ) {
    super(code);
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const [type, bytes] = Buffer.isBuffer(body) ? ["application/octet-stream", body] : typeof body === "string" ? ["text/plain", Buffer.from(body)] : ["application/json", Buffer.from(JSON.stringify(body ?? {}))];
  response.writeHead(status, { "content-type": type as string });
  response.end(bytes);
}

