// SPDX-License-Identifier: EUPL-1.2
// Made by tools/build.mjs: of the catalogues what push_words.ts says, and no more.
declare module "zegel:push-words" {
  const catalogues: Readonly<Record<string, Readonly<Record<string, string>>>>;
  export default catalogues;
}
