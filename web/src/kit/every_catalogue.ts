// SPDX-License-Identifier: EUPL-1.2
// All languages in one file, for what is one file: see catalogue.ts.
import de from "../i18n/de.json" with { type: "json" };
import nl from "../i18n/nl.json" with { type: "json" };
import sv from "../i18n/sv.json" with { type: "json" };
import type { Catalogue } from "./catalogue";

const catalogues: Readonly<Record<string, Catalogue>> = { nl, sv, de };

export const catalogue: Catalogue = catalogues[globalThis.document?.documentElement.lang.slice(0, 2) ?? "en"] ?? {};
