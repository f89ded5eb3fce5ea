# SPDX-License-Identifier: EUPL-1.2
"""`zegel fsck` finds what does not agree: rows, packs, keys, ledger, holds, registers, customers. Each is planted
behind the product's back in a world that held before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import psycopg
from tests.actors import World
from tests.integration.footage.test_door import of_alarm
from tests.integration.lifecycle.conftest import recorded

from zegel.demo.world import WORLD
from zegel.server.customers.models import Customer
from zegel.server.footage import door
from zegel.server.kernel import clock, invariants, storage, tenancy
from zegel.server.lifecycle.models import Hold, Incident
from zegel.server.promises import statement
from zegel.server.registers import actions as registers
from zegel.server.tenants.models import Brand
from zegel.server.website.models import Subscriber

Plant = Callable[[Any, Any], None]


def sql(*statements: str, **said: Any) -> Plant:
    def plant(admin: Any, case: Any) -> None:
        for command in statements:
            done = admin.execute(command, said | {"now": clock.now()})
            assert done.rowcount > 0, command

    return plant


def _cut_a_pack(admin: Any, case: Any) -> None:
    key = admin.execute("SELECT key FROM footage_part LIMIT 1").fetchone()[0]
    storage.store().put(key, storage.store().get(key)[:-1] + b"x")


def _one_signature(admin: Any, case: Any) -> None:
    owner, person = case.owner, uuid4()
    of = {"owner_id": owner, "provider_id": owner}
    with tenancy.acting_as(owner):
        incident = Incident.objects.create(
            site_id=uuid4(), title="x", reason="y", opened_at=clock.now(), opened_by=person, **of
        )
        Hold.objects.create(
            incident=incident, camera_id=case.camera, track=1, from_ms=0, to_ms=1, asked_at=clock.now(),
            asked_by=person, asked_by_party=owner, signed_at=clock.now(), signed_by=person, signed_by_party=owner, **of,
        )  # fmt: skip


def _statement(admin: Any, case: Any) -> None:
    assert statement.renew(case.owner) is not None
    sql("UPDATE promises_statement SET content = content || '{\"name\": \"Another\"}'")(admin, case)


def _register(admin: Any, case: Any) -> None:
    assert registers.refresh(case.provider) > 0
    sql("UPDATE registers_registerversion SET content = content || '{\"authority\": \"Another\"}'")(admin, case)


def _a_firm(case: Any) -> dict[str, Any]:
    owner = case.owner
    with tenancy.acting_as(owner):
        Brand.objects.get_or_create(owner_id=owner, defaults={"slug": "firm", "name": "F", "changed_at": clock.now()})
    return {"owner_id": owner, "provider_id": owner}


def _a_name_that_was_forgotten(admin: Any, case: Any) -> None:
    of = _a_firm(case)
    with tenancy.acting_as(case.owner):
        Customer.objects.create(
            number=1, kind="person", name="Anna", standing="former", source="office", since=clock.now(),
            active_at=clock.now(), anonymised_at=clock.now(), **of,
        )  # fmt: skip


def _a_reader_without_consent(admin: Any, case: Any) -> None:
    of = _a_firm(case)
    with tenancy.acting_as(case.owner):
        Subscriber.objects.create(
            email="anna@example.nl", language="nl", state="confirmed", source="form", words_hash=b"x",
            asked_at=clock.now(), confirmed_at=clock.now(), consent_id=uuid4(), **of,
        )  # fmt: skip


PLANTED: dict[str, Plant] = {
    "footage.packs_hold_what_the_index_says": _cut_a_pack,
    "footage.manifests_agree_with_segments": sql("UPDATE footage_segment SET sha256 = sha256(sha256)"),
    "footage.sealed_objects_have_their_shred_key": sql(
        "UPDATE footage_epoch SET wrapped = wrapped || '\\x00'::bytea WHERE wrapped <> ''"
    ),
    "footage.views_and_releases_are_in_the_ledger": sql("UPDATE footage_lease SET ledger_index = 99999999"),
    "footage.windows_end_in_time": sql(
        "UPDATE footage_window SET ended_at = NULL, deadline = %(now)s - interval '1 hour'"
    ),
    "ledger.leaves_are_of_their_commitments": sql("UPDATE ledger_entry SET leaf_hash = commitment WHERE index = 3"),
    "ledger.entries_have_no_gap": sql("DELETE FROM ledger_entry WHERE index = 5"),
    "ledger.missing_bodies_were_forgotten": sql("UPDATE ledger_body SET sealed = NULL WHERE index = 7"),
    "ledger.bodies_are_what_was_committed": sql(
        "UPDATE ledger_entry SET commitment = sha256(commitment) WHERE index = 9"
    ),
    "lifecycle.holds_are_signed_by_two": _one_signature,
    "promises.statements_are_as_they_were": _statement,
    "registers.versions_are_as_they_were": _register,
    "customers.the_forgotten_say_nothing": _a_name_that_was_forgotten,
    "website.letters_go_to_who_consented": _a_reader_without_consent,
}


def test_each_kind_of_disagreement_is_found(world: World, seeded: Any) -> None:
    recorded(world, "yard")
    case = world.claim(world.burglary())
    door.open_view(world.actor("operator"), of_alarm(case))
    case.owner, case.provider = world.actor("owner").party_id, WORLD.party("waak").id
    assert {one.name: one.faults for one in invariants.ask_all() if one.faults} == {}
    missed = {}
    with psycopg.connect(seeded.urls().admin, autocommit=True) as admin:
        admin.execute("SET session_replication_role = replica")  # past the triggers that keep the log append-only
        for name, plant in PLANTED.items():
            assert name in invariants.names()
            plant(admin, case)
            faults = invariants.ask_one(name).faults
            if not faults or any("could not be asked" in fault for fault in faults):
                missed[name] = faults
    assert missed == {}
