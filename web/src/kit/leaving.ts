// SPDX-License-Identifier: EUPL-1.2
// The one way out of a page: what is printed, and what becomes a file of this device (I5). Both are written down first, with who, when,
// from where, what and how much; when that fails nothing is printed and nothing is kept. A test looks for any other way.

/** Asks the API: `/exports/printed` and `/exports/kept`. A page passes its port, or its session's api. */
export interface Log {
  post(path: string, body: unknown): Promise<unknown>;
}

export interface Leaving {
  /** A short code of what it is: a-z and _. */
  readonly what: string;
  /** How many rows, pictures or pages. */
  readonly count?: number;
  /** The thing that it is of, by its identifier. */
  readonly about?: string;
}

/** A port as a Log. */
export const logBy = (port: { ask(method: "POST", path: string, body: unknown): Promise<unknown> }): Log => ({ post: (path, body) => port.ask("POST", path, body) });

/** Prints the page as it stands, once that is written down. Rejects when it can't be. */
export async function printPage(log: Log, leaving: Leaving): Promise<void> {
  await log.post("/exports/printed", leaving);
  window.print();
}

/** Prints a recovery code: made on this device, random, without a name beside it, and often before its maker has an account. It is nobody's
 *  personal data, and there is nobody yet to be written down. */
export function printCode(): void {
  window.print();
}

/** Keeps a file that the page made, once that is written down. Rejects when it can't be. */
export async function keepFile(log: Log, leaving: Leaving, blob: Blob, name: string): Promise<void> {
  const plain = name.replaceAll(/[^\p{L}\p{N} ._()-]/gu, "-").slice(0, 120);
  await log.post("/exports/kept", { ...leaving, name: plain, size: blob.size });
  handOver(blob, name);
}

/** A file that the server sent and logged: its answer says under which entry. Throws when it does not. */
export async function keepAnswer(answer: Response): Promise<number> {
  const entry = Number(answer.headers.get("x-zegel-entry") ?? Number.NaN);
  if (!Number.isSafeInteger(entry)) throw new Error("a file without an entry in the log");
  handOver(await answer.blob(), /filename="([^"]+)"/.exec(answer.headers.get("content-disposition") ?? "")?.[1] ?? "file");
  return entry;
}

/** A file that is in the log already, under this entry: a recording or a package that its maker declared. */
export function keepLogged(entry: number, blob: Blob, name: string): void {
  if (!Number.isSafeInteger(entry) || entry < 0) throw new Error("a file without an entry in the log");
  handOver(blob, name);
}

function handOver(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
