// SPDX-License-Identifier: EUPL-1.2
// The guard's page works without this: it only sees whether the alarm centre changed the errand, and says when the line is gone.
const main = document.querySelector<HTMLElement>("#content");
const line = document.querySelector<HTMLElement>("#line");
const EVERY_MS = 5_000;

async function look(): Promise<void> {
  if (main === null || main.dataset["view"] !== "errand" || document.hidden) return;
  try {
    const answer = await fetch(`${location.pathname}/state`, { cache: "no-store", credentials: "same-origin" });
    if (line !== null) line.hidden = true;
    if (answer.status === 429) return;
    const { state } = (await answer.json()) as { state: string };
    if (state !== main.dataset["state"] && !writing()) location.reload();
  } catch {
    if (line !== null) line.hidden = false;
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
setInterval(() => void look(), EVERY_MS);
export {};
