// SPDX-License-Identifier: EUPL-1.2
// The log of use, as the privacy office reads it and hands it over.
import { UseLog } from "../../evidence/uselog";
import type { Mount } from "../pages";

export const mount: Mount = (host, ctx) => {
  void new UseLog(host, { session: ctx.session, standing: "provider", ask: (method, path, body) => ctx.ask(method, path, body), failed: (error) => ctx.failed(error), toast: ctx.toast, dialog: ctx.dialog });
  return { close: () => undefined };
};
