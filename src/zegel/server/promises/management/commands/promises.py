# SPDX-License-Identifier: EUPL-1.2
"""`zegel manage promises`: tries every provider's promises now, as the hourly job does, and says what came of it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from zegel.server.kernel import tenancy
from zegel.server.promises import jobs, queries
from zegel.server.promises.rules import Every


class Command(BaseCommand):
    help = "Try to break every promise now."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", help="also what is tried at night only")
        parser.add_argument("--strict", action="store_true", help="exit status 1 when one is broken")

    def handle(self, *args: Any, **options: Any) -> None:
        every, broken = Every.NIGHT if options["all"] else Every.HOUR, 0
        for provider in queries.providers():
            jobs.try_all(str(provider), every.value)
            with tenancy.acting_as(provider):
                found = queries.newest(provider)
            for name, row in found.items():
                which = f" ({', '.join(row.which)})" if row.which else ""
                self.stdout.write(f"{row.state:<9} {name:<4} {row.tried} tried, {row.failed} failed {row.why}{which}")
                broken += row.state == "broken"
        if broken and options["strict"]:
            raise CommandError(f"{broken} promises are broken.")
