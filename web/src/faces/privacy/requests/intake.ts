// SPDX-License-Identifier: EUPL-1.2
// A letter, a call or a visit, taken in.
import { foot, openDialog } from "../../../kit/dialog";
import { html, nothing, type Part } from "../../../kit/dom";
import { field, textField } from "../../../kit/form";
import { button } from "../../../kit/pieces";
import { t } from "../../../kit/words";
import type { Listed } from "./types";
import { channelName, rightName } from "./words";

type Said = Record<string, unknown>;
const CHANNELS = ["letter", "phone", "email", "counter"];
const LANGUAGES: readonly (readonly [string, string])[] = [["nl", "Nederlands"], ["sv", "Svenska"], ["de", "Deutsch"], ["en", "English"]];

/** The moment that a place's clock shows, as milliseconds UTC. */
export function momentIn(day: string, time: string, tz: string): number | null {
  const naive = Date.parse(`${day}T${time}:00Z`);
  if (Number.isNaN(naive)) return null;
  const shown = (ms: number): number => {
    const parts = Object.fromEntries(new Intl.DateTimeFormat("en-GB", { timeZone: tz, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).formatToParts(ms).map(({ type, value }) => [type, value]));
    return Date.parse(`${parts["year"]}-${parts["month"]}-${parts["day"]}T${parts["hour"]}:${parts["minute"]}:00Z`);
  };
  const first = naive - (shown(naive) - naive);
  return first - (shown(first) - naive);
}

export function takeInDialog(listed: Listed, send: (said: Said) => Promise<void>): void {
  const said = { owner: listed.controllers[0]?.id ?? "", about: "records", channel: "letter", language: "nl", name: "", email: "", phone: "", postal: "", text: "", site: "", day: "", from: "", to: "", look: "" };
  const rights = new Set<string>(["access"]);
  const put = (key: keyof typeof said) => (value: string): void => { said[key] = value; };
  const choose = (id: keyof typeof said, label: string, all: readonly (readonly [string, string])[], redraw: () => void): Part => html`<div class="field"><label for="in-${id}">${label}</label><select class="input" id="in-${id}" @change=${(event: Event) => { said[id] = (event.target as HTMLSelectElement).value; redraw(); }}>${all.map(([value, words]) => html`<option value=${value} .selected=${value === said[id]}>${words}</option>`)}</select></div>`;
  const dialog = openDialog(t("Take a request in"), (opened) => {
    const sites = listed.controllers.find(({ id }) => id === said.owner)?.sites ?? [];
    if (said.about === "footage" && !sites.some(({ id }) => id === said.site)) said.site = sites[0]?.id ?? "";
    return html`<div class="form">
      ${choose("owner", t("Whose data is it about?"), listed.controllers.map(({ id, name }) => [id, name] as const), opened.redraw)}
      ${choose("about", t("About"), [["records", t("What is written")], ["footage", t("Recordings")]], opened.redraw)}
      ${choose("channel", t("How did it come?"), CHANNELS.map((code) => [code, channelName(code)] as const), opened.redraw)}
      <fieldset class="choices"><legend class="field"><span class="label">${t("What is asked")}</span></legend>${listed.rights.map(({ right }) => html`<label class="choice"><input type="checkbox" .checked=${rights.has(right)} @change=${() => { if (!rights.delete(right)) rights.add(right); }}><span>${rightName(right)}</span></label>`)}</fieldset>
      ${said.about === "footage" ? html`${choose("site", t("Site"), sites.map(({ id, name }) => [id, name] as const), opened.redraw)}
        <div class="field"><label for="in-day">${t("Day")}</label><input class="input" type="date" id="in-day" @input=${(event: Event) => put("day")((event.target as HTMLInputElement).value)}></div>
        <div class="row"><div class="field"><label for="in-from">${t("From")}</label><input class="input" type="time" id="in-from" @input=${(event: Event) => put("from")((event.target as HTMLInputElement).value)}></div><div class="field"><label for="in-to">${t("Until")}</label><input class="input" type="time" id="in-to" @input=${(event: Event) => put("to")((event.target as HTMLInputElement).value)}></div></div>
        ${field("in-look", t("How can he be recognised?"), { maxlength: 500, input: put("look") })}` : nothing}
      ${field("in-name", t("Name"), { maxlength: 200, required: true, input: put("name") })}${field("in-email", t("E-mail address"), { type: "email", maxlength: 254, input: put("email") })}
      ${field("in-phone", t("Telephone"), { maxlength: 40, input: put("phone") })}${field("in-postal", t("Postal address"), { maxlength: 300, input: put("postal") })}
      ${choose("language", t("Language of the answer"), LANGUAGES, opened.redraw)}
      ${textField("in-text", t("What he says"), { maxlength: 4000, rows: 4, input: put("text") })}
      ${foot(button(t("Cancel"), opened.close, { kind: "quiet" }), button(t("Take it in"), () => {
        const tz = sites.find(({ id }) => id === said.site)?.tz ?? "UTC";
        const footage = said.about === "footage";
        dialog.close();
        void send({
          owner_id: said.owner, about: said.about, channel: said.channel, language: said.language, rights: [...rights], name: said.name, email: said.email, phone: said.phone, postal: said.postal, text: said.text,
          site_id: footage ? said.site : null, from_ms: footage ? momentIn(said.day, said.from, tz) : null, to_ms: footage ? momentIn(said.day, said.to, tz) : null, look: said.look,
        });
      }, { kind: "primary", id: "take-in-save" }))}</div>`;
  }, { wide: true });
}
