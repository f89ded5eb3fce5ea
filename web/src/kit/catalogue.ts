// SPDX-License-Identifier: EUPL-1.2
// The sentences of the page's own language: the document names their file before its own module (kernel/page_tags.py), so
// that they are there when it begins and no other language is fetched. What is one file (tools/build.mjs) takes
// every_catalogue.ts in its place.
export type Catalogue = Readonly<Record<string, string | readonly string[]>>;

export const catalogue: Catalogue = (globalThis as { readonly zegelWords?: Catalogue }).zegelWords ?? {};
