// SPDX-License-Identifier: EUPL-1.2
// The client library: everything a page (or a program in Node) needs, and nothing of how it looks.
export { Api } from "./api";
export * from "./alarms";
export * from "./errors";
export * from "./events";
export * from "./ledger";
export * from "./owner";
export { type PartyInfo, type PersonInfo, Session, type SignInStep, restore, signIn, signOut } from "./session";
export type { MissingStretch } from "./chains";
export { type How, type Standing, type UnitTrust, Trust } from "./trust";
export { type OpenedSegment, type StopReason, View, type ViewNow, type ViewRequest, openView } from "./view";
