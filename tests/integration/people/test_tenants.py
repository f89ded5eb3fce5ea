# SPDX-License-Identifier: EUPL-1.2
"""Who sees whom: memberships and relations never leak from one tenant to another, and end on their date."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import ProgrammingError, connection

from tests.clock import stopped_clock
from tests.integration.people.world import account, make_world, member, party
from zegel.seal.arckey import ArcKey, sign_arckey
from zegel.seal.suite import OpeningKey, SigningKey, Suite
from zegel.server.kernel import clock, tenancy
from zegel.server.kernel.actor import system
from zegel.server.people import actions, arc_keys, queries
from zegel.server.people.errors import BadField, NotAMember, Taken
from zegel.server.people.models import Membership, Party, SealedTenantKey, ServiceRelation, TenantKey
from zegel.server.people.roles import RelationKind, Role


def visible_owners(party_id) -> set:
    with tenancy.acting_as(party_id), connection.cursor() as cursor:
        cursor.execute("SELECT zegel_visible_owners()")
        return set(cursor.fetchone()[0])


def test_a_party_sees_itself_and_the_owners_that_it_serves(db):
    world = make_world()
    assert visible_owners(world.owner) == {world.owner}
    assert visible_owners(world.arc) == {world.arc, world.owner}
    assert visible_owners(world.stranger) == {world.stranger}
    assert visible_owners(None) == set()


def test_a_relation_that_ended_shows_nothing_any_more(db):
    world = make_world()
    with tenancy.acting_as(world.owner):
        relation = ServiceRelation.objects.get(party_id=world.arc)
    actions.end_relation(world.actor("owner"), relation.id)
    assert visible_owners(world.arc) == {world.arc}
    assert not queries.serves(world.arc, world.owner, RelationKind.ARC)


def test_a_relation_holds_from_its_first_instant_by_the_kernels_clock(db):
    with stopped_clock(datetime(2026, 3, 1, 12, tzinfo=UTC)) as clock:
        world = make_world()
        clock.step_wall(-1)
        assert visible_owners(world.arc) == {world.arc}
        clock.step_wall(1)
        assert visible_owners(world.arc) == {world.arc, world.owner}


def test_names_are_known_to_whom_they_concern(db):
    world = make_world()
    everybody = [world.owner, world.provider, world.arc, world.stranger]
    assert set(queries.party_names(everybody, seen_by=world.owner)) == {world.owner, world.provider, world.arc}
    assert set(queries.party_names(everybody, seen_by=world.arc)) == {world.arc, world.owner}
    assert set(queries.party_names(everybody, seen_by=world.stranger)) == {world.stranger}


def test_memberships_are_seen_by_their_party_and_by_the_person_only(db):
    world = make_world()
    with tenancy.acting_as(world.arc):
        assert {row.person_id for row in Membership.objects.all()} == {world.people["operator"]}
    with tenancy.acting_as(None, world.people["owner"]):
        assert [row.party_id for row in Membership.objects.all()] == [world.owner]
    with tenancy.acting_as(None):
        assert Membership.objects.count() == 0


def test_a_party_cannot_give_itself_a_relation_or_put_people_elsewhere(db):
    world = make_world()
    now = datetime.now(UTC)
    with pytest.raises(ProgrammingError), tenancy.acting_as(world.stranger):
        ServiceRelation.objects.create(owner_id=world.owner, party_id=world.stranger, kind="arc", valid_from=now)
    with pytest.raises(ProgrammingError), tenancy.acting_as(world.stranger, world.people["stranger"]):
        Membership.objects.create(
            party_id=world.owner, person_id=world.people["stranger"], role="owner", valid_from=now
        )
    with pytest.raises(NotAMember):
        actions.relate(world.actor("stranger"), world.owner, world.stranger, RelationKind.ARC)


def test_nobody_is_related_or_added_twice(db):
    world = make_world()
    with pytest.raises(Taken):
        actions.relate(system(), world.owner, world.arc, RelationKind.ARC)
    with pytest.raises(Taken):
        actions.add_membership(system(world.owner), world.people["owner"], world.owner, Role.OWNER)
    with pytest.raises(Taken):
        actions.add_person(system(), account("OWNER@dehaan.example "))


def test_a_membership_that_ended_gives_no_seat(db):
    world = make_world()
    with tenancy.acting_as(world.owner):
        membership = Membership.objects.get(person_id=world.people["member"])
    assert queries.role_in(world.people["member"], world.owner) is Role.MEMBER
    actions.end_membership(world.actor("owner"), membership.id)
    assert queries.seats(world.people["member"]) == []
    with pytest.raises(NotAMember):
        queries.role_in(world.people["member"], world.owner)


def test_a_person_may_act_for_several_parties_each_with_its_own_role(db):
    world = make_world()
    actions.add_membership(system(world.arc), world.people["owner"], world.arc, Role.SUPERVISOR)
    seats = {seat.party_id: seat.roles for seat in queries.seats(world.people["owner"])}
    assert seats == {world.owner: (Role.OWNER,), world.arc: (Role.SUPERVISOR,)}


def test_tenant_keys_are_numbered_and_opened_by_members_only(db):
    world = make_world()
    sealed = {world.people["owner"]: b"for the owner", world.people["member"]: b"for the member"}
    actions.store_tenant_key(system(), world.owner, 1, bytes(32), sealed)
    actions.store_tenant_key(
        system(), world.owner, 1, bytes([1]) * 32, {world.people["owner"]: b"the next one"}, b"old"
    )
    keys = queries.keys_of(world.owner, world.people["owner"])
    assert (keys.number, keys.sealed, keys.older) == (2, b"the next one", ((1, bytes(32), b"for the owner"),))
    assert queries.keys_of(world.owner, world.people["member"]).sealed is None
    assert queries.keys_of(world.owner, world.people["stranger"]) is None
    with tenancy.acting_as(world.arc):
        assert SealedTenantKey.objects.count() == 0
        assert TenantKey.objects.count() == 2  # public halves of whom it serves
    with tenancy.acting_as(world.stranger):
        assert TenantKey.objects.count() == 0


def test_the_newest_arc_key_of_the_owners_arc_is_found(db):
    world = make_world()
    assert queries.current_arc_key(world.owner) is None
    actions.store_arc_key(system(world.arc), world.arc, bytes(32), b"first")
    actions.store_arc_key(system(world.arc), world.arc, bytes(32), b"second")
    other = party("Another alarm centre")
    actions.store_arc_key(system(other), other, bytes(32), b"not yours")
    assert queries.current_arc_key(world.owner) == (world.arc, b"second")
    assert queries.current_arc_key(world.stranger) is None


def test_an_alarm_centre_certifies_its_key_anew_and_only_as_units_would_take_it(db):
    world, paper, tenant = make_world(), SigningKey.generate(), OpeningKey.generate(Suite.CLASSIC)
    now, year = clock.now_ms(), 365 * 86_400_000
    first = ArcKey(Suite.CLASSIC, world.arc.bytes, tenant.public_key, 1, now - year, now + 1000)
    actions.store_tenant_key(system(), world.arc, 1, tenant.public_key, {})
    actions.store_arc_key(system(world.arc), world.arc, paper.public_key, sign_arckey(first, paper))
    following = replace(first, number=2, issued_ms=now, expires_ms=now + year)
    for lie, key in (
        ({"number": 1}, paper), ({"open_pk": OpeningKey.generate(Suite.CLASSIC).public_key}, paper),
        ({"arc_party": world.owner.bytes}, paper), ({"expires_ms": now - 1, "issued_ms": now - 2}, paper),
        ({}, SigningKey.generate()),
    ):  # fmt: skip
        with pytest.raises(BadField):
            arc_keys.renew(system(world.arc), sign_arckey(replace(following, **lie), key))
    with pytest.raises(BadField):
        arc_keys.renew(system(world.owner), sign_arckey(following, paper))
    assert arc_keys.renew(system(world.arc), sign_arckey(following, paper)).number == 2
    assert queries.current_arc_key(world.owner) == (world.arc, sign_arckey(following, paper))


def test_bundles_at_rest_are_not_what_the_browser_sent_and_die_with_their_shred_key(db):
    from zegel.server.kernel import shred

    world = make_world()
    person = queries.person(world.people["owner"])
    assert b"wrapped by password" not in bytes(person.bundle_password)
    assert queries.bundle(person) == b"wrapped by password"
    shred.destroy("account", person.bundle_password_shred)
    with pytest.raises(shred.Destroyed):
        queries.bundle(person)
    assert queries.recovery_bundle(person) == b"wrapped by code"


def test_parties_are_found_by_nobody_else(db):
    world = make_world()
    member(world.stranger, Role.MEMBER, "second@vreemd.example")
    with tenancy.acting_as(world.owner):
        assert world.stranger not in set(Party.objects.values_list("id", flat=True))


def test_a_day_later_everything_still_holds(db):
    with stopped_clock(datetime(2026, 3, 1, 12, tzinfo=UTC)) as clock:
        world = make_world()
        clock.advance(timedelta(days=1))
        assert queries.serving(world.owner, RelationKind.ARC) == world.arc
