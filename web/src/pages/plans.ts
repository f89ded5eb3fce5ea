// SPDX-License-Identifier: EUPL-1.2
import { Planner } from "../faces/plans/controller";
import { plansPort } from "../faces/plans/port";
import { port } from "../faces/wire";
import { need } from "../kit/dom";

const me = await port.restore().catch(() => null);
if (me === null) location.replace(`/sign-in?next=${encodeURIComponent(location.pathname)}`);
else {
  const root = need("#app", HTMLElement);
  root.replaceChildren();
  new Planner(plansPort(port.ask, () => port.nowMs()), root, me, () => void port.signOut().finally(() => location.assign("/sign-in")));
}
