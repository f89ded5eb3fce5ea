# SPDX-License-Identifier: EUPL-1.2
"""What goes when, and why: from the declarations, the profiles and what an owner chose; nothing is listed by hand.

A `Matter` is what one model's declarations ask for: rows to delete, or fields to blank, so long after a moment that a
column of it tells. Starts that no row tells (a site's last unit, the end of a relation or an account) are the owner's
(owners.py). Images have rules of their own: by track, by place, and by what is held.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models
from django.db.models import Count, Min, Q

from zegel.declare import Declaration, Erase, Start, Term, bodies, declarations, profiles, tracks
from zegel.server.footage.models import Epoch
from zegel.server.footage.rules import Track
from zegel.server.kernel import clock
from zegel.server.kernel.checks import load_declarations
from zegel.server.lifecycle import overview, terms
from zegel.server.lifecycle.models import Hold
from zegel.server.lifecycle.owners import Owner

OWN_WAY = frozenset(
    {
        # footage.expiring, by track
        "footage.Epoch", "footage.Pack", "footage.Part", "footage.Segment", "footage.Manifest", "footage.Remainder",
        "footage.Cover", "footage.Deleted", "footage.MailPicture", "footage.Release",
        # by the kind of entry
        "ledger.Body",
        # sites.telemetry and people clear these away themselves, hourly
        "sites.TelemetryMinute", "sites.TelemetryHour", "people.SignedIn", "sites.Appearance",
        # products.jobs, by each product's own life and warranty, never longer than the owner's term
        "products.Item", "products.Ownership",
    }
)  # fmt: skip

OWNER = {"people.Membership": "party_id", "people.SealedTenantKey": "party_id", "people.Party": "id"}
"""Where a model calls its owner something else."""

STANDING = frozenset({"centre.Settings", "sites.SiteLimits", "sites.UnitHealth", "maintenance.Item"})
"""Settings and states: one row that is overwritten, and holds while it is set."""

RUNNING = {
    "footage.Grant": Q(ended_at__isnull=False),
    "footage.GuardPicture": Q(ended_at__isnull=False),
    "footage.GuardSight": Q(ended_at__isnull=False),
    "footage.Reopening": Q(ended_at__isnull=False),
    "footage.Lease": Q(ended_at__isnull=False),
    "centre.Seat": Q(ended_at__isnull=False),
}
"""What must be over before the term counts at all."""

COLUMN = {"footage.Window": "ended_at", "registers.LineReview": "reviewed_at"}
"""Where a model says it in another word than terms.COLUMNS. (A review of a register's line is due again long before its
own term is over.)"""


@dataclass(frozen=True)
class Matter:
    """`column`: the field that says when the term started, None when the owner's end does. `fields`: what is blanked;
    empty: the row goes."""

    model: str
    term: Term
    starts: Start
    column: str | None
    fields: tuple[str, ...]

    @property
    def django(self) -> type[models.Model]:
        return apps.get_model(self.model)

    def over(self, owner: Owner, *, spare_days: int = 0) -> models.QuerySet[Any]:
        """Within an acting party: the rows whose term is over; `spare_days`: for so long at least."""
        at = owner.home
        before = terms.bound(clock.now(), owner.days(self.term) + spare_days, at.zone)
        rows = self.of(owner.owner_id)
        if self.model in RUNNING:
            rows = rows.filter(RUNNING[self.model])
        return rows.filter(self._before(before)).filter(self._something_left()).order_by("pk")

    def of(self, owner_id: UUID) -> models.QuerySet[Any]:
        """Within an acting party: that owner's rows."""
        return self.django._default_manager.filter(**{OWNER.get(self.model, "owner_id"): owner_id})

    def left(self, owner_id: UUID) -> models.QuerySet[Any]:
        """Within an acting party: his rows in which there is still something to delete or blank."""
        return self.of(owner_id).filter(self._something_left())

    def _before(self, moment: datetime) -> Q:
        assert self.column is not None
        value: Any = terms.ms(moment) if self.column.endswith("_ms") else moment
        return Q(**{f"{self.column}__lt": value})

    def _something_left(self) -> Q:
        left = Q()
        for name in self.fields:
            field: Any = self.django._meta.get_field(name)
            left |= Q(**{f"{name}__isnull": False}) if field.null else ~Q(**{name: _nothing(self.django, name)})
        return left


def _nothing(model: type[models.Model], name: str) -> Any:
    from zegel.server.lifecycle.erasing import nothing

    return nothing(model, name)


# --- what the declarations ask for ---


@cache
def matters() -> tuple[Matter, ...]:
    """Of every model with an owner, in a steady order. A model whose declarations name several terms for its rows goes
    by the longest in its own profile's days; what is blanked goes by its own."""
    load_declarations()
    by_model: dict[str, list[Declaration]] = {}
    for one in declarations():
        by_model.setdefault(one.model, []).append(one)
    found: list[Matter] = []
    for model in sorted(by_model):
        if model not in OWN_WAY | STANDING and _has_owner(model):
            found += _of(model, by_model[model])
    return tuple(found)


def _of(model: str, declared: Sequence[Declaration]) -> Iterator[Matter]:
    names = [field.name for field in apps.get_model(model)._meta.get_fields()]
    rows = {(one.term, one.starts) for one in declared if one.erase in _ways_of_rows(model)}
    if rows:
        term, starts = max(rows, key=lambda each: (profiles.days(profiles.STRICTEST, each[0]), each[1].value))
        yield Matter(model, term, starts, _column(model, starts, names), ())
    blanked: dict[tuple[Term, Start], list[str]] = {}
    for one in declared:
        if one.erase is Erase.BLANK:
            blanked.setdefault((one.term, one.starts), []).append(one.field)
    for (term, starts), fields in sorted(blanked.items(), key=lambda each: each[1]):
        column = _column(model, starts, names)
        can = [name for name in fields if name != column and _can_be_blank(model, name)]
        if can:
            yield Matter(model, term, starts, column, tuple(can))


def _ways_of_rows(model: str) -> frozenset[Erase]:
    """A row with a key of its own goes with it, where somebody knows how (erasing.eraser)."""
    from zegel.server.lifecycle import erasing

    own = {Erase.SHRED} if erasing.has_own_way(model) else set()
    return frozenset({Erase.DELETE_ROW, *own})


def _can_be_blank(model: str, name: str) -> bool:
    """Moments stay when who did it goes: they say nothing of anybody then."""
    field = apps.get_model(model)._meta.get_field(name)
    return not isinstance(field, models.DateTimeField | models.DateField)


def _column(model: str, starts: Start, names: Sequence[str]) -> str | None:
    if model in COLUMN:
        return COLUMN[model]
    found = terms.column(starts, names)
    # of an alarm's own pieces that don't point at it: their own moment, which is earlier, so they go no later
    return terms.column(Start.MADE, names) if found is None and starts is Start.ALARM_CLOSED else found


def _has_owner(model: str) -> bool:
    return model in OWNER or any(field.name == "owner_id" for field in apps.get_model(model)._meta.concrete_fields)


ELSEWHERE = frozenset({Start.UNIT_REMOVED, Start.AGREEMENT_ENDED, Start.RELATION_ENDED, Start.ACCOUNT_ENDED})
"""Starts that the owner tells, not the row."""


def undated() -> list[str]:
    """Matters of which nobody can tell when their term starts: they would be kept for ever. Must be empty."""
    return [
        f"{one.model} ({one.term.value}, {one.starts.value})"
        for one in matters() if one.column is None and one.starts not in ELSEWHERE
    ]  # fmt: skip


@cache
def term_of_track(track: int) -> Term:
    load_declarations()
    return next((one.term for one in tracks() if one.track == track), Term.SURVEILLANCE_IMAGES)


# --- which images are over ---

BY_MADE = (Track.SURVEILLANCE, Track.PICTURE, Track.LIVE)


def epochs_over(owner: Owner, *, spare_days: int = 0) -> Iterator[models.QuerySet[Epoch]]:
    """Within an acting party: the epochs whose term is over, oldest first, grouped as their terms are; held ones are
    among them."""
    mine = Epoch.objects.filter(owner_id=owner.owner_id).defer("wrapped").order_by("start_ms", "id")
    for track in BY_MADE:
        for before_ms, cameras in _by_bound(owner, term_of_track(track), spare_days).items():
            yield mine.filter(track=track, camera_id__in=cameras, start_ms__lt=before_ms)
    now = clock.now()
    for stay in overview.stays(owner.owner_id):
        end = overview.ends_at(owner, stay.site_id)
        if end is not None and (now - end).days >= spare_days and end <= now:
            yield mine.filter(
                track=Track.OVERVIEW, unit_id=stay.unit_id, start_ms__gte=stay.from_ms, start_ms__lt=stay.to_ms
            )


def _by_bound(owner: Owner, term: Term, spare_days: int) -> Mapping[int, list[UUID]]:
    found: dict[int, list[UUID]] = {}
    for camera_id, place in owner.cameras.items():
        before = terms.bound(clock.now(), owner.days(term, place) + spare_days, place.zone)
        found.setdefault(terms.ms(before), []).append(camera_id)
    return found


# --- the plan, to read ---


@dataclass(frozen=True)
class Line:
    """What goes when, and why. `site_id`: of one site; None: of all. `count`: how many there are, None where that is
    not counted; `oldest_ms`, `next_ms`: when the oldest started, and when it goes; None: nothing there, or its term has
    not begun. `held`: how many of them an incident keeps."""

    what: str
    site_id: UUID | None
    term: Term
    starts: Start
    days: int
    source: str
    how: str
    count: int | None
    oldest_ms: int | None
    next_ms: int | None
    held: int = 0


def plan(owner_id: UUID) -> list[Line]:
    """Within an acting party."""
    owner = Owner(owner_id)
    return [*_images(owner), *_rows(owner), *_entries(owner)]


def _images(owner: Owner) -> Iterator[Line]:
    for site_id, place in owner.places.items():
        cameras = [camera for camera, at in owner.cameras.items() if at.site_id == site_id]
        held = Hold.objects.filter(camera_id__in=cameras, signed_at__isnull=False, released_at__isnull=True)
        for track in (Track.SURVEILLANCE, Track.PICTURE, Track.OVERVIEW):
            term = term_of_track(track)
            rows = Epoch.objects.filter(camera_id__in=cameras, track=track)
            found = rows.aggregate(n=Count("id"), old=Min("start_ms"))
            if track is Track.OVERVIEW:
                next_at = overview.ends_at(owner, site_id)
            else:
                next_at = None if found["old"] is None else owner.due(terms.moment(found["old"]), term, place)
            yield Line(
                f"track.{track.name.lower()}", site_id, term, _start_of(track), owner.days(term, place),
                _source(place.profile, term), "shred", found["n"], found["old"], clock.ms(next_at),
                held.filter(track=track).count(),
            )  # fmt: skip


def _start_of(track: Track) -> Start:
    return next((one.starts for one in tracks() if one.track == track), Start.MADE)


def _rows(owner: Owner) -> Iterator[Line]:
    for one in matters():
        oldest_ms = next_ms = None
        count: int | None = None
        if one.column is not None:
            found = one.of(owner.owner_id).aggregate(n=Count("pk"), old=Min(one.column))
            count, oldest = found["n"], found["old"]
            if oldest is not None:
                start = terms.moment(oldest) if isinstance(oldest, int) else oldest
                oldest_ms, next_ms = terms.ms(start), terms.ms(owner.due(start, one.term))
        yield Line(
            one.model, None, one.term, one.starts, owner.days(one.term), _source(owner.home.profile, one.term),
            "blank" if one.fields else "delete", count, oldest_ms, next_ms,
        )  # fmt: skip


def _entries(owner: Owner) -> Iterator[Line]:
    load_declarations()
    said = {(one.term, one.starts) for one in bodies()}
    for term, starts in sorted(said, key=lambda each: (each[0].value, each[1].value)):
        yield Line("ledger.Body", None, term, starts, owner.days(term), _source(owner.home.profile, term), "shred",
                   None, None, None)  # fmt: skip


def _source(profile: str, term: Term) -> str:
    return profiles.profile(profile).terms[term].source
