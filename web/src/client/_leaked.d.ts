// SPDX-License-Identifier: EUPL-1.2
// Made by tools/build.mjs out of the list that comes with Django: one a line, in lower case.
declare module "zegel:leaked-passwords" {
  const words: string;
  export default words;
}
