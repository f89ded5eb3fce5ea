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
from zegel.client.person import Client, NotAsShown, Refused
from zegel.client.steering import Steered, Wishes, WrongWish, changed, send, steered
from zegel.seal.errors import SealError
from zegel.seal.policy import PanTilt, Policy
from zegel.unit import clock


def main(argv: Sequence[str]) -> int:
    """Returns the exit status."""
    words = _parser().parse_args(argv)
    try:
        server, unit = server_address(words.server), UUID(words.unit)
    except ValueError as problem:
        print(f"zegel policy: {problem}", file=sys.stderr)
        return WRONG_USE
    try:
        _run(Client.sign_in(server, words.email, password()), unit, _wishes(words))
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
        _show(now.policy, cameras)
        return
    following = changed(now, wishes, cameras, clock.wall_ms())
    send(owner, following)
    _show(following, cameras)
    print("Sent. It holds once the unit's own signed status says so.")


def _show(policy: Policy, cameras: Mapping[str, bytes]) -> None:
    names = {camera: name for name, camera in cameras.items()}
    print(f"policy      {policy.counter}")
    print(f"alarms      {', '.join(policy.alarm_classes)}")
    print(f"releases    {', '.join(policy.release_classes) or 'nothing'}")
    for rules in policy.cameras:
        print(f"camera      {names.get(rules.camera, rules.camera.hex())} {_turns(rules.pan_tilt)}")
    for account in policy.local or ():
        print(f"listens to  {account.account}")
        for zone in account.zones:
            looking = ", ".join(names.get(camera, camera.hex()) for camera in zone.cameras) or "no camera"
            print(f"  zone      {zone.zone}: {zone.class_name}, {looking}")
    if policy.local is None:
        print("listens to  nothing on site")
    print(f"commanders  {len(policy.commanders)}")


def _turns(limits: PanTilt | None) -> str:
    if limits is None:
        return "is not turned"
    return f"turns {limits.pan_min}:{limits.pan_max},{limits.tilt_min}:{limits.tilt_max}"


def _wishes(words: argparse.Namespace) -> Wishes:
    return Wishes(
        tuple(words.listen), tuple(words.zone), words.deaf, tuple(words.turn), tuple(map(tuple, words.keypad)),
        words.no_keypads, tuple(words.alarm), tuple(words.release),
    )  # fmt: skip


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="zegel policy", description="Show or change what a unit obeys, as its owner.")
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
