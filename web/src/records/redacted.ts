// SPDX-License-Identifier: EUPL-1.2
// A redacted film that left somebody's hands, read without a network: its statement, its bytes, its receipt. It carries no keyset, so
// nothing in it says whose key signed it: that is compared another way, by the signer's words. As src/zegel/records/redacted.py.
import { sha256 } from "@noble/hashes/sha2.js";
import { equal } from "../seal/bytes";
import type { Verified } from "../seal/envelope";
import { must } from "../seal/errors";
import type { Receipt } from "../seal/proof";
import { type Redacted, verifyRedacted } from "../seal/redacted";
import { words } from "../seal/words";
import { REDACTED_TYPE, splitFilm } from "./mp4";
import { partsOf, receiptsOf } from "./package";

export interface RedactedFilm {
  readonly statement: Verified<Redacted>;
  readonly signerWords: string;
  readonly receipts: readonly Receipt[];
  /** The film's bytes before its last box. */
  readonly film: Uint8Array;
}

/** Null when it is no redacted film; SealError when anything in it is not what it should be. */
export function readRedacted(file: Uint8Array, ...trusted: readonly Uint8Array[]): RedactedFilm | null {
  const found = splitFilm(file, REDACTED_TYPE);
  if (found === null) return null;
  const [envelope, receiptBytes] = partsOf(found.parts);
  const statement = verifyRedacted(envelope, ...trusted);
  const { value, hash, signer } = statement;
  must(equal(sha256(found.film), value.film), "open", "the film was changed after it was signed");
  return { statement, signerWords: words(signer), receipts: receiptsOf(receiptBytes, { export: value.export, hash }, value.log.vkey), film: found.film };
}
