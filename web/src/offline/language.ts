// SPDX-License-Identifier: EUPL-1.2
// This page comes from no server that knows its reader: his browser says which of its four languages he reads.
const [wanted = "en"] = navigator.languages.map((each) => each.slice(0, 2)).filter((each) => ["en", "nl", "sv", "de"].includes(each));
document.documentElement.lang = wanted;
export {};
