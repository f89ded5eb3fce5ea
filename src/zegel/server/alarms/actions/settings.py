# SPDX-License-Identifier: EUPL-1.2
"""Test windows, figures, and the weeks by which places open and close."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q

from zegel.server import gate
from zegel.server.alarms import due, openings, parameters, rules, testing
from zegel.server.alarms.errors import BadParameter, BadTime, UnknownAlarm
from zegel.server.alarms.models import DueKind, OpeningPlan, ParameterSet, TestWindow
from zegel.server.gate import Action, Resource, ResourceKind
from zegel.server.kernel import clock, work
from zegel.server.kernel.actor import Actor
from zegel.server.ledger import Entry, Kind
from zegel.server.signals import queries as signals
from zegel.server.signals.errors import UnknownPanel
from zegel.server.sites import queries as sites
from zegel.server.sites.models import Site

LONGEST_REASON = 300


def settings_of(site: Site) -> Resource:
    """A site's figures, as the gate asks about them."""
    return Resource(ResourceKind.ALARM_SETTINGS, site.id, site.owner_id, {"site": site.id})


# --- tests ---


def start_test(
    actor: Actor, site_id: UUID, minutes: int, reason: str, *, panel_id: UUID | None = None,
    zones: Sequence[str] = (), fire: bool = False,
) -> TestWindow:  # fmt: skip
    """From now on the site's (or that panel's, or those zones') signals ring nobody; hold-up and duress do, fire and
    medical too unless `fire`. It ends by itself. Raises Denied, UnknownSite, BadTime."""
    with work.transaction(actor) as w:
        site = sites.get_site(site_id)
        gate.require(actor, Action.TEST, Resource(ResourceKind.SITE, site.id, site.owner_id, {"site": site.id}))
        length_s = minutes * 60
        if not 60 <= length_s <= parameters.of(site_id).test_at_most_s:
            raise BadTime(f"1 … {parameters.of(site_id).test_at_most_s // 60} min")
        now = clock.now()
        window = TestWindow.objects.create(
            owner_id=site.owner_id, provider_id=site.provider_id, site_id=site.id, panel_id=panel_id,
            zones=sorted({testing.zone_key(zone)[:40] for zone in zones}), fire=fire, starts_at=now,
            ends_at=now + timedelta(seconds=length_s), reason=reason[:LONGEST_REASON], made_by=actor.id,
        )  # fmt: skip
        due.put(due.New(DueKind.TEST, window.id, window.owner_id, window.ends_at))
        _say(w, window, started=True)
        return window


def end_test(actor: Actor, window_id: UUID) -> TestWindow:
    """Before its time. Ending it again is harmless. Raises Denied, UnknownAlarm (no such test)."""
    with work.transaction(actor) as w:
        window = TestWindow.objects.select_for_update().filter(id=window_id).first()
        if window is None:
            raise UnknownAlarm
        of = {"site": window.site_id}
        gate.require(actor, Action.TEST, Resource(ResourceKind.SITE, window.site_id, window.owner_id, of))
        end_window(w, window)
        return window


def end_window(w: work.Work, window: TestWindow) -> None:
    """Within the running work."""
    if window.ended_at is not None:
        return
    window.ended_at = min(clock.now(), window.ends_at)
    window.save(update_fields=["ended_at"])
    due.drop(DueKind.TEST, window.id)
    _say(w, window, started=False)


def _say(w: work.Work, window: TestWindow, *, started: bool) -> None:
    facts = {
        "site": window.site_id, "panel": window.panel_id, "fire": window.fire, "started": started,
        "until_ms": rules.ms_of(window.ends_at),
    }  # fmt: skip
    w.record(Entry(Kind.TEST, window.owner_id, facts, window.site_id))
    w.publish("site.test", owner_id=window.owner_id, site_id=window.site_id, running=started)


# --- figures ---


@dataclass(frozen=True)
class _Place:
    """Where figures hold: a site, or (`site` None) the acting provider's sites at large. `own` were set there;
    `below` hold where it has none."""

    resource: Resource
    provider_id: UUID
    owner_id: UUID
    site: Site | None
    own: Mapping[str, Any]
    below: Mapping[str, Any]

    @property
    def profiles(self) -> Sequence[str]:
        return ("", "home") if self.site is None else (self.site.profile,)


def set_parameters(actor: Actor, site_id: UUID | None, values: Mapping[str, Any]) -> dict[str, int]:
    """The figures that differ from what would hold otherwise: of a site, or of the acting provider's sites at large.

    They take the place of those that were set before, but those that are not the actor's to set: these stay. What holds
    back the alarm centre (parameters.RESERVED) is the provider's to set, and the owner's to tighten.

    Raises BadParameter, Denied, UnknownSite.
    """
    said = parameters.checked(values)
    with work.transaction(actor) as w:
        place = _place(actor, site_id)
        wanted = parameters.checked({**_not_his(actor, place, said), **said})
        _check_floor(place, said)
        for action in _asks(place, wanted) or {Action.CHANGE}:
            gate.require(actor, action, place.resource)
        ParameterSet.objects.update_or_create(
            provider_id=place.provider_id, site_id=site_id,
            defaults={"values": wanted, "changed_at": clock.now(), "changed_by": actor.id},
        )  # fmt: skip
        about = site_id or place.owner_id
        w.record(Entry(Kind.ALARM_SETTINGS, place.owner_id, {"site": site_id, **wanted}, about))
    return wanted


def _place(actor: Actor, site_id: UUID | None) -> _Place:
    assert actor.party_id is not None
    site = None if site_id is None else sites.get_site(site_id)
    provider_id, owner_id = (actor.party_id, actor.party_id) if site is None else (site.provider_id, site.owner_id)
    resource = Resource(ResourceKind.ALARM_SETTINGS, owner_id, owner_id) if site is None else settings_of(site)
    rows = ParameterSet.objects.select_for_update().filter(provider_id=provider_id)
    found = {row.site_id: row.values for row in rows.filter(Q(site_id=site_id) | Q(site_id=None))}
    return _Place(
        resource, provider_id, owner_id, site, found.get(site_id, {}), found.get(None, {}) if site is not None else {}
    )


def _not_his(actor: Actor, place: _Place, said: Mapping[str, Any]) -> dict[str, Any]:
    """What was set before, is not said again, and that the actor could not take away."""

    def may(action: Action) -> bool:
        return gate.decide(actor, action, place.resource).allowed

    free, change = may(Action.LOOSEN), may(Action.CHANGE)
    return {
        name: value for name, value in place.own.items()
        if name not in said and name in parameters.LIMITS and not (free if name in parameters.RESERVED else change)
    }  # fmt: skip


def _check_floor(place: _Place, said: Mapping[str, Any]) -> None:
    least, most = parameters.least_hold_s("" if place.site is None else place.site.profile), parameters.LIMITS["hold_s"]
    if said.get("hold_s", most[1]) < least:
        raise BadParameter("hold_s", f"{least} … {most[1]}")


def _asks(place: _Place, wanted: Mapping[str, Any]) -> set[Action]:
    """What one must be allowed to do who sets these."""
    changed = {name for name in {*place.own, *wanted} if place.own.get(name) != wanted.get(name)}
    asked = {Action.CHANGE} if changed - parameters.RESERVED or place.site is None else set()
    if changed & parameters.RESERVED:
        before, after = (parameters.merged(place.below, values) for values in (place.own, wanted))
        less = any(after.holds_back_less_than(before, profile) for profile in place.profiles)
        asked.add(Action.LOOSEN if less else Action.TIGHTEN)
    return asked


# --- opening and closing ---


def set_opening_plan(
    actor: Actor, site_id: UUID, panel_id: UUID, area: str, weekly: Sequence[Any], exceptions: Sequence[Any]
) -> OpeningPlan:
    """When an area opens and closes, by the site's own clock. Raises BadTime (with what can't be read), Denied,
    UnknownSite, UnknownPanel (also for one of another site)."""
    with work.transaction(actor) as w:
        site = sites.get_site(site_id)
        gate.require(actor, Action.CHANGE, settings_of(site))
        if signals.get_panel(panel_id).site_id != site.id:
            raise UnknownPanel
        try:
            plan = openings.parse(site.tz, list(weekly), list(exceptions))
        except ValueError as error:
            raise BadTime(str(error)) from None
        row, _ = OpeningPlan.objects.update_or_create(
            panel_id=panel_id, area=area[:40],
            defaults={
                "owner_id": site.owner_id, "provider_id": site.provider_id, "site_id": site.id,
                "weekly": list(weekly), "exceptions": list(exceptions), "changed_at": clock.now(),
                "changed_by": actor.id,
            },
        )  # fmt: skip
        plan_next(row, plan, parameters.of(site_id).late_to_close_s, clock.now())
        w.record(Entry(Kind.ALARM_SETTINGS, site.owner_id, {"site": site.id, "panel": panel_id}, site.id))
        return row


def clear_opening_plan(actor: Actor, site_id: UUID, panel_id: UUID, area: str) -> None:
    """Nobody watches when it opens and closes any more. Again is harmless. Raises Denied, UnknownSite."""
    with work.transaction(actor) as w:
        site = sites.get_site(site_id)
        gate.require(actor, Action.CHANGE, settings_of(site))
        for row in OpeningPlan.objects.filter(site_id=site_id, panel_id=panel_id, area=area[:40]):
            due.drop(DueKind.OPENING, row.id)
            row.delete()
            w.record(Entry(Kind.ALARM_SETTINGS, site.owner_id, {"site": site.id, "panel": panel_id}, site.id))


def plan_next(row: OpeningPlan, plan: openings.Plan, late_s: int, after: datetime) -> None:
    """When the scheduler looks at it next: some time after the area should be closed or open."""
    found = openings.next_moment(plan, after - timedelta(seconds=late_s))
    if found is None:
        due.drop(DueKind.OPENING, row.id)
        return
    due.put(due.New(DueKind.OPENING, row.id, row.owner_id, found.at + timedelta(seconds=late_s)))
