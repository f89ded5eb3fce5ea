// SPDX-License-Identifier: EUPL-1.2
// What the API says of the books. Amounts in cents; figures of a line as text, as they were written.
export interface May {
  readonly write: boolean;
  readonly issue: boolean;
  readonly pay: boolean;
  readonly export: boolean;
}

export interface Brief {
  readonly id: string;
  readonly kind: "invoice" | "credit";
  readonly state: "draft" | "issued";
  readonly number: string;
  readonly name: string;
  readonly customer_id: string | null;
  readonly order_id: string | null;
  readonly subject: string;
  readonly currency: string;
  readonly total_cents: number;
  readonly open_cents: number;
  readonly issued_on: string | null;
  readonly due_on: string | null;
  readonly made_ms: number;
  readonly settled: boolean;
  readonly sent_ms: number | null;
  readonly waits: boolean;
  readonly fault: string;
  readonly reminded: number;
}

export interface Listed {
  readonly invoices: readonly Brief[];
  readonly more: boolean;
  readonly today: string;
  readonly sums: { readonly drafts: number; readonly open: Readonly<Record<string, number>>; readonly overdue: Readonly<Record<string, number>>; readonly unmatched: number };
  readonly may: May;
}

export interface Buyer {
  readonly name: string;
  readonly attention: string;
  readonly street: string;
  readonly postcode: string;
  readonly city: string;
  readonly country: string;
  readonly email: string;
  readonly vat_id: string;
  readonly registration: string;
}

export interface Line {
  readonly text: string;
  readonly quantity: string;
  readonly unit: string;
  readonly price: string;
  readonly discount: string;
  readonly category: string;
  readonly rate: string;
  readonly reason: string;
  readonly net_cents?: number;
  readonly shown_cents?: number;
}

export interface Group {
  readonly category: string;
  readonly rate: string;
  readonly net_cents: number;
  readonly vat_cents: number;
}

export interface Paperwork {
  readonly id: string;
  readonly number: string;
  readonly customer_id: string | null;
  readonly order_id?: string | null;
  readonly buyer: Buyer;
  readonly language: string;
  readonly subject: string;
  readonly note: string;
  readonly currency: string;
  readonly net_cents: number;
  readonly vat_cents: number;
  readonly rounding_cents: number;
  readonly prices_with_vat: boolean;
  readonly total_cents: number;
  readonly lines: readonly Line[];
  readonly groups: readonly Group[];
}

export interface Invoice extends Brief, Omit<Paperwork, "id" | "number" | "customer_id" | "order_id" | "subject" | "currency" | "total_cents"> {
  readonly buyer_reference: string;
  readonly purchase_order: string;
  readonly delivered_on: string | null;
  readonly payment_days: number;
  readonly reference: string;
  readonly corrects: Brief | null;
  readonly corrects_why: string;
  readonly corrections: readonly Brief[];
  readonly sent_to: string;
  readonly kept_until: string | null;
  readonly customer_number: number | null;
  readonly customer_gone: boolean;
  readonly faults: readonly string[];
  readonly settlements: readonly { readonly id: string; readonly cents: number; readonly how: string; readonly made_ms: number; readonly way: string; readonly from: string; readonly on: string | null; readonly undone: boolean }[];
  readonly reminders: readonly { readonly level: number; readonly made_ms: number; readonly told_ms: number | null; readonly pay_by: string; readonly to: string; readonly fault: string }[];
  readonly may: May;
}

export interface OfferBrief {
  readonly id: string;
  readonly number: string;
  readonly state: "open" | "sent" | "accepted" | "declined";
  readonly name: string;
  readonly subject: string;
  readonly currency: string;
  readonly total_cents: number;
  readonly made_ms: number;
  readonly valid_until: string;
  readonly sent_ms: number | null;
  readonly customer_id: string | null;
  readonly invoice_id: string | null;
}

export type Offer = OfferBrief & Paperwork;

export interface Terms {
  readonly rates: readonly { readonly name: string; readonly rate: string }[];
  readonly units: readonly { readonly code: string; readonly name: string }[];
  readonly settings: Settings;
  readonly seller: Readonly<Record<string, string>>;
  readonly missing: readonly string[];
  readonly currency: string;
  readonly may: May;
}

export interface Settings {
  readonly payment_days: number;
  readonly offer_days: number;
  readonly reminder_days: number;
  readonly small_firm: boolean;
  readonly prices_with_vat: boolean;
  readonly footer: string;
  readonly tax_number: string;
}

export interface Payment {
  readonly id: string;
  readonly amount_cents: number;
  readonly left_cents: number;
  readonly currency: string;
  readonly way: string;
  readonly booked_on: string;
  readonly name: string;
  readonly iban: string;
  readonly reference: string;
  readonly text: string;
  readonly set_aside: string;
  readonly reversal: boolean;
  readonly for: readonly { readonly id: string; readonly invoice_id: string; readonly number: string; readonly cents: number }[];
  readonly suggestions: readonly { readonly id: string; readonly number: string; readonly name: string; readonly open_cents: number; readonly why: string }[];
}

export interface Payments {
  readonly payments: readonly Payment[];
  readonly more: boolean;
  readonly unmatched: number;
  readonly statements: readonly { readonly id: string; readonly account: string; readonly imported_ms: number; readonly entries: number; readonly new: number }[];
  readonly may: May;
}

export interface Taken {
  readonly bookings: number;
  readonly new: number;
  readonly matched: number;
  readonly accounts: readonly string[];
  readonly not_adding_up: number;
}

export interface Books {
  readonly taxes: readonly { readonly category: string; readonly rate: string; readonly currency: string; readonly net_cents: number; readonly vat_cents: number; readonly papers: number }[];
  readonly agreement: Agreement | null;
}

export interface Agreement {
  readonly id: string;
  readonly person_id: string;
  readonly name: string;
  readonly firm: string;
  readonly reference: string;
  readonly signed_on: string;
  readonly from_ms: number;
  readonly until_ms: number;
  readonly ended_ms: number | null;
}

export interface Agreements {
  readonly agreements: readonly Agreement[];
  readonly accountants: readonly { readonly id: string; readonly name: string }[];
  readonly may_record: boolean;
  readonly now_ms: number;
}
