// SPDX-License-Identifier: EUPL-1.2
// The card on which an owner says whether alarms of a panel that reports to the alarm centre, not to his unit, may show pictures.
import { setCentral, witnessCards, witnessWords, type WitnessCard } from "../../../client/central";
import { foot } from "../../../kit/dialog";
import { html, nothing, type Part } from "../../../kit/dom";
import { button, keyWords, note, pill } from "../../../kit/pieces";
import { number, t, tn } from "../../../kit/words";
import { fromHex, hex } from "../../../seal/bytes";
import type { Policy } from "../../../seal/policy";
import { field } from "../../../kit/form";
import type { Ctx } from "../pages";

type Panels = NonNullable<Policy["central"]>["panels"];
const MOST = 20;

/** `confirmed`: the unit says, signed, that it obeys this policy. `done`: it was signed, and the unit is to be read anew. */
export function centralCard(ctx: Ctx, unitId: string, policy: Policy, confirmed: boolean, witnesses: readonly { readonly name: string; readonly vkey: string }[], done: () => void): Part {
  const { central } = policy;
  return html`<section class="card pad stack" id="central" aria-label=${t("Panels that report to the alarm centre")}><div><h2>${t("Panels that report to the alarm centre")}</h2>
      <p class="mute">${t("A panel that is not connected to this unit. Its alarms reach the alarm centre without pictures, unless you allow it here.")}</p></div>
    ${central === null ? html`<p>${t("No picture is shown for them.")}</p>` : html`<ul class="items flat"><li><div class="body"><b>${tn("At most {n} such alarm in 24 hours", "At most {n} such alarms in 24 hours", central.releases)}</b>
        <div class="mute">${central.panels.length === 0 ? t("Each needs your own word on the alarm’s page, and then 30 seconds.") : tn("{n} panel signs for itself; any other alarm needs your own word and then 30 seconds.", "{n} panels sign for themselves; any other alarm needs your own word and then 30 seconds.", central.panels.length)}</div></div>${confirmed ? pill(t("on"), "ok") : pill(t("not confirmed yet"), "warn", { icon: "clock" })}</li>
      ${witnesses.map(({ name, vkey }) => html`<li><div class="body"><b>${name}</b><div class="mute">${t("must have seen it in the log: {words}", { words: witnessWords(vkey) })}</div></div></li>`)}</ul>`}
    <div class="row">${button(central === null ? t("Allow pictures for them") : t("Change"), () => void ask(ctx, unitId, policy, done), { icon: "shield", id: "central-on" })}
      ${central === null ? nothing : button(t("Show nothing any more"), () => void send(ctx, unitId, null, null, done), { icon: "close", id: "central-off" })}</div></section>`;
}

async function send(ctx: Ctx, unitId: string, central: Policy["central"], compared: readonly WitnessCard[] | null, done: () => void): Promise<void> {
  try {
    await setCentral(ctx.session, unitId, central, compared, ctx.port.nowMs());
    ctx.toast(t("Signed. It counts once the unit confirms it."), "ok");
    done();
  } catch (error) {
    ctx.failed(error);
  }
}

async function ask(ctx: Ctx, unitId: string, policy: Policy, done: () => void): Promise<void> {
  let cards: readonly WitnessCard[];
  try {
    cards = await witnessCards(ctx.session);
  } catch (error) {
    return ctx.failed(error);
  }
  const form = { releases: policy.central?.releases ?? 3, panels: policy.central?.panels ?? [], compared: new Set<string>(), id: "", key: "", error: "" };
  const dialog = ctx.dialog(t("Pictures for a panel elsewhere"), (opened) => html`<div class="stack">
    <p>${t("The alarm centre then sees what your cameras see from that moment on, never what was before. You are told at once, and recalling the alarm ends it.")}</p>
    ${cards.length === 0 ? note(t("Nobody witnesses the log of this installation, so no such alarm can be proven and none is shown. Ask who runs it to name witnesses."), "warn") : html`
      <fieldset class="choices"><legend class="field"><span class="label">${t("Who must have seen it in the log")}</span></legend><p class="mute small">${t("Ask each of them for its words another way, and tick those that agree. More than half of them must have seen an alarm.")}</p>
        ${cards.map((card) => html`<label class="choice"><input type="checkbox" data-witness=${card.name} @change=${() => { if (!form.compared.delete(card.vkey)) form.compared.add(card.vkey); opened.redraw(); }}><span><b>${card.name}</b>${keyWords(card.words, t("Words of {name}", { name: card.name }))}</span></label>`)}<p class="faint small" role="status">${t("{n} of {all} compared", { n: number(form.compared.size), all: number(cards.length) })}</p></fieldset>
      <div class="field"><label for="central-releases">${t("At most in 24 hours")}</label><input class="input" id="central-releases" type="number" min="1" max=${MOST} .value=${String(form.releases)} @change=${(event: Event) => { form.releases = Math.min(MOST, Math.max(1, Math.round(Number((event.target as HTMLInputElement).value)) || 1)); opened.redraw(); }}></div>
      <details><summary>${t("A panel with a key of its own")}</summary><div class="stack"><p class="mute small">${t("Only a panel, or the box beside it, that signs its alarms itself. Its installer reads out both; without one, your own word is asked for each time.")}</p>
        ${form.panels.map((one) => html`<div class="row"><code class="small">${hex(one.panel)}</code>${button(t("Remove"), () => { form.panels = form.panels.filter((other) => other !== one); opened.redraw(); }, { small: true, icon: "close" })}</div>`)}
        ${field("panel-id", t("Its identifier"), { maxlength: 36, value: form.id, input: (value) => { form.id = value; } })}${field("panel-key", t("Its key, 64 digits"), { maxlength: 64, value: form.key, input: (value) => { form.key = value; } })}
        <div class="row">${button(t("Add the panel"), () => { add(form); opened.redraw(); }, { small: true, icon: "check" })}</div></div></details>`}
    ${form.error === "" ? nothing : note(form.error, "warn")}
    ${cards.length === 0 ? foot(button(t("Close"), opened.close, { kind: "primary" })) : foot(button(t("Cancel"), opened.close), button(t("Sign and send"), () => { dialog.close(); void send(ctx, unitId, { panels: form.panels, releases: form.releases }, cards.filter(({ vkey }) => form.compared.has(vkey)), done); }, { kind: "primary", id: "central-sign", disabled: form.compared.size === 0 }))}</div>`);
}

function add(form: { panels: Panels; id: string; key: string; error: string }): void {
  const id = form.id.replaceAll("-", "").trim().toLowerCase();
  if (!/^[0-9a-f]{32}$/.test(id) || !/^[0-9a-fA-F]{64}$/.test(form.key.trim())) {
    form.error = t("An identifier has 32 digits of 0-9 and a-f, a key 64.");
    return;
  }
  const next = { panel: fromHex(id), signKey: fromHex(form.key.trim().toLowerCase()) };
  form.panels = [...form.panels.filter(({ panel }) => hex(panel) !== id), next].sort((a, b) => (hex(a.panel) < hex(b.panel) ? -1 : 1));
  [form.id, form.key, form.error] = ["", "", ""];
}
