# SPDX-License-Identifier: EUPL-1.2
"""`zegel certify`: an alarm centre certifies its opening key for another year, with the key that it has on paper.

    ZEGEL_PASSWORD=… ZEGEL_CERTIFYING_KEY=… zegel certify --server URL --email SUPERVISOR [--days 365]
                                                          [--new-key EIGHT-WORDS]

Run it on the centre's own machine. The certifying key never leaves it: the server gets the certificate. What is
certified is the opening key of the certificate before, which the same paper signed; its eight words are shown, to be
compared with those of the last time. When the centre made a new opening key, its words are asked for, as the page
showed them on which it was made: no key is certified on the server's word. What is not in the environment is asked for.
"""

from __future__ import annotations

import argparse
import getpass
import os
import sys
import urllib.error
from collections.abc import Sequence
from dataclasses import replace

from zegel.client.cli import DONE, FAILED, WRONG_USE, password, server_address
from zegel.client.person import Client, NotAsShown, Refused, b64, unb64
from zegel.seal import envelope
from zegel.seal.arckey import ArcKey, from_paper, sign_arckey
from zegel.seal.errors import SealError
from zegel.seal.suite import SigningKey, open_fingerprint
from zegel.seal.words import same_words, words
from zegel.unit import clock

DAY_MS = 86_400_000
MOST_DAYS = 400


def main(argv: Sequence[str]) -> int:
    """Returns the exit status."""
    asked = _parser().parse_args(argv)
    try:
        if not 1 <= asked.days <= MOST_DAYS:
            raise ValueError(f"--days is 1 … {MOST_DAYS}")
        server, paper = server_address(asked.server), SigningKey(from_paper(_certifying_key()))
    except (ValueError, SealError) as problem:
        print(f"zegel certify: {problem}", file=sys.stderr)
        return WRONG_USE
    try:
        centre = Client.sign_in(server, asked.email, password())
        made = certify(centre, paper, clock.wall_ms(), asked.days, asked.new_key)
    except (Refused, NotAsShown, SealError, urllib.error.URLError) as problem:
        print(f"zegel certify: nothing was certified: {problem}", file=sys.stderr)
        return FAILED
    print(f"certified   the opening key {words(made.fingerprint)}, number {made.number}, for {asked.days} days")
    print(f"by          {words(paper.fingerprint)}: the words in your agreements with owners")
    return DONE


def certify(centre: Client, paper: SigningKey, now_ms: int, days: int, new_key: str | None = None) -> ArcKey:
    """The next certificate, stored; of the centre's new opening key when `new_key` has its eight words. Raises
    NotAsShown when the server shows what this paper did not sign, or another new key; CodeMistyped, Refused."""
    shown = centre.http.get("/api/v1/centre/opening-key")
    try:
        before = ArcKey.decode(envelope.verify(unb64(shown["envelope"]), ArcKey.NAME, [paper.public_key]))
    except SealError:
        raise NotAsShown("the certificate that the server shows was not made with this certifying key") from None
    if before.arc_party != centre.party_id.bytes:
        raise NotAsShown("the certificate that the server shows is another alarm centre's")
    open_pk = _compared(before, unb64(shown["open_pk"]), new_key)
    made = replace(
        before, open_pk=open_pk, number=before.number + 1, issued_ms=now_ms, expires_ms=now_ms + days * DAY_MS
    )
    centre.http.post("/api/v1/centre/opening-key", {"envelope": b64(sign_arckey(made, paper))})
    return made


def _compared(before: ArcKey, newest: bytes, told: str | None) -> bytes:
    """The key to certify: the one of before, or the newer one whose words the page told that made it."""
    if newest == before.open_pk:
        return newest
    if told is None:
        raise NotAsShown("the centre has a new opening key: give its eight words, from the page, with --new-key")
    if not same_words(open_fingerprint(before.suite, newest), told):
        raise NotAsShown("the server shows another new opening key than the one with these words")
    return newest


def _certifying_key() -> str:
    given = os.environ.get("ZEGEL_CERTIFYING_KEY")
    if given is not None:
        return given
    return getpass.getpass("Certifying key: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="zegel certify", description="Certify an alarm centre's opening key anew.")
    parser.add_argument("--server", required=True, metavar="URL", help="the address that browsers use")
    parser.add_argument("--email", required=True, help="of a supervisor or administrator of the centre")
    parser.add_argument("--days", type=int, default=365, metavar="N", help="how long it holds (default: 365)")
    parser.add_argument("--new-key", metavar="WORDS", help="eight words of the new opening key, if the centre made one")
    return parser
