# SPDX-License-Identifier: EUPL-1.2
"""The nightly copy: what is in it, who opens it, how long it lives, and its trial."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from tests.actors import MARKER, World
from tests.clock import stopped_clock
from tests.integration.ledger.publishing import publish

from zegel.demo.world import WORLD
from zegel.seal.copies import AdministratorKey
from zegel.server.agreements.models import Place
from zegel.server.agreements.residency_rules import Kept
from zegel.server.backups import database, deletions, making, opening, places, putting, queries, trial
from zegel.server.backups.errors import CopyDamaged, NoCopy, NotSetUp
from zegel.server.backups.models import Copy, Trial
from zegel.server.backups.queries import Fault
from zegel.server.kernel import clock, ids, invariants, shred, storage, tenancy
from zegel.server.kernel.shred import Destroyed, ShredStore
from zegel.server.promises import canary


@pytest.fixture
def administrator(world: World, tmp_path: Path) -> Iterator[AdministratorKey]:
    """Places for copies, and the administrator's key."""
    before = settings.BACKUP_URL, settings.BACKUP_SHRED_URL
    settings.BACKUP_URL, settings.BACKUP_SHRED_URL = (tmp_path / "copies").as_uri(), (tmp_path / "apart").as_uri()
    yield places.new_administrator()
    settings.BACKUP_URL, settings.BACKUP_SHRED_URL = before
    places.forget_night_keys()
    for name in (places.ADMINISTRATOR, "backup-signing"):
        (Path(settings.SECRETS_PATH) / name).unlink(missing_ok=True)


@pytest.fixture
def copy(administrator: AdministratorKey, case: Any, seeded: Any) -> Copy:
    """Last night's, with a recording in the installation."""
    publish(seeded.urls())
    return making.make()


def name_of(row: Copy) -> str:
    return opening.name_of(row.id, row.began_at)


def said_by(dump: Path) -> str:
    """The dump as SQL."""
    command = [database._program("pg_restore"), "--file=-", str(dump)]
    return subprocess.run(command, capture_output=True, check=True).stdout.decode()


def everything(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_a_copy_holds_the_database_for_the_administrator_and_no_media_and_no_shred_key(
    administrator: AdministratorKey, copy: Copy, case: Any, tmp_path: Path
) -> None:
    opened = opening.opened(places.copies_store(), name_of(copy), administrator.installation, administrator.key)
    dump = opened.read("database")
    assert dump.startswith(b"PGDMP")
    opened.write("database", tmp_path / "dump")
    rows = said_by(tmp_path / "dump")
    assert case.epoch.id.hex in rows.replace("-", ""), "the copy is not read at all"
    lying = everything(tmp_path / "copies")
    for sealed in case.epoch.sealed:
        assert sealed[100:140] not in lying
        assert sealed[100:140].hex() not in rows
    store = shred.store()
    for path in (*store.folder.glob("*.tree"), *(store.folder / "keys").iterdir()):
        assert path.read_bytes()[-64:] not in lying
        assert path.read_bytes()[-64:].hex() not in rows
    assert MARKER.hex() not in rows
    assert [part.name for part in opened.manifest.parts] == ["database", "secrets"]


def test_a_copy_opens_for_the_night_and_then_for_the_administrator_alone(
    administrator: AdministratorKey, copy: Copy
) -> None:
    name, store = name_of(copy), places.copies_store()
    key = places.night_key(copy.id.hex)
    assert key is not None
    opening.opened(store, name, administrator.installation, key)
    second = making.make()
    assert places.night_key(copy.id.hex) is None
    assert places.night_key(second.id.hex) is not None
    assert opening.names(store) == sorted([name, name_of(second)])


def test_a_copy_that_was_changed_or_forged_is_refused(
    administrator: AdministratorKey, copy: Copy, tmp_path: Path
) -> None:
    name, store = name_of(copy), places.copies_store()
    key = opening.piece_key(name, "database", 0)
    data = bytearray(store.get(key))
    data[1000] ^= 1
    store.put(key, bytes(data))
    opened = opening.opened(store, name, administrator.installation, administrator.key)
    with pytest.raises(CopyDamaged, match="was changed"):
        opened.read("database")
    with pytest.raises(CopyDamaged, match="not this installation's"):
        opening.manifest(store, name, bytes(32)[:-1] + b"\x02")
    other = name[:-1] + ("0" if name[-1] != "0" else "1")
    shutil.copytree(tmp_path / "copies" / "copies" / name, tmp_path / "copies" / "copies" / other)
    with pytest.raises(CopyDamaged, match="another name"):
        opening.manifest(store, other, administrator.installation)
    store.delete(opening.manifest_key(name))
    with pytest.raises(NoCopy):
        opening.manifest(store, name, administrator.installation)


def test_copies_of_the_shred_store_die_within_seven_days_and_others_after_their_term(
    administrator: AdministratorKey, copy: Copy, tmp_path: Path
) -> None:
    kept = ShredStore(restored_shred(administrator, copy, tmp_path / "there"))
    assert kept.key("epoch", 3) == shred.store().key("epoch", 3)
    with stopped_clock(clock.now()) as now:
        now.advance(timedelta(days=6, hours=11))
        assert making.tidy() == {"copies": 0, "shred": 0}
        now.advance(timedelta(hours=2))
        assert making.tidy() == {"copies": 0, "shred": 1}
        assert list(places.shred_store().list("copies")) == []
        now.advance(timedelta(days=7))
        assert making.tidy() == {"copies": 0, "shred": 0}, "the newest copy of the database always stays"
        newer = making.make()
        assert opening.names(places.copies_store()) == [name_of(newer)]


def restored_shred(administrator: AdministratorKey, copy: Copy, folder: Path) -> Path:
    opened = opening.opened(places.shred_store(), name_of(copy), administrator.installation, administrator.key)
    putting.put_shred(opened, putting.Place.inside(folder))
    return folder / "shred"


def test_a_shred_store_that_is_put_back_gives_no_number_twice_and_revives_nothing(
    administrator: AdministratorKey, copy: Copy, tmp_path: Path
) -> None:
    shred.destroy("epoch", 5, 6)
    used = shred.store().high_water("epoch")
    deletions.copy()
    folder = restored_shred(administrator, copy, tmp_path / "there")
    putting.put_deletions(
        putting.Place.inside(tmp_path / "there"), kept={}, copied=places.shred_store(),
        installation=administrator.installation,
    )  # fmt: skip
    store = ShredStore(folder)
    for number in (5, 6):
        with pytest.raises(Destroyed):
            store.key("epoch", number)
    assert store.key("epoch", 7) == shred.store().key("epoch", 7)
    assert store.high_water("epoch") > used


def test_the_list_of_what_was_destroyed_is_copied_as_it_grows_and_must_be_signed(
    administrator: AdministratorKey, world: World
) -> None:
    name = "destroyed.log"
    deletions.copy()
    shred.destroy("epoch", 900)
    assert deletions.copy() > 0
    assert deletions.copy() == 0
    shred.destroy("epoch", 901)
    deletions.copy()
    store = places.shred_store()
    assert deletions.fetched(store, name, administrator.installation) == shred.store().deletions.read_bytes()
    first = next(iter(store.list(f"deletions/{name}")))
    store.delete(first)
    with pytest.raises(CopyDamaged, match="missing"):
        deletions.fetched(store, name, administrator.installation)


def test_the_nightly_trial_tries_what_was_erased_and_writes_its_evidence(
    administrator: AdministratorKey, case: Any, seeded: Any
) -> None:
    canary.plant(WORLD.party("waak").id)
    publish(seeded.urls())
    copy = making.make()
    live = sorted(storage.store().list())
    shred.destroy("epoch", 4_000)
    row = trial.hold()
    assert row.searched == [[canary.IN_COPY, 0, 0]], "none is past its term; the youngest was found, or it were blind"
    assert queries.found_in_copy(canary.IN_COPY) == (row.ended_at, 0, 0)
    assert [one for one in row.answers if one[1]] == []
    assert (row.passed, row.fault, row.blind, row.opened) == (True, "", False, 0)
    assert row.erased >= 3, "its own canary, and what was destroyed since"
    assert row.entries > 0
    assert sorted(storage.store().list()) == live, "a trial changes nothing of the installation"
    assert not (settings.DATA / "trial").exists()
    assert places.night_key(copy.id.hex) is None, "its key is gone with the trial"
    standing = queries.state()
    assert standing.passed
    assert standing.faults == ()
    assert standing.erased_opened == 0


def test_copies_lie_on_s3_as_on_a_disk(
    administrator: AdministratorKey, case: Any, seeded: Any, s3: Any, tmp_path: Path
) -> None:
    settings.BACKUP_URL, settings.BACKUP_SHRED_URL = s3.url("zegel-copies"), s3.url("zegel-apart")
    publish(seeded.urls())
    shred.destroy("epoch", 4_001)
    row = making.make()
    opened = opening.opened(places.copies_store(), name_of(row), administrator.installation, administrator.key)
    assert opened.read("database").startswith(b"PGDMP")
    assert (restored_shred(administrator, row, tmp_path / "there") / "keys").is_dir()
    copied = deletions.fetched(places.shred_store(), "destroyed.log", administrator.installation)
    assert copied == (Path(settings.SHRED_PATH) / "destroyed.log").read_bytes()
    with stopped_clock(clock.now()) as now:
        now.advance(timedelta(days=8))
        newer = making.make()
    assert opening.names(places.copies_store()) == [name_of(newer)], "the older one died in time"
    assert opening.every_name(places.shred_store()) == [name_of(newer)]


def test_a_trial_that_cannot_be_held_is_a_failed_trial(copy: Copy) -> None:
    places.forget_night_keys()
    row = trial.hold()
    assert (row.passed, row.fault) == (False, "no_copy")
    assert queries.state().faults == (Fault.TRIAL_FAILED,)


def test_a_night_without_copy_or_trial_is_a_fault(copy: Copy) -> None:
    assert queries.state().faults == ()
    with stopped_clock(clock.now() + timedelta(hours=27)):
        assert queries.state().faults == (Fault.NO_COPY, Fault.NO_TRIAL)
    settings.BACKUP_URL = ""
    assert queries.state().faults == (Fault.NOT_SET_UP,)


def test_the_shred_store_is_never_copied_beside_the_database(administrator: AdministratorKey) -> None:
    settings.BACKUP_SHRED_URL = settings.BACKUP_URL + "/apart"
    with pytest.raises(NotSetUp, match="may not lie where"):
        making.make()
    with tenancy.acting_as(None):
        assert not Copy.objects.exists()
        assert not Trial.objects.exists()


def faults(name: str) -> tuple[str, ...]:
    return invariants.ask_one(name).faults


def test_fsck_names_a_copy_that_outlived_its_term_and_one_that_lacks_a_piece(copy: Copy) -> None:
    assert faults("backups.copies_die_in_time") == ()
    assert faults("backups.copies_are_this_installations") == ()
    with stopped_clock(clock.now() + timedelta(days=7, hours=1)):
        (fault,) = faults("backups.copies_die_in_time")
    assert "older than seven days" in fault
    places.copies_store().delete(opening.piece_key(name_of(copy), "database", 0))
    assert faults("backups.copies_are_this_installations") == (
        f"the copy {name_of(copy)} lacks piece 0 of database",
    )
    (Path(settings.SECRETS_PATH) / f"{places.NIGHT}0").write_text("00")
    assert faults("backups.night_keys_are_destroyed") == ("2 keys to back-up copies lie here",)


def test_a_copy_goes_to_no_place_that_a_residency_rule_does_not_allow(copy: Copy, world: World) -> None:
    admin = world.actor("admin")
    record = {"name": "Hall", "operator": "Hall BV", "own_management": True, "mechanism": "area",
              "valid_from": clock.now()}  # fmt: skip
    with tenancy.acting_as(admin.party_id):
        held = Place.objects.create(
            id=ids.new(), owner_id=admin.party_id, provider_id=admin.party_id, what=Kept.BACKUP, address="file:///",
            country="NL", **record,
        )  # fmt: skip
    making.make()
    with tenancy.acting_as(admin.party_id):
        Place.objects.filter(id=held.id).update(country="US")
    with pytest.raises(NotSetUp, match="does not let them"):
        making.make()
    with tenancy.acting_as(admin.party_id):
        Place.objects.filter(what=Kept.BACKUP).update(country="NL", address="s3://elsewhere")
    with pytest.raises(NotSetUp, match="not on record"):
        making.make()
