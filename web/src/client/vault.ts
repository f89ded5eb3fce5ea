// SPDX-License-Identifier: EUPL-1.2
// Where a signed-in person's private keys wait between two pages: in IndexedDB, encrypted under an AES key that the browser
// will not hand out, and gone at sign-out. Beside them, and kept at sign-out, what this device must remember of a person so that
// the server can't take it back (his pins, the logs' heads), sealed under his own key. In Node: in memory only.
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
  /** Remembers something sealed under a name; sign-out does not forget it. */
  keep(name: string, sealed: Bytes): Promise<void>;
  kept(name: string): Promise<Bytes | null>;
}

class MemoryVault implements Vault {
  #secret: Bytes | null = null;
  readonly #memory = new Map<string, Bytes>();

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

  async keep(name: string, sealed: Bytes): Promise<void> {
    this.#memory.set(name, copy(sealed));
  }

  async kept(name: string): Promise<Bytes | null> {
    return this.#memory.get(name) ?? null;
  }
}

const DATABASE = "zegel";
const STORE = "session";
const MEMORY = "memory";

class BrowserVault implements Vault {
  async put(secret: Uint8Array): Promise<void> {
    const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    const iv = random(12);
    const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, copy(secret));
    await transact(STORE, "readwrite", (store) => store.put({ key, iv, sealed } satisfies Kept, "keys"));
  }

  async take(): Promise<Bytes | null> {
    try {
      const kept = (await transact(STORE, "readonly", (store) => store.get("keys"))) as Kept | undefined;
      if (!kept) return null;
      return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv: kept.iv }, kept.key, kept.sealed));
    } catch {
      return null;
    }
  }

  async clear(): Promise<void> {
    await transact(STORE, "readwrite", (store) => store.clear()).catch(() => undefined);
  }

  async keep(name: string, sealed: Bytes): Promise<void> {
    await transact(MEMORY, "readwrite", (store) => store.put(sealed, name));
  }

  async kept(name: string): Promise<Bytes | null> {
    return ((await transact(MEMORY, "readonly", (store) => store.get(name))) as Bytes | undefined) ?? null;
  }
}

function transact(name: string, mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(DATABASE, 2);
    opening.onupgradeneeded = () => {
      for (const store of [STORE, MEMORY]) if (!opening.result.objectStoreNames.contains(store)) opening.result.createObjectStore(store);
    };
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const database = opening.result;
      const transaction = database.transaction(name, mode);
      const request = act(transaction.objectStore(name));
      transaction.oncomplete = () => (database.close(), resolve(request.result));
      transaction.onabort = () => (database.close(), reject(transaction.error));
    };
  });
}

export const vault: Vault = typeof indexedDB === "object" ? new BrowserVault() : new MemoryVault();
