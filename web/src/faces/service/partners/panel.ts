// SPDX-License-Identifier: EUPL-1.2
// The card of an order's steps: who does what, when, how it went; and the next one to offer.
import { foot, openDialog } from "../../../kit/dialog";
import { Board, html, nothing, repeat, type Part } from "../../../kit/dom";
import { field, textField } from "../../../kit/form";
import { button, note, pill, skeleton } from "../../../kit/pieces";
import { clock, dayWord, t, when } from "../../../kit/words";
import { fromBase64url } from "../../../seal/bytes";
import { DOCUMENT, openFile } from "../../../seal/sealedfile";
import { equal } from "../../../seal/bytes";
import { sureDialog } from "../../settings/dialogs";
import { refusedOf } from "../../report_dialog";
import type { Ctx, Mounted } from "../pages";
import type { Able, Step, StepKind, Steps } from "./types";
import { select } from "./view";
import { endWords, kindWords, stateWords } from "./words";

const TONE = { offered: "warn", accepted: "accent", done: "ok", given_back: "alarm", withdrawn: "" } as const;

interface State {
  readonly said: Steps | null;
  readonly opening: string | null;
}

export function mount(host: HTMLElement, ctx: Ctx, orderId: string, changed: () => void = () => undefined): Mounted {
  const panel = new StepsPanel(host, ctx, orderId, changed);
  return { close: () => panel.close() };
}

class StepsPanel {
  readonly #board: Board<State>;
  readonly #stop: () => void;

  constructor(host: HTMLElement, private readonly ctx: Ctx, private readonly orderId: string, private readonly changed: () => void) {
    this.#board = new Board<State>(host, { said: null, opening: null }, (state) => this.#draw(state));
    this.#stop = ctx.events((topic, data) => void (topic.startsWith("chain.") && (data["order_id"] === undefined || data["order_id"] === orderId) && this.#load().then(this.changed)));
    void this.#load();
  }

  close(): void {
    this.#stop();
  }

  async #load(): Promise<void> {
    try {
      this.#board.change({ said: await this.ctx.ask<Steps>("GET", `/service/orders/${this.orderId}/steps`) });
    } catch (error) {
      this.ctx.failed(error);
    }
  }

  #draw({ said, opening }: State): Part {
    if (said === null) return skeleton(3, t("Loading"));
    return html`<section class="card pad stack" id="steps"><h2>${t("Partners")}</h2>${said.steps.length === 0 ? html`<p class="mute">${t("No partner has a part in this order yet.")}</p>` : html`<ol class="steps-list">${repeat(said.steps, (one) => one.id, (one) => this.#step(one, said, opening))}</ol>`}
      <div class="row wrap">${said.may.offer ? button(t("Offer a step"), () => offerDialog(this.ctx, this.orderId, said, () => void this.#load()), { small: true, icon: "plus", id: "offer-step" }) : nothing}
        ${said.may.offer ? button(t("Link for the customer"), () => void this.#link(), { small: true, kind: "quiet", icon: "person", id: "follow-link" }) : nothing}</div></section>`;
  }

  #step(one: Step, said: Steps, opening: string | null): Part {
    const nowMs = this.ctx.nowMs();
    const times = [one.arrived_ms === null ? "" : t("there {when}", { when: when(one.arrived_ms, nowMs) }), one.ended_ms === null || one.state === "withdrawn" ? "" : t("ended {when}", { when: when(one.ended_ms, nowMs) })].filter(Boolean).join(" · ");
    return html`<li class="stack tight" data-step=${one.kind} data-state=${one.state}><div class="row apart"><b>${kindWords(one.kind)}</b><span class="row">${pill(stateWords(one.state), TONE[one.state])}${one.outcome === "" ? nothing : pill(endWords(one), one.outcome === "solved" || one.outcome === "moved" ? "ok" : "warn")}</span></div>
      <div>${one.partner === null ? html`<span class="mute">${t("nobody has it yet")}</span>` : one.partner.name}${one.window_from_ms === null ? nothing : html` · ${dayWord(one.window_from_ms, nowMs)} ${clock(one.window_from_ms)}${one.window_until_ms === null ? "" : `–${clock(one.window_until_ms)}`}`}</div>
      ${times === "" ? nothing : html`<div class="mute small">${times}</div>`}${one.instructions === "" ? nothing : html`<div class="small">${one.instructions}</div>`}
      ${one.found === "" ? nothing : html`<blockquote class="said">${one.found}</blockquote>`}${one.parts.length === 0 ? nothing : html`<div class="small">${one.parts.map((part) => `${part.count} × ${part.name}`).join(", ")}</div>`}
      ${one.signed_by === "" ? nothing : html`<div class="small">${t("Signed by {name}", { name: one.signed_by })}</div>`}
      ${one.documents.length === 0 ? nothing : html`<div class="row wrap">${one.documents.map((each) => button(each.kind === "photo" ? t("Photo {time}", { time: clock(each.at_ms) }) : t("Signature"), () => void this.#look(each.id), { small: true, icon: each.kind === "photo" ? "camera" : "person", busy: opening === each.id }))}</div>`}
      ${!said.may.offer ? nothing : html`<div class="row wrap">${one.state === "given_back" ? button(t("Offer it again"), () => void this.#again(one), { small: true }) : nothing}
        ${one.state === "done" || one.state === "withdrawn" ? nothing : button(t("Take it back"), () => sureDialog(t("Take this step back?"), t("What the partner knows of it goes at once."), t("Take it back"), () => refusedOf(async () => { await this.ctx.ask("POST", `/service/steps/${one.id}/withdraw`, {}); await this.#load(); })), { small: true, kind: "quiet" })}</div>`}</li>`;
  }

  async #again(one: Step): Promise<void> {
    try {
      await this.ctx.ask("POST", `/service/steps/${one.id}/offer`, {});
      await this.#load();
    } catch (error) {
      this.ctx.failed(error);
    }
  }

  /** Opened here, with the firm's own key; the server has it sealed. */
  async #look(id: string): Promise<void> {
    this.#board.change({ opening: id });
    try {
      const row = await this.ctx.ask<{ object: string; ciphertext: string }>("GET", `/service/documents/${id}`);
      const found = DOCUMENT.decode(fromBase64url(row.object));
      const keys = await this.ctx.session.tenantKeys("opening");
      const key = keys.find(({ fingerprint }) => equal(fingerprint, found.recipientKey));
      if (key === undefined) return void this.ctx.toast(t("Your account does not hold the key of this photo. Ask the owner to share it with you."), "alarm");
      const url = URL.createObjectURL(new Blob([await openFile(DOCUMENT, found, key, fromBase64url(row.ciphertext))], { type: found.mediaType }));
      openDialog(t("Photo"), () => html`<img class="chain-photo" src=${url} alt=${t("What the partner photographed")}>`, { wide: true, closed: () => URL.revokeObjectURL(url) });
    } catch (error) {
      this.ctx.failed(error);
    } finally {
      this.#board.change({ opening: null });
    }
  }

  async #link(): Promise<void> {
    try {
      const { url, days } = await this.ctx.ask<{ url: string; days: number }>("POST", `/service/orders/${this.orderId}/follow-link`, {});
      const dialog = openDialog(t("Link for the customer"), () => html`<p>${t("It opens this order in the browser that opens it first, for {n} days. Earlier links end now. It is not shown again.", { n: days })}</p><p><code class="break" id="follow-url">${url}</code></p>${foot(button(t("Close"), () => dialog.close(), { kind: "primary" }))}`);
    } catch (error) {
      this.ctx.failed(error);
    }
  }
}

function msOf(date: string, time: string): number | null {
  const ms = date === "" ? Number.NaN : new Date(`${date}T${time || "00:00"}`).getTime();
  return Number.isFinite(ms) ? ms : null;
}

function offerDialog(ctx: Ctx, orderId: string, said: Steps, saved: () => void): void {
  const kinds = (Object.keys(said.able) as StepKind[]).filter((kind) => (said.able[kind] ?? []).length > 0);
  let kind: StepKind = kinds[0] ?? "visit";
  const values = { date: "", from: "", until: "", instructions: "", other_end: "", partner: "" };
  let wrong = "";
  const chosen = (): readonly Able[] => said.able[kind] ?? [];
  const carries = (): boolean => kind === "collect" || kind === "deliver";
  const save = async (): Promise<void> => {
    try {
      await ctx.ask("POST", `/service/orders/${orderId}/steps`, {
        kind, window_from_ms: msOf(values.date, values.from), window_until_ms: values.until === "" ? null : msOf(values.date, values.until), instructions: values.instructions, other_end: carries() ? values.other_end : "", partner_ids: values.partner === "" ? [] : [values.partner],
      });
      dialog.close();
      saved();
    } catch (error) {
      wrong = error instanceof Error ? error.message : String(error);
      dialog.redraw();
    }
  };
  const centres = said.able.workshop ?? [];
  const dialog = openDialog(t("Offer a step"), () => kinds.length === 0 ? html`<p>${t("No partner is authorised for this order. Authorise one first, for this type of order and this region.")}</p>${foot(button(t("Close"), () => dialog.close()))}` : html`
    ${select("step-kind", t("What is to be done"), kinds.map((one) => [one, kindWords(one)] as const), kind, (value) => { kind = value as StepKind; values.partner = ""; dialog.redraw(); })}
    ${select("step-partner", t("To whom"), [["", t("All who may; the first has it")], ...chosen().map((one) => [one.id, one.name] as const)], values.partner, (value) => (values.partner = value))}
    ${field("step-date", t("Day"), { type: "date", value: values.date, input: (value) => (values.date = value) })}
    <div class="row">${field("step-from", t("From"), { type: "time", value: values.from, input: (value) => (values.from = value) })}${field("step-until", t("Until"), { type: "time", value: values.until, input: (value) => (values.until = value) })}</div>
    ${carries() && centres.length > 0 ? select("step-other", kind === "collect" ? t("Bring it to") : t("Fetch it at"), [["", t("somewhere else")], ...centres.map((one) => [[one.name, one.address].filter(Boolean).join(", "), one.name] as const)], values.other_end, (value) => { values.other_end = value; dialog.redraw(); }) : nothing}
    ${carries() ? field("step-end", t("Its name and address"), { value: values.other_end, maxlength: 300, input: (value) => (values.other_end = value) }) : nothing}
    ${textField("step-words", t("Instructions"), { rows: 3, value: values.instructions, hint: t("The partner reads this. Leave out what he need not know."), input: (value) => (values.instructions = value) })}
    ${wrong === "" ? nothing : note(wrong, "alarm", "alarm")}${foot(button(t("Cancel"), () => dialog.close()), button(t("Offer"), () => void save(), { kind: "primary", id: "step-save" }))}`);
}
