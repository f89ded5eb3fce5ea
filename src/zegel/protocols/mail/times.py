# SPDX-License-Identifier: EUPL-1.2
"""A camera's time as it stands in its mail: local, without a zone, in whatever order its maker likes."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo

_TIME = r"[T ,_]{1,3}(\d{1,2}):(\d{2})(?::(\d{2}))?(?:[.,]\d{1,6})?\s*([AaPp][Mm])?\s*(Z|[+-]\d{2}:?\d{2})?"
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})" + _TIME)
_YEAR_LAST = re.compile(r"(?<!\d)(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})" + _TIME)
_ORDER = re.compile(r"\(\s*([DMY])\s*[/.-]\s*([DMY])\s*[/.-]\s*([DMY])", re.I)


def time_ms(told: str, label: str, tz: tzinfo, near_ms: int) -> int | None:
    """Ms since 1970 of the first moment in `told`, None when there is none.

    `label` is the field's name, which may tell the order ("… (D/M/Y H:M:S)"). Where day and month could be either, and
    where an hour happens twice, the moment nearest to `near_ms` (when the mail came) is meant.
    """
    moments = [moment for order in _orders(told, label) if (moment := _moment(told, order, tz, near_ms)) is not None]
    return min(moments, key=lambda ms: abs(ms - near_ms)) if moments else None


def _orders(told: str, label: str) -> tuple[str, ...]:
    if _YEAR_FIRST.search(told):
        return ("YMD",)
    hint = _ORDER.search(label)
    if hint is not None:
        order = "".join(hint.groups()).upper()
        if order in ("DMY", "MDY"):
            return (order,)
    return ("DMY", "MDY")


def _moment(told: str, order: str, tz: tzinfo, near_ms: int) -> int | None:
    found = (_YEAR_FIRST if order == "YMD" else _YEAR_LAST).search(told)
    if found is None:
        return None
    date = dict(zip(order, (int(number) for number in found.groups()[:3]), strict=True))
    hour, minute, second, half, zone = found.groups()[3:]
    try:
        local = datetime(date["Y"], date["M"], date["D"], _hour(int(hour), half), int(minute), int(second or 0))  # noqa: DTZ001
        if zone:
            return _ms(local.replace(tzinfo=UTC) - _offset(zone))
        both = [_ms(local.replace(tzinfo=tz, fold=fold)) for fold in (0, 1)]
    except (ValueError, OverflowError):
        return None
    return min(both, key=lambda ms: abs(ms - near_ms))


def _hour(hour: int, half: str | None) -> int:
    if half is None:
        return hour
    return hour % 12 + (12 if half.lower() == "pm" else 0)


def _offset(zone: str) -> timedelta:
    if zone == "Z":
        return timedelta()
    minutes = int(zone[1:3]) * 60 + int(zone[-2:])
    return timedelta(minutes=-minutes if zone[0] == "-" else minutes)


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
