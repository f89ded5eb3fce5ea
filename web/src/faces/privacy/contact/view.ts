// SPDX-License-Identifier: EUPL-1.2
// The office's own privacy contact.
import { html, render } from "../../../kit/dom";
import { skeleton } from "../../../kit/pieces";
import { t } from "../../../kit/words";
import { contactCard, contactDialog, type Contacts } from "../../privacy_contact";
import type { Ctx, Mounted } from "../pages";

export function mount(host: HTMLElement, ctx: Ctx): Mounted {
  let all: Contacts | null = null;
  const draw = (): void => {
    render(html`<div class="title"><div><h1>${t("Privacy contact")}</h1><p class="mute measure">${t("Whom people, customers and authorities reach with questions about personal data. It stands on every notice, statement and letter of ours.")}</p></div></div>${all === null ? skeleton(4, t("Loading")) : contactCard(all, change)}`, host);
  };
  const change = (): void => contactDialog(all?.contact ?? null, async (said) => {
    all = await ctx.ask<Contacts>("PUT", "/privacy-contact", said);
    ctx.changed();
    draw();
  });
  draw();
  void ctx.ask<Contacts>("GET", "/privacy-contact").then((found) => { all = found; draw(); }, (error: unknown) => ctx.failed(error));
  return { close: () => undefined };
}
