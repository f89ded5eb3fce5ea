# SPDX-License-Identifier: EUPL-1.2
"""Which views are looked into (S5): what makes one risky, which are taken at random, and who judges. Pure.

- A risk is a reason to ask, never a verdict: it names what is unlike the ordinary view of an alarm in hand.
- The random part is drawn by a keyed hash of the view's own number: nobody who looks can tell, and drawing again gives
  the same answer, so that a view is neither dealt twice nor escapes by a restart.
- Nobody judges his own views.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

LONG_VIEW_S = 300  # the default window of a policy
RECALL_GRACE_MS = 2000  # a picture stops within two seconds of the recall: that much is nobody's doing
REPEATS = 3  # the same person, the same camera, in a week: alarms of its own each time, or a habit?
DEFAULT_RATE = 0.05
RISKY = 3


class Risk(StrEnum):
    """What is unlike the ordinary."""

    AFTER_RECALL = "after_recall"
    REOPENED = "reopened"
    LONG_VIEW = "long_view"
    REPEAT = "repeat"
    NO_STEP = "no_step"
    NOT_HANDLING = "not_handling"


# How much each weighs: 3 is dealt for itself, less only together.
WEIGHT: dict[Risk, int] = {
    Risk.AFTER_RECALL: 5,
    Risk.REOPENED: 3,
    Risk.NOT_HANDLING: 3,
    Risk.LONG_VIEW: 3,
    Risk.REPEAT: 2,
    Risk.NO_STEP: 2,
}


class Why(StrEnum):
    RANDOM = "random"
    RISK = "risk"


@dataclass(frozen=True)
class Looked:
    """A view that is over, and what stands in the log around it. Times in ms; `same_camera`: how many other alarms'
    views this person had of this camera in the week before; `steps`: what he did for the alarm besides looking."""

    lease_id: UUID
    person_id: UUID
    from_ms: int
    to_ms: int
    recalled_ms: int | None
    reopened_ms: int | None
    handled: bool
    steps: int
    same_camera: int


@dataclass(frozen=True)
class Chosen:
    why: Why
    risks: tuple[Risk, ...]
    score: int


def risks_of(looked: Looked, long_view_s: int = LONG_VIEW_S) -> tuple[Risk, ...]:
    """In the order of their weight."""
    reopened = looked.reopened_ms is not None and looked.to_ms > looked.reopened_ms
    found = {
        Risk.AFTER_RECALL: looked.recalled_ms is not None and looked.to_ms > looked.recalled_ms + RECALL_GRACE_MS,
        Risk.REOPENED: reopened,
        Risk.NOT_HANDLING: not looked.handled,
        Risk.LONG_VIEW: looked.to_ms - looked.from_ms > long_view_s * 1000,
        Risk.REPEAT: looked.same_camera >= REPEATS,
        Risk.NO_STEP: looked.steps == 0,
    }
    return tuple(risk for risk, true in found.items() if true)


def drawn(key: bytes, lease_id: UUID, rate: float) -> bool:
    """Whether the dice take this one: the same answer each time, for about `rate` of all."""
    number = int.from_bytes(hmac.digest(key, b"zegel/review/" + lease_id.bytes, hashlib.sha256)[:8], "big")
    return number < rate * 2**64


def choose(looked: Looked, *, key: bytes, rate: float, long_view_s: int = LONG_VIEW_S) -> Chosen | None:
    """Whether the view is dealt to somebody, and why; None for the many that are not."""
    risks = risks_of(looked, long_view_s)
    score = sum(WEIGHT[risk] for risk in risks)
    if score >= RISKY:
        return Chosen(Why.RISK, risks, score)
    return Chosen(Why.RANDOM, risks, score) if drawn(key, looked.lease_id, rate) else None


def judge_of(looker: UUID, supervisors: Collection[UUID], open_of: Mapping[UUID, int]) -> UUID | None:
    """Who judges it: the supervisor with the least to do, never the one who looked; None when there is nobody else."""
    others = sorted((s for s in supervisors if s != looker), key=lambda s: (open_of.get(s, 0), s))
    return others[0] if others else None
