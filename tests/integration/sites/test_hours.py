# SPDX-License-Identifier: EUPL-1.2
"""What people may command through the server, and what is told of what a unit obeys, by its own signature."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.http import HttpRequest
from tests.actors import World

from zegel.demo.world import WORLD
from zegel.seal.allowances import Action, Delegate, Part
from zegel.seal.envelope import Envelope
from zegel.seal.keyset import Signer
from zegel.seal.policy import Policy
from zegel.seal.status import State, Status
from zegel.server.agreements.models import Sign
from zegel.server.api import hours
from zegel.server.gate import Denied
from zegel.server.kernel import tenancy
from zegel.server.ledger import Kind
from zegel.server.ledger import queries as ledger
from zegel.server.sites import actions, queries
from zegel.server.sites.errors import ObjectRefused, UnknownUnit
from zegel.server.sites.models import ObjectKind, UnitObject

FOREMAN, HOUR_MS = "foreman", 3_600_000


def foreman_of(world: World, case: Any, **changes: Any) -> Delegate:
    keys = world.keys.people[FOREMAN]
    now = case.unit.now_ms
    made = Delegate(
        keys.person_id, keys.bundle.signing.public_key, "Yusuf", (Action.DISARM, Action.PART), now - 1000,
        now + 24 * HOUR_MS, 4 * 3600,
    )  # fmt: skip
    return replace(made, **changes)


@pytest.fixture
def policy(world: World, case: Any) -> Policy:
    """The foreman is the owner's delegate; the yard's camera is a part."""
    owner = world.owner_of(case.site)
    keys = world.keys.people[owner]
    following = replace(
        case.unit.policy, counter=case.unit.policy.counter + 1,
        commanders=(Signer(keys.person_id, keys.bundle.signing.public_key),),
        parts=(Part("Yard", (case.camera.bytes,)),), delegates=(foreman_of(world, case),),
    )  # fmt: skip
    actions.accept_policy(world.actor(owner), case.unit.id, world.sign_policy(following, owner))
    case.unit.policy = following
    return following  # type: ignore[no-any-return]


def test_a_foreman_sends_what_the_policy_lets_him_and_it_is_in_the_log(world: World, case: Any, policy: Policy) -> None:
    until = case.unit.now_ms + 2 * HOUR_MS
    sent = world.sign_command(case.unit, FOREMAN, 1, Action.DISARM, until_ms=until)
    actions.accept_command(world.actor(FOREMAN), case.unit.id, sent)
    owner = world.actor(world.owner_of(case.site))
    with tenancy.acting_as(owner.party_id, owner.id):
        [entry] = ledger.entries([Kind.COMMAND], owner.party_id, since_ms=0)
    assert entry.said is not None
    assert (entry.said.facts["action"], entry.said.facts["until_ms"]) == ("disarm", until)


@pytest.mark.parametrize("wrong", [{"until_ms": None}, {"action": Action.ARM}, {"until_hours": 5}])
def test_what_the_unit_would_refuse_the_server_does_not_carry(
    world: World, case: Any, policy: Policy, wrong: dict[str, Any]
) -> None:
    lasts = wrong.get("until_hours", 2) * HOUR_MS
    until = wrong.get("until_ms", case.unit.now_ms + lasts)
    sent = world.sign_command(case.unit, FOREMAN, 1, wrong.get("action", Action.DISARM), until_ms=until)
    with pytest.raises(ObjectRefused):
        actions.accept_command(world.actor(FOREMAN), case.unit.id, sent)


def test_a_member_whom_the_policy_does_not_name_commands_nothing(world: World, case: Any) -> None:
    owner = world.owner_of(case.site)
    keys = world.keys.people[owner]
    alone = replace(
        case.unit.policy, counter=2, commanders=(Signer(keys.person_id, keys.bundle.signing.public_key),)
    )  # fmt: skip
    actions.accept_policy(world.actor(owner), case.unit.id, world.sign_policy(alone, owner))
    with pytest.raises(ObjectRefused):
        actions.accept_command(
            world.actor(FOREMAN), case.unit.id, world.sign_command(case.unit, FOREMAN, 1, Action.DISARM)
        )


def test_nobody_sends_anothers_command(world: World, case: Any, policy: Policy) -> None:
    until = case.unit.now_ms + HOUR_MS
    sent = world.sign_command(case.unit, FOREMAN, 1, Action.DISARM, until_ms=until)
    with pytest.raises(ObjectRefused):
        actions.accept_command(world.actor(world.owner_of(case.site)), case.unit.id, sent)


@pytest.mark.parametrize(("action", "part"), [(Action.ARM, None), (Action.PART, "Yard")])
def test_arming_or_a_part_without_a_sign_is_refused_and_says_what_is_missing(
    world: World, case: Any, policy: Policy, action: Action, part: str | None
) -> None:
    owner = world.actor(world.owner_of(case.site))
    with tenancy.acting_as(owner.party_id, owner.id):
        Sign.objects.filter(site_id=WORLD.site(case.site).id).delete()
    sent = world.sign_command(case.unit, world.owner_of(case.site), 1, action, part=part)
    with pytest.raises(Denied) as refused:
        actions.accept_command(owner, case.unit.id, sent)
    assert "sign" in str(refused.value).lower()
    assert "hang" in str(refused.value.action).lower()


def test_what_a_unit_said_is_told_newest_first_with_the_policies_that_it_names(
    world: World, case: Any, policy: Policy
) -> None:
    unit, foreman = case.unit, world.keys.people[FOREMAN].person_id
    first = replace(unit.policy, counter=1, parts=(), delegates=())
    assert first.counter != policy.counter
    for state, more in (
        (State.ARMED, {}),
        (State.ARMED, {"part": "Yard", "commanded_by": foreman}),
        (State.DISARMED, {"commanded_by": foreman, "guards_from_ms": unit.now_ms + HOUR_MS}),
    ):
        unit.now_ms += 1000
        world.accept(case.actor, unit, unit.status(state, **more))
    owner = world.actor(world.owner_of(case.site))
    with tenancy.acting_as(owner.party_id, owner.id):
        row = queries.get_unit(unit.id)
        said = [Status.decode(Envelope.decode(bytes(each.envelope)).body) for each in queries.said_states(row, 10)]
        [obeyed] = queries.policies_by_hash(row, [status.policy_hash or b"" for status in said])
        arming = ledger.entries([Kind.ARMING], owner.party_id, since_ms=0)
        assert UnitObject.objects.filter(unit=row, kind=ObjectKind.POLICY).count() == 2
    assert [(each.state, each.part) for each in said] == [
        (State.DISARMED, None), (State.ARMED, "Yard"), (State.ARMED, None)
    ]  # fmt: skip
    assert bytes(obeyed.hash) == policy.hash
    assert [each.said.facts.get("part") for each in arming if each.said is not None] == [None, "Yard", None]


def test_the_same_word_again_is_no_history(world: World, case: Any, policy: Policy) -> None:
    for _ in range(3):
        case.unit.now_ms += 1000
        world.accept(case.actor, case.unit, case.unit.status(State.DISARMED, guards_from_ms=case.unit.now_ms + 10**6))
    for _ in range(3):
        case.unit.now_ms += 1000
        world.accept(case.actor, case.unit, case.unit.status(State.ARMED))
    owner = world.actor(world.owner_of(case.site))
    with tenancy.acting_as(owner.party_id, owner.id):
        said = queries.said_states(queries.get_unit(case.unit.id), 10)
    assert len(said) == 4, "three ends, and one state that did not change"


def asked_by(world: World, person: str) -> HttpRequest:
    request = HttpRequest()
    request.auth = world.actor(person)  # type: ignore[attr-defined]
    return request


def test_the_api_tells_states_and_policies_to_who_may_know(world: World, case: Any, policy: Policy) -> None:
    world.accept(case.actor, case.unit, case.unit.status())
    owner = world.owner_of(case.site)
    told = hours.obeyed(asked_by(world, owner), case.unit.id, 20)
    assert [len(told["states"]), len(told["policies"])] == [1, 1]
    assert hours.obeyed(asked_by(world, FOREMAN), case.unit.id, 20) == told
    with pytest.raises((Denied, UnknownUnit)):
        hours.obeyed(asked_by(world, "household"), case.unit.id, 20)
