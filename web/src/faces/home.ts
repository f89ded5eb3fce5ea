// SPDX-License-Identifier: EUPL-1.2
// Where a role works: the page that sign-in leads to.
const HOMES: Readonly<Record<string, string>> = {
  operator: "/console/", supervisor: "/console/", owner: "/portal/", member: "/portal/", auditor: "/backoffice/privacy/",
  desk: "/service/", bookkeeper: "/service/", accountant: "/service/", mechanic: "/partner/", repairer: "/partner/", carrier: "/partner/",
};
/** Pages of another face that a role has too. */
const ALSO: Readonly<Record<string, readonly string[]>> = { supervisor: ["/backoffice/plans/"], owner: ["/service/", "/portal/", "/partner/firm"], admin: ["/service/"], privacy_officer: ["/service/"] };

/** `tenant`: of a firm that has an office of its own for service or customers. */
export const homeOf = (role: string, tenant = false): string => (role === "owner" && tenant ? "/service/" : HOMES[role] ?? "/backoffice/");

/** The path asked for when it is one of this role's own, else his home. */
export function destinationOf(role: string, asked: string, tenant = false): string {
  const home = homeOf(role, tenant);
  return [home, ...(ALSO[role] ?? [])].some((root) => asked.startsWith(root)) ? asked : home;
}
