# SPDX-License-Identifier: EUPL-1.2
"""This room's facts for the gate. Each reads as the acting party: what it may not see is not a fact for it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from uuid import UUID

from zegel.server.agreements import queries
from zegel.server.gate import Resource, fact
from zegel.server.kernel.actor import Actor
from zegel.server.people.queries import as_party

CamerasOf = Callable[[UUID], Collection[UUID]]
"""The cameras of a unit, within an acting party."""

_cameras_of: list[CamerasOf] = []


def knows_cameras(found: CamerasOf) -> CamerasOf:
    """Registers who says which cameras a unit has: the room of the sites, which stands above this one. Nobody: none."""
    _cameras_of.append(found)
    return found


@fact("agreement_in_force")
def agreement_in_force(actor: Actor, resource: Resource) -> bool:
    """Owner and provider have a processing agreement."""
    if actor.party_id is None or resource.owner_id is None:
        return False
    with as_party(actor.party_id):
        return queries.agreement_of(resource.owner_id) is not None


@fact("purpose_recorded")
def purpose_recorded(actor: Actor, resource: Resource) -> bool:
    """The agreement says what this camera, or all of the owner's, is for. The camera is the thing itself or
    `of["camera"]`; of a unit, what each of its cameras is for."""
    if actor.party_id is None or resource.owner_id is None:
        return False
    camera = resource.id if resource.kind == "camera" else resource.of.get("camera")
    if isinstance(camera, int):
        return False
    with as_party(actor.party_id):
        if resource.kind == "unit" and isinstance(resource.id, UUID):
            cameras = {one for found in _cameras_of for one in found(resource.id)}
            return queries.all_have_purpose(resource.owner_id, cameras)
        return queries.has_purpose(resource.owner_id, camera)


@fact("sign_hung")
def sign_hung(actor: Actor, resource: Resource) -> bool:
    """The sign hangs at the site (`of["site"]`)."""
    site = resource.of.get("site")
    if actor.party_id is None or site is None:
        return False
    with as_party(actor.party_id):
        return queries.sign_hangs(site)


@fact("confidentiality_signed")
def confidentiality_signed(actor: Actor, resource: Resource) -> bool:
    """The acting person signed for the party he acts for, and it has not lapsed."""
    if actor.id is None or actor.party_id is None:
        return False
    with as_party(actor.party_id):
        return queries.keeps_confidential(actor.id, actor.party_id)


@fact("not_suspended")
def not_suspended(actor: Actor, resource: Resource) -> bool:
    """No finding keeps the acting person from his work for the party."""
    if actor.id is None or actor.party_id is None:
        return False
    with as_party(actor.party_id):
        return not queries.suspended(actor.id, actor.party_id)
