# SPDX-License-Identifier: EUPL-1.2
"""Which tasks arise, stay, go and come back."""

from __future__ import annotations

from uuid import uuid4

from zegel.server.tasks.rules import About, Cause, Known, TaskKind, compare

SILENT = Cause(TaskKind.UNIT_SILENT, About.UNIT, uuid4(), uuid4())
HOT = Cause(TaskKind.TELEMETRY, About.UNIT, SILENT.about_id, SILENT.customer_id, "too_hot")


def test_a_cause_that_nobody_knew_is_a_task() -> None:
    changes = compare([SILENT, HOT], [])
    assert changes.new == (SILENT, HOT)
    assert not changes.gone


def test_the_same_cause_twice_is_one_task() -> None:
    assert compare([SILENT, SILENT], []).new == (SILENT,)
    known = Known(uuid4(), SILENT.key, standing=True)
    changes = compare([SILENT], [known])
    assert (changes.new, changes.back, changes.gone) == ((), {}, ())


def test_a_task_goes_with_its_cause_and_comes_back_with_it() -> None:
    task = uuid4()
    assert compare([], [Known(task, SILENT.key, standing=True)]).gone == (task,)
    assert compare([SILENT], [Known(task, SILENT.key, standing=False)]).back == {task: SILENT}
    assert compare([], [Known(task, SILENT.key, standing=False)]).gone == ()


def test_two_conditions_of_one_unit_are_two_tasks() -> None:
    assert SILENT.key != HOT.key
    other = Cause(TaskKind.TELEMETRY, About.UNIT, SILENT.about_id, SILENT.customer_id, "battery_low")
    assert other.key != HOT.key
