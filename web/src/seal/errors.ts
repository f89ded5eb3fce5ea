// SPDX-License-Identifier: EUPL-1.2
// What can be wrong with sealed material. A code for programs, a sentence for logs; pages translate by code.

export type SealCode =
  | "encoding" // bytes that are not the one canonical form
  | "length" // a key, an identifier or a message of the wrong size
  | "field" // a value outside what the object allows
  | "object" // another kind of object than the one asked for
  | "suite" // a suite that is unknown, or not the one that is pinned
  | "signature" // made by somebody else, or bytes were changed
  | "signer" // signed by a key that is not trusted for this
  | "open" // sealed to another key, or bytes were changed
  | "range" // a slot or a cover outside the range
  | "chain" // does not follow its predecessor
  | "expired" // too old, or from the future
  | "proof" // a Merkle proof, a note or a checkpoint that does not hold
  | "code" // a typed code with a slip of the finger in it
  | "unsupported"; // this device lacks what is needed

export class SealError extends Error {
  override readonly name: string = "SealError";
  constructor(readonly code: SealCode, message: string) {
    super(message);
  }
}

/** Throws unless the rule holds. */
export function must(holds: boolean, code: SealCode, message: string): asserts holds {
  if (!holds) throw new SealError(code, message);
}
