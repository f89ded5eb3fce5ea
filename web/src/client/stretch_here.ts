// SPDX-License-Identifier: EUPL-1.2
// Argon2id by hash-wasm, in place.
import { argon2id } from "hash-wasm";
import { ARGON2ID, type Stretch } from "../seal/account";
import { copy } from "../seal/bytes";

export const stretchHere: Stretch = async (password, salt) => {
  const { memoryKiB, iterations, parallelism, size } = ARGON2ID;
  const options = { password, salt, memorySize: memoryKiB, iterations, parallelism, hashLength: size, outputType: "binary" as const };
  return copy(await argon2id(options));
};
