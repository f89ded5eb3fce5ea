// SPDX-License-Identifier: EUPL-1.2
// The page behind a film's link: fetches it in pieces, opens them here with the key behind the #, and keeps the film on this device.
import { keepLogged } from "../kit/leaving";
import { keyOfFragment, openPiece } from "../records/handed";
import { SealError } from "../seal/errors";

interface Opened {
  readonly id: string;
  readonly pieces: number;
  readonly name: string;
  readonly index: number;
  readonly secret: string;
}

const form = document.querySelector<HTMLFormElement>("#film-form");
const line = document.querySelector<HTMLElement>("#film-said");
const say = (what: "working" | "done" | "code" | "gone" | "key" | "failed", share = ""): void => {
  if (line !== null) line.textContent = `${line.dataset[what] ?? ""} ${share}`.trim();
};

class Gone extends Error {
  constructor(readonly why: string) {
    super(why);
  }
}

async function asked(address: string, init: RequestInit): Promise<Response> {
  const answer = await fetch(address, { ...init, cache: "no-store", credentials: "same-origin", referrerPolicy: "same-origin" });
  if (answer.ok) return answer;
  const { why } = (await answer.json().catch(() => ({ why: "" }))) as { why: string };
  throw new Gone(why);
}

async function take(fields: FormData): Promise<void> {
  const key = await keyOfFragment(location.hash.slice(1)); // before anything is opened for nothing
  const here = location.pathname;
  say("working");
  const film = (await (await asked(`${here}/open`, { method: "POST", body: new URLSearchParams([...fields].map(([name, value]) => [name, String(value)])) })).json()) as Opened;
  const parts: Uint8Array[] = [];
  for (let number = 0; number < film.pieces; number++) {
    const sealed = await (await asked(`${here}/${number}`, { headers: { "x-film": film.secret } })).arrayBuffer();
    parts.push(await openPiece(key, film.id, number, film.pieces, new Uint8Array(sealed)));
    say("working", `${Math.round((100 * (number + 1)) / film.pieces)} %`);
  }
  keepLogged(film.index, new Blob(parts as BlobPart[], { type: "video/mp4" }), film.name);
  say("done");
  form?.remove();
}

function failed(error: unknown): void {
  if (error instanceof SealError) return say(error.code === "open" ? "failed" : "key");
  if (error instanceof Gone) return say(error.why === "code" ? "code" : "gone");
  say("failed");
}

form?.addEventListener("submit", (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  if (button !== null) button.disabled = true;
  void take(new FormData(form)).catch(failed).finally(() => { if (button !== null) button.disabled = false; });
});
export {};
