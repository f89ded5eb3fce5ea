// SPDX-License-Identifier: EUPL-1.2
// A lost password: with the recovery code everything stays; without it there is only beginning anew, by a letter.
import { askResetLetter, prepareAccount, recoverPassword, resetAccount, resetLetter, sameCode, type ResetLetter } from "../client/account";
import { ApiError } from "../client/errors";
import type { FactorAnswer } from "../client/factor";
import type { NewAccount } from "../client/owner";
import { codeBack, codeCard, factorForm, firstWay, type FactorState, nothingChosen, passwordFields, passwordTrouble, type Chosen } from "../faces/account/pieces";
import { Board, html, need, nothing, type Part } from "../kit/dom";
import { field } from "../kit/form";
import { icon } from "../kit/icons";
import { button, link, note } from "../kit/pieces";
import { t } from "../kit/words";
import { SealError } from "../seal/errors";

interface State {
  readonly way: "code" | "letter" | "sent" | "reset" | "paper" | "factor" | "done";
  readonly email: string;
  readonly code: string;
  readonly chosen: Chosen;
  readonly error: string;
  readonly busy: boolean;
  readonly letter: ResetLetter | null;
  readonly account: NewAccount | null;
  readonly typed: string;
  readonly tried: boolean;
  readonly factor: FactorState | null;
}

const token = location.hash.slice(1);
if (token !== "") history.replaceState(null, "", location.pathname);

function said(error: unknown): string {
  if (error instanceof SealError) return error.code === "code" ? t("A letter or digit of the code is wrong. Look at the paper once more.") : t("This code does not belong to this account. Look at the paper once more.");
  if (error instanceof ApiError && error.status !== 0) return [error.message, error.action].filter(Boolean).join(" ");
  return t("The server can’t be reached. Check the connection and try again.");
}

const submit = (act: () => void) => (event: Event): void => {
  event.preventDefault();
  act();
};
const go = (state: State, words: string): Part => html`<button class="btn primary wide" id="go" ?disabled=${state.busy} aria-busy=${state.busy ? "true" : "false"}><span>${words}</span></button>`;
const trouble = (state: State): Part => (state.error === "" ? nothing : note(state.error, "alarm", "alarm"));

function draw(state: State): Part {
  return html`<div class="card">${{ code: byCode, letter: byLetter, sent: sentCard, reset: resetForm, paper: paperForm, factor: factorCard, done: doneCard }[state.way](state)}</div>`;
}

function byCode(state: State): Part {
  return html`<div class="stack tight"><h1>${t("A new password")}</h1><p class="mute">${t("Your recovery code opens your keys in this browser, and the new password closes them again. Nothing is lost.")}</p></div>
    ${trouble(state)}
    <form class="form" novalidate @submit=${submit(() => void recover())}>
      ${field("email", t("E-mail"), { type: "email", autocomplete: "username", value: state.email, disabled: state.busy, input: (email) => board.change({ email }) })}
      ${field("code", t("Recovery code"), { value: state.code, maxlength: 60, disabled: state.busy, hint: t("Nine groups of four, from your paper."), input: (code) => board.change({ code }) })}
      ${passwordFields(state.chosen, state.email, (chosen) => board.change({ chosen }), "", state.busy)}
      ${go(state, t("Change the password"))}</form>
    ${button(t("I have no recovery code either"), () => board.change({ way: "letter", error: "" }), { kind: "quiet", id: "no-code" })}`;
}

function byLetter(state: State): Part {
  return html`<div class="stack tight"><h1>${t("Begin anew")}</h1><p class="mute">${t("Without password and code nobody can open your keys, and we can't either. You can get new ones, by a letter to your address.")}</p></div>
    ${note(t("New keys open nothing of before. If there is another owner, he lets you in again; if there is none, the recordings until now stay closed for ever."), "warn", "alarm")}
    ${trouble(state)}
    <form class="form" novalidate @submit=${submit(() => void ask())}>${field("email", t("E-mail"), { type: "email", autocomplete: "username", value: state.email, disabled: state.busy, input: (email) => board.change({ email }) })}
      ${go(state, t("Send me the letter"))}</form>
    ${button(t("I found the code"), () => board.change({ way: "code", error: "" }), { kind: "quiet" })}`;
}

const sentCard = (state: State): Part => html`<h1>${t("Look in your mail")}</h1><p>${t("If there is an account with {email}, a letter is on its way. Its link works for an hour.", { email: state.email })}</p>${link(t("Sign in"), "/sign-in")}`;
const doneCard = (): Part => html`<h1>${t("Your password is changed")}</h1><p>${t("Every session was ended. Sign in with the new password; your recovery code stays the same.")}</p>${link(t("Sign in"), "/sign-in", { kind: "primary", wide: true, id: "to-sign-in" })}`;

function resetForm(state: State): Part {
  return html`<div class="stack tight"><h1>${t("New keys for {email}", { email: state.letter?.email ?? "" })}</h1><p class="mute">${t("They open nothing of before, until another owner lets you in again.")}</p></div>${trouble(state)}
    ${state.letter === null ? nothing : html`<form class="form" novalidate @submit=${submit(() => void prepare())}>${passwordFields(state.chosen, state.letter.email, (chosen) => board.change({ chosen }), "", state.busy)}${go(state, t("Make my keys"))}</form>
    <div class="why">${icon("key")}<p>${t("Your keys are made in this browser. The password never leaves it, so nobody can look it up for you.")}</p></div>`}`;
}

function paperForm(state: State): Part {
  const code = state.account?.recoveryCode ?? "";
  return html`<h1>${t("Recovery code")}</h1>${codeCard(code)}<form class="form no-print" novalidate @submit=${submit(() => void reset())}>${codeBack(code, state.typed, (typed) => board.change({ typed }), state.tried)}${trouble(state)}${go(state, t("I have it on paper"))}</form>`;
}

/** A letter replaces no second factor: it stays, and is given here. */
function factorCard(state: State): Part {
  if (state.factor === null) return nothing;
  const change = (part: Partial<FactorState>): void => board.change({ factor: { ...board.state.factor!, ...part } });
  return html`${factorForm(state.factor, change, (answer) => void give(answer))}
    ${note(t("A letter does not replace your second factor. Lost that and the recovery code too? Another owner of your organisation can take it off, under People."), "")}`;
}

async function give(answer: FactorAnswer): Promise<void> {
  const { letter, account, chosen, factor } = board.state;
  try {
    await resetAccount(token, account!, letter!, chosen.password, answer);
    location.assign("/sign-in?choose");
  } catch (error) {
    const asked = "passkey" in answer ? { ...factor!.asked, passkey: null } : factor!.asked; // a question is answered once
    board.change({ factor: { asked, way: "passkey" in answer ? firstWay(asked) : factor!.way, busy: false, error: said(error) } });
  }
}

async function work(act: () => Promise<Partial<State>>): Promise<void> {
  board.change({ busy: true, error: "" });
  try {
    board.change({ ...(await act()), busy: false });
  } catch (error) {
    board.change({ busy: false, error: said(error) });
  }
}

function recover(): Promise<void> | void {
  const { email, code, chosen } = board.state;
  if (email.trim() === "" || code.trim() === "") return board.change({ error: t("Fill in both, the e-mail and the code.") });
  const wrong = passwordTrouble(chosen, email);
  if (wrong !== "") return board.change({ error: wrong });
  return work(async () => {
    await recoverPassword(email, code, chosen.password);
    return { way: "done" };
  });
}

const ask = (): Promise<void> => work(async () => {
  await askResetLetter(board.state.email);
  return { way: "sent" };
});

function prepare(): Promise<void> | void {
  const { letter, chosen } = board.state;
  if (letter === null) return;
  const wrong = passwordTrouble(chosen, letter.email);
  if (wrong !== "") return board.change({ error: wrong });
  return work(async () => ({ account: await prepareAccount(letter.email, chosen.password, undefined, letter.person_id), way: "paper" }));
}

function reset(): Promise<void> | void {
  const { letter, account, typed, chosen } = board.state;
  if (letter === null || account === null || !sameCode(typed, account.recoveryCode)) return board.change({ tried: true });
  if (letter.second_factor !== null) {
    const asked = { ...letter.second_factor, refused: null };
    return board.change({ way: "factor", factor: { asked, way: firstWay(asked), busy: false, error: "" } });
  }
  return work(async () => {
    await resetAccount(token, account, letter, chosen.password);
    location.assign("/sign-in?choose");
    return {};
  });
}

const board = new Board<State>(need("#app", HTMLElement), { way: token === "" ? "code" : "reset", email: "", code: "", chosen: nothingChosen, error: "", busy: false, letter: null, account: null, typed: "", tried: false, factor: null }, draw);
if (token !== "") resetLetter(token).then((letter) => board.change({ letter }), (error: unknown) => board.change({ error: said(error) }));
