# SPDX-License-Identifier: EUPL-1.2
"""Where somebody's data is, by the declarations; and its erasure, by the same."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from tests.actors import World
from tests.integration.lifecycle.test_holds import held
from tests.integration.lifecycle.test_retention import there

from zegel.server.footage import door
from zegel.server.footage.door import ViewRequest
from zegel.server.footage.models import Lease
from zegel.server.footage.rules import Purpose, SlotRange, Track
from zegel.server.kernel import clock, erasures, tenancy, work
from zegel.server.kernel.actor import system
from zegel.server.lifecycle import erasing, finding, incidents
from zegel.server.lifecycle.errors import OnHold
from zegel.server.lifecycle.finding import SubjectRef
from zegel.server.people.models import Membership, Party, Person
from zegel.server.plans.models import Contact
from zegel.server.sites.models import TechnicalEvent


def looked(world: World, yard: Any) -> Any:
    person = world.actor(world.owner_of("yard"))
    ranges = (SlotRange(yard.epoch.id, 0, 5),)
    view = door.open_view(person, ViewRequest(yard.camera, Track.SURVEILLANCE, Purpose.OWN_USE, ranges=ranges))
    door.end_view(person, view.lease_id)
    return person


def found_of(owner: Any, subject: SubjectRef) -> dict[str, list[finding.Found]]:
    found: dict[str, list[finding.Found]] = {}
    with tenancy.acting_as(owner):
        for one in finding.rows_of(subject, owner_id=owner):
            found.setdefault(one.model, []).append(one)
    return found


def test_a_person_is_found_wherever_a_declaration_leads_to_him(world: World, yard: Any) -> None:
    person = looked(world, yard)
    found = found_of(yard.owner, SubjectRef.person(person.id))
    assert {"people.Person", "people.Membership", "footage.Lease", "ledger.Body"} <= found.keys()
    (lease,) = found["footage.Lease"]
    assert (lease.values["purpose"], lease.values["camera_id"]) == ("own_use", yard.camera)
    (account,) = (one for one in found["people.Person"] if "email" in one.values)
    assert "auth_hash" in account.described, "that it exists, not what it is"
    assert "auth_hash" not in account.values
    views = [one for one in found["ledger.Body"] if one.values["kind"] == "view"]
    assert views, "what the log says of him, in the clear"
    assert views[0].values["said"]["camera"] == yard.camera.hex
    keys = [(one.model, one.pk, one.declaration.path) for rows in found.values() for one in rows]
    assert len(keys) == len(set(keys)), "nothing is told twice"


def test_an_address_leads_to_the_person_and_to_a_contact(world: World, yard: Any) -> None:
    person = world.actor(world.owner_of("yard"))
    email = Person.objects.values_list("email", flat=True).get(id=person.id)
    assert "people.Person" in found_of(yard.owner, SubjectRef.email(email.upper()))
    with tenancy.acting_as(yard.owner):
        contact = Contact.objects.order_by("id")[0]
    assert [one.values["name"] for one in found_of(yard.owner, SubjectRef.contact(contact.id))["plans.Contact"]
            if "name" in one.values] == [contact.name]  # fmt: skip


def test_a_household_is_found_with_who_lives_there_and_says_no_name_once_nobody_does(world: World) -> None:
    elin, home = world.actor("household").id, world.actor("household").party_id
    found = found_of(home, SubjectRef.person(elin))
    (party,) = found["people.Party"]
    assert party.values["name"]
    assert "people.Party" not in found_of(world.actor("owner").party_id, SubjectRef.person(world.actor("owner").id))
    with work.transaction(system(home)) as w:
        assert erasing.erase(w, party).how == "kept", "her son lives there, too"
        Membership.objects.filter(party_id=home).update(valid_to=clock.now())
        assert erasing.erase(w, party).how == "anonymised"
    with tenancy.acting_as(home):
        assert Party.objects.get(id=home).name == ""
    assert [one["model"] for one in erasures.listed()] == ["people.Party"]


def test_another_tenants_rows_are_not_found(world: World, yard: Any) -> None:
    person = looked(world, yard)
    villa = world.actor(world.owner_of("villa"))
    assert "footage.Lease" not in found_of(villa.party_id, SubjectRef.person(person.id))


def test_rows_come_in_pages_and_none_is_missed(world: World, yard: Any) -> None:
    with tenancy.acting_as(yard.owner):
        provider = yard.actor.party_id
        TechnicalEvent.objects.bulk_create([
            TechnicalEvent(
                id=clock_id(number), owner_id=yard.owner, provider_id=provider, unit_id=yard.unit.id, kind="test",
                at=clock.now(), received_at=clock.now(),
            )
            for number in range(25)
        ])  # fmt: skip
        rows = [one.pk for one in finding.rows_of(SubjectRef.party(yard.owner), page=10)
                if one.model == "sites.TechnicalEvent"]  # fmt: skip
    assert set(rows) >= {clock_id(number) for number in range(25)}
    assert len(rows) == len(set(rows))


def clock_id(number: int) -> UUID:
    return UUID(int=number + 1)


def test_erasing_deletes_what_may_go_and_anonymising_leaves_the_row(world: World, yard: Any) -> None:
    person = looked(world, yard)
    found = found_of(yard.owner, SubjectRef.person(person.id))
    with work.transaction(system(yard.owner)) as w:
        assert erasing.anonymise(w, found["footage.Lease"][0]).how == "anonymised"
    with tenancy.acting_as(yard.owner):
        row = Lease.objects.get(id=found["footage.Lease"][0].pk)
        assert (row.person_id.int, row.party_id.int) == (0, 0)
        assert row.opened_at == found["footage.Lease"][0].values["opened_at"], "statistics stay"
    with work.transaction(system(yard.owner)) as w:
        assert erasing.erase(w, found["footage.Lease"][0]).how == "deleted"
    with tenancy.acting_as(yard.owner):
        assert not Lease.objects.filter(id=row.id).exists()


def test_an_erased_account_opens_nothing_and_says_no_name(world: World, yard: Any) -> None:
    person = world.actor("operator")
    found = found_of(person.party_id, SubjectRef.person(person.id))
    with work.transaction(system(person.party_id)) as w:
        erasing.erase(w, found["people.Person"][0])
    row = Person.objects.get(id=person.id)
    assert (row.display_name, bytes(row.auth_hash)) == ("", b"")
    assert row.email.endswith("@erased.invalid")


def test_images_are_erased_with_their_key_and_held_ones_are_not(world: World, yard: Any) -> None:
    _incident, hold = held(world, yard)
    (epoch,) = (one for one in found_of(yard.owner, SubjectRef.party(yard.owner))["footage.Epoch"]
                if one.pk == yard.epoch.id)  # fmt: skip
    with pytest.raises(OnHold), work.transaction(system(yard.owner)) as w:
        erasing.erase(w, epoch)
    incidents.release(world.actor(world.owner_of("yard")), hold)
    with work.transaction(system(yard.owner)) as w:
        assert erasing.erase(w, epoch).how == "shredded"
    assert there(yard.owner, yard.epoch) == {}
