// SPDX-License-Identifier: EUPL-1.2
// A film behind a link: what lies on the server opens with the link's own key, whole and in order, and with nothing else.
import assert from "node:assert/strict";
import { test } from "node:test";
import { keyOfFragment, newKey, openPiece, PIECE, piecesOf, sealPiece } from "../src/records/handed";
import { SealError } from "../src/seal/errors";

const FILM = "0b7f5c7e-0000-4000-8000-000000000001";

test("pieces open with the key of the link, each in its place, and say nothing without it", async () => {
  const plain = crypto.getRandomValues(new Uint8Array(40_000));
  const { key, fragment } = await newKey();
  const sealed = await sealPiece(key, FILM, 1, 3, plain);
  const again = await keyOfFragment(fragment);
  assert.deepEqual(await openPiece(again, FILM, 1, 3, sealed), plain);
  assert.equal(Buffer.from(sealed).includes(Buffer.from(plain.subarray(0, 16))), false);
  const other = await newKey();
  const changed = Uint8Array.from(sealed, (byte, at) => (at === 7 ? byte ^ 1 : byte));
  for (const [by, film, number, of, data] of [[other.key, FILM, 1, 3, sealed], [again, FILM, 2, 3, sealed], [again, FILM, 1, 2, sealed], [again, FILM.replace("1", "2"), 1, 3, sealed], [again, FILM, 1, 3, changed], [again, FILM, 1, 3, sealed.subarray(0, 8)]] as const) {
    await assert.rejects(openPiece(by, film, number, of, data), SealError);
  }
});

test("a link that lost its end opens nothing", async () => {
  for (const fragment of ["", "short", "not base64!"]) await assert.rejects(keyOfFragment(fragment), SealError);
  assert.deepEqual([piecesOf(1), piecesOf(PIECE), piecesOf(PIECE + 1)], [1, 1, 2]);
});
