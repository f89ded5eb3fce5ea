# SPDX-License-Identifier: EUPL-1.2
"""The demo for a visitor: everything runs, a person walks in, and one table says where to look."""

from __future__ import annotations

import json
import shutil
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from zegel.demo import accountability, clip, ground, scene, wishes, workshop
from zegel.demo.processes import DidNotStart, Stage, free_port, run, wait_until
from zegel.demo.scene import Installation
from zegel.demo.world import WORLD
from zegel.seal.words import words
from zegel.unit import clock

LINK_PORT = 8443
DEFAULT_FOLDER = Path("var/demo")
_ALARM_WITHIN_S = 60.0
_SHOWN = (
    ("operator", "the alarm rings: press Enter to claim it, watch, close it with a code"),
    ("owner", "see who looks, recall the alarm, arm and disarm, play your recordings"),
    ("supervisor", "the same queue"),
    ("foreman", "compare the words that it shows, once; then Hours: working until, as far as the owner signed"),
    ("planner", "tasks, customers, sites, stock; press / and type; Plans: contacts, guard companies"),
    ("technician", "what is out of order; no picture before the owner allows it in his portal"),
    ("shop", "a shop's service: orders, week, partners, invoices, website, keys and webhooks"),
    ("household", "another customer of the same alarm centre: sees nothing of the first"),
)
_OWNERS_PAGES = (
    ("masks", "draw what nobody shall see, sign it, and watch the unit confirm it"),
    ("overview", "the hours before as a timelapse, without a face; save it as MP4"),
    ("live", "look live, for a purpose, and take a picture that you alone can open"),
    ("recordings", "the day with previews: play, save as a signed film, delete for ever"),
    ("hours", "the week, working until, who else may; what the unit obeys by its own signature"),
    ("sites", "the map with its camera, the unit's figures over time (made up, and said so)"),
    ("signs", "a sign as PDF; the code on it leads anybody to the whole notice"),
    ("notifications", "what tells you what, and when; nothing silences an alarm"),
    ("agreements", "choose another alarm centre: compare its words with those below, and see your unit follow"),
    ("maintenance", "a technician waits for your answer: allow him to look, or don't"),
)


@dataclass(frozen=True)
class Kept:
    """What a folder was made with; another source means another world."""

    source: str
    http_port: int
    link_port: int


def visit(folder: Path | None, video: str | None, camera: str | None, http_port: int) -> int:
    """Until Ctrl-C."""
    _stop_on_sigterm()
    source = clip.source(video, camera)
    place = (folder or DEFAULT_FOLDER).absolute()
    kept = _keep(place, source.words, http_port)
    stage = Stage(place / "logs")
    begun = clock.mono_s()
    try:
        print("Starting the database and the server …", flush=True)
        installation = scene.install(stage, place, kept.http_port, kept.link_port, usual_ports=True)
        wishes.choose(installation)
        if not (place / "unit" / "state").exists():
            print("Enrolling a camera unit and pairing it, as its owner would …", flush=True)
            unit = scene.enrol(stage, installation, place / "unit", WORLD.site("yard"), source.words, furnish=True)
            ground.furnish(installation)
            workshop.furnish(installation, unit)
            accountability.furnish(installation, unit.camera_id)
        scene.run_unit(stage, place / "unit")
        print(_table(installation, source, clock.mono_s() - begun), flush=True)
        _tell(stage, installation)
        while True:
            stage.check()
            clock.sleep(1.0)
    except KeyboardInterrupt:
        print("\nStopping …", flush=True)
        return 0
    finally:
        stage.stop()


def _tell(stage: Stage, installation: Installation) -> None:
    """Say when the first alarm comes."""
    operator = installation.client("operator")
    first: list[str] = []

    def alarmed() -> bool:
        alarms = operator.http.get("/api/v1/alarms?state=open")["alarms"]
        first.extend(f"{alarm['class']} {alarm['score'] / 1000:.2f}" for alarm in alarms)
        return bool(first)

    try:
        took = wait_until(alarmed, "the first alarm", _ALARM_WITHIN_S, stage)
        print(f"Alarm after {took:.0f} s: {first[0]}. It is ringing on the operator's screen. Ctrl-C ends the demo.")
    except DidNotStart:
        print("No alarm yet: nobody was seen in this picture so far. The unit keeps watching. Ctrl-C ends the demo.")


def _keep(place: Path, source: str, http_port: int) -> Kept:
    """The ports and source of this folder; a folder that was made with another source starts afresh."""
    file = place / "demo.json"
    if file.exists():
        kept = Kept(**json.loads(file.read_text()))
        if kept.source == source and kept.http_port == free_port(kept.http_port):
            return Kept(source, kept.http_port, free_port(kept.link_port))
    _start_afresh(place)
    kept = Kept(source, free_port(http_port), free_port(LINK_PORT))
    place.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(kept.__dict__))
    return kept


def _start_afresh(place: Path) -> None:
    if not place.exists():
        return
    if not (place / "demo.json").exists() and any(place.iterdir()):
        raise DidNotStart(f"{place} holds something that is not a demo: choose another --folder")
    from zegel.server.kernel.postgres import place_for

    shutil.rmtree(place_for(place / "server"), ignore_errors=True)
    shutil.rmtree(place)


def _invitation(installation: Installation) -> list[str]:
    said = json.loads(run([
        "demo", "seed", "--data", str(installation.data), "--keys", str(installation.data.parent / "people.json"),
        "--origin", installation.origin, "--invite",
    ]))  # fmt: skip
    return ["", "  An invitation waits to be accepted (a second owner of the yard; make it small, like a phone):",
            f"    {said['invitation']}"] if said["invitation"] else []  # fmt: skip


def _table(installation: Installation, source: clip.Source, took_s: float) -> str:
    base = installation.origin
    lines = [
        "", f"Zegel runs ({took_s:.0f} s). The camera shows {source.said}.", "",
        f"  {'open':<52} {'sign in as':<32} {'password':<20} what to try",
    ]  # fmt: skip
    face = {
        "operator": "/console/", "supervisor": "/console/", "planner": "/backoffice/", "technician": "/backoffice/",
        "shop": "/service/",
    }  # fmt: skip
    for key, what in _SHOWN:
        keys = installation.keyring.people[key]
        url = base + face.get(key, "/portal/")
        lines.append(f"  {url:<52} {keys.email:<32} {keys.password:<20} {what}")
    lines += ["", f"  The owner's own pages, as {installation.keyring.people['owner'].email}:"]
    lines += [f"  {base + '/portal/' + view:<52} {what}" for view, what in _OWNERS_PAGES]
    lines += ["", *_code_words(), *_centres_words(installation), *_invitation(installation)]
    lines += [
        "", f"  {base + '/kit':<52} the kit that the screens are made of",
        f"  {base + '/ledger/checkpoint':<52} the public log. Check it yourself, with its key and nothing else:",
        f'    .venv/bin/zegel ledger verify {installation.log.url} --key "{installation.log.vkey}"',
        f'    .venv/bin/zegel viewer verify {base} --key "{installation.log.vkey}"',
        f"    .venv/bin/zegel unit status --data {installation.data.parent / 'unit'}",
        "", "  Let others call, from a second terminal:",
        "    .venv/bin/zegel demo send burglary|fire|holdup|tamper|open|poll    a panel, encrypted DC-09",
        "    .venv/bin/zegel demo send storm --count 500                        a street of panels at once",
        "    .venv/bin/zegel demo send mail|webhook                             a camera that mails; a system",
        "", "  Use two browsers (or a private window) to see operator and owner side by side.", "",
    ]  # fmt: skip
    return "\n".join(lines)


def _code_words() -> list[str]:
    """What contacts say on the telephone: in an installation only they know, and the server keeps slow hashes."""
    lines: list[str] = []
    for site in WORLD.sites:
        said = [
            f'{contact.name} "{contact.code_word}"'
            + (f', under duress "{contact.duress_word}"' if contact.duress_word else "")
            for contact in site.contacts
            if contact.code_word
        ]
        lines += [f"  Code words at {site.name}: {'; '.join(said)}"] if said else []
    return lines


def _centres_words(installation: Installation) -> list[str]:
    """What stands in an owner's agreements with alarm centres: he compares it before he chooses another one."""
    parties = {service.party for service in WORLD.services if service.kind in {"arc", "arc_second"}}
    keys = installation.keyring.parties
    return [
        f"  {WORLD.party(party).name}, in its agreements: {words(keys[party].signing.fingerprint)}"
        for party in sorted(parties)
    ]


def _stop_on_sigterm() -> None:
    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
