// SPDX-License-Identifier: EUPL-1.2
// Argon2id by hash-wasm. In the browser in a worker, so that the page stays alive; in Node in place.
import { argon2id } from "hash-wasm";
import { ARGON2ID, type Stretch } from "../seal/account";
import { type Bytes, copy } from "../seal/bytes";
import { SealError } from "../seal/errors";

export const stretchHere: Stretch = async (password, salt) => {
  const { memoryKiB, iterations, parallelism, size } = ARGON2ID;
  const options = { password, salt, memorySize: memoryKiB, iterations, parallelism, hashLength: size, outputType: "binary" as const };
  return copy(await argon2id(options));
};

/** A worker per call: its memory, 64 MiB of it, goes when it ends. */
export const stretchInWorker: Stretch = (password, salt) =>
  new Promise<Bytes>((resolve, reject) => {
    const worker = new Worker(new URL("./worker-argon2.js", import.meta.url));
    const failed = (): void => reject(new SealError("unsupported", "the browser could not compute the password's key"));
    worker.onmessage = ({ data }: MessageEvent<Bytes | null>) => {
      worker.terminate();
      if (data) resolve(data);
      else failed();
    };
    worker.onerror = () => {
      worker.terminate();
      failed();
    };
    worker.postMessage({ password: copy(password), salt: copy(salt) });
  });

export const stretch: Stretch = (password, salt) => (typeof Worker === "function" && typeof document === "object" ? stretchInWorker : stretchHere)(password, salt);
