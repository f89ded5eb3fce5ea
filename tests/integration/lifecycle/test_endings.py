# SPDX-License-Identifier: EUPL-1.2
"""What goes when something ended that no row tells: a site's last unit, an account, a whole relation (A4)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.actors import World
from tests.clock import TestClock
from tests.integration.lifecycle.test_retention import there
from tests.older_copy import OlderCopy, rows_of, tables_that_say

from zegel.server.agreements.models import Agreement, Assent
from zegel.server.kernel import clock, restoring, shred, tenancy
from zegel.server.lifecycle import runner, verifying
from zegel.server.people import actions
from zegel.server.people import queries as people
from zegel.server.people.models import Membership, Party, Person, SealedTenantKey, ServiceRelation
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


PLANTED = "Zebulon Quick"


def test_where_somebody_belonged_goes_with_what_he_opened_once_he_left(
    world: World, seeded: Any, now: TestClock
) -> None:
    person, party = world.actor("foreman"), world.actor("owner").party_id
    others = f"person_id = '{person.id}'"
    with tenancy.acting_as(party):
        (membership,) = Membership.objects.filter(person_id=person.id)
        sealed = list(SealedTenantKey.objects.filter(person_id=person.id).values_list("shred_id", flat=True))
    Person.objects.filter(id=person.id).update(display_name=PLANTED, email="zebulon.quick@example.nl")
    copy = OlderCopy(seeded, people_membership=others)
    actions.end_membership(world.actor("owner"), membership.id)
    now.advance(timedelta(days=29))
    runner.run_owner(party)
    assert rows_of(seeded, "people_membership", others), "not before its term"
    now.advance(timedelta(days=3))
    with tenancy.acting_as(party):
        told = {(left.what, left.about) for left in verifying.look(party)}
    assert ("people.Membership", "account_ended") in told, "what stays is told"
    assert runner.run_owner(party).failed == []
    assert rows_of(seeded, "people_membership", others) == []
    assert rows_of(seeded, "people_sealedtenantkey", others) == []
    assert sealed
    assert all(shred.is_destroyed("account", number) for number in sealed)
    assert tables_that_say(seeded, PLANTED) == tables_that_say(seeded, "zebulon.quick") == []
    with tenancy.acting_as(party):
        assert not {what for what, _about in told} & {left.what for left in verifying.look(party)}
    copy.put_back()
    assert people.seats(person.id), "so it stands in an older copy"
    restoring.run_all()
    assert people.seats(person.id) == []
    assert rows_of(seeded, "people_membership", others) == []


def test_a_customer_whose_relation_is_long_over_has_no_name_no_people_and_no_relation(
    world: World, seeded: Any, yard: Any, now: TestClock
) -> None:
    ground.remove_unit(world.actor("technician"), yard.unit.id)
    owner = world.actor("owner")
    with tenancy.acting_as(yard.owner):
        Party.objects.filter(id=yard.owner).update(name=PLANTED)
        relations = list(ServiceRelation.objects.filter(owner_id=yard.owner).values_list("id", flat=True))
        Agreement.objects.filter(owner_id=yard.owner).update(valid_to=clock.now())
    mine = f"owner_id = '{yard.owner}'"
    copy = OlderCopy(seeded, people_servicerelation=mine, people_party=f"id = '{yard.owner}'")
    for relation in relations:
        actions.end_relation(owner, relation)
    now.advance(timedelta(days=1825))
    runner.run_owner(yard.owner)
    assert PLANTED in people.party_names([yard.owner], seen_by=yard.owner).values(), "claims can still come"
    now.advance(timedelta(days=2))
    assert runner.run_owner(yard.owner).failed == []
    assert tables_that_say(seeded, PLANTED) == []
    assert rows_of(seeded, "people_servicerelation", mine) == []
    assert people.seats(owner.id) == [], "nobody acts for it any more"
    now.advance(timedelta(days=32))
    assert runner.run_owner(yard.owner).failed == []
    assert rows_of(seeded, "people_membership", f"party_id = '{yard.owner}'") == []
    assert Person.objects.get(id=owner.id).display_name == ""
    with tenancy.acting_as(yard.owner):
        assert list(verifying.look(yard.owner)) == []
    copy.put_back()
    assert tables_that_say(seeded, PLANTED) == ["people_party"], "so it stands in an older copy"
    restoring.run_all()
    assert tables_that_say(seeded, PLANTED) == []
    assert rows_of(seeded, "people_servicerelation", mine) == []


def test_a_provider_that_still_serves_somebody_keeps_its_name_and_its_people(world: World, now: TestClock) -> None:
    provider = world.actor("technician")
    with tenancy.acting_as(provider.party_id):
        ServiceRelation.objects.create(
            owner_id=provider.party_id, party_id=provider.party_id, kind="arc", valid_from=clock.now(),
            valid_to=clock.now() + timedelta(days=1),
        )  # fmt: skip
    now.advance(timedelta(days=2000))
    runner.run_owner(provider.party_id)
    with tenancy.acting_as(provider.party_id):
        assert Party.objects.get(id=provider.party_id).name
    assert people.seats(provider.id)
