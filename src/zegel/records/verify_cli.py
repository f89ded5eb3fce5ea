# SPDX-License-Identifier: EUPL-1.2
"""`zegel verify-package FILE`: checks an evidence package without any network, and says what it is.

    zegel verify-package FILE [--code CODE] [--out FOLDER] [--words "eight words"] [--key KEY]…
        --code: opens the recordings in it; the films are written to --out (default: beside the file).
        --words: the signer's eight words, as he read them out; another signer is refused.
        --key: a public key (base64) that may have signed it beside the owners of its units.

Exit status: 0 everything holds, 1 refused, 2 used wrongly. No part of the server is imported here.
"""

from __future__ import annotations

import argparse
import base64
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from zegel.records import c2pa, evidence, package
from zegel.records.evidence import Proved
from zegel.records.mp4 import without_manifest
from zegel.records.package import Tampered, check_words
from zegel.seal.account import RecoveryCode
from zegel.seal.errors import SealError
from zegel.seal.evidence import Maker
from zegel.seal.suite import sign_fingerprint
from zegel.seal.words import words

HOLDS, REFUSED, WRONG_USE = 0, 1, 2

_MAKERS = {
    Maker.OWNER: "an owner of the units",
    Maker.ARC: "a person of the alarm centre, as the log says",
    Maker.PROVIDER: "the provider's log: nothing in it opens without the owner",
}


def main(argv: Sequence[str]) -> int:
    """Returns the exit status."""
    said = _parser().parse_args(argv)
    path = Path(said.file)
    try:
        data = path.read_bytes()
        trusted = [base64.b64decode(key, validate=True) for key in said.key]
    except (OSError, ValueError) as problem:
        print(f"zegel verify-package: {problem}", file=sys.stderr)
        return WRONG_USE
    try:
        proved = evidence.read(data, trusted)
        check_words(proved.evidence.signer_pk, said.words)
        manifests = _manifests(proved)
        print("\n".join([*_report(proved), *manifests]))
        _write_films(proved, path, said)
    except SealError as error:
        print(f"REFUSED ({error.code}): {error}\n{error.action}", file=sys.stderr)
        return REFUSED
    return HOLDS


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="zegel verify-package", description="Check an evidence package, offline.")
    parser.add_argument("file", metavar="FILE")
    parser.add_argument("--code", default="", help="what opens its recordings: 36 letters and digits")
    parser.add_argument("--out", type=Path, default=None, metavar="FOLDER")
    parser.add_argument("--key", action="append", default=[], metavar="KEY")
    parser.add_argument("--words", default="", metavar="WORDS")
    return parser


def _report(proved: Proved) -> list[str]:
    said = proved.evidence
    ground = ", ".join(part for part in (said.ground, said.article) if part)
    lines = [
        "Everything in this package holds.",
        f"  package    {said.package.hex()}",
        f"  for        {said.recipient}",
        f"  order      {said.authority or 'none'} {said.reference} ({ground})",
        f"  asked for  {said.scope or '-'}",
        f"  made       {_at(said.made_ms)} UTC by {_MAKERS[said.maker]}",
        f"  signed by  {words(sign_fingerprint(said.signer_pk))}",
        f"  log        entry {proved.receipt.index} of {proved.log.name}",
        f"  files      {len(said.files)}, each by its hash",
    ]
    for name, recording in proved.recordings.items():
        one = recording.statement
        lines.append(
            f"  {name}: {one.camera_name}, {_at(one.from_ms)} – {_at(one.to_ms)}, {len(one.segments)} originals"
        )
    for name, camera in proved.sealed.items():
        lines.append(f"  {name}: {len(camera.segments)} sealed originals, as the unit listed them")
    lines.append("Chain of custody:")
    for link in said.custody:
        entry = "" if link.index is None else f" (entry {link.index})"
        lines.append(f"  {_at(link.at_ms)}  {link.what.replace('_', ' ')}: {link.who}{entry}")
    return lines


def _manifests(proved: Proved) -> list[str]:
    """Of films that its maker put beside the originals. One that does not hold refuses the package."""
    films = {name: bytes(data) for name, data in proved.files.items() if name.startswith(evidence.FILMS)}
    if not films:
        return []
    root = proved.files.get(evidence.C2PA_ROOT)
    lines = ["Films that are open to whoever holds the package:"]
    for name, film in films.items():
        found = c2pa.read(film, None if root is None else bytes(root))
        lines.append(f"  {name}: a film" if found is None else c2pa.told(name, found))
    if root is not None:
        lines.append(f"  the installation's certificate, SHA-256 {c2pa.fingerprint(bytes(root))}")
    return lines


def _check_same(name: str, proved: Proved, film: bytes) -> str:
    """Whether the open film beside a recording is the one that its originals make."""
    beside = proved.files.get(f"{evidence.FILMS}{Path(name).stem}.mp4")
    if beside is None:
        return ""
    if without_manifest(bytes(beside)) != film:
        raise Tampered(f"the open film beside {name} is not the one that its originals make")
    return "; the open film beside it is the same"


def _at(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _write_films(proved: Proved, path: Path, said: argparse.Namespace) -> None:
    code = said.code or os.environ.get("ZEGEL_CODE", "")
    if not code or not proved.recordings:
        return
    folder = said.out or path.parent
    folder.mkdir(parents=True, exist_ok=True)
    for name, recording in proved.recordings.items():
        film = package.film_of(recording, RecoveryCode.parse(code))
        out = folder / Path(name).with_suffix(".mp4").name
        whole = b"".join(film.finish())
        same = _check_same(name, proved, whole)
        out.write_bytes(whole)
        print(f"  film       {out}, {film.duration_ms / 1000:.1f} s{same}")
