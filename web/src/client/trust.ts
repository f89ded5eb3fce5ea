// SPDX-License-Identifier: EUPL-1.2
// Whose keys this person believes, and why. Principles:
//  - no key is taken on the server's word: it was compared (QR code, words, agreement), or an owner's signature names it;
//  - what was believed once is pinned; a change stops the work and is shown, it is never accepted in passing;
//  - as what a person acts is said by the work he does here (his own recordings, an alarm), never by what the server tells of him;
//  - an owner must have compared a unit's key; the alarm centre and a technician, who only open, pin at first use and say so, and
//    what they pinned so counts for nothing when they act as an owner.
import { sha256 } from "@noble/hashes/sha2.js";
import type { Pin } from "../seal/account";
import { type Bytes, equal, fromBase64url, fromUuid, hex, utf8 } from "../seal/bytes";
import type { Verified } from "../seal/envelope";
import { SealError } from "../seal/errors";
import { type Keyset, signKeys, verifyKeyset } from "../seal/keyset";
import { type VerifierKey, parseVerifierKey } from "../seal/note";
import { type Policy, verifyPolicy } from "../seal/policy";
import { type Status, verifyStatus } from "../seal/status";
import { signingFingerprint } from "../seal/suite";
import { words } from "../seal/words";
import { TrustError, type TrustCode } from "./errors";
import { logId } from "./ledger";
import type { Session } from "./session";

interface TrustAnswer {
  readonly unit: { readonly id: string; readonly name: string; readonly sign_pk: string };
  readonly keyset: string | null;
  readonly keysets?: readonly string[];
  readonly policy: string | null;
  readonly status: string | null;
}

export type How = "qr" | "words" | "agreement" | "first_use" | "chain";

/** As what somebody acts: `owner` of the unit (own recordings, commands), `arc` for its alarms, `guest` by an owner's grant. */
export type Standing = "owner" | "arc" | "guest";

/** Of so many units at most in one request. */
const AT_ONCE = 100;

/** Ways of comparing that are more than the server's word. */
const COMPARED: readonly string[] = ["qr", "words", "agreement"];

export interface UnitTrust {
  readonly id: string;
  readonly name: string;
  readonly unit: Bytes;
  readonly signKey: Bytes;
  readonly words: string;
  /** How the unit's key came to be believed. */
  readonly how: How;
  readonly keyset: Verified<Keyset>;
  /** Hashes (hex) of every keyset in the verified chain: older epochs name older keysets. */
  readonly keysets: ReadonlySet<string>;
  /** The chain as it was signed, from number 1 on. */
  readonly keysetEnvelopes: readonly Bytes[];
  /** Signing keys of every owner whom a keyset of the chain names. */
  readonly owners: readonly Bytes[];
  readonly log: VerifierKey;
  readonly policy: Verified<Policy> | null;
  readonly status: Verified<Status> | null;
  /** Whether the unit itself says that it obeys this policy and keyset. */
  readonly confirmed: boolean;
}

export class Trust {
  readonly #held = new Map<string, Promise<UnitTrust>>();
  /** Fingerprints whose words were told to the person: only such a one can be confirmed. */
  readonly #told = new Map<string, Bytes>();

  #waiting: { readonly id: string; readonly resolve: (answer: TrustAnswer) => void; readonly reject: (error: unknown) => void }[] = [];

  constructor(private readonly session: Session) {}

  forget(): void {
    this.#held.clear();
  }

  /** Everything signed about a unit, verified against what is pinned; TrustError when a person must look first. */
  unit(id: string, standing: Standing, fresh = false): Promise<UnitTrust> {
    const key = `${standing}/${id}`;
    const held = fresh ? undefined : this.#held.get(key);
    if (held) return held;
    const asked = this.#verify(id, standing);
    this.#held.set(key, asked);
    asked.catch(() => this.#held.delete(key));
    return asked;
  }

  /** The words of a unit's key as the server gives it, to be compared with those on the unit or read out by the owner. */
  async wordsOf(id: string): Promise<string> {
    const { unit } = await this.#ask(id);
    return this.#tell(id, signingFingerprint(fromBase64url(unit.sign_pk)));
  }

  /** The person compared: pins the key whose words he was told, or which the QR code names (`expected`), and no other. */
  async confirmUnit(id: string, how: How, expected: Uint8Array | null = null): Promise<void> {
    const told = expected ?? this.#told.get(id);
    if (!told) throw new TrustError("not_compared", "unit", "nobody was told this key's words yet");
    const { unit } = await this.#ask(id);
    const fingerprint = signingFingerprint(fromBase64url(unit.sign_pk));
    if (!equal(told, fingerprint)) throw stop("changed", "the server gives another key than the one that was compared", fingerprint);
    await this.session.addPins([pinOf("unit", fromUuid(id), fingerprint, how)]);
    this.forget();
  }

  #tell(id: string, fingerprint: Bytes): string {
    this.#told.set(id, fingerprint);
    return words(fingerprint);
  }

  /** What is asked for in one breath is one request, however many units somebody has. */
  #ask(id: string): Promise<TrustAnswer> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) queueMicrotask(() => void this.#askAll());
      this.#waiting.push({ id, resolve, reject });
    });
  }

  async #askAll(): Promise<void> {
    const waiting = this.#waiting.splice(0);
    const ids = [...new Set(waiting.map(({ id }) => id))];
    const found = new Map<string, Promise<TrustAnswer>>();
    for (let n = 0; n < ids.length; n += AT_ONCE) this.#askSome(ids.slice(n, n + AT_ONCE), found);
    for (const { id, resolve, reject } of waiting) found.get(id)!.then(resolve, reject);
  }

  #askSome(ids: readonly string[], found: Map<string, Promise<TrustAnswer>>): void {
    const one = (id: string): Promise<TrustAnswer> => this.session.api.get<TrustAnswer>(`/units/${id}/trust`);
    if (ids.length === 1) return void found.set(ids[0]!, one(ids[0]!));
    const all = this.session.api.get<{ readonly units: readonly TrustAnswer[] }>(`/trust?${ids.map((id) => `unit=${id}`).join("&")}`);
    // What is left out of the answer is asked for by itself, for the refusal that belongs to it.
    for (const id of ids) found.set(id, all.then(({ units }) => units.find(({ unit }) => unit.id === id) ?? one(id)));
  }

  /** First everything is verified, then what is new is pinned: a refusal leaves no pin behind. */
  async #verify(id: string, standing: Standing): Promise<UnitTrust> {
    const answer = await this.#ask(id);
    const unit = fromUuid(id);
    const signKey = fromBase64url(answer.unit.sign_pk);
    if (!answer.keyset) throw new TrustError("not_signed", "keyset", "this unit is not paired: no keyset was signed for it");
    const chain = guarded("keyset", () => verifyChain([...(answer.keysets ?? []), answer.keyset!]));
    const keyset = chain.at(-1)!;
    if (!equal(keyset.value.unit, unit)) throw new TrustError("refused", "keyset", "the keyset is another unit's");
    this.#demandParty(keyset.value, standing);
    const how = this.#unitKey(id, signingFingerprint(signKey), standing);
    const pins = [pinOf("unit", unit, signingFingerprint(signKey), how), this.#keysetPin(unit, chain, standing), this.#logPin(keyset.value)];
    const policy = answer.policy ? guarded("policy", () => verifyPolicy(fromBase64url(answer.policy!), keyset)) : null;
    const status = answer.status ? guarded("status", () => verifyStatus(fromBase64url(answer.status!), signKey)) : null;
    if (status && !equal(status.value.unit, unit)) throw new TrustError("refused", "status", "the status is another unit's");
    await this.session.addPins(pins);
    return {
      id, name: answer.unit.name, unit, signKey, words: words(signingFingerprint(signKey)), how, keyset, policy, status,
      keysetEnvelopes: chain.map(({ envelope }) => envelope), keysets: new Set(chain.map(({ hash }) => hex(hash))), owners: chain.flatMap(({ value }) => signKeys(value)),
      log: parseVerifierKey(keyset.value.log.vkey), confirmed: isConfirmed(keyset, policy, status),
    };
  }

  /** An owner's unit names his party as its owner, an alarm centre's names it as its alarm centre; nothing else is worked with. */
  #demandParty(keyset: Keyset, standing: Standing): void {
    if (standing === "guest") return;
    const acting = this.session.actingParty;
    const named = standing === "owner" ? keyset.owner : keyset.arc?.party;
    if (acting && named && equal(fromUuid(acting.id), named)) return;
    const who = standing === "owner" ? "is owned by another party than the one you act for" : "names another alarm centre than the one you act for";
    throw new TrustError("refused", "keyset", `the unit's keyset ${who}`);
  }

  #unitKey(id: string, fingerprint: Bytes, standing: Standing): How {
    const pin = this.#pinned("unit", fromUuid(id));
    if (pin && !equal(pin.fingerprint, fingerprint)) throw stop("changed", "this unit's key is not the one that was compared", fingerprint);
    if (pin && (standing !== "owner" || COMPARED.includes(pin.how))) return pin.how as How;
    if (standing !== "owner") return "first_use";
    this.#tell(id, fingerprint);
    throw stop("not_compared", "this unit's key was not compared yet", fingerprint);
  }

  #keysetPin(unit: Bytes, chain: readonly Verified<Keyset>[], standing: Standing): Pin {
    const pin = this.#pinned("keyset", unit);
    if (pin && !chain.some(({ hash }) => equal(hash, pin.fingerprint))) {
      throw new TrustError("changed", "keyset", "the unit's keyset does not follow the one that is pinned");
    }
    const believed = pin !== null && (standing !== "owner" || pin.how !== "first_use");
    if (!believed && standing === "owner") this.#believable(chain);
    const how = believed ? (pin.how as How) : standing === "owner" ? "chain" : "first_use";
    return pinOf("keyset", unit, chain.at(-1)!.hash, how);
  }

  /** An owner believes a keyset without a pin only when his own key, or that of a co-owner whom he compared, signed one in the chain, or his is named in all of it. */
  #believable(chain: readonly Verified<Keyset>[]): void {
    const own = this.session.signing.publicKey;
    const mine = chain.some(({ signer }) => equal(signer, this.session.signing.fingerprint) || this.#comparedSigner(signer));
    if (!mine && !chain.every(({ value }) => signKeys(value).some((key) => equal(key, own)))) {
      throw new TrustError("not_compared", "keyset", "this keyset was made by somebody else: compare its owners' words first");
    }
  }

  /** A co-owner whose eight words this person compared. */
  #comparedSigner(fingerprint: Bytes): boolean {
    return this.session.pins.some((pin) => pin.kind === "signer" && COMPARED.includes(pin.how) && equal(pin.fingerprint, fingerprint));
  }

  #logPin({ log: { origin, vkey } }: Keyset): Pin {
    const pin = this.#pinned("log", logId(origin));
    const fingerprint = sha256(utf8(vkey)) as Bytes;
    if (pin && !equal(pin.fingerprint, fingerprint)) throw new TrustError("changed", "log", `the key of the log ${origin} is not the one that is pinned`);
    return pin ?? pinOf("log", logId(origin), fingerprint, "chain");
  }

  #pinned(kind: string, id: Bytes): Pin | null {
    return this.session.pins.find((pin) => pin.kind === kind && equal(pin.id, id)) ?? null;
  }
}

function pinOf(kind: string, id: Bytes, fingerprint: Bytes, how: How): Pin {
  return { kind, id, fingerprint, how, atMs: Date.now() };
}

function stop(code: TrustCode, message: string, fingerprint: Uint8Array): TrustError {
  return new TrustError(code, "unit", message, words(fingerprint));
}

/** Oldest first, from number 1: each signed by an owner of the one before. */
function verifyChain(envelopes: readonly string[]): readonly Verified<Keyset>[] {
  const unique = [...new Set(envelopes)].map((text) => fromBase64url(text));
  const chain: Verified<Keyset>[] = [];
  for (const envelope of unique) chain.push(verifyKeyset(envelope, chain.at(-1) ?? null));
  return chain;
}

function isConfirmed(keyset: Verified<Keyset>, policy: Verified<Policy> | null, status: Verified<Status> | null): boolean {
  if (!policy || !status?.value.keyset || !status.value.policy) return false;
  return equal(status.value.keyset, keyset.hash) && equal(status.value.policy, policy.hash);
}

function guarded<T>(what: "keyset" | "policy" | "status", verify: () => T): T {
  try {
    return verify();
  } catch (error) {
    if (error instanceof SealError) throw new TrustError("refused", what, `the ${what} does not verify: ${error.message}`);
    throw error;
  }
}

