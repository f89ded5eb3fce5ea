# SPDX-License-Identifier: EUPL-1.2
"""The owner chooses another alarm centre. Nobody visits a unit: it follows what its owner signs.

What keeps it safe:
- The key of the new centre counts because the owner compared it with his agreement and signed it, never because the
  server showed it. The server only refuses early what contradicts what was asked.
- All or nothing: the old relation, the new one, every unit's keyset and policy, in one transaction. A unit that was
  left out would go on releasing to a centre that nobody may use.
- From the commit on the old centre gets nothing: its windows and reopenings end with it, and its relation is over.
  What its operators had in hand goes back into the queue, which is the new one's (room `centre`, `arc.replaced`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from zegel.seal.keyset import Keyset
from zegel.server import gate
from zegel.server.footage import actions
from zegel.server.footage.errors import FootageError
from zegel.server.footage.models import Reopening, Window
from zegel.server.footage.rules import WindowEnd
from zegel.server.gate import Action, Resource, ResourceKind
from zegel.server.kernel import work
from zegel.server.kernel.actor import Actor
from zegel.server.people import actions as people
from zegel.server.people import queries as people_queries
from zegel.server.people.queries import ArcCard
from zegel.server.people.roles import RelationKind
from zegel.server.sites import actions as sites
from zegel.server.sites import queries as site_queries
from zegel.server.sites.models import Unit, UnitState

if TYPE_CHECKING:

    def _(text: str) -> str: ...

else:
    from django.utils.translation import gettext_lazy as _


class UnknownCentre(FootageError):
    """No alarm centre with a certified key has this identifier."""

    code = "unknown_centre"

    def __init__(self) -> None:
        super().__init__(_("There is no such alarm centre."), action=_("Take its number from your agreement with it."))


class CentreNotNamed(FootageError):
    """A unit was left out, or its new keyset or policy doesn't fit the new centre."""

    code = "centre_not_named"

    def __init__(self) -> None:
        super().__init__(
            _("Not every unit was told of the new alarm centre."),
            action=_("Sign the next keyset and policy of each of your units, all naming it."),
        )


@dataclass(frozen=True)
class Signed:
    """What the owner signed for one unit."""

    unit_id: UUID
    keyset: bytes
    policy: bytes


@dataclass(frozen=True)
class Centre:
    """The alarm centre that serves an owner. `sign_pk` is None while it has no certified key."""

    party_id: UUID
    name: str
    sign_pk: bytes | None
    since: datetime


def current(actor: Actor) -> Centre | None:
    """Who serves the acting owner as alarm centre now. Raises Denied."""
    _ask(actor, Action.ADD)
    assert actor.party_id is not None
    found = people_queries.serving_since(actor.party_id, RelationKind.ARC)
    if found is None:
        return None
    shown = people_queries.arc_card(found[0])
    return Centre(found[0], found[1], None if shown is None else shown.sign_pk, found[2])


def choices(actor: Actor) -> list[ArcCard]:
    """Other alarm centres with which the owner's provider works. Raises Denied."""
    _ask(actor, Action.ADD)
    assert actor.party_id is not None
    return people_queries.centres_beside(actor.party_id)


def card(actor: Actor, party_id: UUID) -> ArcCard:
    """What an alarm centre publishes of itself. Raises Denied, UnknownCentre."""
    _ask(actor, Action.ADD)
    found = people_queries.arc_card(party_id)
    if found is None:
        raise UnknownCentre
    return found


def replace(actor: Actor, party_id: UUID, signed: Sequence[Signed]) -> int:
    """Returns how many units follow. Raises Denied, UnknownCentre, CentreNotNamed, and what accept_keyset raises."""
    with work.transaction(actor) as w:
        found = card(actor, party_id)
        _ask(actor, Action.END)
        units = [unit for unit in site_queries.units(actor) if _follows(actor, unit)]
        if {unit.id for unit in units} != {one.unit_id for one in signed} or len(signed) != len(units):
            raise CentreNotNamed
        assert actor.party_id is not None
        before = people_queries.serving(actor.party_id, RelationKind.ARC)
        people.replace_relation(actor, actor.party_id, party_id, RelationKind.ARC)
        for one in sorted(signed, key=lambda one: str(one.unit_id)):
            _accept(actor, found, one)
        _end_of(actor, actor.party_id, w, party_id)
        w.publish("arc.key_stored", owner_id=actor.party_id, party_id=party_id)
        if before not in {None, party_id}:
            w.publish("arc.replaced", owner_id=actor.party_id, party_id=party_id, before_id=before)
        return len(units)


def _ask(actor: Actor, action: Action) -> None:
    gate.require(actor, action, Resource(ResourceKind.RELATION, None, actor.party_id))


def _follows(actor: Actor, unit: Unit) -> bool:
    return unit.owner_id == actor.party_id and unit.state == UnitState.PAIRED


def _accept(actor: Actor, found: ArcCard, one: Signed) -> None:
    sites.accept_keyset(actor, one.unit_id, one.keyset)
    keyset = site_queries.newest_keyset(site_queries.get_unit(one.unit_id))
    if not _names(keyset, found):
        raise CentreNotNamed
    sites.accept_policy(actor, one.unit_id, one.policy)
    policy = site_queries.newest_policy(site_queries.get_unit(one.unit_id))
    if keyset is None or policy is None or policy.keyset_hash != keyset.hash:
        raise CentreNotNamed


def _names(keyset: Keyset | None, found: ArcCard) -> bool:
    named = None if keyset is None else keyset.arc
    return named is not None and (named.id, named.sign_pk) == (found.party_id.bytes, found.sign_pk)


def _end_of(actor: Actor, owner_id: UUID, w: work.Work, successor: UUID) -> None:
    """What is open to anybody but the successor."""
    open_ones = Window.objects.filter(owner_id=owner_id, ended_at__isnull=True).exclude(arc_party_id=successor)
    for alarm_id in open_ones.order_by("alarm_id").values_list("alarm_id", flat=True):
        actions.end_window(actor, alarm_id, WindowEnd.REVOKED)
    reopened = Reopening.objects.select_for_update().filter(owner_id=owner_id, ended_at__isnull=True)
    for row in reopened.exclude(arc_party_id=successor).order_by("id"):
        actions.end_reopening_now(w, row)
