# SPDX-License-Identifier: EUPL-1.2
"""Where data lies and how long it is kept: rules refuse, choices tighten (C1, C14, C20, A11)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import override_settings

from tests.integration.people.world import actor, agree, make_world, member
from zegel.declare import Term
from zegel.server import process
from zegel.server.agreements import places, terms
from zegel.server.agreements.errors import BadPlace, BadTerm, OutsideResidency
from zegel.server.agreements.places import NewAttestation, NewPlace, NewSubProcessor
from zegel.server.agreements.residency_rules import Kept, Mechanism, Standard, address_of
from zegel.server.gate import Denied
from zegel.server.kernel import clock, ids
from zegel.server.people.queries import as_party
from zegel.server.people.roles import Role
from zegel.server.sites import actions as sites

STORE = "s3://images?endpoint=https://key:secret@objects.example.nl"


@pytest.fixture
def world(db):
    found = make_world()
    agree(found)
    found.people["admin"] = member(found.provider, Role.ADMIN, "admin@waak.example")
    return found


def officer(world):
    return actor(world.people["admin"], world.provider, Role.ADMIN)


def keep(world, country="NL", **changes):
    new = {
        "what": Kept.OBJECTS, "name": "Images", "address": address_of(STORE), "country": country,
        "operator": "Datacentrum Voorbeeld", "own_management": True,
    }  # fmt: skip
    return places.record_place(officer(world), world.provider, NewPlace(**{**new, **changes}))


def site(world, profile):
    return sites.add_site(
        world.actor("owner"), owner_id=world.owner, provider_id=world.provider, name="Quay", address="Quay 1",
        tz="Europe/Amsterdam", profile=profile, site_id=ids.new(),
    )  # fmt: skip


def test_a_place_outside_a_tenants_rule_is_refused_with_the_rule(world):
    site(world, "site-nl")
    assert keep(world, "NL").country == "NL"
    with pytest.raises(OutsideResidency, match=r"DE; the rule of 1 tenant.* NL only"):
        keep(world, "DE")
    with pytest.raises(OutsideResidency, match="allows NL only"):
        places.record_subprocessor(officer(world), world.provider, NewSubProcessor("Mailer AB", "SE", "sends mail"))


def test_a_rule_that_what_is_in_use_would_break_is_refused(world):
    keep(world, "DE")
    with pytest.raises(OutsideResidency, match="Images lies in DE"):
        places.set_rule(world.actor("owner"), world.owner, world.provider, ["NL"])
    assert places.set_rule(world.actor("owner"), world.owner, world.provider, ["nl", "DE"]).countries == ["DE", "NL"]
    with pytest.raises(OutsideResidency):
        keep(world, "SE")


def test_outside_the_area_something_must_let_it_go_there(world):
    def mailer(country, mechanism, reference=""):
        new = NewSubProcessor("Mailer", country, "sends mail", mechanism, reference)
        return places.record_subprocessor(officer(world), world.provider, new)

    with pytest.raises(OutsideResidency, match="IN; the rule"):
        mailer("IN", Mechanism.CLAUSES, "2021/914, module 3")
    with pytest.raises(BadPlace, match="not in the European Economic Area"):
        mailer("CH", Mechanism.AREA)
    with pytest.raises(BadPlace, match=r"reference is missing.*Data Privacy Framework"):
        mailer("US", Mechanism.ADEQUACY)
    assert mailer("US", Mechanism.ADEQUACY, "DPF participant 123").country == "US"
    assert mailer("CH", Mechanism.ADEQUACY).country == "CH"


def test_a_store_that_nobody_put_on_record_is_a_fault_once_one_is(world):
    assert places.faults(world.provider, STORE) == []
    keep(world)
    assert places.faults(world.provider, STORE) == []
    (fault,) = places.faults(world.provider, "s3://elsewhere?endpoint=https://objects.example.com")
    assert "elsewhere (objects.example.com)" in fault
    assert "secret" not in address_of(STORE)


def test_a_certificate_that_was_renewed_is_not_spoken_of(world):
    place, now = keep(world), clock.now()

    def certificate(days):
        new = NewAttestation(place.id, None, Standard.ISO27001, "NL-1", "Auditor", now - timedelta(days=1),
                             now + timedelta(days=days))  # fmt: skip
        return places.attest(officer(world), world.provider, new)

    certificate(20)
    newest = certificate(300)
    assert [row.id for row in places.newest_attestations(world.provider)] == [newest.id]
    with as_party(world.provider):
        assert places.certified(place)
        assert not places.certified(place, Standard.NEN7510)
        assert not places.certified(place, at=now + timedelta(days=301))


def test_only_the_office_records_places(world):
    with pytest.raises(Denied):
        places.record_place(world.actor("owner"), world.provider, NewPlace(Kept.OBJECTS, "x", "y", "NL", "z", True))


# --- terms ---


def choose(world, days, why="", profiles=("site-nl",), term=Term.SURVEILLANCE_IMAGES, country="NL"):
    allowed = terms.bounds_of(profiles, term, country)
    return terms.choose(world.actor("owner"), world.owner, world.provider, allowed, term, days, why)


def days(world, profile="site-nl", country="NL"):
    with as_party(world.owner):
        return terms.days_of(world.owner, profile, Term.SURVEILLANCE_IMAGES, country)


def test_an_owner_tightens_and_gives_it_up_again(world):
    assert days(world) == 14
    choose(world, 7)
    assert days(world) == 7
    choose(world, 3)
    assert days(world) == 3
    terms.give_up(world.actor("owner"), world.owner, Term.SURVEILLANCE_IMAGES)
    assert days(world) == 14
    with as_party(world.owner):
        assert [row.days for row in terms.history_of(world.owner)] == [3, 7]


def test_loosening_is_refused_whatever_the_reason(world):
    with pytest.raises(BadTerm, match="never longer"):
        choose(world, 15, "Because we would rather keep everything for longer.")
    with pytest.raises(BadTerm, match="longer than that"):
        choose(world, 30, term=Term.VIEW_LOG)


def test_above_the_norm_a_choice_needs_its_reason_in_writing(world):
    assert days(world, "home-se", "NL") == 28
    with pytest.raises(BadTerm, match="norm of 28 days"):
        choose(world, 40, profiles=("home-se",))
    choose(world, 40, "The neighbourhood's burglaries are reported five weeks late.", ("home-se",))
    assert days(world, "home-se", "NL") == 40
    assert days(world, "site-nl", "NL") == 14, "another profile's places keep to their own"


def test_a_provider_does_not_choose_for_an_owner(world):
    allowed = terms.bounds_of(("site-nl",), Term.SURVEILLANCE_IMAGES)
    with pytest.raises(Denied):
        terms.choose(officer(world), world.owner, world.provider, allowed, Term.SURVEILLANCE_IMAGES, 3)


def test_an_installation_whose_store_is_elsewhere_does_not_start(world):
    with override_settings(STORAGE_URL=STORE):
        keep(world)
        assert process._out_of_place() == []
    with override_settings(STORAGE_URL="s3://elsewhere?endpoint=https://objects.example.com"):
        (fault,) = process._out_of_place()
    assert "record where it lies first" in fault
