// SPDX-License-Identifier: EUPL-1.2
// Sign-in: the password becomes keys here; only a proof of it leaves. Then, if there are several, which organisation.
import { Refusal, type Me, type Party, type SignInStep } from "../faces/port";
import type { FactorAnswer, FactorAsked } from "../client/factor";
import { SealError } from "../seal/errors";
import { factorForm, firstWay, type FactorState } from "../faces/account/pieces";
import { destinationOf } from "../faces/home";
import { cookie } from "../faces/language";
import { roleName } from "../faces/names";
import { port } from "../faces/wire";
import { Board, html, need, nothing, type Part } from "../kit/dom";
import { field } from "../kit/form";
import { icon } from "../kit/icons";
import { note, steps, tile } from "../kit/pieces";
import { language, t } from "../kit/words";

interface State {
  readonly step: SignInStep | null;
  readonly error: string;
  readonly email: string;
  readonly me: Me | null;
  readonly leaving: boolean;
  readonly factor: FactorState | null;
}

const order: readonly SignInStep[] = ["deriving", "asking", "opening"];

/** Where a role works; a path asked for is taken only when it is one of ours. */
const destination = (party: Party): string => destinationOf(party.role, new URLSearchParams(location.search).get("next") ?? "", party.tenant === true);

/** A first visit takes the language of the person's own account; a choice made here before stays. */
async function ownLanguage(me: Me): Promise<void> {
  if (cookie("zegel_language") !== "" || me.language === language) return;
  const body = new URLSearchParams({ language: me.language, csrfmiddlewaretoken: cookie("csrftoken") });
  await fetch("/language", { method: "POST", body, redirect: "manual" }).catch(() => undefined);
}

async function enter(party: Party, me: Me): Promise<void> {
  board.change({ leaving: true });
  if (me.party.id !== party.id) await port.act(party.id);
  await ownLanguage(me);
  location.assign(destination(party));
}

function reason(error: unknown): string {
  if (error instanceof Refusal && error.code === "distrust") return t("This code does not belong to this account. Look at the paper once more.");
  if (error instanceof SealError) return t("This code does not belong to this account. Look at the paper once more.");
  if (!(error instanceof Refusal)) return t("The server can’t be reached. Check the connection and try again.");
  if (error.code === "sign_in_failed" || error.code === "unauthorized") return t("This e-mail and password do not belong together.");
  return [error.message, error.action].filter(Boolean).join(" ");
}

async function submit(event: Event): Promise<void> {
  event.preventDefault();
  const form = event.target as HTMLFormElement;
  const email = need("#email", HTMLInputElement, form).value;
  const password = need("#password", HTMLInputElement, form).value;
  if (email.trim() === "" || password === "") return board.change({ error: t("Fill in both, the e-mail and the password.") });
  board.change({ step: "deriving", error: "", email });
  try {
    const me = await port.signIn(email, password, (step) => board.change({ step }), askFactor);
    board.change({ factor: null });
    const [only] = me.parties;
    if (me.parties.length === 1 && only !== undefined) await enter(only, me);
    else board.change({ step: null, me });
  } catch (error) {
    board.change({ step: null, factor: null, error: reason(error) });
    board.redraw();
    need("#password", HTMLInputElement).focus();
  }
}

let give: ((answer: FactorAnswer) => void) | null = null;

/** Shown until it is given; a refusal comes back here with its words. */
function askFactor(asked: FactorAsked): Promise<FactorAnswer> {
  const before = board.state.factor;
  const way = before !== null && !(before.way === "passkey" && asked.passkey === null) ? before.way : firstWay(asked);
  board.change({ factor: { asked, way, busy: false, error: asked.refused === null ? "" : [asked.refused.message, asked.refused.action].filter(Boolean).join(" ") } });
  return new Promise((resolve) => (give = resolve));
}

function draw(state: State): Part {
  const { factor } = state;
  if (factor !== null && !state.leaving && state.me === null) return html`<div class="card">${factorForm(factor, (part) => board.change({ factor: { ...factor, ...part } }), (answer) => give?.(answer))}</div>`;
  return html`<div class="card">${state.me === null || state.leaving ? signInForm(state) : partyList(state.me)}</div>`;
}

function signInForm(state: State): Part {
  const busy = state.step !== null || state.leaving;
  const at = state.leaving ? order.length : state.step === null ? -1 : order.indexOf(state.step);
  return html`<div class="stack tight"><h1>${t("Sign in")}</h1><p class="mute">${t("For customers, operators and technicians alike.")}</p></div>
    ${state.error === "" ? nothing : note(state.error, "alarm", "alarm")}
    <form class="form" novalidate @submit=${submit}>
      ${field("email", t("E-mail or login code"), { autocomplete: "username", value: state.email, required: true, disabled: busy })}
      ${field("password", t("Password"), { type: "password", autocomplete: "current-password", required: true, disabled: busy, maxlength: 1024 })}
      ${busy ? steps([t("Turning the password into keys"), t("Asking the server"), t("Opening your keys")], at) : html`<button class="btn primary wide" id="go"><span>${t("Sign in")}</span></button>`}
    </form>
    <p class="small"><a href="/recovery">${t("I lost my password")}</a></p>
    <div class="why">${icon("key")}<p>${t("Your password never leaves this browser: it is also the key to your recordings, so whoever knows it could open them.")}</p></div>`;
}

function partyList(me: Me): Part {
  return html`<div class="stack tight"><h1>${t("For whom?")}</h1><p class="mute">${t("You work for more than one. Choose; you can change later.")}</p></div>
    <div class="parties">${me.parties.map((party) => html`<button type="button" data-party=${party.id} @click=${() => void enter(party, me)}>${tile("building", "accent")}<span class="grow"><b>${party.name}</b><span class="mute small">${roleName(party.role)}</span></span>${icon("arrow")}</button>`)}</div>`;
}

const board = new Board<State>(need("#app", HTMLElement), { step: null, error: "", email: "", me: null, leaving: false, factor: null }, draw);
if (new URLSearchParams(location.search).has("ended")) board.change({ error: t("You were signed out. Sign in again to go on.") });
if (new URLSearchParams(location.search).has("choose")) void port.restore().then((me) => me && board.change({ me }));
need("#email", HTMLInputElement).focus();
