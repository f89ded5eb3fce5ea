// SPDX-License-Identifier: EUPL-1.2
import type { Mount } from "../pages";
import { Incidents } from "./controller";
import { page } from "./page";

export const mount: Mount = (host, ctx, id) => new Incidents(host, {
  ask: ctx.ask, role: ctx.me.role, nowMs: () => ctx.nowMs(), go: (to) => (to === null ? ctx.go("incidents") : ctx.go("incidents", to)),
  failed: (error) => ctx.failed(error), changed: () => ctx.changed(), events: (heard) => ctx.events(heard), ticks: (tick) => ctx.ticks(tick), cover: null,
}, id, page);
