# SPDX-License-Identifier: EUPL-1.2
"""Reads of back-ups: when, how large, whether they were tried. Never where, never with which key (A7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from zegel.server.backups import places
from zegel.server.backups.models import Copy, Trial
from zegel.server.kernel import clock, tenancy

NIGHTLY = timedelta(hours=26)  # a night, and two hours for a large installation
MOST = 60


class Fault(StrEnum):
    """What somebody must do something about."""

    NOT_SET_UP = "not_set_up"
    NO_COPY = "no_copy"  # none in a night
    NO_TRIAL = "no_trial"
    TRIAL_FAILED = "trial_failed"


@dataclass(frozen=True)
class Standing:
    """The last whole copy and the last trial, as evidence: dates and counts."""

    copy_at: datetime | None
    copy_bytes: int
    trial_at: datetime | None
    passed: bool
    erased_tried: int
    erased_opened: int
    entries: int
    faults: tuple[Fault, ...]


def state() -> Standing:
    with tenancy.acting_as(None):
        copy = Copy.objects.filter(ended_at__isnull=False, fault="").order_by("-began_at").first()
        trial = Trial.objects.order_by("-began_at").first()
        first = Copy.objects.order_by("began_at").values_list("began_at", flat=True).first()
    return Standing(
        copy_at=copy.began_at if copy else None,
        copy_bytes=copy.size if copy else 0,
        trial_at=trial.ended_at if trial else None,
        passed=bool(trial and trial.passed),
        erased_tried=trial.erased if trial else 0,
        erased_opened=trial.opened if trial else 0,
        entries=trial.entries if trial else 0,
        faults=tuple(_faults(copy, trial, first)),
    )


def _faults(copy: Copy | None, trial: Trial | None, first: datetime | None) -> list[Fault]:
    """A new installation has a night before anything is missing."""
    now = clock.now()
    if not places.is_set_up():
        return [Fault.NOT_SET_UP]
    found = []
    if copy is None or now - copy.began_at > NIGHTLY:
        found.append(Fault.NO_COPY)
    if trial is not None and not trial.passed:
        found.append(Fault.TRIAL_FAILED)
    if (trial is None or now - trial.began_at > NIGHTLY) and (first is None or now - first > NIGHTLY):
        found.append(Fault.NO_TRIAL)
    return found


def found_in_copy(name: str) -> tuple[datetime | None, int, int]:
    """What the last trial looked for under that name in the copy that it had put back: when, how many, how many of them
    it found. None: no trial did yet."""
    with tenancy.acting_as(None):
        for row in Trial.objects.order_by("-began_at")[:1]:
            for what, looked, found in row.searched:
                if what == name:
                    return row.ended_at, int(looked), int(found)
    return None, 0, 0


def copies(limit: int = MOST) -> Sequence[Copy]:
    with tenancy.acting_as(None):
        return list(Copy.objects.order_by("-began_at").defer("canary")[:limit])


def trials(limit: int = MOST) -> Sequence[Trial]:
    with tenancy.acting_as(None):
        return list(Trial.objects.order_by("-began_at")[:limit])
