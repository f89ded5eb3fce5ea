# SPDX-License-Identifier: EUPL-1.2
"""The customer is told by letter: of the alarm, of its release once, of the recall; by jobs, so that slow mail holds
up nothing."""

from __future__ import annotations

import json
from typing import Any

from django.core import mail
from django.db import connection
from tests.actors import World

from zegel.server.alarms import actions, jobs
from zegel.server.kernel import outbox


def letters() -> list[str]:
    """Delivers the events, runs the jobs that they left, and says the subjects of what was sent."""
    deliverer = outbox.Deliverer()
    while deliverer.run_once():
        pass
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_events")
        cursor.execute("DELETE FROM procrastinate_jobs WHERE task_name = 'alarms.tell' RETURNING args")
        rows = [row[0] for row in cursor.fetchall()]
    mail.outbox = []
    for args in rows:
        jobs.tell(**(args if isinstance(args, dict) else json.loads(args)))
    return sorted({letter.subject for letter in mail.outbox})


def test_the_owners_people_are_told_each_in_his_language(world: World, case: Any) -> None:
    assert letters() == [
        "Alarm at Harbour yard North",
        "Alarm bij Harbour yard North",
        "Beelden van Harbour yard North zijn vrijgegeven",
        "Images of Harbour yard North were released",
    ]
    assert letters() == []
    actions.recall(world.actor(world.owner_of(case.site)), case.alarm_id)
    assert "Alarm at Harbour yard North recalled" in letters()
