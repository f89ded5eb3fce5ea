# SPDX-License-Identifier: EUPL-1.2
"""From what is the case to what there is to do. Pure.

A cause has a key, so that the same thing is one task however often it is looked at; when the cause is gone the task is,
too, and when it comes back the task does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

WARN_BEFORE = timedelta(days=60)
SILENT_AFTER = timedelta(minutes=15)
LONGEST_WORDS = 300
LONGEST_KIND = 30
LONGEST_SNOOZE = timedelta(days=90)


class TaskKind(StrEnum):
    """What a task of this room's own causes is about; the pages have the sentences. A room above has words of its own
    for what it brings (causes.source), at most LONGEST_KIND letters each."""

    AGREEMENT_UNSIGNED = "agreement_unsigned"
    CERTIFICATE_ENDS = "certificate_ends"
    STATEMENT_ENDS = "statement_ends"
    STATEMENT_MISSING = "statement_missing"
    SIGN_MISSING = "sign_missing"
    UNIT_SILENT = "unit_silent"
    MALFUNCTION = "malfunction"
    TELEMETRY = "telemetry"
    OWN = "own"  # somebody wrote it himself


class About(StrEnum):
    """What kind of thing it points at; a room above names its own."""

    CUSTOMER = "customer"
    SITE = "site"
    UNIT = "unit"
    CAMERA = "camera"
    PERSON = "person"
    CERTIFICATE = "certificate"
    MALFUNCTION = "malfunction"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Cause:
    """Why there is something to do. `about_id` points at it, `customer_id` says whose it is (None: the provider's own);
    `detail`: a word (a condition, a scheme), never a sentence; `due`: by when."""

    kind: str
    about: str
    about_id: UUID | None
    customer_id: UUID | None
    detail: str = ""
    due: datetime | None = None

    @property
    def key(self) -> str:
        return f"{self.kind!s}/{self.about_id}/{self.detail}"[:120]


@dataclass(frozen=True)
class Known:
    """A task that is there: its key, and whether its cause was there when it was last looked at."""

    id: UUID
    key: str
    standing: bool


@dataclass(frozen=True)
class Changes:
    """What a look at the causes brings."""

    new: tuple[Cause, ...]
    back: Mapping[UUID, Cause]
    gone: tuple[UUID, ...]


def compare(causes: Iterable[Cause], known: Iterable[Known]) -> Changes:
    """Which tasks arise, come back, or have lost their cause."""
    now = {cause.key: cause for cause in causes}
    there = {task.key: task for task in known}
    return Changes(
        new=tuple(cause for key, cause in now.items() if key not in there),
        back={there[key].id: cause for key, cause in now.items() if key in there and not there[key].standing},
        gone=tuple(task.id for key, task in there.items() if task.standing and key not in now),
    )


def ends_soon(until: datetime, now: datetime) -> bool:
    return until - now <= WARN_BEFORE
