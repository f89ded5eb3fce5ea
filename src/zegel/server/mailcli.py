# SPDX-License-Identifier: EUPL-1.2
"""`zegel mail check | dkim | bounce TO [--data DIR]`: how letters leave this installation.

check   reaches the mail server as a letter would, and says what keeps letters here
dkim    prints the record for the DNS by which others check that a letter is ours
bounce  takes in a letter that came back to the address TO, from standard input: for a mail server that hands it over

Exit status 0: done, or letters may leave; 1: they may not, or the letter was none of ours; 78: configuration.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from zegel.server.kernel import log
from zegel.server.kernel.errors import Misconfigured
from zegel.server.serve import EXIT_MISCONFIGURED, environment_of

WHY = {
    "no_tls": "it offers no TLS", "untrusted": "nobody that we trust signed its certificate",
    "expired": "its certificate has expired", "other_name": "its certificate is of another name",
    "broken_tls": "TLS with it failed", "no_onward": "it can't promise TLS up to the mailbox (REQUIRETLS)",
    "not_reached": "it can't be reached", "refused": "it does not take our password, or us",
}  # fmt: skip


def main(argv: Sequence[str]) -> int:
    words = _parser().parse_args(argv)
    data = words.data.absolute()
    log.set_up("mail")
    if not (data / "secrets").is_dir() and not os.environ.get("SECRETS_PATH"):
        print(f"zegel mail: {data} is not the folder of an installation. Name it with --data.", file=sys.stderr)
        return EXIT_MISCONFIGURED
    os.environ |= environment_of(data)
    import django
    from django.db import connections

    try:
        django.setup()
        return {"check": _check, "dkim": _dkim, "bounce": _bounce}[words.what](words)
    except Misconfigured as error:
        print(f"zegel mail: {error}", file=sys.stderr)
        return EXIT_MISCONFIGURED
    finally:
        connections.close_all()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="zegel mail", description="How letters leave this installation.")
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("ZEGEL_DATA", "var")))
    what = parser.add_subparsers(dest="what", required=True)
    what.add_parser("check", help="reach the mail server as a letter would")
    what.add_parser("dkim", help="print the record for the DNS by which others check our letters")
    bounce = what.add_parser("bounce", help="take in a letter that came back, from standard input")
    bounce.add_argument("to", help="the address to which it came back")
    return parser


def _check(_: argparse.Namespace) -> int:
    from zegel.server.kernel import smtp

    if smtp.setting("EMAIL_SECURITY") is None:
        print("No mail server is set up (EMAIL_URL): letters are only shown, and leave for nowhere.")
        return 1
    why = smtp.trial()
    if why is None:
        print("Letters may leave: the mail server is there, and its certificate is a trusted one of that name.")
        return 0
    print(f"Letters wait: the mail server is not as it must be, {WHY[why.value]}.", file=sys.stderr)
    return 1


def _dkim(_: argparse.Namespace) -> int:
    from zegel.server.kernel import dkim, smtp

    if not smtp.setting("EMAIL_DKIM"):
        raise Misconfigured("Letters are not signed.", action="Add dkim=SELECTOR to EMAIL_URL, for example dkim=zegel.")
    name, value = dkim.record(dkim.installed())
    print(f'{name}. IN TXT "{value}"')
    return 0


def _bounce(words: argparse.Namespace) -> int:
    from zegel.server.website import bouncing

    taken = bouncing.came_back(words.to, sys.stdin.buffer.read(bouncing.LARGEST))
    return 0 if taken else 1
