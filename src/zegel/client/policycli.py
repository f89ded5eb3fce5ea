# SPDX-License-Identifier: EUPL-1.2
"""`zegel policy`: the owner shows or changes what a unit of his obeys, on his own machine, with his own key."""

from __future__ import annotations

import argparse
import sys
import urllib.error
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from zegel.client.cli import DONE, FAILED, WRONG_USE, password, server_address
from zegel.client.obeys import Obeyed, lines, obeyed
from zegel.client.person import Client, NotAsShown, Refused
from zegel.client.steering import Steered, Wishes, WrongWish, changed, send, steered
from zegel.seal.errors import SealError
from zegel.seal.words import words
from zegel.unit import clock


def main(argv: Sequence[str]) -> int:
    """Returns the exit status."""
    asked = _parser().parse_args(argv)
    try:
        server, unit = server_address(asked.server), UUID(asked.unit)
    except ValueError as problem:
        print(f"zegel policy: {problem}", file=sys.stderr)
        return WRONG_USE
    try:
        _run(Client.sign_in(server, asked.email, password()), unit, _wishes(asked))
    except WrongWish as problem:
        print(f"zegel policy: {problem}", file=sys.stderr)
        return WRONG_USE
    except (Refused, NotAsShown, SealError, urllib.error.URLError) as problem:
        print(f"zegel policy: nothing was changed: {problem}", file=sys.stderr)
        return FAILED
    return DONE


def _run(owner: Client, unit: UUID, wishes: Wishes) -> None:
    found = owner.http.get("/api/v1/cameras")["cameras"]
    cameras = {str(camera["name"]): UUID(camera["id"]).bytes for camera in found if camera["unit"]["id"] == str(unit)}
    now: Steered = steered(owner, unit, clock.wall_ms())
    if not wishes.any:
        _show(obeyed(owner, unit, now.keyset), now, cameras)
        return
    following = changed(now, wishes, cameras, clock.wall_ms())
    send(owner, following)
    print(f"policy      {following.counter}, words {words(following.hash)}")
    print("Sent. It holds once the unit's own signed status says so: zegel policy show")


def _show(found: Obeyed, now: Steered, cameras: Mapping[str, bytes]) -> None:
    """What the unit itself says that it obeys; and whether something newer is on its way."""
    names = {camera: name for name, camera in cameras.items()}
    for about, says in lines(found, now.keyset, names):
        print(f"{about:<13} {says}")
    for account in found.policy.local or ():
        print(f"listens to    {account.account}")
        for zone in account.zones:
            looking = ", ".join(names.get(camera, camera.hex()) for camera in zone.cameras) or "no camera"
            print(f"  zone        {zone.zone}: {zone.class_name}, {looking}")
    if found.policy.local is None:
        print("listens to    nothing on site")
    if found.policy.hash != now.policy.hash:
        print(f"Policy {now.policy.counter} is signed and on its way; the unit does not obey it yet.")


def _wishes(asked: argparse.Namespace) -> Wishes:
    return Wishes(
        tuple(asked.listen), tuple(asked.zone), asked.deaf, tuple(asked.turn), tuple(map(tuple, asked.keypad)),
        asked.no_keypads, tuple(asked.alarm), tuple(asked.release),
    )  # fmt: skip


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="zegel policy", description="Show or change what a unit obeys, as its owner.")
    parser.add_argument("verb", nargs="?", choices=["show"], help="print what the unit itself says that it obeys")
    parser.add_argument("--server", required=True, metavar="URL", help="the address that browsers use")
    parser.add_argument("--email", required=True)
    parser.add_argument("--unit", required=True, metavar="ID")
    several: dict[str, Any] = {"action": "append", "default": []}
    parser.add_argument("--listen", **several, metavar="ACCOUNT", help="a panel's account, or onvif, frigate, …")
    parser.add_argument("--zone", **several, metavar="ACCOUNT/ZONE=CLASS[:CAMERA,…]", help="what a zone means")
    parser.add_argument("--deaf", action="store_true", help="listen to nothing on site any more")
    parser.add_argument("--turn", **several, metavar="CAMERA=PAN:PAN,TILT:TILT", help="or CAMERA=free, CAMERA=no")
    parser.add_argument("--keypad", **several, nargs=3, metavar=("PERSON", "KEY", "WORDS"), help="as the unit shows it")
    parser.add_argument("--no-keypads", action="store_true", help="only owners arm and disarm")
    parser.add_argument("--alarm", **several, metavar="CLASS", help="a class that alarms")
    parser.add_argument("--release", **several, metavar="CLASS", help="a class whose alarms show pictures")
    return parser
