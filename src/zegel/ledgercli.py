# SPDX-License-Identifier: EUPL-1.2
"""`zegel ledger …`: checks a log or a receipt, as an outsider with nothing but a public key.

    zegel ledger verify URL --key VKEY [--since FILE] [--witness VKEY]… [--quorum N]
        reads the newest checkpoint and every tile and bundle, recomputes the tree, and compares it with the last
        checkpoint that was seen (kept in FILE, renewed after a success); every entry without a body must be named by a
        deletion that is in the log.
    zegel ledger verify-receipt FILE --key VKEY [--witness VKEY]… [--quorum N]
        checks a receipt offline and prints what it proves.

VKEY is the log's verifier key, or a file that holds it. Take it from where the log can't reach it: the agreement, the
unit's
keyset, somebody else's copy. Exit status: 0 verified, 1 refused (keep the output: it is evidence), 2 not checked.

No part of the server is imported here.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from zegel.fetching import CannotFetch
from zegel.logclient import Log, LogRefused, verify_log
from zegel.seal.encoding import Value
from zegel.seal.errors import SealError
from zegel.seal.note import VerifierKey
from zegel.seal.proof import Receipt, verify_receipt

VERIFIED, REFUSED, NOT_CHECKED = 0, 1, 2


class BadUse(Exception):
    """The command can't be carried out as it was given; the message says what to write instead."""


def main(argv: Sequence[str]) -> int:
    """Returns the exit status."""
    words = _parser().parse_args(argv)
    try:
        log = parse_key(words.key)
        witnesses = tuple(parse_key(text) for text in words.witness)
        if words.quorum > len(witnesses):
            raise BadUse(f"--quorum {words.quorum} needs as many --witness keys.")
        return int(words.run(words, log, witnesses))
    except (BadUse, CannotFetch) as problem:
        print(f"not checked: {problem}", file=sys.stderr)
        return NOT_CHECKED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="zegel ledger", description="Check a log or a receipt, as an outsider.")
    commands = parser.add_subparsers(required=True, metavar="verify | verify-receipt")
    log = commands.add_parser("verify", help="recompute a whole log from its tiles")
    log.add_argument("url", metavar="URL", help="where the log is served, for example https://alarm.example/ledger")
    log.add_argument("--since", type=Path, metavar="FILE", help="the last checkpoint seen; made when it isn't there")
    log.set_defaults(run=_verify_log)
    receipt = commands.add_parser("verify-receipt", help="check a receipt offline")
    receipt.add_argument("file", type=Path, metavar="FILE")
    receipt.set_defaults(run=_verify_receipt)
    for command in (log, receipt):
        command.add_argument("--key", required=True, metavar="VKEY", help="the log's verifier key, or a file with it")
        command.add_argument("--witness", action="append", default=[], metavar="VKEY", help="a witness's key")
        command.add_argument("--quorum", type=int, default=0, metavar="N", help="how many of them must have cosigned")
    return parser


def parse_key(text: str) -> VerifierKey:
    """A verifier key as it is written, or from a file that holds it. Raises BadUse."""
    path = Path(text)
    try:
        written = path.read_text("utf-8").strip() if len(text) < 400 and path.is_file() else text.strip()
        return VerifierKey.parse(written)
    except (SealError, OSError, UnicodeDecodeError) as problem:
        raise BadUse(f"{text!r} is neither a verifier key nor a file with one ({problem}).") from None


def _verify_log(words: argparse.Namespace, key: VerifierKey, witnesses: tuple[VerifierKey, ...]) -> int:
    since = _seen(words.since)
    log = Log(words.url, key, witnesses, words.quorum)
    try:
        verified = verify_log(log, since)
    except (SealError, LogRefused) as problem:
        print(f"REFUSED: {problem}")
        return REFUSED
    print(f"log         {verified.checkpoint.origin}")
    print(f"entries     {verified.checkpoint.size}, every tile and bundle recomputed to the signed root")
    print(f"root        {verified.checkpoint.root.hex()}")
    if verified.since is None:
        print("consistent  with nothing: this is the first checkpoint seen" + ("" if words.since else " (see --since)"))
    else:
        print(f"consistent  with the checkpoint of {verified.since} entries seen before")
    print(f"forgotten   {verified.forgotten} entries, each named by a logged deletion")
    if words.since:
        _keep(words.since, verified.note)
    print("VERIFIED")
    return VERIFIED


def _seen(path: Path | None) -> str | None:
    try:
        return path.read_text("utf-8") if path is not None and path.exists() else None
    except (OSError, UnicodeDecodeError) as problem:
        raise BadUse(f"{path} can't be read ({problem}).") from None


def _keep(path: Path, note: str) -> None:
    """Written aside and renamed: a checkpoint that was seen is not lost to a full disk."""
    aside = path.with_name(f".{path.name}.new")
    aside.write_text(note, "utf-8")
    aside.replace(path)


def _verify_receipt(words: argparse.Namespace, key: VerifierKey, witnesses: tuple[VerifierKey, ...]) -> int:
    try:
        data = words.file.read_bytes()
    except OSError as problem:
        raise BadUse(f"{words.file} can't be read ({problem.strerror}).") from None
    try:
        receipt = verify_receipt(data, key, witnesses, words.quorum)
    except SealError as problem:
        print(f"REFUSED: {problem}")
        return REFUSED
    _print_receipt(receipt)
    print("VERIFIED")
    return VERIFIED


def _print_receipt(receipt: Receipt) -> None:
    entry = receipt.entry
    when = datetime.fromtimestamp(entry.at_ms / 1000, tz=UTC).isoformat(timespec="milliseconds")
    print(f"log         {receipt.checkpoint.origin}")
    print(f"entry       {receipt.index} of {receipt.checkpoint.size}")
    print(f"kind        {entry.kind}")
    print(f"when        {when}")
    print(f"owner       {_shown(entry.owner_party)}")
    print(f"who         {entry.actor_kind.value} {_shown(entry.actor)}, for {_shown(entry.actor_party)}")
    for name, value in entry.facts:
        print(f"  {name:<16} {_shown(value)}")


def _shown(value: Value) -> str:
    """Identifiers as UUIDs, other bytes in hexadecimal, text without control characters."""
    if isinstance(value, bytes):
        text = value.hex()
        return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:])) if len(value) == 16 else text
    return "—" if value is None else "".join(letter if letter.isprintable() else "�" for letter in str(value))
