# SPDX-License-Identifier: EUPL-1.2
"""What `zegel fsck` asks of the registers. It reads, and changes nothing."""

from __future__ import annotations

from collections.abc import Iterator

from zegel.server.kernel import tenancy
from zegel.server.kernel.invariants import invariant
from zegel.server.lifecycle import runner
from zegel.server.registers import making
from zegel.server.registers.models import RegisterVersion


@invariant("registers.versions_are_as_they_were")
def unchanged() -> Iterator[str]:
    """No version of a register was changed after it was made."""
    for owner_id in runner.everyone():
        with tenancy.acting_as(owner_id):
            for row in RegisterVersion.objects.filter(owner_id=owner_id).iterator(chunk_size=100):
                if making.hash_of(row.content) != bytes(row.hash):
                    yield f"version {row.number} of register {row.article} of {owner_id} is not what was made"
