// SPDX-License-Identifier: EUPL-1.2
// A firm's own site, as the API tells of it.

export type Lang = "nl" | "sv" | "de" | "en";

export interface PageText {
  readonly title: string;
  readonly summary: string;
  readonly body: string;
}

export type Texts<T> = Readonly<Partial<Record<Lang, T>>>;

export interface Site {
  readonly slug: string;
  readonly name: string;
  readonly languages: readonly Lang[];
  readonly imprint: string;
  readonly told: string;
  readonly security: string;
  readonly has_form: boolean;
  readonly has_newsletter: boolean;
  readonly counts: boolean;
  readonly published_ms: number | null;
  readonly address: string;
}

export interface SitePage {
  readonly id: string;
  readonly slug: string;
  readonly in_menu: boolean;
  readonly texts: Texts<PageText>;
  readonly changed_ms: number;
  readonly published_ms: number | null;
  readonly differs: boolean;
  readonly address: string;
}

export interface Picture {
  readonly name: string;
  /** What it shows, for who can't see it. */
  readonly alts: Readonly<Partial<Record<Lang, string>>>;
  readonly width: number;
  readonly height: number;
  readonly address: string;
}

/** How letters leave: over which protection, signed with which record, and whether lost ones come back. */
export interface Mail {
  readonly leaves: "nowhere" | "starttls" | "tls" | "plain_local";
  readonly sender: string;
  readonly signed: { readonly name: string; readonly value: string } | null;
  readonly bounces: boolean;
}

export interface Whole {
  readonly site: Site | null;
  readonly pages: readonly SitePage[];
  readonly pictures: readonly Picture[];
  readonly languages: readonly Lang[];
  readonly mail?: Mail;
}

export interface Message {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly phone: string;
  readonly text: string;
  readonly received_ms: number;
  readonly state: "new" | "answered" | "closed";
  readonly answer: string;
  readonly answered_ms: number | null;
  readonly sent_ms: number | null;
  readonly by: string;
}

export interface LetterText {
  readonly subject: string;
  readonly body: string;
}

export interface Letter {
  readonly id: string;
  readonly texts: Texts<LetterText>;
  readonly state: "draft" | "sending" | "sent" | "stopped";
  readonly made_ms: number;
  readonly sent_ms: number | null;
  readonly ready: boolean;
  readonly counts: Readonly<Partial<Record<"waiting" | "sent" | "refused" | "bounced" | "skipped", number>>>;
}

export interface Letters {
  readonly newsletters: readonly Letter[];
  readonly subscribers: Readonly<Partial<Record<"asked" | "confirmed" | "bounced", number>>>;
}

export interface Figures {
  readonly days: readonly { readonly day: string; readonly views: number; readonly visits: number }[];
  readonly pages: readonly { readonly page: string; readonly views: number; readonly visits: number }[];
}
