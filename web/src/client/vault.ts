// SPDX-License-Identifier: EUPL-1.2
// Where a signed-in person's private keys wait between two pages: in IndexedDB, encrypted under an AES key that the browser
// will not hand out, and gone at sign-out. In Node: in memory only.
//
// What this gives: a copy of the disk's database file alone opens nothing that the browser does not open for our origin.
// What it does not: script running in our origin could use the keys; that is what the content security policy is for.
import { type Bytes, copy, random, wipe } from "../seal/bytes";

interface Kept {
  readonly key: CryptoKey;
  readonly iv: Bytes;
  readonly sealed: ArrayBuffer;
}

export interface Vault {
  put(secret: Uint8Array): Promise<void>;
  take(): Promise<Bytes | null>;
  clear(): Promise<void>;
}

class MemoryVault implements Vault {
  #secret: Bytes | null = null;

  async put(secret: Uint8Array): Promise<void> {
    await this.clear();
    this.#secret = copy(secret);
  }

  async take(): Promise<Bytes | null> {
    return this.#secret && copy(this.#secret);
  }

  async clear(): Promise<void> {
    wipe(this.#secret);
    this.#secret = null;
  }
}

const DATABASE = "zegel";
const STORE = "session";

class BrowserVault implements Vault {
  async put(secret: Uint8Array): Promise<void> {
    const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    const iv = random(12);
    const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, copy(secret));
    await transact("readwrite", (store) => store.put({ key, iv, sealed } satisfies Kept, "keys"));
  }

  async take(): Promise<Bytes | null> {
    try {
      const kept = (await transact("readonly", (store) => store.get("keys"))) as Kept | undefined;
      if (!kept) return null;
      return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv: kept.iv }, kept.key, kept.sealed));
    } catch {
      return null;
    }
  }

  async clear(): Promise<void> {
    await transact("readwrite", (store) => store.clear()).catch(() => undefined);
  }
}

function transact(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const database = opening.result;
      const transaction = database.transaction(STORE, mode);
      const request = act(transaction.objectStore(STORE));
      transaction.oncomplete = () => (database.close(), resolve(request.result));
      transaction.onabort = () => (database.close(), reject(transaction.error));
    };
  });
}

export const vault: Vault = typeof indexedDB === "object" ? new BrowserVault() : new MemoryVault();
