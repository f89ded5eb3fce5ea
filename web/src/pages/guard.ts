// SPDX-License-Identifier: EUPL-1.2
// The guard's page works without this: it only sees whether the alarm centre changed the errand, and says when the line is gone. Where the
// owner allows that he is shown pictures of the alarm, the code for that is fetched; else none of it is.
import type { OnPhone, Pictures } from "../faces/guard/pictures";

const main = document.querySelector<HTMLElement>("#content");
const line = document.querySelector<HTMLElement>("#line");
const section = document.querySelector<HTMLElement>("#pictures");
const EVERY_MS = 5_000;
/** So long a picture stays that nobody can be asked about. */
const UNASKED_MS = 20_000;

let pictures: Promise<Pictures> | null = null;
let askedMs = performance.now();

const shown = (): Promise<Pictures> | null => {
  if (section !== null) pictures ??= import("../faces/guard/pictures").then((found) => new found.Pictures(section, location.pathname));
  return pictures;
};

async function look(): Promise<void> {
  if (main === null || main.dataset["view"] !== "errand" || document.hidden) return;
  try {
    const answer = await fetch(`${location.pathname}/state`, { cache: "no-store", credentials: "same-origin" });
    if (line !== null) line.hidden = true;
    if (answer.status === 429) return;
    const { state, pictures: said = null } = (await answer.json()) as { state: string; pictures?: OnPhone | null };
    askedMs = performance.now();
    await (await shown())?.now(said);
    // The owner allowed it meanwhile: the page has no place for pictures yet.
    if ((state !== main.dataset["state"] || (section === null && said !== null)) && !writing()) location.reload();
  } catch {
    if (line !== null) line.hidden = false;
    if (performance.now() - askedMs > UNASKED_MS) (await pictures)?.clear();
  }
}

/** A report that is being written is not thrown away for a new state. */
function writing(): boolean {
  const text = document.querySelector<HTMLTextAreaElement>("#text");
  return text !== null && text.value.trim() !== "" && main?.dataset["state"] !== "cancelled";
}

for (const form of document.querySelectorAll("main form")) {
  form.addEventListener("submit", () => {
    // After the browser has read which button it was: a second press sends nothing.
    queueMicrotask(() => setTimeout(() => form.querySelectorAll("button").forEach((one) => (one.disabled = true)), 0));
  });
}
document.addEventListener("visibilitychange", () => void look());
window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
window.addEventListener("pagehide", () => void pictures?.then((found) => found.clear()));
setInterval(() => void look(), EVERY_MS);
// Of an errand that is over no key stays.
if (main?.dataset["view"] === "over") indexedDB.deleteDatabase("zegel-guard");
if (section !== null) void look();
