# SPDX-License-Identifier: EUPL-1.2
"""Telemetry's own upkeep: who fell silent, hours out of minutes, and forgetting. One's trouble holds no other up."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.db import DatabaseError

from zegel.server.kernel import jobs, log
from zegel.server.kernel.errors import ZegelError
from zegel.server.sites import queries, telemetry


@jobs.periodic("*/5 * * * *", name="sites.look_for_silent")
def look_for_silent(timestamp: int) -> None:
    _for_each_owner(telemetry.look_for_silent)


@jobs.periodic("6 * * * *", name="sites.roll_up_telemetry")
def roll_up(timestamp: int) -> None:
    _for_each_owner(telemetry.roll_up)


@jobs.periodic("52 * * * *", name="sites.forget_telemetry")
def forget(timestamp: int) -> None:
    _for_each_owner(telemetry.forget)


def _for_each_owner(call: Callable[[UUID], object]) -> None:
    for owner_id in queries.owners_with_units():
        try:
            call(owner_id)
        except (ZegelError, DatabaseError) as error:
            log.error("sites.upkeep_failed", error=type(error).__name__, where=log.place_of(error))
