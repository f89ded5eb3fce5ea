// SPDX-License-Identifier: EUPL-1.2
// The same page as in the privacy office.
export { mount } from "../../privacy/statement/view";
