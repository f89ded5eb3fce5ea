// SPDX-License-Identifier: EUPL-1.2
// The provider's page: which units are in contact. There is no picture here, and no key that opens one.
import { languageSwitch } from "../faces/language";
import { port } from "../faces/wire";
import type { Me } from "../faces/port";
import type { Health, Unit } from "../faces/types";
import { Board, html, need, nothing, type Part } from "../kit/dom";
import { mark } from "../kit/icons";
import { button, empty, link, note, pill, skeleton } from "../kit/pieces";
import { table } from "../kit/table";
import { number, relative, t } from "../kit/words";

interface State {
  readonly me: Me;
  readonly units: readonly Unit[] | null;
  readonly health: Health | null;
  readonly lost: boolean;
}

function draw({ me, units, health, lost }: State): Part {
  const nowMs = port.nowMs();
  return html`<header class="bar"><div class="wide row apart"><span class="logo">${mark()}<span>Zegel</span></span><div class="row">${me.party.role === "planner" || me.party.role === "admin" ? link(t("Action plans"), "/backoffice/plans/", { small: true, kind: "quiet", id: "to-plans" }) : nothing}${["technician", "planner", "admin"].includes(me.party.role) ? link(t("Panels and lines"), "/backoffice/settings/", { small: true, kind: "quiet", id: "to-settings" }) : nothing}${languageSwitch()}${button(t("Sign out"), () => void port.signOut().finally(() => location.assign("/sign-in")), { small: true, icon: "signOut", id: "sign-out" })}</div></div></header>
    <main id="content" class="wide stack office"><div class="title"><div><div class="lbl">${me.party.name}</div><h1>${t("Units")}</h1></div>${health === null ? nothing : pill(t("{on} of {n} in contact", { on: number(health.units.in_contact), n: number(health.units.total) }), health.units.in_contact === health.units.total ? "ok" : "warn", { dot: true })}</div>
      ${lost ? note(t("Connection lost. Trying again; what you see may be old."), "warn", "offline") : nothing}
      ${units === null ? skeleton(4, t("Loading")) : table(t("Units"), [
        { title: t("Unit"), cell: (unit) => html`<b>${unit.name}</b>` }, { title: t("Site"), cell: (unit) => unit.site.name },
        { title: t("State"), cell: (unit) => (unit.state === "revoked" ? pill(t("Revoked"), "alarm") : unit.in_contact ? pill(t("In contact"), "ok", { dot: true }) : pill(t("Not in contact"), "warn", { dot: true })) },
        { title: t("Last contact"), cell: (unit) => (unit.last_seen_ms === null ? t("Never") : relative(unit.last_seen_ms, nowMs)) }, { title: t("Software"), cell: (unit) => html`<span class="mono">${unit.software}</span>` },
      ], units, (unit) => unit.id, empty(t("No unit yet"), t("A unit appears here once its owner has paired it."), "device"))}
      <p class="faint small">${t("You see that a unit is in contact and what software it runs. You hold no key that opens a picture.")}</p></main>`;
}

const me = await port.restore().catch(() => null);
if (me === null) location.replace("/sign-in?next=/backoffice/");
else {
  const root = need("#app", HTMLElement);
  root.replaceChildren();
  const board = new Board<State>(root, { me, units: null, health: null, lost: false }, draw);
  const load = async (): Promise<void> => {
    try {
      const [units, health] = await Promise.all([port.units(), port.health()]);
      board.change({ units, health, lost: false });
    } catch {
      board.change({ lost: true });
    }
  };
  void load();
  setInterval(() => void load(), 10_000);
}
