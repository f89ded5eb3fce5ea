# SPDX-License-Identifier: EUPL-1.2
"""Which certificates an alarm centre and its operators must have in date before images of a site open. Pure data.

Sources: promises C15 (a Dutch site: "the certified alarm centre (PAC)"), D2 (a German home: "a certified operator
(VdS)", with VdS 2153 for the centre). The Swedish home promises none by name; there the European standard for alarm
receiving centres, EN 50518, is asked of the centre alone. A profile that is not named here gets the strictest reading:
a certificate of some scheme for the centre and for the operator.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Scheme(StrEnum):
    """Under which scheme a centre or an operator was certified."""

    PAC = "pac"  # Dutch private alarm centre (Wpbr licence with its certification)
    VDS = "vds"  # VdS Schadenverhütung: centre (NSL) and operator
    EN50518 = "en50518"  # EN 50518, alarm receiving centres


ANY = frozenset(Scheme)
NONE: frozenset[Scheme] = frozenset()


@dataclass(frozen=True)
class Required:
    """One of these schemes, in date, for the centre and for the operator; an empty set asks for none."""

    centre: frozenset[Scheme]
    operator: frozenset[Scheme]


_DUTCH = Required(frozenset({Scheme.PAC}), frozenset({Scheme.PAC}))
_GERMAN = Required(frozenset({Scheme.VDS}), frozenset({Scheme.VDS}))
_SWEDISH = Required(frozenset({Scheme.EN50518}), NONE)
_UNKNOWN = Required(ANY, ANY)

_BY_PROFILE = {
    "site-nl": _DUTCH,
    "home-nl": _DUTCH,
    "home-de": _GERMAN,
    "site-de": _GERMAN,
    "home-se": _SWEDISH,
    "site-se": _SWEDISH,
}
PROFILES = tuple(_BY_PROFILE)
"""Those with terms of their own."""


def required(profile: str) -> Required:
    """What a site of that profile asks for."""
    return _BY_PROFILE.get(profile, _UNKNOWN)


# How long before its end a certificate is spoken of, each stage once (C1: an expiring certificate raises a task).
WARNING_DAYS = (60, 30, 7, 0)


def due_warning(days_left: float, said: int | None) -> int | None:
    """The stage that is due: the nearest one that `days_left` reached and that was not said yet (nor a nearer one)."""
    reached = [stage for stage in WARNING_DAYS if days_left <= stage]
    if not reached:
        return None
    stage = min(reached)
    return stage if said is None or stage < said else None
