// SPDX-License-Identifier: EUPL-1.2
// Requests as the API tells them (/api/v1/requests).
export interface Short {
  readonly id: string;
  readonly number: string;
  readonly about: "footage" | "records";
  readonly rights: readonly string[];
  readonly channel: string;
  readonly state: "unconfirmed" | "open" | "answered" | "refused" | "withdrawn";
  readonly identity: "unknown" | "asked" | "established" | "failed";
  readonly approval: "not_needed" | "wanted" | "asked" | "given" | "sent_back";
  readonly outcome: string;
  readonly ground: string;
  readonly received_ms: number;
  readonly due_ms: number;
  readonly extended: boolean;
  readonly ended_ms: number | null;
  readonly controller: { readonly id: string; readonly name: string };
}

export interface Step {
  readonly at_ms: number;
  readonly what: string;
  readonly by: string;
  readonly words: string;
}

export interface Deed {
  readonly deed: string;
  readonly count: number;
  readonly words: string;
  readonly at_ms: number;
  readonly proof: string | null;
}

export interface Whole extends Short {
  readonly now_ms: number;
  readonly name: string;
  readonly email: string;
  readonly phone: string;
  readonly postal: string;
  readonly text: string;
  readonly language: string;
  readonly look: string;
  readonly site: { readonly id: string; readonly name: string; readonly tz: string } | null;
  readonly from_ms: number | null;
  readonly to_ms: number | null;
  readonly confirmed_ms: number | null;
  readonly identity_how: string;
  readonly identity_seen: string;
  readonly identity_by: string;
  readonly ways: readonly string[];
  readonly grounds: readonly { readonly ground: string; readonly article: string }[];
  readonly articles: Readonly<Record<string, string>>;
  readonly words: string;
  readonly erase_how: "" | "erase" | "anonymise";
  readonly subjects: readonly (readonly [string, string])[];
  readonly counts: Readonly<Record<string, number>>;
  readonly searched_ms: number | null;
  readonly approval_words: string;
  readonly approval_by: string;
  readonly forgotten_ms: number | null;
  readonly steps: readonly Step[];
  readonly deeds: readonly Deed[];
  readonly own: boolean;
  /** No link went out, so that it is printed. */
  readonly printable: boolean;
  readonly may: Readonly<Record<"change" | "answer" | "sign" | "record", boolean>>;
  /** Told once, to be told on. */
  readonly code?: string | null;
}

export interface Line {
  readonly model: string;
  readonly key: string;
  readonly field: string;
  readonly value: string | null;
  readonly free: boolean;
  readonly category: string;
  readonly purpose: string;
  readonly verdict: "give" | "edited" | "withhold" | null;
  readonly text: string;
}

export interface Recording {
  readonly camera_id: string;
  readonly camera: string;
  readonly unit: string;
  readonly from_ms: number;
  readonly to_ms: number;
  readonly seconds: number;
}

export interface Found {
  readonly left: number;
  readonly lines: readonly Line[];
  readonly recordings: readonly Recording[];
  readonly candidates: readonly { readonly kind: string; readonly value: string; readonly name: string; readonly beside: string }[];
}

export interface Erasing {
  readonly proof: string;
  readonly lines: readonly { readonly model: string; readonly fate: "gone" | "nameless" | "kept"; readonly count: number; readonly basis: string }[];
}

export interface Controller {
  readonly id: string;
  readonly name: string;
  readonly own: boolean;
  readonly sites: readonly { readonly id: string; readonly name: string; readonly tz: string }[];
}

export interface Listed {
  readonly now_ms: number;
  readonly requests: readonly Short[];
  readonly controllers: readonly Controller[];
  readonly rights: readonly { readonly right: string; readonly article: string }[];
}

export interface Figures {
  readonly count: number;
  readonly open: number;
  readonly late: number;
  readonly days: number | null;
}
