// SPDX-License-Identifier: EUPL-1.2
import { t } from "../../../kit/words";

export const kindName = (kind: string): string => (kind === "general_terms" ? t("General terms") : kind === "industry_terms" ? t("Industry terms") : t("Privacy policy"));

export const answerName = (answer: string): string => (answer === "carried_out" ? t("carried out") : answer === "declined" ? t("declined") : t("breaks the law"));

export const howGiven = (how: string): string => (how === "portal" ? t("in the portal") : how === "letter" ? t("by letter") : t("spoken"));

export const howSigned = (how: string): string => (how === "online" ? t("signed online") : how === "email" ? t("agreed by e-mail") : t("on paper"));
