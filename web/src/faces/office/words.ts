// SPDX-License-Identifier: EUPL-1.2
// The office's words for the API's.
import { t } from "../../kit/words";
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

export function conditionName(condition: string): string {
  switch (condition) {
    case "battery_low": return t("Battery low");
    case "storage_low": return t("Storage nearly full");
    case "clock_off": return t("Clock is off");
    case "stream_down": return t("A camera gives no picture");
    case "too_hot": return t("Too hot");
    case "too_cold": return t("Too cold");
    case "signal_weak": return t("Weak signal");
    case "data_month": return t("Much mobile data this month");
    case "silent_unit": return t("No contact");
    case "spool_high": return t("Much is waiting to be sent");
    default: return t("Condition: {word}", { word: condition.replaceAll("_", " ") });
  }
}

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

export function profileName(profile: string): string {
  switch (profile) {
    case "site-nl": return t("Building sites (nl)");
    case "home-se": return t("Homes (se)");
    case "home-de": return t("Homes (de)");
    default: return profile;
  }
}
