// SPDX-License-Identifier: EUPL-1.2
// What the server says of tenants and their people.
export interface Right {
  readonly id: string;
  readonly plan: string;
  readonly users: number;
  readonly billing: string;
  readonly price_cents: number;
  readonly valid_from_ms: number;
  readonly valid_to_ms: number | null;
  readonly exit_ms: number | null;
  readonly reference: string;
  readonly ended_why: string;
}

export interface Brand {
  readonly slug: string;
  readonly active: boolean;
  readonly name: string;
  readonly colour: string;
  readonly accent: string;
  readonly logo: string | null;
  readonly logo_alt: string;
  readonly languages: readonly string[];
  readonly privacy_url: string;
  readonly privacy_text: Readonly<Record<string, string>>;
  readonly has_statement: boolean;
  readonly imprint: Readonly<Record<string, string>>;
}

export interface Tenant {
  readonly profile: string;
  readonly sign_in: string;
  readonly since_ms: number;
  readonly brand: Brand;
  readonly may_change: boolean;
  readonly may_take_out: boolean;
  readonly standing: string;
  readonly rights: readonly Right[];
  readonly right: Right | null;
  readonly users: number | null;
  readonly taken_out_ms: number | null;
}

/** From which address letters come, and what the DNS must say. */
export interface Sender {
  readonly provider: string;
  readonly own: { readonly address: string; readonly verified_ms: number | null; readonly looked_ms: number | null } | null;
  readonly records: readonly { readonly use: "dkim" | "dmarc" | "spf"; readonly name: string; readonly value: string; readonly must: boolean; readonly found: boolean | null }[];
}

export interface Removal {
  readonly id: string;
  readonly tenant_id: string;
  readonly asked_ms: number;
  readonly due_ms: number;
  readonly done_ms: number | null;
  readonly removed: Readonly<Record<string, number>>;
  readonly left: Readonly<Record<string, number>>;
  readonly sha256: string | null;
}

export interface Served {
  readonly owner_id: string;
  readonly name: string;
  readonly profile: string;
  readonly slug: string;
  readonly since_ms: number;
  readonly standing: string;
  readonly users: number;
  readonly right: Right | null;
  readonly taken_out_ms: number | null;
  readonly removal: Removal | null;
}

export interface Tenants {
  readonly now_ms: number;
  readonly tenants: readonly Served[];
  readonly candidates: readonly { readonly owner_id: string; readonly name: string }[];
  readonly removed: readonly Removal[];
}

export interface Func {
  readonly id: string;
  readonly name: string;
  readonly tasks: readonly string[];
  readonly role: string;
}

export interface Employee {
  readonly id: string;
  readonly name: string;
  readonly person_id: string | null;
  readonly function: Func;
  readonly since_ms: number;
  readonly left_ms: number | null;
  readonly left_why: string;
  readonly invited: boolean;
  readonly invitation_ends_ms: number | null;
  readonly login_code: string | null;
  readonly statement_until_ms: number | null;
  readonly policy_ms: number | null;
  readonly lesson_ms: number | null;
}

export interface Contract {
  readonly id: string;
  readonly person_id: string;
  readonly name: string;
  readonly organisation: string;
  readonly reference: string;
  readonly valid_from_ms: number;
  readonly valid_to_ms: number;
  readonly ended_ms: number | null;
}

export interface Staff {
  readonly now_ms: number;
  readonly sign_in: string;
  readonly may_change: boolean;
  readonly may_record: boolean;
  /** Nobody else could record a contract: then one's own is one's own to record. */
  readonly alone: boolean;
  readonly roles: readonly string[];
  readonly functions: readonly Func[];
  readonly employees: readonly Employee[];
  readonly others: readonly { readonly person_id: string; readonly name: string; readonly role: string }[];
  readonly contracts: readonly Contract[];
  readonly administrators: readonly { readonly person_id: string; readonly name: string; readonly in_date: boolean }[];
  readonly policy: string | null;
}

export interface Lesson {
  readonly version: number;
  readonly text: readonly string[];
  readonly questions: readonly { readonly id: string; readonly what: string }[];
  readonly passed_ms: number | null;
  readonly may_write: boolean;
  /** What the organisation adds, as it was written. */
  readonly own: OwnLesson | null;
}

export type Said = Readonly<Record<string, string>>;

export interface OwnCase {
  readonly what: Said;
  readonly why: Said;
  readonly breach: boolean;
}

export interface OwnLesson {
  readonly version: number;
  readonly words: Said;
  readonly cases: readonly OwnCase[];
}

export interface Marked {
  readonly passed: boolean;
  readonly right: number;
  readonly asked: number;
  readonly questions: readonly { readonly id: string; readonly right: boolean; readonly breach: boolean; readonly why: string }[];
}
