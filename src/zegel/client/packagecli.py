# SPDX-License-Identifier: EUPL-1.2
"""`zegel package`: an owner makes an evidence package of his recordings on his own machine, with his own keys.

    zegel package --server URL --email E --camera NAME… --from TIME --until TIME --for WHOM [--order ID] [--c2pa]
        --out FILE.zip
    zegel package --server URL --email E --sign-film FILM.mp4 --out FILE.mp4
        Times as 2026-11-22T02:31 (this machine's zone) or with an offset. The code that opens the recordings is
        printed once, and sent another way than the file. --c2pa: the films too, open to whoever holds the package,
        each with a C2PA manifest. --sign-film: gives a film that you exported one; the statement in it still holds.

Exit status: 0 made, 1 refused, 2 used wrongly.
"""

from __future__ import annotations

import argparse
import sys
import urllib.error
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from zegel.client import packing
from zegel.client.cli import DONE, FAILED, WRONG_USE, password, server_address
from zegel.client.packing import Wish
from zegel.client.person import Client, NotAsShown, Refused
from zegel.records import package as files
from zegel.seal.errors import SealError


def main(argv: Sequence[str]) -> int:
    """Returns the exit status."""
    parser = _parser()
    asked = parser.parse_args(argv)
    if asked.sign_film is not None:
        return _sign_film(asked)
    if not (asked.camera and asked.start and asked.until and asked.recipient):
        parser.error("a package needs --camera, --from, --until and --for")
    try:
        server, span = server_address(asked.server), (_ms(asked.start), _ms(asked.until))
    except ValueError as problem:
        print(f"zegel package: {problem}", file=sys.stderr)
        return WRONG_USE
    try:
        owner = Client.sign_in(server, asked.email, password())
        content, code = packing.make(owner, _wish(owner, asked, span))
        asked.out.write_bytes(content)
    except (Refused, NotAsShown, SealError, urllib.error.URLError, OSError) as problem:
        print(f"zegel package: nothing was handed over: {problem}", file=sys.stderr)
        return FAILED
    print(f"{asked.out}: {len(content)} bytes. Anybody checks it with `zegel verify-package`, or with the page inside.")
    print(f"code  {code}\nSend the code another way than the file. It is not kept.")
    return DONE


def _wish(owner: Client, asked: argparse.Namespace, span: tuple[int, int]) -> Wish:
    known = owner.http.get("/api/v1/cameras")["cameras"]
    wanted = [camera for camera in known if camera["name"] in asked.camera or camera["id"] in asked.camera]
    if len(wanted) < len(set(asked.camera)):
        raise NotAsShown(f"not every camera is among yours: {', '.join(str(camera['name']) for camera in known)}")
    order: Mapping[str, Any] | None = owner.http.get(f"/api/v1/evidence/orders/{asked.order}") if asked.order else None
    return Wish(wanted, span[0], span[1], asked.recipient, order, asked.language, asked.c2pa)


def _sign_film(asked: argparse.Namespace) -> int:
    """A film that left with its statement gets a C2PA manifest, by who signed that statement."""
    try:
        film = asked.sign_film.read_bytes()
        found = files.read(film)
        if found.film is None:
            raise NotAsShown("this is no film: `zegel open` writes the film of a package of originals")
        owner = Client.sign_in(server_address(asked.server), asked.email, password())
        if found.signer != owner.bundle.signing.public_key:
            raise NotAsShown("somebody else signed this film")
        said = {"export": found.statement.export.hex(), "statement": found.statement.hash.hex()}
        asked.out.write_bytes(packing.FilmSigner(owner).sign(film, asked.out.name, said))
    except (Refused, NotAsShown, SealError, urllib.error.URLError, OSError, ValueError) as problem:
        print(f"zegel package: the film was not signed: {problem}", file=sys.stderr)
        return FAILED
    print(f"{asked.out}: with a C2PA manifest; `zegel open` says what holds.")
    return DONE


def _ms(text: str) -> int:
    return round(datetime.fromisoformat(text).astimezone().timestamp() * 1000)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="zegel package", description="Make an evidence package of your recordings.")
    parser.add_argument("--server", required=True, metavar="URL", help="the address that browsers use")
    parser.add_argument("--email", required=True)
    parser.add_argument("--camera", default=[], action="append", metavar="NAME", help="again for each")
    parser.add_argument("--from", dest="start", metavar="TIME")
    parser.add_argument("--until", metavar="TIME")
    parser.add_argument("--for", dest="recipient", metavar="WHOM")
    parser.add_argument("--order", default="", metavar="ID", help="the authority's order, as recorded and accepted")
    parser.add_argument("--c2pa", action="store_true", help="the films too, open, each with a C2PA manifest")
    parser.add_argument("--sign-film", type=Path, metavar="FILM.mp4", help="give an exported film a C2PA manifest")
    parser.add_argument("--language", default="en", choices=["nl", "sv", "de", "en"])
    parser.add_argument("--out", required=True, type=Path, metavar="FILE.zip")
    return parser
