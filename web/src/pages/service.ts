// SPDX-License-Identifier: EUPL-1.2
// The service's office: orders, customers, products, offers and invoices of a tenant, and what he sets for himself.
import { Paged } from "../faces/paged/controller";
import { reportButton } from "../faces/report";
import { face } from "../faces/service/pages";
import { port } from "../faces/wire";
import { html, need, nothing } from "../kit/dom";
import { icon } from "../kit/icons";
import { t } from "../kit/words";

const me = await port.restore().catch(() => null);
if (me === null) location.replace(`/sign-in?next=${encodeURIComponent(location.pathname)}`);
else {
  const root = need("#app", HTMLElement);
  root.replaceChildren();
  await port.health().catch(() => null);
  const back = ({ role }: { readonly role: string }) => html`${reportButton(role)}${role === "owner" ? html`<a class="btn small" id="to-portal" href="/portal/">${icon("back", "small")}<span>${t("Portal")}</span></a>` : nothing}`;
  new Paged(face(back), port, root, me, () => port.session, () => void port.signOut().finally(() => location.assign("/sign-in")));
}
