# SPDX-License-Identifier: EUPL-1.2
"""Figures of alarm handling: defaults with their source, a provider's own, a site's own.

Nothing here weakens what is never negotiable: a hold-up is never recalled or held back, whatever the figures say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any
from uuid import UUID

from zegel.declare import profiles
from zegel.server.alarms.errors import BadParameter
from zegel.server.alarms.models import ParameterSet
from zegel.server.sites.models import Site


@dataclass(frozen=True)
class Parameters:
    """Seconds unless the name says otherwise.

    - `confirm_window_s`: how far apart two detectors may speak and confirm each other. BS 8243 and field.md: 30 to 60
      minutes; an installation with cameras may want a minute.
    - `entry_s`, `exit_s`: for senders that do not time these themselves (panels and units do; mail, MQTT, webhooks and
      cameras elsewhere don't), where the site's profile says so (see timers): how long somebody who comes or goes may
      be noticed before it is an alarm.
      `abort_s`: how long after the alarm its own disarming takes it back. ANSI/SIA CP-01: abort 15 … 45 s, entry and
      abort together at most 60 s.
    - `swinger_after`: a detector that rang so often between two settings, each time for nothing, rings no more
      (CP-01: 1 … 6, as shipped 2). 0: never.
    - `hold_s`: how long nobody looks, so that who disarms in time was never looked at (S1). None: by the profile.
    - `runaway_after` signals within `runaway_s` from one detector: its alarm is parked for `park_s`.
    - `norm_*`: by when the first operator's action should come, after the signal. EN 50518 is cited with 30 s and 90 s
      (80 %); a figure of configuration.
    - `late_to_close_s`: how long after its time an area may still be open; `early_open_s`: how long before its time it
      may open.
    - `test_at_most_s`: the longest test window.
    """

    confirm_window_s: int = 1800
    entry_s: int = 0
    exit_s: int = 0
    abort_s: int = 30
    swinger_after: int = 2
    hold_s: int | None = None
    runaway_after: int = 10
    runaway_s: int = 300
    park_s: int = 1800
    norm_fire_s: int = 30
    norm_holdup_s: int = 30
    norm_medical_s: int = 30
    norm_other_s: int = 90
    late_to_close_s: int = 900
    early_open_s: int = 900
    test_at_most_s: int = 8 * 3600
    max_viewers: int = 3

    def norm_s(self, signal_class: str) -> int:
        """The norm for the first action on an alarm of that class."""
        norms = {"fire": self.norm_fire_s, "holdup_duress": self.norm_holdup_s, "medical": self.norm_medical_s}
        return norms.get(signal_class, self.norm_other_s)

    def hold_of(self, profile: str) -> int:
        """For an eligible alarm at a site of that profile: at least what the profile says, whatever was set."""
        least = least_hold_s(profile)
        return least if self.hold_s is None else max(least, self.hold_s)

    def holds_back_less_than(self, other: Parameters, profile: str) -> bool:
        """Whether somebody looks sooner, or more people do."""
        return self.hold_of(profile) < other.hold_of(profile) or self.max_viewers > other.max_viewers


RESERVED = frozenset({"hold_s", "max_viewers"})  # they hold back the alarm centre, which doesn't set them
DEFAULTS = Parameters()

# name -> (least, most)
LIMITS: Mapping[str, tuple[int, int]] = {
    "confirm_window_s": (30, 3600), "entry_s": (0, 45), "exit_s": (0, 255), "abort_s": (15, 45),
    "swinger_after": (0, 6), "hold_s": (0, 120), "runaway_after": (3, 1000), "runaway_s": (10, 3600),
    "park_s": (60, 43_200), "norm_fire_s": (5, 600), "norm_holdup_s": (5, 600), "norm_medical_s": (5, 600),
    "norm_other_s": (5, 3600), "late_to_close_s": (0, 14_400), "early_open_s": (0, 14_400),
    "test_at_most_s": (300, 86_400), "max_viewers": (1, 10),
}  # fmt: skip
ENTRY_AND_ABORT_S = 60  # CP-01


def least_hold_s(profile: str) -> int:
    """As the profile has it; of no profile nothing is held back."""
    return profiles.centre(profile).hold_s if profile else 0


def times_doors(profile: str) -> bool:
    """Whether entry and exit times hold at a site of that profile for senders that have no panel."""
    return bool(profile) and profiles.centre(profile).door_times


def checked(values: Mapping[str, Any]) -> dict[str, int]:
    """Figures that somebody wants. Raises BadParameter for an unknown name, or one outside its limits."""
    for name, value in values.items():
        limits = LIMITS.get(name)
        if limits is None:
            raise BadParameter(name[:40], "there is no such figure")
        if type(value) is not int or not limits[0] <= value <= limits[1]:
            raise BadParameter(name, f"{limits[0]} … {limits[1]}")
    wanted = replace(DEFAULTS, **values)
    if wanted.entry_s + wanted.abort_s > ENTRY_AND_ABORT_S:
        raise BadParameter("entry_s + abort_s", f"0 … {ENTRY_AND_ABORT_S} (ANSI/SIA CP-01)")
    return dict(values)


def merged(*layers: Mapping[str, Any]) -> Parameters:
    """The defaults, each layer over the one before. What an older release stored and this one doesn't know is left
    out; entry and abort never come to more than a minute together, whichever layer said them."""
    known = {field.name for field in fields(Parameters)}
    values: dict[str, Any] = {}
    for layer in layers:
        values |= {name: value for name, value in layer.items() if name in known}
    found = replace(DEFAULTS, **values)
    return replace(found, entry_s=min(found.entry_s, ENTRY_AND_ABORT_S - found.abort_s))


def of(site_id: UUID) -> Parameters:
    """Within an acting party that sees the site (the defaults for one that doesn't)."""
    site = Site.objects.filter(id=site_id).only("id", "provider_id").first()
    return DEFAULTS if site is None else of_sites([site])[site.id]


def of_sites(sites: list[Site]) -> dict[UUID, Parameters]:
    """Of several, in one query."""
    rows = ParameterSet.objects.filter(provider_id__in={site.provider_id for site in sites})
    by_place = {(row.provider_id, row.site_id): row.values for row in rows}
    return {
        site.id: merged(by_place.get((site.provider_id, None), {}), by_place.get((site.provider_id, site.id), {}))
        for site in sites
    }


def shown(parameters: Parameters) -> dict[str, int | None]:
    """As the API gives them."""
    return asdict(parameters)
