// SPDX-License-Identifier: EUPL-1.2
// An owner's epochs: whole ones, as the unit signed them, and what he kept of one of which he deleted a part.
import { type Bytes, equal, fromBase64url } from "../seal/bytes";
import { type Epoch, openEpoch } from "../seal/epoch";
import { verifyObject } from "../seal/envelope";
import { SealError, must } from "../seal/errors";
import { GRANT, type Grant, openGrant } from "../seal/grant";
import { verifyKept } from "../seal/kept";
import type { Range, RangeKeys } from "../seal/ranges";
import type { OpeningKey } from "../seal/suite";
import type { UnitTrust } from "./trust";

/** As the server gives what stands in place of a partly deleted epoch. `grant`: the keys, for the owner alone. */
export interface LeftText {
  readonly kept: string;
  readonly grant: string | null;
}

export type EpochFacts = Pick<Epoch, "suite" | "unit" | "camera" | "track" | "epoch" | "number" | "startMs" | "keyset" | "policy">;

/** `sealed`: the root, of a whole one. `kept`: the slots that are left, by the owner's word; null: all. `keys`: theirs. */
export interface EpochHeld {
  readonly value: EpochFacts;
  readonly sealed: Epoch | null;
  readonly kept: readonly Range[] | null;
  readonly keys: RangeKeys | null;
  /** As it was signed: by the unit, or by the owner of what is left. */
  readonly envelope: Bytes;
}

/** The root, under the key it was sealed to: the newest, or one that came before it. */
export async function openWhole(keys: readonly OpeningKey[], epoch: Epoch): Promise<Bytes> {
  return firstThatOpens(keys, (key) => openEpoch(epoch, key), "this epoch was sealed to a key that you do not hold");
}

async function firstThatOpens<T>(keys: readonly OpeningKey[], open: (key: OpeningKey) => Promise<T>, refusal: string): Promise<T> {
  for (const key of keys) {
    try {
      return await open(key);
    } catch (error) {
      if (!(error instanceof SealError) || (error.code !== "open" && error.code !== "suite")) throw error;
    }
  }
  throw new SealError("open", refusal);
}

/** Verified by an owner of the unit's keysets; `tenant` is asked only when there are keys to open. */
export async function verifyLeft({ kept: text, grant: granted }: LeftText, trust: Pick<UnitTrust, "owners" | "keyset">, tenant: () => Promise<readonly OpeningKey[]>): Promise<EpochHeld> {
  const { value } = verifyKept(fromBase64url(text), ...trust.owners);
  must(equal(value.owner, trust.keyset.value.owner), "object", "somebody else's word on what was kept");
  const held = { value, sealed: null, kept: value.ranges, envelope: fromBase64url(text) };
  if (granted === null) return { ...held, keys: null };
  const grant: Grant = verifyObject(GRANT, fromBase64url(granted), ...trust.owners).value;
  must(equal(grant.grant, value.grant) && grant.track === value.track && sameRanges(grant.ranges, value.ranges), "object", "another grant than the one that the owner named");
  const keys = await tenant();
  return { ...held, keys: await firstThatOpens(keys, (key) => openGrant(grant, key), "what was kept was sealed to a key that you do not hold") };
}

function sameRanges(a: readonly Range[], b: readonly Range[]): boolean {
  return a.length === b.length && a.every((each, i) => equal(each.epoch, b[i]!.epoch) && each.from === b[i]!.from && each.to === b[i]!.to);
}
