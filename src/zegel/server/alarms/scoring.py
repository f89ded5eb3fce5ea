# SPDX-License-Identifier: EUPL-1.2
"""An alarm's score, from what the database knows of it. Within the running transaction."""

from __future__ import annotations

from zegel.server.alarms import avs, rules
from zegel.server.alarms.models import Alarm, AlarmStep


def rescore(alarm: Alarm) -> list[str]:
    """Sets the score by what is known now; the names of the fields to save."""
    return scored(alarm, _outcomes(alarm))


def scored(alarm: Alarm, outcomes: set[str]) -> list[str]:
    """As rescore, with the outcomes of looks known already (none, for a new alarm)."""
    found = avs.score(avs.Evidence(
        rules.family(alarm.signal_class), alarm.confirmed, alarm.duress, alarm.alarm_class == "person",
        alarm.cancelled_potential, False, outcomes,
    ))  # fmt: skip
    alarm.avs_score = None if found is None else found.level
    alarm.avs_reasons = [] if found is None else list(found.reasons)
    return ["avs_score", "avs_reasons"]


def _outcomes(alarm: Alarm) -> set[str]:
    steps = AlarmStep.objects.filter(alarm_id=alarm.id, kind="plan", outcome__in=avs.SEEN_OUTCOMES)
    return set(steps.values_list("outcome", flat=True))
