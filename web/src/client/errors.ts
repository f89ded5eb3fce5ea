// SPDX-License-Identifier: EUPL-1.2
// Why something did not happen, as a code that pages translate, and a sentence for logs.

/** The server said no, or could not be reached (status 0). `message` is already in the user's language. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly action: string | null = null,
    /** Which field of what was sent is wrong, when it is one. */
    readonly field: string = "",
    /** The unit's own word for why it does not do what was asked. */
    readonly why: string | null = null,
  ) {
    super(message);
  }
}

export type TrustCode =
  | "not_compared" // this key was never compared another way than by the server's word
  | "changed" // another key than the one that is pinned: the work stops
  | "left_out" // the server leaves out an owner whom a pinned keyset names
  | "not_confirmed" // the person was shown what would change, and did not want it
  | "not_signed" // the server lacks or withholds a signed object that is needed
  | "refused"; // a signed object does not verify

/** Somebody's key is not the one it should be. Nothing is opened, sealed or sent before a person resolved it. */
export class TrustError extends Error {
  override readonly name = "TrustError";
  constructor(
    readonly code: TrustCode,
    readonly what: "unit" | "keyset" | "policy" | "status" | "log" | "arc" | "tenant" | "person",
    message: string,
    /** The words of the key in question, to be read out and compared. */
    readonly words: string | null = null,
  ) {
    super(message);
  }
}
