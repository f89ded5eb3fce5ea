// SPDX-License-Identifier: EUPL-1.2
// The page that opens what somebody was given: one file, from a disk, without any network (its own policy allows none). It checks
// everything before it shows anything, says by whose word, and shows what is missing as plainly as what is there.
import "./language";
import { html, nothing, render, type Part } from "../kit/dom";
import { clockSeconds, day, number, span, t } from "../kit/words";
import { FILMS, type Proved, REPORT, readPackage } from "../records/evidence";
import { withoutManifest } from "../records/mp4";
import { type Opened, type Stretch, filmOf, readFile } from "../records/package";
import { type RedactedFilm, readRedacted } from "../records/redacted";
import { isZip } from "../records/zipped";
import { hex } from "../seal/bytes";
import { SealError } from "../seal/errors";
import { redactedPart } from "./redacted";

interface State {
  readonly name: string;
  readonly opened: Opened | null;
  /** An evidence package, and which of its recordings is open. */
  readonly proved: Proved | null;
  readonly redacted: RedactedFilm | null;
  readonly busy: string | null;
  readonly refused: string | null;
  readonly film: string | null;
  readonly filmName: string;
  readonly code: string;
}

let state: State = { name: "", opened: null, proved: null, redacted: null, busy: null, refused: null, film: null, filmName: "", code: "" };
const root = document.querySelector("main")!;

function change(part: Partial<State>): void {
  state = { ...state, ...part };
  render(page(), root);
}

async function take(file: File): Promise<void> {
  if (state.film !== null) URL.revokeObjectURL(state.film);
  change({ name: file.name, opened: null, proved: null, redacted: null, refused: null, film: null, code: "", busy: t("Checking every byte") });
  await new Promise((resolve) => setTimeout(resolve, 30)); // what is busy is drawn first
  try {
    const data = new Uint8Array(await file.arrayBuffer());
    if (isZip(data)) return change({ proved: readPackage(data), busy: null });
    const redacted = readRedacted(data);
    if (redacted !== null) return change({ redacted, busy: null, film: URL.createObjectURL(new Blob([redacted.film as BlobPart], { type: "video/mp4" })), filmName: file.name });
    const opened = readFile(data);
    const film = opened.film === null ? null : URL.createObjectURL(new Blob([opened.film as BlobPart], { type: "video/mp4" }));
    change({ opened, busy: null, film, filmName: file.name });
  } catch (error) {
    change({ busy: null, refused: told(error) });
  }
}

/** One of the recordings of a package, which was checked with it. */
function choose(name: string, opened: Opened): void {
  if (state.film !== null) URL.revokeObjectURL(state.film);
  const film = opened.film === null ? null : URL.createObjectURL(new Blob([opened.film as BlobPart], { type: "video/mp4" }));
  change({ name, opened, film, filmName: `${name.replace(/^.*\//, "").replace(/\.zegel$/, "")}.mp4`, refused: null });
  if (film === null && state.code !== "") void open();
}

async function open(): Promise<void> {
  const { opened } = state;
  if (opened === null) return;
  change({ busy: t("Opening"), refused: null });
  try {
    const film = await filmOf(opened, state.code, (done, of) => change({ busy: t("Opening {n} of {of}", { n: number(done), of: number(of) }) }));
    const parts = film.finish();
    if (parts === null) throw new SealError("unsupported", t("there is no picture in it"));
    change({ busy: null, film: URL.createObjectURL(new Blob([...parts] as BlobPart[], { type: "video/mp4" })), filmName: `${state.name.replace(/^.*\//, "").replace(/\.zegel$/, "")}.mp4` });
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
    <p>${t("This page works without a network and sends nothing anywhere. Choose the file that you were given: a film, a package that ends in .zegel, or an evidence package that ends in .zip.")}</p>
    <label class="pick" for="file"><span>${state.name === "" ? t("Choose the file") : state.name}</span></label>
    <input id="file" type="file" accept=".zegel,.mp4,.zip" @change=${(event: Event) => { const [file] = (event.target as HTMLInputElement).files ?? []; if (file !== undefined) void take(file); }}>
    ${busy === null ? nothing : html`<p role="status">${busy}…</p>`}
    ${refused === null ? nothing : html`<div class="refused" role="alert"><b>${t("Not to be trusted as it is.")}</b> ${refused}<br>${opened === null && state.proved === null ? t("Ask for the file again from who made it, and keep this one: it may be evidence.") : nothing}</div>`}
    ${state.proved === null ? nothing : packagePart(state.proved)}
    ${state.redacted === null || film === null ? nothing : redactedPart(state.redacted, film, state.filmName)}
    ${opened === null ? nothing : html`<section class="good"><h2>${t("Everything in this file holds")}</h2>${facts(opened)}</section>
      ${film === null ? ask(busy !== null) : html`<video controls muted playsinline autoplay src=${film} aria-label=${t("The recording")}></video><p><a class="button" href=${film} download=${state.filmName}>${t("Keep the film")}</a></p>`}
      <section><h2>${t("What is in it, and what is not")}</h2><ol class="stretches">${opened.stretches.map((stretch) => stretchRow(stretch, opened))}</ol></section>`}`;
}

function packagePart(proved: Proved): Part {
  const { evidence: said, receipt, log, signerWords, recordings, sealed, files } = proved;
  const who = { owner: t("the owner of the recordings"), arc: t("the alarm centre, of what an alarm released to it"), provider: t("the provider, who can open none of it") }[said.maker];
  const report = files.get(REPORT);
  const zone = [...recordings.values()][0]?.statement.value.zone;
  const rows: readonly (readonly [string, Part | string])[] = [
    [t("Made by"), html`${who}<br><span class="mono">${signerWords}</span>`], [t("For"), said.recipient], [t("Authority"), [said.authority, said.reference].filter(Boolean).join(", ")], [t("Ground"), [groundWords(said.ground), said.article].filter(Boolean).join(", ")],
    [t("What was asked for"), said.scope], [t("Made"), `${day(said.madeMs, zone)} ${clockSeconds(said.madeMs, zone)}`], [t("In the log"), t("entry {n} of {log}", { n: number(receipt.index), log: log.name })], [t("Package"), html`<span class="mono">${hex(said.package)}</span>`],
  ];
  return html`<section class="good" id="package"><h2>${t("Everything in this package holds")}</h2><dl>${rows.filter(([, words]) => words !== "").map(([name, words]) => html`<dt>${name}</dt><dd>${words}</dd>`)}</dl>
      <p class="small">${t("Whose words these are, only a telephone tells: have the signer read out his eight words, and compare.")}</p></section>
    <section><h2>${t("Files in it")}</h2>
      ${report === undefined ? nothing : html`<p><a class="button" href=${URL.createObjectURL(new Blob([report as BlobPart], { type: "application/pdf" }))} download="report.pdf">${t("Keep the report")}</a></p>`}
      <ol class="stretches">${[...recordings].map(([name, opened]) => html`<li class="recorded"><button class="plain" @click=${() => choose(name, opened)}>${opened.statement.value.cameraName} · <span class="mono">${clockSeconds(opened.statement.value.fromMs, opened.statement.value.zone)} – ${clockSeconds(opened.statement.value.toMs, opened.statement.value.zone)}</span></button></li>`)}
      ${[...sealed].map(([name, count]) => html`<li class="empty">${name}: ${t("{n} sealed recordings, as the unit listed them; nobody opens them without the owner", { n: number(count) })}</li>`)}
        ${[...files].filter(([name]) => name.startsWith(FILMS)).map(([name, data]) => html`<li class="recorded"><a class="button" href=${URL.createObjectURL(new Blob([data as BlobPart], { type: "video/mp4" }))} download=${name.slice(FILMS.length)}>${name}</a> ${withoutManifest(data).manifest ? t("an open film, with a C2PA manifest in it: a reader of C2PA checks it") : t("an open film")}</li>`)}</ol></section>
    <section><h2>${t("Who had it in hand")}</h2><ol class="stretches">${said.custody.map(({ atMs, what, who: name, index }) => html`<li><span class="mono">${day(atMs, zone)} ${clockSeconds(atMs, zone)}</span> ${custodyWords(what)}${name === "" ? nothing : html`: ${name}`}${index === null ? nothing : html` · ${t("entry {n}", { n: number(index) })}`}</li>`)}</ol></section>`;
}

function groundWords(word: string): string {
  const known: Readonly<Record<string, string>> = {
    seizure: t("order to hand over images"), court: t("order of a court"), data_demand: t("demand for data in an investigation"), intelligence: t("demand of a security service"), supervisor: t("order of a supervisory authority"), own_decision: t("the owner's own decision"),
  };
  return known[word] ?? word;
}

function custodyWords(word: string): string {
  const known: Readonly<Record<string, string>> = {
    recorded: t("recorded and sealed by the unit"), order_received: t("order received"), order_accepted: t("order accepted"), opened: t("opened, to be copied"), asked: t("package asked for"), approved: t("package approved by a second person"),
    exported: t("recording copied and signed"), packaged: t("package made and signed"), held: t("held as evidence"), read_sealed: t("sealed recordings read, not opened"),
  };
  return known[word] ?? word;
}

function ask(busy: boolean): Part {
  return html`<form class="ask" @submit=${(event: Event) => { event.preventDefault(); void open(); }}><label for="code">${t("The code that opens it")}</label>
    <input id="code" autocomplete="off" spellcheck="false" autocapitalize="characters" @input=${(event: Event) => { state = { ...state, code: (event.target as HTMLInputElement).value }; }}>
    <button id="open" ?disabled=${busy}>${t("Open it")}</button></form>`;
}

function facts({ statement: { value }, signerWords, unitWords, receipts, keyset, manifest }: Opened): Part {
  const at = (ms: number): string => `${day(ms, value.zone)} ${clockSeconds(ms, value.zone)}`;
  const rows: readonly (readonly [string, Part | string])[] = [
    [t("Camera"), [value.cameraName, value.siteName].filter(Boolean).join(", ")], [t("When"), `${at(value.fromMs)} – ${at(value.toMs)} (${value.zone})`],
    [t("For"), `${value.recipient} (${value.purpose})`], [t("Made"), at(value.madeMs)],
    [t("Signed by"), html`${state.proved?.evidence.maker === "arc" ? t("a person of the alarm centre, as the log says") : t("an owner of the unit that recorded it")}<br><span class="mono">${signerWords}</span>`], [t("The unit"), html`<span class="mono">${unitWords}</span>`],
    [t("In the log"), t("entry {n} of {log}, with {count} receipts", { n: number(receipts[0]!.index), log: keyset.log.origin, count: number(receipts.length) })],
  ];
  return html`<dl>${rows.map(([name, words]) => html`<dt>${name}</dt><dd>${words}</dd>`)}${manifest ? html`<dt>C2PA</dt><dd>${t("A manifest is in it. This page does not check it; a reader of C2PA does.")}</dd>` : nothing}</dl>
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
