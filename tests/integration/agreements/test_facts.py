# SPDX-License-Identifier: EUPL-1.2
"""The arming facts, asked of the real database through the gate: each holds only while it is on record and in force."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.clock import stopped_clock
from tests.integration.people.world import HASH, agree, hang, make_world
from zegel.server.agreements import actions
from zegel.server.agreements.errors import BadAgreement, NoAgreement
from zegel.server.gate import Resource, ResourceKind, decide, facts
from zegel.server.kernel import ids
from zegel.server.kernel.actor import system


def unit_of(world, site=None) -> Resource:
    of = {"site": site} if site else {}
    return Resource(ResourceKind.UNIT, ids.new(), world.owner, of=of)


def camera_of(world) -> Resource:
    return Resource(ResourceKind.CAMERA, ids.new(), world.owner)


def missing(world, resource) -> tuple[str, ...]:
    return decide(world.actor("owner"), "arm", resource).missing


def test_nothing_arms_until_agreement_purpose_and_sign_are_there(db):
    world = make_world()
    site = ids.new()
    assert missing(world, unit_of(world, site)) == ("agreement_in_force", "purpose_recorded", "sign_hung")
    agree(world)
    assert missing(world, unit_of(world, site)) == ("sign_hung",)
    site = hang(world)
    assert decide(world.actor("owner"), "arm", unit_of(world, site)).allowed
    assert missing(world, unit_of(world)) == ("sign_hung",)
    assert missing(world, unit_of(world, ids.new())) == ("sign_hung",)


def test_an_agreement_that_ended_stops_arming_and_its_purposes(db):
    world = make_world()
    agree(world)
    site = hang(world)
    actions.end_agreement(system(world.owner), world.owner)
    assert missing(world, unit_of(world, site)) == ("agreement_in_force", "purpose_recorded")
    with pytest.raises(NoAgreement):
        actions.record_purpose(system(world.owner), world.owner, "theft_prevention", "Preventing theft.")


def test_a_purpose_for_one_camera_is_none_for_another(db):
    world = make_world()
    as_owner = system(world.owner)
    actions.sign_agreement(as_owner, world.owner, world.provider, HASH, "online", world.people["owner"])
    camera = camera_of(world)
    actions.record_purpose(as_owner, world.owner, "theft_prevention", "Preventing theft.", camera.id)
    owner = world.actor("owner")
    assert facts.holds("purpose_recorded", owner, camera)
    assert not facts.holds("purpose_recorded", owner, camera_of(world))


def test_the_alarm_centre_finds_out_only_about_owners_that_it_serves(db):
    world = make_world()
    agree(world)
    camera = camera_of(world)
    assert facts.holds("agreement_in_force", world.actor("operator"), camera)
    assert not facts.holds("agreement_in_force", world.actor("stranger"), camera)
    assert not facts.holds("serves_as_arc", world.actor("stranger"), camera)
    assert not facts.holds("serves_as_provider", world.actor("operator"), camera)
    assert facts.holds("serves_as_provider", world.actor("technician"), camera)


def test_a_confidentiality_statement_lapses(db):
    with stopped_clock(datetime(2026, 3, 1, tzinfo=UTC)) as clock:
        world = make_world()
        agree(world)
        operator = world.actor("operator")
        assert facts.holds("confidentiality_signed", operator, camera_of(world))
        clock.advance(timedelta(days=365))
        assert not facts.holds("confidentiality_signed", operator, camera_of(world))


def test_a_statement_for_one_party_is_none_for_another(db):
    world = make_world()
    actions.sign_confidentiality(system(world.owner), world.owner, world.people["operator"], HASH, timedelta(days=9))
    assert not facts.holds("confidentiality_signed", world.actor("operator"), camera_of(world))


def test_the_owners_own_matters_are_his_only(db):
    world = make_world()
    camera = camera_of(world)
    assert decide(world.actor("owner", "own_use"), "view", camera).allowed
    assert decide(world.actor("member", "own_use"), "view", camera).allowed
    assert decide(world.actor("stranger", "own_use"), "view", camera).missing == ("owner_is_party",)
    assert not decide(world.actor("operator", "own_use"), "view", camera).allowed
    assert not decide(world.actor("technician", "maintenance"), "view", camera).allowed


def test_what_cannot_be_signed_is_refused(db):
    world = make_world()
    with pytest.raises(BadAgreement):
        actions.sign_agreement(system(world.owner), world.owner, world.provider, b"short", "online", ids.new())
    with pytest.raises(BadAgreement):
        actions.sign_confidentiality(system(world.owner), world.owner, ids.new(), HASH, timedelta(days=4000))
    agree(world)
    with pytest.raises(BadAgreement):
        actions.record_purpose(system(world.owner), world.owner, "theft_prevention", "  ")
