# SPDX-License-Identifier: EUPL-1.2
"""Sets the scene: an installation with the world in it, and a unit that watches a camera, paired and armed.

Used by the demo, by tests of the whole and by benches. Each part is the real program in a process of its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from zegel.client import pairing as pairings
from zegel.client import person as clients
from zegel.client.pairing import WINDOW, first_policy
from zegel.client.person import Client
from zegel.demo import pictures
from zegel.demo.keys import load as load_keys
from zegel.demo.processes import Program, Stage, answers, free_port, run, wait_until
from zegel.demo.world import WORLD
from zegel.seal.allowances import Action, Delegate, Part
from zegel.seal.hours import ExceptionDay, Hours, Interval, Weekly
from zegel.seal.keyset import Keyset, NamedKey, Signer
from zegel.seal.pairing import PairingCode
from zegel.seal.policy import Caps, Policy
from zegel.setup.founding import Site
from zegel.setup.keys import Keyring
from zegel.unit import clock

_YEAR_MS = 365 * 86_400_000
_PAIRING_CODE = re.compile(r"ZEGEL1:[A-Z2-7]+")
_START_S = 90.0
PRE_ALARM_S = WINDOW.pre_s
FOREMAN_S = 6 * 3600
"""So long at a time a foreman may have a site worked on."""


@dataclass(frozen=True)
class Log:
    """The public log's name, verifier key and address."""

    name: str
    vkey: str
    url: str


@dataclass
class Installation:
    """A running server with the world in it."""

    data: Path
    origin: str
    link: str
    ca: Path
    keyring: Keyring
    log: Log
    server: Program | None = field(repr=False)
    witness: str = ""

    def client(self, person: str) -> Client:
        """The person's own client, signed in."""
        keys = self.keyring.people[person]
        return Client.sign_in(self.origin, keys.email, keys.password)


@dataclass
class Paired:
    """A unit that is paired with an owner of the world."""

    unit_id: UUID
    camera_id: UUID
    home: Path
    code: PairingCode = field(repr=False)
    keyset: Keyset = field(repr=False)
    policy: Policy = field(repr=False)
    sign_pk: bytes = field(repr=False)


def start_server(
    stage: Stage, data: Path, http_port: int, link_port: int, env: dict[str, str] | None = None, *,
    usual_ports: bool = False,
) -> Program:  # fmt: skip
    """`zegel serve` with every role; ready when this returns. `usual_ports`: panels and mail find it where they do by
    default, as far as those are free; else anywhere (serve.json tells). Raises DidNotStart."""
    origin = f"http://localhost:{http_port}"
    words = ["serve", "--data", str(data), "--http", f"127.0.0.1:{http_port}", "--link", f"127.0.0.1:{link_port}"]
    panels = (("--dc09", 9999), ("--dc09-tls", 9998), ("--smtp", 2525))
    words += [word for name, port in panels for word in (name, f"127.0.0.1:{free_port(port) if usual_ports else 0}")]
    server = stage.start("server", [*words, "--origin", origin], env)
    wait_until(lambda: answers(f"http://localhost:{http_port}/readyz"), "the server", _START_S, stage)
    return server


def install(
    stage: Stage, folder: Path, http_port: int, link_port: int, *, usual_ports: bool = False,
    env: dict[str, str] | None = None,
) -> Installation:  # fmt: skip
    """Server and world, from nothing or as they were left in `folder`, and a witness of its log. Raises DidNotStart."""
    data, secrets_file = folder / "server", folder / "people.json"
    witness, port = _witness(folder / "witness"), free_port(http_port + 600)
    env = {"ZEGEL_WITNESSES": f"{witness}@http://127.0.0.1:{port}", **backup_places(folder), **(env or {})}
    server = start_server(stage, data, http_port, link_port, env, usual_ports=usual_ports)
    said = json.loads((data / "run" / "serve.json").read_text())
    origin = f"http://localhost:{http_port}"
    log = json.loads(run(["demo", "seed", "--data", str(data), "--keys", str(secrets_file), "--origin", origin]))
    listen = f"127.0.0.1:{port}"
    stage.start("witness", ["witness", "run", str(folder / "witness"), "--log", log["vkey"], "--listen", listen])
    return Installation(
        data, origin, f"https://127.0.0.1:{link_port}", Path(said["ca"]), load_keys(secrets_file),
        Log(log["name"], log["vkey"], f"{origin}/ledger"), server, witness,
    )  # fmt: skip


def backup_places(folder: Path) -> dict[str, str]:
    """Where the demo's back-ups go: two folders beside the installation, which helps against mistakes alone."""
    return {"BACKUP_URL": (folder / "copies").as_uri(), "BACKUP_SHRED_URL": (folder / "copies-of-keys").as_uri()}


def _witness(folder: Path) -> str:
    """The verifier key of the witness in that folder; made when there is none."""
    if (folder / "key").exists():
        return run(["witness", "show", str(folder)]).splitlines()[0]
    return run(["witness", "init", str(folder), "--name", "witness.example/demo"]).strip()


def running(folder: Path) -> Installation:
    """The installation that a demo in another process runs in `folder`. Raises OSError, ValueError, DidNotStart."""
    data, secrets_file = folder / "server", folder / "people.json"
    said = json.loads((data / "run" / "serve.json").read_text())
    origin = str(said["origin"])
    log = json.loads(run(["demo", "seed", "--data", str(data), "--keys", str(secrets_file), "--origin", origin]))
    return Installation(
        data, origin, f"https://127.0.0.1:{said['link_port']}", Path(said["ca"]), load_keys(secrets_file),
        Log(log["name"], log["vkey"], f"{origin}/ledger"), None,
    )  # fmt: skip


def enrol(
    stage: Stage, place: Installation, home: Path, site: Site, source: str, *, name: str = "", furnish: bool = False
) -> Paired:  # fmt: skip
    """Enrol a unit with one camera, and pair it as the site's owner would with its code in his hand.

    `name`: what he calls it (empty: after its site). `furnish`: with a privacy mask, and with overview pictures of the
    hours before.
    """
    camera = f"{site.cameras[0].name}={source}"
    program = stage.start(
        f"unit-{site.key}-{home.name}-enrol",
        ["unit", "enrol", "--data", str(home), "--server", place.link, "--ca", str(place.ca), "--camera", camera],
    )
    wait_until(lambda: _code(program) is not None, "the unit's code", 30.0, stage)
    code = _code(program)
    assert code is not None
    owner = place.client(next(p.key for p in WORLD.people_of(site.owner) if p.role == "owner"))
    paired = _pair(stage, place, owner, site, code, home, name or f"Unit at {site.name}", furnish=furnish)
    program.process.wait(30)
    stage.forget(program)
    if furnish:
        pictures.put_before(home, paired.camera_id.bytes, pictures.clip_of(source))
    return paired


def run_unit(stage: Stage, home: Path, name: str = "unit") -> Program:
    """`zegel unit run`: it guards from now on."""
    return stage.start(name, ["unit", "run", "--data", str(home)])


def _pair(
    stage: Stage, place: Installation, owner: Client, site: Site, code: PairingCode, home: Path, name: str, *,
    furnish: bool,
) -> Paired:  # fmt: skip
    def wait(asked: Callable[[], bool], what: str) -> None:
        wait_until(asked, what, 30.0, stage)

    started = pairings.start(owner, code, site.id, name, wait)
    now = clock.wall_ms()
    keyset = _keyset(place, owner, site, started, now)
    camera_id = UUID(started["cameras"][0]["id"])
    policy = night_policy(keyset, camera_id, site.tz, place, site.owner, now)
    policy = pictures.furnished(policy, camera_id.bytes) if furnish else policy
    pairing = owner.pair(code, started, keyset, policy)
    wait_until(lambda: owner.paired(code, started, pairing), "the unit's signed answer", 30.0)  # the unit ends on it
    owner.pin_unit(code, keyset, now)
    unit_id = UUID(started["unit_id"])
    return Paired(unit_id, camera_id, home, code, keyset, policy, clients.unb64(started["sign_pk"]))


def _keyset(place: Installation, owner: Client, site: Site, started: dict[str, Any], now_ms: int) -> Keyset:
    party, arc = WORLD.party(site.owner), WORLD.serving(site.owner, "arc")
    tenant = place.keyring.parties[site.owner].tenant
    return clients.first_keyset(
        started, suite=tenant.suite, owner_party=party.id,
        owners=[(owner.person_id, owner.bundle.signing.public_key)], tenant_open_pk=tenant.public_key,
        arc=(arc.id, place.keyring.parties[arc.key].signing.public_key),
        log=NamedKey(place.log.name, place.log.vkey), now_ms=now_ms, lasts_ms=_YEAR_MS,
    )  # fmt: skip


def night_policy(
    keyset: Keyset, camera_id: UUID, tz: str, place: Installation, owner: str, now_ms: int, counter: int = 1
) -> Policy:
    """Armed, and guarding whenever the visitor comes: the working hours have today and tomorrow off. A person releases.

    Owners arm and disarm as they like; other members (a foreman, a son) may have the site worked on for some hours.
    """
    people = sorted(WORLD.people_of(owner), key=lambda person: person.id.bytes)
    keys = {person.key: place.keyring.people[person.key].bundle.signing.public_key for person in people}
    owners = tuple(Signer(person.id.bytes, keys[person.key]) for person in people if person.role == "owner")
    policy = first_policy(
        keyset, [camera_id], tz, owners, now_ms, counter=counter, caps=Caps(releases=500, seconds=100_000)
    )
    others = tuple(
        Delegate(
            person.id.bytes, keys[person.key], person.name, (Action.ARM, Action.DISARM, Action.PART), now_ms - 60_000,
            now_ms + 90 * 86_400_000, FOREMAN_S,
        )
        for person in people if person.role != "owner"
    )  # fmt: skip
    part = Part("Gate", (camera_id.bytes,))
    hours = _hours(tz, now_ms) if WORLD.party(owner).kind == "company" else policy.hours
    return replace(policy, hours=hours, delegates=others, parts=(part,))


def _hours(tz: str, now_ms: int) -> Hours:
    """A site's week; what would keep the visitor's camera from guarding is a holiday."""
    today = datetime.fromtimestamp(now_ms / 1000, ZoneInfo(tz)).date()
    holidays = tuple(ExceptionDay((today + timedelta(days=by)).isoformat(), ()) for by in range(2))
    return Hours(tz, tuple(Weekly(day, Interval(7 * 60, 17 * 60)) for day in range(5)), holidays)


def _code(program: Program) -> PairingCode | None:
    found = _PAIRING_CODE.search(program.log.read_text(errors="replace"))
    return None if found is None else PairingCode.parse(found.group())
