// SPDX-License-Identifier: EUPL-1.2
// A signed-in person: who it is, for which party he acts, and his keys. The password is used here and goes nowhere.
import { type Bundle, accountKeys, normalizeEmail, type Pin, pinsKey, unwrapBundle } from "../seal/account";
import { type Bytes, base64url, concat, equal, fromBase64url, fromUuid, hex, uuid, wipe } from "../seal/bytes";
import { parseEnvelope } from "../seal/envelope";
import { SealError } from "../seal/errors";
import { MEMBER, SUCCESSION, memberSecret, openMember, openSuccession, type Member, verifyMember, verifySuccession } from "../seal/member";
import { type OpeningKey, type SigningKey, openingKey, signingKey, suiteOf, type Suite } from "../seal/suite";
import { words } from "../seal/words";
import { Api } from "./api";
import { ApiError, TrustError } from "./errors";
import { type Stream, type StreamState, type ZegelEvent, openEvents } from "./events";
import { Ledger } from "./ledger";
import { type FactorAnswer, type FactorAsked, type Halfway, secondFactor } from "./factor";
import { PinBook } from "./pins";
import { forgetPush } from "./push";
import { stretch } from "./stretch";
import { Trust } from "./trust";
import { vault } from "./vault";

export interface PersonInfo {
  readonly id: string;
  readonly name: string;
  readonly email?: string;
  readonly language: string;
  readonly suite: number;
  readonly sign_pk: string;
  readonly open_pk: string;
}

export interface PartyInfo {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly role: string;
  readonly open_pk: string | null;
  readonly sealed_tenant_key: string | null;
  readonly roles?: readonly string[];
  /** It has an office of its own for service or customers (/service/). */
  readonly tenant?: boolean;
  /** Tenant keys of before, each sealed to this person too; newest first. */
  /** Each older tenant key sealed to its successor; newest first. */
  readonly successions?: readonly string[];
  readonly older_keys?: readonly { readonly sealed_tenant_key: string | null }[];
}

interface Me {
  readonly person: PersonInfo;
  readonly bundle: string;
  readonly pins: string | null;
  readonly parties: readonly PartyInfo[];
  readonly acting?: { readonly party_id: string | null; readonly role: string | null } | null;
}

export type SignInStep = "stretching" | "asking" | "opening" | "done";

export class Session {
  readonly trust: Trust;
  readonly ledger: Ledger;
  #acting: string | null;
  readonly #tenantKeys = new Map<string, Promise<readonly OpeningKey[]>>();
  readonly #listeners = new Set<{ onEvent: (event: ZegelEvent) => void; onState: (state: StreamState) => void }>();
  #stream: Stream | null = null;
  #rows = false;
  #streamState: StreamState | null = null;
  readonly #stopped = new Set<() => void>();

  private constructor(
    readonly api: Api,
    readonly person: PersonInfo,
    public parties: readonly PartyInfo[],
    readonly signing: SigningKey,
    readonly opening: OpeningKey,
    private readonly book: PinBook,
    acting: string | null,
  ) {
    this.#acting = acting;
    this.trust = new Trust(this);
    this.ledger = new Ledger(api, book.heads, (head) => book.keepHead(head).catch(() => undefined));
  }

  /** @internal */
  static async build(api: Api, me: Me, bundle: Bundle): Promise<Session> {
    const [signing, opening] = await Promise.all([signingKey(bundle.signSeed), openingKey(bundle.suite, bundle.openPrivate)]);
    const acting = me.acting?.party_id ?? me.parties[0]?.id ?? null;
    const book = await PinBook.open(api, pinsKey(bundle.signSeed), bundle.person, me.pins);
    return new Session(api, me.person, me.parties, signing, opening, book, acting);
  }

  get suite(): Suite {
    return suiteOf(this.person.suite);
  }

  get actingParty(): PartyInfo | null {
    return this.parties.find(({ id }) => id === this.#acting) ?? null;
  }

  async setActingParty(id: string, role: string | null = null): Promise<void> {
    await this.api.post("/acting-party", { party_id: id, role });
    this.#acting = id;
    this.trust.forget();
    this.#stream?.close();
    this.#stream = null;
    if (this.#listeners.size > 0) this.#openStream();
  }

  fingerprintWords(kind: "signing" | "opening"): string {
    return words(kind === "signing" ? this.signing.fingerprint : this.opening.fingerprint);
  }

  /**
   * The acting party's opening key, out of the member object that was sealed to this person, and its predecessors: what was
   * sealed before a member was removed still opens. Newest first. `owners`: the signing keys that may have sealed it, from a
   * verified keyset; TrustError when somebody else did. `"opening"` is for an alarm centre, whose people no keyset names: such
   * a key may open what a pinned unit sealed to it, and must never be sealed to.
   */
  tenantKeys(owners: readonly Uint8Array[] | "opening"): Promise<readonly OpeningKey[]> {
    const party = this.actingParty;
    // An operator to whom the centre's newest key is not sealed yet goes on opening what units released to the one of before.
    const before = owners === "opening" && (party?.older_keys ?? []).some(({ sealed_tenant_key: text }) => text !== null);
    if (!party || (!party.sealed_tenant_key && !before)) return Promise.reject(new ApiError(0, "no_tenant_key", "nobody has sealed this party's key to you yet"));
    const name = `${party.id}/${owners === "opening" ? owners : owners.map(hex).join("/")}`;
    const held = this.#tenantKeys.get(name) ?? this.#openTenantKeys(party, owners);
    this.#tenantKeys.set(name, held);
    return held;
  }

  async #openTenantKeys(party: PartyInfo, owners: readonly Uint8Array[] | "opening"): Promise<readonly OpeningKey[]> {
    const current = party.sealed_tenant_key && this.#member(party.sealed_tenant_key, owners);
    if (!current && (owners !== "opening" || party.sealed_tenant_key)) throw new TrustError("refused", "tenant", "the party's key was sealed to you by somebody whom the unit's keyset does not name as an owner");
    // Older keys only open; one that an owner did not seal is left out.
    const older = (party.older_keys ?? []).map(({ sealed_tenant_key: text }) => text && this.#member(text, owners)).filter((member) => member instanceof Object);
    const held = await Promise.all([...(current ? [current] : []), ...older].map((member) => openMember(member, this.opening)));
    return [...held, ...(await this.#before(held, party.successions ?? [], owners))];
  }

  /**
   * Who came later has no copies of old keys sealed to him: each was sealed to its successor. A succession that no owner signed is left
   * out; of an alarm centre, whose people no keyset names, any that opens counts: like its keys it only opens.
   */
  async #before(held: readonly OpeningKey[], successions: readonly string[], owners: readonly Uint8Array[] | "opening"): Promise<readonly OpeningKey[]> {
    const found: OpeningKey[] = [];
    for (const text of successions) {
      try {
        const value = owners === "opening" ? SUCCESSION.decode(parseEnvelope(fromBase64url(text)).body) : verifySuccession(fromBase64url(text), this.signing.publicKey, ...owners).value;
        const [by] = [...held, ...found].filter(({ fingerprint }) => equal(fingerprint, value.new));
        if (by === undefined || held.some(({ fingerprint }) => equal(fingerprint, value.old))) continue;
        found.push(await openSuccession(value, by));
      } catch (error) {
        if (!(error instanceof SealError)) throw error;
      }
    }
    return found;
  }

  /**
   * The acting party's private key itself, for as long as `use` runs: to seal it to another member, or to its successor. `owners` as
   * for tenantKeys.
   */
  async withTenantSecret<T>(owners: readonly Uint8Array[] | "opening", use: (secret: Bytes, member: Member) => Promise<T>): Promise<T> {
    const text = this.actingParty?.sealed_tenant_key;
    if (!text) throw new ApiError(0, "no_tenant_key", "nobody has sealed this party's key to you yet");
    const member = this.#member(text, owners);
    if (!member) throw new TrustError("refused", "tenant", "the party's key was sealed to you by somebody who is no owner");
    const secret = await memberSecret(member, this.opening);
    try {
      return await use(secret, member);
    } finally {
      wipe(secret);
    }
  }

  /** What the server says now of the parties he acts for: after a key was made, shared or replaced. */
  async refresh(): Promise<void> {
    this.parties = (await this.api.get<Me>("/me")).parties;
    for (const key of this.#tenantKeys.values()) void key.then((held) => held.forEach((each) => each.wipe()), () => undefined);
    this.#tenantKeys.clear();
    this.trust.forget();
  }

  /** Null when nobody signed it who may have. */
  #member(text: string, owners: readonly Uint8Array[] | "opening"): Member | null {
    const envelope = fromBase64url(text);
    const { signer, body } = parseEnvelope(envelope);
    const own = equal(signer, this.signing.fingerprint);
    if (owners === "opening" && !own) return MEMBER.decode(body);
    try {
      const { value } = verifyMember(envelope, this.signing.publicKey, ...(owners === "opening" ? [] : owners));
      return equal(value.party, fromUuid(this.actingParty!.id)) && equal(value.person, fromUuid(this.person.id)) ? value : null;
    } catch (error) {
      if (error instanceof SealError && (error.code === "signer" || error.code === "signature")) return null;
      throw error;
    }
  }

  get pins(): readonly Pin[] {
    return this.book.pins;
  }

  /** The server gave an older list of pins than this device had seen: not believed, and worth telling. */
  get pinsRolledBack(): boolean {
    return this.book.rolledBack;
  }

  /** Adds to what this person believes, here and (sealed) at the server. */
  addPins(pins: readonly Pin[]): Promise<void> {
    return this.book.add(pins);
  }

  /**
   * Every event of the acting party. One connection for the whole session, however many listen. `rows`: alarms that changed come
   * as rows (topic "alarms") instead of as identifiers to be asked for; said by the first who listens.
   */
  events(onEvent: (event: ZegelEvent) => void, onState: (state: StreamState) => void = () => {}, rows = false): Stream {
    const listener = { onEvent, onState };
    this.#rows ||= rows;
    this.#listeners.add(listener);
    if (this.#stream === null) this.#openStream();
    else if (this.#streamState !== null) onState(this.#streamState);
    return { close: () => void this.#listeners.delete(listener) };
  }

  #openStream(): void {
    this.#stream = openEvents(this.api, {
      rows: this.#rows,
      onEvent: (event) => this.#listeners.forEach((each) => each.onEvent(event)),
      onState: (state) => {
        this.#streamState = state;
        this.#listeners.forEach((each) => each.onState(state));
      },
    });
  }

  /** Runs when the session ends, by whatever cause. */
  whenEnded(stop: () => void): void {
    this.#stopped.add(stop);
  }

  /** Wipes every key here and tells the server. */
  async signOut(): Promise<void> {
    this.end();
    if (typeof document === "object") await forgetPush(this.api).catch(() => undefined);
    await vault.clear();
    await this.api.post("/sign-out").catch(() => undefined);
    this.api.forget();
  }

  end(): void {
    for (const stop of this.#stopped) stop();
    this.#stopped.clear();
    this.#stream?.close();
    this.#listeners.clear();
    for (const key of this.#tenantKeys.values()) void key.then((held) => held.forEach((each) => each.wipe()), () => undefined);
    this.#tenantKeys.clear();
    this.signing.wipe();
    this.opening.wipe();
    this.book.wipe();
  }
}

// --- signing in ----------------------------------------------------------------------------------------------------

export interface SignInOptions {
  readonly api?: Api;
  readonly onProgress?: (step: SignInStep) => void;
  /** Asked when the account has a second factor; again with `refused` when the answer was wrong. */
  readonly onFactor?: (asked: FactorAsked) => Promise<FactorAnswer>;
}

function pageApi(): Api {
  return new Api(location.origin);
}

/** 401 (ApiError) when e-mail or password is wrong; SealError `open` when the account's keys do not open with them. */
export async function signIn(email: string, password: string, { api = pageApi(), onProgress = () => {}, onFactor }: SignInOptions = {}): Promise<Session> {
  onProgress("stretching");
  const { authKey, wrapKey } = await accountKeys(password, email, api.origin, stretch);
  onProgress("asking");
  try {
    const said = await api.post<Me | Halfway>("/sign-in", { email: normalizeEmail(email), auth_key: base64url(authKey) });
    const me = "second_factor" in said ? await secondFactor<Me>(api, said, onFactor) : said;
    onProgress("opening");
    const session = await opened(api, me, await unwrapBundle(fromBase64url(me.bundle), "password", wrapKey, fromUuid(me.person.id), suiteOf(me.person.suite)));
    onProgress("done");
    return session;
  } finally {
    wipe(authKey, wrapKey);
  }
}

/** After an account was made or recovered here: its session, with the password that was just chosen. */
export async function enterWith(api: Api, me: unknown, email: string, password: string): Promise<Session> {
  const { authKey, wrapKey } = await accountKeys(password, email, api.origin, stretch);
  try {
    const known = me as Me;
    return await opened(api, known, await unwrapBundle(fromBase64url(known.bundle), "password", wrapKey, fromUuid(known.person.id), suiteOf(known.person.suite)));
  } finally {
    wipe(authKey, wrapKey);
  }
}

async function opened(api: Api, me: Me, bundle: Bundle): Promise<Session> {
  const session = await Session.build(api, me, bundle);
  const kept = concat(fromUuid(me.person.id), bundle.signSeed, bundle.openPrivate);
  await vault.put(kept);
  wipe(kept, bundle.signSeed, bundle.openPrivate);
  return session;
}

/** The session of the page before this one, or null: then the person signs in again. */
export async function restore(api: Api = pageApi()): Promise<Session | null> {
  const kept = await vault.take();
  if (!kept) return null;
  try {
    const me = await api.get<Me>("/me");
    if (uuid(kept.slice(0, 16)) !== me.person.id) throw new ApiError(0, "other_person", "another person is signed in");
    return await Session.build(api, me, {
      version: 1, suite: suiteOf(me.person.suite), person: kept.slice(0, 16), signSeed: kept.slice(16, 48), openPrivate: kept.slice(48, 80),
    });
  } catch (error) {
    if (error instanceof ApiError && error.status === 0 && error.code === "unreachable") throw error;
    await vault.clear();
    return null;
  } finally {
    wipe(kept);
  }
}

export async function signOut(session: Session): Promise<void> {
  await session.signOut();
}
