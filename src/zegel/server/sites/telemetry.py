# SPDX-License-Identifier: EUPL-1.2
"""The condition of units and cameras: taken in each minute, judged, rolled up by the hour, forgotten (D6).

What keeps it what it is for:
- Figures of devices only. There is no field in which a picture, a finding or a person's doing would fit.
- One minute of a unit is one row, whatever it sends; what is older than it would be kept is not taken in.
- It is read for maintenance, quality and security, by the owner and his provider's technicians; the gate has no line
  that lets anybody export it.
- Minutes are kept seven days, hours ninety: `forget` is a job, and what is gone is in no other table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count
from django.db.models.functions import TruncHour

from zegel.server import gate
from zegel.server.gate import Resource
from zegel.server.gate.vocabulary import Action, ResourceKind
from zegel.server.kernel import clock, ids, tenancy, work
from zegel.server.kernel.actor import Actor, system
from zegel.server.ledger import Entry, Kind
from zegel.server.sites import limits, queries
from zegel.server.sites.actions import moment
from zegel.server.sites.errors import BadLimit, ObjectRefused
from zegel.server.sites.limits import Condition, Found, Limits
from zegel.server.sites.models import (
    Camera,
    Site,
    SiteLimits,
    TelemetryHour,
    TelemetryMinute,
    Unit,
    UnitHealth,
    UnitState,
)
from zegel.server.sites.unit_actions import MAX_CLOCK_AHEAD_MS, note_technical, paired_unit

MINUTES_KEPT = timedelta(days=7)
HOURS_KEPT = timedelta(days=90)
MINUTES_SHOWN = timedelta(hours=26)  # longer stretches are shown by the hour
LONGEST = timedelta(days=92)
UNIT_FIGURES = (
    "battery_mv", "signal_dbm", "temperature_c10", "storage_free_mb", "spool_mb", "clock_offset_ms", "data_month_mb",
)  # fmt: skip
CAMERA_FIGURES = ("fps10", "kbps", "gaps", "keyframe_ms")
MADE_UP = "demo"  # a figure beside the others: this row was made up to show something
RECEIVED = "minutes"  # in an hour: of how many minutes it is made

Figures = Mapping[str, Any]


# --- in ---


def record(actor: Actor, at_ms: int, figures: Figures, cameras: Mapping[UUID, Figures]) -> None:
    """A minute of the acting unit. A second word about the same minute, and one about a time that is not kept any more,
    change nothing. Raises ObjectRefused, UnitRevoked."""
    if at_ms > clock.now_ms() + MAX_CLOCK_AHEAD_MS:
        raise ObjectRefused("not_yet_valid", "it is dated in the future: the unit's clock is wrong")
    at = moment(at_ms).replace(second=0, microsecond=0)
    if at < clock.now() - MINUTES_KEPT:
        return
    with work.transaction(actor) as w:
        unit = paired_unit(actor)
        _only_its_own(unit, cameras)
        said = {name: value for name, value in figures.items() if value is not None}
        streams = {camera.hex: _known(told) for camera, told in cameras.items()}
        row = TelemetryMinute(
            id=ids.new(), owner_id=unit.owner_id, provider_id=unit.provider_id, unit=unit, at=at, figures=said,
            cameras=streams,
        )  # fmt: skip
        TelemetryMinute.objects.bulk_create([row], ignore_conflicts=True)
        _look(w, unit, at, said, streams)


def _known(told: Figures) -> dict[str, Any]:
    return {name: value for name, value in told.items() if value is not None}


def _only_its_own(unit: Unit, cameras: Iterable[UUID]) -> None:
    wanted = set(cameras)
    if Camera.objects.filter(id__in=wanted, unit=unit).count() != len(wanted):
        raise ObjectRefused("wrong_binding", "a camera is not one of this unit")


def _look(w: work.Work, unit: Unit, at: datetime, figures: Figures, cameras: Mapping[str, Figures]) -> None:
    """Only the newest minute says how a unit is now."""
    health = _health(unit)
    if health.at is not None and at <= health.at:
        return
    before = dict(health.conditions)
    found = {one.key: one for one in limits.judge(figures, cameras, limits_of(unit.site), frozenset(before))}
    now_ms = round(at.timestamp() * 1000)
    health.at, health.figures, health.cameras = at, dict(figures), {key: dict(told) for key, told in cameras.items()}
    health.conditions = {key: before.get(key, now_ms) for key in found}
    health.save()
    for key, one in found.items():
        if key not in before:
            _raised(w, unit, one)
    for key in before.keys() - found.keys():
        _cleared(w, unit, key)


def _health(unit: Unit) -> UnitHealth:
    given = {"owner_id": unit.owner_id, "provider_id": unit.provider_id}
    UnitHealth.objects.get_or_create(unit=unit, defaults=given)
    return UnitHealth.objects.select_for_update().get(unit=unit)


def _raised(w: work.Work, unit: Unit, found: Found) -> None:
    camera = UUID(hex=found.camera) if found.camera else None
    note_technical(w, unit, found.condition.value, camera, str(found.value))
    _say(w, "telemetry.raised", unit, found.condition.value, camera)


def _cleared(w: work.Work, unit: Unit, key: str) -> None:
    word, _colon, hex_id = key.partition(":")
    camera = UUID(hex=hex_id) if hex_id else None
    note_technical(w, unit, f"{word}_over", camera, "")
    _say(w, "telemetry.cleared", unit, word, camera)


def _say(w: work.Work, topic: str, unit: Unit, condition: str, camera: UUID | None) -> None:
    of = {} if camera is None else {"camera_id": camera}
    w.publish(topic, owner_id=unit.owner_id, unit_id=unit.id, site_id=unit.site_id, condition=condition, **of)


def look_for_silent(owner_id: UUID) -> None:
    """Units of this owner that were not heard for longer than their site allows; and those that are back."""
    with work.transaction(system(owner_id)) as w:
        now = clock.now()
        for unit in Unit.objects.filter(owner_id=owner_id, state=UnitState.PAIRED).select_related("site"):
            allowed = limits_of(unit.site).silent_s
            last = unit.last_seen_at
            silent = allowed is not None and last is not None and now - last > timedelta(seconds=allowed)
            _silent(w, unit, silent, last or now)


def _silent(w: work.Work, unit: Unit, silent: bool, last: datetime) -> None:
    word = Condition.SILENT_UNIT.value
    known = UnitHealth.objects.filter(unit=unit).first()
    if silent is (known is not None and word in known.conditions):
        return
    health = _health(unit)
    if silent:
        health.conditions = {**health.conditions, word: round(last.timestamp() * 1000)}
        _raised(w, unit, Found(Condition.SILENT_UNIT, "", 0))
    else:
        health.conditions = {key: since for key, since in health.conditions.items() if key != word}
        _cleared(w, unit, word)
    health.save(update_fields=["conditions"])


# --- limits ---


def limits_of(site: Site) -> Limits:
    """Within an acting party."""
    own = SiteLimits.objects.filter(site=site).first()
    return limits.of_site(site.profile, {} if own is None else own.figures)


def set_limits(actor: Actor, site_id: UUID, figures: Mapping[str, int | None]) -> Limits:
    """A site's own limits, as a whole; what is not named is the profile's. Raises Denied, UnknownSite, BadLimit."""
    with work.transaction(actor) as w:
        site = queries.get_site(site_id)
        gate.require(actor, Action.CHANGE, limits_resource(site))
        for name, value in figures.items():
            if limits.wrong(name, value) is not None:
                raise BadLimit(name, *limits.RANGES.get(name, (0, 0)))
        given = {"owner_id": site.owner_id, "provider_id": site.provider_id}
        SiteLimits.objects.update_or_create(
            site=site,
            defaults={**given, "figures": dict(figures), "changed_by": actor.id, "changed_at": clock.now()},
        )
        w.record(Entry(Kind.SITE, site.owner_id, {"what": "limits", "fields": ",".join(sorted(figures))}, site.id))
        return limits.of_site(site.profile, figures)


def limits_resource(site: Site) -> Resource:
    return Resource(ResourceKind.SITE_LIMITS, site.id, site.owner_id, of={"site": site.id})


def resource(unit: Unit) -> Resource:
    """For the gate: reading the telemetry of this unit."""
    return Resource(ResourceKind.TELEMETRY, unit.id, unit.owner_id, of={"site": unit.site_id, "unit": unit.id})


# --- out ---


@dataclass(frozen=True)
class Row:
    """A minute, or an hour with [lowest, mean, highest] of each figure."""

    at_ms: int
    figures: Figures
    cameras: Mapping[str, Figures]


@dataclass(frozen=True)
class Series:
    step_s: int
    rows: Sequence[Row]


def series(actor: Actor, unit: Unit, from_ms: int, to_ms: int) -> Series:
    """Up to 26 hours by the minute, longer by the hour. Raises Denied."""
    gate.require(actor, Action.READ, resource(unit))
    start, end = moment(from_ms), moment(to_ms)
    start = max(start, end - LONGEST)
    by_minute = end - start <= MINUTES_SHOWN and start >= clock.now() - MINUTES_KEPT
    model = TelemetryMinute if by_minute else TelemetryHour
    with tenancy.acting_as(actor.party_id, actor.id):
        found = model.objects.filter(unit_id=unit.id, at__gte=start, at__lt=end).order_by("at")
        rows = [Row(round(row.at.timestamp() * 1000), row.figures, row.cameras) for row in found]
    return Series(60 if by_minute else 3600, rows)


def health_of(actor: Actor, unit: Unit) -> UnitHealth | None:
    """The newest figures. Raises Denied."""
    gate.require(actor, Action.READ, resource(unit))
    with tenancy.acting_as(actor.party_id, actor.id):
        return UnitHealth.objects.filter(unit_id=unit.id).first()


# --- rolled up and forgotten ---


def roll_up(owner_id: UUID) -> int:
    """Makes the hours that are over, and makes anew those of which minutes came late. How many."""
    with work.transaction(system(owner_id)):
        now = clock.now().replace(minute=0, second=0, microsecond=0)
        minutes = TelemetryMinute.objects.filter(owner_id=owner_id, at__lt=now)
        hours = minutes.annotate(hour=TruncHour("at")).values("unit_id", "hour").annotate(n=Count("id")).order_by()
        made = {
            (unit, at): figures.get(RECEIVED)
            for unit, at, figures in TelemetryHour.objects.filter(
                owner_id=owner_id, at__gte=now - MINUTES_KEPT - timedelta(hours=1)
            ).values_list("unit_id", "at", "figures")
        }
        due = [(row["unit_id"], row["hour"]) for row in hours if made.get((row["unit_id"], row["hour"])) != row["n"]]
        for unit_id, hour in due:
            _roll(owner_id, unit_id, hour)
        return len(due)


def _roll(owner_id: UUID, unit_id: UUID, hour: datetime) -> None:
    rows = list(TelemetryMinute.objects.filter(unit_id=unit_id, at__gte=hour, at__lt=hour + timedelta(hours=1)))
    cameras = sorted({camera for row in rows for camera in row.cameras})
    made_up = {MADE_UP: 1} if any(MADE_UP in row.figures for row in rows) else {}
    TelemetryHour.objects.update_or_create(
        unit_id=unit_id, at=hour,
        defaults={
            "owner_id": owner_id, "provider_id": rows[0].provider_id,
            "figures": {**together([row.figures for row in rows], UNIT_FIGURES), RECEIVED: len(rows), **made_up},
            "cameras": {
                camera: together([row.cameras.get(camera, {}) for row in rows], CAMERA_FIGURES) for camera in cameras
            },
        },
    )  # fmt: skip


def together(rows: Sequence[Figures], names: Iterable[str]) -> dict[str, list[int]]:
    """[lowest, mean, highest] of each figure that is there at all."""
    known = {name: [row[name] for row in rows if isinstance(row.get(name), int)] for name in names}
    return {name: [min(found), round(sum(found) / len(found)), max(found)] for name, found in known.items() if found}


def forget(owner_id: UUID) -> int:
    """What is older than it is kept. How many rows."""
    now = clock.now()
    with work.transaction(system(owner_id)):
        # by unit: their index leads to just these rows, however large the table is (docs/design/telemetry.md)
        units = list(Unit.objects.filter(owner_id=owner_id).values_list("id", flat=True))
        minutes, _ = TelemetryMinute.objects.filter(unit_id__in=units, at__lt=now - MINUTES_KEPT).delete()
        hours, _ = TelemetryHour.objects.filter(unit_id__in=units, at__lt=now - HOURS_KEPT).delete()
        return minutes + hours
