# SPDX-License-Identifier: EUPL-1.2
"""What can be wrong in the ledger, and what to do."""

from __future__ import annotations

from zegel.server.kernel.errors import ZegelError


class LedgerError(ZegelError):
    code = "ledger"


class EntryRefused(LedgerError):
    """The entry can't be written as the log's form wants it; a mistake of the room that made it."""

    code = "entry_refused"


class LedgerUnavailable(LedgerError):
    """The entry could not be made durable. What was to be logged must not happen."""

    code = "ledger_unavailable"


class NoSuchEntry(LedgerError):
    """There is no entry with this number that you may see."""

    code = "no_such_entry"


class EntryForgotten(LedgerError):
    """Salt and body of this entry were erased; the tree still holds its commitment."""

    code = "entry_forgotten"


class NotYetCheckpointed(LedgerError):
    """The entry is durable, but no signed checkpoint covers it yet. Ask again in a moment."""

    code = "not_yet_checkpointed"


class TreeConflict(LedgerError):
    """Published checkpoint, tiles and database do not tell the same story. Nothing more is published until a person
    looked."""

    code = "ledger_conflict"


class TreeShrunk(TreeConflict):
    """The database holds fewer entries than a checkpoint that was published: an old copy was restored.

    `zegel manage ledger continue` adopts the published entries (their bodies are lost, and that is logged);
    `zegel manage ledger restart` starts a new origin.
    """

    code = "ledger_shrunk"
