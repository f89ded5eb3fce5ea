// SPDX-License-Identifier: EUPL-1.2
// Dialogs: what is typed stays while the server refuses, a secret is shown once, and what can't be undone is asked again.
import { foot, openDialog } from "../../kit/dialog";
import { html, nothing, type Part } from "../../kit/dom";
import { icon } from "../../kit/icons";
import { button, note } from "../../kit/pieces";
import { t } from "../../kit/words";

/** What the server refused: a sentence, and the field that it is about ("" when it is about none). */
export interface Refused {
  readonly message: string;
  readonly field: string;
}

export type Errors = Readonly<Record<string, string>>;

export interface FormPage<Said> {
  /** As it is now, also for what was drawn before. */
  readonly said: Said;
  /** Keeps what was typed. */
  readonly set: (part: Partial<Said>) => void;
  /** Keeps it, and draws the form again. */
  readonly put: (part: Partial<Said>) => void;
  readonly error: (name: string) => { error?: string };
}

export interface FormOptions<Said> {
  readonly wide?: boolean;
  readonly save: string;
  readonly kind?: "primary" | "alarm";
  /** What is wrong with what was typed, by field, before anybody is asked. */
  readonly check?: (said: Said) => Errors;
  /** Names of the fields that the form shows: a refusal about another stands above all. */
  readonly fields: readonly string[];
  /** Null when it is done. */
  readonly send: (said: Said) => Promise<Refused | null>;
}

export function formDialog<Said extends object>(title: string, first: Said, draw: (page: FormPage<Said>) => Part, options: FormOptions<Said>): void {
  let said = first;
  let errors: Errors = {};
  let above = "";
  let busy = false;
  const set = (part: Partial<Said>): void => {
    said = { ...said, ...part };
    const left = Object.entries(errors).filter(([name]) => !(name in part) && !("paths" in part && /^(poll|grace)-/.test(name)));
    if (left.length === Object.keys(errors).length) return;
    errors = Object.fromEntries(left);
    dialog.redraw();
  };
  const show = (): void => {
    dialog.redraw();
    const wrong = document.querySelector<HTMLElement>("dialog[open] [aria-invalid=true]");
    if (wrong !== null) wrong.focus();
  };
  const press = async (): Promise<void> => {
    if (busy) return;
    errors = options.check?.(said) ?? {};
    above = "";
    if (Object.keys(errors).length > 0) return show();
    busy = true;
    dialog.redraw();
    const refused = await options.send(said);
    busy = false;
    if (refused === null) return dialog.close();
    if (options.fields.includes(refused.field)) errors = { [refused.field]: refused.message };
    else above = refused.message;
    show();
  };
  const dialog = openDialog(title, (opened) => html`<form class="form" novalidate @submit=${(event: Event) => { event.preventDefault(); void press(); }}>
    ${above === "" ? nothing : note(above, "alarm", "alarm")}
    ${draw({ get said() { return said; }, set, put: (part) => { set(part); opened.redraw(); }, error: (name) => (errors[name] === undefined ? {} : { error: errors[name] }) })}
    <button type="submit" hidden></button>
    ${foot(button(t("Cancel"), opened.close, { kind: "quiet", key: "Esc" }), button(options.save, () => void press(), { kind: options.kind ?? "primary", busy, id: "dialog-save" }))}</form>`, { wide: options.wide ?? false });
}

/** A key or an address: shown now, and by nobody ever again. */
export function onceDialog(title: string, secret: string, words: string, after: Part = nothing): void {
  let copied = false;
  const dialog = openDialog(title, (opened) => html`<p>${words}</p>
    <div class="once"><code id="once" tabindex="0">${secret}</code>${button(copied ? t("Copied") : t("Copy"), () => void navigator.clipboard.writeText(secret).then(() => { copied = true; dialog.redraw(); }, () => select()), { icon: copied ? "check" : "note", id: "copy" })}</div>
    <p class="mute small row">${icon("lock", "small")}<span>${t("We keep only what recognises it. Lost means: make a new one.")}</span></p>${after}
    ${foot(button(t("I have written it down"), opened.close, { kind: "primary", id: "once-done" }))}`, { wide: true });
}

/** The browser doesn't let us copy: then it is selected, to be copied by hand. */
function select(): void {
  const code = document.querySelector("#once");
  if (code !== null) getSelection()?.selectAllChildren(code);
}

export function sureDialog(title: string, words: string, yes: string, go: () => Promise<Refused | null>): void {
  formDialog(title, {}, () => html`<p>${words}</p>`, { save: yes, kind: "alarm", fields: [], send: go });
}
