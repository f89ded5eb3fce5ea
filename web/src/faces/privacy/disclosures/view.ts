// SPDX-License-Identifier: EUPL-1.2
// Orders and disclosures: the provider's privacy officer, who opens nothing; or two persons of an alarm centre, for one alarm (the address
// names it: /backoffice/privacy/disclosures/<alarm>).
import { EvidenceDesk } from "../../evidence/desk";
import type { Mount } from "../pages";

export const mount: Mount = (host, ctx, id) => {
  const standing = ["operator", "supervisor"].includes(ctx.me.role) ? "centre" : "provider";
  const desk = new EvidenceDesk(host, { session: ctx.session, standing, ask: (method, path, body) => ctx.ask(method, path, body), failed: (error) => ctx.failed(error), toast: ctx.toast, dialog: ctx.dialog }, id);
  return { close: () => desk.close() };
};
