// SPDX-License-Identifier: EUPL-1.2
// The log of use (I5): every print and export of this organisation's matters, who, when, from where, what and how much. Handed over as a file.
import { Board, html, nothing, type Part } from "../../kit/dom";
import { field } from "../../kit/form";
import { keepAnswer } from "../../kit/leaving";
import { button, empty, skeleton } from "../../kit/pieces";
import { table } from "../../kit/table";
import { clockSeconds, day, isoDay, number, t } from "../../kit/words";
import { asRefusal } from "../wire";
import type { House, Use } from "./types";
import { howName, sizeWords, whatName } from "./words";

const DAY_MS = 86_400_000;

interface State {
  readonly uses: readonly Use[] | null;
  readonly more: number | null;
  readonly from: string;
  readonly until: string;
  readonly person: string;
  readonly what: string;
  readonly people: readonly (readonly [string, string])[];
  readonly kinds: readonly string[];
  readonly busy: boolean;
}

export class UseLog {
  readonly #board: Board<State>;

  constructor(host: HTMLElement, private readonly house: House) {
    const now = Date.now();
    this.#board = new Board<State>(host, { uses: null, more: null, from: isoDay(now - 30 * DAY_MS), until: isoDay(now), person: "", what: "", people: [], kinds: [], busy: false }, (state) => this.#draw(state));
    void this.#load();
  }

  #wanted(): Record<string, unknown> {
    const { from, until, person, what } = this.#board.state;
    const [since, to] = [Date.parse(`${from}T00:00`), Date.parse(`${until}T00:00`)];
    return { since_ms: Number.isNaN(since) ? 0 : since, ...(Number.isNaN(to) ? {} : { until_ms: to + DAY_MS }), ...(person === "" ? {} : { person_id: person }), what };
  }

  async #load(before: number | null = null): Promise<void> {
    try {
      const query = new URLSearchParams(Object.entries(this.#wanted()).map(([name, value]) => [name, String(value)]));
      if (before !== null) query.set("before", String(before));
      const { uses, more } = await this.house.ask<{ uses: Use[]; more: number | null }>("GET", `/use-log?${query.toString()}`);
      const all = before === null ? uses : [...(this.#board.state.uses ?? []), ...uses];
      const people = new Map(this.#board.state.people);
      for (const { person_id: id, who } of all) if (id !== null) people.set(id, who);
      const kinds = new Set([...this.#board.state.kinds, ...all.map(({ what }) => what).filter((one) => one !== "")]);
      this.#board.change({ uses: all, more, people: [...people].sort((a, b) => a[1].localeCompare(b[1])), kinds: [...kinds].sort() });
    } catch (error) {
      this.#board.change({ uses: [] });
      this.house.failed(error);
    }
  }

  async #file(): Promise<void> {
    this.#board.change({ busy: true });
    try {
      await keepAnswer(await this.house.session.api.request("POST", "/api/v1/use-log/file", this.#wanted()));
      this.house.toast(t("The log is in your downloads; that you took it is in it too."), "ok");
      await this.#load();
    } catch (error) {
      this.house.failed(asRefusal(error));
    }
    this.#board.change({ busy: false });
  }

  readonly #set = (part: Partial<State>): void => {
    this.#board.change(part);
    this.#board.change({ uses: null });
    void this.#load();
  };

  #draw(state: State): Part {
    const choose = (id: string, label: string, chosen: string, all: readonly (readonly [string, string])[], pick: (value: string) => void): Part => html`<div class="field"><label for=${id}>${label}</label><select class="input" id=${id} @change=${(event: Event) => pick((event.target as HTMLSelectElement).value)}>
      <option value="" ?selected=${chosen === ""}>${t("All")}</option>${all.map(([value, words]) => html`<option value=${value} ?selected=${value === chosen}>${words}</option>`)}</select></div>`;
    return html`<div class="page uselog"><div class="title"><div><h1>${t("Log of use")}</h1><p class="mute measure">${t("Every print and every export: who, when, from which address, what and how much. Written down before it left; it can’t be changed.")}</p></div>
        <div class="row">${button(t("Hand over as a file"), () => void this.#file(), { icon: "download", busy: state.busy, id: "use-file" })}</div></div>
      <div class="card pad filter">${field("use-from", t("From"), { type: "date", value: state.from, input: (from) => this.#set({ from }) })}${field("use-until", t("Until"), { type: "date", value: state.until, input: (until) => this.#set({ until }) })}
        ${choose("use-person", t("Person"), state.person, state.people, (person) => this.#set({ person }))}${choose("use-what", t("What"), state.what, state.kinds.map((kind) => [kind, whatName(kind)] as const), (what) => this.#set({ what }))}</div>
      ${state.uses === null ? skeleton(6, t("Loading")) : table(t("Log of use"), [
        { title: t("When"), cell: (row) => html`<span class="mono">${day(row.at_ms)} ${clockSeconds(row.at_ms)}</span>` },
        { title: t("Who"), cell: (row) => (row.forgotten ? t("forgotten, its term is over") : html`${row.who}<div class="mute small">${row.party}</div>`) },
        { title: t("Address"), cell: (row) => html`<span class="mono">${row.address}</span>` },
        { title: t("What"), cell: (row) => html`${whatName(row.what)}<div class="mute small">${[howName(row.how), row.file].filter(Boolean).join(" · ")}</div>` },
        { title: t("For"), cell: (row) => (row.recipient === "self" ? "" : row.recipient) },
        { title: t("How much"), numeric: true, cell: (row) => [row.count ? t("{n} rows", { n: number(row.count) }) : "", sizeWords(row.size)].filter(Boolean).join(", ") },
        { title: t("Entry"), numeric: true, cell: (row) => html`<span class="mono">${number(row.index)}</span>` },
      ], state.uses, (row) => row.index, empty(t("Nothing left in that time"), t("Choose another period or another person."), "check", nothing, "ok"))}
      ${state.more === null ? nothing : html`<div class="row">${button(t("Older ones"), () => void this.#load(state.more))}</div>`}</div>`;
  }
}
