// SPDX-License-Identifier: EUPL-1.2
// Passwords that stand on the lists that leaked: whoever guesses tries these first, and with what people add to them.
const LETTERS: Readonly<Record<string, string>> = { "0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", $: "s", "!": "i" };

const once = (text: string): string => text.replace(/^(.{3,}?)\1+$/u, "$1");

/** The password as guessers turn it round: without what stands before or behind the word, doubled, digits read as letters. */
function* variants(password: string): Generator<string> {
  const text = password.normalize("NFKC").toLowerCase();
  const spoken = text.replace(/[013457@$!]/g, (sign) => LETTERS[sign] ?? sign);
  for (const form of [text, spoken]) {
    const joined = form.replace(/[\s_.-]+/g, "");
    for (const part of [form, joined]) {
      const bare = part.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, "");
      yield* [part, bare, once(part), once(bare)];
    }
  }
}

export function standsOn(known: ReadonlySet<string>, password: string): boolean {
  for (const variant of variants(password)) if (known.has(variant)) return true;
  return false;
}

let loading: Promise<void> | undefined;
let known: ReadonlySet<string> = new Set();

/** Fetches the list, once, from our own bundle: nothing of a password goes anywhere. */
export function loadLeaked(): Promise<void> {
  loading ??= import("zegel:leaked-passwords").then(({ default: words }) => void (known = new Set(words.split("\n"))));
  return loading;
}

/** Whether it leaked, by the list as far as it is here. */
export const leaked = (password: string): boolean => standsOn(known, password);
