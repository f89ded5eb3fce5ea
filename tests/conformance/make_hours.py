# SPDX-License-Identifier: EUPL-1.2
"""Writes vectors/hours.json: working hours in every time zone, around every change of its clocks and at random, with
what the wall clock of `zoneinfo` says. Python and TypeScript answer them: `python -m tests.conformance.make_hours`.

The answers come from the wall clock's reading, looked up in a timetable: not from `zegel.seal.hours`.
"""

from __future__ import annotations

import json
import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

FILE = Path(__file__).parent / "vectors" / "hours.json"
SEED = 20261122
FIRST, LAST = datetime(2025, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
Spans = list[list[int]]


def zones() -> list[str]:
    """Places; not the aliases of one word, nor the military ones."""
    wanted = {name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/"))}
    return sorted({*wanted, "UTC"})


def changes(zone: ZoneInfo) -> list[datetime]:
    """The instants at which the offset becomes another, to the minute."""
    found, at = [], FIRST
    before = at.astimezone(zone).utcoffset()
    while at < LAST:
        at += DAY
        if at.astimezone(zone).utcoffset() != before:
            found.append(_narrowed(zone, at - DAY, at))
            before = at.astimezone(zone).utcoffset()
    return found


def _narrowed(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    before = low.astimezone(zone).utcoffset()
    while high - low > timedelta(minutes=1):
        middle = low + (high - low) / 2
        middle = middle.replace(second=0, microsecond=0)
        low, high = (middle, high) if middle.astimezone(zone).utcoffset() == before else (low, middle)
    return high


def spans(dice: random.Random) -> Spans:
    edges = sorted(dice.sample(range(0, 1441, 5), 2 * dice.randint(0, 3)))
    return [[start, end] for start, end in zip(edges[::2], edges[1::2], strict=True)]


def case(dice: random.Random, name: str) -> dict[str, Any]:
    zone = ZoneInfo(name)
    weekly = [[day, *span] for day in range(7) for span in spans(dice)]
    turns = changes(zone)
    days = {turn.astimezone(zone).date() for turn in turns if dice.random() < 0.5}
    days |= {date(2025, 1, 1) + dice.randrange(1095) * DAY for _ in range(2)}
    exceptions = [[day.isoformat(), spans(dice)] for day in sorted(days)]
    instants = [FIRST + timedelta(seconds=dice.randrange(1095 * 86_400)) for _ in range(6)]
    for turn in turns:
        instants += [turn + timedelta(minutes=by) for by in (-61, -31, -1, 0, 1, 29, 59, 119)]
    asked = [[ms(at), working(zone, weekly, exceptions, at)] for at in sorted(instants)]
    return {"zone": name, "weekly": weekly, "exceptions": exceptions, "asked": asked}


def working(zone: ZoneInfo, weekly: Spans, exceptions: list[Any], at: datetime) -> bool:
    wall = at.astimezone(zone)
    own = {day: list(found) for day, found in exceptions}
    today = own.get(wall.date().isoformat(), [found[1:] for found in weekly if found[0] == wall.weekday()])
    table = {minute for start, end in today for minute in range(start, end)}
    return wall.hour * 60 + wall.minute in table


def ms(at: datetime) -> int:
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def main() -> None:
    dice = random.Random(SEED)
    made = [case(dice, name) for name in zones()]
    lines = ",\n".join(json.dumps(one, separators=(",", ":")) for one in made)
    FILE.write_text(f"[\n{lines}\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
