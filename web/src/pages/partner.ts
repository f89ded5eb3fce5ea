// SPDX-License-Identifier: EUPL-1.2
// A partner's jobs: a mechanic's, a repairer's, a carrier's. Opens without a line with what this phone kept.
import { Partner } from "../faces/partner/jobs/controller";
import * as store from "../faces/partner/jobs/store";
import type { Me } from "../faces/partner/jobs/types";
import { port } from "../faces/wire";
import { html, need, render } from "../kit/dom";
import { empty } from "../kit/pieces";
import { t } from "../kit/words";

const HOME = "/partner/";
const FIRM = "/partner/firm";
const root = need("#app", HTMLElement);

/** The worker keeps the page's own code, also what was loaded before it was there. */
async function worker(): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  await navigator.serviceWorker.register(`${HOME}service-worker.js`, { scope: HOME, updateViaCache: "none" });
  const { active } = await navigator.serviceWorker.ready;
  const loaded = performance.getEntriesByType("resource").map(({ name }) => name);
  active?.postMessage({ keep: [HOME, ...new Set(loaded.filter((one) => new URL(one).pathname.startsWith("/static/zegel/")))] });
}

async function leave(): Promise<void> {
  const me = await port.restore().catch(() => null);
  if (me !== null) await port.signOut().catch(() => undefined);
  location.assign("/sign-in");
}

async function start(): Promise<void> {
  const before = await store.kept(Date.now()).catch(() => null);
  let me: Me | null = null;
  let online = true;
  try {
    const found = await port.restore();
    if (found === null) return location.replace(`/sign-in?next=${encodeURIComponent(location.pathname)}`);
    me = { id: found.id, name: found.name, party: found.party.name, partyId: found.party.id, role: found.party.role };
  } catch {
    online = false;
    me = before?.me ?? null;
  }
  root.replaceChildren();
  if (me === null) return void render(html`<main id="content" class="wide stack partner">${empty(t("No line"), t("Open this page once where there is one; then your jobs are here without it."), "offline")}</main>`, root);
  // Another person's, or for another firm: nothing of it is his to see, and nothing is sent in his name.
  const same = before === null || (before.me.id === me.id && before.me.partyId === me.partyId);
  if (!same) await store.forget();
  const keeps = !["mechanic", "repairer", "carrier"].includes(me.role); // an owner does no jobs here; he keeps who does
  if ((location.pathname === FIRM || keeps) && online) {
    const { FirmPage } = await import("../faces/partner/firm/view");
    return void new FirmPage(root, port, me);
  }
  new Partner(root, me, same ? before : null, same ? await store.waiting().catch(() => []) : [], online, online ? port.session : null, leave);
  void worker().catch(() => undefined);
}

void start();
