# SPDX-License-Identifier: EUPL-1.2
"""What people do to the ground: a site's facts, where a unit stands, and its going. What it guards is its policy's.

- A unit moves or goes only while it does not guard: nobody blinds a site by putting its unit elsewhere in a list.
- Where units were is kept: from the moment that the last one left, the overview pictures' term runs (C14).
- A unit that was taken away is never heard again under that key. It comes back wiped, under a new key and a new owner's
  policy, and finds nothing of the old (docs/design/telemetry.md is about what it says of its condition).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

from zegel.seal.status import State
from zegel.server import gate
from zegel.server.gate import Resource
from zegel.server.gate.vocabulary import Action, ResourceKind
from zegel.server.kernel import clock, erasures, work
from zegel.server.kernel.actor import Actor, system
from zegel.server.ledger import Entry, Kind
from zegel.server.sites import queries
from zegel.server.sites.commissioning import Tick
from zegel.server.sites.errors import BadSite, UnitGuards, UnitRevoked, WrongSite
from zegel.server.sites.models import CameraPlace, Site, Unit, UnitKey, UnitKind, UnitLeft, UnitState

if TYPE_CHECKING:

    def _(text: str) -> str: ...

else:
    from django.utils.translation import gettext_lazy as _

LANGUAGES = ("nl", "sv", "de", "en")
_MAIL = re.compile(r"[^@\s<>\"]{1,64}@[^@\s<>\"]{1,190}\.[^@\s<>\".]{2,63}")
_PHONE = re.compile(r"\+?[0-9][0-9 ()./-]{4,38}[0-9]")
_COUNTRY = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True)
class SiteFacts:
    """What can be said of a site. `country`: two letters; `languages`: of its signs, the first one largest."""

    name: str
    address: str
    tz: str
    controller: str = ""
    contact_email: str = ""
    contact_phone: str = ""
    country: str = ""
    languages: tuple[str, ...] = ()

    def checked(self) -> SiteFacts:
        """Raises BadSite, which names the field."""
        one_line = {name: " ".join(getattr(self, name).split()) for name in _LINES}
        facts = SiteFacts(tz=self.tz, country=self.country.upper(), languages=self.languages, **one_line)
        for name, most in _LINES.items():
            if len(one_line[name]) > most:
                raise BadSite(_("This is too long."), _("Write it shorter."), name)
        if not facts.name:
            raise BadSite(_("A site has a name."), _("Give it one that everybody who works there knows."), "name")
        _check_zone(facts.tz)
        if facts.contact_email and not _MAIL.fullmatch(facts.contact_email):
            raise BadSite(_("This is no e-mail address."), _("Write it like name@example.org."), "contact_email")
        if facts.contact_phone and not _PHONE.fullmatch(facts.contact_phone):
            raise BadSite(_("This is no telephone number."), _("Write it with its country code."), "contact_phone")
        if facts.country and not _COUNTRY.fullmatch(facts.country):
            raise BadSite(_("A country is written with two letters."), _("Write NL, SE or DE."), "country")
        if len(set(facts.languages)) != len(facts.languages) or not set(facts.languages) <= set(LANGUAGES):
            raise BadSite(_("These are not languages of signs."), _("Choose each of them once."), "languages")
        return facts


_LINES = {"name": 200, "address": 300, "controller": 200, "contact_email": 254, "contact_phone": 40}


def _check_zone(tz: str) -> None:
    try:
        ZoneInfo(tz)
    except (KeyError, ValueError, OSError):
        raise BadSite(_("This time zone does not exist."), _("Use a name like Europe/Amsterdam."), "tz") from None


def change_site(actor: Actor, site_id: UUID, facts: SiteFacts) -> Site:
    """What is known of a site, as a whole. Raises Denied, UnknownSite, BadSite.

    The ledger says which fields changed, not to what: it is kept longer than they are.
    """
    with work.transaction(actor) as w:
        site = queries.get_site(site_id)
        gate.require(actor, Action.CHANGE, Resource(ResourceKind.SITE, site.id, site.owner_id))
        checked = facts.checked()
        new = {name: getattr(checked, name) for name in (*_LINES, "tz", "country")}
        new["languages"] = list(checked.languages)
        changed = sorted(name for name, value in new.items() if getattr(site, name) != value)
        if not changed:
            return site
        for name in changed:
            setattr(site, name, new[name])
        site.save(update_fields=changed)
        w.record(Entry(Kind.SITE, site.owner_id, {"what": "changed", "fields": ",".join(changed)}, site.id))
        w.publish("site.changed", owner_id=site.owner_id, site_id=site.id)
        return site


# --- units ---


def rename_unit(actor: Actor, unit_id: UUID, name: str, kind: UnitKind) -> Unit:
    """Raises Denied, UnknownUnit, BadSite."""
    with work.transaction(actor) as w:
        unit = _unit(actor, unit_id, Action.CHANGE)
        said = " ".join(name.split())
        if not 1 <= len(said) <= 200:
            raise BadSite(_("A unit has a name."), _("Write it in at most 200 letters."), "name")
        unit.name, unit.kind = said, kind.value
        unit.save(update_fields=["name", "kind"])
        w.record(Entry(Kind.UNIT, unit.owner_id, {"what": "changed", "unit": unit.id, "kind": kind.value}, unit.id))
        w.publish("unit.changed", owner_id=unit.owner_id, unit_id=unit.id)
        return unit


def move_unit(actor: Actor, unit_id: UUID, site_id: UUID) -> Unit:
    """To another site of the same owner. It has to be commissioned again there; its cameras leave the old site's map.

    Raises Denied, UnknownUnit, UnknownSite, WrongSite, UnitGuards.
    """
    with work.transaction(actor) as w:
        unit = _unit(actor, unit_id, Action.MOVE)
        new = queries.get_site(site_id)
        if new.owner_id != unit.owner_id:
            raise WrongSite
        if new.id == unit.site_id:
            return unit
        _not_guarding(unit)
        _left(actor, unit, "moved", clock.now())
        old = unit.site_id
        unit.site, unit.commissioned_at, unit.commissioned_by, unit.ticks = new, None, None, []
        unit.save(update_fields=["site", "commissioned_at", "commissioned_by", "ticks"])
        facts: dict[str, str | UUID] = {"what": "moved", "unit": unit.id, "from": old, "to": new.id}
        w.record(Entry(Kind.UNIT, unit.owner_id, facts, unit.id))
        w.publish("unit.moved", owner_id=unit.owner_id, unit_id=unit.id, site_id=new.id, from_site_id=old)
        return unit


def remove_unit(actor: Actor, unit_id: UUID) -> Unit:
    """The unit was taken away, for good: under this key it is never heard again. Again is harmless.

    Raises Denied, UnknownUnit, UnitGuards, UnitRevoked.
    """
    with work.transaction(actor) as w:
        unit = queries.lock_unit(unit_id)
        gate.require(actor, Action.REMOVE, _resource(unit))
        if unit.state == UnitState.REVOKED:
            raise UnitRevoked
        if unit.state == UnitState.REMOVED:
            return unit
        _not_guarding(unit)
        now = clock.now()
        unit.state, unit.removed_at = UnitState.REMOVED, now
        unit.save(update_fields=["state", "removed_at"])
        end_keys(unit, "state", "removed_at")
        _left(actor, unit, "removed", now)
        last = queries.last_unit_left(unit.site_id) is not None
        facts: dict[str, str | bool | UUID] = {"what": "removed", "unit": unit.id, "site": unit.site_id, "last": last}
        w.record(Entry(Kind.UNIT, unit.owner_id, facts, unit.id))
        w.publish("unit.revoked", owner_id=unit.owner_id, unit_id=unit.id)
        w.publish("unit.removed", owner_id=unit.owner_id, unit_id=unit.id, site_id=unit.site_id, last=last)
        return unit


def commission(actor: Actor, unit_id: UUID, ticks: Sequence[Tick], done: bool) -> Unit:
    """What was looked at on site. `done`: all of it was, and the unit goes into service (it arms by its owner's word
    alone). Raises Denied, UnknownUnit, BadSite.
    """
    with work.transaction(actor) as w:
        unit = _unit(actor, unit_id, Action.COMMISSION)
        seen = [tick.value for tick in Tick if tick in set(ticks)]
        if done and len(seen) < len(Tick):
            raise BadSite(_("Not everything was checked."), _("Look at what is not ticked yet."), "ticks")
        unit.ticks = seen
        unit.commissioned_at = (unit.commissioned_at or clock.now()) if done else None
        unit.commissioned_by = actor.id if done else None
        unit.save(update_fields=["ticks", "commissioned_at", "commissioned_by"])
        if done:
            w.record(Entry(Kind.UNIT, unit.owner_id, {"what": "commissioned", "unit": unit.id}, unit.id))
        w.publish("unit.changed", owner_id=unit.owner_id, unit_id=unit.id)
        return unit


def left_as_stolen(actor: Actor, unit: Unit, at: datetime) -> None:
    """Within the work that revokes it."""
    _left(actor, unit, "revoked", at)


def end_keys(unit: Unit, *ended: str) -> None:
    """Within the work that ends it: its key counts for nothing any more, not in an older copy of this either."""
    erasures.ended(unit, unit.owner_id, *ended)
    for key in UnitKey.objects.filter(unit_id=unit.id):
        key.revoked_at = clock.now()
        key.save(update_fields=["revoked_at"])
        erasures.ended(key, None, "revoked_at")


def paired_elsewhere(unit_id: UUID, site_id: UUID) -> None:
    """Within the work that pairs a unit: it stood at another site until now."""
    unit = Unit.objects.filter(id=unit_id, state=UnitState.PAIRED).exclude(site_id=site_id).first()
    if unit is not None:
        _left(system(unit.owner_id), unit, "moved", clock.now())


def _left(actor: Actor, unit: Unit, why: str, at: datetime) -> None:
    CameraPlace.objects.filter(camera__unit=unit).delete()
    UnitLeft.objects.create(
        owner_id=unit.owner_id, provider_id=unit.provider_id, unit=unit, site_id=unit.site_id, why=why, left_at=at,
        by=actor.id,
    )  # fmt: skip


def _unit(actor: Actor, unit_id: UUID, action: Action) -> Unit:
    unit = queries.lock_unit(unit_id)
    gate.require(actor, action, _resource(unit))
    if unit.state != UnitState.PAIRED:
        raise UnitRevoked
    return unit


def _resource(unit: Unit) -> Resource:
    return Resource(ResourceKind.UNIT, unit.id, unit.owner_id, of={"site": unit.site_id})


def _not_guarding(unit: Unit) -> None:
    """By its own signed word, while it is in contact; one that is silent may have gone already."""
    status = queries.newest_status(unit)
    if queries.in_contact(unit) and status is not None and status.state is State.ARMED:
        raise UnitGuards
