# SPDX-License-Identifier: EUPL-1.2
"""What was taken away from somebody since a copy was made is not his again in a restored one: each by the product's own
act, then the older rows are put back under it, as a restore does."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from tests.actors import SimUnit, World
from tests.integration.backups.test_journey19 import password
from tests.older_copy import OlderCopy, rows_of

from zegel.demo.world import WORLD
from zegel.server.chain import follow
from zegel.server.chain.errors import LinkRefused
from zegel.server.integrations import keys
from zegel.server.integrations.rules import Scope
from zegel.server.kernel import clock, ids, restoring, shred, tenancy
from zegel.server.notify import actions as notify
from zegel.server.notify.models import Device
from zegel.server.people import actions, invitations, second_factor
from zegel.server.people import queries as people
from zegel.server.people.invitations import Asked
from zegel.server.people.models import Invitation, InvitationKind, Membership, Person, SecondFactor, ServiceRelation
from zegel.server.people.roles import RelationKind, Role
from zegel.server.signals import integrations
from zegel.server.sites import actions as sites
from zegel.server.sites import queries as units

SOON = timedelta(days=30)


def test_who_was_let_go_is_nobody_again(world: World, seeded: Any) -> None:
    owner, foreman = world.actor("owner"), world.actor("foreman")
    assert owner.party_id is not None
    asked = Asked("somebody@example.nl", "S", Role.MEMBER, "nl")
    letter = invitations.invite(owner, owner.party_id, owner.party_id, asked, InvitationKind.JOIN)
    with tenancy.acting_as(owner.party_id):
        (membership,) = Membership.objects.filter(person_id=foreman.id)
        relation = ServiceRelation.objects.filter(owner_id=owner.party_id, kind=RelationKind.ARC.value)[0]
    copy = OlderCopy(
        seeded, people_membership=f"id = '{membership.id}'", people_invitation=f"id = '{letter.id}'",
        people_servicerelation=f"id = '{relation.id}'",
    )  # fmt: skip
    actions.end_membership(owner, membership.id)
    actions.end_relation(owner, relation.id)
    invitations.withdraw(owner, letter.id)
    copy.put_back()
    assert people.seats(foreman.id), "so it stands in the copy"
    assert restoring.run_all()["kernel.rows_erased"] == 3
    assert people.seats(foreman.id) == []
    assert not people.serves(relation.party_id, owner.party_id, RelationKind.ARC)
    with tenancy.acting_as(owner.party_id):
        assert not invitations.holds(Invitation.objects.get(id=letter.id))
    assert restoring.run_all()["kernel.rows_erased"] == 0, "again it is harmless"


def test_a_device_that_was_taken_off_proves_nobody_and_hears_nothing(world: World, seeded: Any) -> None:
    owner = world.actor("owner")
    assert owner.party_id is not None
    assert owner.id is not None
    password(world, "owner", b"o" * 32)
    person = Person.objects.get(id=owner.id)
    number = shred.next_number("account")
    factor = SecondFactor.objects.create(
        person=person, kind="totp", name="An old phone", confirmed=True, created_at=clock.now(), secret_shred=number,
        secret=shred.wrap("account", number, bytes(20), person.id.bytes),
    )  # fmt: skip
    with tenancy.acting_as(owner.party_id):
        device = Device.objects.create(
            id=ids.new(), owner_id=owner.party_id, person_id=owner.id, endpoint="https://push.example/1",
            p256dh=bytes(65), auth=bytes(16), name="An old phone", service="", made_at=clock.now(),
        )  # fmt: skip
    copy = OlderCopy(seeded, people_secondfactor=f"id = '{factor.id}'", notify_device=f"id = '{device.id}'")
    second_factor.remove(owner, person, factor.id, b"o" * 32)
    notify.remove_device(owner, device.id)
    copy.put_back()
    restoring.run_all()
    assert not second_factor.needed(person)
    with tenancy.acting_as(owner.party_id):
        assert not Device.objects.exists()


def test_another_systems_key_and_hook_stay_ended(world: World, seeded: Any) -> None:
    shop, owner = world.actor("shop"), world.actor("owner")
    assert owner.party_id is not None
    row, _key = keys.make(shop, keys.NewKey("Web shop", (Scope.ORDERS_READ,), clock.now() + SOON))
    panel, _key = integrations.make(
        owner, owner_id=owner.party_id, name="House", scopes=["signals.write"], site_ids=[WORLD.site("yard").id],
        until=clock.now() + SOON,
    )  # fmt: skip
    copy = OlderCopy(seeded, integrations_apikey=f"id = '{row.id}'", signals_integration=f"id = '{panel.id}'")
    keys.end(shop, row.id)
    integrations.revoke(owner, panel.id)
    ended = rows_of(seeded, "integrations_apikey", f"id = '{row.id}'")
    copy.put_back()
    assert rows_of(seeded, "integrations_apikey", f"id = '{row.id}'") != ended
    restoring.run_all()
    assert rows_of(seeded, "integrations_apikey", f"id = '{row.id}'") == ended
    (panel_row,) = rows_of(seeded, "signals_integration", f"id = '{panel.id}'")
    assert json.loads(panel_row)["revoked_at"]


def test_a_stolen_units_key_does_not_come_back(world: World, seeded: Any) -> None:
    unit = SimUnit(clock.now_ms())
    world.pair(unit, "yard")
    copy = OlderCopy(seeded, sites_unit=f"id = '{unit.id}'", sites_unitkey=f"unit_id = '{unit.id}'")
    sites.revoke_unit(world.actor("owner"), unit.id)
    copy.put_back()
    known = units.known_unit(unit.signing.fingerprint)
    assert known is not None
    assert not known.revoked
    restoring.run_all()
    known = units.known_unit(unit.signing.fingerprint)
    assert known is not None
    assert known.revoked
    with tenancy.acting_as(known.owner_id):
        assert units.get_unit(unit.id).state == "revoked"


def test_a_link_that_ended_when_another_was_opened_opens_nothing(world: World, seeded: Any) -> None:
    shop, order = world.actor("shop"), uuid4()
    assert shop.party_id is not None
    opened, other = follow.draw(order, shop.party_id), follow.draw(order, shop.party_id)
    copy = OlderCopy(seeded, chain_followlink=f"order_id = '{order}'")
    follow.open_link(opened)
    copy.put_back()
    restoring.run_all()
    with pytest.raises(LinkRefused):
        follow.open_link(other)
