// SPDX-License-Identifier: EUPL-1.2
// The page's side of the worker that looks: fetched when it is needed, ended when it is not.
import { SealError } from "../../seal/errors";
import type { Answer, Asked } from "../../finder/finder";
import type { Found } from "./places";

export class Finder {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, { readonly resolve: (answer: Answer) => void; readonly reject: (error: Error) => void }>();
  #number = 0;

  constructor() {
    this.#worker = new Worker(new URL("./finder.js", import.meta.url), { type: "module" });
    this.#worker.onmessage = ({ data }: MessageEvent<Answer>) => {
      const waiting = this.#waiting.get(data.number);
      this.#waiting.delete(data.number);
      if ("error" in data) waiting?.reject(new SealError("unsupported", data.error));
      else waiting?.resolve(data);
    };
    this.#worker.onerror = () => this.#failAll("the networks that find people can't be run in this browser");
  }

  /** SHA-256 (hex) of each network that looks. */
  async load(): Promise<readonly string[]> {
    const answer = await this.#ask({ what: "load" });
    return "loaded" in answer ? answer.loaded : [];
  }

  async find(picture: ImageBitmap): Promise<readonly Found[]> {
    const own = await createImageBitmap(picture);
    const answer = await this.#ask({ what: "find", picture: own }, [own]);
    return "found" in answer ? answer.found : [];
  }

  close(): void {
    this.#worker.terminate();
    this.#failAll("ended");
  }

  #failAll(why: string): void {
    for (const { reject } of this.#waiting.values()) reject(new SealError("unsupported", why));
    this.#waiting.clear();
  }

  #ask(what: { what: "load" } | { what: "find"; picture: ImageBitmap }, given: Transferable[] = []): Promise<Answer> {
    const number = this.#number++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(number, { resolve, reject });
      this.#worker.postMessage({ ...what, number } satisfies Asked, given);
    });
  }
}
