// SPDX-License-Identifier: EUPL-1.2
// The sentences of the page's own language; the others are not fetched. What is one file (tools/build.mjs: iife) takes
// every_catalogue.ts in its place.
export type Catalogue = Readonly<Record<string, string | readonly string[]>>;

const catalogues: Readonly<Record<string, () => Promise<{ readonly default: Catalogue }>>> = {
  nl: () => import("../i18n/nl.json", { with: { type: "json" } }),
  sv: () => import("../i18n/sv.json", { with: { type: "json" } }),
  de: () => import("../i18n/de.json", { with: { type: "json" } }),
};

const language = globalThis.document?.documentElement.lang.slice(0, 2) ?? "en";

export const catalogue: Catalogue = (await catalogues[language]?.())?.default ?? {};
