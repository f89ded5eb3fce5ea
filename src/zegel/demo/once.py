# SPDX-License-Identifier: EUPL-1.2
"""The whole story without a person: played, timed, and every claim checked. Exit status 0, or what failed."""

from __future__ import annotations

import shutil
import tempfile
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from zegel.demo import claims, clip, scene
from zegel.demo.desks import Desks, desks
from zegel.demo.processes import DidNotStart, Stage, free_port
from zegel.demo.world import WORLD
from zegel.unit import clock


@dataclass
class Timeline:
    """What happened when, in milliseconds of wall time."""

    begun_ms: int
    steps: list[tuple[int, str, str]] = field(default_factory=list)

    def mark(self, what: str, at_ms: int, delay: str = "") -> None:
        self.steps.append((at_ms, what, delay))
        print(f"  {(at_ms - self.begun_ms) / 1000:7.2f} s  {what:<64} {delay}", flush=True)


def judge(folder: Path | None, video: str | None, camera: str | None, *, keep: bool) -> int:
    """Play in a fresh folder, check, tear down. The exit status."""
    source = clip.source(video, camera)
    place = folder or Path(tempfile.mkdtemp(prefix="zegel-once-"))
    place.mkdir(parents=True, exist_ok=True)
    place.chmod(0o755)  # the embedded database's user walks through it
    stage = Stage(place / "logs")
    failed = 0
    try:
        failed = _tell(stage, place, source)
    except DidNotStart as error:
        failed = 1
        print(f"\nThe story stopped: {error}")
    finally:
        stage.stop()
        if failed or keep:
            print(f"\nLogs and pictures: {place}")
        else:
            _remove(place)
    return 1 if failed else 0


def _tell(stage: Stage, place: Path, source: clip.Source) -> int:
    print(f"The camera shows {source.said}.\n\nTimeline")
    time = Timeline(clock.wall_ms())
    installation = scene.install(stage, place, free_port(8000), free_port(8443))
    time.mark("server, database and world stand", clock.wall_ms())
    unit = scene.enrol(stage, installation, place / "unit", WORLD.site("yard"), source.words, furnish=True)
    time.mark("unit enrolled, paired by its code, armed by its owner's policy", clock.wall_ms())
    with desks(installation, place / "shots") as screens:
        screens.open()
        time.mark(f"operator and owner signed in: {screens.said}", clock.wall_ms())
        program = scene.run_unit(stage, unit.home)
        watching_ms = clock.wall_ms()
        time.mark("the unit watches the camera", watching_ms)
        night = _alarm(time, screens, claims.Night(stage, installation, unit, program, watching_ms=watching_ms))
        return _check(night)


def _alarm(time: Timeline, screens: Desks, night: claims.Night) -> claims.Night:
    rang = screens.ring_seen()
    alarm = night.alarm = night.operator.http.get("/api/v1/alarms?state=open")["alarms"][0]
    first, raised = int(alarm["first_seen_ms"]), int(alarm["raised_ms"])
    time.mark(f"the unit sees a {alarm['class']} ({alarm['score'] / 1000:.2f}) and raises the alarm", raised,
              f"{raised - first} ms after the frame")
    time.mark("it rings on the operator's screen", rang, f"{rang - raised} ms after the alarm")
    night.rang_after_ms = rang - raised
    looked = screens.look()
    time.mark("claimed; the first picture is decrypted in the operator's browser", looked,
              f"{looked - rang} ms after the ring")
    clock.sleep(4.0)
    night.watch_before_recall()
    time.mark("a second client of the alarm centre opens all that was released", clock.wall_ms())
    pressed = screens.recall(str(alarm["id"]))
    time.mark("the owner recalls: it's us", pressed)
    gone = screens.picture_gone()
    night.gone_after_ms = gone - pressed
    time.mark("the picture is gone from the operator's screen", gone, f"{gone - pressed} ms after the recall")
    return night


def _check(night: claims.Night) -> int:
    print("\nClaims")
    failed = sum(not _holds(text, claim, night) for text, claim in claims.CLAIMS)
    print(f"\n{len(claims.CLAIMS) - failed} of {len(claims.CLAIMS)} claims hold.")
    return failed


def _holds(text: str, claim: Callable[[claims.Night], str], night: claims.Night) -> bool:
    try:
        said = claim(night)
    except claims.Broken as broken:
        print(f"  ✗ {text}\n      {broken}", flush=True)
        return False
    except Exception:
        print(f"  ✗ {text}\n      {traceback.format_exc(limit=4)}", flush=True)
        return False
    print(f"  ✓ {text}{': ' + said if said else ''}", flush=True)
    return True


def _remove(place: Path) -> None:
    from zegel.server.kernel.postgres import place_for

    shutil.rmtree(place_for(place / "server"), ignore_errors=True)
    shutil.rmtree(place, ignore_errors=True)
