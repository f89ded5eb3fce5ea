// SPDX-License-Identifier: EUPL-1.2
// The office's words for the API's.
import { t } from "../../kit/words";
import { matter } from "../portal/sites/words";
import { faultName } from "./maintenance";
import type { IconName } from "../../kit/icons";
import type { Tab } from "./model";
import type { Task } from "./types";

export function tabName(tab: Tab): string {
  switch (tab) {
    case "tasks": return t("Tasks");
    case "jobs": return t("Malfunctions");
    case "customers": return t("Customers");
    case "sites": return t("Sites and units");
    case "stock": return t("Stock");
    case "papers": return t("Certificates");
  }
}

export const tabIcon: Readonly<Record<Tab, IconName>> = { tasks: "list", jobs: "tool", customers: "building", sites: "device", stock: "parking", papers: "shield" };

export function taskTitle(task: Task): string {
  if (task.title !== "") return task.title;
  const name = task.name || task.customer;
  switch (task.kind) {
    case "agreement_unsigned": return t("{name} has signed no agreement", { name });
    case "certificate_ends": return t("Certificate {scheme} of {name} ends", { scheme: task.detail.toUpperCase(), name: task.place || name });
    case "statement_ends": return t("{name}’s confidentiality statement ends", { name });
    case "statement_missing": return t("{name} has signed no confidentiality statement", { name });
    case "sign_missing": return t("No sign hangs at {name}", { name });
    case "unit_silent": return t("{name} is out of contact", { name });
    case "malfunction": return t("{name}: {fault}", { name, fault: faultName(task.detail) });
    case "telemetry": return t("{name}: {condition}", { name, condition: conditionName(task.detail) });
    default: return task.words;
  }
}

/** What is the matter; a camera's condition is kept as "word/camera". */
export const conditionName = (condition: string): string => matter(condition.split("/")[0] ?? "");

export function foundName(kind: string): string {
  switch (kind) {
    case "customer": return t("Customer");
    case "site": return t("Site");
    case "unit": return t("Unit");
    case "camera": return t("Camera");
    case "panel": return t("Panel");
    case "contact": return t("Contact");
    case "person": return t("Colleague");
    case "item": return t("Stock");
    default: return t("Task");
  }
}

/** What tells it from another of that name. */
export const besideName = (kind: string, beside: string): string => (kind === "customer" ? partyKind(beside) : beside);

export function partyKind(kind: string): string {
  if (kind === "company") return t("Company");
  return kind === "household" ? t("Household") : t("Person");
}

export function itemState(state: string): string {
  switch (state) {
    case "stock": return t("In stock");
    case "at_site": return t("At a site");
    case "returned": return t("Returned");
    case "repair": return t("In repair");
    default: return t("Scrapped");
  }
}

export function itemKind(kind: string): string {
  if (kind === "unit") return t("Unit");
  return kind === "camera" ? t("Camera") : t("Part");
}

export function signedHow(how: string): string {
  if (how === "online") return t("signed online");
  return how === "email" ? t("agreed by e-mail") : t("on paper");
}

/** "home-se": the kind of place, and the country whose terms hold. */
export function profileName(profile: string): string {
  const [kind = "", country = ""] = profile.split("-");
  if (kind === "site") return t("Building sites ({country})", { country });
  return kind === "home" ? t("Homes ({country})", { country }) : profile;
}
