# SPDX-License-Identifier: EUPL-1.2
"""`zegel manage ledger state | continue | restart`: what an operator may do to the log; see recovery.py."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from zegel.server.kernel.errors import ZegelError
from zegel.server.ledger import queries, recovery


class Command(BaseCommand):
    help = "Shows the log's state; after an older database was restored: continue it, or restart under a new origin."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["state", "continue", "restart"])

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._carry_out(options["what"])
        except ZegelError as problem:
            raise CommandError(str(problem)) from None

    def _carry_out(self, what: str) -> None:
        if what == "state":
            state = queries.state()
            self.stdout.write(f"key        {queries.verifier_key()}")
            self.stdout.write(f"entries    {state.size}")
            self.stdout.write(f"published  {state.published}")
            return
        done = recovery.go_on() if what == "continue" else recovery.begin_anew()
        self.stdout.write(f"{done.origin}: {done.before} entries before, {done.after} now. Start the server.")
