# SPDX-License-Identifier: EUPL-1.2
"""`zegel pair`: an owner pairs a unit from his own machine, without a browser.

    ZEGEL_PASSWORD=… zegel pair --server https://your.name --email owner@… --code ZEGEL1:… --site ID
        --log-key VKEY (--arc-fingerprint "EIGHT WORDS" | --no-arc) [--name TEXT] [--tz ZONE]

The password comes from ZEGEL_PASSWORD, else it is asked for (or read as a line from standard input). It never leaves
this machine; nor does the unit's code. Exit status: 0 paired, 1 refused or not as shown, 2 wrong use.
"""

from __future__ import annotations

import argparse
import getpass
import os
import sys
import urllib.error
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit
from uuid import UUID

from zegel.client.pairing import ByHand, PairedUnit, pair_unit
from zegel.client.person import Client, NotAsShown, Refused
from zegel.seal.errors import SealError
from zegel.seal.note import Algorithm, VerifierKey
from zegel.seal.pairing import PairingCode
from zegel.unit import clock

PATIENCE_S = 120.0
PAUSE_S = 0.5
DONE, FAILED, WRONG_USE = 0, 1, 2


class TooLong(Exception):
    """What was waited for did not come."""


def main(argv: Sequence[str]) -> int:
    """Returns the exit status."""
    words = _parser().parse_args(argv)
    try:
        witnesses = tuple(_witness(text) for text in words.witness)
        log = VerifierKey.parse(words.log_key)
        given = ByHand(PairingCode.parse(words.code), log, words.arc_fingerprint, witnesses)
        server = server_address(words.server)
        site = UUID(words.site)
    except (SealError, ValueError) as problem:
        print(f"zegel pair: {problem}", file=sys.stderr)
        return WRONG_USE
    try:
        owner = Client.sign_in(server, words.email, password())
        print(f"Signed in. Looking for the unit, up to {PATIENCE_S:.0f} s …", flush=True)
        paired = pair_unit(owner, given, site, words.name, words.tz, clock.wall_ms(), _wait)
    except (Refused, NotAsShown, SealError, TooLong, urllib.error.URLError) as problem:
        print(f"zegel pair: not paired: {problem}", file=sys.stderr)
        return FAILED
    _tell(paired)
    return DONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="zegel pair", description="Pair a unit, as its owner.")
    parser.add_argument("--server", required=True, metavar="URL", help="the address that browsers use")
    parser.add_argument("--email", required=True)
    parser.add_argument("--code", required=True, help="the unit's code, as `zegel unit enrol` shows it")
    parser.add_argument("--site", required=True, metavar="ID", help="where it hangs; `zegel setup` said it")
    parser.add_argument("--log-key", required=True, metavar="VKEY", help="from the agreement or the installer's sheet")
    arc = parser.add_mutually_exclusive_group(required=True)
    arc.add_argument("--arc-fingerprint", metavar="WORDS", help="the alarm centre's eight words, from the agreement")
    arc.add_argument("--no-arc", action="store_true", help="no alarm centre: alarms release no picture to anybody")
    parser.add_argument(
        "--witness", metavar="VKEY", action="append", default=[],
        help="the key of a witness of the log, from the witness itself; again for each (central alarms need them)",
    )  # fmt: skip
    parser.add_argument("--name", default="Camera unit")
    parser.add_argument("--tz", default="UTC", metavar="ZONE", help="in which working hours will be told")
    return parser


def _witness(text: str) -> VerifierKey:
    """Raises ProofRefused, ValueError."""
    key = VerifierKey.parse(text)
    if key.algorithm is not Algorithm.COSIGNATURE:
        raise ValueError(f"{key.name}: this key signs no cosignatures; take the one that the witness published")
    return key


def server_address(text: str) -> str:
    """Without TLS only on this machine. Raises ValueError."""
    parts = urlsplit(text.rstrip("/"))
    local = parts.hostname in {"localhost", "127.0.0.1", "::1"}
    if (
        parts.scheme not in {"http", "https"}
        or not parts.hostname
        or parts.path
        or (parts.scheme == "http" and not local)
    ):
        raise ValueError(f"'{text}' can't be a server's address: write https://host, or http://localhost:8000 there")
    return text.rstrip("/")


def password() -> str:
    given = os.environ.get("ZEGEL_PASSWORD")
    if given is not None:
        return given
    return getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")


def _wait(question: Callable[[], bool], what: str) -> None:
    until = clock.mono_s() + PATIENCE_S
    while not question():
        if clock.mono_s() > until:
            raise TooLong(f"{what} did not come within {PATIENCE_S:.0f} s: is `zegel unit enrol` running?")
        clock.sleep(PAUSE_S)


def _tell(paired: PairedUnit) -> None:
    print(f"Paired: unit {paired.unit_id}, verified by its own signature under the code's key.")
    for camera, name in paired.cameras:
        print(f"  camera {camera}  {name}")
    print("Its policy arms it at all hours; a person's alarm releases pictures"
          + (" to the alarm centre." if paired.keyset.arc else " to nobody."))  # fmt: skip
    print("Start it with: zegel unit run")
