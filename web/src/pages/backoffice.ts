// SPDX-License-Identifier: EUPL-1.2
// The provider's office and its technicians' page. There is no picture here but what an owner grants, and no key that opens another.
import { Office } from "../faces/office/controller";
import { port } from "../faces/wire";
import { need } from "../kit/dom";

const me = await port.restore().catch(() => null);
if (me === null) location.replace(`/sign-in?next=${encodeURIComponent(location.pathname)}`);
else {
  const root = need("#app", HTMLElement);
  root.replaceChildren();
  await port.health().catch(() => null);
  new Office(port.ask, () => port.session, root, { id: me.id, name: me.name, party: me.party.name, role: me.party.role }, () => port.nowMs(), (heard, line) => port.events((topic) => heard(topic), line), () => void port.signOut().finally(() => location.assign("/sign-in")));
}
