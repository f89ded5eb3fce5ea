// SPDX-License-Identifier: EUPL-1.2
// Handing a redacted film to who asked for it: encrypted here, put behind a link of its own, whose key only the link itself holds.
import { foot, type Opened } from "../../../kit/dialog";
import { html, nothing, type Part } from "../../../kit/dom";
import { button, note, progress } from "../../../kit/pieces";
import { day, t } from "../../../kit/words";
import { newKey, PIECE, piecesOf, sealPiece } from "../../../records/handed";
import type { MadeFilm } from "../../../records/redact/make";
import { Refusal } from "../../port";
import { asRefusal } from "../../refusal";
import type { Ctx } from "../pages";

interface Case {
  readonly id: string;
  readonly number: string;
  readonly about: string;
  readonly received_ms: number;
}

interface Offered {
  readonly id: string;
  readonly path: string;
  readonly expires_ms: number;
}

type Step = { readonly phase: "asking"; readonly wrong?: string } | { readonly phase: "sending"; readonly share: number } | { readonly phase: "there"; readonly link: string; readonly untilMs: number; readonly copied: boolean };

export async function handOver(ctx: Ctx, film: MadeFilm): Promise<void> {
  const cases = await ctx.port.ask<{ requests: readonly Case[] }>("GET", "/requests").then(({ requests }) => requests.filter(({ about }) => about === "footage"), () => []);
  let step: Step = { phase: "asking" };
  let chosen = "";
  const dialog: Opened = ctx.dialog(t("Hand it over by a link"), (opened) => draw(opened), { wide: true });
  const move = (next: Step): void => {
    step = next;
    dialog.redraw();
  };
  const send = async (): Promise<void> => {
    move({ phase: "sending", share: 0 });
    try {
      move(await put(ctx, film, chosen, (share) => move({ phase: "sending", share })));
    } catch (error) {
      const told = asRefusal(error);
      move({ phase: "asking", wrong: told instanceof Refusal ? [told.message, told.action].filter(Boolean).join(" ") : t("This did not work: {why}.", { why: told instanceof Error ? told.message : String(told) }) });
    }
  };

  function draw(opened: Opened): Part {
    if (step.phase === "sending") return html`${progress(step.share, t("Encrypting it here and sending it"))}<p class="mute">${t("Encrypting it here and sending it")}…</p>`;
    if (step.phase === "there") return there(opened, step);
    return html`<p>${t("The film is encrypted in this browser. The server keeps it for two weeks and can’t open it: the key is in the link, behind the #, and nowhere else. The link opens once.")}</p>
      ${cases.length === 0 ? nothing : html`<div class="field"><label for="film-case">${t("The request that it answers")}</label><select class="input" id="film-case" @change=${(event: Event) => { chosen = (event.target as HTMLSelectElement).value; }}><option value="">${t("None here")}</option>${cases.map((one) => html`<option value=${one.id} ?selected=${one.id === chosen}>${one.number}, ${day(one.received_ms)}</option>`)}</select><div class="hint">${t("Then the code that opens his answer is asked for here, too.")}</div></div>`}
      ${step.wrong === undefined ? nothing : note(step.wrong, "alarm", "alarm")}
      ${foot(button(t("Leave it"), opened.close), button(t("Make the link"), () => void send(), { kind: "primary", icon: "send", id: "film-send" }))}`;
  }

  function there(opened: Opened, { link, untilMs, copied }: Extract<Step, { phase: "there" }>): Part {
    const copy = (): void => void navigator.clipboard.writeText(link).then(() => move({ phase: "there", link, untilMs, copied: true }), () => undefined);
    return html`${note(t("It is there until {day}. Written down as handed over.", { day: day(untilMs) }), "ok", "check")}
      <p>${t("Send this link to who asked, the whole of it. It is shown only now; nobody can make it again.")}</p>
      <div class="field"><label for="film-link">${t("Link")}</label><textarea class="input mono" id="film-link" rows="3" readonly .value=${link}></textarea></div>
      ${foot(button(t("Close"), opened.close), button(copied ? t("Copied") : t("Copy the link"), copy, { kind: "primary", icon: "note", id: "film-copy" }))}`;
  }
}

async function put(ctx: Ctx, film: MadeFilm, caseId: string, onProgress: (share: number) => void): Promise<Step> {
  const { key, fragment } = await newKey();
  const pieces = piecesOf(film.blob.size);
  const { api } = ctx.session;
  const offered = await api.post<Offered>("/evidence/films", { index: film.index, pieces, size: film.blob.size, name: film.name, ...(caseId === "" ? {} : { case_id: caseId }) });
  for (let number = 0; number < pieces; number++) {
    const plain = new Uint8Array(await film.blob.slice(number * PIECE, (number + 1) * PIECE).arrayBuffer());
    const sealed = await sealPiece(key, offered.id, number, pieces, plain);
    await api.request("POST", `/api/v1/evidence/films/${offered.id}/pieces/${number}`, new Blob([sealed as BlobPart], { type: "application/octet-stream" }));
    onProgress((number + 1) / pieces);
  }
  await api.post(`/evidence/films/${offered.id}/ready`);
  return { phase: "there", link: `${location.origin}${offered.path}#${fragment}`, untilMs: offered.expires_ms, copied: false };
}
