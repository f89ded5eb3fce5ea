# SPDX-License-Identifier: EUPL-1.2
"""How likely and how grave a burglary alarm is: the levels of ANSI/TMA-AVS-01, with the reasons for each. Pure.

0 no call for service; 1 call for service with limited information; 2 somebody is there, for an unknown reason;
3 somebody is there and threatens property; 4 a life is threatened. (TMA, Alarm Validation Scoring, 2023.) The score
helps whoever judges and whoever is called; it decides nothing by itself.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

# Outcomes of a plan's "look" step (plans.rules.OUTCOMES) that say something about what was seen.
SEEN_OUTCOMES = frozenset({"nobody_seen", "somebody_seen", "danger_seen"})


class Reason(StrEnum):
    """Why an alarm has its score."""

    CANCELLED = "cancelled"
    TEST = "test"
    NOBODY_SEEN = "nobody_seen"
    ONE_DETECTOR = "one_detector"
    SEVERAL_DETECTORS = "several_detectors"
    PATH_FAILURE = "path_failure"
    PERSON_FOUND = "person_found"
    AUDIO = "audio"
    SOMEBODY_SEEN = "somebody_seen"
    DANGER_SEEN = "danger_seen"
    HOLD_UP = "hold_up"
    DURESS = "duress"


@dataclass(frozen=True)
class Evidence:
    """What is known of an alarm. `family`: fire, burglary, … (rules.family). `confirmed`: rules.Confirmed. `outcomes`:
    of looks, in any order. `person_found`: a camera's own finding."""

    family: str
    confirmed: str = ""
    duress: bool = False
    person_found: bool = False
    potential_cancel: bool = False
    test: bool = False
    outcomes: Collection[str] = ()


@dataclass(frozen=True)
class Score:
    level: int
    reasons: tuple[str, ...]


SCORED = frozenset({"burglary", "holdup_duress"})
NO_CALL, LIMITED, SOMEBODY, PROPERTY, LIFE = range(5)


def score(evidence: Evidence) -> Score | None:
    """The level and why; None for what the standard does not score (fire, a technical fault …).

    What speaks for a threat always counts more than what speaks against one: a cancellation, or a look that saw
    nobody, lowers the level of an alarm only while nothing else was found.
    """
    if evidence.family not in SCORED and not evidence.duress:
        return None
    level, reasons = _threat(evidence)
    if level > LIMITED:
        return Score(level, reasons)
    against = _against(evidence)
    return Score(NO_CALL, against) if against else Score(level, reasons)


def _threat(evidence: Evidence) -> tuple[int, tuple[str, ...]]:
    found: list[tuple[int, Reason]] = []
    if evidence.duress:
        found.append((LIFE, Reason.DURESS))
    if evidence.family == "holdup_duress":
        found.append((LIFE, Reason.HOLD_UP))
    if "danger_seen" in evidence.outcomes:
        found.append((LIFE if _is_about_people(evidence) else PROPERTY, Reason.DANGER_SEEN))
    if "somebody_seen" in evidence.outcomes:
        found.append((SOMEBODY, Reason.SOMEBODY_SEEN))
    if evidence.confirmed == "video" or evidence.person_found:
        found.append((SOMEBODY, Reason.PERSON_FOUND))
    if evidence.confirmed == "audio":
        found.append((SOMEBODY, Reason.AUDIO))
    if evidence.confirmed == "sequential":
        found.append((SOMEBODY, Reason.SEVERAL_DETECTORS))
    if evidence.confirmed == "path_failure":
        found.append((SOMEBODY, Reason.PATH_FAILURE))
    if not found:
        return LIMITED, (Reason.ONE_DETECTOR.value,)
    return max(level for level, _ in found), tuple(reason.value for _, reason in found)


def _is_about_people(evidence: Evidence) -> bool:
    return evidence.duress or evidence.family == "holdup_duress"


def _against(evidence: Evidence) -> tuple[str, ...]:
    said = (
        (evidence.test, Reason.TEST),
        (evidence.potential_cancel, Reason.CANCELLED),
        ("nobody_seen" in evidence.outcomes, Reason.NOBODY_SEEN),
    )
    return tuple(reason.value for holds, reason in said if holds)
