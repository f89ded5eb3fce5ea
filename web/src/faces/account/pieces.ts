// SPDX-License-Identifier: EUPL-1.2
// What accounts are made of on screen: choosing a password, the recovery code on paper and typed back, giving a second factor.
import { LEAST_LENGTH, LEAST_STRENGTH, goodPassword, sameCode, strength } from "../../client/account";
import { leaked, loadLeaked } from "../../client/leaked";
import { type FactorAnswer, type FactorAsked, passkeysWork, usePasskey } from "../../client/factor";
import { html, need, nothing, percent, placed, type Part } from "../../kit/dom";
import { field } from "../../kit/form";
import { icon } from "../../kit/icons";
import { printCode } from "../../kit/leaving";
import { button, note } from "../../kit/pieces";
import { t } from "../../kit/words";

// --- a password ----------------------------------------------------------------------------------------------------------

export interface Chosen {
  readonly password: string;
  readonly again: string;
}

export const nothingChosen: Chosen = { password: "", again: "" };

/** What is still wrong with it, in words; empty when it will do. */
export function passwordTrouble({ password, again }: Chosen, email: string): string {
  if (password.length < LEAST_LENGTH) return t("At least {n} characters. Four or five words in a row are easiest.", { n: LEAST_LENGTH });
  if (!goodPassword(password, email)) return t("Too easy to guess. Add another word that has nothing to do with you.");
  if (leaked(password)) return t("This one stands on lists of passwords that leaked, or is one of them with a little added. Choose other words.");
  return password === again ? "" : t("Type it twice, the same.");
}

export function passwordFields(chosen: Chosen, email: string, change: (chosen: Chosen) => void, error = "", disabled = false): Part {
  const share = chosen.password === "" ? 0 : Math.min(1, strength(chosen.password, email) / (LEAST_STRENGTH * 1.5));
  void loadLeaked().catch(() => undefined); // without the list the other rules hold
  const good = goodPassword(chosen.password, email) && !leaked(chosen.password);
  const words = chosen.password === "" ? t("Choose one that you use nowhere else.") : good ? t("Strong enough.") : passwordTrouble({ ...chosen, again: chosen.password }, email);
  return html`${field("new-password", t("New password"), { type: "password", autocomplete: "new-password", value: chosen.password, maxlength: 1024, disabled, input: (password) => change({ ...chosen, password }) })}
    <div class="strength ${good ? "good" : ""}"><div class="strength-line" role="meter" aria-label=${t("Strength of the password")} aria-valuemin="0" aria-valuemax="100" aria-valuenow=${Math.round(share * 100)}><span ${placed({ width: percent(share) })}></span></div><p class="small mute" aria-live="polite">${words}</p></div>
    ${field("again", t("The same again"), { type: "password", autocomplete: "new-password", value: chosen.again, maxlength: 1024, disabled, error, input: (again) => change({ ...chosen, again }) })}`;
}

// --- the recovery code -----------------------------------------------------------------------------------------------------

/** The code, to be printed or written down; shown once, kept nowhere. */
export function codeCard(code: string): Part {
  return html`<div class="code-card"><div class="lbl">${t("Recovery code")}</div><p class="recovery-code" id="recovery-code">${code.split("-").map((group) => html`<span>${group}</span>`)}</p>
    <p class="small">${t("Whoever has this paper can open your account's keys. We can't: it is shown once, here, and kept nowhere.")}</p></div>
    <div class="row no-print">${button(t("Print it"), printCode, { icon: "note" })}</div>`;
}

export function codeBack(code: string, typed: string, change: (typed: string) => void, tried: boolean): Part {
  const wrong = tried && !sameCode(typed, code);
  return html`<div class="no-print">${field("typed-code", t("Now type it from the paper"), { value: typed, autocomplete: "off", maxlength: 60, input: change, hint: t("Capitals and dashes don't matter."), ...(wrong ? { error: t("This is not the code. Look at the paper once more.") } : {}) })}</div>`;
}

// --- a second factor at sign-in ------------------------------------------------------------------------------------------------

export type FactorWay = "totp" | "passkey" | "recovery";

export interface FactorState {
  readonly asked: FactorAsked;
  readonly way: FactorWay;
  readonly busy: boolean;
  readonly error: string;
}

export const firstWay = (asked: FactorAsked): FactorWay => (asked.kinds.includes("passkey") && asked.passkey !== null && passkeysWork() ? "passkey" : asked.kinds.includes("totp") ? "totp" : "recovery");

export function factorForm(state: FactorState, change: (part: Partial<FactorState>) => void, answer: (answer: FactorAnswer) => void): Part {
  const { asked, way, busy } = state;
  const passkey = async (): Promise<void> => {
    change({ busy: true, error: "" });
    try {
      answer({ passkey: await usePasskey(asked.passkey) });
    } catch {
      change({ busy: false, error: t("The passkey was not used. Try again, or choose another way.") });
    }
  };
  const typed = (event: Event): void => {
    event.preventDefault();
    const value = need("#factor", HTMLInputElement, event.target as HTMLFormElement).value.trim();
    if (value === "") return change({ error: t("Type it first.") });
    change({ busy: true, error: "" });
    answer(way === "recovery" ? { recovery: value } : { code: value });
  };
  const other = (to: FactorWay, words: string): Part => (way === to ? nothing : button(words, () => change({ way: to, error: "" }), { kind: "quiet", small: true, id: `way-${to}` }));
  return html`<div class="stack tight"><h1>${t("One more thing")}</h1><p class="mute">${way === "passkey" ? t("Use the passkey of this account.") : way === "totp" ? t("Type the code that your app shows now.") : t("Lost it? The recovery code on your paper will do.")}</p></div>
    ${state.error === "" ? nothing : note(state.error, "alarm", "alarm")}
    ${way === "passkey" ? button(t("Use the passkey"), () => void passkey(), { kind: "primary", wide: true, busy, id: "use-passkey" })
    : html`<form class="form" novalidate @submit=${typed}>${field("factor", way === "totp" ? t("Six digits") : t("Recovery code"), { autocomplete: way === "totp" ? "one-time-code" : "off", disabled: busy, maxlength: 60 })}
        <button class="btn primary wide" id="give" ?disabled=${busy} aria-busy=${busy ? "true" : "false"}><span>${t("Go on")}</span></button></form>`}
    <div class="row">${asked.kinds.includes("passkey") && asked.passkey !== null ? other("passkey", t("Use the passkey")) : nothing}${asked.kinds.includes("totp") ? other("totp", t("Use the app's code")) : nothing}${other("recovery", t("Use the recovery code"))}</div>
    <div class="why">${icon("shield")}<p>${t("The second factor guards your account. Your recordings are guarded by your keys, which only your password or your recovery code opens.")}</p></div>`;
}
