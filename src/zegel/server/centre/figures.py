# SPDX-License-Identifier: EUPL-1.2
"""Response figures and false-alarm statistics, counted in the database. Within an acting party.

Clock of a response: signal received → first operator's action. An alarm that was recalled, or was a test, before
anybody could act is counted and not judged; one in whose case nobody acted is too late. Only alarms that are whole
count: what was folded into another is its part.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from zegel.server.centre import norms
from zegel.server.centre.norms import Counted, Figure, Norms

DAY_MS = 24 * 3600 * 1000
LONGEST_MS = 400 * DAY_MS
GROUPS = (norms.URGENT, norms.OTHER)

_CLASS = "coalesce(nullif(signal_class, ''), cause)"
_TOOK = "extract(epoch FROM first_action_at) * 1000 - received_ms"
_LEFT = "first_action_at IS NULL AND closed_code IN ('recalled', 'test')"
_URGENT = f"{_CLASS} = ANY (%(urgent)s)"

# One pass over the index `centre_figures` (received_ms, with all that is read here): how many alarms of each class took
# how many whole seconds. Rounded up, so that "within 30 s" is exact; shares and percentiles are made of these counts.
_RESPONSE = f"""
SELECT {_CLASS}, CASE WHEN first_action_at IS NOT NULL THEN greatest(0, ceil(({_TOOK}) / 1000))::int END, {_LEFT},
  count(*)
FROM alarms_alarm
WHERE received_ms >= %(from_ms)s AND received_ms < %(to_ms)s AND owner_id = ANY (%(owners)s) AND folded_into IS NULL
GROUP BY 1, 2, 3
"""


@dataclass(frozen=True)
class Period:
    """[from_ms, to_ms), UTC."""

    from_ms: int
    to_ms: int

    def __post_init__(self) -> None:
        if not 0 <= self.from_ms < self.to_ms or self.to_ms - self.from_ms > LONGEST_MS:
            raise ValueError("a period begins before it ends, and lasts at most 400 days")


def responses(owners: Sequence[UUID], period: Period, own: Norms) -> list[Figure]:
    """Each class, then the two groups together. Times are whole seconds, rounded up."""
    with connection.cursor() as cursor:
        cursor.execute(_RESPONSE, _said(owners, period))
        rows = cursor.fetchall()
    by_class: dict[str, list[tuple[int | None, bool, int]]] = {}
    for name, took_s, left, count in rows:
        by_class.setdefault(name, []).append((took_s, left, count))
    found = [norms.figure(_counted(name, by_class[name], own), own) for name in sorted(by_class)]
    return [*found, *(_group(group, found, own) for group in GROUPS)]


def _counted(name: str, rows: Sequence[tuple[int | None, bool, int]], own: Norms) -> Counted:
    """Of one class: (seconds or None, left before anybody could act, how many)…"""
    first, second = own[norms.group_of(name) or norms.OTHER]
    answered = sorted((took_s, count) for took_s, _, count in rows if took_s is not None)
    within = tuple(sum(count for took_s, count in answered if took_s <= t.within_s) for t in (first, second))
    return Counted(
        name, sum(count for _, _, count in rows), (within[0], within[1]), sum(count for _, left, count in rows if left),
        norms.percentile(answered, 0.5), norms.percentile(answered, 0.95), float(answered[-1][0]) if answered else None,
    )  # fmt: skip


def _group(group: str, found: Sequence[Figure], own: Norms) -> Figure:
    whole = norms.together([row.counted for row in found if row.group == group], group)
    if whole.judged <= 0:
        return Figure(whole, group, own[group], None, None)
    shares = (whole.within[0] / whole.judged, whole.within[1] / whole.judged)
    met = all(share >= target.share for share, target in zip(shares, own[group], strict=True))
    return Figure(whole, group, own[group], shares, met)


def _said(owners: Sequence[UUID], period: Period) -> dict[str, Any]:
    return {
        "owners": list(owners), "from_ms": period.from_ms, "to_ms": period.to_ms,
        "urgent": sorted(norms.URGENT_CLASSES),
    }  # fmt: skip


def _limits(own: Norms) -> dict[str, Any]:
    (u1, u2), (o1, o2) = own[norms.URGENT], own[norms.OTHER]
    return {
        "urgent_1": u1.within_s, "urgent_2": u2.within_s, "other_1": o1.within_s, "other_2": o2.within_s,
        "without": sorted(norms.WITHOUT_NORM),
    }  # fmt: skip


# --- false alarms ---

CAUSES = ("genuine", "false_user", "false_equipment", "false_environment", "test", "recalled", "unknown")

_CLOSED = """
SELECT site_id, closed_code, count(*) FROM alarms_alarm
WHERE received_ms >= %(from_ms)s AND received_ms < %(to_ms)s AND owner_id = ANY (%(owners)s)
  AND folded_into IS NULL AND closed_code <> ''
GROUP BY site_id, closed_code
"""


@dataclass(frozen=True)
class SiteCauses:
    """Of one site: how many alarms were closed with which code. `site_id` None: of no known site."""

    site_id: UUID | None
    by_code: dict[str, int]

    @property
    def closed(self) -> int:
        return sum(self.by_code.values())

    @property
    def false(self) -> int:
        return sum(count for code, count in self.by_code.items() if code.startswith("false_"))


def causes(owners: Sequence[UUID], period: Period) -> list[SiteCauses]:
    """The sites with the most false alarms first."""
    with connection.cursor() as cursor:
        cursor.execute(_CLOSED, _said(owners, period))
        sites: dict[UUID | None, dict[str, int]] = {}
        for site, code, count in cursor.fetchall():
            sites.setdefault(site, {})[code] = count
    found = [SiteCauses(site, by_code) for site, by_code in sites.items()]
    return sorted(found, key=lambda row: (-row.false, -row.closed, str(row.site_id)))


# --- trends ---

_TREND = f"""
SELECT (received_ms - %(from_ms)s) / %(step_ms)s, count(*), count(*) FILTER (WHERE closed_code LIKE 'false%%'),
  count(*) FILTER (WHERE NOT ({_LEFT}) AND {_CLASS} <> ALL (%(without)s)),
  count(*) FILTER (WHERE NOT ({_LEFT}) AND {_CLASS} <> ALL (%(without)s) AND ({_TOOK}) <= 1000 * CASE WHEN {_URGENT}
    THEN %(urgent_2)s ELSE %(other_2)s END)
FROM alarms_alarm
WHERE received_ms >= %(from_ms)s AND received_ms < %(to_ms)s AND owner_id = ANY (%(owners)s) AND folded_into IS NULL
GROUP BY 1 ORDER BY 1
"""
MOST_POINTS = 120


@dataclass(frozen=True)
class Point:
    """One step of a trend: alarms, false ones, and the share answered within the wider norm (None: none to judge)."""

    from_ms: int
    alarms: int
    false: int
    answered: float | None


def step_of(period: Period) -> int:
    """An hour, a day or a week: the finest that gives a readable curve."""
    span = period.to_ms - period.from_ms
    return next((step for step in (3_600_000, DAY_MS) if span / step <= 62), 7 * DAY_MS)


def trend(owners: Sequence[UUID], period: Period, own: Norms) -> list[Point]:
    """Every step of the period, the empty ones too."""
    step = step_of(period)
    with connection.cursor() as cursor:
        cursor.execute(_TREND, {**_said(owners, period), **_limits(own), "step_ms": step})
        rows = {int(number): rest for number, *rest in cursor.fetchall()}
    count = min(MOST_POINTS, -(-(period.to_ms - period.from_ms) // step))
    return [_point(period.from_ms + number * step, rows.get(number)) for number in range(count)]


def _point(from_ms: int, row: list[int] | None) -> Point:
    if row is None:
        return Point(from_ms, 0, 0, None)
    alarms, false, judged, within = row
    return Point(from_ms, alarms, false, within / judged if judged else None)


# --- as files ---


def csv_of(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """RFC 4180 with a byte-order mark, so that spreadsheets read the letters right. A text that a spreadsheet would
    run as a formula is made plain with an apostrophe (OWASP, CSV injection)."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    return "\ufeff".encode() + out.getvalue().encode()


def _cell(value: object) -> object:
    if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"}:
        return "'" + value
    return "" if value is None else value
