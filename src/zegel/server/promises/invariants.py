# SPDX-License-Identifier: EUPL-1.2
"""What `zegel fsck` asks of privacy statements. It reads, and changes nothing."""

from __future__ import annotations

from collections.abc import Iterator

from zegel.server.kernel import tenancy
from zegel.server.kernel.invariants import invariant
from zegel.server.lifecycle import runner
from zegel.server.promises import statement
from zegel.server.promises.models import Statement


@invariant("promises.statements_are_as_they_were")
def unchanged() -> Iterator[str]:
    """No version of a statement was changed after it was published."""
    for owner_id in runner.everyone():
        with tenancy.acting_as(owner_id):
            for row in Statement.objects.filter(owner_id=owner_id).iterator(chunk_size=100):
                if statement.hash_of(row.content) != bytes(row.hash):
                    yield f"version {row.number} of the statement of {owner_id} is not what was published"
