// SPDX-License-Identifier: EUPL-1.2
// The language switch: a plain form, so that the server gives the whole page in the chosen language.
import { html, type Part } from "../kit/dom";
import { language, t } from "../kit/words";

const languages = [["nl", "Nederlands"], ["sv", "Svenska"], ["de", "Deutsch"], ["en", "English"]] as const;

export function cookie(ending: string): string {
  const found = document.cookie.split("; ").find((one) => one.split("=", 1)[0]?.endsWith(ending));
  return found?.slice(found.indexOf("=") + 1) ?? "";
}

export function languageSwitch(): Part {
  return html`<form class="langs" method="post" action="/language" aria-label=${t("Language")}>
    <input type="hidden" name="csrfmiddlewaretoken" .value=${cookie("csrftoken")}><input type="hidden" name="next" .value=${location.pathname + location.search}>
    ${languages.map(([code, name]) => html`<button name="language" value=${code} lang=${code} aria-current=${code === language ? "true" : "false"}>${name}</button>`)}</form>`;
}
