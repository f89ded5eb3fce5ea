// SPDX-License-Identifier: EUPL-1.2
// Pictures of the alarm on the guard's page. His phone makes a key for this errand and offers its public half; what the operator sealed to
// it comes as ciphertext at a press, is opened here, and is drawn: no file, no address, no button to keep it. What the server no longer
// names is gone at once, and everything is when it can't be asked for a while. (A photograph of the screen shows whose it was.)
import { type Bytes, base64url, equal, fromBase64url, fromUuid, wipe } from "../../seal/bytes";
import { SealError } from "../../seal/errors";
import { GUARD_PICTURE, openFile } from "../../seal/sealedfile";
import type { OpeningKey } from "../../seal/suite";
import { words } from "../../seal/words";
import { forget, keyOf } from "./store";

/** What the server says of pictures on this phone; null: none are shown. */
export interface OnPhone {
  readonly errand: string;
  readonly suite: number;
  readonly key: string | null;
  readonly words: string | null;
  readonly shown: readonly { readonly id: string; readonly camera: string; readonly made_ms: number; readonly until_ms: number }[];
}

type One = OnPhone["shown"][number];

interface Place {
  readonly one: One;
  readonly host: HTMLElement;
  canvas: HTMLCanvasElement | null;
}

const OFFER_AGAIN_MS = 20_000;

export class Pictures {
  #key: OpeningKey | null = null;
  #errand = "";
  #offeredMs = -Infinity;
  #busy = false;
  readonly #places = new Map<string, Place>();

  constructor(
    private readonly section: HTMLElement,
    private readonly address: string,
  ) {}

  /** What the server said last. */
  async now(said: OnPhone | null): Promise<void> {
    if (said === null) return this.over();
    this.#reconcile(said.shown);
    if (this.#busy) return;
    this.#busy = true;
    try {
      await this.#offered(said);
    } catch (error) {
      // A line that broke is tried again with the next word of the server.
      if (error instanceof SealError && error.code === "unsupported") this.#part("#pictures-old").hidden = false;
    } finally {
      this.#busy = false;
    }
  }

  /** The errand or the owner's word for it is over: keys and pictures go. */
  async over(): Promise<void> {
    this.clear();
    this.#reconcile([]);
    this.section.hidden = true;
    this.#key?.wipe();
    this.#key = null;
    await forget();
  }

  /** Nothing that was opened stays; it can be opened again. */
  clear(): void {
    for (const place of this.#places.values()) this.#hide(place);
  }

  async #offered({ errand, suite, key }: OnPhone): Promise<void> {
    if (this.#key === null || this.#errand !== errand || this.#key.suite !== suite) [this.#key, this.#errand] = [await keyOf(errand, suite), errand];
    const mine = base64url(this.#key.fingerprint);
    if (key !== mine && performance.now() - this.#offeredMs > OFFER_AGAIN_MS) {
      this.#offeredMs = performance.now();
      const answer = await this.#post("key", { suite, open_pk: base64url(this.#key.publicKey) });
      if (!answer.ok) return;
    } else if (key !== mine) {
      return;
    }
    // Of the key that this phone made, not of what the server says it heard.
    const said = this.#part("#pictures-words");
    said.querySelector(".code")!.textContent = words(this.#key.fingerprint);
    said.hidden = false;
  }

  #reconcile(shown: readonly One[]): void {
    const named = new Set(shown.map(({ id }) => id));
    for (const [id, place] of this.#places) {
      if (named.has(id)) continue;
      this.#hide(place);
      place.host.remove();
      this.#places.delete(id);
    }
    for (const one of shown) if (!this.#places.has(one.id)) this.#add(one);
    this.#part("#pictures-none").hidden = shown.length > 0;
  }

  #add(one: One): void {
    const host = document.createElement("div");
    host.className = "stack tight guard-picture";
    const place: Place = { one, host, canvas: null };
    this.#places.set(one.id, place);
    this.#part("#pictures-shown").append(host);
    this.#offer(place);
  }

  #words(name: string, one: One): string {
    const time = new Date(one.made_ms).toLocaleTimeString(document.documentElement.lang || "en", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
    return (this.section.dataset[name] ?? "").replace("{time}", time);
  }

  #offer(place: Place, wrong = ""): void {
    place.host.replaceChildren(this.#button(this.#words("show", place.one), () => void this.#open(place)));
    if (wrong === "") return;
    const said = document.createElement("p");
    said.className = "note warn";
    said.setAttribute("role", "alert");
    said.textContent = this.#words(wrong, place.one);
    place.host.append(said);
  }

  #button(text: string, press: () => void): HTMLButtonElement {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "btn wide";
    made.textContent = text;
    made.addEventListener("click", press);
    return made;
  }

  async #open(place: Place): Promise<void> {
    const key = this.#key;
    place.host.querySelector("button")?.setAttribute("disabled", "");
    if (key === null) return this.#offer(place, "later");
    try {
      const answer = await this.#post(`pictures/${place.one.id}`, {});
      if (!answer.ok) return this.#offer(place, answer.status === 410 ? "refused" : "later");
      const { object, ciphertext } = (await answer.json()) as { object: string; ciphertext: string };
      const jpeg = await this.#opened(key, place.one, fromBase64url(object), fromBase64url(ciphertext));
      if (this.#places.get(place.one.id) === place) await this.#draw(place, jpeg);
      wipe(jpeg);
    } catch {
      this.#offer(place, "later");
    }
  }

  /** Sealed to this phone's key, for this errand, of the camera and with the number that were asked for. */
  async #opened(key: OpeningKey, one: One, object: Bytes, ciphertext: Bytes): Promise<Bytes> {
    const found = GUARD_PICTURE.decode(object);
    const right = equal(found.file, fromUuid(one.id)) && equal(found.about, fromBase64url(one.camera)) && equal(found.recipient, fromBase64url(this.#errand));
    if (!right) throw new Error("another picture");
    return openFile(GUARD_PICTURE, found, key, ciphertext);
  }

  async #draw(place: Place, jpeg: Bytes): Promise<void> {
    const picture = await createImageBitmap(new Blob([jpeg], { type: "image/jpeg" }));
    const canvas = document.createElement("canvas");
    Object.assign(canvas, { width: picture.width, height: picture.height });
    canvas.getContext("2d")?.drawImage(picture, 0, 0);
    picture.close();
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", this.#words("alt", place.one));
    for (const name of ["contextmenu", "dragstart"]) canvas.addEventListener(name, (event) => event.preventDefault());
    place.canvas = canvas;
    place.host.replaceChildren(canvas, this.#button(this.#words("hide", place.one), () => this.#hide(place)));
  }

  #hide(place: Place): void {
    if (place.canvas === null) return;
    place.canvas.width = place.canvas.height = 0;
    place.canvas = null;
    this.#offer(place);
  }

  #part(selector: string): HTMLElement {
    const found = this.section.querySelector<HTMLElement>(selector);
    if (found === null) throw new Error(selector);
    return found;
  }

  #post(path: string, body: unknown): Promise<Response> {
    const token = document.querySelector<HTMLInputElement>("input[name=csrfmiddlewaretoken]")?.value ?? "";
    return fetch(`${this.address}/${path}`, {
      method: "POST", cache: "no-store", credentials: "same-origin", headers: { "content-type": "application/json", "x-csrftoken": token }, body: JSON.stringify(body),
    });
  }
}
