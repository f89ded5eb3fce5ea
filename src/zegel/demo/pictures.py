# SPDX-License-Identifier: EUPL-1.2
"""What the demo's camera shows besides alarms: a privacy mask in a corner, and overview pictures of the hours before.

The pictures are made of the clip as the unit makes them, and put into its spool as it would have put them: the unit
then sends them. From there on it makes its own, one a minute.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from zegel.seal.allowances import Geometry, OverviewRules
from zegel.seal.policy import Point, Policy, Polygon
from zegel.unit.config import Home, load
from zegel.unit.run import open_engine
from zegel.unit.uplink import read_clock
from zegel.unit.walltime import WallTime
from zegel.unit.watch.masks import Masks
from zegel.unit.watch.messages import OverviewAsked, OverviewPicture, Watch, points_of
from zegel.unit.watch.overview import HEIGHT, WIDTH, encoded, shrunk, size_of

HANGS = Geometry(height_cm=600, nearest_cm=900, hfov_cdeg=6000, tilt_cdeg=2500)
EVERY_S = 60
BEFORE = 48
APART_S = 600
CORNER = Polygon((Point(0, 0), Point(1800, 0), Point(1800, 1500), Point(0, 1500)))
"""The windows of the house at the left: no business of whoever guards the yard."""


def furnished(policy: Policy, camera: bytes) -> Policy:
    """The same policy with a mask and overview pictures on this camera."""
    rules = replace(policy.camera(camera), privacy=(CORNER,))
    others = tuple(each for each in policy.cameras if each.camera != camera)
    cameras = tuple(sorted((*others, rules), key=lambda each: each.camera))
    return replace(policy, cameras=cameras, overview=(OverviewRules(camera, EVERY_S, HANGS),))


def put_before(home: Path, camera: bytes, clip: Path | None, count: int = BEFORE, apart_s: int = APART_S) -> int:
    """Pictures of the hours before, into the spool of a unit that does not run; returns how many."""
    folder = Home(home)
    engine = open_engine(folder, load(folder))
    engine.wall = WallTime(read_clock(), 0)  # a unit's own clock never goes back; these are of hours that it never saw
    rules = engine.overview_rules(camera)
    if rules is None or clip is None:
        engine.outbox.spool.close()
        return 0
    hangs, policy = rules.geometry, engine.trust.policy
    asked = OverviewAsked(rules.interval_s, hangs.height_cm, hangs.nearest_cm, hangs.hfov_cdeg, hangs.tilt_cdeg)
    privacy = policy.camera(camera).privacy if policy is not None else ()
    masks = Masks.of(Watch(privacy=[points_of(polygon) for polygon in privacy]))
    made = 0
    for number, image in enumerate(_frames(clip, count)):
        size = size_of(asked, image.shape[1], image.shape[0])
        if size is None:
            break
        now = read_clock()
        at_s = now.mono_s - (count - number) * apart_s
        data, record = encoded(shrunk(masks.burn_colours(image), size))
        engine.desks[camera].overview_s = float("-inf")
        engine.on_overview(camera, OverviewPicture(data, record, WIDTH, HEIGHT, masks.name, at_s, now.wall_ms), now)
        made += 1
    engine.stop(read_clock())
    engine.outbox.spool.flush()
    engine.outbox.spool.close()
    return made


def _frames(clip: Path, count: int) -> list[NDArray[np.uint8]]:
    """The clip's first frames: those before anybody walks in, as far as it has them."""
    container: Any = av.open(str(clip))
    with container:
        frames = container.decode(video=0)
        return [frame.to_ndarray(format="rgb24") for _, frame in zip(range(count), frames, strict=False)]


def clip_of(words: str) -> Path | None:
    """The file behind a camera's words; None for a real camera."""
    path = Path(words.removeprefix("file:").partition("?")[0])
    return path if path.is_file() else None


def corner_of(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """What lies under the demo's mask, of [height, width]."""
    height, width = picture.shape[:2]
    right = max(corner.x for corner in CORNER.corners) * width // 10_000
    bottom = max(corner.y for corner in CORNER.corners) * height // 10_000
    return picture[:bottom, :right]
