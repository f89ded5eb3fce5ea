// SPDX-License-Identifier: EUPL-1.2
// What a partner's phone keeps so that it works without a line: his sheets, his offers' list, and what waits to be sent. In IndexedDB
// ("zegel-partner"), each row encrypted under an AES key that the browser will not hand out. All of it goes at sign-out, when somebody else
// signs in, and by itself when the server was not reached for a day and a half.
import { type Bytes, fromUtf8, random, utf8 } from "../../../seal/bytes";
import type { Compared } from "./trust";
import type { Me, Offer, Sheet, Waiting } from "./types";

const DATABASE = "zegel-partner";
const ROWS = "rows";
const KEYS = "keys";
export const HELD_MS = 36 * 3_600_000;

interface Row {
  readonly iv: Bytes;
  readonly sealed: ArrayBuffer;
}

export interface Kept {
  readonly me: Me;
  readonly seenMs: number;
  readonly sheets: readonly Sheet[];
  readonly offers: readonly Offer[];
  readonly compared?: readonly Compared[];
}

function transact<T>(store: string, mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest<T> | void): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => {
      for (const name of [ROWS, KEYS]) opening.result.createObjectStore(name);
    };
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const database = opening.result;
      const transaction = database.transaction(store, mode);
      const request = act(transaction.objectStore(store));
      transaction.oncomplete = () => (database.close(), resolve(request === undefined ? undefined : request.result));
      transaction.onabort = () => (database.close(), reject(transaction.error));
    };
  });
}

async function key(): Promise<CryptoKey> {
  const held = (await transact(KEYS, "readonly", (store) => store.get("key"))) as CryptoKey | undefined;
  if (held !== undefined) return held;
  const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  await transact(KEYS, "readwrite", (store) => store.add(made, "key")).catch(() => undefined);
  return ((await transact(KEYS, "readonly", (store) => store.get("key"))) as CryptoKey | undefined) ?? made;
}

async function put(name: string, value: unknown): Promise<void> {
  const iv = random(12);
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await key(), utf8(JSON.stringify(value)) as Bytes);
  await transact(ROWS, "readwrite", (store) => store.put({ iv, sealed } satisfies Row, name));
}

async function opened<T>(row: Row | undefined): Promise<T | null> {
  if (row === undefined) return null;
  try {
    return JSON.parse(fromUtf8(new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv: row.iv }, await key(), row.sealed)))) as T;
  } catch {
    return null;
  }
}

const get = async <T>(name: string): Promise<T | null> => opened<T>((await transact(ROWS, "readonly", (store) => store.get(name))) as Row | undefined);

/** What the server said last; null when it is too long ago, and then it is gone from here too. */
export async function kept(nowMs: number): Promise<Kept | null> {
  const found = await get<Kept>("kept").catch(() => null);
  if (found === null) return null;
  if (nowMs - found.seenMs > HELD_MS || found.seenMs > nowMs + HELD_MS) {
    await transact(ROWS, "readwrite", (store) => store.delete("kept"));
    return null;
  }
  return { ...found, sheets: found.sheets.filter(({ gone_ms }) => gone_ms === null || gone_ms > nowMs) };
}

export const keep = (value: Kept): Promise<void> => put("kept", value);

const order = (one: Waiting): string => `w/${String(one.at_ms).padStart(15, "0")}/${one.id}`;

/** Waits until the server has it. */
export const wait = (one: Waiting): Promise<void> => put(order(one), one);

/** In the order in which it was done. */
export async function waiting(): Promise<readonly Waiting[]> {
  const rows = await transact(ROWS, "readonly", (store) => store.getAll(IDBKeyRange.bound("w/", "w0", false, true)) as IDBRequest<Row[]>);
  return (await Promise.all((rows ?? []).map((row) => opened<Waiting>(row)))).filter((one) => one !== null);
}

/** The server has it. */
export async function sent(all: readonly Waiting[]): Promise<void> {
  await transact(ROWS, "readwrite", (store) => {
    for (const one of all) store.delete(order(one));
  });
}

/** Everything, with the key that opened it. */
export async function forget(): Promise<void> {
  await transact(ROWS, "readwrite", (store) => void store.clear()).catch(() => undefined);
  await transact(KEYS, "readwrite", (store) => void store.clear()).catch(() => undefined);
}
