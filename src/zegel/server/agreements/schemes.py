# SPDX-License-Identifier: EUPL-1.2
"""Which certificates an alarm centre and its operators must have in date before images of a site open, as the site's
profile says (zegel.declare.profiles: promises C15 and D2). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from zegel.declare import profiles


class Scheme(StrEnum):
    """Under which scheme a centre or an operator was certified."""

    PAC = "pac"  # Dutch private alarm centre (Wpbr licence with its certification)
    VDS = "vds"  # VdS Schadenverhütung: centre (NSL) and operator
    EN50518 = "en50518"  # EN 50518, alarm receiving centres


ANY = frozenset(Scheme)


@dataclass(frozen=True)
class Required:
    """One of these schemes, in date, for the centre and for the operator; an empty set asks for none."""

    centre: frozenset[Scheme]
    operator: frozenset[Scheme]


_ANY_WORD = "any"


def required(profile: str) -> Required:
    """What a site of that profile asks for. Raises ValueError for a word that is no scheme."""
    asked = profiles.centre(profile)
    return Required(_schemes(asked.certificates), _schemes(asked.operators))


def _schemes(words: tuple[str, ...]) -> frozenset[Scheme]:
    return ANY if _ANY_WORD in words else frozenset(Scheme(word) for word in words)


# How long before its end a certificate is spoken of, each stage once (C1: an expiring certificate raises a task).
WARNING_DAYS = (60, 30, 7, 0)


def due_warning(days_left: float, said: int | None) -> int | None:
    """The stage that is due: the nearest one that `days_left` reached and that was not said yet (nor a nearer one)."""
    reached = [stage for stage in WARNING_DAYS if days_left <= stage]
    if not reached:
        return None
    stage = min(reached)
    return stage if said is None or stage < said else None
