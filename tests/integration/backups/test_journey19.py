# SPDX-License-Identifier: EUPL-1.2
"""Journey 19 and the seal's tests 4 and 5: last night's copy is restored elsewhere, and what was erased since is erased
again before anyone is served: no fork, no lost receipt, no revived erasure, no number given twice.

The restore is the real one: `zegel restore`, a process of its own, into an empty folder with its own PostgreSQL."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from tests.actors import World
from tests.clock import stopped_clock
from tests.integration.backups.test_copies import administrator, name_of  # noqa: F401
from tests.integration.ledger.publishing import publish, served

from zegel.ledgercli import VERIFIED
from zegel.ledgercli import main as verify
from zegel.seal.copies import AdministratorKey
from zegel.seal.note import VerifierKey
from zegel.seal.proof import verify_receipt
from zegel.server import process, restorecli
from zegel.server.alarms import actions as alarms
from zegel.server.backups import deletions, making, opening, places, putting, trial
from zegel.server.backups.errors import NoCopy, NotEmpty
from zegel.server.footage import door, forgetting
from zegel.server.footage.rules import Purpose, Track
from zegel.server.kernel import clock, erasures, ids, outbox, restoring, shred, storage, tenancy
from zegel.server.kernel.actor import system
from zegel.server.kernel.postgres import EmbeddedPostgres, place_for
from zegel.server.ledger import Entry, Kind, queries, recovery
from zegel.server.ledger import actions as ledger
from zegel.server.people import actions as people_actions
from zegel.server.people import recovery as accounts
from zegel.server.people.models import Invitation, Membership, Person

PYTHON = {"PYTHONPATH": os.environ.get("PYTHONPATH", "src:.")}


@pytest.fixture
def night(world: World, case: Any, seeded: Any, administrator: AdministratorKey, tmp_path: Path) -> Any:  # noqa: F811
    """A closed alarm, an invitation, everything published, and last night's copy."""
    operator = world.actor("operator")
    alarms.claim(operator, case.alarm_id)
    alarms.close(operator, case.alarm_id, "test")
    world.accept(case.actor, case.unit, case.unit.manifest(case.epoch, 0, 40, closed=True))
    case.owner, case.urls, case.key = world.actor(world.owner_of(case.site)), seeded.urls(), administrator
    case.room = invitation(case.owner)
    for who in ("owner", "foreman"):
        password(world, who, b"o" * 32)
    case.room_id, case.foreman = case.room.id, world.actor("foreman").id
    publish(case.urls)
    with tenancy.acting_as(case.owner.party_id):
        case.closed = queries.entries([Kind.ALARM_CLOSED], case.owner.party_id, since_ms=0)[0].index
    case.copy = making.make()
    case.file = tmp_path / "key"
    case.file.write_text(administrator.text("localhost"), "ascii")
    return case


def invitation(owner: Any) -> Invitation:
    with tenancy.acting_as(owner.party_id):
        return Invitation.objects.create(
            id=ids.new(), provider_id=owner.party_id, owner_id=owner.party_id, kind="join", email="a@example.nl",
            name="A", language="nl", role="member", created_at=clock.now(), expires_at=clock.now(),
        )  # fmt: skip


def password(world: World, who: str, auth_key: bytes) -> None:
    """As their browser would have changed it."""
    actor = world.actor(who)
    with tenancy.acting_as(None):
        person = Person.objects.get(id=actor.id)
    accounts._rewrap(actor, person, accounts.NewPassword(auth_key, bytes(person.bundle_recovery)), "password_changed")


def day_after(night: Any) -> dict[str, Any]:
    """A look, an erasure of a recording and of a row, and the log goes on; the lists are copied away as every
    minute."""
    start = night.epoch.body.start_ms
    request = door.ViewRequest(night.camera, Track.SURVEILLANCE, Purpose.OWN_USE, from_ms=start, to_ms=start + 40_000)
    view = door.open_view(night.owner, request)
    forgetting.forget(night.owner, night.camera, [night.epoch.id])
    while outbox.Deliverer().run_once():
        pass
    with tenancy.acting_as(night.owner.party_id):
        night.room.delete()
    erasures.gone("people.Invitation", night.owner.party_id, [night.room_id])
    deletions.copy()
    size = publish(night.urls)
    return {"size": size, "receipt": queries.receipt_for(night.owner, view.index), "start": start}


def restore(night: Any, data: Path, *, store: str = "") -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if "DATABASE" not in key}
    environment |= {"STORAGE_URL": store or settings.STORAGE_URL, "ZEGEL_ORIGIN": settings.ORIGIN} | PYTHON
    command = [sys.executable, "-m", "zegel.cli", "restore", "--from", settings.BACKUP_URL, "--key", str(night.file)]
    command += ["--shred", settings.BACKUP_SHRED_URL, "--data", str(data)]
    environment |= {"SECRETS_PATH": str(data / "secrets"), "SHRED_PATH": str(data / "shred"), "ZEGEL_DATA": str(data)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def asked(night: Any, after: dict[str, Any], data: Path) -> dict[str, Any]:
    """The restored installation, running on what was put back."""
    server = EmbeddedPostgres(place_for(data), data / "secrets", durable=False)
    urls = server.start()
    words = [night.camera, night.epoch.id, night.owner.party_id, night.owner.id, after["start"], night.closed]
    words += [night.room_id, night.foreman]
    command = [sys.executable, "-m", "tests.integration.backups.inquiry", *map(str, words)]
    environment = trial.environment(putting.Place.inside(data), urls.app) | PYTHON
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    finally:
        server.stop()
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.fixture
def elsewhere(walkable_folder: Path) -> Iterator[Path]:
    folder = walkable_folder / "restored"
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def test_last_nights_copy_restored_elsewhere_opens_nothing_that_was_erased_since(
    world: World, night: Any, elsewhere: Path, tmp_path: Path
) -> None:
    password(world, "owner", b"n" * 32)
    with tenancy.acting_as(night.owner.party_id):
        (membership,) = Membership.objects.filter(person_id=night.foreman)
    people_actions.end_membership(night.owner, membership.id)
    after = day_after(night)
    highest = shred.last_given("epoch")
    with served() as url:
        assert verify(["verify", url, "--key", queries.verifier_key(), "--since", str(tmp_path / "seen")]) == VERIFIED
    done = restore(night, elsewhere)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not restoring.unfinished(elsewhere)
    found = asked(night, after, elsewhere)
    assert found["faults"] == []
    assert found["destroyed"]
    assert (found["wrapped"], found["segments"], found["shown"]) == ("", 0, False)
    assert found["rows"] == 0, "a row that was erased since is back"
    assert found["signs_in"] == {"owner": [False, False], "foreman": [True, False]}, "a password changed since is over"
    assert found["seats"] == 0, "a member who was removed since is one again"
    assert found["number"] > highest
    assert found["size"] > after["size"], "the log goes on from what was published"
    key = VerifierKey.parse(queries.verifier_key())
    assert found["key"] == queries.verifier_key()
    verify_receipt(found["receipt"], key)
    verify_receipt(after["receipt"], key)
    assert found["wrong"] == {}
    assert restore(night, elsewhere).returncode == 78, "a second time into the same folder"


def test_while_a_restore_is_unfinished_nobody_is_served(night: Any) -> None:
    restoring.marker(settings.DATA).write_text("copy\n")
    try:
        (fault,) = process._faults()
    finally:
        restoring.marker(settings.DATA).unlink()
    assert "broke off" in fault
    assert process._faults() == []


def test_where_the_published_log_was_lost_too_a_new_origin_begins(night: Any) -> None:
    """Nobody knows what was shown after the copy: so nothing is shown again under that name."""
    manifest = opening.manifest(places.copies_store(), name_of(night.copy), night.key.installation)
    storage.store().delete_prefix("ledger")
    done = recovery.after_copy(manifest.ledger_size, manifest.ledger_root)
    assert done.origin.endswith("/ledger/2")
    assert publish(night.urls) >= done.after
    assert process._faults() == []


def test_a_database_that_is_not_the_one_of_the_copy_is_refused(night: Any) -> None:
    manifest = opening.manifest(places.copies_store(), name_of(night.copy), night.key.installation)
    with pytest.raises(recovery.TreeConflict, match="does not lead to the checkpoint"):
        recovery.after_copy(manifest.ledger_size - 1, manifest.ledger_root)
    with pytest.raises(recovery.TreeConflict, match="was made of"):
        recovery.after_copy(queries.size() + 1, manifest.ledger_root)


def test_eight_days_later_the_copy_and_every_key_that_is_left_open_nothing(
    night: Any, elsewhere: Path, tmp_path: Path
) -> None:
    """The intruder keeps everything that lay anywhere, and has the administrator's key as well."""
    kept = tmp_path / "kept"
    with stopped_clock(clock.now()) as now:
        now.advance(timedelta(hours=1))
        shred.store().rotate()
        day_after(night)
        for _night in range(8):
            now.advance(timedelta(days=1))
            shred.store().rotate()
            making.tidy()
        shutil.copytree(tmp_path / "apart", kept)
        wanted = restorecli.Wanted(
            putting.Place.inside(elsewhere), places.copies_store(), places.shred_store(), None, night.key
        )
        copy = restorecli._copy(wanted)
        assert copy.read("database"), "the administrator opens the copy itself"
        with pytest.raises(NoCopy, match="die within seven days"):
            restorecli._put_shred(wanted, copy.name)
    assert [path for path in kept.rglob("*") if path.is_file() and "deletions" not in path.parts] == []


def test_an_installation_that_is_not_empty_is_left_alone(night: Any) -> None:
    with pytest.raises(NotEmpty):
        putting.require_empty(putting.Place.inside(settings.DATA))


def test_a_body_that_an_older_copy_brought_back_is_forgotten_again(world: World, night: Any) -> None:
    receipt = ledger.append(Entry(Kind.SOFTWARE, night.owner.party_id, {"note": "x"}), system())
    with psycopg.connect(night.urls.admin) as admin:
        row = admin.execute("SELECT shred_id FROM ledger_body WHERE index = %s", [receipt.index]).fetchone()
    assert row is not None
    shred.destroy("ledger", row[0])  # as the list of destructions does when a shred store is opened
    assert restoring.run_all()["ledger.forgotten"] == 1
    assert restoring.run_all()["ledger.forgotten"] == 0
