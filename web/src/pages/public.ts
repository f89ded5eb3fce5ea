// SPDX-License-Identifier: EUPL-1.2
// Landing and verify: the log's key and head, and a receipt checked right here.
import { Board, html, nothing, type Part } from "../kit/dom";
import { field } from "../kit/form";
import { note } from "../kit/pieces";
import { clockSeconds, day, number, t } from "../kit/words";
import { parseVerifierKey } from "../seal/note";
import { verifyReceipt, type Receipt } from "../seal/proof";
import { openCheckpoint } from "../seal/checkpoint";

async function text(path: string): Promise<string> {
  const answer = await fetch(path, { cache: "no-store" });
  if (!answer.ok) throw new Error(String(answer.status));
  return (await answer.text()).trim();
}

async function showLog(place: HTMLElement): Promise<void> {
  try {
    const [key, head] = await Promise.all([text("/ledger/key"), fetch("/ledger/checkpoint", { cache: "no-store" }).then((answer) => answer.text())]);
    const checkpoint = openCheckpoint(head, parseVerifierKey(key));
    place.textContent = t("{n} entries in {origin}, and its signature holds.", { n: number(checkpoint.size), origin: checkpoint.origin });
  } catch {
    place.textContent = t("The log has no signed head yet, or can’t be reached now.");
  }
}

interface CheckState {
  readonly key: string;
  readonly result: Receipt | string | null;
}

/** A receipt is a file: it is read here and goes nowhere. */
function checker(place: HTMLElement): (key: string) => void {
  const board = new Board<CheckState>(place, { key: "", result: null }, (state) => html`<div class="form">
    ${field("pinned-key", t("The log’s key"), { value: state.key, hint: t("Yours, if you wrote it down; else the one above."), input: (key) => board.change({ key }) })}
    <div class="field"><label for="receipt-file">${t("Receipt")}</label><input class="input file" type="file" id="receipt-file" accept=".tlog-proof,text/plain" @change=${(event: Event) => void check((event.target as HTMLInputElement).files?.[0])}></div>
    <div aria-live="polite">${outcome(state.result)}</div></div>`);
  const check = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    try {
      board.change({ result: verifyReceipt(await file.text(), parseVerifierKey(board.state.key.trim())) });
    } catch (error) {
      board.change({ result: error instanceof Error ? error.message : String(error) });
    }
  };
  return (key) => board.change({ key });
}

function outcome(result: CheckState["result"]): Part {
  if (result === null) return nothing;
  if (typeof result === "string") return note(html`<b>${t("This does not check.")}</b> ${result}`, "alarm", "alarm");
  const { entry, index, checkpoint } = result;
  return note(html`<b>${t("True: entry {n} of {size}.", { n: number(index), size: number(checkpoint.size) })}</b><br>${entry.kind} · ${day(entry.atMs)} ${clockSeconds(entry.atMs)}`, "ok", "check");
}

const log = document.querySelector<HTMLElement>("#log");
if (log !== null) void showLog(log);
const keyPlace = document.querySelector<HTMLElement>("#log-key");
const checkPlace = document.querySelector<HTMLElement>("#check-receipt");
if (keyPlace !== null) {
  const setKey = checkPlace === null ? () => undefined : checker(checkPlace);
  text("/ledger/key").then((key) => {
    keyPlace.textContent = key;
    setKey(key);
  }, () => (keyPlace.textContent = t("The log can’t be reached now.")));
}
