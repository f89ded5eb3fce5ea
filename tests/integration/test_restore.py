# SPDX-License-Identifier: EUPL-1.2
"""Kill and restore anywhere (docs/seal.md, "Forgetting"): an older database or shred store is put back, and there is no
fork, no lost receipt, no revived erasure and no number given twice. (A unit's caps lie on the unit:
tests/unit/unit/test_guard.py, tests/integration/unit.)"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings

from tests import databases, worlds
from tests.actors import World
from tests.integration.ledger.publishing import publish, served
from tests.worlds import case, seeded, world  # noqa: F401
from zegel.ledgercli import VERIFIED, main
from zegel.seal.note import VerifierKey
from zegel.seal.proof import verify_receipt
from zegel.server import process
from zegel.server.alarms import actions as alarms
from zegel.server.footage import door, forgetting
from zegel.server.footage.errors import NothingToShow
from zegel.server.footage.fsck import orphans, packs, sealed
from zegel.server.footage.models import Epoch, Release, Segment
from zegel.server.footage.rules import Purpose, Track
from zegel.server.kernel import outbox, postgres, shred, storage, tenancy
from zegel.server.kernel.actor import system
from zegel.server.ledger import Entry, Kind, queries, recovery
from zegel.server.ledger import actions as ledger

COPY = "zegel_backup"


class Backup:
    """Last night's copy: the whole database, file by file, and the shred store as it was."""

    def __init__(self, server: Any, folder: Path) -> None:
        self._server, self._shred = server, folder / "shred"
        worlds._close_connections()
        admin = databases.leave(server)
        admin.execute(f"DROP DATABASE IF EXISTS {COPY} WITH (FORCE)")
        postgres.create_database(admin, COPY, template=databases.NAME)
        shutil.copytree(settings.SHRED_PATH, self._shred)

    def restore(self, *, with_shred_store: bool) -> None:
        worlds._close_connections()
        databases.copy_of(self._server, COPY)
        databases.leave(self._server).execute(f"DROP DATABASE {COPY} WITH (FORCE)")
        databases._made_from.pop(str(self._server.folder), None)
        if with_shred_store:
            kept = (Path(settings.SHRED_PATH) / "destroyed.log").read_bytes()  # append-only, and in no back-up
            shutil.rmtree(settings.SHRED_PATH)
            shutil.copytree(self._shred, settings.SHRED_PATH)
            (Path(settings.SHRED_PATH) / "destroyed.log").write_bytes(kept)
        shred._opened.cache_clear()


@pytest.fixture
def night(world: World, case: Any, seeded: Any, tmp_path: Path) -> Any:  # noqa: F811
    """A closed alarm, everything published, and the back-up made. `case.urls`: the database's addresses."""
    operator = world.actor("operator")
    alarms.claim(operator, case.alarm_id)
    alarms.close(operator, case.alarm_id, "test")
    world.accept(case.actor, case.unit, case.unit.manifest(case.epoch, 0, 40, closed=True))
    case.urls = seeded.urls()
    publish(case.urls)
    case.owner = world.actor(world.owner_of(case.site))
    with tenancy.acting_as(case.owner.party_id):
        closed = queries.entries([Kind.ALARM_CLOSED], case.owner.party_id, since_ms=0)[0]
    case.receipt = queries.receipt_for(case.owner, closed.index)
    case.backup = Backup(seeded, tmp_path)
    return case


def own(world: World, case: Any) -> door.ViewRequest:  # noqa: F811
    start = case.epoch.body.start_ms
    return door.ViewRequest(case.camera, Track.SURVEILLANCE, Purpose.OWN_USE, from_ms=start, to_ms=start + 40_000)


def day_after(world: World, night: Any) -> dict[str, Any]:  # noqa: F811
    """What happens between the back-up and its restore: a look, an erasure, and the log goes on."""
    owner = world.actor(world.owner_of(night.site))
    view = door.open_view(owner, own(world, night))
    forgetting.forget(owner, night.camera, [night.epoch.id])
    while outbox.Deliverer().run_once():
        pass
    size = publish(night.urls)
    return {"size": size, "receipt": queries.receipt_for(owner, view.index), "index": view.index}


def holds(receipt: str) -> None:
    verify_receipt(receipt, VerifierKey.parse(queries.verifier_key()))


@pytest.mark.parametrize("with_shred_store", [False, True])
def test_an_older_copy_revives_nothing_loses_no_receipt_and_forks_nothing(
    world: World, night: Any, with_shred_store: bool, tmp_path: Path  # noqa: F811
) -> None:
    seen = tmp_path / "seen"
    after = day_after(world, night)
    with served() as url:
        assert main(["verify", url, "--key", queries.verifier_key(), "--since", str(seen)]) == VERIFIED
    highest = {purpose: shred.last_given(purpose) for purpose in ("epoch", "release", "ledger")}
    night.backup.restore(with_shred_store=with_shred_store)

    with tenancy.acting_as(night.actor.party_id):
        assert Segment.objects.filter(epoch_id=night.epoch.id).exists(), "the copy is not older at all"
    assert any("older copy" in fault for fault in process._faults()), "a server would serve what was erased"
    recovery.go_on()
    assert process._faults() == []

    with tenancy.acting_as(night.actor.party_id):
        row = Epoch.objects.get(id=night.epoch.id)
        assert bytes(row.wrapped) == b""
        assert shred.is_destroyed("epoch", row.shred)
        assert not Segment.objects.filter(epoch_id=night.epoch.id).exists()
        assert not Release.objects.filter(alarm_id=night.alarm_id, wrapped__isnull=False).exists()
    with pytest.raises(NothingToShow):
        door.open_view(world.actor(world.owner_of(night.site)), own(world, night))

    assert all(shred.next_number(purpose) > number for purpose, number in highest.items())
    ledger.append(Entry(Kind.SOFTWARE, None, {}), system())
    assert publish(night.urls) > after["size"]
    holds(night.receipt)
    holds(after["receipt"])
    with served() as url:
        assert main(["verify", url, "--key", queries.verifier_key(), "--since", str(seen)]) == VERIFIED
    assert [*packs(), *orphans(), *sealed()] == []


def test_a_copy_that_went_another_way_begins_anew_and_still_revives_nothing(world: World, night: Any) -> None:  # noqa: F811
    day_after(world, night)
    night.backup.restore(with_shred_store=False)
    ledger.append(Entry(Kind.SOFTWARE, None, {}), system())
    recovery.begin_anew()
    assert process._faults() == []
    with tenancy.acting_as(night.actor.party_id):
        assert not Segment.objects.filter(epoch_id=night.epoch.id).exists()


def test_a_copy_of_this_very_moment_needs_nothing(world: World, night: Any) -> None:  # noqa: F811
    night.backup.restore(with_shred_store=False)
    assert process._faults() == []
    assert list(storage.store().list("packs"))
    door.open_view(world.actor(world.owner_of(night.site)), own(world, night))


def test_the_database_is_told_to_be_older_in_words_that_say_what_to_do(world: World, night: Any) -> None:  # noqa: F811
    day_after(world, night)
    with psycopg.connect(night.urls.app) as app:
        held = app.execute("SELECT size FROM ledger_head").fetchone()
    night.backup.restore(with_shred_store=False)
    (fault,) = process._faults()
    assert "zegel manage ledger continue" in fault
    assert held is not None
    assert str(held[0]) in fault
