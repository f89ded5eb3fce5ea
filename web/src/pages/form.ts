// SPDX-License-Identifier: EUPL-1.2
// A tenant's public form works without this. With it the puzzle is solved while somebody writes (so that he may send more than now
// and then), the first field that is wrong is gone to, and the page around a frame learns how high it is.
import { sha256 } from "@noble/hashes/sha2.js";

const AT_ONCE = 2_000;
const form = document.querySelector<HTMLFormElement>("#form");
const framed = window.parent !== window && document.body.classList.contains("framed");

/** Whether the hash of both begins with so many zero bits. */
function solves(puzzle: string, number: number, bits: number): boolean {
  const hash = sha256(new TextEncoder().encode(`${puzzle}.${number}`));
  let left = bits;
  for (const byte of hash) {
    if (left <= 0) return true;
    const wanted = Math.min(8, left);
    if (byte >>> (8 - wanted) !== 0) return false;
    left -= wanted;
  }
  return true;
}

/** In pieces, so that nobody's typing waits for it. */
async function solve(puzzle: string, bits: number): Promise<number> {
  for (let number = 0; ; number += 1) {
    if (solves(puzzle, number, bits)) return number;
    if (number % AT_ONCE === AT_ONCE - 1) await new Promise((go) => setTimeout(go, 0));
  }
}

function prepare(form: HTMLFormElement): void {
  const puzzle = form.elements.namedItem("puzzle");
  const number = form.elements.namedItem("number");
  if (!(puzzle instanceof HTMLInputElement) || !(number instanceof HTMLInputElement)) return;
  const solved = solve(puzzle.value, Number(form.dataset["difficulty"])).then((found) => (number.value = String(found)));
  form.addEventListener("submit", (event) => {
    const missing = form.querySelector<HTMLInputElement>(":invalid:not(fieldset)");
    if (missing !== null) {
      event.preventDefault();
      missing.reportValidity();
      return;
    }
    const send = form.querySelector<HTMLButtonElement>("#send");
    if (number.value === "") {
      event.preventDefault();
      if (send !== null) send.ariaBusy = "true";
      void solved.then(() => form.submit());
      return;
    }
    queueMicrotask(() => setTimeout(() => send !== null && (send.disabled = true), 0));
  });
}

/** Tells the page around it nothing but a height; that page's script takes it from this frame only. */
function tellHeight(): void {
  const tell = (): void => {
    const height = Math.ceil(document.documentElement.getBoundingClientRect().height);
    window.parent.postMessage({ zegel: "form", form: document.body.dataset["form"] ?? "", height }, "*");
  };
  new ResizeObserver(tell).observe(document.body);
  tell();
}

if (form !== null) prepare(form);
if (framed) tellHeight();
window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
document.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
