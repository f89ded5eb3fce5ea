// SPDX-License-Identifier: EUPL-1.2
// An invitation: a password, the recovery code on paper and typed back, and the account is there. Nothing is sent before that.
import { acceptInvitation, invited, joinInvitation, prepareAccount, sameCode, type Invited } from "../client/account";
import { ApiError } from "../client/errors";
import type { NewAccount } from "../client/owner";
import { restore } from "../client/session";
import { codeBack, codeCard, nothingChosen, passwordFields, passwordTrouble, type Chosen } from "../faces/account/pieces";
import { roleName } from "../faces/names";
import { homeOf } from "../faces/home";
import { Board, html, need, nothing, type Part } from "../kit/dom";
import { field } from "../kit/form";
import { icon } from "../kit/icons";
import { button, link, note, skeleton, steps } from "../kit/pieces";
import { day, language, t } from "../kit/words";

interface State {
  readonly invited: Invited | null;
  readonly gone: string;
  readonly step: "name" | "password" | "code";
  readonly name: string;
  readonly chosen: Chosen;
  readonly error: string;
  readonly busy: boolean;
  readonly account: NewAccount | null;
  readonly typed: string;
  readonly tried: boolean;
}

const token = location.pathname.split("/").filter(Boolean).at(-1) ?? "";
const said = (error: unknown): string => (error instanceof ApiError && error.status !== 0 ? [error.message, error.action].filter(Boolean).join(" ") : t("The server can’t be reached. Check the connection and try again."));

function draw(state: State): Part {
  if (state.gone !== "") return html`<div class="card"><h1>${t("This invitation is not open")}</h1>${note(state.gone, "warn", "alarm")}${link(t("Sign in"), "/sign-in")}</div>`;
  const { invited: asked } = state;
  if (asked === null) return html`<div class="card">${skeleton(5, t("Loading"))}</div>`;
  return html`<div class="card"><div class="stack tight"><div class="lbl">${asked.party}</div><h1>${t("Welcome, {name}", { name: state.name || asked.name })}</h1>
      <p class="mute">${asked.invited_by === "" ? t("You are invited as {role}.", { role: roleName(asked.role) }) : t("{who} invites you as {role}.", { who: asked.invited_by, role: roleName(asked.role) })} ${t("Until {day}.", { day: day(asked.expires_ms) })}</p></div>
    ${asked.has_account ? haveAccount(asked) : html`${steps([t("Your name"), t("Password"), t("Recovery code")], ["name", "password", "code"].indexOf(state.step))}${body(state, asked)}`}</div>`;
}

function haveAccount(asked: Invited): Part {
  return html`<p>${t("There is an account with {email}. Sign in with it, then open this link again.", { email: asked.email })}</p>
    ${board.state.error === "" ? nothing : note(board.state.error, "alarm", "alarm")}
    ${button(t("I am signed in: accept"), () => void join(), { kind: "primary", wide: true, busy: board.state.busy, id: "join" })}${link(t("Sign in"), "/sign-in", { wide: true })}`;
}

function body(state: State, asked: Invited): Part {
  if (state.step === "name") {
    return html`<form class="form" novalidate @submit=${submit(() => (state.name.trim() === "" ? board.change({ error: t("Fill in your name.") }) : board.change({ step: "password", error: "" })))}>
      ${asked.email.includes("@") ? field("email", t("E-mail"), { type: "email", value: asked.email, disabled: true }) : field("email", t("Your login code"), { value: asked.email, disabled: true, hint: t("With this and your password you sign in. Write it down.") })}
      ${field("name", t("Your name"), { value: state.name, autocomplete: "name", maxlength: 200, input: (name) => board.change({ name }), ...(state.error ? { error: state.error } : {}) })}
      <button class="btn primary wide" id="go"><span>${t("Go on")}</span></button></form>`;
  }
  if (state.step === "password") {
    return html`<form class="form" novalidate @submit=${submit(() => void prepare(asked))}>
      <input class="sr" type="text" autocomplete="username" tabindex="-1" aria-hidden="true" .value=${asked.email}>
      ${passwordFields(state.chosen, asked.email, (chosen) => board.change({ chosen, error: "" }), state.error, state.busy)}
      <button class="btn primary wide" id="go" ?disabled=${state.busy} aria-busy=${state.busy ? "true" : "false"}><span>${t("Make my keys")}</span></button></form>
      <div class="why">${icon("key")}<p>${t("Your keys are made in this browser. The password never leaves it, so nobody can look it up for you.")}</p></div>`;
  }
  const code = state.account?.recoveryCode ?? "";
  return html`${codeCard(code)}
    <form class="form no-print" novalidate @submit=${submit(() => void accept(asked))}>${codeBack(code, state.typed, (typed) => board.change({ typed }), state.tried)}
      ${state.error === "" ? nothing : note(state.error, "alarm", "alarm")}
      <button class="btn primary wide" id="go" ?disabled=${state.busy} aria-busy=${state.busy ? "true" : "false"}><span>${t("I have it on paper")}</span></button></form>`;
}

const submit = (act: () => void) => (event: Event): void => {
  event.preventDefault();
  act();
};

async function prepare(asked: Invited): Promise<void> {
  const wrong = passwordTrouble(board.state.chosen, asked.email);
  if (wrong !== "") return board.change({ error: wrong });
  board.change({ busy: true, error: "" });
  try {
    board.change({ account: await prepareAccount(asked.email, board.state.chosen.password), step: "code", busy: false });
    scrollTo({ top: 0 });
  } catch (error) {
    board.change({ busy: false, error: said(error) });
  }
}

async function accept(asked: Invited): Promise<void> {
  const { account, typed, name, chosen } = board.state;
  if (account === null || !sameCode(typed, account.recoveryCode)) return board.change({ tried: true });
  board.change({ busy: true, error: "" });
  try {
    await acceptInvitation(token, account, { email: asked.email, name: name.trim(), language: ["nl", "sv", "de"].includes(language) ? language : asked.language }, chosen.password);
    location.assign(home(asked.role));
  } catch (error) {
    board.change({ busy: false, error: said(error) });
  }
}

const home = (role: string): string => (role === "owner" || role === "member" ? "/portal/start" : homeOf(role));

async function join(): Promise<void> {
  board.change({ busy: true, error: "" });
  const session = await restore().catch(() => null);
  if (session === null) return board.change({ busy: false, error: t("You are not signed in here. Sign in first, then open this link again.") });
  try {
    await joinInvitation(token, session);
    location.assign("/sign-in?choose");
  } catch (error) {
    board.change({ busy: false, error: said(error) });
  }
}

const board = new Board<State>(need("#app", HTMLElement), { invited: null, gone: "", step: "name", name: "", chosen: nothingChosen, error: "", busy: false, account: null, typed: "", tried: false }, draw);
invited(token).then((asked) => board.change({ invited: asked, name: asked.name }), (error: unknown) => board.change({ gone: said(error) }));
