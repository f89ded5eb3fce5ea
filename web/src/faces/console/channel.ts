// SPDX-License-Identifier: EUPL-1.2
// The two windows of one seat: what is chosen in one is chosen in the other. Identifiers only, and only within this browser.

export type Said =
  | { readonly kind: "chosen"; readonly id: string | null }
  | { readonly kind: "choose"; readonly id: string }
  | { readonly kind: "hello" }
  | { readonly kind: "here" }
  | { readonly kind: "bye" };

export class Channel {
  readonly #channel: BroadcastChannel;

  /** `seat`: person and party, so that a colleague's windows in the same browser are not followed. */
  constructor(seat: string, heard: (said: Said) => void) {
    this.#channel = new BroadcastChannel(`zegel-console-${seat}`);
    this.#channel.onmessage = (event: MessageEvent<Said>) => heard(event.data);
  }

  say(said: Said): void {
    this.#channel.postMessage(said);
  }

  close(): void {
    this.#channel.close();
  }
}
