# SPDX-License-Identifier: EUPL-1.2
"""`zegel open FILE`: checks a film or a package of originals without any network, says what it is, and writes the film.

    zegel open FILE [--code CODE] [--out FILM.mp4] [--key KEY]… [--words "eight words"]
        FILE is a `.zegel` package, or a film with its statement in it, a redacted one too. Of a package the film is
        written beside it (or to --out) when its code is given: --code, or typed when it is asked for.
        --words: the signer's eight words, as he read them out; another signer is refused.
        --key: a public key (base64) that may have signed it beside the owners of its unit.

Exit status: 0 everything holds, 1 refused, 2 used wrongly. No part of the server is imported here.
"""

from __future__ import annotations

import argparse
import base64
import getpass
import os
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from zegel.records import c2pa, redacted
from zegel.records import package as packages
from zegel.records.package import Package, What, check_words
from zegel.seal.account import RecoveryCode
from zegel.seal.errors import SealError
from zegel.seal.exported import Form
from zegel.seal.suite import sign_fingerprint
from zegel.seal.words import words

HOLDS, REFUSED, WRONG_USE = 0, 1, 2

_SAYS = {
    What.RECORDED: "recorded, and in this file",
    What.EMPTY: "nothing recorded, as the unit signed",
    What.LEFT_OUT: "recorded by the unit, NOT in this file",
    What.UNSIGNED: "not signed by the unit (yet)",
}


def main(argv: Sequence[str]) -> int:
    """Returns the exit status."""
    said = _parser().parse_args(argv)
    path = Path(said.file)
    try:
        data = path.read_bytes()
        trusted = [base64.b64decode(key, validate=True) for key in said.key]
    except (OSError, ValueError) as problem:
        print(f"zegel open: {problem}", file=sys.stderr)
        return WRONG_USE
    try:
        if redacted.is_redacted(data):
            print("\n".join(_redacted_report(data, trusted, said.words)))
            return HOLDS
        found = packages.read(data, trusted)
        check_words(found.signer, said.words)
        manifest = c2pa.read(data) if found.film is not None else None
        print("\n".join([*_report(found), *([] if manifest is None else [c2pa.told("C2PA", manifest)])]))
        if found.statement.form is Form.ORIGINALS:
            _write_film(found, path, said)
    except SealError as error:
        print(f"REFUSED ({error.code}): {error}\n{error.action}", file=sys.stderr)
        return REFUSED
    return HOLDS


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="zegel open", description="Check a file that left somebody's hands.")
    parser.add_argument("file", metavar="FILE")
    parser.add_argument("--code", default="", help="what opens a package: 36 letters and digits")
    parser.add_argument("--out", type=Path, default=None, metavar="FILM.mp4")
    parser.add_argument("--key", action="append", default=[], metavar="KEY")
    parser.add_argument("--words", default="", metavar="WORDS")
    return parser


def _report(found: Package) -> list[str]:
    said, zone = found.statement, _zone(found.statement.zone)
    owner = any(one.sign_pk == found.signer for one in found.keyset.owners)
    who = "an owner of the unit" if owner else "a key that you named"
    lines = [
        "Everything in this file holds.",
        f"  what       {said.form.value} of {said.camera_name or said.camera.hex()}, {said.site_name}".rstrip(", "),
        f"  when       {_at(said.from_ms, zone)} – {_at(said.to_ms, zone)} ({said.zone})",
        f"  for        {said.recipient} ({said.purpose})",
        f"  made       {_at(said.made_ms, zone)}",
        f"  signed by  {who}: {words(sign_fingerprint(found.signer))}",
        f"  unit       {words(sign_fingerprint(said.unit_pk))}",
        f"  segments   {len(said.segments)}, each by its hash",
        f"  log        entry {found.receipts[0].index} of {found.keyset.log.name}, with {len(found.receipts)} receipts",
    ]
    for stretch in found.stretches:
        lines.append(f"  {_at(stretch.from_ms, zone)} – {_at(stretch.to_ms, zone)}  {_SAYS[stretch.what]}")
    return lines


def _redacted_report(data: bytes, trusted: Sequence[bytes], spoken: str) -> list[str]:
    found = redacted.read(data, trusted)
    check_words(found.signer, spoken)
    said, utc = found.statement, ZoneInfo("UTC")
    named = "a key that you named" if trusted else "a key: compare these words with the maker"
    return [
        "Everything in this film holds. Its pictures were changed on purpose: people and vehicles are unrecognisable.",
        f"  camera     {said.camera.hex()}",
        f"  when       {_at(said.from_ms, utc)} – {_at(said.to_ms, utc)} (UTC)",
        f"  for        {said.recipient} ({said.purpose})",
        f"  made       {_at(said.made_ms, utc)}",
        f"  signed by  {named}: {words(sign_fingerprint(found.signer))}",
        f"  looked at  {said.reviewed} of {said.frames} frames, by a person; {said.kept} sharp, {said.boxes} boxes",
        f"  made from  {len(said.segments)} segments, each by its hash",
        f"  log        entry {found.receipts[0].index} of {said.log.name}, with {len(found.receipts)} receipts",
    ]


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def _at(ms: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(ms / 1000, zone).strftime("%Y-%m-%d %H:%M:%S")


def _write_film(found: Package, path: Path, said: argparse.Namespace) -> None:
    code = said.code or os.environ.get("ZEGEL_CODE", "") or (getpass.getpass("code: ") if sys.stdin.isatty() else "")
    if not code:
        print("  (give its code with --code to open it and to write the film)")
        return
    film = packages.film_of(found, RecoveryCode.parse(code))
    out = said.out or path.with_suffix(".mp4")
    with out.open("wb") as file:
        for part in film.finish():
            file.write(part)
    print(f"  film       {out}, {film.duration_ms / 1000:.1f} s")
