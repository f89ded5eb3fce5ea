// SPDX-License-Identifier: EUPL-1.2
// What the codes of keys and webhooks say.
import { t } from "../../../kit/words";

export function scopeName(scope: string): string {
  switch (scope) {
    case "orders.read": return t("read orders");
    case "orders.write": return t("open orders");
    case "products.read": return t("read the catalogue");
    case "products.write": return t("add to the catalogue");
    case "registrations.read": return t("read registered things");
    case "registrations.write": return t("register things");
    case "customers.read": return t("read customers’ details");
    case "steps.read": return t("read steps, as a partner");
    case "steps.write": return t("accept and finish steps, as a partner");
    default: return scope;
  }
}

export function topicName(topic: string): string {
  switch (topic) {
    case "order.opened": return t("an order came in");
    case "order.changed": return t("an order changed");
    case "order.planned": return t("a visit was planned");
    case "order.closed": return t("an order was closed");
    case "product.registered": return t("a thing was registered");
    case "customer.changed": return t("a customer’s details changed");
    case "customer.anonymised": return t("a customer was anonymised");
    case "customer.merged": return t("two customers became one");
    case "webhook.ping": return t("a trial");
    default: return topic;
  }
}

export function faultName(fault: string, status: number): string {
  switch (fault) {
    case "address": return t("its name leads to a private network; we don’t go there");
    case "unreachable": return t("nobody answered");
    case "certificate": return t("its certificate is not valid");
    case "status": return t("it answered {status}", { status });
    case "gone": return t("it answered that it wants no more");
    default: return "";
  }
}
