// SPDX-License-Identifier: EUPL-1.2
// Whose keys this person believes, and why. Principles:
//  - no key is taken on the server's word: it was compared (QR code, words, agreement), or an owner's signature names it;
//  - what was believed once is pinned; a change stops the work and is shown, it is never accepted in passing;
//  - an owner must have compared a unit's key; the alarm centre, which only opens, pins at first use and says so.
import { sha256 } from "@noble/hashes/sha2.js";
import type { Pin } from "../seal/account";
import { type Bytes, copy, equal, fromBase64url, fromUuid, hex, utf8 } from "../seal/bytes";
import type { Verified } from "../seal/envelope";
import { SealError } from "../seal/errors";
import { type Keyset, signKeys, verifyKeyset } from "../seal/keyset";
import { type VerifierKey, parseVerifierKey } from "../seal/note";
import { type Policy, verifyPolicy } from "../seal/policy";
import { type Status, verifyStatus } from "../seal/status";
import { signingFingerprint } from "../seal/suite";
import { words } from "../seal/words";
import { TrustError, type TrustCode } from "./errors";
import type { Session } from "./session";

interface TrustAnswer {
  readonly unit: { readonly id: string; readonly name: string; readonly sign_pk: string };
  readonly keyset: string | null;
  readonly keysets?: readonly string[];
  readonly policy: string | null;
  readonly status: string | null;
}

export type How = "qr" | "words" | "agreement" | "first_use" | "chain";

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
  readonly log: VerifierKey;
  readonly policy: Verified<Policy> | null;
  readonly status: Verified<Status> | null;
  /** Whether the unit itself says that it obeys this policy and keyset. */
  readonly confirmed: boolean;
}

export class Trust {
  readonly #held = new Map<string, Promise<UnitTrust>>();

  constructor(private readonly session: Session) {}

  forget(): void {
    this.#held.clear();
  }

  /** Everything signed about a unit, verified against what is pinned; TrustError when a person must look first. */
  unit(id: string, fresh = false): Promise<UnitTrust> {
    const held = fresh ? undefined : this.#held.get(id);
    if (held) return held;
    const asked = this.#verify(id);
    this.#held.set(id, asked);
    asked.catch(() => this.#held.delete(id));
    return asked;
  }

  /** The words of a unit's key as the server gives it, to be compared with those on the unit or read out by the owner. */
  async wordsOf(id: string): Promise<string> {
    const { unit } = await this.#ask(id);
    return words(signingFingerprint(fromBase64url(unit.sign_pk)));
  }

  /** The person compared: pin this unit's key. `expected` is the fingerprint from the QR code, when that was scanned. */
  async confirmUnit(id: string, how: How, expected: Uint8Array | null = null): Promise<void> {
    const { unit } = await this.#ask(id);
    const fingerprint = signingFingerprint(fromBase64url(unit.sign_pk));
    if (expected && !equal(expected, fingerprint)) throw stop("changed", "unit", "the server gives another key than the code that was scanned", fingerprint);
    await this.#pin("unit", fromUuid(id), fingerprint, how);
    this.#held.delete(id);
  }

  #ask(id: string): Promise<TrustAnswer> {
    return this.session.api.get<TrustAnswer>(`/units/${id}/trust`);
  }

  async #verify(id: string): Promise<UnitTrust> {
    const answer = await this.#ask(id);
    const unit = fromUuid(id);
    const signKey = fromBase64url(answer.unit.sign_pk);
    if (!answer.keyset) throw new TrustError("not_signed", "keyset", "this unit is not paired: no keyset was signed for it");
    const [keyset, keysets] = await this.#keyset(unit, answer);
    const how = await this.#unitKey(unit, signKey, keyset.value);
    const log = await this.#log(keyset.value);
    const policy = answer.policy ? guarded("policy", () => verifyPolicy(fromBase64url(answer.policy!), keyset)) : null;
    const status = answer.status ? guarded("status", () => verifyStatus(fromBase64url(answer.status!), signKey)) : null;
    if (status && !equal(status.value.unit, unit)) throw new TrustError("refused", "status", "the status is another unit's");
    return {
      id, name: answer.unit.name, unit, signKey, words: words(signingFingerprint(signKey)), how, keyset, keysets, log, policy, status,
      confirmed: isConfirmed(keyset, policy, status),
    };
  }

  async #unitKey(unit: Bytes, signKey: Bytes, keyset: Keyset): Promise<How> {
    const fingerprint = signingFingerprint(signKey);
    const pin = this.#pinned("unit", unit);
    if (pin) {
      if (!equal(pin.fingerprint, fingerprint)) throw stop("changed", "unit", "this unit's key is not the one that was compared", fingerprint);
      return pin.how as How;
    }
    if (this.#isOwner(keyset)) throw stop("not_compared", "unit", "this unit's key was not compared yet", fingerprint);
    await this.#pin("unit", unit, fingerprint, "first_use");
    return "first_use";
  }

  #isOwner(keyset: Keyset): boolean {
    const acting = this.session.actingParty;
    return acting !== null && equal(fromUuid(acting.id), keyset.owner);
  }

  async #keyset(unit: Bytes, answer: TrustAnswer): Promise<[Verified<Keyset>, ReadonlySet<string>]> {
    const chain = guarded("keyset", () => verifyChain([...(answer.keysets ?? []), answer.keyset!]));
    const current = chain.at(-1)!;
    if (!equal(current.value.unit, unit)) throw new TrustError("refused", "keyset", "the keyset is another unit's");
    const pin = this.#pinned("keyset", unit);
    const known = new Set(chain.map(({ hash }) => hex(hash)));
    if (pin && !known.has(hex(pin.fingerprint))) throw new TrustError("changed", "keyset", "the unit's keyset does not follow the one that is pinned");
    if (!pin) this.#believable(chain);
    if (!pin || !equal(pin.fingerprint, current.hash)) await this.#pin("keyset", unit, current.hash, pin ? "chain" : this.#isOwner(current.value) ? "chain" : "first_use");
    return [current, known];
  }

  /** An owner believes a keyset without a pin only when his own key signed one in the chain or is named in all of it. */
  #believable(chain: readonly Verified<Keyset>[]): void {
    if (!this.#isOwner(chain[0]!.value)) return;
    const own = this.session.signing.publicKey;
    const mine = chain.some(({ signer }) => equal(signer, this.session.signing.fingerprint));
    if (!mine && !chain.every(({ value }) => signKeys(value).some((key) => equal(key, own)))) {
      throw new TrustError("not_compared", "keyset", "this keyset was made by somebody else: compare its owners' words first");
    }
  }

  async #log(keyset: Keyset): Promise<VerifierKey> {
    const { origin, vkey } = keyset.log;
    const id = copy(sha256(utf8(origin)).subarray(0, 16));
    const fingerprint = copy(sha256(utf8(vkey)));
    const pin = this.#pinned("log", id);
    if (pin && !equal(pin.fingerprint, fingerprint)) throw new TrustError("changed", "log", `the key of the log ${origin} is not the one that is pinned`);
    if (!pin) await this.#pin("log", id, fingerprint, "chain");
    return parseVerifierKey(vkey);
  }

  #pinned(kind: string, id: Bytes): Pin | null {
    return this.session.pins.find((pin) => pin.kind === kind && equal(pin.id, id)) ?? null;
  }

  async #pin(kind: string, id: Bytes, fingerprint: Bytes, how: How): Promise<void> {
    const pin: Pin = { kind, id, fingerprint, how, atMs: Date.now() };
    await this.session.changePins((pins) => [...pins.filter((each) => each.kind !== kind || !equal(each.id, id)), pin]);
  }
}

function stop(code: TrustCode, what: "unit", message: string, fingerprint: Uint8Array): TrustError {
  return new TrustError(code, what, message, words(fingerprint));
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

