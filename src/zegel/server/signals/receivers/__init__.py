# SPDX-License-Identifier: EUPL-1.2
"""The receivers: a process of its own, so that what panels say is stored whatever the rest of the server does.

A receiver is a service of the role `receivers` (`receivers/service.py` registers DC-09's):

    @services.service("receivers", name="signals.smtp")
    async def run(stop: asyncio.Event) -> None:
        listening = sockets.given("smtp")          # opened by the supervisor; None when it is switched off
        …

It stores with `signals.intake.accept` (in a thread: `kernel.services.in_thread`) or through `writer.Writer`.
"""
