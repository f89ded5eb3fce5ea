# SPDX-License-Identifier: EUPL-1.2
"""Ledger: one append-only Merkle log of everything that matters; it proves, and it can still forget.

`Entry` and `Kind` are for every room: `w.record(Entry(…))` inside a unit of work, `actions.append` on its own.
"""

from zegel.server.ledger.entry import Entry, Fact, Kind

__all__ = ["Entry", "Fact", "Kind"]
