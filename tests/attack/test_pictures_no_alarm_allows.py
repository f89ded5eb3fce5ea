# SPDX-License-Identifier: EUPL-1.2
"""Trying to see a picture that no alarm allows: before it may be looked at, beside it, after it, beyond it, as somebody
else, and through every address that hands anything out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from tests.actors import SimUnit, World
from tests.attack.test_door_routes import body_of, filled, known_ids, routes, secrets_of, signed_in
from tests.clock import stopped_clock
from tests.integration.centre.parts import delivered

from zegel.demo.world import WORLD
from zegel.link.messages import EpochItem
from zegel.seal.suite import SigningKey
from zegel.server.alarms import actions as alarms
from zegel.server.alarms.models import Alarm
from zegel.server.api.fields import to_text
from zegel.server.centre import actions as centre
from zegel.server.footage import actions as footage
from zegel.server.footage.models import Lease, Window
from zegel.server.kernel import clock, tenancy

VERIFICATION, FOLLOWUP = "alarm_verification", "alarm_followup"


def wish(case: SimpleNamespace, purpose: str = VERIFICATION, **more: Any) -> dict[str, Any]:
    return {
        "camera_id": str(case.camera), "track": 1, "purpose": purpose, "alarm_id": str(case.alarm_id), **more
    }  # fmt: skip


def post(client: Client, address: str, body: Any = None) -> Any:
    return client.post(f"/api/v1{address}", body or {}, content_type="application/json")


def window(case: SimpleNamespace, **values: Any) -> None:
    with tenancy.acting_as(case.actor.party_id):
        Window.objects.filter(alarm_id=case.alarm_id).update(**values)


def recall(world: World, case: SimpleNamespace) -> None:
    alarms.recall(world.actor(world.owner_of(case.site)), case.alarm_id)


def attempts(client: Client, case: SimpleNamespace, lease: str) -> list[tuple[str, Any]]:
    """Everything by which a picture could be had or moved, with all the right identifiers and a lease that was good."""
    one = f"{case.epoch.id}.12"
    everything = {"from_ms": 0, "to_ms": 2**52, "ranges": [{"epoch": str(case.epoch.id), "from": 0, "to": 4096}]}
    return [
        ("look", post(client, "/views", wish(case))),
        ("look again", post(client, "/views", wish(case, FOLLOWUP))),
        ("look wide", post(client, "/views", wish(case, FOLLOWUP, **everything))),
        ("as its own", post(client, "/views", wish(case, "own_use", alarm_id=None, **everything))),
        ("as maintenance", post(client, "/views", wish(case, "maintenance"))),
        ("renew", post(client, f"/views/{lease}/renew")),
        ("segment", client.get(f"/api/v1/views/{lease}/segments/{one}")),
        ("segments", post(client, f"/views/{lease}/segments", {"ids": [one]})),
        ("verify", post(client, f"/alarms/{case.alarm_id}/verify", {"camera_id": str(case.camera)})),
        ("turn", post(client, f"/alarms/{case.alarm_id}/control",
                      {"camera_id": str(case.camera), "action": "move", "pan": 0.5})),
        ("timeline", client.get(f"/api/v1/cameras/{case.camera}/timeline?from_ms=0&to_ms={2**52}")),
    ]  # fmt: skip


def nothing_comes(client: Client, case: SimpleNamespace, lease: str) -> dict[str, str]:
    """None of it works, none of it holds a byte of a picture or key. Returns what each was refused with."""
    secrets, codes = secrets_of(case), {}
    for what, answer in attempts(client, case, lease):
        content = body_of(answer)
        assert answer.status_code >= 400, f"{what}: {content[:300]!r}"
        assert not any(piece in content for piece in secrets), what
        codes[what] = answer.json()["error"]["code"]
    return codes


def nothing_anywhere(client: Client, case: SimpleNamespace, lease: str) -> None:
    """And no other address of the server gives anything of it, however it is asked."""
    known, secrets = known_ids(case, lease), secrets_of(case)
    for route in routes():
        address = filled(route, known)
        for answer in (client.get(address), client.post(address, wish(case), content_type="application/json")):
            content = body_of(answer)
            assert not any(piece in content for piece in secrets), f"{route} {answer.status_code}"


def looked(world: World, case: SimpleNamespace, person: str = "operator") -> tuple[Client, str]:
    """His browser, with a view that is good now."""
    client = signed_in(world, person)
    answer = post(client, "/views", wish(case))
    assert answer.status_code == 200, answer.content
    return client, answer.json()["lease_id"]


# --- before ---


def test_during_the_hold_nothing_comes_and_the_answer_says_until_when(world: World, case: Any) -> None:
    until = clock.now() + timedelta(seconds=60)
    window(case, look_after=until)
    client = signed_in(world, "operator")
    codes = nothing_comes(client, case, str(uuid4()))
    assert codes["look"] == "hold_before_look"
    error = post(client, "/views", wish(case)).json()["error"]
    assert error["until_ms"] == round(until.timestamp() * 1000)


def test_a_lease_of_before_does_not_outlive_a_hold(world: World, case: Any) -> None:
    """There is none: but if there were one, it would open nothing."""
    client, lease = looked(world, case)
    window(case, look_after=clock.now() + timedelta(seconds=60))
    assert nothing_comes(client, case, lease)["segment"] == "window_closed"


def test_a_waiting_alarm_is_not_browsed_by_anybody(world: World) -> None:
    case = world.burglary()
    for person in ("operator", "operator2", "supervisor"):
        nothing_comes(signed_in(world, person), case, str(uuid4()))


# --- beside ---


def test_over_the_cap_nothing_comes(world: World, case: Any) -> None:
    window(case, max_viewers=1)
    looked(world, case)
    codes = nothing_comes(signed_in(world, "operator2"), case, str(uuid4()))
    assert codes["look"] == "too_many_viewers"


def test_another_camera_of_the_site_is_not_seen_through_this_alarm(world: World) -> None:
    unit = SimUnit(clock.now_ms(), cameras=(uuid4(), uuid4()))
    case = world.claim(world.burglary(unit=unit))
    beside = unit.epoch(unit.cameras[1])
    world.accept(case.actor, unit, EpochItem(beside.envelope), *unit.record(beside, 0, 20))
    client, lease = looked(world, case)
    other = SimpleNamespace(**{**vars(case), "camera": unit.cameras[1], "epoch": beside})
    codes = nothing_comes_of(client, other, lease)
    assert codes["look"] == "missing_fact"
    assert codes["segment"] == "lease_ended"


def nothing_comes_of(client: Client, other: SimpleNamespace, lease: str) -> dict[str, str]:
    """As nothing_comes, with a lease that is good for another camera: its own renewal may answer."""
    raw = [sealed[100:140] for sealed in other.epoch.sealed]
    codes = {}
    for what, answer in attempts(client, other, lease):
        assert not any(piece in body_of(answer) for piece in raw), what
        if what != "renew":
            assert answer.status_code >= 400, what
            codes[what] = answer.json()["error"]["code"]
    return codes


def test_a_colleague_uses_nobodys_lease_and_turns_nobodys_camera(world: World, case: Any) -> None:
    _, lease = looked(world, case)
    colleague = signed_in(world, "operator2")
    one = f"{case.epoch.id}.12"
    for answer in (
        colleague.get(f"/api/v1/views/{lease}/segments/{one}"),
        post(colleague, f"/views/{lease}/segments", {"ids": [one]}),
        post(colleague, f"/views/{lease}/renew"),
        post(colleague, f"/alarms/{case.alarm_id}/verify", {"camera_id": str(case.camera)}),
    ):
        assert answer.status_code == 403
    mine = post(colleague, "/views", wish(case))
    assert mine.status_code == 200, "he may look along: counted, and under an entry of his own"
    turned = {"camera_id": str(case.camera), "action": "home"}
    assert post(colleague, f"/alarms/{case.alarm_id}/control", turned).json()["error"]["missing"] == ["claim_held"]


@pytest.mark.parametrize("missing", ["statement", "own certificate", "the centre's certificate"])
def test_who_has_no_statement_or_certificate_in_date_has_no_picture_from_the_next_second_on(
    world: World, case: Any, missing: str
) -> None:
    from zegel.server.agreements.models import Certificate, Confidentiality

    client, lease = looked(world, case)
    operator, centre = WORLD.person("operator").id, WORLD.party("centrale").id
    with tenancy.acting_as(centre):
        rows = Certificate.objects.filter(owner_id=centre)
        if missing == "statement":
            gone = Confidentiality.objects.filter(person_id=operator).delete()
        else:
            gone = rows.filter(person_id=operator if missing == "own certificate" else None).delete()
    assert gone[0], "the world has it, so that its absence counts"
    with stopped_clock(clock.now()) as time:
        time.advance(2)
        nothing_comes(client, case, lease)


@pytest.mark.parametrize("person", ["technician", "planner", "admin", "household", "nordtech"])
def test_nobody_but_the_alarm_centre_looks_by_an_alarm(world: World, case: Any, person: str) -> None:
    _, lease = looked(world, case)
    nothing_comes(signed_in(world, person), case, lease)


# --- after ---


@pytest.mark.parametrize("how", ["recalled", "closed", "expired"])
def test_after_the_window_nothing_comes(world: World, case: Any, how: str) -> None:
    client, lease = looked(world, case)
    with stopped_clock(clock.now()) as time:
        if how == "recalled":
            recall(world, case)
        elif how == "closed":
            alarms.close(world.actor("operator"), case.alarm_id, "test")
        else:
            time.advance(301)
        codes = nothing_comes(client, case, lease)
        if how == "recalled":  # what ended it is asked in one place: one of the three tries every address
            nothing_anywhere(client, case, lease)
    assert codes["look again"] == "missing_fact", "nobody reopened it"


def test_the_keys_of_a_recalled_alarm_open_nothing_that_the_server_still_gives(world: World, case: Any) -> None:
    """He kept the release: without ciphertext it opens nothing, and the ciphertext does not come any more."""
    client, lease = looked(world, case)
    recall(world, case)
    nothing_comes(client, case, lease)
    with tenancy.acting_as(case.actor.party_id):
        assert not Lease.objects.filter(ended_at__isnull=True).exists()


def test_a_reopened_alarm_shows_its_own_seconds_and_nothing_else(world: World, case: Any) -> None:
    client, old = looked(world, case)
    recall(world, case)
    footage.reopen_window(world.actor("operator"), case.alarm_id, "recalled_yet_real")
    wide = wish(case, FOLLOWUP, ranges=[{"epoch": str(case.epoch.id), "from": 0, "to": 40}])
    answer = post(client, "/views", wide).json()
    assert sorted(row["slot"] for row in answer["segments"]) == list(range(10, 25))
    lease = answer["lease_id"]
    for seq in (0, 9, 25, 39):
        assert client.get(f"/api/v1/views/{lease}/segments/{case.epoch.id}.{seq}").status_code == 403
    assert post(client, "/views", wish(case)).status_code == 403, "not as a running alarm"
    assert post(client, f"/views/{old}/renew").status_code == 403
    order = {"camera_id": str(case.camera), "action": "move", "zoom": 1}
    assert post(client, f"/alarms/{case.alarm_id}/control", order).status_code == 403
    for person in ("technician", "household", "owner"):
        assert post(signed_in(world, person), "/views", wide).status_code in {403, 404}


def test_a_reopening_of_one_alarm_opens_no_other(world: World, case: Any) -> None:
    unit = case.unit
    unit.now_ms += 1000
    other_id, item = unit.alarm()
    arc = world.arc_tenant(case.site)
    world.accept(case.actor, unit, item, unit.release(other_id, case.epoch, [(30, 35)], arc))
    alarms.claim(world.actor("operator"), other_id)
    for alarm_id in (case.alarm_id, other_id):
        alarms.recall(world.actor(world.owner_of(case.site)), alarm_id)
    footage.reopen_window(world.actor("operator"), case.alarm_id, "recalled_yet_real")
    client = signed_in(world, "operator")
    answer = post(client, "/views", wish(case, FOLLOWUP)).json()
    assert max(row["slot"] for row in answer["segments"]) < 25
    assert post(client, "/views", wish(case, FOLLOWUP) | {"alarm_id": str(other_id)}).status_code == 403


# --- another alarm centre ---


def test_the_second_centre_that_steps_in_gets_no_picture(world: World, case: Any) -> None:
    second = next(person for person in WORLD.people if person.party == "maas" and person.role == "operator")
    nothing_comes(signed_in(world, second.key), case, str(uuid4()))


def test_a_claim_does_not_make_the_second_centre_see(world: World) -> None:
    case = world.burglary()
    second = next(person for person in WORLD.people if person.party == "maas" and person.role == "operator")
    centre.stand_in(WORLD.party("maas").id, WORLD.party("centrale").id, [WORLD.party("dehaan").id])
    world.claim(case, second.key)
    nothing_comes(signed_in(world, second.key), case, str(uuid4()))
    nothing_comes(signed_in(world, "operator"), case, str(uuid4()))


def released_to(world: World, unit: SimUnit, actor: Any, party: str) -> SimpleNamespace:
    """A burglary of which the unit gives the keys to that centre."""
    unit.now_ms = clock.now_ms() - 20_000
    epoch = unit.epoch()
    world.accept(actor, unit, EpochItem(epoch.envelope), *unit.record(epoch, 0, 20))
    unit.now_ms = clock.now_ms()
    alarm_id, alarm = unit.alarm()
    key = world.keys.parties[party].tenant
    world.accept(actor, unit, alarm, unit.release(alarm_id, epoch, [(5, 15)], key))
    return SimpleNamespace(unit=unit, actor=actor, epoch=epoch, alarm_id=alarm_id, site="yard", camera=unit.camera)


def test_after_a_replacement_the_old_centre_gets_nothing_and_the_new_one_only_new_alarms(
    world: World, case: Any
) -> None:
    """Nobody visits the unit: the owner signs, the server checks that he named the centre he meant."""
    from zegel.seal.keyset import Signer

    client, lease = looked(world, case)
    owner, unit = signed_in(world, "owner"), case.unit
    new = certified(world)
    card = owner.get(f"/api/v1/arc/{new}").json()
    assert card["name"] == WORLD.party("maas").name
    signer = Signer(new.bytes, world.keys.parties["maas"].signing.public_key)
    keyset = replace(unit.keyset, number=2, previous=unit.keyset.hash, arc=signer, issued_ms=clock.now_ms())
    policy = replace(unit.policy, counter=2, keyset_hash=keyset.hash, issued_ms=clock.now_ms())
    answer = post(owner, "/arc/replace", successor(world, unit, new, keyset, policy))
    assert answer.status_code == 200, answer.content
    nothing_comes(client, case, lease)
    delivered()
    assert hands(case) is None, "in the hands of somebody who no longer sees it"
    late = unit.release(case.alarm_id, case.epoch, [(25, 30)], world.arc_tenant(case.site), keep=False)
    refusal = world.take(case.actor, unit, late).refused
    assert refusal is not None
    assert refusal[0] == "wrong_recipient"

    unit.keyset, unit.policy = keyset, policy
    fresh = released_to(world, unit, case.actor, "maas")
    nothing_comes(client, fresh, lease)
    successor_operator = next(p for p in WORLD.people if p.party == "maas" and p.role == "operator")
    world.claim(fresh, successor_operator.key)
    theirs, _ = looked(world, fresh, successor_operator.key)
    nothing_comes(theirs, case, str(uuid4()))
    nothing_comes(client, fresh, lease)


def hands(case: Any) -> UUID | None:
    """Who has the alarm in hand, as its owner sees it."""
    with tenancy.acting_as(WORLD.party("dehaan").id):
        return Alarm.objects.get(id=case.alarm_id).claimed_by


def test_another_key_of_the_same_centre_counts_for_a_unit_once_its_owner_signed_for_it(world: World, case: Any) -> None:
    """Until then the unit keeps to the key that was compared, and what it releases is taken; from then on only the new
    one counts."""
    from zegel.seal.keyset import Signer
    from zegel.server.kernel.actor import system
    from zegel.server.people import actions as people

    centre_id, keys, unit = WORLD.party("centrale").id, world.keys.parties["centrale"], case.unit
    fresh = SigningKey.generate()
    certificate = replace(keys, signing=fresh).certificate(clock.now_ms())
    people.store_arc_key(system(centre_id), centre_id, fresh.public_key, certificate)
    owner = signed_in(world, "owner")
    shown = owner.get("/api/v1/arc").json()["current"]
    assert (shown["party_id"], shown["sign_pk"]) == (str(centre_id), to_text(fresh.public_key))
    world.accept(case.actor, unit, unit.release(case.alarm_id, case.epoch, [(25, 27)], keys.tenant))

    claimed = hands(case)
    signer = Signer(centre_id.bytes, fresh.public_key)
    keyset = replace(unit.keyset, number=2, previous=unit.keyset.hash, arc=signer, issued_ms=clock.now_ms())
    policy = replace(unit.policy, counter=2, keyset_hash=keyset.hash, issued_ms=clock.now_ms())
    old_words = replace(keyset, arc=Signer(centre_id.bytes, keys.signing.public_key))
    refused = post(owner, "/arc/replace", successor(world, unit, centre_id, old_words, policy))
    assert refused.status_code == 422
    answer = post(owner, "/arc/replace", successor(world, unit, centre_id, keyset, policy))
    assert answer.status_code == 200, answer.content
    delivered()
    assert hands(case) == claimed
    assert owner.get("/api/v1/arc").json()["current"]["since_ms"] == shown["since_ms"]
    assert post(signed_in(world, "operator"), "/views", wish(case)).status_code == 200


def test_an_owner_is_told_of_the_centres_his_provider_works_with_and_nobody_else_is(world: World) -> None:
    known = signed_in(world, "owner").get("/api/v1/arc").json()
    assert known["current"]["name"] == WORLD.party("centrale").name
    assert known["choices"] == [{"party_id": str(WORLD.party("maas").id), "name": WORLD.party("maas").name}]
    assert signed_in(world, "household").get("/api/v1/arc").json()["choices"] == [], "his provider works with no other"
    for other in ("foreman", "operator", "technician", "admin"):
        assert signed_in(world, other).get("/api/v1/arc").status_code == 403


def certified(world: World) -> UUID:
    """The other centre has a certified opening key, as one that serves somebody has."""
    from zegel.server.kernel.actor import system
    from zegel.server.people import actions as people

    party, keys = WORLD.party("maas"), world.keys.parties["maas"]
    certificate = keys.certificate(clock.now_ms())
    people.store_arc_key(system(party.id), party.id, keys.signing.public_key, certificate)
    return party.id


def successor(world: World, unit: SimUnit, party: UUID, keyset: Any, policy: Any) -> dict[str, Any]:
    signed = {
        "unit_id": str(unit.id), "keyset": to_text(world.sign_keyset(keyset, "owner")),
        "policy": to_text(world.sign_policy(policy, "owner")),
    }  # fmt: skip
    return {"arc_party_id": str(party), "units": [signed]}


def test_a_replacement_that_names_another_centre_leaves_a_unit_out_or_comes_from_another_is_refused_whole(
    world: World, case: Any
) -> None:
    from zegel.seal.keyset import Signer

    unit, new = case.unit, certified(world)
    old, right = unit.keyset.arc, Signer(new.bytes, world.keys.parties["maas"].signing.public_key)
    wrong_key = Signer(new.bytes, world.keys.parties["centrale"].signing.public_key)
    owner = signed_in(world, "owner")

    def sent(arc: Signer | None, policy_of_old: bool = False) -> dict[str, Any]:
        keyset = replace(unit.keyset, number=2, previous=unit.keyset.hash, arc=arc, issued_ms=clock.now_ms())
        of = unit.keyset.hash if policy_of_old else keyset.hash
        policy = replace(unit.policy, counter=2, keyset_hash=of, issued_ms=clock.now_ms())
        return successor(world, unit, new, keyset, policy)

    for body in (sent(old), sent(wrong_key), sent(None), sent(right, True), sent(right) | {"units": []}):
        assert post(owner, "/arc/replace", body).status_code >= 400
    assert post(owner, "/arc/replace", sent(right) | {"arc_party_id": str(uuid4())}).status_code == 404
    for thief in ("foreman", "operator", "technician", "household", "admin"):
        assert post(signed_in(world, thief), "/arc/replace", sent(right)).status_code >= 400
    client, _ = looked(world, case)  # nothing of it happened
    assert post(client, "/views", wish(case)).status_code == 200
