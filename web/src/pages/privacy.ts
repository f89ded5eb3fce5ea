// SPDX-License-Identifier: EUPL-1.2
// The privacy office: breaches, requests, registers, promises. For the provider's office and the alarm centre's supervisors.
import { Privacy } from "../faces/privacy/controller";
import { port } from "../faces/wire";
import { need } from "../kit/dom";

const me = await port.restore().catch(() => null);
if (me === null) location.replace(`/sign-in?next=${encodeURIComponent(location.pathname)}`);
else {
  const root = need("#app", HTMLElement);
  root.replaceChildren();
  await port.health().catch(() => null);
  new Privacy(port, root, me, () => port.session, () => void port.signOut().finally(() => location.assign("/sign-in")));
}
