# SPDX-License-Identifier: EUPL-1.2
"""DC-09's receiver and the supervision of paths, as services of the role `receivers`."""

from __future__ import annotations

import asyncio

from zegel.server.kernel import services


@services.service("receivers", name="signals.dc09")
async def receive_dc09(stop: asyncio.Event) -> None:
    """Listens on what the supervisor opened. On `stop`: reads no more, stores what was read, answers, then ends."""
    from zegel.server.signals.receivers.running import run

    await run(stop)
