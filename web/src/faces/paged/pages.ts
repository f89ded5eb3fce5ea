// SPDX-License-Identifier: EUPL-1.2
// A face of many pages (the privacy office, the service's office): what a page is, and what it may use of the house. A page is a module of
// its own, with its own stylesheet and catalogue, fetched when it is first opened; what it says needs attention stands on the start page.
import type { Session } from "../../client/session";
import type { openDialog } from "../../kit/dialog";
import type { IconName } from "../../kit/icons";
import type { Part } from "../../kit/dom";
import type { toast } from "../../kit/toast";
import type { Mounted } from "../opened";
import type { Port } from "../port";

export type { Mounted } from "../opened";

export const HOME = "start";

export interface Who {
  readonly id: string;
  readonly name: string;
  readonly party: string;
  readonly partyId: string;
  readonly role: string;
}

/** What a page may use of the house. */
export interface Ctx {
  readonly me: Who;
  readonly session: Session;
  readonly port: Port;
  /** Asks the API (`/api/v1` before the path); what goes wrong is a Refusal with a sentence for the person. */
  readonly ask: Port["ask"];
  nowMs(): number;
  /** Calls for every event of this party; gives back what stops it. */
  events(heard: (topic: string, data: Readonly<Record<string, unknown>>) => void): () => void;
  /** Calls every second; gives back what stops it. */
  ticks(tick: (nowMs: number) => void): () => void;
  go(view: string, id?: string): void;
  /** Something was done: what needs attention is asked anew. */
  changed(): void;
  /** Shows what went wrong in the person's words, or leads to sign-in. */
  failed(error: unknown): void;
  readonly toast: typeof toast;
  readonly dialog: typeof openDialog;
}

/** `id`: what follows the view in the address when it is opened (<root><view>/<id>). */
export type Mount = (host: HTMLElement, ctx: Ctx, id: string | null) => Mounted;

/** One thing that somebody must look at, in a translated sentence. */
export interface Attention {
  readonly words: string;
  readonly detail?: string;
  readonly dueMs?: number | null;
  readonly tone: "" | "warn" | "alarm";
  /** Where on the page. */
  readonly id?: string;
}

export interface Page<Section extends string = string, Role extends string = string> {
  readonly view: string;
  readonly title: () => string;
  readonly icon: IconName;
  readonly section: Section;
  readonly roles: readonly Role[];
  readonly css?: string;
  readonly load: () => Promise<{ readonly mount: Mount }>;
  /** What of it needs attention now: a small module, asked at the start and when something happens. */
  readonly attention?: () => Promise<{ readonly attention: (ctx: Ctx) => Promise<readonly Attention[]> }>;
}

/** One face: its address, its pages, and the words around them. */
export interface Face {
  /** Where it stands, with a slash at its end. */
  readonly root: string;
  readonly name: () => string;
  /** The name of its stylesheet, beside which the pages' own are. */
  readonly style: string;
  readonly pages: readonly Page[];
  /** In their order; what is of no section named here (hidden) is in no navigation. */
  readonly sections: readonly string[];
  readonly sectionName: (section: string) => string;
  readonly attentionWords: () => string;
  readonly nothingWords: () => string;
  /** What stands in the bar for this role: a report of a breach, the way to his other work. */
  readonly back: (who: Who) => Part;
}

export const pageOf = (face: Face, view: string): Page | undefined => face.pages.find((page) => page.view === view);

export const seenBy = (page: Page, role: string): boolean => page.roles.includes(role);

/** The pages that a role sees in the navigation, by section. */
export function shown(face: Face, role: string): readonly { readonly section: string; readonly pages: readonly Page[] }[] {
  const seen = face.pages.filter((page) => seenBy(page, role));
  return face.sections.map((section) => ({ section, pages: seen.filter((page) => page.section === section) })).filter(({ pages }) => pages.length > 0);
}
