// SPDX-License-Identifier: EUPL-1.2
// The owner's own log of use.
import { UseLog } from "../../evidence/uselog";
import type { Mount } from "../pages";

export const mount: Mount = (host, ctx) => {
  void new UseLog(host, { session: ctx.session, standing: "owner", ask: (method, path, body) => ctx.port.ask(method, path, body), failed: (error) => ctx.failed(error), toast: ctx.toast, dialog: ctx.dialog });
  return { close: () => undefined };
};
