# SPDX-License-Identifier: EUPL-1.2
"""What was erased stands in a list outside the database, whatever is killed when: else an older copy brings it back."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.conf import settings

from tests.clock import stopped_clock
from tests.conftest import ROOT
from zegel.server.kernel import clock, erasures, invariants, jobs, tenancy, work
from zegel.server.kernel.actor import system
from zegel.server.tasks.models import Task

KILLED = """
import os, signal, sys
from uuid import UUID
import django
django.setup()
from zegel.server.kernel import erasures, work
from zegel.server.kernel.actor import system
from zegel.server.tasks.models import Task
erasures._append = lambda text: os.kill(os.getpid(), signal.SIGKILL)
owner = UUID(sys.argv[1])
with work.transaction(system(owner)):
    erasures.delete(Task.objects.filter(owner_id=owner), owner)
print("still alive")
"""


def task(owner_id: UUID) -> Task:
    with tenancy.acting_as(owner_id):
        return Task.objects.create(
            owner_id=owner_id, provider_id=owner_id, key=uuid4().hex, kind="own", about="none", raised_at=clock.now()
        )


def left(owner_id: UUID) -> int:
    with tenancy.acting_as(owner_id):
        return Task.objects.filter(owner_id=owner_id).count()


def test_killed_between_the_commit_and_the_list_it_is_listed_by_the_worker_and_a_restore_erases_it(db) -> None:
    owner = uuid4()
    row = task(owner)
    environment = os.environ | {"DATABASE_URL": db.app, "DJANGO_SETTINGS_MODULE": "zegel.server.settings",
                                "SHRED_PATH": str(settings.SHRED_PATH), "PYTHONPATH": str(ROOT / "src")}  # fmt: skip
    done = subprocess.run([sys.executable, "-c", KILLED, str(owner)], env=environment, capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()[-500:]
    assert (left(owner), list(erasures.listed())) == (0, [])
    assert erasures.waiting(before_ms=clock.now_ms() + 1000) == 1
    jobs.list_erasures(0)
    (line,) = erasures.listed()
    assert (line["model"], line["keys"]) == ("tasks.Task", [str(row.pk)])
    _as_an_older_copy_has_it(row)
    assert erasures.erase_again() == 1
    assert left(owner) == 0


def _as_an_older_copy_has_it(row: Task) -> None:
    with tenancy.acting_as(row.owner_id):
        row.save(force_insert=True)


def test_what_is_committed_is_listed_at_once_and_once(db) -> None:
    owner = uuid4()
    for _ in range(3):
        task(owner)
    with work.transaction(system(owner)):
        for row in Task.objects.filter(owner_id=owner):
            erasures.delete(Task.objects.filter(pk=row.pk), owner)
        assert list(erasures.listed()) == []
    assert len(list(erasures.listed())) == 3
    assert erasures.drain() == 0


def test_what_is_undone_is_never_listed(db) -> None:
    owner = uuid4()
    task(owner)
    with pytest.raises(RuntimeError), work.transaction(system(owner)):
        erasures.delete(Task.objects.filter(owner_id=owner), owner)
        raise RuntimeError
    assert (left(owner), erasures.drain(), list(erasures.listed())) == (1, 0, [])


def test_what_stays_unlisted_is_a_fault(db, monkeypatch) -> None:
    owner = uuid4()
    task(owner)
    monkeypatch.setattr(erasures, "_append", _full)
    with work.transaction(system(owner)):
        erasures.delete(Task.objects.filter(owner_id=owner), owner)
    with stopped_clock(clock.now() + timedelta(hours=1, seconds=1)):
        answer = invariants.ask_one("kernel.erasures_are_listed")
    assert answer.faults == ("1 erasures were not written into the list outside the database",)


def _full(text: str) -> None:
    raise OSError("no space left")
