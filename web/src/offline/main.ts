// SPDX-License-Identifier: EUPL-1.2
// The page that opens what somebody was given: one file, from a disk, without any network (its own policy allows none). It checks
// everything before it shows anything, says by whose word, and shows what is missing as plainly as what is there.
import "./language";
import { html, nothing, render, type Part } from "../kit/dom";
import { clockSeconds, day, number, span, t } from "../kit/words";
import { type Opened, type Stretch, filmOf, readFile } from "../records/package";
import { type RedactedFilm, readRedacted } from "../records/redacted";
import { SealError } from "../seal/errors";
import { redactedPart } from "./redacted";

interface State {
  readonly name: string;
  readonly opened: Opened | null;
  readonly redacted: RedactedFilm | null;
  readonly busy: string | null;
  readonly refused: string | null;
  readonly film: string | null;
  readonly filmName: string;
  readonly code: string;
}

let state: State = { name: "", opened: null, redacted: null, busy: null, refused: null, film: null, filmName: "", code: "" };
const root = document.querySelector("main")!;

function change(part: Partial<State>): void {
  state = { ...state, ...part };
  render(page(), root);
}

async function take(file: File): Promise<void> {
  if (state.film !== null) URL.revokeObjectURL(state.film);
  change({ name: file.name, opened: null, redacted: null, refused: null, film: null, code: "", busy: t("Checking every byte") });
  await new Promise((resolve) => setTimeout(resolve, 30)); // what is busy is drawn first
  try {
    const data = new Uint8Array(await file.arrayBuffer());
    const redacted = readRedacted(data);
    if (redacted !== null) return change({ redacted, busy: null, film: URL.createObjectURL(new Blob([redacted.film as BlobPart], { type: "video/mp4" })), filmName: file.name });
    const opened = readFile(data);
    const film = opened.film === null ? null : URL.createObjectURL(new Blob([opened.film as BlobPart], { type: "video/mp4" }));
    change({ opened, busy: null, film, filmName: file.name });
  } catch (error) {
    change({ busy: null, refused: told(error) });
  }
}

async function open(): Promise<void> {
  const { opened } = state;
  if (opened === null) return;
  change({ busy: t("Opening"), refused: null });
  try {
    const film = await filmOf(opened, state.code, (done, of) => change({ busy: t("Opening {n} of {of}", { n: number(done), of: number(of) }) }));
    const parts = film.finish();
    if (parts === null) throw new SealError("unsupported", t("there is no picture in it"));
    change({ busy: null, film: URL.createObjectURL(new Blob([...parts] as BlobPart[], { type: "video/mp4" })), filmName: state.name.replace(/\.zegel$/, "") + ".mp4" });
  } catch (error) {
    change({ busy: null, refused: told(error) });
  }
}

function told(error: unknown): string {
  if (error instanceof SealError && error.code === "code") return t("There is a slip in the code: compare it letter by letter.");
  if (error instanceof SealError && error.code === "signer") return t("It is signed by a key that is not one of the owners of the unit that recorded it.");
  return error instanceof Error ? error.message : String(error);
}

// --- drawn ------------------------------------------------------------------------------------------------------------------

function page(): Part {
  const { opened, busy, refused, film } = state;
  return html`<h1>${t("Open a recording")}</h1>
    <p>${t("This page works without a network and sends nothing anywhere. Choose the file that you were given: a film, or a package that ends in .zegel.")}</p>
    <label class="pick" for="file"><span>${state.name === "" ? t("Choose the file") : state.name}</span></label>
    <input id="file" type="file" accept=".zegel,.mp4" @change=${(event: Event) => { const [file] = (event.target as HTMLInputElement).files ?? []; if (file !== undefined) void take(file); }}>
    ${busy === null ? nothing : html`<p role="status">${busy}…</p>`}
    ${refused === null ? nothing : html`<div class="refused" role="alert"><b>${t("Not to be trusted as it is.")}</b> ${refused}<br>${opened === null ? t("Ask for the file again from who made it, and keep this one: it may be evidence.") : nothing}</div>`}
    ${state.redacted === null || film === null ? nothing : redactedPart(state.redacted, film, state.filmName)}
    ${opened === null ? nothing : html`<section class="good"><h2>${t("Everything in this file holds")}</h2>${facts(opened)}</section>
      ${film === null ? ask(busy !== null) : html`<video controls muted playsinline autoplay src=${film} aria-label=${t("The recording")}></video><p><a class="button" href=${film} download=${state.filmName}>${t("Keep the film")}</a></p>`}
      <section><h2>${t("What is in it, and what is not")}</h2><ol class="stretches">${opened.stretches.map((stretch) => stretchRow(stretch, opened))}</ol></section>`}`;
}

function ask(busy: boolean): Part {
  return html`<form class="ask" @submit=${(event: Event) => { event.preventDefault(); void open(); }}><label for="code">${t("The code that opens it")}</label>
    <input id="code" autocomplete="off" spellcheck="false" autocapitalize="characters" @input=${(event: Event) => { state = { ...state, code: (event.target as HTMLInputElement).value }; }}>
    <button id="open" ?disabled=${busy}>${t("Open it")}</button></form>`;
}

function facts({ statement: { value }, signerWords, unitWords, receipts, keyset }: Opened): Part {
  const at = (ms: number): string => `${day(ms, value.zone)} ${clockSeconds(ms, value.zone)}`;
  const rows: readonly (readonly [string, Part | string])[] = [
    [t("Camera"), [value.cameraName, value.siteName].filter(Boolean).join(", ")], [t("When"), `${at(value.fromMs)} – ${at(value.toMs)} (${value.zone})`],
    [t("For"), `${value.recipient} (${value.purpose})`], [t("Made"), at(value.madeMs)],
    [t("Signed by"), html`${t("an owner of the unit that recorded it")}<br><span class="mono">${signerWords}</span>`], [t("The unit"), html`<span class="mono">${unitWords}</span>`],
    [t("In the log"), t("entry {n} of {log}, with {count} receipts", { n: number(receipts[0]!.index), log: keyset.log.origin, count: number(receipts.length) })],
  ];
  return html`<dl>${rows.map(([name, words]) => html`<dt>${name}</dt><dd>${words}</dd>`)}</dl>
    <p class="small">${t("Whose words these are, only a telephone tells: have the signer read out his eight words, and compare.")}</p>`;
}

function stretchRow({ fromMs, toMs, what }: Stretch, { statement: { value } }: Opened): Part {
  const words = { recorded: t("recorded, and in this file"), empty: t("nothing recorded: so the unit signed"), left_out: t("recorded by the unit, and NOT in this file"), unsigned: t("not on any list that the unit signed") };
  return html`<li class=${what}><span class="mono">${clockSeconds(fromMs, value.zone)} – ${clockSeconds(toMs, value.zone)}</span> ${span((toMs - fromMs) / 1000)}: ${words[what]}</li>`;
}

document.title = t("Open a recording");
addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", (event) => {
  event.preventDefault();
  const [file] = event.dataTransfer?.files ?? [];
  if (file !== undefined) void take(file);
});
change({});
