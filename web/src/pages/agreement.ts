// SPDX-License-Identifier: EUPL-1.2
// The link in an agreement's letter: the same text once more, its hash computed here, and a button that says yes.
import { Api } from "../client/api";
import { ApiError } from "../client/errors";
import { Board, html, need, type Part } from "../kit/dom";
import { button, note, skeleton } from "../kit/pieces";
import { clock, day, t } from "../kit/words";

interface Asked {
  readonly text: string;
  readonly hash: string;
  readonly name: string;
  readonly given_ms: number | null;
}

interface State {
  readonly asked: Asked | null;
  readonly hash: string;
  readonly error: string;
  readonly busy: boolean;
}

const token = location.pathname.split("/").filter(Boolean).at(-1) ?? "";
const api = new Api(location.origin);
const said = (error: unknown): string => (error instanceof ApiError && error.status !== 0 ? [error.message, error.action].filter(Boolean).join(" ") : t("The server can’t be reached. Check the connection and try again."));

async function hashOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function draw(state: State): Part {
  const { asked } = state;
  if (asked === null) return html`<div class="card"><h1>${t("Processing agreement")}</h1>${state.error === "" ? skeleton(6, t("Loading")) : note(state.error, "warn", "alarm")}</div>`;
  return html`<div class="card"><div class="stack tight"><h1>${t("Processing agreement")}</h1><p class="mute">${t("For {name}. It is the text that came with the letter.", { name: asked.name })}</p></div>
    <div class="document" tabindex="0" role="document" aria-label=${t("Processing agreement")}>${asked.text}</div>
    <p class="hash">SHA-256 ${state.hash}</p>
    ${state.hash !== "" && state.hash !== asked.hash ? note(t("This text is not the one of the letter. Don't agree; call your provider."), "alarm", "alarm")
    : asked.given_ms !== null ? note(t("You agreed on {day} at {time}.", { day: day(asked.given_ms), time: clock(asked.given_ms) }), "ok", "check")
    : html`${state.error === "" ? "" : note(state.error, "alarm", "alarm")}${button(t("I have read it, and I agree"), () => void agree(), { kind: "primary", wide: true, busy: state.busy, id: "agree" })}`}</div>`;
}

async function agree(): Promise<void> {
  board.change({ busy: true, error: "" });
  try {
    const { given_ms } = await api.post<{ given_ms: number }>(`/agreements/by-link/${token}`, {});
    board.change({ asked: { ...board.state.asked!, given_ms }, busy: false });
  } catch (error) {
    board.change({ busy: false, error: said(error) });
  }
}

const board = new Board<State>(need("#app", HTMLElement), { asked: null, hash: "", error: "", busy: false }, draw);
api.get<Asked>(`/agreements/by-link/${token}`).then(async (asked) => board.change({ asked, hash: await hashOf(asked.text) }), (error: unknown) => board.change({ error: said(error) }));
