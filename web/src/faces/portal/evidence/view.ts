// SPDX-License-Identifier: EUPL-1.2
// Evidence for the police, made by the owner.
import { EvidenceDesk } from "../../evidence/desk";
import type { Mount } from "../pages";

export const mount: Mount = (host, ctx) => {
  const desk = new EvidenceDesk(host, { session: ctx.session, standing: "owner", ask: (method, path, body) => ctx.port.ask(method, path, body), failed: (error) => ctx.failed(error), toast: ctx.toast, dialog: ctx.dialog }, null);
  return { close: () => desk.close() };
};
