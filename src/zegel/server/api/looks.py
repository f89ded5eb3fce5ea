# SPDX-License-Identifier: EUPL-1.2
"""Who looked: the ledger's entries about a party's cameras, told as looks.

What keeps it whole:
- A followed alarm writes several entries a second. They are one look: what an entry adds widens its look's line.
- It is read to the end of the asked days, or to a full page; a page ends between looks, says so, and where to go on.
- A look too long for any page goes on in the next one, and says so (`continues`).
- What was done while looking (asked to see clearly, turned the camera) stands on the look's own line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from zegel.server.alarms.models import Alarm
from zegel.server.dispatch.models import Guard
from zegel.server.footage import queries as footage
from zegel.server.footage.queries import Told
from zegel.server.kernel import tenancy
from zegel.server.kernel.actor import Actor
from zegel.server.ledger import Kind
from zegel.server.ledger import queries as ledger
from zegel.server.ledger.queries import Logged
from zegel.server.people import queries as people
from zegel.server.sites import queries as sites

WHILE_LOOKING = (Kind.VIEW_ENDED, Kind.VERIFY, Kind.CONTROL)
LOOKED = (
    *WHILE_LOOKING, Kind.VIEW, Kind.RELEASE, Kind.RELEASE_HANDED, Kind.GRANT, Kind.REOPENED, Kind.GUARD_PICTURE,
)  # fmt: skip
ALONE = (Kind.GRANT, Kind.REOPENED, Kind.GUARD_PICTURE)
LOOKS = 200  # a page ends once it has so many looks, all of them whole,
ENTRIES = 6000  # or has read so many entries, all looks whole,
ENTRIES_AT_MOST = 20_000  # or so many, whatever that cuts

Key = tuple[Kind, UUID | int]


@dataclass(frozen=True)
class Page:
    """`before`: where the next page begins; None when this is all."""

    rows: Sequence[dict[str, Any]]
    before: int | None


@dataclass
class Look:
    """One line: the oldest entry of it that was read, widened by the others."""

    first: Logged
    entries: int = 0
    slots: int = 0
    times: list[int] = field(default_factory=list)


@dataclass
class During:
    """What was done in one look: when its viewer asked to see clearly, how often he turned the camera."""

    verified_ms: int | None = None
    turned: int = 0


@dataclass
class Reading:
    """What was read so far, newest first."""

    looks: dict[Key, Look] = field(default_factory=dict)
    ends: dict[UUID, int | None] = field(default_factory=dict)
    during: dict[UUID, During] = field(default_factory=dict)
    entries: int = 0
    lowest: int | None = None

    def add(self, row: Logged) -> None:
        self.entries, self.lowest = self.entries + 1, row.index
        if row.kind in WHILE_LOOKING:
            self._note(row)
            return
        look = self.looks.setdefault(key_of(row), Look(row))
        look.first = row
        look.entries += 1
        slots = _fact(row, "slots")
        look.slots += slots if isinstance(slots, int) else 0
        look.times += [at for at in (_fact(row, "from_ms"), _fact(row, "to_ms")) if isinstance(at, int)]
        look.times = [min(look.times), max(look.times)] if look.times else []

    def _note(self, row: Logged) -> None:
        lease, seconds = _id(row, "lease"), _fact(row, "seconds")
        if lease is None:
            return
        if row.kind is Kind.VIEW_ENDED:
            self.ends[lease] = seconds if isinstance(seconds, int) else None
            return
        during = self.during.setdefault(lease, During())
        if row.kind is Kind.VERIFY:
            during.verified_ms = row.at_ms
        else:
            during.turned += 1


def key_of(row: Logged) -> Key:
    """Entries of one look have one key: a view's lease, a release's alarm; a forgotten entry stands alone."""
    named = "alarm" if row.kind is Kind.RELEASE else "lease"
    return row.kind, (None if row.kind in ALONE else _id(row, named)) or row.index


def page(actor: Actor, since_ms: int, camera_id: UUID | None, before: int | None) -> Page:
    """The looks whose oldest entry lies below `before`, newest first. `actor` may ask (the caller asked the gate)."""
    assert actor.party_id is not None
    with tenancy.acting_as(actor.party_id, actor.id):
        reading, whole = Reading(), False
        while not whole and not _full(reading):
            found = ledger.entries(
                LOOKED, actor.party_id, since_ms=since_ms, about=camera_id, before=reading.lowest or before
            )
            for row in found:
                reading.add(row)
            whole = len(found) < ledger.MOST_AT_ONCE
        told = _told(reading)
        cameras = {row.id: row.name for row in sites.cameras(actor)}
        alarms = {alarm for look in reading.looks.values() if (alarm := _id(look.first, "alarm"))}
        numbers = dict(Alarm.objects.filter(id__in=alarms).values_list("id", "number"))
        guards = _guards(reading)
    said = [look.first.said for look in reading.looks.values() if look.first.said]
    names = people.person_names(one.actor_id for one in said if one.actor_id)
    parties = people.party_names({one.actor_party_id for one in said if one.actor_party_id}, seen_by=actor.party_id)
    shown = sorted(reading.looks.items(), key=lambda item: -item[1].first.index)
    cut = None if whole else reading.lowest
    rows = [
        _row(look, told.get(key), reading, cut) | _words(look.first, cameras, numbers, names, parties, guards)
        for key, look in shown
    ]
    return Page(rows, cut)


def _full(reading: Reading) -> bool:
    if reading.entries >= ENTRIES_AT_MOST:
        return True
    if len(reading.looks) < LOOKS and reading.entries < ENTRIES:
        return False
    return all(told.first_index >= (reading.lowest or 0) for told in _told(reading).values())


def _told(reading: Reading) -> dict[Key, Told]:
    """What the rooms know of these looks besides: where they begin."""
    named = [(kind, key) for kind, key in reading.looks if isinstance(key, UUID)]
    leases = footage.views_told({key for kind, key in named if kind is not Kind.RELEASE})
    alarms = footage.releases_told({key for kind, key in named if kind is Kind.RELEASE})
    found: dict[Key, Told] = {}
    for kind, key in named:
        told = (alarms if kind is Kind.RELEASE else leases).get(key)
        if told is not None:
            found[kind, key] = told
    return found


def _guards(reading: Reading) -> dict[UUID, str]:
    """Within an acting party: the names of the guard companies in these looks."""
    wanted = {guard for look in reading.looks.values() if (guard := _id(look.first, "guard"))}
    return dict(Guard.objects.filter(id__in=wanted).values_list("id", "name"))


def _row(look: Look, told: Told | None, reading: Reading, cut: int | None) -> dict[str, Any]:
    row, ends = look.first, reading.ends
    lease = _id(row, "lease")
    during = (reading.during.get(lease) if lease is not None else None) or During()
    seconds = ends.get(lease) if lease is not None and lease in ends else (told.seconds if told else None)
    single = _fact(row, "picture") is not None  # handed out at once: there is no end to wait for
    ended = row.kind is not Kind.VIEW or single or (lease is not None and lease in ends) or seconds is not None
    return {
        "index": row.index, "kind": _kind(row.kind), "at_ms": row.at_ms, "receipt": row.said is not None,
        "entries": look.entries, "continues": cut is not None and told is not None and told.first_index < cut,
        "from_ms": look.times[0] if look.times else None, "to_ms": look.times[-1] if look.times else None,
        "slots": look.slots, "seconds": seconds if row.kind is Kind.VIEW else None, "ended": ended,
        "forgotten": row.said is None, "verified_ms": during.verified_ms, "turned": during.turned,
    }  # fmt: skip


def _words(
    row: Logged, cameras: dict[UUID, str], numbers: dict[UUID, int | None], names: dict[UUID, str],
    parties: dict[UUID, str], guards: dict[UUID, str],
) -> dict[str, Any]:  # fmt: skip
    if row.said is None:
        return {}
    said, facts = row.said, row.said.facts
    camera, alarm = _id(row, "camera"), _id(row, "alarm")
    guard = guards.get(_id(row, "guard") or UUID(int=0), "")
    who = names.get(said.actor_id, "") if said.actor_id else guard if row.kind is Kind.VIEW else ""
    party = parties.get(said.actor_party_id, "") if said.actor_party_id else ""
    return {
        "who": {"name": who, "role": facts.get("role") or said.actor_kind, "party": party},
        "why": facts.get("purpose") or facts.get("reason") or "", "camera_id": None if camera is None else str(camera),
        "camera_name": cameras.get(camera, "") if camera else "", "alarm_id": None if alarm is None else str(alarm),
        "alarm_number": numbers.get(alarm) if alarm else None, "reason": facts.get("reason") or "",
        "address": facts.get("address") or "", "minutes": facts.get("minutes"), "guard": guard,
    }  # fmt: skip


def _kind(kind: Kind) -> str:
    return {Kind.RELEASE_HANDED: "release_handed"}.get(kind, kind.value)


def _fact(row: Logged, key: str) -> Any:
    return None if row.said is None else row.said.facts.get(key)


def _id(row: Logged, key: str) -> UUID | None:
    raw = _fact(row, key)
    return UUID(bytes=raw) if isinstance(raw, bytes) and len(raw) == 16 else None
