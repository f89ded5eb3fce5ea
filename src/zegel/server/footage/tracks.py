# SPDX-License-Identifier: EUPL-1.2
"""What the media tracks are: whose images, what for, how long. No column of the database shows them: they lie sealed in
objects, and only their owner's people can open them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core import checks

from zegel.declare import (
    Basis,
    Category,
    Erase,
    Export,
    Purpose,
    Recipient,
    Start,
    Subject,
    Term,
    declare_track,
    tracks,
)
from zegel.server.footage.rules import Track
from zegel.server.kernel.checks import load_declarations

declare_track(
    Track.SURVEILLANCE, subject=Subject.FILMED, category=Category.IMAGE, purpose=Purpose.SURVEILLANCE,
    basis=Basis.LEGITIMATE_INTERESTS, recipients=(Recipient.OWNER, Recipient.ARC, Recipient.POLICE),
    term=Term.SURVEILLANCE_IMAGES, starts=Start.MADE, export=Export.SEALED, erase=Erase.SHRED,
)  # fmt: skip
declare_track(  # nobody can be recognised in it (C8), and it is treated as if somebody could
    Track.OVERVIEW, subject=Subject.FILMED, category=Category.IMAGE, purpose=Purpose.OWN_USE,
    basis=Basis.LEGITIMATE_INTERESTS, recipients=(Recipient.OWNER,), term=Term.OVERVIEW_IMAGES,
    starts=Start.UNIT_REMOVED, export=Export.SEALED, erase=Erase.SHRED,
)  # fmt: skip
declare_track(
    Track.PICTURE, subject=Subject.FILMED, category=Category.IMAGE, purpose=Purpose.OWN_USE,
    basis=Basis.LEGITIMATE_INTERESTS, recipients=(Recipient.OWNER,), term=Term.SURVEILLANCE_IMAGES,
    starts=Start.MADE, export=Export.SEALED, erase=Erase.SHRED,
)  # fmt: skip
declare_track(  # passed on, and kept nowhere
    Track.LIVE, subject=Subject.FILMED, category=Category.IMAGE, purpose=Purpose.SURVEILLANCE,
    basis=Basis.LEGITIMATE_INTERESTS, recipients=(Recipient.OWNER, Recipient.ARC, Recipient.TECHNICIAN),
    term=Term.LIVE, starts=Start.MADE, export=Export.DESCRIBED, erase=Erase.SHRED,
)  # fmt: skip


@checks.register("zegel")
def every_track_is_declared(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[checks.CheckMessage]:
    load_declarations()
    declared = {one.track for one in tracks()}
    return [
        checks.Error(
            f"The track {track.name.lower()} is in no declaration.",
            hint="Say in footage/tracks.py what it holds of whom (declare_track).",
            id="zegel.E004",
        )
        for track in Track
        if int(track) not in declared
    ]
