// SPDX-License-Identifier: EUPL-1.2
import { Settings } from "../faces/settings/controller";
import { settingsPort } from "../faces/settings/port";
import { port } from "../faces/wire";
import { need } from "../kit/dom";

const me = await port.restore().catch(() => null);
if (me === null) location.replace(`/sign-in?next=${encodeURIComponent(location.pathname)}`);
else {
  const root = need("#app", HTMLElement);
  root.replaceChildren();
  await port.health().catch(() => null);
  new Settings(settingsPort(port.ask, () => port.nowMs()), root, { name: me.name, party: me.party.name, role: me.party.role }, (heard, line) => port.events((topic) => heard(topic), line), () => void port.signOut().finally(() => location.assign("/sign-in")));
}
