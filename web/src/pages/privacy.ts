// SPDX-License-Identifier: EUPL-1.2
// The privacy office: breaches, requests, registers, promises. For the provider's office and the alarm centre's supervisors.
import { Paged } from "../faces/paged/controller";
import { face } from "../faces/privacy/pages";
import { reportButton } from "../faces/report";
import { port } from "../faces/wire";
import { html, need, nothing, type Part } from "../kit/dom";
import { icon } from "../kit/icons";
import { t } from "../kit/words";

function backTo(role: string): Part {
  const [href, words] = role === "operator" || role === "supervisor" ? ["/console/", t("Queue")] : ["/backoffice/", t("Office")];
  return role === "auditor" ? nothing : html`<a class="btn small" id="to-work" href=${href}>${icon("back", "small")}<span>${words}</span></a>`;
}

const me = await port.restore().catch(() => null);
if (me === null) location.replace(`/sign-in?next=${encodeURIComponent(location.pathname)}`);
else {
  const root = need("#app", HTMLElement);
  root.replaceChildren();
  await port.health().catch(() => null);
  new Paged(face(({ role }) => html`${reportButton(role)}${backTo(role)}`), port, root, me, () => port.session, () => void port.signOut().finally(() => location.assign("/sign-in")));
}
