// SPDX-License-Identifier: EUPL-1.2
// What the API says of breaches.
export interface Duty {
  readonly id: string;
  readonly kind: "customer" | "authority" | "people";
  readonly towards: string | null;
  readonly name: string;
  readonly started_ms: number;
  readonly due_ms: number | null;
  readonly source: string;
  readonly met_ms: number | null;
  readonly complete: boolean;
  readonly late_reason: string;
  readonly dropped_ms: number | null;
}

export interface Brief {
  readonly id: string;
  readonly number: number;
  readonly state: string;
  readonly what: string;
  readonly known_ms: number;
  readonly reported_ms: number;
  readonly reported_by: string;
  readonly risk: string;
  readonly reason: string;
  readonly closed_ms: number | null;
  readonly duties: readonly Duty[];
}

export interface Line {
  readonly model: string;
  readonly categories: readonly string[];
  readonly subjects: readonly string[];
  readonly records: number;
  readonly people: number | null;
}

export interface Affected {
  readonly id: string;
  readonly party_id: string;
  readonly name: string;
  readonly side: "processor" | "controller";
  readonly people: number | null;
  readonly records: number;
  readonly counted_people: number | null;
  readonly counted_records: number;
  readonly said: boolean;
  readonly lines: readonly Line[];
  readonly counted_ms: number;
}

export interface Notice {
  readonly id: string;
  readonly duty_id: string;
  readonly phase: number;
  readonly final: boolean;
  readonly how: string;
  readonly language: string;
  readonly to: string;
  readonly reference: string;
  readonly subject: string;
  readonly text: string;
  readonly sha256: string;
  readonly made_ms: number;
  readonly by: string;
  readonly told_ms: number | null;
  readonly fault: string;
}

export interface Measure {
  readonly id: string;
  readonly words: string;
  readonly person_id: string;
  readonly name: string;
  readonly due_ms: number;
  readonly done_ms: number | null;
  readonly done_by: string;
}

export interface By {
  readonly name: string;
  readonly at_ms: number;
}

export interface Named {
  readonly id: string;
  readonly name: string;
}

export interface Scope {
  readonly categories: readonly string[];
  readonly models: readonly string[];
  readonly owners: readonly string[];
  readonly sites: readonly string[];
  readonly cameras: readonly string[];
}

export interface Case extends Brief {
  readonly now_ms: number;
  readonly began_ms: number | null;
  readonly ended_ms: number | null;
  readonly nature: readonly string[];
  readonly cause: string;
  readonly scope: Scope | null;
  readonly assessed: By | null;
  readonly severity: string;
  readonly likelihood: string;
  readonly consequences: string;
  readonly judged: By | null;
  readonly evaluation: string;
  readonly lessons: string;
  readonly evaluated: By | null;
  readonly closed: By | null;
  readonly affected: readonly Affected[];
  readonly notices: readonly Notice[];
  readonly measures: readonly Measure[];
  readonly people: readonly Named[];
}

export interface Choices {
  readonly categories: readonly { readonly category: string; readonly name: string }[];
  readonly models: readonly { readonly model: string; readonly categories: readonly string[] }[];
  readonly parties: readonly { readonly id: string; readonly name: string; readonly ours: boolean }[];
  readonly sites: readonly { readonly id: string; readonly name: string; readonly owner_id: string }[];
  readonly cameras: readonly { readonly id: string; readonly name: string; readonly site_id: string }[];
  readonly people: readonly Named[];
}
