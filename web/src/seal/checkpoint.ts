// SPDX-License-Identifier: EUPL-1.2
// A log's signed head: origin, size, root. Source: c2sp.org/tlog-checkpoint.
import { type Bytes, fromBase64 } from "./bytes";
import { must } from "./errors";
import { type Note, type VerifierKey, cosignedAt, openNote } from "./note";

export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Bytes;
  readonly witnesses: readonly { readonly name: string; readonly seconds: number }[];
}

/** The checkpoint, signed by the log whose key is pinned; witnesses that are known and signed are named. */
export function openCheckpoint(text: string, log: VerifierKey, witnesses: readonly VerifierKey[] = []): Checkpoint {
  const note = openNote(text, log);
  const { origin, size, root } = parseText(note);
  must(origin === log.name, "proof", `a checkpoint of another log (${origin})`);
  const seen = witnesses.map((witness) => ({ name: witness.name, seconds: cosignedAt(note, witness) }));
  return { origin, size, root, witnesses: seen.filter((each): each is { name: string; seconds: number } => each.seconds !== null) };
}

function parseText(note: Note): { origin: string; size: number; root: Bytes } {
  const [origin, size, root, ...extensions] = note.text.slice(0, -1).split("\n");
  must(!!origin && !!size && !!root && extensions.every((line) => line !== ""), "proof", "not a checkpoint");
  must(/^(0|[1-9]\d{0,15})$/.test(size) && Number.isSafeInteger(Number(size)), "proof", "a checkpoint's size is not a number");
  const bytes = fromBase64(root);
  must(bytes.length === 32, "proof", "a checkpoint's root is not a hash");
  return { origin, size: Number(size), root: bytes };
}
