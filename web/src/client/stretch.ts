// SPDX-License-Identifier: EUPL-1.2
// Argon2id: in the browser in a worker, so that the page stays alive; in Node in place.
import type { Stretch } from "../seal/account";
import { type Bytes, copy } from "../seal/bytes";
import { SealError } from "../seal/errors";

/** A worker per call: its memory, 64 MiB of it, goes when it ends. */
const stretchInWorker: Stretch = (password, salt) =>
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

export const stretch: Stretch = async (password, salt) => {
  if (typeof document === "object") return stretchInWorker(password, salt);
  return (await import("./stretch_here")).stretchHere(password, salt);
};
