# SPDX-License-Identifier: EUPL-1.2
"""What goes when something ended that no row tells: a site's last unit, an account, a whole relation (A4)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.actors import World
from tests.clock import TestClock
from tests.integration.lifecycle.test_retention import there

from zegel.server.agreements.models import Agreement, Assent
from zegel.server.kernel import clock, tenancy
from zegel.server.lifecycle import runner
from zegel.server.people.models import Membership, Person, ServiceRelation
from zegel.server.plans.models import Contact
from zegel.server.sites import ground
from zegel.server.sites.models import Camera, Site


def test_contacts_of_a_site_go_28_days_after_its_last_unit(world: World, yard: Any, now: TestClock) -> None:
    with tenancy.acting_as(yard.owner):
        assert Contact.objects.filter(owner_id=yard.owner).exists()
    now.advance(timedelta(days=200))
    assert runner.run().failed == []
    with tenancy.acting_as(yard.owner):
        assert Contact.objects.filter(owner_id=yard.owner).exists(), "a unit stands there"
    ground.remove_unit(world.actor("technician"), yard.unit.id)
    now.advance(timedelta(days=29))
    assert runner.run().failed == []
    with tenancy.acting_as(yard.owner):
        assert not Contact.objects.filter(owner_id=yard.owner).exists()
        assert Camera.objects.get(id=yard.camera).name == ""
        assert Site.objects.get(owner_id=yard.owner).name, "that goes with the agreement"


def test_an_account_that_acts_for_nobody_says_no_name_a_month_later(world: World, now: TestClock) -> None:
    person = world.actor("foreman")
    with tenancy.acting_as(person.party_id):
        Membership.objects.filter(person_id=person.id).update(valid_to=clock.now())
    now.advance(timedelta(days=20))
    runner.run()
    assert Person.objects.get(id=person.id).display_name
    now.advance(timedelta(days=11))
    runner.run()
    row = Person.objects.get(id=person.id)
    assert (row.display_name, bytes(row.auth_hash)) == ("", b"")


def test_after_the_relation_and_the_time_for_claims_nothing_is_known_of_a_customer(
    world: World, yard: Any, now: TestClock
) -> None:
    ground.remove_unit(world.actor("technician"), yard.unit.id)
    with tenancy.acting_as(yard.owner):
        ServiceRelation.objects.filter(owner_id=yard.owner).update(valid_to=clock.now())
        Agreement.objects.filter(owner_id=yard.owner).update(valid_to=clock.now())
    now.advance(timedelta(days=365))
    runner.run()
    with tenancy.acting_as(yard.owner):
        assert Agreement.objects.filter(owner_id=yard.owner).exists(), "claims can still come"
    now.advance(timedelta(days=1826 - 364))
    assert runner.run().failed == []
    with tenancy.acting_as(yard.owner):
        assert not Agreement.objects.filter(owner_id=yard.owner).exists()
        assert not Assent.objects.filter(owner_id=yard.owner).exists()
        site = Site.objects.get(owner_id=yard.owner)
        assert (site.name, site.address, site.contact_email) == ("", "", "")
    assert there(yard.owner, yard.epoch) == {}
