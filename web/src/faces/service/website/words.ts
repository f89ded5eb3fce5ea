// SPDX-License-Identifier: EUPL-1.2
// The words around a site: languages, states, and why letters wait.
import { t } from "../../../kit/words";
import type { Lang, Letter, Mail, Message } from "./types";

const LANGUAGES: Readonly<Record<Lang, string>> = { nl: "Nederlands", sv: "Svenska", de: "Deutsch", en: "English" };

export const languageName = (lang: Lang): string => LANGUAGES[lang];

export function messageState(state: Message["state"]): string {
  if (state === "new") return t("new");
  return state === "answered" ? t("answered") : t("closed");
}

export function letterState(state: Letter["state"]): string {
  if (state === "draft") return t("draft");
  if (state === "sending") return t("being sent");
  return state === "sent" ? t("sent") : t("stopped");
}

/** Why no letter leaves: what the mail server lacks. */
export function whyWaits(why: string): string {
  const words: Readonly<Record<string, string>> = {
    no_tls: t("The mail server offers no TLS, so nothing leaves. It waits."),
    untrusted: t("Nobody trusted signed the mail server’s certificate, so nothing leaves. It waits."),
    expired: t("The mail server’s certificate has expired, so nothing leaves. It waits."),
    other_name: t("The mail server’s certificate is of another name, so nothing leaves. It waits."),
    broken_tls: t("TLS with the mail server failed, so nothing leaves. It waits."),
    no_onward: t("The mail server can’t promise TLS up to the mailbox, so nothing leaves. It waits."),
    refused: t("The mail server does not take our password. It waits."),
  };
  return words[why] ?? t("The mail server can’t be reached. It waits.");
}

export function leavesBy(mail: Mail): string {
  if (mail.leaves === "starttls" || mail.leaves === "tls") return t("Letters leave over TLS whose certificate was verified, or they wait.");
  if (mail.leaves === "plain_local") return t("Letters go to a sink on this machine and leave it for nowhere: for tries only.");
  return t("Letters leave for nowhere: no mail server is set up, and they are only shown in the log.");
}
