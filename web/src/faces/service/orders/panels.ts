// SPDX-License-Identifier: EUPL-1.2
// Cards that other parts of the service put on an order's page, one line each; each is fetched when an order is opened.
import type { Ctx, Role } from "../pages";
import type { Mounted } from "../../opened";

export interface Panel {
  readonly name: string;
  readonly roles: readonly Role[];
  /** Draws itself in `host`, with its own heading; `changed`: something of the order changed by it. */
  readonly load: () => Promise<{ readonly mount: (host: HTMLElement, ctx: Ctx, orderId: string, changed: () => void) => Mounted }>;
}

export const PANELS: readonly Panel[] = [
  { name: "steps", roles: ["owner", "desk", "admin", "privacy_officer"], load: () => import("../partners/panel") },
  { name: "invoices", roles: ["owner", "desk"], load: () => import("../invoices/panel") },
];
