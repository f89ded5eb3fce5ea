# SPDX-License-Identifier: EUPL-1.2
"""What outsiders are told about forgotten entries: which have no body any more, and the deletions that say so.

`ledger/<n>/forgotten` in the store, JSON, bytes in base64:
{"size", "missing": [[first, past]…], "deletions": [{"index", "salt", "body"}…]}.
Deletion entries name entry numbers and nobody. Each verifies against the tree, so whoever reads this can tell a logged
deletion from a body that vanished.
"""

from __future__ import annotations

import base64
import json

from django.db import connection

from zegel.server.ledger.entry import read_body, unpack_ranges
from zegel.server.ledger.models import EntryRow, Head, Published
from zegel.server.ledger.sealing import open_body
from zegel.server.ledger.tilestore import of_origin


def forgotten() -> dict[str, object]:
    """As published."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT first, past FROM ledger_gaps()")
        missing = [[first, past] for first, past in cursor.fetchall()]
    deletions = [{"index": index, "salt": _b64(salt), "body": _b64(body)} for index, salt, body in _own()]
    return {"size": Head.objects.get().size, "missing": missing, "deletions": deletions}


def named() -> list[tuple[int, int]]:
    """Every range of entries that a deletion or a restore in the log names."""
    facts = [read_body(body).facts.get("entries") for _, _, body in _own()]
    return [pair for packed in facts if packed is not None for pair in unpack_ranges(packed)]


def _own() -> list[tuple[int, bytes, bytes]]:
    """The log's own entries: (index, salt, body)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT index, shred_id, sealed FROM ledger_own()")
        rows = cursor.fetchall()
    commitments = dict(EntryRow.objects.filter(index__in=[row[0] for row in rows]).values_list("index", "commitment"))
    return [(index, *open_body(shred_id, sealed, commitments[index])) for index, shred_id, sealed in rows]


def publish_forgotten() -> None:
    """Renews what outsiders are told. Changes nothing in the log."""
    tiles = of_origin(Published.objects.get().origin_number)
    tiles.store.put(tiles.key("forgotten"), json.dumps(forgotten(), separators=(",", ":")).encode())


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()
