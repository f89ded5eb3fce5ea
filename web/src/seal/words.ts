// SPDX-License-Identifier: EUPL-1.2
// A fingerprint to be read out: its first 16 bytes as eight proquints (consonant, vowel, consonant, vowel, consonant).
import { sized } from "./bytes";

const CONSONANTS = "bdfghjklmnprstvz";
const VOWELS = "aiou";

export function words(fingerprint: Uint8Array): string {
  sized(fingerprint, 32, "a fingerprint");
  return Array.from({ length: 8 }, (_, i) => proquint((fingerprint[2 * i]! << 8) | fingerprint[2 * i + 1]!)).join("-");
}

function proquint(bits: number): string {
  const [c1, v1, c2, v2, c3] = [bits >> 12, bits >> 10, bits >> 6, bits >> 4, bits];
  return CONSONANTS[c1! & 15]! + VOWELS[v1! & 3]! + CONSONANTS[c2! & 15]! + VOWELS[v2! & 3]! + CONSONANTS[c3! & 15]!;
}
