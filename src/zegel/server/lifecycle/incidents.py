# SPDX-License-Identifier: EUPL-1.2
"""Incidents: what happened, what is kept for it, and its end (journey 18).

The principles that keep them safe:
- Nothing is kept on one person's word. Who asks gives a range and a reason; somebody else signs; one of the two belongs
  to the owner of the images. Until then the term runs on, and the page says when it ends.
- A hold freezes exactly its range: not the minute before it, not another camera or track.
- Where the profile says so (home-se) nothing is kept: the originals expire, and a package is made in time.
- Closing ends every hold of it, and what is over its term goes at once, not at night.
- Each step is an entry of the ledger.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from zegel.declare import profiles
from zegel.server import gate
from zegel.server.footage.models import Epoch
from zegel.server.footage.rules import Track
from zegel.server.gate import Action, Resource, ResourceKind
from zegel.server.kernel import clock, work
from zegel.server.kernel.actor import Actor
from zegel.server.ledger import Entry, Kind
from zegel.server.ledger.entry import Fact
from zegel.server.lifecycle import holds, planner, runner, terms
from zegel.server.lifecycle.errors import (
    BadSpan,
    IncidentClosed,
    NotKeptHere,
    OwnerMissing,
    ReasonMissing,
    SamePerson,
    TooLateToKeep,
    UnknownIncident,
)
from zegel.server.lifecycle.models import Hold, Incident
from zegel.server.lifecycle.owners import Owner
from zegel.server.sites import queries as sites

SHORTEST_REASON = 10
LONGEST_MS = 7 * 24 * 3600 * 1000
HELD_TRACKS = (Track.SURVEILLANCE, Track.OVERVIEW, Track.PICTURE)


@dataclass(frozen=True)
class Wanted:
    """A time of one camera's track to keep: ms UTC, half-open."""

    camera_id: UUID
    track: int
    from_ms: int
    to_ms: int


def resource(owner_id: UUID, incident_id: UUID | None = None, site_id: UUID | None = None) -> Resource:
    return Resource(ResourceKind.INCIDENT, incident_id, owner_id, {} if site_id is None else {"site": site_id})


def open_incident(actor: Actor, site_id: UUID, title: str, reason: str, wanted: Sequence[Wanted] = ()) -> UUID:
    """Its id. Raises Denied, UnknownSite, ReasonMissing, and what `ask` raises."""
    with work.transaction(actor) as w:
        site = sites.get_site(site_id)
        gate.require(actor, Action.ADD, resource(site.owner_id, None, site_id))
        if len(reason.strip()) < SHORTEST_REASON or not title.strip():
            raise ReasonMissing
        assert actor.id is not None
        row = Incident.objects.create(
            owner_id=site.owner_id, provider_id=site.provider_id, site_id=site_id, title=title.strip()[:200],
            reason=reason.strip()[:1000], opened_at=clock.now(), opened_by=actor.id,
        )  # fmt: skip
        _record(w, row, "opened", site=site_id)
        for one in wanted:
            _ask(actor, w, row, one)
        return row.id


def ask(actor: Actor, incident_id: UUID, wanted: Wanted) -> UUID:
    """Asks that a time is kept; the first of two signatures. Its id.

    Raises Denied, UnknownIncident, IncidentClosed, BadSpan, NotKeptHere, TooLateToKeep.
    """
    with work.transaction(actor) as w:
        row = _open_one(incident_id)
        gate.require(actor, Action.SIGN, resource(row.owner_id, row.id, row.site_id))
        return _ask(actor, w, row, wanted).id


def _ask(actor: Actor, w: work.Work, row: Incident, wanted: Wanted) -> Hold:
    camera = sites.find_camera(wanted.camera_id)
    now_ms = clock.now_ms()
    if camera is None or camera.unit.site_id != row.site_id or wanted.track not in HELD_TRACKS:
        raise BadSpan
    if not 0 <= wanted.from_ms < wanted.to_ms <= now_ms or wanted.to_ms - wanted.from_ms > LONGEST_MS:
        raise BadSpan
    if not kept_here(camera.unit.site.profile):
        raise NotKeptHere
    _check_in_time(row.owner_id, wanted)
    assert actor.id is not None
    assert actor.party_id is not None
    hold = Hold.objects.create(
        owner_id=row.owner_id, provider_id=row.provider_id, incident=row, camera_id=wanted.camera_id,
        track=wanted.track, from_ms=wanted.from_ms, to_ms=wanted.to_ms, asked_at=clock.now(), asked_by=actor.id,
        asked_by_party=actor.party_id,
    )  # fmt: skip
    _record(w, row, "hold_asked", **_facts(hold))
    return hold


def kept_here(profile: str) -> bool:
    """Whether evidence keeps the originals of such a site past their term (C13), or only a package does (S4)."""
    said = profiles.profile(profile).parameters
    return all(bool(said[promise].get("hold", True)) for promise in ("C13", "S4") if promise in said)


def _check_in_time(owner_id: UUID, wanted: Wanted) -> None:
    """Raises TooLateToKeep when nothing of it can be there any more."""
    if wanted.track == Track.OVERVIEW:
        return
    owner = Owner(owner_id)
    last = terms.moment(wanted.to_ms - 1)
    if owner.due(last, planner.term_of_track(wanted.track), owner.of_camera(wanted.camera_id)) <= clock.now():
        raise TooLateToKeep


def sign(actor: Actor, hold_id: UUID) -> None:
    """The second signature: from here on it is kept. Raises Denied, UnknownIncident, IncidentClosed, SamePerson,
    OwnerMissing, TooLateToKeep. Signing what is signed is done already."""
    with work.transaction(actor) as w:
        hold = Hold.objects.select_for_update().filter(id=hold_id).first()
        if hold is None:
            raise UnknownIncident
        row = _open_one(hold.incident_id)
        gate.require(actor, Action.SIGN, resource(row.owner_id, row.id, row.site_id))
        holds.in_turn(row.owner_id)
        if hold.signed_at is not None:
            return
        if actor.id == hold.asked_by:
            raise SamePerson
        if row.owner_id not in (actor.party_id, hold.asked_by_party):
            raise OwnerMissing
        _check_in_time(row.owner_id, Wanted(hold.camera_id, hold.track, hold.from_ms, hold.to_ms))
        hold.signed_at, hold.signed_by, hold.signed_by_party = clock.now(), actor.id, actor.party_id
        hold.save(update_fields=["signed_at", "signed_by", "signed_by_party"])
        _record(w, row, "held", **_facts(hold))
        w.publish("hold.signed", owner_id=row.owner_id, hold_id=hold.id, camera_id=hold.camera_id)


def release(actor: Actor, hold_id: UUID) -> None:
    """One range is needed no longer; what is over its term goes at once. Raises Denied, UnknownIncident."""
    with work.transaction(actor) as w:
        hold = Hold.objects.select_for_update().filter(id=hold_id).select_related("incident").first()
        if hold is None:
            raise UnknownIncident
        row = hold.incident
        gate.require(actor, Action.END, resource(row.owner_id, row.id, row.site_id))
        _release(w, row, hold)
    runner.run_owner(row.owner_id, rows=False)


def _release(w: work.Work, row: Incident, hold: Hold) -> None:
    if hold.released_at is None:
        hold.released_at = clock.now()
        hold.save(update_fields=["released_at"])
        _record(w, row, "released", **_facts(hold))
        w.publish("hold.released", owner_id=row.owner_id, hold_id=hold.id, camera_id=hold.camera_id)


def close(actor: Actor, incident_id: UUID, outcome: str) -> None:
    """It is handled: every hold of it ends, and what is over its term goes at once. Closing again is harmless.

    Raises Denied, UnknownIncident, ReasonMissing.
    """
    with work.transaction(actor) as w:
        row = Incident.objects.select_for_update().filter(id=incident_id).first()
        if row is None:
            raise UnknownIncident
        gate.require(actor, Action.CLOSE, resource(row.owner_id, row.id, row.site_id))
        if row.closed_at is None:
            if not outcome.strip():
                raise ReasonMissing
            row.closed_at, row.closed_by, row.outcome = clock.now(), actor.id, outcome.strip()[:1000]
            row.save(update_fields=["closed_at", "closed_by", "outcome"])
            for hold in Hold.objects.select_for_update().filter(incident=row).order_by("id"):
                _release(w, row, hold)
            _record(w, row, "closed")
            w.publish("incident.closed", owner_id=row.owner_id, incident_id=row.id)
    runner.run_owner(row.owner_id, rows=False)


def _open_one(incident_id: UUID) -> Incident:
    row = Incident.objects.select_for_update().filter(id=incident_id).first()
    if row is None:
        raise UnknownIncident
    if row.closed_at is not None:
        raise IncidentClosed
    return row


def _facts(hold: Hold) -> dict[str, Fact]:
    return {
        "hold": hold.id, "camera": hold.camera_id, "track": hold.track, "from_ms": hold.from_ms, "to_ms": hold.to_ms,
    }  # fmt: skip


def _record(w: work.Work, row: Incident, what: str, **facts: Fact) -> None:
    camera = facts.get("camera")
    about = camera if isinstance(camera, UUID) else None
    w.record(Entry(Kind.HOLD, row.owner_id, {"incident": row.id, "what": what, **facts}, about))


# --- reading ---


@dataclass(frozen=True)
class HoldTold:
    """A hold as a page shows it. `over_ms`: when its term ends or ended without it; None: it has not begun to run.
    `left`: epochs of it that are still there; `sealed`: how many of them stand on the owner's own keys already."""

    row: Hold
    over_ms: int | None
    left: int
    sealed: int


def of(actor: Actor, *, open_only: bool = False) -> list[Incident]:
    """Within no transaction: those that the acting party may see, newest first. Raises Denied."""
    with work.transaction(actor):
        assert actor.party_id is not None
        gate.require(actor, Action.LIST, resource(actor.party_id))
        rows = Incident.objects.order_by("-opened_at")
        return list((rows.filter(closed_at__isnull=True) if open_only else rows)[:500])


def titles(incident_ids: Iterable[UUID], site_id: UUID | None = None) -> dict[UUID, str]:
    """Within an acting party: of those that it may see (and that are of that site)."""
    rows = Incident.objects.filter(id__in=set(incident_ids))
    if site_id is not None:
        rows = rows.filter(site_id=site_id)
    return dict(rows.values_list("id", "title"))


def told(actor: Actor, incident_id: UUID) -> tuple[Incident, list[HoldTold]]:
    """Raises Denied, UnknownIncident."""
    with work.transaction(actor):
        row = Incident.objects.filter(id=incident_id).first()
        if row is None:
            raise UnknownIncident
        gate.require(actor, Action.READ, resource(row.owner_id, row.id, row.site_id))
        owner = Owner(row.owner_id)
        return row, [_told(owner, hold) for hold in row.holds.order_by("asked_at", "id")]


def _told(owner: Owner, hold: Hold) -> HoldTold:
    earliest = hold.from_ms - terms.SLOTS * terms.SLOT_MS
    found = Epoch.objects.filter(
        camera_id=hold.camera_id, track=hold.track, start_ms__gt=earliest, start_ms__lt=hold.to_ms
    )
    over_ms = None
    if hold.track != Track.OVERVIEW:
        start = terms.moment(hold.from_ms)
        due = owner.due(start, planner.term_of_track(hold.track), owner.of_camera(hold.camera_id))
        over_ms = terms.ms(due)
    sealed = found.filter(remainder__isnull=False) | found.filter(cover__isnull=False)
    return HoldTold(hold, over_ms, found.count(), sealed.distinct().count())
