# SPDX-License-Identifier: EUPL-1.2
"""Panels for the demo's world, and somebody who dials: a street of shops and homes, each with one burglar panel.

    python -m zegel.demo.panels --data FOLDER --count 500

makes them in a running installation of this machine and prints their accounts. They speak plain DC-09 over TCP, which
only the loopback may: the line carries the recorded exception. `Dialler` is what a panel does: a frame, and the wait
for its acknowledgement.
"""

from __future__ import annotations

import argparse
import json
import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from zegel.demo.processes import run_module
from zegel.demo.scene import Installation
from zegel.demo.world import WORLD, world_id
from zegel.protocols import dc09

FIRST_ACCOUNT = 0xA000
STREET = ("Jeweller Brandt", "Warehouse", "Bakery Lindqvist", "School", "Pharmacy", "Garage Van Dam", "Depot", "Home")


@dataclass(frozen=True)
class Street:
    """What was made: an account per panel, and where to dial."""

    accounts: tuple[str, ...]
    host: str
    port: int


def street(place: Installation, count: int) -> Street:
    """`count` panels at as many sites of the owner of the yard, in the running installation."""
    said = json.loads(run_module("zegel.demo.panels", ["--data", str(place.data), "--count", str(count)]))
    port = json.loads((place.data / "run" / "serve.json").read_text())["dc09_port"]
    return Street(tuple(said["accounts"]), "127.0.0.1", port)


@dataclass
class Dialler:
    """One connection to the receiver, over which any account may speak."""

    street: Street
    timeout_s: float = 10.0
    _seq: int = 0
    _socket: socket.socket | None = field(default=None, repr=False)

    def say(self, account: str, code: str, zone: int = 1, text: str = "") -> bytes:
        """An event in SIA codes (`BA` burglary, `FA` fire, `HA` hold-up, …); the receiver's answer. Raises OSError."""
        self._seq = self._seq % 9999 + 1
        words = f"#{account}|Nri1/{code}{zone:03d}" + (f"^{text}^" if text else "")
        if self._socket is None:
            self._socket = socket.create_connection((self.street.host, self.street.port), self.timeout_s)
        self._socket.sendall(dc09.write("SIA-DCS", account, words, seq=self._seq))
        answer = b""
        while not answer.endswith(b"\r"):
            part = self._socket.recv(1024)
            if not part:
                raise ConnectionError("the receiver hung up")
            answer += part
        return answer

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None


# --- in the installation ---


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m zegel.demo.panels")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--count", type=int, default=8)
    words = parser.parse_args(argv)
    from zegel.setup import make

    make.prepare(words.data, "http://localhost")
    print(json.dumps({"accounts": _make(words.count)}))
    return 0


def _make(count: int) -> list[str]:
    """Written as rows: the way by which an installer adds one asks, checks and logs for each, and has its own tests."""
    from datetime import timedelta

    from zegel.server.kernel import clock, tenancy
    from zegel.server.signals.models import Line, Panel, PathKind
    from zegel.server.signals.models import Path as Way
    from zegel.server.sites.models import Site

    now, arc = clock.now(), WORLD.party("centrale").id
    owner, provider = WORLD.party(WORLD.site("yard").owner).id, WORLD.party("waak").id
    numbers = range(count)
    accounts = [f"{FIRST_ACCOUNT + n:X}" for n in numbers]
    with tenancy.acting_as(arc):
        line, _ = Line.objects.get_or_create(id=world_id("line/night"), defaults={
            "owner_id": arc, "provider_id": arc, "arc_party_id": arc, "name": "Night line",
            "kinds": [PathKind.DC09_TCP.value], "plain_reason": "the demo's own loopback", "created_at": now,
            "plain_until": now + timedelta(days=30), "plain_by": WORLD.person("supervisor").id,
        })  # fmt: skip
    of = {"owner_id": owner, "provider_id": provider}
    places = [
        Site(id=_id("site", n), name=_name(n), address=f"Hoogstraat {n + 1}, Rotterdam", tz="Europe/Amsterdam",
             profile="site-nl", created_at=now, **of)
        for n in numbers
    ]  # fmt: skip
    panels = [
        Panel(id=_id("panel", n), site_id=places[n].id, line=line, name=f"Panel {accounts[n]}", account=accounts[n],
              encryption_required=False, plain_reason="the demo's own loopback", plain_until=now + timedelta(days=30),
              plain_by=WORLD.person("technician").id, added_at=now, **of)
        for n in numbers
    ]  # fmt: skip
    with tenancy.acting_as(owner):
        there = set(Panel.objects.filter(id__in=[panel.id for panel in panels]).values_list("id", flat=True))
        Site.objects.bulk_create(places, ignore_conflicts=True)
        made = [panel for panel in panels if panel.id not in there]
        Panel.objects.bulk_create(made)
        Way.objects.bulk_create(
            Way(panel=panel, line_id=line.id, kind=PathKind.DC09_TCP.value, since=now, **of) for panel in made
        )
    return accounts


def _id(kind: str, number: int) -> UUID:
    return world_id(f"street/{kind}/{number}")


def _name(number: int) -> str:
    return f"{STREET[number % len(STREET)]} {number + 1}"


if __name__ == "__main__":
    sys.exit(main())
