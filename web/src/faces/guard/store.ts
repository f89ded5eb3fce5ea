// SPDX-License-Identifier: EUPL-1.2
// The key pair that a guard's phone makes for one errand, in the database "zegel-guard". Suite 1: WebCrypto's own pair, whose private half
// no script can read. Suite 2: WebCrypto knows no X-Wing, so its seed lies encrypted under an AES key that the browser will not hand out.
// Keys of other errands go as soon as one is looked for, and this one's with the errand. A browser without a database has it in memory.
import { type Bytes, random, wipe } from "../../seal/bytes";
import { heldKey, newHeldPair, openingKey, suiteOf, type OpeningKey } from "../../seal/suite";

const DATABASE = "zegel-guard";
const KEYS = "keys";

type Row =
  | { readonly suite: 1; readonly pair: CryptoKeyPair }
  | { readonly suite: 2; readonly aes: CryptoKey; readonly iv: Bytes; readonly sealed: ArrayBuffer };

function transact<T>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest<T> | void): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => void opening.result.createObjectStore(KEYS);
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const database = opening.result;
      const transaction = database.transaction(KEYS, mode);
      const request = act(transaction.objectStore(KEYS));
      transaction.oncomplete = () => (database.close(), resolve(request === undefined ? undefined : request.result));
      transaction.onabort = () => (database.close(), reject(transaction.error));
    };
  });
}

async function opened(row: Row): Promise<OpeningKey> {
  if (row.suite === 1) return heldKey(row.pair);
  const seed = new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv: row.iv }, row.aes, row.sealed));
  try {
    return await openingKey(2, seed);
  } finally {
    wipe(seed);
  }
}

async function made(suite: 1 | 2): Promise<Row> {
  if (suite === 1) return { suite, pair: await newHeldPair() };
  const aes = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  const [seed, iv] = [random(32), random(12)];
  try {
    return { suite, aes, iv, sealed: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, aes, seed) };
  } finally {
    wipe(seed);
  }
}

/** This errand's key: the one that is kept here, or a new one. */
export async function keyOf(errand: string, suite: number): Promise<OpeningKey> {
  const wanted = suiteOf(suite);
  const kept = (await transact("readonly", (store) => store.get(errand)).catch(() => undefined)) as Row | undefined;
  if (kept?.suite === wanted) {
    const key = await opened(kept).catch(() => null);
    if (key !== null) return key;
  }
  const row = await made(wanted);
  await transact("readwrite", (store) => {
    store.clear();
    store.put(row, errand);
  }).catch(() => undefined);
  return opened(row);
}

export const forget = (): Promise<void> => transact("readwrite", (store) => void store.clear()).then(() => undefined, () => undefined);
