// SPDX-License-Identifier: EUPL-1.2
// The customer's incidents: the same page as the privacy office's, with his own keys at hand.
import { coverHold } from "../../../client/holds";
import { Incidents } from "../../privacy/incidents/controller";
import type { Hold } from "../../privacy/incidents/model";
import { page } from "../../privacy/incidents/page";
import type { Mount } from "../pages";

const timeOf = ({ id, from_ms, to_ms }: Hold): { id: string; fromMs: number; toMs: number } => ({ id, fromMs: from_ms, toMs: to_ms });

export const mount: Mount = (host, ctx, id) => new Incidents(host, {
  ask: (method, path, body) => ctx.port.ask(method, path, body), role: ctx.state().me.role, nowMs: () => ctx.port.nowMs(), go: (to) => (to === null ? ctx.go("incidents") : ctx.go("incidents", to)),
  failed: (error) => ctx.failed(error), changed: () => undefined, events: (heard) => ctx.events(heard), ticks: (tick) => ctx.watch((state) => tick(state.nowMs)),
  cover: ctx.state().me.role === "owner" ? (hold, all) => coverHold(ctx.session, timeOf(hold), all.map(timeOf)) : null,
}, id, page);
