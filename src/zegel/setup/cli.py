# SPDX-License-Identifier: EUPL-1.2
"""`zegel setup --data DIR --file firm.toml`: founds an installation, on the server, by its installer.

It makes the parties, people, relations and sites of the file that are not there yet, draws every key and password here
in memory, prints each person's sheet once, and stores only what a browser would have sent. Nothing that opens anything
is written to a disk. Run it again after adding to the file: what exists is left alone.

Exit status: 0 done, 1 not (all) stored, 2 wrong use.
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from zegel.seal.arckey import to_paper
from zegel.seal.words import words
from zegel.setup import make
from zegel.setup.founding import Founding, FoundingWrong, Person, read
from zegel.setup.keys import Keyring

DONE, FAILED, WRONG_USE = 0, 1, 2


def main(argv: Sequence[str]) -> int:
    """Returns the exit status."""
    given = _parser().parse_args(argv)
    try:
        data = given.data.absolute()
        _check_user(data)
        origin = _origin(data, given.origin)
        make.prepare(data, origin)
        return _set_up(read(given.file, _identifiers()), origin, _said(data).get("ca_fingerprint"))
    except FoundingWrong as problem:
        print(f"zegel setup: {problem}", file=sys.stderr)
        return WRONG_USE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="zegel setup", description="Found an installation, on its server.")
    parser.add_argument("--data", type=Path, required=True, help="the installation's folder, as for `zegel serve`")
    parser.add_argument("--file", type=Path, required=True, metavar="TOML", help="who is there; see the guide")
    parser.add_argument("--origin", help="the address that browsers use (default: what the running server says)")
    return parser


def _check_user(data: Path) -> None:
    """Files that another user makes in the installation's folders are files that the server can't read."""
    folder = Path(os.environ.get("SECRETS_PATH", data / "secrets"))
    if not folder.is_dir():
        raise FoundingWrong(f"there is no installation in {data}: start `zegel serve --data {data}` first")
    owner = folder.stat().st_uid
    if owner != os.geteuid():
        raise FoundingWrong(f"run this as the server's user (number {owner}), for example with sudo -u '#{owner}'")


def _origin(data: Path, given: str | None) -> str:
    """Accounts are derived with the origin, so it must be the one that browsers will use."""
    said = _said(data).get("origin")
    if given and said and given.rstrip("/") != said:
        raise FoundingWrong(f"the running server's origin is {said}, not {given}")
    origin = given.rstrip("/") if given else said
    if not origin:
        raise FoundingWrong(
            f"the server of {data} does not run: start it, or name --origin for one that runs elsewhere"
        )
    return str(origin)


def _said(data: Path) -> dict[str, Any]:
    """What the running server says of itself; nothing when it does not run here."""
    try:
        said: dict[str, Any] = json.loads((data / "run" / "serve.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return said


def _identifiers() -> Callable[[str], UUID]:
    """This installation's identifier for a thing's name in the file: random to everybody else, the same next time."""
    from django.conf import settings

    from zegel.server.kernel.secrets import secret

    key = secret(settings.SECRETS_PATH, "setup")

    def identify(name: str) -> UUID:
        return UUID(bytes=hmac.digest(key, name.encode(), hashlib.sha256)[:16], version=4)

    return identify


def _set_up(founding: Founding, origin: str, authority: str | None) -> int:
    todo = make.missing(founding)
    keyring = Keyring.generate(todo)
    for person in todo.people:
        print(_sheet(person, founding, keyring, origin), flush=True)
    stored: list[str] = []
    try:
        make.found(founding, keyring, origin, stored.append)
    except Exception as problem:
        _say_failed(problem, stored)
        return FAILED
    print(_summary(founding, todo, keyring, authority))
    return DONE


def _say_failed(problem: Exception, stored: list[str]) -> None:
    from zegel.server.kernel.errors import ZegelError

    why = f"{problem.message} {problem.action}" if isinstance(problem, ZegelError) else type(problem).__name__
    print(
        f"zegel setup: broken off: {why}\nStored: {', '.join(stored) or 'nothing'}. Destroy the sheets of everybody "
        "else, mend the cause, and run the same command again.",
        file=sys.stderr,
    )


def _sheet(person: Person, founding: Founding, keyring: Keyring, origin: str) -> str:
    keys = keyring.people[person.key]
    return "\n".join((
        "", "-" * 78, f"  {person.name}, {founding.party(person.party).name} ({person.role})", "",
        f"  Sign in at     {origin}/sign-in", f"  E-mail         {person.email}",
        f"  Password       {keys.password}", f"  Recovery code  {keys.recovery.text()}",
        f"  Signing key    {words(keys.bundle.signing.fingerprint)}",
        *_others_keys(person, founding, keyring),
        "  Only this sheet has the password and the code. Hand it over, or destroy it.", "-" * 78,
    ))  # fmt: skip


def _others_keys(person: Person, founding: Founding, keyring: Keyring) -> list[str]:
    """Of those who serve an owner: what he compares before his device seals anything to them. Who was founded before
    this run is in the agreement."""
    serving = {service.kind: service.party for service in founding.services if service.owner == person.party}
    provider, centre = keyring.parties.get(serving.get("provider", "")), keyring.parties.get(serving.get("arc", ""))
    lines = []
    if person.role == "owner" and provider is not None:
        name = founding.party(serving["provider"]).name
        lines.append(f"    {words(provider.tenant.fingerprint)}  {name}, when you let a technician look")
    if person.role == "owner" and centre is not None:
        name = founding.party(serving["arc"]).name
        lines.append(f"    {words(centre.signing.fingerprint)}  {name}, when you pair a unit")
    second = keyring.parties.get(serving.get("arc_second", ""))
    if person.role == "owner" and second is not None:
        name = founding.party(serving["arc_second"]).name
        lines.append(f"    {words(second.signing.fingerprint)}  {name}, if you choose it as your alarm centre")
    return ["  Keys of others, to be compared when a page shows them:", *lines] if lines else []


def _summary(founding: Founding, todo: Founding, keyring: Keyring, authority: str | None) -> str:
    _, vkey = make.log_key()
    lines = ["", f"Done: {len(todo.parties)} parties, {len(todo.people)} people, {len(todo.sites)} sites are new.", ""]
    lines += [f"  The log's key, for every agreement:  {vkey}"]
    lines += [f"  The server's authority, for units:   --ca sha256:{authority}"] if authority else []
    for party in todo.parties:
        if founding.is_arc(party.key):
            signing = keyring.parties[party.key].signing
            lines += [
                "", f"  {party.name}, for its agreements with owners:",
                f"    fingerprint in words   {words(signing.fingerprint)}",
                f"    certifying key (keep it on paper, offline; it is nowhere else)   {to_paper(signing.seed)}",
            ]  # fmt: skip
    lines += ["", "  Sites, for `zegel pair --site`:"]
    lines += [f"    {site.id}  {site.name} ({site.tz})" for site in founding.sites]
    return "\n".join(lines)
